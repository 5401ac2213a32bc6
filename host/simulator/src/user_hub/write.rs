//! Writing through User Hub (cxone.md 3.2). `success` in the body, and `notDeletedUserIds`, are the truth.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::body::{draft, failed, require};
use crate::answer::{Answer, Refusal};
use crate::draft::{Draft, Reference};
use crate::settings::Settings;
use crate::switches::{InactiveEdit, UserHubPutAbsent, UserHubRefusals};
use crate::users::{Clear, Users};

const TO_CREATE: [&str; 4] = ["firstName", "lastName", "emailAddress", "role"];
const TO_REPLACE: [&str; 8] = [
    "id",
    "userName",
    "firstName",
    "lastName",
    "emailAddress",
    "role",
    "assignedGroup",
    "emailToBeVerified",
];

/// `POST v1/users`. Without `userName`, the e-mail address is the name.
pub(super) fn create(
    body: &Value,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let made = require(body, &TO_CREATE).and_then(|()| {
        let mut draft = draft(body, None, false)?;
        require_role(&draft)?;
        if draft.user_name.is_none() {
            draft.user_name = body["emailAddress"].as_str().map(str::to_owned);
        }
        let user = users.create(draft, None, settings)?;
        Ok(json!({ "success": true, "message": "User created", "uuid": user.id }))
    });
    answered(made, settings)
}

/// `PUT v1/users`, the id in the body.
pub(super) fn replace(
    body: &Value,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let changed = require(body, &TO_REPLACE).and_then(|()| {
        let id = body["id"].as_str().unwrap_or_default();
        let before = users.by_id(id)?;
        if before.deactivated.is_some() && settings.switches.inactive_edit == InactiveEdit::Refused
        {
            let detail = "a deactivated employee cannot be changed";
            return Err(Refusal::invalid("id", detail));
        }
        let absent = settings.switches.user_hub_put_absent == UserHubPutAbsent::Cleared;
        let draft = draft(body, Some(before), absent)?;
        require_role(&draft)?;
        let clear = Clear {
            time_zone: absent,
            phone_numbers: absent,
            external_identity: absent,
            more: absent,
            ..Clear::default()
        };
        let id = id.to_owned();
        users.change(&id, draft, clear, settings)?;
        Ok(json!({ "success": true, "message": "User updated" }))
    });
    answered(changed, settings)
}

/// `POST v1/users/deactivate`. Who is unknown, or stated not to be deletable, or the employee of an access key, is named in
/// the answer.
pub(super) fn deactivate(
    body: &Value,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let mut not_deleted = Vec::new();
    for id in texts(body, "userIds")? {
        let kept = users.by_id(&id).map_or(true, |user| {
            let folded = user.user_name.to_lowercase();
            let mut stated = settings.not_deletable.iter();
            stated.any(|name| name.to_lowercase() == folded)
                || settings.access_keys.iter().any(|key| key.user == id)
        });
        if kept {
            not_deleted.push(id);
        } else {
            users.deactivate(&id, settings)?;
        }
    }
    Ok(Answer::ok(json!({ "notDeletedUserIds": not_deleted })))
}

/// `POST v1/users/{id}/revive`
pub(super) fn revive(id: &str, users: &mut Users, settings: &Settings) -> Result<Answer, Refusal> {
    let revived = users.revive(id, settings);
    answered(
        revived.map(|()| json!({ "success": true, "uuid": id })),
        settings,
    )
}

/// `PUT v1/users/{id}/login-authenticator`
pub(super) fn login_authenticator(
    id: &str,
    body: &Value,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let given = body.get("authenticatorId").and_then(Value::as_str);
    let changed = match given.filter(|given| !given.is_empty()) {
        None => Err(Refusal::invalid(
            "authenticatorId",
            "authenticatorId is required",
        )),
        Some(given) => {
            let draft = Draft {
                login_authenticator: Some(Reference {
                    value: given.to_owned(),
                    display: None,
                }),
                ..Draft::default()
            };
            users
                .change(id, draft, Clear::default(), settings)
                .map(|_| ())
        }
    };
    let said = json!({ "success": true, "message": "Login authenticator assigned" });
    answered(changed.map(|()| said), settings)
}

/// `POST v2/users/inviteById`. Who is unknown is passed over.
pub(super) fn invite_by_id(body: &Value, users: &mut Users) -> Result<Answer, Refusal> {
    require(body, &["inviteUserIds", "senderUserId"])?;
    let mut all = true;
    for id in texts(body, "inviteUserIds")? {
        all &= users.invite(&id).is_ok();
    }
    Ok(Answer::ok(json!({ "success": all })))
}

/// `POST v2/users/inviteByEmail`: everybody of these addresses.
pub(super) fn invite_by_email(body: &Value, users: &mut Users) -> Result<Answer, Refusal> {
    require(body, &["emailAddressesList", "senderEmail"])?;
    let mut all = true;
    for address in texts(body, "emailAddressesList")? {
        let folded = address.to_lowercase();
        let ids: Vec<String> = users
            .iter()
            .filter(|user| {
                user.emails
                    .iter()
                    .any(|email| email.value.to_lowercase() == folded)
            })
            .map(|user| user.id.clone())
            .collect();
        all &= !ids.is_empty();
        for id in ids {
            users.invite(&id)?;
        }
    }
    Ok(Answer::ok(json!({ "success": all })))
}

/// An employee that does not exist is 404 either way.
fn answered(written: Result<Value, Refusal>, settings: &Settings) -> Result<Answer, Refusal> {
    let in_body = settings.switches.user_hub_refusals == UserHubRefusals::Body;
    match written {
        Ok(body) => Ok(Answer::ok(body)),
        Err(refusal) if in_body && refusal.status != StatusCode::NOT_FOUND => {
            Ok(Answer::ok(failed(&refusal)))
        }
        Err(refusal) => Err(refusal),
    }
}

fn require_role(draft: &Draft) -> Result<(), Refusal> {
    if draft.roles.as_ref().is_some_and(|roles| !roles.is_empty()) {
        return Ok(());
    }
    Err(Refusal::invalid("role", "role is required"))
}

fn texts(body: &Value, member: &str) -> Result<Vec<String>, Refusal> {
    let wrong = || Refusal::invalid(member, format!("{member} must be a list of text"));
    let list = body
        .get(member)
        .and_then(Value::as_array)
        .ok_or_else(wrong)?;
    let texts = list
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong));
    texts.collect()
}
