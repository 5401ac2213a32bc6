//! From the bridge's words to the bodies of POST and PUT.

use bridge::port::cxone::{Change, Held};
use bridge::target::{Attribute, Target};
use serde_json::{Map, Value, json};

use super::read::time_zone;
use super::{EXTENSION, Names, email_at, items, mobile_at, role_at};
use crate::settings::RoleValue;

/// CreateRequest (cxone.md 1.4): no `schemas`, `timezone` in lower case, active. `template` is the attribute that names
/// one, and its name.
pub(crate) fn create_body(
    target: &Target,
    template: Option<(&str, &str)>,
    names: Names<'_>,
) -> Value {
    let mut user = Map::new();
    // Secondary roles alone would make the first of them the primary one.
    if target.get(Attribute::SecondaryRoles).is_some() && target.get(Attribute::Role).is_none() {
        set(&mut user, Attribute::Role, names.default_role, names);
    }
    for (attribute, value) in &target.values {
        set(&mut user, *attribute, Some(value), names);
    }
    if let Some((attribute, name)) = template {
        put(&mut user, attribute, Some(Value::String(name.to_owned())));
    }
    user.insert("active".to_owned(), Value::Bool(true));
    Value::Object(user)
}

/// UpdateRequest (cxone.md 1.4): what was read, with the change applied. `id` and `active` are always there; `None` if
/// neither the change nor the answer says whether the user is active, because a guess could let a leaver in.
///
/// Not given back: `schemas` and `meta`, which only answers have, `primary` of roles, and empty members. `timeZone`
/// goes back as `timezone`. Members that are unknown go back as read, but for what the change keeps back.
pub(crate) fn replace_body(held: &Held, change: &Change, names: Names<'_>) -> Option<Value> {
    let active = change.active.or(held.target.active)?;
    let mut user = held.raw.as_object().cloned().unwrap_or_default();
    let zone = time_zone(&user);
    for gone in ["schemas", "meta", "timeZone", "timezone"] {
        user.shift_remove(gone);
    }
    if let Some(zone) = zone {
        user.insert("timezone".to_owned(), Value::String(zone));
    }
    // `null` means unassigned (RFC 7643, section 2.5), and the request schema has no nulls.
    user.retain(|_, value| !value.is_null());
    for part in ["name", EXTENSION] {
        if let Some(Value::Object(part)) = user.get_mut(part) {
            part.retain(|_, value| !value.is_null());
        }
    }
    primary_first(&mut user);
    if names.role_value == RoleValue::Name {
        by_name(&mut user);
    }
    for attribute in &change.kept_back {
        set(&mut user, *attribute, None, names);
    }
    for (attribute, value) in &change.set {
        set(&mut user, *attribute, value.as_deref(), names);
    }
    user.insert("id".to_owned(), Value::String(held.id.clone()));
    user.insert("active".to_owned(), Value::Bool(active));
    Some(Value::Object(user))
}

/// Requests have no `primary` on roles (cxone.md 1.4), so the order tells: the primary role first.
fn primary_first(user: &mut Map<String, Value>) {
    let primary = role_at(items(user, "roles"));
    if let Some(Value::Array(roles)) = user.get_mut("roles") {
        if let Some(primary) = primary {
            let role = roles.remove(primary);
            roles.insert(0, role);
        }
        for role in roles.iter_mut().filter_map(Value::as_object_mut) {
            role.shift_remove("primary");
        }
    }
}

/// What was read has ids; where requests have names instead, roles and team go back by theirs.
fn by_name(user: &mut Map<String, Value>) {
    let named = |item: &mut Value| {
        if let Some(item) = item.as_object_mut()
            && let Some(name) = item.get("display").cloned()
        {
            item.insert("value".to_owned(), name);
        }
    };
    let roles = user.get_mut("roles").and_then(Value::as_array_mut);
    roles.into_iter().flatten().for_each(named);
    let team = user.get_mut(EXTENSION).and_then(|it| it.get_mut("team"));
    team.into_iter().for_each(named);
}

