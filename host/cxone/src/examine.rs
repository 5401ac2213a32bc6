//! What a tenant's CXone shows to whoever sets Jackfield up: where it is, which of its APIs answer, what the access key may
//! read. Nothing is written.

mod key;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use bridge::directory::Role;
use bridge::port::cxone::{CallOptions, Priority, UpstreamError};
use bridge::target::Attribute;
use client::{Answer, Method};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{Call, Denied, Service};
use crate::claims::Claims;
use crate::complaint::{Personal, is_error, words};
use crate::directory::{self, MOST_PAGES, TEAMS};
use crate::employee::Employee;
use crate::outcome::encoded;
use crate::people::SEARCH;
use crate::place::{Found, Place, PlaceError};
use crate::search::{PAGE, Paged};
use crate::session::Session;
use crate::wire::{MEDIA_TYPE, text};

pub use key::KeyRole;

/// Nobody can have this name (RFC 2606, section 2), so that a search for it is small.
pub(crate) const NOBODY: &str = "jackfield-check@example.invalid";

/// What asking for something came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// It is there.
    There(T),
    /// The credentials may not, 401 or 403; in words.
    Denied(String),
    /// CXone has no such thing, 404; in words.
    Absent(String),
    /// Nobody can tell; why.
    Failed(String),
}

impl<T> Seen<T> {
    /// What is there.
    pub fn there(&self) -> Option<&T> {
        match self {
            Seen::There(found) => Some(found),
            _ => None,
        }
    }

    /// Why it is not there.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Seen::There(_) => None,
            Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => Some(why),
        }
    }

    fn of(asked: Result<Result<T, Denied>, UpstreamError>) -> Self {
        match asked {
            Ok(Ok(found)) => Seen::There(found),
            Ok(Err(Denied { missing, error })) if missing => Seen::Absent(said(error)),
            Ok(Err(Denied { error, .. })) => Seen::Denied(said(error)),
            Err(error) => Seen::Failed(said(error)),
        }
    }
}

/// An error without the words that every one of them begins with.
fn said(error: UpstreamError) -> String {
    match error {
        UpstreamError::Unavailable { reason, .. } => reason,
        other => other.to_string(),
    }
}

/// A team, and whether it takes people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSeen {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is active; a team that does not say so is.
    pub active: bool,
}

/// What a session's CXone shows.
#[derive(Debug, Clone)]
pub struct Examination {
    /// Looking for it, step by step.
    pub found: Found,
    /// Where everything else was asked: as found, or as the configuration states it where looking told nothing.
    pub place: Option<Place>,
    /// What is there; `None` without a place.
    pub inside: Option<Inside>,
}

/// What is at a place.
#[derive(Debug, Clone)]
pub struct Inside {
    /// What the token says of itself.
    pub claims: Option<Claims>,
    /// How far CXone's clock is ahead of ours, to a second or so.
    pub clock: Option<SignedDuration>,
    /// Whether SCIM finds people.
    pub scim: Seen<()>,
    /// Whether User Hub lists people.
    pub people: Seen<()>,
    /// The roles.
    pub roles: Seen<Vec<Role>>,
    /// The teams.
    pub teams: Seen<Vec<TeamSeen>>,
    /// The optional fields that SCIM's schemas have; `None` where there are no such schemas.
    pub fields: Seen<Option<BTreeSet<Attribute>>>,
    /// Whose the access key is; `None` where nobody says so.
    pub own: Seen<Option<Employee>>,
    /// What the role of the key's employee allows beyond what is needed, where it can be seen.
    pub role: Option<KeyRole>,
    /// Whether the key may see other people's keys.
    pub others_keys: bool,
}

impl Session {
    /// Looks at everything that is needed. Looking for the place takes `patience` at most, and so does the rest.
    pub async fn examine(&self, patience: Duration) -> Examination {
        let by = |patience| CallOptions {
            priority: Priority::Background,
            deadline: Instant::now() + patience,
        };
        let found = Box::pin(self.find(by(patience))).await;
        let place = match &found.outcome {
            Ok(place) => Some(place.clone()),
            Err(PlaceError::Several(_) | PlaceError::Nowhere(_)) => self.known_place(),
            Err(_) => None,
        };
        let inside = match &place {
            Some(_) => Some(Box::pin(self.inside(by(patience))).await),
            None => None,
        };
        Examination {
            found,
            place,
            inside,
        }
    }

