//! User Hub's calls, one by one (cxone.md 3.1, 3.2), and what their answers mean.

use std::sync::Once;

use bridge::name::fold;
use bridge::port::cxone::{CallOptions, UpstreamError};
use client::Method;
use serde_json::{Map, Value, json};

use crate::api::{Call, Reply, Service, no_such_path, unavailable};
use crate::complaint::{Personal, duplicate, is_error, pending, words};
use crate::outcome::{segment, told_error};
use crate::people::SEARCH;
use crate::search::{PAGE, ask, page};
use crate::session::Session;
use crate::wire::text;

use super::{attributes, row};

const READ: &str = "/user-management/v3/users/{id}";
const READ_V1: &str = "/user-management/v1/users/{id}";
pub(super) const USERS: &str = "/user-management/v1/users";
pub(super) const DEACTIVATE: &str = "/user-management/v1/users/deactivate";
pub(super) const REVIVE: &str = "/user-management/v1/users/{id}/revive";
const AUTHENTICATOR: &str = "/user-management/v1/users/{id}/login-authenticator";
const INVITE: &str = "/user-management/v2/users/inviteById";

/// Said once is enough: every update finds it out again.
static NO_V1: Once = Once::new();

/// A person as answered.
pub(super) type Row = Map<String, Value>;

/// What a write came to, if it was not refused.
pub(super) enum Told {
    /// It took effect, or nothing says that it did not.
    Done(Value),
    /// 404, and whether the body explained itself.
    Missing { told: bool, detail: String },
}

impl Told {
    /// For a write of which CXone knew the path a moment ago.
    pub(super) fn done(self, route: &str) -> Result<Value, UpstreamError> {
        match self {
            Told::Done(answer) => Ok(answer),
            Told::Missing { detail, .. } => Err(no_such_path(route, &detail)),
        }
    }
}

/// The calls of one tenant.
#[derive(Debug)]
pub(super) struct Calls {
    session: Session,
}

