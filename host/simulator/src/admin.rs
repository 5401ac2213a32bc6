//! The read side of the Admin API: employees as agents, with integer ids beside the UUIDs (cxone.md 3.3).

mod query;
mod row;
mod zones;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::Caller;
use crate::request::Request;
use crate::settings::{Permission, Settings};
use crate::users::Users;

use query::Query;

/// Whether a path is one of the Admin API's; the case of its first segment does not count.
pub(crate) fn owns(path: &str) -> bool {
    let mut segments = path.trim_start_matches('/').split('/');
    segments
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case("inContactAPI"))
}

/// Serves `path`, all its segments.
pub(crate) fn serve(
    path: &[&str],
    request: &Request,
    caller: &Caller,
    users: &Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    if !request.accepts {
        return Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "No known way to render data",
        ));
    }
    let rest = match path {
        [_, "services", version, rest @ ..] if is_version(version) => rest,
        _ => &[],
    };
    let query = Query::of(request);
    match (&request.method, rest) {
        (&Method::GET, ["agents"]) => {
            caller.must(Permission::EmployeesRead)?;
            let found = users.iter().map(|user| row::agent(user, settings));
            let found = found.filter(|agent| query.wants(agent)).collect();
            let head = json!({
                "businessUnitId": settings.business_unit,
                "lastPollTime": jiff::Timestamp::now().to_string(),
                "hiddenAgents": 0,
            });
            query.page("agents", found, &request.path, head, settings)
        }
        (&Method::GET, ["agents", id]) => {
            caller.must(Permission::EmployeesRead)?;
            let mut agents = users.iter();
            let found = agents.find(|user| user.id == *id || user.agent_id.to_string() == *id);
            let found = found.ok_or_else(|| unknown("agent", id))?;
            let agents = [row::agent(found, settings)];
            Ok(Answer::ok(
                json!({ "businessUnitId": settings.business_unit, "agents": agents }),
            ))
        }
        (&Method::GET, ["teams"]) => {
            caller.must(Permission::TeamsRead)?;
            let teams = settings.teams.iter();
            let found = teams.map(|team| row::team(team, settings));
            let found = found.filter(|team| query.wants(team)).collect();
            let head = json!({ "businessUnitId": settings.business_unit });
            query.page("teams", found, &request.path, head, settings)
        }
        (&Method::GET, ["teams", id]) => {
            caller.must(Permission::TeamsRead)?;
            let mut teams = settings.teams.iter().map(|team| row::team(team, settings));
            let found = teams.find(|team| is(&team["teamUuid"], id) || is(&team["teamId"], id));
            let found = found.ok_or_else(|| unknown("team", id))?;
            Ok(Answer::ok(json!({ "teams": [found] })))
        }
        (&Method::GET, ["security-profiles"]) => {
            caller.must(Permission::RolesRead)?;
            let roles = settings.roles.iter();
            let found = roles.map(|role| row::profile(role, settings)).collect();
            query.page("profiles", found, &request.path, json!({}), settings)
        }
        (&Method::GET, ["security-profiles", id]) => {
            caller.must(Permission::RolesRead)?;
            let mut roles = settings
                .roles
                .iter()
                .map(|role| row::profile(role, settings));
            let found =
                roles.find(|role| is(&role["roleId"], id) || is(&role["securityProfileId"], id));
            found
                .map(Answer::ok)
                .ok_or_else(|| unknown("security profile", id))
        }
        (&Method::GET, ["business-unit"]) => Ok(Answer::ok(row::business_unit(settings))),
        (&Method::GET, ["timezones"]) => Ok(Answer::ok(json!({ "timeZones": zones::all() }))),
        (_, ["agents" | "teams" | "security-profiles", ..] | ["business-unit" | "timezones"]) => {
            Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} is not simulated here", request.method),
            ))
        }
        _ => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            format!("{} is not simulated", request.path),
        )),
    }
}

/// `v` and a number, `.0` after it.
fn is_version(segment: &str) -> bool {
    let number = segment
        .strip_prefix(['v', 'V'])
        .and_then(|rest| rest.strip_suffix(".0"));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn unknown(kind: &str, id: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, format!("there is no {kind} {id:?}"))
}

/// Whether an id, a UUID or a number, is the one that a path has.
fn is(id: &Value, given: &str) -> bool {
    match id {
        Value::String(uuid) => uuid == given,
        number => number
            .as_u64()
            .is_some_and(|number| given.parse() == Ok(number)),
    }
}
