//! A ledger in memory, as strict as the port's documentation.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bridge::event::Event;
use bridge::group::{Group, MemberChange, Membership, Pending, Regrouped};
use bridge::name::{ConnectionName, GroupId, Scope, TenantName, UserId, fold};
use bridge::port::ledger::{
    GroupLookup, Intent, Ledger, LedgerError, Lookup, OpenIntent, Opening, Standing, folded_emails,
};
use bridge::user::{State, User};
use jiff::Timestamp;

use super::groups::Kept;
pub(crate) use super::memory::Memory;
use super::refusals::unsettled;
pub(crate) use super::store::Store;
use super::store::listed;

#[async_trait]
impl Ledger for Memory {
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Option<User>, LedgerError> {
        let found = self.pick(|user| user.scope == *scope && user.id == id);
        Ok(found.await?.into_iter().next())
    }

    async fn find_users(&self, scope: &Scope, lookup: &Lookup) -> Result<Vec<User>, LedgerError> {
        let live = |user: &User| user.scope == *scope && user.live();
        let hit = |user: &User| match lookup {
            Lookup::Name(name) => user.folded_name() == *name,
            Lookup::ExternalId(id) => user.source.external_id() == Some(id),
            Lookup::Email(email) => folded_emails(&user.source).contains(email),
            Lookup::DisplayName(name) => {
                user.source.display_name().map(fold).as_ref() == Some(name)
            }
        };
        self.pick(|user| live(user) && hit(user)).await
    }

    async fn list_users(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let mut users = self
            .pick(|user| listed(user) && user.scope == *scope && user.sequence > after)
            .await?;
        users.truncate(limit);
        Ok(users)
    }

    async fn page_users(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let users = self
            .pick(|user| listed(user) && user.scope == *scope)
            .await?;
        Ok(users
            .into_iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .take(limit)
            .collect())
    }

    async fn count_users(&self, scope: &Scope) -> Result<u64, LedgerError> {
        Ok(self
            .pick(|user| listed(user) && user.scope == *scope)
            .await?
            .len() as u64)
    }

    async fn tombstones(&self, scope: &Scope, folded_name: &str) -> Result<Vec<User>, LedgerError> {
        let dead =
            |user: &User| user.scope == *scope && !user.live() && user.folded_name() == folded_name;
        let mut users = self.pick(dead).await?;
        users.reverse();
        Ok(users)
    }

    async fn linked(&self, tenant: &TenantName, cxone_id: &str) -> Result<Vec<User>, LedgerError> {
        self.pick(|user| user.scope.tenant == *tenant && user.link.as_deref() == Some(cxone_id))
            .await
    }

    async fn holders(
        &self,
        tenant: &TenantName,
        folded_target_name: &str,
    ) -> Result<Vec<User>, LedgerError> {
        let name = Some(folded_target_name);
        self.pick(|user| {
            user.scope.tenant == *tenant
                && user.live()
                && user.folded_target_name().as_deref() == name
        })
        .await
    }

    async fn commit(&self, user: User, events: Vec<Event>) -> Result<User, LedgerError> {
        self.with(|store| {
            store.at_version(&user)?;
            if store.reserving(&user).is_some() {
                return Err(LedgerError::Stale);
            }
            store.name_is_free(&user)?;
            Ok(store.store(user, events))
        })
        .await
    }

    async fn commit_all(
        &self,
        users: Vec<User>,
        events: Vec<Event>,
    ) -> Result<Vec<User>, LedgerError> {
        self.with(|store| {
            for user in &users {
                store.at_version(user)?;
                if store.reserving(user).is_some() {
                    return Err(LedgerError::Stale);
                }
                store.name_is_free(user)?;
            }
            let stored = users.into_iter().map(|user| store.store(user, Vec::new()));
            let stored = stored.collect();
            store.note(events);
            Ok(stored)
        })
        .await
    }

    async fn held(&self, scope: &Scope) -> Result<Vec<UserId>, LedgerError> {
        let held =
            |user: &User| user.scope == *scope && user.debt.as_ref().is_some_and(|debt| debt.held);
        let users = self.pick(held).await?;
        Ok(users.into_iter().map(|user| user.id).collect())
    }

    async fn unsettled(
        &self,
        tenant: &TenantName,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let of = |user: &User| user.scope.tenant == *tenant && user.sequence > after;
        let mut users = self.pick(|user| of(user) && unsettled(user)).await?;
        users.truncate(limit);
        Ok(users)
    }

