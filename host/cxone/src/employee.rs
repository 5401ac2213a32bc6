//! Whose the access key is: the employee whom nobody here may touch, since deactivating them locks us out (cxone.md 1.6).

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use bridge::port::cxone::{CallOptions, UpstreamError};
use client::{Answer, ExposeSecret, Method};
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

/// The own employee, asked for once.
#[derive(Debug, Default)]
pub(crate) struct Employees {
    own: Mutex<Option<Own>>,
    flight: Flight<Option<Employee>>,
}

impl Employees {
    /// The own employee; `None` where nobody says who that is. Somebody is for the life of the process; nobody is asked
    /// about again in ten minutes.
    pub(crate) async fn get(
        &self,
        api: &Api,
        options: CallOptions,
    ) -> Result<Option<Employee>, UpstreamError> {
        let ticket = self.flight.ending();
        match lock(&self.own).as_ref() {
            Some(Own::Known(employee)) => return Ok(Some(employee.clone())),
            Some(Own::Unknown(until)) if Instant::now() < *until => return Ok(None),
            _ => {}
        }
        let fetch: Boxed<'_, Option<Employee>> = Box::pin(async {
            let found = find(api, options).await?;
            *lock(&self.own) = Some(match &found {
                Some(employee) => Own::Known(employee.clone()),
                None => Own::Unknown(Instant::now() + UNKNOWN_FOR),
            });
            Ok(found)
        });
        Box::pin(self.flight.join(ticket, options.deadline, fetch)).await
    }
}

async fn find(api: &Api, options: CallOptions) -> Result<Option<Employee>, UpstreamError> {
    let (_, pass) = api.enter(Service::UserHub, options).await?;
    let claims = pass.claims();
    let key_id = api.access().key_id().await?;
    // A token of another server, which has no such employee and is not asked for one.
    if key_id.is_none() && claims.is_none() {
        return Ok(None);
    }
    let by_key = match &key_id {
        Some(key_id) => of_key(api, key_id.expose_secret(), options).await,
        None => Ok(None),
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
        400..=499 if answer.status.as_u16() != 429 => Ok(None),
        status => Err(unavailable(format!(
            "nobody says whose the access key is: GET {route} answers {status}"
        ))),
    }
}
