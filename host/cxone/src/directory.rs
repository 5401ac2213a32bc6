//! The tenant's roles, teams and login authenticators: by the searches of cxone.md 3.1, and as the configuration states
//! them where they cannot be read.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bridge::directory::{Directory, LoginAuthenticator, Origin, Role, Team};
use bridge::port::cxone::{CallOptions, Freshness, UpstreamError};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::{Api, unavailable};
use crate::complaint::Personal;
use crate::search::{Found, PAGE, Paged, SMALLEST_PAGE, ask, complete, page};
use crate::session::Session;
use crate::settings::Stated;
use crate::snapshot::{Life, Snapshots};
use crate::wire::text;

pub(crate) const ROLES: &str = "/authorization/v1/roles/search";
pub(crate) const TEAMS: &str = "/user-management/v4/teams/search";
pub(crate) const MOST_PAGES: usize = 200;

const LIFE: Life = Life {
    what: "roles and teams",
    recent: Duration::from_secs(30),
    stale: Duration::from_secs(3600),
    pause: Duration::from_secs(5),
};

/// A tenant's directory, one snapshot for all who ask.
#[derive(Debug)]
pub(crate) struct Directories {
    session: Session,
    snapshots: Snapshots<Directory>,
}

impl Directories {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            snapshots: Snapshots::new(LIFE),
        }
    }

    /// A snapshot taken within the last 30 s, or within the hour if CXone cannot be asked; for [`Freshness::Now`]
    /// one that was begun after the call.
    pub(crate) async fn get(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        let stated = &self.session.settings().stated;
        // On the heap: futures that hold this one hold it several times over.
        let fetch = Box::pin(fetch(self.session.api(), stated, options));
        Box::pin(self.snapshots.get(freshness, options.deadline, fetch)).await
    }

    /// What needs no asking: the login authenticators.
    pub(crate) fn stated(&self) -> Directory {
        Directory {
            login_authenticators: self.session.settings().stated.login_authenticators.clone(),
            ..Directory::default()
        }
    }
}

async fn fetch(
    api: &Api,
    stated: &Stated,
    options: CallOptions,
) -> Result<Directory, UpstreamError> {
    let taken = Timestamp::now();
    // Both to the end: a failure of one that gave up the other would give up the one request with which a host that
    // was ill is tried again, time after time.
    let (roles, teams) = tokio::join!(roles(api, options), teams(api, options));
    let required = api.directory_required();
    let (roles, roles_from) = or_stated(roles.map_err(not_for_good)?, &stated.roles, required)?;
    let (teams, teams_from) = or_stated(teams.map_err(not_for_good)?, &stated.teams, required)?;
    let login_authenticators = stated.login_authenticators.clone();
    Ok(Directory {
        version: version(&roles, &teams, &login_authenticators),
        roles,
        teams,
        login_authenticators,
        roles_from,
        teams_from,
        taken,
    })
}

/// What CXone lists; what the configuration states where the access key may not read it or there is no such search;
/// nothing where none need be there.
fn or_stated<T: Clone>(
    found: Found<Vec<T>>,
    stated: &[T],
    required: bool,
) -> Result<(Vec<T>, Origin), UpstreamError> {
    match found {
        Ok(found) => Ok((found, Origin::Cxone)),
        Err(_) if !stated.is_empty() => Ok((stated.to_vec(), Origin::Configuration)),
        Err(denied) if denied.missing && !required => Ok((Vec::new(), Origin::Cxone)),
        Err(denied) => Err(denied.error),
    }
}

/// A search that is refused says nothing against the write that needs its names.
fn not_for_good(error: UpstreamError) -> UpstreamError {
    match error {
        UpstreamError::Refused { status, detail, .. } => unavailable(format!(
            "the search for roles and teams is refused: status {status}, {detail}"
        )),
        other => other,
    }
}

/// Assumption (cxone.md 3.1): whether `pageNo` counts from 0 or 1 is UNKNOWN. Page 0 is asked first: where counting
/// starts at 1 it is empty, refused, or page 1 once more, and neither loses anything.
pub(crate) async fn roles(
    api: &Api,
    options: CallOptions,
) -> Result<Found<Vec<Role>>, UpstreamError> {
    let mut roles: Vec<Role> = Vec::new();
    let mut expected = None;
    for number in 0..MOST_PAGES {
        let body = json!({ "filter": {}, "page": { "pageSize": PAGE, "pageNo": number } });
        let answer = match ask(api, ROLES, &body, &Personal::default(), options).await {
            Err(UpstreamError::Refused { .. }) if number == 0 => continue,
            answer => answer?,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(denied) => return Ok(Err(denied)),
        };
        let (items, total) = page(&answer, ROLES, "roles")?;
        expected = total.or(expected);
        let before = roles.len();
        for role in items.iter().filter_map(role) {
            if roles.iter().all(|known| known.id != role.id) {
                roles.push(role);
            }
        }
        // Page 1 may repeat page 0, and page 0 may be empty; no later page may.
        let nothing_new = roles.len() == before && number > 1;
        let last = items.len() < SMALLEST_PAGE && !(number == 0 && items.is_empty());
        let all = expected.is_some_and(|expected| roles.len() >= expected);
        if nothing_new || all || (last && expected.is_none()) {
            break;
        }
    }
    complete(roles.len(), expected, ROLES)?;
    Ok(Ok(roles))
}

async fn teams(api: &Api, options: CallOptions) -> Result<Found<Vec<Team>>, UpstreamError> {
    let search = Paged {
        route: TEAMS,
        member: "teams",
        order: None,
        most: MOST_PAGES * PAGE,
    };
    let read = |item: &Value| team(item).map(|team| (team.id.clone(), team));
    search.all(api, || options, read).await
}

fn first(item: &Value, members: &[&str]) -> Option<String> {
    members.iter().find_map(|member| text(item.get(*member)))
}

fn role(item: &Value) -> Option<Role> {
    Some(Role {
        id: first(item, &["roleId", "id"])?,
        name: first(item, &["roleName", "displayName", "name"])?,
        // A role without status is left to CXone to judge.
        status: first(item, &["status"]).unwrap_or_else(|| "ACTIVE".to_owned()),
    })
}

fn team(item: &Value) -> Option<Team> {
    Some(Team {
        id: first(item, &["id", "teamId"])?,
        name: first(item, &["name", "teamName"])?,
    })
}

fn version(roles: &[Role], teams: &[Team], authenticators: &[LoginAuthenticator]) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        // With its length, so that no two contents run together.
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    for role in roles {
        part("role");
        part(&role.id);
        part(&role.name);
        part(&role.status);
    }
    for team in teams {
        part("team");
        part(&team.id);
        part(&team.name);
    }
    for authenticator in authenticators {
        part("login authenticator");
        part(&authenticator.id);
        part(&authenticator.name);
    }
    let mut version = String::new();
    for byte in hash.finalize().iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(version, "{byte:02x}");
    }
    version
}

#[cfg(test)]
mod tests;
