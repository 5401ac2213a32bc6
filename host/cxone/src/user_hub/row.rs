//! A person as User Hub shows them (cxone.md 3.1), in lists and alone, and what the bridge sees of it.

use bridge::directory::Directory;
use bridge::target::{Attribute, Target};
use serde_json::{Map, Value};

use crate::wire::text;

use super::attributes;

/// CXone's words for where a person stands (cxone.md 4).
pub(crate) const PENDING: &str = "PENDING";
pub(crate) const DELETED: &str = "DELETED";

/// The person in an answer: below `user`, as the documents say, or bare. `None` if there is none with an id.
pub(crate) fn user(answer: Value) -> Option<Map<String, Value>> {
    let Value::Object(mut answer) = answer else {
        return None;
    };
    let user = match answer.get_mut("user").map(Value::take) {
        Some(Value::Object(user)) => user,
        Some(_) => return None,
        None => answer,
    };
    id(&user).is_some().then_some(user)
}

pub(crate) fn id(user: &Map<String, Value>) -> Option<String> {
    text(user.get("id"))
}

pub(crate) fn user_name(user: &Map<String, Value>) -> Option<String> {
    text(user.get("userName"))
}

/// CXone's word for where the person stands, in capitals.
pub(crate) fn status(user: &Map<String, Value>) -> Option<String> {
    text(user.get("status")).map(|status| status.to_ascii_uppercase())
}

/// Whether the person may work. Assumption (cxone.md 4: what a status means is inferred from its name): `INACTIVE`, which
/// teams have, is inactive. `BLOCKED` is no opinion, nor is another word: it may be somebody locked out, or what a
/// deactivation comes to.
pub(crate) fn active(user: &Map<String, Value>) -> Option<bool> {
    match status(user)?.as_str() {
        "ACTIVE" | PENDING | "UNREGISTERED" => Some(true),
        DELETED | "INACTIVE" => Some(false),
        _ => None,
    }
}

/// Whether the person is invited and not yet activated; `None` if CXone does not say.
pub(crate) fn pending(user: &Map<String, Value>) -> Option<bool> {
    status(user).map(|status| status == PENDING)
}

/// The id of the primary role. Lists and single answers have `roleUUID` beside `role` (cxone.md 3.1).
pub(crate) fn role(user: &Map<String, Value>) -> Option<String> {
    text(user.get("roleUUID")).or_else(|| text(user.get("role")))
}

/// The ids of the roles beside the primary one.
pub(crate) fn secondary_roles(user: &Map<String, Value>) -> Vec<String> {
    let ids = user.get("secondaryRoleIds").and_then(Value::as_array);
    ids.into_iter()
        .flatten()
        .filter_map(|id| text(Some(id)))
        .collect()
}

