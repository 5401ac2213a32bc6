//! The tenant's roles and teams, by the searches of cxone.md 3.1, kept as one immutable snapshot.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::directory::{Directory, Role, Team};
use bridge::port::cxone::{CallOptions, Freshness, UpstreamError};
use client::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::api::{Api, Call, Reply, Service, no_such_path, unavailable};
use crate::complaint::{Personal, is_error};
use crate::flight::{Flight, lock};

const ROLES: &str = "/authorization/v1/roles/search";
const TEAMS: &str = "/user-management/v4/teams/search";
/// cxone.md 3.3: the largest page known of a neighbouring API.
const PAGE: usize = 100;
/// cxone.md 3.3: the smallest page size known. A shorter page is the last, whatever was asked for.
const SMALLEST_PAGE: usize = 50;
const MOST_PAGES: usize = 200;

/// How long a snapshot is recent.
const RECENT: Duration = Duration::from_secs(30);
/// How long an old one may stand in while CXone cannot be asked.
const STALE: Duration = Duration::from_secs(3600);
/// How long after a failure the old one stands in without asking again.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
struct Snapshot {
    directory: Arc<Directory>,
    taken: Instant,
    /// Not before, because the last attempt failed.
    retry_at: Instant,
}

/// The shared snapshot. It starts empty: a start of the service reads afresh.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    last: Mutex<Option<Snapshot>>,
    flight: Flight<Arc<Directory>>,
}

impl Snapshots {
    /// A snapshot taken within the last 30 s, or within the hour if CXone cannot be asked; for [`Freshness::Now`]
    /// one that was begun after the call.
    pub(crate) async fn get(
        &self,
        api: &Api,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        // On the heap: futures that hold this one hold it several times over.
        let fetch = Box::pin(fetch(api, options));
        Box::pin(self.get_by(freshness, options.deadline, fetch)).await
    }

    async fn get_by(
        &self,
        freshness: Freshness,
        deadline: Instant,
        fetch: impl Future<Output = Result<Directory, UpstreamError>>,
    ) -> Result<Arc<Directory>, UpstreamError> {
        let ticket = match freshness {
            Freshness::Recent => self.flight.ending(),
            Freshness::Now => self.flight.starting(),
        };
        let now = Instant::now();
        let usable = lock(&self.last)
            .clone()
            .filter(|last| freshness == Freshness::Recent && now < last.taken + STALE);
        if let Some(last) = &usable
            && (now < last.taken + RECENT || now < last.retry_at)
        {
            return Ok(Arc::clone(&last.directory));
        }
        let fetch = async {
            // What is read is as old as the question.
            let taken = Instant::now();
            let fetched = match tokio::time::timeout_at(deadline, fetch).await {
                Ok(fetched) => fetched.map(Arc::new),
                Err(_) => Err(unavailable("roles and teams took too long to read")),
            };
            let mut last = lock(&self.last);
            match &fetched {
                Ok(directory) => {
                    *last = Some(Snapshot {
                        directory: Arc::clone(directory),
                        taken,
                        retry_at: taken,
                    });
                }
                Err(_) => {
                    if let Some(last) = last.as_mut() {
                        last.retry_at = Instant::now() + PAUSE;
                    }
                }
            }
            fetched
        };
        match (self.flight.join(ticket, deadline, fetch).await, usable) {
            (Err(UpstreamError::Unavailable { .. }), Some(last)) => Ok(last.directory),
            (outcome, _) => outcome,
        }
    }
}

