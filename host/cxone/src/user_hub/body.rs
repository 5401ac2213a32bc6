//! The bodies of User Hub's create and update (cxone.md 3.2).

use bridge::directory::Directory;
use bridge::port::cxone::Change;
use bridge::target::{Attribute, Target};
use serde_json::{Map, Value};

use super::{attributes, row};

/// What an update takes, apart from `id`: what is not ours goes back as read. Reads have more than may be written.
const WRITABLE: [&str; 20] = [
    "userName",
    "firstName",
    "lastName",
    "emailAddress",
    "role",
    "assignedGroup",
    "emailToBeVerified",
    "customAttributes",
    "mobileNumber",
    "rank",
    "timeZone",
    "teamId",
    "hireDate",
    "acdInfos",
    "groupIds",
    attributes::MEMBER,
    "externalIdentity",
    "billable",
    "secondaryRoleIds",
    "views",
];
/// Required on an update (cxone.md 3.2), and nothing of ours.
const REQUIRED_BUT_NOT_OURS: [&str; 2] = ["assignedGroup", "emailToBeVerified"];

/// What a person is created with; `None` if there is no role, which User Hub requires.
///
/// Assumption (cxone.md 3.2: role's form is UNKNOWN): `role`, `teamId` and `secondaryRoleIds` take ids, as single
/// answers show them.
pub(crate) fn create(
    target: &Target,
    default_role: Option<&str>,
    directory: Option<&Directory>,
) -> Option<Value> {
    let mut user = Map::new();
    for (attribute, value) in &target.values {
        set(&mut user, *attribute, Some(value), directory);
    }
    if !user.contains_key("role") {
        set(&mut user, Attribute::Role, Some(default_role?), directory);
    }
    Some(Value::Object(user))
}

/// Whether an update has anything of a change to write. The login authenticator has a call of its own.
pub(crate) fn is_of_update(change: &Change) -> bool {
    let elsewhere = |attribute: &Attribute| {
        *attribute == Attribute::LoginAuthenticator || CANNOT.contains(attribute)
    };
    !change.set.keys().all(elsewhere)
}

/// What a person is updated with: what was read, with the change applied.
///
/// Assumption (cxone.md 3.2: UNKNOWN): an update takes away what it leaves out, so that everything writable goes back;
/// empty text clears, and is what is required and not shown.
pub(crate) fn update(
    read: &Map<String, Value>,
    change: &Change,
    directory: Option<&Directory>,
) -> Value {
    let mut user = Map::new();
    user.insert("id".to_owned(), read.get("id").cloned().unwrap_or_default());
    for name in WRITABLE {
        if let Some(value) = read.get(name)
            && !value.is_null()
        {
            user.insert(name.to_owned(), value.clone());
        }
    }
    // `role` of an answer may be a name of old beside the id.
    if let Some(role) = row::role(read) {
        user.insert("role".to_owned(), Value::String(role));
    }
    for name in REQUIRED_BUT_NOT_OURS {
        user.entry(name).or_insert_with(|| "".into());
    }
    for (attribute, value) in &change.set {
        set(&mut user, *attribute, value.as_deref(), directory);
    }
    one_role_once(&mut user);
    Value::Object(user)
}

/// The attributes of which User Hub's bodies have none (cxone.md 3.2).
pub(crate) const CANNOT: [Attribute; 3] = [
    Attribute::MiddleName,
    Attribute::DisplayName,
    Attribute::UserType,
];

/// A role that becomes the primary one is no longer a secondary one.
fn one_role_once(user: &mut Map<String, Value>) {
    let role = user.get("role").cloned();
    if let Some(Value::Array(secondary)) = user.get_mut("secondaryRoleIds") {
        secondary.retain(|id| Some(id) != role.as_ref());
    }
}

fn role_id(text: &str, directory: Option<&Directory>) -> Value {
    let known = directory.and_then(|directory| directory.role(text));
    Value::String(known.map_or(text, |role| &role.id).to_owned())
}

fn team_id(text: &str, directory: Option<&Directory>) -> Value {
    let known = directory.and_then(|directory| directory.team(text));
    Value::String(known.map_or(text, |team| &team.id).to_owned())
}

/// The id of a login authenticator, by what the configuration states; what it does not know goes out as it is.
pub(crate) fn authenticator_id(text: &str, directory: Option<&Directory>) -> Value {
    let known = directory.and_then(|directory| directory.login_authenticator(text));
    Value::String(known.map_or(text, |known| &known.id).to_owned())
}

fn set(
    user: &mut Map<String, Value>,
    attribute: Attribute,
    value: Option<&str>,
    directory: Option<&Directory>,
) {
    let plain = value.map(|value| Value::String(value.to_owned()));
    let lines = || {
        value
            .unwrap_or_default()
            .split('\n')
            .filter(|line| !line.is_empty())
    };
    let (member, value) = match attribute {
        Attribute::UserName => ("userName", plain),
        Attribute::GivenName => ("firstName", plain),
        Attribute::FamilyName => ("lastName", plain),
        Attribute::Email => ("emailAddress", plain),
        Attribute::MobileNumber => ("mobileNumber", plain),
        Attribute::TimeZone => ("timeZone", plain),
        Attribute::ExternalIdentity => ("externalIdentity", plain),
        // Everybody has one: it can be changed and not taken away.
        Attribute::Role if value.is_none() => return,
        Attribute::Role => ("role", value.map(|role| role_id(role, directory))),
        Attribute::Team => ("teamId", value.map(|team| team_id(team, directory))),
        Attribute::SecondaryRoles => {
            let ids = lines().map(|role| role_id(role, directory)).collect();
            ("secondaryRoleIds", Some(Value::Array(ids)))
        }
        Attribute::ApplicationAttributes => {
            let read = user.get(attributes::MEMBER);
            let value = attributes::value(lines(), read);
            (attributes::MEMBER, Some(value))
        }
        // A call of its own, and what no body has.
        Attribute::LoginAuthenticator
        | Attribute::MiddleName
        | Attribute::DisplayName
        | Attribute::UserType => return,
    };
    user.insert(member.to_owned(), value.unwrap_or_else(|| "".into()));
}

#[cfg(test)]
mod tests;
