//! The answer to a user-name filter.

use bridge::name::fold;
use serde_json::Value;

use super::text;

/// Why an answer to a filter says nothing about who exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadList {
    /// Not a list response.
    NoList,
    /// It says that there are more than it holds.
    Incomplete,
    /// The user is there but has no id.
    NoId,
}

impl BadList {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BadList::NoList => "the answer to the user name filter is no list",
            BadList::Incomplete => "the answer to the user name filter is incomplete",
            BadList::NoId => "the user found has no id",
        }
    }
}

/// The id of the user of this name in a ListResponse (cxone.md 1.4: `totalResults` and `Resources`, no paging).
///
/// `None` is given only by a list that is whole. Results are checked: a server that ignores or widens the filter may
/// not hand us somebody else. Among several with the name in other case, the exact one comes first, then an active one.
pub(crate) fn matching(list: &Value, user_name: &str) -> Result<Option<String>, BadList> {
    let list = list.as_object().ok_or(BadList::NoList)?;
    let total = match list.get("totalResults") {
        Some(Value::Number(total)) => total.as_u64(),
        Some(Value::String(total)) => total.parse().ok(),
        _ => None,
    };
    let resources: &[Value] = match (list.get("Resources"), total) {
        (Some(Value::Array(resources)), _) => resources,
        // RFC 7644, section 3.4.2: Resources may be left out when nothing matches.
        (None | Some(Value::Null), Some(0)) => &[],
        (None | Some(Value::Null), Some(_)) => return Err(BadList::Incomplete),
        _ => return Err(BadList::NoList),
    };
    let name = |user: &Value| text(user.get("userName"));
    let wanted = fold(user_name);
    let mut found: Vec<&Value> = resources
        .iter()
        .filter(|user| name(user).is_some_and(|name| fold(&name) == wanted))
        .collect();
    found.sort_by_key(|user| {
        let exact = name(user).as_deref() == Some(user_name);
        let active = user.get("active") == Some(&Value::Bool(true));
        (!exact, !active)
    });
    match found.first() {
        Some(user) => text(user.get("id")).map(Some).ok_or(BadList::NoId),
        None if total.is_some_and(|total| total > resources.len() as u64) => {
            Err(BadList::Incomplete)
        }
        None => Ok(None),
    }
}
