//! What User Hub's write bodies say, as a draft; and the same with more in it, as CXone's own people type it.

use serde_json::{Map, Value, json};

use super::row::kept;
use crate::answer::Refusal;
use crate::draft::{Contact, Draft, Reference};
use crate::settings::Settings;
use crate::user::{Status, User};
use crate::users::{Clear, Users};

/// Reads the members that a body of the first version can write. `before` is the user that it changes; `clear` whether
/// secondary roles that it leaves out go.
pub(super) fn draft(body: &Value, before: Option<&User>, clear: bool) -> Result<Draft, Refusal> {
    let body = body
        .as_object()
        .ok_or_else(|| Refusal::bad("invalidSyntax", "the body must be a JSON object"))?;
    let contact = |value: String| {
        let mut list = Vec::new();
        if !value.is_empty() {
            list.push(Contact {
                value,
                kind: None,
                primary: None,
            });
        }
        list
    };
    let known = kept().into_iter().map(|(member, _)| member);
    let more: Map<String, Value> = known
        .filter_map(|member| Some((member.to_owned(), body.get(member)?.clone())))
        .collect();
    Ok(Draft {
        user_name: text(body, "userName")?,
        given_name: text(body, "firstName")?,
        family_name: text(body, "lastName")?,
        emails: text(body, "emailAddress")?.map(contact),
        time_zone: text(body, "timeZone")?,
        phone_numbers: text(body, "mobileNumber")?.map(contact),
        roles: roles(body, before, clear)?,
        team: text(body, "teamId")?
            .filter(|id| !id.is_empty())
            .map(reference),
        external_identity: text(body, "externalIdentity")?,
        more,
        ..Draft::default()
    })
}

/// An employee as `POST /simulator/users` takes one: any member that User Hub shows, and `loginAuthenticator` and `team`
/// by name. Changes the one of this `id` or `userName`, else makes one. The id.
pub(crate) fn by_hand(
    body: &Value,
    users: &mut Users,
    settings: &Settings,
) -> Result<String, Refusal> {
    let members = body
        .as_object()
        .ok_or_else(|| Refusal::bad("invalidSyntax", "an employee must be a JSON object"))?;
    let id = text(members, "id")?;
    let name = text(members, "userName")?;
    let before = match (&id, &name) {
        (Some(id), _) => users.by_id(id).ok(),
        (None, Some(name)) => users.named(name, settings).into_iter().next(),
        (None, None) => None,
    };
    let before = before.cloned();
    let mut draft = draft(body, before.as_ref(), false)?;
    draft.middle_name = text(members, "middleName")?;
    draft.display_name = text(members, "displayName")?;
    draft.user_type = text(members, "type")?;
    draft.team = text(members, "team")?.map(reference).or(draft.team);
    let authenticator = text(members, "loginAuthenticatorId")?;
    let authenticator = authenticator.or(text(members, "loginAuthenticator")?);
    draft.login_authenticator = authenticator.map(reference);
    (draft.status, draft.active) = status(members)?;
    let user = match before {
        Some(before) => users.change(&before.id, draft, Clear::default(), settings)?,
        None => {
            if draft.user_name.is_none() {
                draft.user_name = draft
                    .emails
                    .iter()
                    .flatten()
                    .next()
                    .map(|email| email.value.clone());
            }
            users.create(draft, id, settings)?
        }
    };
    Ok(user.id.clone())
}

fn status(members: &Map<String, Value>) -> Result<(Option<Status>, Option<bool>), Refusal> {
    Ok(match text(members, "status")?.as_deref() {
        None => (None, None),
        Some("UNREGISTERED") => (Some(Status::Unregistered), Some(true)),
        Some("PENDING") => (Some(Status::Pending), Some(true)),
        Some("ACTIVE") => (Some(Status::Active), Some(true)),
        Some("BLOCKED") => (Some(Status::Blocked), None),
        Some("DELETED") => (None, Some(false)),
        Some(other) => {
            let detail = format!(
                "there is no status {other:?}; there are UNREGISTERED, PENDING, ACTIVE, BLOCKED and DELETED"
            );
            return Err(Refusal::invalid("status", detail));
        }
    })
}

fn roles(
    body: &Map<String, Value>,
    before: Option<&User>,
    clear: bool,
) -> Result<Option<Vec<Reference>>, Refusal> {
    let held = before.map_or(&[][..], |user| user.roles.as_slice());
    let held: Vec<Reference> = held.iter().map(|role| reference(role.id.clone())).collect();
    let primary = text(body, "role")?.filter(|role| !role.is_empty());
    let secondary = match body.get("secondaryRoleIds") {
        None | Some(Value::Null) => None,
        Some(Value::Array(ids)) => {
            let ids = ids.iter().map(|id| {
                let wrong = || {
                    Refusal::invalid(
                        "secondaryRoleIds",
                        "secondaryRoleIds must be a list of text",
                    )
                };
                id.as_str()
                    .map(|id| reference(id.to_owned()))
                    .ok_or_else(wrong)
            });
            Some(ids.collect::<Result<Vec<_>, _>>()?)
        }
        Some(_) => {
            let detail = "secondaryRoleIds must be a list of text";
            return Err(Refusal::invalid("secondaryRoleIds", detail));
        }
    };
    if primary.is_none() && secondary.is_none() {
        return Ok(None);
    }
    let first = primary.map(reference).or_else(|| held.first().cloned());
    let others = held.iter().skip(1).cloned().collect();
    let rest = secondary.unwrap_or(if clear { Vec::new() } else { others });
    Ok(Some(first.into_iter().chain(rest).collect()))
}

fn text(body: &Map<String, Value>, member: &str) -> Result<Option<String>, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::invalid(member, format!("{member} must be text"))),
    }
}

fn reference(value: String) -> Reference {
    Reference {
        value,
        display: None,
    }
}

/// The members of a write body that it must have.
pub(super) fn require(body: &Value, members: &[&str]) -> Result<(), Refusal> {
    match members.iter().find(|member| body.get(**member).is_none()) {
        None => Ok(()),
        Some(member) => Err(Refusal::invalid(member, format!("{member} is required"))),
    }
}

/// What a refused write is answered under a status of success.
pub(super) fn failed(refusal: &Refusal) -> Value {
    json!({
        "success": false,
        "message": refusal.detail,
        "error": refusal.status.canonical_reason().unwrap_or("Error"),
        "msg": refusal.detail,
    })
}
