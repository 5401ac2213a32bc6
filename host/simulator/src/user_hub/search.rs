//! `POST v2/users/search`: the one paged list of employees (cxone.md 3.1).

use serde_json::{Map, Value, json};

use super::row;
use crate::answer::{Answer, Refusal};
use crate::directory::{LARGEST_PAGE, PAGE, number, paged};
use crate::settings::Settings;
use crate::switches::{SearchFilter, SearchInactive};
use crate::user::User;
use crate::users::Users;

/// Everybody whom filter and operations leave, ordered, a page of them, in the members that `fields` names.
pub(super) fn users(body: &Value, users: &Users, settings: &Settings) -> Result<Answer, Refusal> {
    let filter = members(body, "filter")?;
    let operations = members(body, "operations")?;
    let skip = number(body, "skip")?.unwrap_or(0);
    let top = number(body, "top")?.unwrap_or(PAGE).min(LARGEST_PAGE);
    let by_status = filter.contains_key("status");
    let shown = match settings.switches.search_inactive {
        SearchInactive::Shown => true,
        SearchInactive::Hidden => false,
        SearchInactive::ByStatus => by_status,
    };
    let order = members(body, "orderBy")?;
    let people = candidates(users, &filter, &operations, settings);
    let people = people
        .into_iter()
        .filter(|user| shown || user.deactivated.is_none());
    let row = |user: &User| row::v3(user, settings);
    if filter.is_empty() && order.is_empty() {
        // Most of a large tenant need no row.
        let people: Vec<&User> = people.collect();
        let total = people.len();
        let page = paged(people, skip, top).into_iter().map(row).collect();
        return Ok(answer(total, skip, top, page, body));
    }
    let mut rows: Vec<Map<String, Value>> = people.map(row).collect();
    for (field, wanted) in &filter {
        let operation = operations.get(field).and_then(Value::as_str);
        keep(
            &mut rows,
            field,
            wanted,
            operation,
            settings.switches.search_filter,
        )?;
    }
    for (field, direction) in order.iter().rev() {
        rows.sort_by_key(|row| row.get(field).map(|value| plain(value).to_lowercase()));
        if direction == "DESC" {
            rows.reverse();
        }
    }
    let total = rows.len();
    let page = paged(rows, skip, top);
    Ok(answer(total, skip, top, page, body))
}

fn answer(
    total: usize,
    skip: u64,
    top: u64,
    mut page: Vec<Map<String, Value>>,
    body: &Value,
) -> Answer {
    let fields = body.get("fields").and_then(Value::as_array);
    if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
        for row in &mut page {
            row.retain(|member, _| fields.iter().any(|field| field == member));
        }
    }
    Answer::ok(json!({ "totalRecords": total, "skip": skip, "top": top, "users": page }))
}

/// Everybody, or those of one name where only they can be meant: so that a large tenant's search is no walk.
fn candidates<'a>(
    users: &'a Users,
    filter: &Map<String, Value>,
    operations: &Map<String, Value>,
    settings: &Settings,
) -> Vec<&'a User> {
    let whole = matches!(
        settings.switches.search_filter,
        SearchFilter::Folded | SearchFilter::Exact
    );
    let name = match filter.get("userName") {
        Some(Value::Array(names)) if names.len() == 1 => names[0].as_str(),
        Some(Value::String(name)) => Some(name.as_str()),
        _ => None,
    };
    match name {
        Some(name) if whole && !operations.contains_key("userName") => users.folded(name),
        _ => users.iter().collect(),
    }
}

fn keep(
    rows: &mut Vec<Map<String, Value>>,
    field: &str,
    wanted: &Value,
    operation: Option<&str>,
    switch: SearchFilter,
) -> Result<(), Refusal> {
    if switch == SearchFilter::Ignored {
        return Ok(());
    }
    let wanted: Vec<String> = match wanted {
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Null | Value::Object(_) => {
            let detail = format!("filter.{field} must be a value or a list of values");
            return Err(Refusal::invalid(&format!("filter.{field}"), detail));
        }
        value => vec![plain(value)],
    };
    if wanted.is_empty() {
        return Ok(());
    }
    let folded: Vec<String> = wanted.iter().map(|value| value.to_lowercase()).collect();
    let whole = |value: &str| folded.contains(&value.to_lowercase());
    let part = |value: &str| {
        let value = value.to_lowercase();
        folded
            .iter()
            .any(|wanted| value.contains(wanted.trim_matches('%')))
    };
    let fits = |value: &str| match (operation, switch) {
        (Some("LIKE"), _) => Ok(part(value)),
        (Some("NOT"), _) => Ok(!whole(value)),
        (Some("BETWEEN"), _) => Ok(match folded.as_slice() {
            [low, high] => (low..=high).contains(&&value.to_lowercase()),
            _ => false,
        }),
        (None | Some("OR"), SearchFilter::Exact) => Ok(wanted.iter().any(|wanted| wanted == value)),
        (None | Some("OR"), SearchFilter::Like) => Ok(part(value)),
        (None | Some("OR"), _) => Ok(whole(value)),
        (Some(other), _) => Err(Refusal::invalid(
            "operations",
            format!("the operation {other:?} is none of LIKE, BETWEEN, NOT, OR"),
        )),
    };
    let mut kept = Vec::new();
    for row in rows.drain(..) {
        let Some(value) = row.get(field) else {
            let detail = format!("there is no field {field:?}");
            return Err(Refusal::invalid(&format!("filter.{field}"), detail));
        };
        let fit = match value {
            Value::Array(values) => {
                let mut any = false;
                for value in values {
                    any |= fits(&plain(value))?;
                }
                any
            }
            value => fits(&plain(value))?,
        };
        if fit {
            kept.push(row);
        }
    }
    *rows = kept;
    Ok(())
}

fn members(body: &Value, name: &str) -> Result<Map<String, Value>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members.clone()),
        Some(_) => Err(Refusal::invalid(name, format!("{name} must be an object"))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