fn set(user: &mut Map<String, Value>, attribute: Attribute, value: Option<&str>, names: Names<'_>) {
    let plain = value.map(|value| Value::String(value.to_owned()));
    match attribute {
        Attribute::UserName => put(user, "userName", plain),
        Attribute::DisplayName => put(user, "displayName", plain),
        Attribute::UserType => put(user, "userType", plain),
        Attribute::TimeZone => put(user, "timezone", plain),
        Attribute::GivenName => put_in(user, "name", "givenName", plain),
        Attribute::MiddleName => put_in(user, "name", "middleName", plain),
        Attribute::FamilyName => put_in(user, "name", "familyName", plain),
        Attribute::Email => {
            let new = |value: &str| json!({"value": value, "type": "work", "primary": true});
            contact(user, "emails", email_at, value, new);
        }
        Attribute::MobileNumber => {
            let new = |value: &str| json!({"value": value, "type": "mobile"});
            contact(user, "phoneNumbers", mobile_at, value, new);
        }
        Attribute::Role => set_role(user, value.map(|value| names.role(value))),
        Attribute::SecondaryRoles => {
            let lines = value.unwrap_or_default().split('\n');
            let others = lines.filter(|line| !line.is_empty());
            set_secondary_roles(user, others.map(|value| names.role(value)));
        }
        Attribute::Team => put_in(
            user,
            EXTENSION,
            "team",
            value.map(|value| names.team(value)),
        ),
        Attribute::LoginAuthenticator => {
            let authenticator = value.map(|value| names.login_authenticator(value));
            put_in(user, EXTENSION, "loginAuthenticator", authenticator);
        }
        // Not by this API (`cannot_carry`).
        Attribute::ExternalIdentity | Attribute::ApplicationAttributes => {}
    }
}

impl Names<'_> {
    fn role(&self, text: &str) -> Value {
        let known = self.directory.role(text);
        let known = known.map(|role| (role.id.as_str(), role.name.as_str()));
        reference(known, text, self.role_value)
    }

    fn team(&self, text: &str) -> Value {
        let known = self.directory.team(text);
        let known = known.map(|team| (team.id.as_str(), team.name.as_str()));
        reference(known, text, self.role_value)
    }

    /// By what the configuration states: no API lists them.
    fn login_authenticator(&self, text: &str) -> Value {
        let known = self.directory.login_authenticator(text);
        let known = known.map(|known| (known.id.as_str(), known.name.as_str()));
        reference(known, text, RoleValue::Id)
    }
}

/// Assumption (cxone.md 1.4: UNKNOWN): the id in `value`, the name in `display`; the name in both where a probe has
/// shown so. What the directory does not know goes out as it is.
fn reference(known: Option<(&str, &str)>, text: &str, value: RoleValue) -> Value {
    match (known, value) {
        (Some((id, name)), RoleValue::Id) => json!({"value": id, "display": name}),
        (Some((_, name)), RoleValue::Name) => json!({"value": name, "display": name}),
        (None, _) => json!({"value": text}),
    }
}

fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            object.insert(name.to_owned(), value);
        }
        None => {
            object.shift_remove(name);
        }
    }
}

/// Sets a member of a member, and takes the outer one away when nothing is left in it.
fn put_in(user: &mut Map<String, Value>, outer: &str, name: &str, value: Option<Value>) {
    let mut object = match user.get_mut(outer).map(Value::take) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    if outer == "name" {
        // Put together from the parts as they were.
        object.shift_remove("formatted");
    }
    put(&mut object, name, value);
    put(
        user,
        outer,
        (!object.is_empty()).then_some(Value::Object(object)),
    );
}

/// Changes the one item that is ours; the others stay.
fn contact(
    user: &mut Map<String, Value>,
    name: &str,
    at: impl Fn(&[Value]) -> Option<usize>,
    value: Option<&str>,
    new: impl Fn(&str) -> Value,
) {
    let mut list = items(user, name).to_vec();
    match (at(&list), value) {
        (Some(at), Some(value)) => match list.get_mut(at).and_then(Value::as_object_mut) {
            Some(item) => put(item, "value", Some(Value::String(value.to_owned()))),
            None => list.insert(0, new(value)),
        },
        (None, Some(value)) => list.insert(0, new(value)),
        (Some(at), None) => {
            list.remove(at);
        }
        (None, None) => {}
    }
    put(user, name, (!list.is_empty()).then_some(Value::Array(list)));
}

/// A new primary role takes the old one's place; secondary ones stay. Clearing takes all away: the first of those left
/// would become the primary role, which nobody asked for.
fn set_role(user: &mut Map<String, Value>, role: Option<Value>) {
    let Some(role) = role else {
        user.shift_remove("roles");
        return;
    };
    let mut roles = items(user, "roles").to_vec();
    if !roles.is_empty() {
        roles.remove(0);
    }
    let id = role.get("value").cloned();
    roles.retain(|other| other.get("value") != id.as_ref());
    roles.insert(0, role);
    user.insert("roles".to_owned(), Value::Array(roles));
}

/// The roles beyond the first. Where nobody has a primary role there can be none: the first would become it.
fn set_secondary_roles(user: &mut Map<String, Value>, others: impl Iterator<Item = Value>) {
    let Some(primary) = items(user, "roles").first().cloned() else {
        return;
    };
    let mut roles = vec![primary];
    for other in others {
        if roles
            .iter()
            .all(|role| role.get("value") != other.get("value"))
        {
            roles.push(other);
        }
    }
    user.insert("roles".to_owned(), Value::Array(roles));
}