impl Calls {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    /// The ids of those whom the search shows for a user name, the best first. An empty answer says nothing: whether the
    /// filter compares as we do, or is understood at all, is UNKNOWN (cxone.md 3.1), so that a refused filter has found
    /// nobody either. Who is shown is compared here.
    pub(super) async fn search(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Vec<String>, UpstreamError> {
        let body = json!({ "filter": { "userName": [user_name] }, "skip": 0, "top": PAGE });
        let personal = Personal::of(&body);
        let answer = match ask(self.session.api(), SEARCH, &body, &personal, options).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(denied)) => return Err(denied.error),
            Err(UpstreamError::Refused { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let (items, _) = page(&answer, SEARCH, "users")?;
        let wanted = fold(user_name);
        let rows = items.iter().filter_map(Value::as_object);
        let mut found: Vec<&Row> = rows
            .filter(|row| row::user_name(row).is_some_and(|name| fold(&name) == wanted))
            .collect();
        found.sort_by_key(|row| {
            let exact = row::user_name(row).as_deref() == Some(user_name);
            (!exact, row::target(row, None).active != Some(true))
        });
        let ids = found
            .into_iter()
            .map(|row| row::id(row).ok_or_else(|| unavailable("the user found has no id")));
        ids.collect()
    }

    /// The person of an id, as v3 shows them, else as v1 does (cxone.md 3.1); `None` if neither knows the id.
    pub(super) async fn read(
        &self,
        id: &str,
        options: CallOptions,
    ) -> Result<Option<Row>, UpstreamError> {
        for (version, route) in [("v3", READ), ("v1", READ_V1)] {
            let none = Personal::default();
            let call = reading(version, route, id, &none, options)?;
            let answer = match self.session.api().ask(&call).await? {
                Reply::Done(answer) => answer,
                Reply::Missing { .. } => continue,
            };
            let json = answer.json().unwrap_or_default();
            if is_error(&json) {
                return Err(told_error(&answer, &none, false));
            }
            return match row::user(json) {
                Some(row) if row::id(&row).as_deref() == Some(id) => Ok(Some(row)),
                Some(_) => Err(unavailable("CXone answered with another user")),
                None => Err(unavailable("CXone's answer is no user")),
            };
        }
        Ok(None)
    }

    /// What was read, with the one writable member that v3 does not show and v1 does (cxone.md 3.1, 3.2). It decides
    /// features and billing, so it must not be lost: who cannot be read in v1 is not written onto. Only where there is no
    /// v1, which does not know whom v3 just showed, is it left out.
    pub(super) async fn with_attributes(
        &self,
        mut read: Row,
        options: CallOptions,
    ) -> Result<Row, UpstreamError> {
        let Some(id) = row::id(&read).filter(|_| !read.contains_key(attributes::MEMBER)) else {
            return Ok(read);
        };
        let none = Personal::default();
        let call = reading("v1", READ_V1, &id, &none, options)?;
        let unread = |why: String| {
            unavailable(format!(
                "the key may not read the user in v1, which alone shows {}, and an update without them could take features away (allow it GET {READ_V1}): {why}",
                attributes::MEMBER
            ))
        };
        let shown = match self.session.api().ask_if_allowed(&call).await {
            Ok(Ok(answer)) => answer.json().filter(|json| !is_error(json)),
            Ok(Err(denied)) if denied.missing => {
                NO_V1.call_once(|| {
                    let (tenant, attribute) = (&self.session.settings().name, attributes::MEMBER);
                    tracing::warn!(
                        tenant,
                        attribute,
                        "{READ_V1} is not there, so updates go without the attribute"
                    );
                });
                return Ok(read);
            }
            Ok(Err(denied)) => return Err(unread(denied.error.to_string())),
            Err(refused @ UpstreamError::Refused { .. }) => {
                return Err(unread(refused.to_string()));
            }
            Err(error) => return Err(error),
        };
        let shown = shown.and_then(row::user);
        let Some(mut shown) = shown.filter(|row| row::id(row).as_deref() == Some(id.as_str()))
        else {
            return Err(unread("the answer is not the user".to_owned()));
        };
        if let Some(attributes) = shown.shift_remove(attributes::MEMBER) {
            read.insert(attributes::MEMBER.to_owned(), attributes);
        }
        Ok(read)
    }

    /// Sends a write. `success` in the body is the truth, not the status (cxone.md 3.4).
    async fn write(&self, call: &Call<'_>) -> Result<Told, UpstreamError> {
        let answer = match self.session.api().ask(call).await? {
            Reply::Done(answer) => answer,
            Reply::Missing { told, detail } => return Ok(Told::Missing { told, detail }),
        };
        let json = answer.json().unwrap_or_default();
        match success(&json) {
            Some(true) => Ok(Told::Done(json)),
            // What an earlier attempt may have done, a later answer does not undo.
            Some(false) if answer.uncertain => Err(told_error(&answer, call.personal, true)),
            Some(false) => Err(UpstreamError::Refused {
                status: answer.status.as_u16(),
                detail: words(&answer, call.personal),
                duplicate: duplicate(&answer),
                pending: pending(&answer),
            }),
            None if is_error(&json) => Err(told_error(&answer, call.personal, true)),
            None => Ok(Told::Done(json)),
        }
    }

    /// Creates a person; their id where the answer says it.
    pub(super) async fn create(
        &self,
        body: &Value,
        personal: &Personal,
        options: CallOptions,
    ) -> Result<Option<String>, UpstreamError> {
        let call = Call {
            repeatable: false,
            ..writing(Method::POST, USERS, USERS, Some(body), personal, options)
        };
        match self.write(&call).await? {
            Told::Done(answer) => {
                let id = text(answer.get("uuid")).or_else(|| text(answer.get("id")));
                Ok(id.or_else(|| row::user(answer).and_then(|row| row::id(&row))))
            }
            // The path exists, a find has gone before: CXone misses something that the body names.
            Told::Missing { told: true, detail } => Err(UpstreamError::Refused {
                status: 404,
                detail,
                duplicate: false,
                pending: false,
            }),
            Told::Missing { detail, .. } => Err(no_such_path(USERS, &detail)),
        }
    }

    pub(super) async fn update(
        &self,
        body: &Value,
        personal: &Personal,
        options: CallOptions,
    ) -> Result<Told, UpstreamError> {
        let call = writing(Method::PUT, USERS, USERS, Some(body), personal, options);
        self.write(&call).await
    }

    /// Deactivates a person. `Some(false)` is CXone's word that it did not: `notDeletedUserIds` names them (cxone.md
    /// 3.2); `None` that it says nothing.
    pub(super) async fn deactivate(
        &self,
        id: &str,
        options: CallOptions,
    ) -> Result<Result<Option<bool>, Told>, UpstreamError> {
        let body = json!({ "userIds": [id] });
        let none = Personal::default();
        let path = DEACTIVATE;
        let call = writing(Method::POST, DEACTIVATE, path, Some(&body), &none, options);
        let answer = match self.write(&call).await? {
            Told::Done(answer) => answer,
            missing @ Told::Missing { .. } => return Ok(Err(missing)),
        };
        let not = answer.get("notDeletedUserIds").and_then(Value::as_array);
        Ok(Ok(not.map(|not| {
            !not.iter()
                .any(|it| text(Some(it)).is_some_and(|it| it.eq_ignore_ascii_case(id)))
        })))
    }

    /// Revives a person. Assumption (cxone.md 3.2: what reviving somebody active does is UNKNOWN): twice is once.
    pub(super) async fn revive(
        &self,
        id: &str,
        options: CallOptions,
    ) -> Result<Told, UpstreamError> {
        let path = format!("{USERS}/{}/revive", segment(id)?);
        let none = Personal::default();
        let call = writing(Method::POST, REVIVE, &path, None, &none, options);
        self.write(&call).await
    }

    /// Assigns a login authenticator.
    pub(super) async fn authenticate_by(
        &self,
        id: &str,
        authenticator: &Value,
        options: CallOptions,
    ) -> Result<(), UpstreamError> {
        let path = format!("{USERS}/{}/login-authenticator", segment(id)?);
        let body = json!({ "authenticatorId": authenticator });
        let none = Personal::default();
        let call = writing(
            Method::PUT,
            AUTHENTICATOR,
            &path,
            Some(&body),
            &none,
            options,
        );
        self.write(&call).await?.done(AUTHENTICATOR).map(drop)
    }

    /// Sends a person an invitation in the name of an employee.
    pub(super) async fn invite(
        &self,
        id: &str,
        sender: &str,
        options: CallOptions,
    ) -> Result<(), UpstreamError> {
        let body = json!({ "inviteUserIds": [id], "senderUserId": sender });
        let none = Personal::default();
        let call = Call {
            // A second mail is one too many.
            repeatable: false,
            ..writing(Method::POST, INVITE, INVITE, Some(&body), &none, options)
        };
        self.write(&call).await?.done(INVITE).map(drop)
    }
}

fn reading<'a>(
    version: &str,
    route: &'static str,
    id: &str,
    personal: &'a Personal,
    options: CallOptions,
) -> Result<Call<'a>, UpstreamError> {
    Ok(Call {
        method: Method::GET,
        service: Service::UserHub,
        route,
        path: format!("/user-management/{version}/users/{}", segment(id)?),
        query: None,
        media_type: "application/json",
        body: None,
        write: false,
        repeatable: true,
        personal,
        options,
    })
}

/// A write that says all that it leaves behind, so that twice is once.
fn writing<'a>(
    method: Method,
    route: &'static str,
    path: &str,
    body: Option<&'a Value>,
    personal: &'a Personal,
    options: CallOptions,
) -> Call<'a> {
    Call {
        method,
        service: Service::UserHub,
        route,
        path: path.to_owned(),
        query: None,
        media_type: "application/json",
        body,
        write: true,
        repeatable: true,
        personal,
        options,
    }
}

fn success(answer: &Value) -> Option<bool> {
    match answer.get("success")? {
        Value::Bool(success) => Some(*success),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
