//! Reads: from the ledger, and where a match by user name misses, from CXone.

use std::time::{Duration, Instant};

use scim::error::Error;
use scim::filter::{Filter, Indexed};
use serde_json::{Map, Value, json};

use crate::connection::Connection;
use crate::decide::unavailable;
use crate::event::{Event, EventKind};
use crate::line::Bridge;
use crate::name::{Scope, UserId, fold};
use crate::port::ledger::{LedgerError, Lookup};
use crate::refusal::Refusal;
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::user::{State, User};

/// How long a filter without an index may scan before it is refused as tooMany (RFC 7644, section 3.12).
const SCAN: Duration = Duration::from_secs(2);
/// Users read at a time while scanning.
const BATCH: usize = 500;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Query {
    /// The filter; all users without one.
    pub filter: Option<Filter>,
    /// The 1-based index of the first result (RFC 7644, section 3.4.2.4).
    pub start_index: usize,
    /// How many results at most.
    pub count: usize,
}

/// A page of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// How many match in all.
    pub total: usize,
    /// Those asked for, in the ledger's sequence.
    pub users: Vec<User>,
}

/// A user as the identity provider sees them, without what depends on the URL: what filters are matched against.
pub fn resource(user: &User) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("id".to_owned(), json!(user.id));
    document.extend(
        user.source
            .as_map()
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let meta = json!({"resourceType": "User", "created": user.created.to_string(), "lastModified": user.modified.to_string()});
    document.insert("meta".to_owned(), meta);
    document
}

impl Bridge {
    /// The user of this id.
    pub async fn read(&self, scope: &Scope, id: UserId) -> Result<User, Refusal> {
        self.ledger
            .user(scope, id)
            .await?
            .filter(User::live)
            .ok_or(Refusal::NotFound)
    }

    /// The users that match. An unknown connection has none; CXone out of reach while it must be asked is an error, never an
    /// empty list: the identity provider would create a duplicate.
    pub async fn search(&self, scope: &Scope, query: &Query) -> Result<Page, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        let skip = query.start_index.saturating_sub(1);
        let Some(filter) = &query.filter else {
            let total = self.ledger.count_users(scope).await?;
            let users = match query.count {
                0 => Vec::new(),
                count => self.ledger.page_users(scope, skip as u64, count).await?,
            };
            return Ok(Page {
                total: usize::try_from(total).unwrap_or(usize::MAX),
                users,
            });
        };
        let matches = match filter.equality() {
            Some((Indexed::Id, id)) => match UserId::parse(id) {
                Some(id) => self
                    .ledger
                    .user(scope, id)
                    .await?
                    .filter(User::live)
                    .into_iter()
                    .collect(),
                None => Vec::new(),
            },
            Some((Indexed::UserName, name)) => self.match_name(connection, name).await?,
            Some((Indexed::ExternalId, id)) => {
                self.ledger
                    .find_users(scope, &Lookup::ExternalId(id.to_owned()))
                    .await?
            }
            Some((Indexed::Email, email)) => {
                self.ledger
                    .find_users(scope, &Lookup::Email(fold(email)))
                    .await?
            }
            Some((Indexed::DisplayName, _)) | None => self.scan(scope, filter).await?,
        };
        let matches: Vec<User> = matches
            .into_iter()
            .filter(|user| filter.matches_map(&resource(user)))
            .collect();
        let total = matches.len();
        Ok(Page {
            total,
            users: matches.into_iter().skip(skip).take(query.count).collect(),
        })
    }

    async fn scan(&self, scope: &Scope, filter: &Filter) -> Result<Vec<User>, Refusal> {
        let started = Instant::now();
        let (mut after, mut found) = (0, Vec::new());
        loop {
            let batch = self.ledger.list_users(scope, after, BATCH).await?;
            let Some(last) = batch.last() else {
                return Ok(found);
            };
            after = last.sequence;
            found.extend(
                batch
                    .into_iter()
                    .filter(|user| filter.matches_map(&resource(user))),
            );
            if started.elapsed() > SCAN {
                return Err(Refusal::Invalid(Error::too_many(
                    "the filter has no index and too many users to scan: filter by id, userName, externalId or emails",
                )));
            }
        }
    }

    /// A user by name: as remembered, else as found in CXone.
    async fn match_name(&self, connection: &Connection, name: &str) -> Result<Vec<User>, Refusal> {
        let scope = &connection.scope;
        let known = self
            .ledger
            .find_users(scope, &Lookup::Name(fold(name)))
            .await?;
        let fixed = known.iter().any(|user| user.state != State::Offered);
        // A probe's GUID is no name, and a deleted user's name is not looked up: it would come back as a match.
        if fixed || probe(name) || !self.ledger.tombstones(scope, &fold(name)).await?.is_empty() {
            return Ok(known);
        }
        let mut asked = Map::new();
        asked.insert("userName".to_owned(), json!(name));
        // A plugin that cannot run must not make somebody invisible: the name as it is will do.
        let target = connection
            .plugins
            .to_target(Source::from(asked))
            .await
            .unwrap_or_default();
        let wanted = target.get(Attribute::UserName).unwrap_or(name).to_owned();
        let held = match connection.tenant.cxone.find(&wanted).await {
            Ok(Some(held)) => held,
            Ok(None) => return Ok(Vec::new()),
            Err(error) => {
                let detail = format!(
                    "CXone must be asked for this user name and cannot be: {}",
                    unavailable(&error)
                );
                return Err(Refusal::Unavailable {
                    detail,
                    retry_after: Some(Duration::from_secs(30)),
                });
            }
        };
        let owners = self.ledger.linked(&scope.tenant, &held.id).await?;
        if owners
            .iter()
            .any(|other| other.state != State::Offered && (other.live() || other.scope == *scope))
        {
            return Ok(Vec::new());
        }
        let offered = owners
            .into_iter()
            .find(|other| other.scope == *scope && other.live());
        self.offer(connection, offered, &held.id, held.target).await
    }

    /// Shows somebody who is in CXone, under an id reserved for them. Ownership starts at the first write.
    async fn offer(
        &self,
        connection: &Connection,
        offered: Option<User>,
        link: &str,
        shown: Target,
    ) -> Result<Vec<User>, Refusal> {
        let source = connection.plugins.to_source(shown.clone(), None).await?;
        if offered
            .as_ref()
            .is_some_and(|user| user.source == source && user.shown.as_ref() == Some(&shown))
        {
            return Ok(offered.into_iter().collect());
        }
        let now = self.now();
        let mut user =
            offered.unwrap_or_else(|| User::new(connection.scope.clone(), Source::default(), now));
        user.source = source;
        user.link = Some(link.to_owned());
        user.target_name = shown.get(Attribute::UserName).map(str::to_owned);
        user.shown = Some(shown);
        user.state = State::Offered;
        user.modified = now;
        let event = Event {
            at: now,
            scope: connection.scope.clone(),
            user: Some(user.id),
            kind: EventKind::Offered,
            detail: json!({}),
        };
        match self.ledger.commit(user, vec![event]).await {
            Ok(user) => Ok(vec![user]),
            // Somebody matched or wrote the same person meanwhile: theirs stands.
            Err(LedgerError::Stale | LedgerError::NameTaken) => {
                let owners = self.ledger.linked(&connection.scope.tenant, link).await?;
                Ok(owners
                    .into_iter()
                    .filter(|user| user.scope == connection.scope && user.live())
                    .collect())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a name is what Entra's connection test asks for: a random GUID (idp.md 1.1).
fn probe(name: &str) -> bool {
    name.trim().is_empty() || uuid::Uuid::try_parse(name).is_ok()
}
