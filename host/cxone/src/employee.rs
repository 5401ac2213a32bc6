//! Whose the access key is: the employee whom nobody here may touch, since deactivating them locks us out (cxone.md 1.6).

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use bridge::port::cxone::{CallOptions, UpstreamError};
use client::{Answer, ExposeSecret, Method, SecretString};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{Api, Call, Service, unavailable};
use crate::claims::is_id;
use crate::complaint::Personal;
use crate::flight::{Boxed, Flight, lock};
use crate::outcome::segment;

/// Reported (cxone.md 2.1).
const KEY: &str = "/access-key-management/v1/access-keys/{id}";
/// Reported (cxone.md 2.2).
const USERINFO: &str = "/auth/userinfo";
/// Reported (cxone.md 3.1).
const USER: &str = "/user-management/v3/users/{id}";
/// How long nobody asks again where nobody says whose the key is.
const UNKNOWN_FOR: Duration = Duration::from_secs(600);

/// An employee. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq)]
pub struct Employee {
    /// User Hub's id.
    pub id: String,
    /// The user name, where the access key may read it.
    pub user_name: Option<String>,
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What is known of the own employee.
#[derive(Debug, Clone)]
enum Own {
    Known(Employee),
    /// Nobody said so, and nobody is asked again before.
    Unknown(Instant),
}

/// What tells the key of which something is known: its id, else whom its token stands for. A key in a file is replaced
/// while we run.
#[derive(Debug, Clone)]
enum Key {
    Id(SecretString),
    Subject(Option<String>),
}

impl Key {
    async fn of(api: &Api, options: CallOptions) -> Result<Self, UpstreamError> {
        if let Some(id) = api.access().key_id().await? {
            return Ok(Self::Id(id));
        }
        let (_, pass) = api.enter(Service::UserHub, options).await?;
        let claims = pass.claims();
        Ok(Self::Subject(claims.and_then(|it| it.subject.clone())))
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Id(a), Self::Id(b)) => a.expose_secret() == b.expose_secret(),
            (Self::Subject(a), Self::Subject(b)) => a == b,
            _ => false,
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    own: Option<(Key, Own)>,
    /// Who it was last, of whatever key.
    last: Option<Employee>,
}

/// The own employee, asked for once for each key.
#[derive(Debug, Default)]
pub(crate) struct Employees {
    known: Mutex<Known>,
    flight: Flight<Option<Employee>>,
}

impl Employees {
    /// The own employee; `None` where nobody says who that is. Somebody is for as long as the key is the same; nobody is
    /// asked about again in ten minutes.
    pub(crate) async fn get(
        &self,
        api: &Api,
        options: CallOptions,
    ) -> Result<Option<Employee>, UpstreamError> {
        let mut ticket = self.flight.ending();
        let key = Key::of(api, options).await?;
        match lock(&self.known).own.as_ref() {
            // What is asked now may be about the key before.
            Some((before, _)) if !before.same(&key) => ticket = self.flight.starting(),
            Some((_, Own::Known(employee))) => return Ok(Some(employee.clone())),
            Some((_, Own::Unknown(until))) if Instant::now() < *until => return Ok(None),
            _ => {}
        }
        let fetch: Boxed<'_, Option<Employee>> = Box::pin(async {
            let found = find(api, &key, options).await?;
            let mut known = lock(&self.known);
            let own = match &found {
                Some(employee) => {
                    known.last = Some(employee.clone());
                    Own::Known(employee.clone())
                }
                None => Own::Unknown(Instant::now() + UNKNOWN_FOR),
            };
            known.own = Some((key.clone(), own));
            Ok(found)
        });
        Box::pin(self.flight.join(ticket, options.deadline, fetch)).await
    }

    /// Who it was last, of whatever key, without asking.
    pub(crate) fn last(&self) -> Option<Employee> {
        lock(&self.known).last.clone()
    }
}

async fn find(
    api: &Api,
    key: &Key,
    options: CallOptions,
) -> Result<Option<Employee>, UpstreamError> {
    let (_, pass) = api.enter(Service::UserHub, options).await?;
    let claims = pass.claims();
    let by_key = match key {
        Key::Id(id) => of_key(api, id.expose_secret(), options).await,
        // A token of another server, which has no such employee and is not asked for one.
        Key::Subject(_) if claims.is_none() => return Ok(None),
        Key::Subject(_) => Ok(None),
    };
    // Assumption (cxone.md 2.1): the token of an access key stands for the key's employee.
    let by_claim = claims
        .as_ref()
        .and_then(|it| it.subject.as_deref().and_then(id));
    let id = match (by_key, by_claim) {
        (Ok(Some(id)), _) | (_, Some(id)) => id,
        (by_key, None) => match (of_token(api, options).await?, by_key) {
            (Some(id), _) => id,
            (None, Ok(_)) => return Ok(None),
            (None, Err(error)) => return Err(error),
        },
    };
    let user_name = user_name(api, &id, options).await;
    Ok(Some(Employee { id, user_name }))
}

/// An id as tokens have it, `user:` before it or not.
fn id(text: &str) -> Option<String> {
    let id = text.strip_prefix("user:").unwrap_or(text);
    is_id(id).then(|| id.to_owned())
}

/// The employee of an access key, by the key's own record.
async fn of_key(
    api: &Api,
    key_id: &str,
    options: CallOptions,
) -> Result<Option<String>, UpstreamError> {
    let path = format!("/access-key-management/v1/access-keys/{}", segment(key_id)?);
    let personal = Personal::of(&json!([key_id]));
    let answer = get(api, Service::UserHub, KEY, path, &personal, options).await?;
    // Seen of a new key: what is told is below `resultSet`.
    let told = |answer: Value| {
        let all = ["/resultSet/userId", "/userId", "/accessKey/userId"];
        let text = all.iter().find_map(|path| answer.pointer(path)?.as_str());
        text.and_then(id)
    };
    Ok(answer.and_then(told))
}

/// Whom the token stands for, by the host that made it.
async fn of_token(api: &Api, options: CallOptions) -> Result<Option<String>, UpstreamError> {
    let path = USERINFO.to_owned();
    let none = Personal::default();
    let answer = get(api, Service::Auth, USERINFO, path, &none, options).await?;
    Ok(answer.and_then(|answer| id(answer.get("sub")?.as_str()?)))
}

/// The user name, for people to read: without it nothing is worse.
async fn user_name(api: &Api, id: &str, options: CallOptions) -> Option<String> {
    let path = format!("/user-management/v3/users/{id}");
    let none = Personal::default();
    let answer = get(api, Service::UserHub, USER, path, &none, options).await;
    let answer = answer.ok()??;
    let user = answer.get("user").unwrap_or(&answer);
    user.get("userName")?.as_str().map(str::to_owned)
}

/// What a path answers; `None` where the key may not ask, or there is no such path.
async fn get(
    api: &Api,
    service: Service,
    route: &'static str,
    path: String,
    personal: &Personal,
    options: CallOptions,
) -> Result<Option<Value>, UpstreamError> {
    let call = Call {
        method: Method::GET,
        service,
        route,
        path,
        query: None,
        media_type: "application/json",
        body: None,
        write: false,
        repeatable: true,
        personal,
        options,
    };
    let answer: Answer = api.answer(&call).await?;
    match answer.status.as_u16() {
        200..=299 => Ok(answer.json()),
        // Nobody's word: it came too late, too early or too often.
        400..=499 if !matches!(answer.status.as_u16(), 408 | 425 | 429) => Ok(None),
        status => Err(unavailable(format!(
            "nobody says whose the access key is: GET {route} answers {status}"
        ))),
    }
}
