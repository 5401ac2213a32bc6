//! The wire of CXone's SCIM API: what a user looks like going out and coming back (cxone.md 1.3 to 1.5).

mod list;
mod read;
mod write;

use bridge::directory::Directory;
use serde_json::{Map, Value};

use crate::settings::RoleValue;

pub(crate) use list::matching;
pub(crate) use read::held;
pub(crate) use write::{create_body, replace_body};

/// CXone's extension of the user: `team` and `loginAuthenticator`.
pub(crate) const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";

/// Assumption (cxone.md 1.5: UNKNOWN): SCIM's media type is understood, because every identity provider sends it.
pub(crate) const MEDIA_TYPE: &str = "application/scim+json";

/// How a body names roles, teams and login authenticators.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    /// Where they are looked up.
    pub(crate) directory: &'a Directory,
    /// What is in the `value` of a role or team.
    pub(crate) role_value: RoleValue,
    /// What everybody is given where nothing is said; `None` if that is left to CXone.
    pub(crate) default_role: Option<&'a str>,
}

/// A value as text; empty text is none.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn member<'a>(object: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    object?.as_object()?.get(name)
}

fn items<'a>(user: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    match user.get(name) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

fn has_type(item: &Value, kind: &str) -> bool {
    item.get("type")
        .and_then(Value::as_str)
        .is_some_and(|found| found.eq_ignore_ascii_case(kind))
}

fn is_primary(item: &Value) -> bool {
    item.get("primary") == Some(&Value::Bool(true))
}

/// The e-mail: the primary one, else the one of type work, else the first.
fn email_at(items: &[Value]) -> Option<usize> {
    let first = (!items.is_empty()).then_some(0);
    items
        .iter()
        .position(is_primary)
        .or_else(|| items.iter().position(|item| has_type(item, "work")))
        .or(first)
}

/// The mobile number: the one of type mobile, else the first without type. CXone has one such field; numbers of other
/// types are not ours.
fn mobile_at(items: &[Value]) -> Option<usize> {
    items
        .iter()
        .position(|item| has_type(item, "mobile"))
        .or_else(|| {
            items
                .iter()
                .position(|item| item.get("type").is_none_or(Value::is_null))
        })
}

/// The primary role: the one marked so, else the first.
fn role_at(items: &[Value]) -> Option<usize> {
    let first = (!items.is_empty()).then_some(0);
    items.iter().position(is_primary).or(first)
}
