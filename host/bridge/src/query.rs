//! Reads: from the ledger, and where a match by user name misses, from CXone.

use std::collections::BTreeMap;
use std::time::Duration;

use scim::filter::{Filter, Indexed};
use serde_json::{Map, Value, json};

use crate::connection::Connection;
use crate::decide::unavailable;
use crate::event::{Event, EventKind};
use crate::line::Bridge;
use crate::name::{Scope, UserId, fold};
use crate::ownership::only_observed;
use crate::port::cxone::{CallOptions, Priority};
use crate::port::ledger::{LedgerError, Lookup};
use crate::refusal::Refusal;
use crate::search::{BATCH, Gather, Searched};
pub use crate::search::{Page, Query};
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::undone::Outage;
use crate::user::{State, User};

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

impl Searched for User {
    type Id = UserId;

    fn id(&self) -> UserId {
        self.id
    }

    fn sequence(&self) -> i64 {
        self.sequence
    }
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
    pub async fn search(&self, scope: &Scope, query: &Query) -> Result<Page<User>, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        self.search_on(&connection, query).await
    }

    /// As `search`, on a connection that somebody holds, whatever is configured by now.
    pub async fn search_on(
        &self,
        connection: &Connection,
        query: &Query,
    ) -> Result<Page<User>, Refusal> {
        let scope = &connection.scope;
        if query.filter.is_none() && query.sort.is_none() {
            let total = self.ledger.count_users(scope).await?;
            let skip = query.skip() as u64;
            let users = match query.count {
                0 => Vec::new(),
                count => self.ledger.page_users(scope, skip, count).await?,
            };
            return Ok(Page::of(total, users));
        }
        let mut gather = Gather::new(query);
        match self.candidates(connection, query).await? {
            Some(users) => self.see_users(scope, query, &mut gather, users).await?,
            None => {
                let mut after = 0;
                loop {
                    let batch = self.ledger.list_users(scope, after, BATCH).await?;
                    let Some(last) = batch.last() else {
                        break;
                    };
                    after = last.sequence;
                    self.see_users(scope, query, &mut gather, batch).await?;
                    gather.in_time()?;
                }
            }
        }
        gather.page(|id| self.still_there(scope, id)).await
    }

    /// A user who may have been deleted since they were seen.
    async fn still_there(&self, scope: &Scope, id: UserId) -> Result<Option<User>, LedgerError> {
        Ok(self.ledger.user(scope, id).await?.filter(User::live))
    }

    /// The users that an index gives for a filter; `None` where none does.
    async fn candidates(
        &self,
        connection: &Connection,
        query: &Query,
    ) -> Result<Option<Vec<User>>, Refusal> {
        let scope = &connection.scope;
        let Some((attribute, value)) = query.filter.as_ref().and_then(Filter::equality) else {
            return Ok(None);
        };
        let lookup = match attribute {
            Indexed::Id => {
                let user = match UserId::parse(value) {
                    Some(id) => self.ledger.user(scope, id).await?,
                    None => None,
                };
                return Ok(Some(user.filter(User::live).into_iter().collect()));
            }
            Indexed::UserName => return Ok(Some(self.match_name(connection, value).await?)),
            Indexed::ExternalId => Lookup::ExternalId(value.to_owned()),
            Indexed::Email => Lookup::Email(fold(value)),
            Indexed::DisplayName => Lookup::DisplayName(fold(value)),
            Indexed::Member => return Ok(None),
        };
        Ok(Some(self.ledger.find_users(scope, &lookup).await?))
    }

    async fn see_users(
        &self,
        scope: &Scope,
        query: &Query,
        gather: &mut Gather<'_, User>,
        users: Vec<User>,
    ) -> Result<(), Refusal> {
        let mut groups = BTreeMap::new();
        if query.mentions("groups") {
            let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
            groups = self.memberships(scope, &ids).await?;
        }
        for user in users {
            let mut document = resource(&user);
            if let Some(groups) = groups.get(&user.id) {
                let groups = groups
                    .iter()
                    .map(|group| json!({"value": group.id, "display": group.display_name}));
                document.insert("groups".to_owned(), groups.collect());
            }
            gather.see(&document, user);
        }
        Ok(())
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
        // Nobody is shown by another name than the one that a create would ask for: they would be somebody else. An error where
        // a mapper cannot say it, as where CXone cannot.
        let target = connection.plugins.to_target(Source::from(asked)).await?;
        let Some(wanted) = target.get(Attribute::UserName) else {
            return Ok(Vec::new());
        };
        let options = CallOptions::of(Priority::Request);
        let held = match connection.tenant.cxone.find(wanted, options).await {
            Ok(Some(held)) => held,
            Ok(None) => return Ok(Vec::new()),
            Err(error) => {
                let detail = format!(
                    "CXone must be asked for this user name and cannot be: {}",
                    unavailable(&error)
                );
                let asked = Outage::from(error).retry_after;
                return Err(Refusal::Unavailable {
                    detail,
                    retry_after: asked.or(Some(Duration::from_secs(30))),
                });
            }
        };
        if connection.tenant.protects_held(&held) {
            return Ok(Vec::new());
        }
        let owners = self.ledger.linked(&scope.tenant, &held.id).await?;
        // What another connection only observes hides nobody.
        let somebodys = |other: &User| {
            let here = other.scope == *scope;
            other.state != State::Offered && (here || (other.live() && !only_observed(other)))
        };
        if owners.iter().any(somebodys) {
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
        user.revision += 1;
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
