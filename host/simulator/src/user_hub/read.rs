//! Reading employees one by one, and the two lists that are not the search.

use serde_json::{Value, json};

use super::row;
use crate::answer::{Answer, Refusal};
use crate::directory::{PAGE, paged};
use crate::settings::Settings;
use crate::users::Users;

/// `GET v1/users`: everybody at once; those whose status is DELETED only with `includeDeleted=true`.
pub(super) fn list(query: &str, users: &Users, settings: &Settings) -> Answer {
    let deleted =
        member(query, "includeDeleted").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let part = member(query, "fullNameContains")
        .unwrap_or_default()
        .to_lowercase();
    let shown: Vec<Value> = users
        .iter()
        .filter(|user| deleted || user.shown_status(settings) != "DELETED")
        .filter(|user| row::full_name(user).to_lowercase().contains(&part))
        .map(|user| row::v1(user, settings))
        .collect();
    Answer::ok(json!({ "users": shown }))
}

/// `GET v1/users/{id}`
pub(super) fn one_v1(id: &str, users: &Users, settings: &Settings) -> Result<Answer, Refusal> {
    Ok(Answer::ok(
        json!({ "user": row::v1(users.by_id(id)?, settings) }),
    ))
}

/// `GET v3/users/{id}`
pub(super) fn one(id: &str, users: &Users, settings: &Settings) -> Result<Answer, Refusal> {
    Ok(Answer::ok(
        json!({ "user": row::v3(users.by_id(id)?, settings) }),
    ))
}

/// `GET v1/users/{id}/identities`
pub(super) fn identity(id: &str, users: &Users) -> Result<Answer, Refusal> {
    let user = users.by_id(id)?;
    Ok(Answer::ok(
        json!({ "user": { "id": user.id, "fullName": row::full_name(user) } }),
    ))
}

/// `GET v2/users/identities`
pub(super) fn identities(
    query: &str,
    users: &Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let number = |name: &str, otherwise: u64| match member(query, name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse::<u64>()
            .map_err(|_| Refusal::invalid(name, format!("{name} must be a number, 0 or more"))),
    };
    let (skip, top) = (number("skip", 0)?, number("top", PAGE)?);
    let all: Vec<Value> = users
        .iter()
        .map(|user| {
            json!({
                "id": user.id,
                "displayName": user.display_name.clone().unwrap_or_else(|| row::full_name(user)),
                "status": user.shown_status(settings),
            })
        })
        .collect();
    Ok(Answer::ok(json!({
        "totalRecords": all.len(),
        "users": paged(all, skip, top),
        "_links": {},
    })))
}

fn member(query: &str, name: &str) -> Option<String> {
    let mut members = form_urlencoded::parse(query.as_bytes());
    let found = members.find(|(given, _)| given == name);
    found.map(|(_, value)| value.into_owned())
}
