//! The port, method by method: what each reads or writes is in the rooms beside this.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bridge::event::Event;
use bridge::group::{Group, MemberChange, Membership, Pending, Regrouped};
use bridge::name::{ConnectionName, GroupId, Scope, TenantName, UserId};
use bridge::port::ledger::{
    GroupLookup, Intent, Ledger, LedgerError, Lookup, OpenIntent, Opening, Standing,
};
use bridge::user::User;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::events::Events;
use super::groups::{GroupRecord, groups};
use super::intents::{self, Holder, Wanted};
use super::pages::{self, Kind, page};
use super::record::{Record, users};
use super::{Sqlite, events, facts, keys, members, pending, refusals, sql};

/// Up to how many users their groups are read on the caller's thread.
const FEW: usize = 8;

#[async_trait]
impl Ledger for Sqlite {
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Option<User>, LedgerError> {
        let id = id.to_string();
        let key = params![scope.tenant.as_str(), scope.connection.as_str(), id];
        let found = self.readers.quick(|store| users(store, sql::USER, key))?;
        Ok(found.into_iter().next())
    }

    async fn find_users(&self, scope: &Scope, lookup: &Lookup) -> Result<Vec<User>, LedgerError> {
        let (statement, value) = match lookup {
            Lookup::Name(name) => {
                let key = params![scope.tenant.as_str(), scope.connection.as_str(), name];
                let read = |store: &_| users(store, sql::USERS_BY_NAME, key);
                return self.readers.quick(read);
            }
            // Nothing bounds how many share one of these.
            Lookup::ExternalId(id) => (sql::USERS_BY_EXTERNAL_ID, id.clone()),
            Lookup::Email(email) => (sql::USERS_BY_EMAIL, email.clone()),
            Lookup::DisplayName(name) => (sql::USERS_BY_DISPLAY_NAME, name.clone()),
        };
        let scope = scope.clone();
        let read = move |store: &_| {
            let key = params![scope.tenant.as_str(), scope.connection.as_str(), value];
            users(store, statement, key)
        };
        self.readers.scan(read).await
    }

    async fn list_users(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| {
            let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
            let key = params![tenant, connection, after, rows(limit)];
            users(store, sql::LISTED_AFTER, key)
        };
        self.readers.scan(read).await
    }

    async fn page_users(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| {
            page(store, &scope, Kind::Users, skip, |start| {
                let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
                let key = params![tenant, connection, start.sequence, rows(limit), start.skip];
                users(store, sql::LISTED_PAGE, key)
            })
        };
        self.readers.scan(read).await
    }

    async fn count_users(&self, scope: &Scope) -> Result<u64, LedgerError> {
        let key = params![scope.tenant.as_str(), scope.connection.as_str()];
        let count = self.readers.quick(|store| {
            let mut statement = store.prepare_cached(sql::LISTED_COUNT)?;
            let count: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
            Ok(count.unwrap_or(0))
        })?;
        u64::try_from(count)
            .map_err(|_| LedgerError::Failed(format!("the count of users of {scope} is negative")))
    }

    async fn tombstones(&self, scope: &Scope, folded_name: &str) -> Result<Vec<User>, LedgerError> {
        let key = params![
            scope.tenant.as_str(),
            scope.connection.as_str(),
            folded_name
        ];
        self.readers
            .quick(|store| users(store, sql::TOMBSTONES, key))
    }

    async fn linked(&self, tenant: &TenantName, cxone_id: &str) -> Result<Vec<User>, LedgerError> {
        let key = params![tenant.as_str(), cxone_id];
        self.readers.quick(|store| users(store, sql::LINKED, key))
    }

    async fn holders(
        &self,
        tenant: &TenantName,
        folded_target_name: &str,
    ) -> Result<Vec<User>, LedgerError> {
        let key = params![tenant.as_str(), folded_target_name];
        self.readers.quick(|store| users(store, sql::HOLDERS, key))
    }

    async fn commit(&self, user: User, events: Vec<Event>) -> Result<User, LedgerError> {
        let mut users = self.commit_all(vec![user], events).await?;
        let lost = || LedgerError::Failed("a commit was lost on the way".to_owned());
        users.pop().ok_or_else(lost)
    }

    async fn commit_all(
        &self,
        users: Vec<User>,
        events: Vec<Event>,
    ) -> Result<Vec<User>, LedgerError> {
        let records: Vec<_> = users.iter().map(Record::of).collect::<Result<_, _>>()?;
        let events = Events::of(&events)?;
        let work = move |store: &_| {
            let mut sequences = Vec::with_capacity(records.len());
            for record in &records {
                intents::not_in_the_way(store, &record.at)?;
                sequences.push(record.store(store)?);
            }
            events.store(store)?;
            Ok(sequences)
        };
        let sequences = self.writer.submit(work).await?;
        Ok(users
            .into_iter()
            .zip(sequences)
            .map(|(user, sequence)| stored(user, sequence))
            .collect())
    }