/// What the bridge sees. Role, team and login authenticator by name where the directory knows the id. Members that are
/// missing or of another type than expected are no opinion.
pub(crate) fn target(user: &Map<String, Value>, directory: Option<&Directory>) -> Target {
    let role_name = |id: String| {
        let known = directory.and_then(|directory| directory.role(&id));
        known.map_or(id, |role| role.name.clone())
    };
    let team_name = |id: String| {
        let known = directory.and_then(|directory| directory.team(&id));
        known.map_or(id, |team| team.name.clone())
    };
    let authenticator_name = |id: String| {
        let known = directory.and_then(|directory| directory.login_authenticator(&id));
        known.map_or(id, |authenticator| authenticator.name.clone())
    };
    let mut target = Target {
        active: active(user),
        ..Target::default()
    };
    let found = [
        (Attribute::UserName, user_name(user)),
        (Attribute::GivenName, text(user.get("firstName"))),
        (Attribute::MiddleName, text(user.get("middleName"))),
        (Attribute::FamilyName, text(user.get("lastName"))),
        (Attribute::DisplayName, text(user.get("displayName"))),
        (Attribute::Email, text(user.get("emailAddress"))),
        (Attribute::MobileNumber, text(user.get("mobileNumber"))),
        (Attribute::TimeZone, text(user.get("timeZone"))),
        (Attribute::UserType, text(user.get("type"))),
        (Attribute::Role, role(user).map(role_name)),
        (Attribute::Team, text(user.get("teamId")).map(team_name)),
        (
            Attribute::LoginAuthenticator,
            text(user.get("loginAuthenticatorId")).map(authenticator_name),
        ),
        (
            Attribute::ExternalIdentity,
            text(user.get("externalIdentity")),
        ),
    ];
    for (attribute, value) in found {
        if let Some(value) = value {
            target.set(attribute, value);
        }
    }
    let secondary: Vec<String> = secondary_roles(user).into_iter().map(role_name).collect();
    target.set_list(
        Attribute::SecondaryRoles,
        secondary.iter().map(String::as_str),
    );
    let attributes = attributes::lines(user.get(attributes::MEMBER));
    target.set_list(
        Attribute::ApplicationAttributes,
        attributes.iter().map(String::as_str),
    );
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::directory::{LoginAuthenticator, Role, Team};
    use serde_json::json;

    fn directory() -> Directory {
        let role = |id: &str, name: &str| Role {
            id: id.to_owned(),
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
        };
        Directory {
            roles: vec![role("r-1", "Agent"), role("r-2", "Evaluator")],
            teams: vec![Team {
                id: "t-1".to_owned(),
                name: "Support".to_owned(),
            }],
            login_authenticators: vec![LoginAuthenticator {
                id: "la-1".to_owned(),
                name: "SSO".to_owned(),
            }],
            ..Directory::default()
        }
    }

    fn shown(row: Value) -> Value {
        target(row.as_object().unwrap(), Some(&directory())).to_json()
    }

    // cxone.md 3.1: the members of a person.
    #[test]
    fn members_are_read_as_the_documents_name_them() {
        let row = json!({
            "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "middleName": "M",
            "displayName": "Ada L.", "lastName": "Lin", "emailAddress": "ada.lin@example.com", "type": "Agent",
            "mobileNumber": "+1 555 0101", "timeZone": "America/Denver", "role": "Agents of old",
            "roleUUID": "r-1", "secondaryRoleIds": ["r-9", "r-2"], "teamId": "t-1", "status": "ACTIVE",
            "externalIdentity": "ada-ext", "loginAuthenticatorId": "la-1",
            "applicationAttributes": {"ACD": [{"name": "recording", "values": ["on"]}]},
        });
        assert_eq!(
            shown(row),
            json!({
                "userName": "ada@example.com", "givenName": "Ada", "middleName": "M", "familyName": "Lin",
                "displayName": "Ada L.", "email": "ada.lin@example.com", "mobileNumber": "+1 555 0101",
                "timeZone": "America/Denver", "userType": "Agent", "role": "Agent", "team": "Support",
                "loginAuthenticator": "SSO", "secondaryRoles": ["Evaluator", "r-9"],
                "externalIdentity": "ada-ext", "applicationAttributes": ["ACD/recording=on"], "active": true,
            })
        );
    }

    // cxone.md 4: UNREGISTERED, PENDING, ACTIVE, BLOCKED, DELETED.
    #[test]
    fn a_status_says_who_may_work() {
        for (status, may, waits) in [
            (json!("ACTIVE"), Some(true), Some(false)),
            (json!("PENDING"), Some(true), Some(true)),
            (json!("UNREGISTERED"), Some(true), Some(false)),
            (json!("BLOCKED"), None, Some(false)),
            (json!("DELETED"), Some(false), Some(false)),
            (json!("deleted"), Some(false), Some(false)),
            (json!("ASLEEP"), None, Some(false)),
            (json!(null), None, None),
            (json!({}), None, None),
        ] {
            let row = json!({"id": "u-1", "status": status});
            let row = row.as_object().unwrap();
            assert_eq!((active(row), pending(row)), (may, waits), "{status}");
        }
    }

    #[test]
    fn an_answer_without_a_person_is_none() {
        let found = |answer: Value| user(answer).and_then(|user| id(&user));
        assert_eq!(found(json!({"user": {"id": "u-1"}})), Some("u-1".into()));
        assert_eq!(found(json!({"id": "u-1"})), Some("u-1".into()));
        for none in [
            json!({}),
            json!([]),
            json!({"user": null}),
            json!({"user": {}}),
            json!({"user": [{"id": "u-1"}]}),
        ] {
            assert_eq!(found(none.clone()), None, "{none}");
        }
    }

    #[test]
    fn odd_members_are_no_opinion() {
        let odd = json!({
            "id": "u-1", "userName": {}, "firstName": "", "role": ["r-1"], "secondaryRoleIds": "r-2",
            "teamId": null, "applicationAttributes": 7, "mobileNumber": 15550101,
        });
        assert_eq!(shown(odd), json!({"mobileNumber": "15550101"}));
    }
}