    async fn inside(&self, options: CallOptions) -> Inside {
        let claims = self.claims(options).await.ok().flatten();
        let (scim, people, roles, teams, fields, own) = tokio::join!(
            self.scim_answers(options),
            self.user_hub_answers(options),
            directory::roles(self.api(), options),
            self.teams(options),
            self.schema_fields(options),
            self.own_employee(options),
        );
        let roles = Seen::of(roles);
        let own = match own {
            Ok(own) => Seen::There(own),
            Err(error) => Seen::Failed(said(error)),
        };
        let fields = match fields {
            Ok(fields) => Seen::There(fields),
            Err(error) => Seen::Failed(said(error)),
        };
        let (role, others_keys) = tokio::join!(
            self.key_role(claims.as_ref(), roles.there(), options),
            self.sees_others_keys(own.there().and_then(Option::as_ref), options),
        );
        Inside {
            clock: scim.1.or(people.1),
            scim: scim.0,
            people: people.0,
            teams: Seen::of(teams),
            claims,
            roles,
            fields,
            own,
            role,
            others_keys,
        }
    }

    /// Whether SCIM answers a search for nobody with a list.
    async fn scim_answers(&self, options: CallOptions) -> (Seen<()>, Option<SignedDuration>) {
        let filter = encoded(&format!("userName eq \"{NOBODY}\""));
        let call = Call {
            method: Method::GET,
            service: Service::Scim,
            route: "/Users",
            path: "/Users".to_owned(),
            query: Some(format!("filter={filter}")),
            media_type: MEDIA_TYPE,
            body: None,
            write: false,
            repeatable: true,
            personal: &Personal::default(),
            options,
        };
        self.answers(&call, "Resources").await
    }

    /// Whether User Hub answers the search for people.
    async fn user_hub_answers(&self, options: CallOptions) -> (Seen<()>, Option<SignedDuration>) {
        let body = json!({ "filter": {}, "skip": 0, "top": 1 });
        let call = Call {
            method: Method::POST,
            service: Service::UserHub,
            route: SEARCH,
            path: SEARCH.to_owned(),
            query: None,
            media_type: "application/json",
            body: Some(&body),
            write: false,
            repeatable: true,
            personal: &Personal::default(),
            options,
        };
        self.answers(&call, "users").await
    }

    async fn answers(&self, call: &Call<'_>, member: &str) -> (Seen<()>, Option<SignedDuration>) {
        let asked = SystemTime::now();
        match Box::pin(self.api().answer(call)).await {
            Ok(answer) => (seen(call, &answer, member), ahead(&answer, asked)),
            Err(error) => (Seen::Failed(said(error)), None),
        }
    }

    async fn teams(
        &self,
        options: CallOptions,
    ) -> Result<Result<Vec<TeamSeen>, Denied>, UpstreamError> {
        let search = Paged {
            route: TEAMS,
            member: "teams",
            order: None,
            most: MOST_PAGES * PAGE,
        };
        let read = |item: &Value| {
            let inactive =
                text(item.get("status")).is_some_and(|it| it.eq_ignore_ascii_case("INACTIVE"));
            let team = TeamSeen {
                id: text(item.get("id")).or_else(|| text(item.get("teamId")))?,
                name: text(item.get("name")).or_else(|| text(item.get("teamName")))?,
                active: !inactive,
            };
            Some((team.id.clone(), team))
        };
        search.all(self.api(), || options, read).await
    }
}

/// What an answer to a search says of the API that gave it.
fn seen(call: &Call<'_>, answer: &Answer, member: &str) -> Seen<()> {
    let status = answer.status.as_u16();
    let place = format!("{} {}", call.method, call.route);
    let said = || format!("{place} answers {status}: {}", words(answer, call.personal));
    let json = answer.json().unwrap_or_default();
    let none = json.get("totalResults").and_then(Value::as_u64) == Some(0);
    match status {
        200..=299 if is_error(&json) => Seen::Failed(said()),
        // RFC 7644, section 3.4.2: Resources may be left out when nothing matches.
        200..=299 if none || json.get(member).is_some_and(Value::is_array) => Seen::There(()),
        200..=299 => Seen::Failed(format!("{place} answers {status} and no list")),
        401 | 403 => Seen::Denied(said()),
        404 => Seen::Absent(said()),
        _ => Seen::Failed(said()),
    }
}

/// How far the clock of an answer is ahead of ours, which is taken in the middle between question and answer.
fn ahead(answer: &Answer, asked: SystemTime) -> Option<SignedDuration> {
    let took = asked.elapsed().unwrap_or_default();
    SignedDuration::system_until(asked + took / 2, answer.date?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::StatusCode;

    #[test]
    fn clocks_are_compared_in_the_middle_of_the_question() {
        let asked = SystemTime::now() - Duration::from_secs(4);
        let mut answer = Answer::new(StatusCode::OK, Vec::new());
        assert_eq!(ahead(&answer, asked), None);
        answer.date = Some(asked + Duration::from_secs(602));
        let found = ahead(&answer, asked).expect("a difference").as_secs();
        assert!((599..=600).contains(&found), "{found}");
        answer.date = Some(asked - Duration::from_secs(58));
        let found = ahead(&answer, asked).expect("a difference").as_secs();
        assert!((-61..=-59).contains(&found), "{found}");
    }
}
