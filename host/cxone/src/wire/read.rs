//! From CXone's answer to what the bridge sees.

use bridge::directory::Directory;
use bridge::port::cxone::Held;
use bridge::target::{Attribute, Target};
use serde_json::{Map, Value};

use super::{EXTENSION, email_at, items, member, mobile_at, role_at, text};

/// A user as answered: `None` if it is no object or has no id. Members that are missing or of another type than
/// expected are no opinion; what is not understood stays in `raw`.
///
/// Role, team and login authenticator are shown by name where the directory knows them. Without a directory the name
/// that CXone shows beside the id stands in.
pub(crate) fn held(raw: Value, directory: Option<&Directory>) -> Option<Held> {
    let user = raw.as_object()?;
    let id = text(user.get("id"))?;
    let mut target = Target {
        active: active(user.get("active")),
        ..Target::default()
    };
    let name = user.get("name");
    let emails = items(user, "emails");
    let phones = items(user, "phoneNumbers");
    let roles = items(user, "roles");
    let extension = user.get(EXTENSION);
    let at = |items: &[Value], at: Option<usize>| {
        at.and_then(|at| items.get(at))
            .and_then(|item| text(item.get("value")))
    };
    let primary = role_at(roles);
    let role_name = |role: Option<&Value>| {
        named(role, directory, |directory, text| {
            directory.role(text).map(|role| role.name.as_str())
        })
    };
    let found = [
        (Attribute::UserName, text(user.get("userName"))),
        (Attribute::GivenName, text(member(name, "givenName"))),
        (Attribute::MiddleName, text(member(name, "middleName"))),
        (Attribute::FamilyName, text(member(name, "familyName"))),
        (Attribute::DisplayName, text(user.get("displayName"))),
        (Attribute::Email, at(emails, email_at(emails))),
        (Attribute::MobileNumber, at(phones, mobile_at(phones))),
        (Attribute::TimeZone, time_zone(user)),
        (Attribute::UserType, text(user.get("userType"))),
        (
            Attribute::Role,
            role_name(primary.and_then(|at| roles.get(at))),
        ),
        (
            Attribute::Team,
            named(member(extension, "team"), directory, |directory, text| {
                directory.team(text).map(|team| team.name.as_str())
            }),
        ),
        (
            Attribute::LoginAuthenticator,
            named(
                member(extension, "loginAuthenticator"),
                directory,
                |directory, text| {
                    directory
                        .login_authenticator(text)
                        .map(|authenticator| authenticator.name.as_str())
                },
            ),
        ),
    ];
    for (attribute, value) in found {
        if let Some(value) = value {
            target.set(attribute, value);
        }
    }
    let others = roles.iter().enumerate();
    let secondary: Vec<String> = others
        .filter(|(at, _)| Some(*at) != primary)
        .filter_map(|(_, role)| role_name(Some(role)))
        .collect();
    target.set_list(
        Attribute::SecondaryRoles,
        secondary.iter().map(String::as_str),
    );
    Some(Held {
        id,
        target,
        own: false,
        pending: None,
        raw,
    })
}

fn active(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(active) => Some(*active),
        // CXone's own PATCH takes text (cxone.md 1.4), so an answer may hold it.
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// `timeZone` in answers (cxone.md 1.4); the request's spelling is understood too.
pub(super) fn time_zone(user: &Map<String, Value>) -> Option<String> {
    text(user.get("timeZone")).or_else(|| text(user.get("timezone")))
}

/// The value of a `{value, display}`, a bare text too.
fn reference(item: Option<&Value>) -> Option<String> {
    let item = item?;
    text(item.get("value"))
        .or_else(|| text(item.get("display")))
        .or_else(|| text(Some(item)))
}

/// Assumption (cxone.md 1.4: UNKNOWN): the id is in `value` and the name in `display`. The directory finds either in
/// either place.
fn named(
    item: Option<&Value>,
    directory: Option<&Directory>,
    find: impl for<'a> Fn(&'a Directory, &str) -> Option<&'a str>,
) -> Option<String> {
    let display = text(item?.get("display"));
    let value = reference(item);
    let Some(directory) = directory else {
        return display.or(value);
    };
    let known = [&value, &display]
        .into_iter()
        .flatten()
        .find_map(|text| find(directory, text))
        .map(str::to_owned);
    known.or(value)
}