    async fn standings(
        &self,
        tenant: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, Standing>, LedgerError> {
        Ok(self.with(|store| store.standings(tenant)).await)
    }

    async fn refusals(&self, tenant: &TenantName, limit: usize) -> Result<Vec<Event>, LedgerError> {
        let of = |event: &&Event| event.scope.tenant == *tenant;
        let first = |store: &mut Store| {
            let refusals = store.refusals.iter().filter(of);
            refusals.take(limit).cloned().collect()
        };
        Ok(self.with(first).await)
    }

    async fn stands(&self, refusal: &Event) -> Result<bool, LedgerError> {
        Ok(self.with(|store| store.refusals.contains(refusal)).await)
    }

    async fn dismiss(&self, refusal: &Event, events: Vec<Event>) -> Result<bool, LedgerError> {
        Ok(self.with(|store| store.dismiss(refusal, events)).await)
    }

    async fn forget_refusals(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, LedgerError> {
        let forget = |store: &mut Store| store.forget_refusals(tenant, before, limit);
        Ok(self.with(forget).await)
    }

    async fn recall(&self, name: &str) -> Result<Option<String>, LedgerError> {
        Ok(self.with(|store| store.facts.get(name).cloned()).await)
    }

    async fn remember(&self, name: &str, fact: &str) -> Result<(), LedgerError> {
        let (name, fact) = (name.to_owned(), fact.to_owned());
        self.with(|store| store.facts.insert(name, fact)).await;
        Ok(())
    }

    async fn forgettable(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        let due = |user: &User| {
            user.scope.tenant == *tenant
                && user.deleted.is_some_and(|deleted| deleted < before)
                && !user.folded_name().is_empty()
                && user.state != State::Owed
        };
        let mut users = self.pick(due).await?;
        users.sort_by_key(|user| user.deleted);
        users.truncate(limit);
        Ok(users)
    }

    async fn forget(&self, user: User) -> Result<(), LedgerError> {
        self.with(|store| {
            store.at_version(&user)?;
            if store.reserving(&user).is_some() {
                return Err(LedgerError::Stale);
            }
            let about = |event: &&mut Event| event.user == Some(user.id);
            for event in store.events.iter_mut().filter(about) {
                event.detail = serde_json::json!({});
            }
            store.store(user, Vec::new());
            Ok(())
        })
        .await
    }

    async fn group(&self, scope: &Scope, id: GroupId) -> Result<Option<Group>, LedgerError> {
        let groups = self.with(|store| store.groups_after(scope, 0)).await;
        Ok(groups.into_iter().find(|group| group.id == id))
    }

    async fn find_groups(
        &self,
        scope: &Scope,
        lookup: &GroupLookup,
    ) -> Result<Vec<Group>, LedgerError> {
        Ok(self.with(|store| store.find_groups(scope, lookup)).await)
    }

    async fn list_groups(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        let mut groups = self.with(|store| store.groups_after(scope, after)).await;
        groups.truncate(limit);
        Ok(groups)
    }

    async fn page_groups(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        let groups = self.with(|store| store.groups_after(scope, 0)).await;
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Ok(groups.into_iter().skip(skip).take(limit).collect())
    }

    async fn count_groups(&self, scope: &Scope) -> Result<u64, LedgerError> {
        Ok(self.with(|store| store.groups_after(scope, 0)).await.len() as u64)
    }

    async fn members(&self, scope: &Scope, group: GroupId) -> Result<Vec<UserId>, LedgerError> {
        let of = |kept: &&Kept| kept.group.scope == *scope && kept.group.id == group;
        let found = self.with(|store| {
            store
                .groups
                .iter()
                .find(of)
                .map(|kept| kept.members.clone())
        });
        Ok(found.await.unwrap_or_default())
    }

    async fn memberships(
        &self,
        scope: &Scope,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Vec<Membership>>, LedgerError> {
        Ok(self.with(|store| store.memberships_of(scope, users)).await)
    }

    async fn commit_group(
        &self,
        group: Group,
        changes: Vec<MemberChange>,
        events: Vec<Event>,
    ) -> Result<Regrouped, LedgerError> {
        self.with(|store| store.commit_group(group, changes, events))
            .await
    }

    async fn delete_group(
        &self,
        group: &Group,
        events: Vec<Event>,
    ) -> Result<Vec<UserId>, LedgerError> {
        self.with(|store| store.delete_group(group, events)).await
    }

    async fn pending(
        &self,
        tenant: &TenantName,
        limit: usize,
    ) -> Result<Vec<Pending>, LedgerError> {
        let of = |pending: &&Pending| pending.scope.tenant == *tenant;
        Ok(self
            .with(|store| {
                let pending = store.pending.iter().filter(of);
                pending.take(limit).cloned().collect()
            })
            .await)
    }

    async fn pending_of(
        &self,
        scope: &Scope,
        user: UserId,
    ) -> Result<Option<Pending>, LedgerError> {
        let of = |pending: &&Pending| pending.scope == *scope && pending.user == user;
        Ok(self
            .with(|store| store.pending.iter().find(of).cloned())
            .await)
    }

    async fn evaluated(&self, done: Vec<Pending>) -> Result<(), LedgerError> {
        self.with(|store| store.pending.retain(|pending| !done.contains(pending)))
            .await;
        Ok(())
    }

    async fn key(&self, _name: &str) -> Result<[u8; 32], LedgerError> {
        Ok([0; 32])
    }

    async fn record(&self, events: Vec<Event>) -> Result<(), LedgerError> {
        self.with(|store| store.record(events)).await;
        Ok(())
    }

    async fn open(
        &self,
        intent: &Intent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Opening, LedgerError> {
        self.with(|store| {
            store.at_version(&intent.user)?;
            store.name_is_free(&intent.user)?;
            let tenant = &intent.user.scope.tenant;
            let named = store.intents.iter().find(|open| {
                let shared = |name: &String| open.intent.names.contains(name);
                open.intent.user.scope.tenant == *tenant && intent.names.iter().any(shared)
            });
            if let Some(open) = store.reserving(&intent.user).or(named) {
                return Ok(Opening::Busy(Box::new(open.clone())));
            }
            store.fence += 1;
            let fence = store.fence;
            store.intents.push(OpenIntent {
                intent: intent.clone(),
                owner: owner.to_owned(),
                fence,
                lease_until: now + lease,
            });
            Ok(Opening::Granted { fence })
        })
        .await
    }

    async fn seize(
        &self,
        open: &OpenIntent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<u64, LedgerError> {
        self.with(|store| {
            let mut held = store.end(open.fence, open.intent.user.id)?;
            if held.lease_until > now {
                store.intents.push(held);
                return Err(LedgerError::Stale);
            }
            store.fence += 1;
            held.fence = store.fence;
            held.owner = owner.to_owned();
            held.lease_until = now + lease;
            store.intents.push(held);
            Ok(store.fence)
        })
        .await
    }

    async fn close(&self, fence: u64, user: User, events: Vec<Event>) -> Result<User, LedgerError> {
        self.with(|store| {
            store.end(fence, user.id)?;
            if store.at_version(&user).is_err() {
                store.wrongs.push("closed over another version".to_owned());
            }
            if store.name_is_free(&user).is_err() {
                store.wrongs.push("closed over another's name".to_owned());
            }
            Ok(store.store(user, events))
        })
        .await
    }

    async fn abandon(
        &self,
        fence: u64,
        user: UserId,
        events: Vec<Event>,
    ) -> Result<(), LedgerError> {
        self.with(|store| {
            store.end(fence, user)?;
            store.record(events);
            Ok(())
        })
        .await
    }

    async fn expired(
        &self,
        tenant: &TenantName,
        now: Timestamp,
    ) -> Result<Vec<OpenIntent>, LedgerError> {
        let void = |open: &&OpenIntent| {
            open.intent.user.scope.tenant == *tenant && open.lease_until <= now
        };
        Ok(self
            .with(|store| store.intents.iter().filter(void).cloned().collect())
            .await)
    }

    async fn owed(&self, tenant: &TenantName, limit: usize) -> Result<Vec<User>, LedgerError> {
        let mut users = self
            .pick(|user| {
                let due = user.debt.as_ref().is_some_and(|debt| !debt.held);
                user.scope.tenant == *tenant && due
            })
            .await?;
        users.sort_by_key(|user| {
            user.debt
                .as_ref()
                .map(|debt| (!debt.deactivation, debt.since))
        });
        users.truncate(limit);
        Ok(users)
    }

    async fn events(
        &self,
        scope: &Scope,
        user: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        let wanted =
            |event: &&Event| event.scope == *scope && (user.is_none() || event.user == user);
        Ok(self
            .with(|store| {
                let newest = store.events.iter().rev();
                newest.filter(wanted).take(limit).cloned().collect()
            })
            .await)
    }
}