    async fn record(&self, events: Vec<Event>) -> Result<(), LedgerError> {
        let events = Events::of(&events)?;
        self.writer.submit(move |store| events.record(store)).await
    }

    async fn open(
        &self,
        intent: &Intent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Opening, LedgerError> {
        let wanted = Wanted::of(intent, Holder::new(owner, now, lease))?;
        self.writer.submit(move |store| wanted.open(store)).await
    }

    async fn seize(
        &self,
        open: &OpenIntent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<u64, LedgerError> {
        let user = open.intent.user.id.to_string();
        let fence = open.fence;
        let holder = Holder::new(owner, now, lease);
        let work = move |store: &_| intents::seize(store, &user, fence, now, &holder);
        self.writer.submit(work).await
    }

    async fn close(&self, fence: u64, user: User, events: Vec<Event>) -> Result<User, LedgerError> {
        let record = Record::of(&user)?;
        let events = Events::of(&events)?;
        let work = move |store: &_| {
            intents::end(store, &record.at.id, fence)?;
            let sequence = record.store(store)?;
            events.store(store)?;
            Ok(sequence)
        };
        let sequence = self.writer.submit(work).await?;
        Ok(stored(user, sequence))
    }

    async fn abandon(
        &self,
        fence: u64,
        user: UserId,
        events: Vec<Event>,
    ) -> Result<(), LedgerError> {
        let user = user.to_string();
        let events = Events::of(&events)?;
        let work = move |store: &_| {
            intents::end(store, &user, fence)?;
            events.record(store)
        };
        self.writer.submit(work).await
    }

    async fn expired(
        &self,
        tenant: &TenantName,
        now: Timestamp,
    ) -> Result<Vec<OpenIntent>, LedgerError> {
        let tenant = tenant.clone();
        let read = move |store: &_| intents::expired(store, &tenant, now);
        self.readers.scan(read).await
    }

    async fn owed(&self, tenant: &TenantName, limit: usize) -> Result<Vec<User>, LedgerError> {
        let tenant = tenant.clone();
        let read = move |store: &_| users(store, sql::OWED, params![tenant.as_str(), rows(limit)]);
        self.readers.scan(read).await
    }

    async fn held(&self, scope: &Scope) -> Result<Vec<UserId>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| {
            let key = params![scope.tenant.as_str(), scope.connection.as_str()];
            members::ids(store, sql::HELD, key)
        };
        self.readers.scan(read).await
    }

    async fn unsettled(
        &self,
        tenant: &TenantName,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let key = (tenant.to_string(), after, rows(limit));
        let read = move |store: &_| users(store, sql::UNSETTLED, key);
        self.readers.scan(read).await
    }

    async fn standings(
        &self,
        tenant: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, Standing>, LedgerError> {
        let tenant = tenant.clone();
        let read = move |store: &_| refusals::standings(store, &tenant);
        self.readers.scan(read).await
    }

    async fn refusals(&self, tenant: &TenantName, limit: usize) -> Result<Vec<Event>, LedgerError> {
        let tenant = tenant.clone();
        let read = move |store: &_| refusals::standing(store, &tenant, rows(limit));
        self.readers.scan(read).await
    }

    async fn stands(&self, refusal: &Event) -> Result<bool, LedgerError> {
        let read = |store: &_| refusals::stands(store, refusal);
        self.readers.quick(read)
    }

    async fn dismiss(&self, refusal: &Event, events: Vec<Event>) -> Result<bool, LedgerError> {
        let (refusal, events) = (refusal.clone(), Events::of(&events)?);
        let work = move |store: &_| {
            let dismissed = refusals::dismiss(store, &refusal)?;
            if dismissed {
                events.store(store)?;
            }
            Ok(dismissed)
        };
        self.writer.submit(work).await
    }

    async fn forget_refusals(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, LedgerError> {
        let (tenant, before, limit) = (tenant.clone(), before.as_microsecond(), rows(limit));
        let work = move |store: &_| refusals::forget(store, &tenant, before, limit);
        self.writer.submit(work).await
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, LedgerError> {
        self.readers.quick(|store| facts::recall(store, name))
    }

    async fn remember(&self, name: &str, fact: &str) -> Result<(), LedgerError> {
        let (name, fact) = (name.to_owned(), fact.to_owned());
        let work = move |store: &_| facts::remember(store, &name, &fact);
        self.writer.submit(work).await
    }

    async fn forgettable(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let key = (tenant.to_string(), before.as_microsecond(), rows(limit));
        let read = move |store: &_| users(store, sql::FORGETTABLE, key);
        self.readers.scan(read).await
    }

    async fn forget(&self, user: User) -> Result<(), LedgerError> {
        let record = Record::of(&user)?;
        let work = move |store: &_| record.forget(store);
        self.writer.submit(work).await
    }

    async fn group(&self, scope: &Scope, id: GroupId) -> Result<Option<Group>, LedgerError> {
        let id = id.to_string();
        let key = params![scope.tenant.as_str(), scope.connection.as_str(), id];
        let found = self.readers.quick(|store| groups(store, sql::GROUP, key))?;
        Ok(found.into_iter().next())
    }

    async fn find_groups(
        &self,
        scope: &Scope,
        lookup: &GroupLookup,
    ) -> Result<Vec<Group>, LedgerError> {
        let (statement, value) = match lookup {
            GroupLookup::Name(name) => {
                let key = params![scope.tenant.as_str(), scope.connection.as_str(), name];
                let read = |store: &_| groups(store, sql::GROUPS_BY_NAME, key);
                return self.readers.quick(read);
            }
            GroupLookup::ExternalId(id) => (sql::GROUPS_BY_EXTERNAL_ID, id.clone()),
            GroupLookup::Member(user) => (sql::GROUPS_BY_MEMBER, user.to_string()),
        };
        let scope = scope.clone();
        let read = move |store: &_| {
            let key = params![scope.tenant.as_str(), scope.connection.as_str(), value];
            groups(store, statement, key)
        };
        self.readers.scan(read).await
    }

    async fn list_groups(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| {
            let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
            let key = params![tenant, connection, after, rows(limit)];
            groups(store, sql::GROUPS_AFTER, key)
        };
        self.readers.scan(read).await
    }

    async fn page_groups(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| {
            page(store, &scope, Kind::Groups, skip, |start| {
                let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
                let key = params![tenant, connection, start.sequence, rows(limit), start.skip];
                groups(store, sql::GROUPS_PAGE, key)
            })
        };
        self.readers.scan(read).await
    }

    async fn count_groups(&self, scope: &Scope) -> Result<u64, LedgerError> {
        let total = |store: &_| pages::total(store, scope, Kind::Groups);
        let count = self.readers.quick(total)?;
        u64::try_from(count)
            .map_err(|_| LedgerError::Failed(format!("the count of groups of {scope} is negative")))
    }

    async fn members(&self, scope: &Scope, group: GroupId) -> Result<Vec<UserId>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| members::of_group(store, &scope, group);
        self.readers.scan(read).await
    }

    async fn memberships(
        &self,
        scope: &Scope,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Vec<Membership>>, LedgerError> {
        if users.len() <= FEW {
            let read = |store: &_| members::memberships(store, scope, users);
            return self.readers.quick(read);
        }
        let (scope, users) = (scope.clone(), users.to_vec());
        let read = move |store: &_| members::memberships(store, &scope, &users);
        self.readers.scan(read).await
    }

    async fn commit_group(
        &self,
        group: Group,
        changes: Vec<MemberChange>,
        events: Vec<Event>,
    ) -> Result<Regrouped, LedgerError> {
        let record = GroupRecord::of(group)?;
        let events = Events::of(&events)?;
        let work = move |store: &_| record.store(store, &changes, &events);
        self.writer.submit(work).await
    }

    async fn delete_group(
        &self,
        group: &Group,
        events: Vec<Event>,
    ) -> Result<Vec<UserId>, LedgerError> {
        let record = GroupRecord::of(group.clone())?;
        let events = Events::of(&events)?;
        let work = move |store: &_| record.delete(store, &events);
        self.writer.submit(work).await
    }

    async fn pending(
        &self,
        tenant: &TenantName,
        limit: usize,
    ) -> Result<Vec<Pending>, LedgerError> {
        let tenant = tenant.clone();
        let read = move |store: &_| pending::first(store, &tenant, rows(limit));
        self.readers.scan(read).await
    }

    async fn pending_of(
        &self,
        scope: &Scope,
        user: UserId,
    ) -> Result<Option<Pending>, LedgerError> {
        let read = |store: &_| pending::of(store, scope, user);
        self.readers.quick(read)
    }

    async fn evaluated(&self, done: Vec<Pending>) -> Result<(), LedgerError> {
        let work = move |store: &_| pending::end(store, &done);
        self.writer.submit(work).await
    }

    async fn key(&self, name: &str) -> Result<[u8; 32], LedgerError> {
        if let Some(key) = self.readers.quick(|store| keys::kept(store, name))? {
            return Ok(key);
        }
        let (name, key) = (name.to_owned(), keys::random()?);
        let work = move |store: &_| keys::keep(store, &name, &key);
        self.writer.submit(work).await
    }

    async fn events(
        &self,
        scope: &Scope,
        user: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        let scope = scope.clone();
        let read = move |store: &_| events::last(store, &scope, user, rows(limit));
        self.readers.scan(read).await
    }
}

/// A limit as SQLite counts.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A user as they are after they were written.
fn stored(mut user: User, sequence: i64) -> User {
    user.sequence = sequence;
    user.version += 1;
    user
}
