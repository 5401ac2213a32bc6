//! User Hub's employees and teams: the second view of the one store (cxone.md 3.1, 3.2).

mod body;
mod read;
mod row;
mod search;
mod write;

use hyper::{Method, StatusCode};

use crate::answer::{Answer, Refusal};
use crate::auth::Caller;
use crate::directory;
use crate::request::Request;
use crate::settings::{Permission, Settings};
use crate::switches::UserHub;
use crate::users::Users;

pub(crate) use body::by_hand;

/// Serves `path`, the segments after `/user-management/`.
pub(crate) fn serve(
    path: &[&str],
    request: &Request,
    caller: &Caller,
    users: &mut Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    if is_people(path) {
        match settings.switches.user_hub {
            UserHub::Present => {}
            UserHub::Forbidden => {
                let detail = "the access key may not use User Hub";
                return Err(Refusal::new(StatusCode::FORBIDDEN, detail));
            }
            UserHub::Absent => return Err(unknown(request)),
        }
    }
    let read = || caller.must(Permission::EmployeesRead);
    let write = || caller.must(Permission::EmployeesWrite);
    match (&request.method, path) {
        (&Method::POST, ["v3" | "v4", "teams", "search"]) => {
            caller.must(Permission::TeamsRead)?;
            directory::teams(request.json_or_empty()?, settings)
        }
        (&Method::GET, ["v3", "teams", id]) => {
            caller.must(Permission::TeamsRead)?;
            directory::team(id, settings)
        }
        (&Method::GET, ["v1", "users"]) => {
            read()?;
            Ok(read::list(&request.query, users, settings))
        }
        (&Method::GET, ["v1", "users", id]) => {
            read()?;
            read::one_v1(id, users, settings)
        }
        (&Method::GET, ["v3", "users", id]) => {
            read()?;
            read::one(id, users, settings)
        }
        (&Method::GET, ["v1", "users", id, "identities"]) => {
            read()?;
            read::identity(id, users)
        }
        (&Method::GET, ["v2", "users", "identities"]) => {
            read()?;
            read::identities(&request.query, users, settings)
        }
        (&Method::POST, ["v2", "users", "search"]) => {
            read()?;
            search::users(request.json_or_empty()?, users, settings)
        }
        (&Method::POST, ["v1", "users"]) => {
            write()?;
            write::create(request.json()?, users, settings)
        }
        (&Method::PUT, ["v1", "users"]) => {
            write()?;
            write::replace(request.json()?, users, settings)
        }
        (&Method::POST, ["v1", "users", "deactivate"]) => {
            write()?;
            write::deactivate(request.json()?, users, settings)
        }
        (&Method::POST, ["v1", "users", id, "revive"]) => {
            write()?;
            write::revive(id, users, settings)
        }
        (&Method::PUT, ["v1", "users", id, "login-authenticator"]) => {
            write()?;
            write::login_authenticator(id, request.json()?, users, settings)
        }
        (&Method::POST, ["v2", "users", "inviteById"]) => {
            write()?;
            write::invite_by_id(request.json()?, users)
        }
        (&Method::POST, ["v2", "users", "inviteByEmail"]) => {
            write()?;
            write::invite_by_email(request.json()?, users)
        }
        (
            _,
            ["v3" | "v4", "teams", "search"]
            | ["v1", "users"]
            | ["v1" | "v2", "users", _]
            | [
                "v1",
                "users",
                _,
                "revive" | "login-authenticator" | "identities",
            ],
        ) => Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("{} is not offered here", request.method),
        )),
        _ => Err(unknown(request)),
    }
}

/// Whether the segments after `/user-management/` are of employees.
pub(crate) fn is_people(path: &[&str]) -> bool {
    path.get(1) == Some(&"users")
}

fn unknown(request: &Request) -> Refusal {
    let detail = format!("{} is not simulated", request.path);
    Refusal::new(StatusCode::NOT_FOUND, detail)
}