async fn fetch(api: &Api, options: CallOptions) -> Result<Directory, UpstreamError> {
    let (roles, teams) =
        tokio::try_join!(roles(api, options), teams(api, options)).map_err(not_for_good)?;
    let version = version(&roles, &teams);
    Ok(Directory {
        roles,
        teams,
        version,
        ..Directory::default()
    })
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

/// One page of a search; `None` if the server has no such search and need not have one.
async fn search(
    api: &Api,
    route: &'static str,
    body: &Value,
    options: CallOptions,
) -> Result<Option<Value>, UpstreamError> {
    let call = Call {
        method: Method::POST,
        service: Service::UserHub,
        route,
        path: route.to_owned(),
        query: None,
        media_type: "application/json",
        body: Some(body),
        write: false,
        repeatable: true,
        personal: &Personal::default(),
        options,
    };
    match api.ask(&call).await? {
        Reply::Missing { .. } if !api.directory_required() => Ok(None),
        Reply::Missing { detail, .. } => Err(no_such_path(route, &detail)),
        Reply::Done(answer) => match answer.json() {
            Some(json) if json.is_object() && !is_error(&json) => Ok(Some(json)),
            _ => Err(unavailable(format!("{route}: the answer is no result"))),
        },
    }
}

/// The items of a page, and how many there are in all where the answer says so.
fn page<'a>(
    answer: &'a Value,
    route: &str,
    member: &str,
) -> Result<(&'a [Value], Option<usize>), UpstreamError> {
    let items = match answer.get(member) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => {
            return Err(unavailable(format!(
                "{route}: the answer has no list {member:?}"
            )));
        }
    };
    let total = [
        answer.get("totalRecords"),
        answer.pointer("/page/totalRecords"),
    ]
    .into_iter()
    .flatten()
    .find_map(Value::as_u64)
    .and_then(|total| usize::try_from(total).ok());
    Ok((items, total))
}

/// An incomplete directory would refuse roles and teams that exist.
fn complete(found: usize, total: Option<usize>, route: &str) -> Result<(), UpstreamError> {
    match total {
        Some(total) if found < total => Err(unavailable(format!(
            "{route}: {found} of {total} items were to be had"
        ))),
        _ => Ok(()),
    }
}

/// Assumption (cxone.md 3.1): whether `pageNo` counts from 0 or 1 is UNKNOWN. Page 0 is asked first: where counting
/// starts at 1 it is empty, refused, or page 1 once more, and neither loses anything.
async fn roles(api: &Api, options: CallOptions) -> Result<Vec<Role>, UpstreamError> {
    let mut roles: Vec<Role> = Vec::new();
    let mut expected = None;
    for number in 0..MOST_PAGES {
        let body = json!({ "filter": {}, "page": { "pageSize": PAGE, "pageNo": number } });
        let answer = match search(api, ROLES, &body, options).await {
            Err(UpstreamError::Refused { .. }) if number == 0 => continue,
            answer => answer?,
        };
        let Some(answer) = answer else { break };
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
    Ok(roles)
}

async fn teams(api: &Api, options: CallOptions) -> Result<Vec<Team>, UpstreamError> {
    let mut teams: Vec<Team> = Vec::new();
    let mut expected = None;
    let mut skip = 0;
    for _ in 0..MOST_PAGES {
        let body = json!({ "filter": {}, "skip": skip, "top": PAGE });
        let Some(answer) = search(api, TEAMS, &body, options).await? else {
            break;
        };
        let (items, total) = page(&answer, TEAMS, "teams")?;
        expected = total.or(expected);
        skip += items.len();
        let before = teams.len();
        for team in items.iter().filter_map(team) {
            if teams.iter().all(|known| known.id != team.id) {
                teams.push(team);
            }
        }
        let all = expected.map_or(items.len() < SMALLEST_PAGE, |total| skip >= total);
        if all || teams.len() == before {
            break;
        }
    }
    complete(skip, expected, TEAMS)?;
    Ok(teams)
}

fn text(item: &Value, members: &[&str]) -> Option<String> {
    members.iter().find_map(|member| match item.get(*member)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn role(item: &Value) -> Option<Role> {
    Some(Role {
        id: text(item, &["roleId", "id"])?,
        name: text(item, &["roleName", "displayName", "name"])?,
        // A role without status is left to CXone to judge.
        status: text(item, &["status"]).unwrap_or_else(|| "ACTIVE".to_owned()),
    })
}

fn team(item: &Value) -> Option<Team> {
    Some(Team {
        id: text(item, &["id", "teamId"])?,
        name: text(item, &["name", "teamName"])?,
    })
}

fn version(roles: &[Role], teams: &[Team]) -> String {
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
    let mut version = String::new();
    for byte in hash.finalize().iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(version, "{byte:02x}");
    }
    version
}

#[cfg(test)]
mod tests;
