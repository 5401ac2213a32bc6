//! The searches for roles and teams (cxone.md 3.1).

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::settings::{Role, Settings, Team};
use crate::switches::RolePages;

/// Items of a page when the request does not say, and the most of one (reported for a neighbouring API).
pub(crate) const PAGE: u64 = 50;
pub(crate) const LARGEST_PAGE: u64 = 100;

/// `POST /authorization/v1/roles/search`: filters `roleId` and `status`, exact; without `page`, all roles.
pub(crate) fn roles(body: &Value, settings: &Settings) -> Result<Answer, Refusal> {
    let ids = filter_values(body, "roleId")?;
    let statuses = filter_values(body, "status")?;
    let found: Vec<&Role> = settings
        .roles
        .iter()
        .filter(|role| ids.as_ref().is_none_or(|ids| ids.contains(&role.id)))
        .filter(|role| {
            statuses
                .as_ref()
                .is_none_or(|statuses| statuses.contains(&status(role)))
        })
        .collect();
    let found = match body.get("page").filter(|page| !page.is_null()) {
        None => found,
        Some(page) => {
            let size = number(page, "pageSize")?
                .unwrap_or(PAGE)
                .clamp(1, LARGEST_PAGE);
            let first = if settings.switches.role_pages == RolePages::FromOne {
                1
            } else {
                0
            };
            let number = number(page, "pageNo")?
                .unwrap_or(first)
                .saturating_sub(first);
            paged(found, number.saturating_mul(size), size)
        }
    };
    let roles: Vec<Value> = found.into_iter().map(shown_role).collect();
    Ok(Answer::ok(json!({ "roles": roles })))
}

fn shown_role(role: &Role) -> Value {
    json!({
        "roleId": role.id,
        "roleName": role.name,
        "displayName": role.name,
        "status": role.status,
        "description": "",
        "permissions": role.permissions,
        "loginAuthenticatorId": role.login_authenticator_id,
        "internal": false,
        "modifiable": true,
    })
}

fn status(role: &Role) -> String {
    serde_json::to_value(role.status)
        .ok()
        .and_then(|status| status.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// `POST /user-management/v4/teams/search`: filters `id` and `name`, operations EQ, IN, NOT and LIKE.
pub(crate) fn teams(body: &Value, settings: &Settings) -> Result<Answer, Refusal> {
    let mut found: Vec<&Team> = settings.teams.iter().collect();
    for (member, of) in [
        ("id", (|team| &team.id) as fn(&Team) -> &String),
        ("name", |team| &team.name),
    ] {
        let Some(wanted) = filter_values(body, member)? else {
            continue;
        };
        let operation = body
            .pointer(&format!("/operations/{member}"))
            .and_then(Value::as_str)
            .unwrap_or("EQ");
        let is = |team: &Team| {
            wanted
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(of(team)))
        };
        let like = |team: &Team| {
            let text = of(team).to_lowercase();
            wanted
                .iter()
                .any(|wanted| text.contains(wanted.trim_matches('%').to_lowercase().as_str()))
        };
        match operation {
            "EQ" | "IN" => found.retain(|team| is(team)),
            "NOT" => found.retain(|team| !is(team)),
            "LIKE" => found.retain(|team| like(team)),
            other => {
                return Err(Refusal::invalid(
                    "operations",
                    format!("the operation {other:?} is not simulated"),
                ));
            }
        }
    }
    if let Some(direction) = body.pointer("/orderBy/name").and_then(Value::as_str) {
        found.sort_by_key(|team| team.name.to_lowercase());
        if direction == "DESC" {
            found.reverse();
        }
    }
    let total = found.len();
    let skip = number(body, "skip")?.unwrap_or(0);
    let top = number(body, "top")?.unwrap_or(PAGE).min(LARGEST_PAGE);
    let teams: Vec<Value> = paged(found, skip, top)
        .into_iter()
        .map(|team| shown_team(team, settings))
        .collect();
    Ok(Answer::ok(
        json!({ "totalRecords": total, "skip": skip, "top": top, "teams": teams }),
    ))
}

/// `GET /user-management/v3/teams/{id}`
pub(crate) fn team(id: &str, settings: &Settings) -> Result<Answer, Refusal> {
    match settings.teams.iter().find(|team| team.id == id) {
        Some(team) => Ok(Answer::ok(json!({ "team": shown_team(team, settings) }))),
        None => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no team {id:?}"),
        )),
    }
}

fn shown_team(team: &Team, settings: &Settings) -> Value {
    json!({
        "id": team.id,
        "name": team.name,
        "description": "",
        "status": team.status,
        "leadUserId": null,
        "isDefault": default_team(settings).is_some_and(|default| default.id == team.id),
    })
}

/// Where a user without a team lands.
pub(crate) fn default_team(settings: &Settings) -> Option<&Team> {
    settings
        .teams
        .iter()
        .find(|team| team.is_default)
        .or(settings.teams.first())
}

/// The values of a filter: a scalar counts as a list of one, an empty list or text as no filter.
fn filter_values(body: &Value, member: &str) -> Result<Option<Vec<String>>, Refusal> {
    let wrong = || {
        Refusal::invalid(
            &format!("filter.{member}"),
            format!("filter.{member} must be text or a list of it"),
        )
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
    let values = match body.pointer(&format!("/filter/{member}")) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(values)) => values.iter().map(text).collect::<Result<Vec<_>, _>>()?,
        Some(value) => vec![text(value)?],
    };
    let values: Vec<String> = values
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect();
    Ok(Some(values).filter(|values| !values.is_empty()))
}

pub(crate) fn number(body: &Value, member: &str) -> Result<Option<u64>, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_u64();
            number.map(Some).ok_or_else(|| {
                Refusal::invalid(member, format!("{member} must be a number, 0 or more"))
            })
        }
    }
}

pub(crate) fn paged<T>(items: Vec<T>, skip: u64, top: u64) -> Vec<T> {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    items
        .into_iter()
        .skip(skip)
        .take(usize::try_from(top).unwrap_or(usize::MAX))
        .collect()
}
