//! The ports, filled at next to no cost: what is measured is what stands in front of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bridge::event::Event;
use bridge::group::{Group, MemberChange, Membership, Pending, Regrouped};
use bridge::name::{ConnectionName, GroupId, Scope, TenantName, UserId, fold};
use bridge::port::ledger::{
    GroupLookup, Intent, Ledger, LedgerError, Lookup, OpenIntent, Opening, Standing,
};
use bridge::port::plugins::{Evaluated, Evaluation, PluginFailure, Plugins, Verdict};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::user::User;
use jiff::Timestamp;
use serde_json::Value;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// No plugin: five values taken over as they are.
#[derive(Debug)]
pub(crate) struct Direct;

fn direct(source: &Source) -> Target {
    let mut target = Target::default();
    let document = source.as_map();
    let name = |part: &str| document.get("name").and_then(|name| name.get(part));
    let email = || document.get("emails")?.as_array()?.first()?.get("value");
    for (attribute, value) in [
        (Attribute::UserName, document.get("userName")),
        (Attribute::GivenName, name("givenName")),
        (Attribute::FamilyName, name("familyName")),
        (Attribute::DisplayName, document.get("displayName")),
        (Attribute::Email, email()),
    ] {
        target.set(attribute, value.and_then(Value::as_str).unwrap_or_default());
    }
    target
}

#[async_trait]
impl Plugins for Direct {
    async fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure> {
        Ok(Evaluated {
            target: direct(&evaluation.source),
            template: evaluation.applied,
            steps: Vec::new(),
            verdict: Verdict::Allow,
            warnings: Vec::new(),
        })
    }

    async fn to_target(&self, source: Source) -> Result<Target, PluginFailure> {
        Ok(direct(&source))
    }

    async fn to_source(
        &self,
        _: Target,
        remembered: Option<Source>,
    ) -> Result<Source, PluginFailure> {
        Ok(remembered.unwrap_or_default())
    }

    fn not_loaded(&self) -> Vec<PluginFailure> {
        Vec::new()
    }
}

/// A ledger that forgets its events and everything else with the process. It keeps what the benchmark's requests need of the
/// contract: versions, sequence, one row for each id.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    users: HashMap<UserId, User>,
    /// By folded name in CXone.
    named: HashMap<String, UserId>,
    granted: u64,
}

impl Rows {
    fn store(&mut self, mut user: User) -> Result<User, LedgerError> {
        let there = self.users.get(&user.id).map_or(0, |user| user.version);
        if there != user.version {
            return Err(LedgerError::Stale);
        }
        if user.sequence == 0 {
            user.sequence = i64::try_from(self.users.len()).unwrap_or(i64::MAX) + 1;
        }
        user.version += 1;
        if let Some(name) = user.folded_target_name() {
            self.named.insert(name, user.id);
        }
        self.users.insert(user.id, user.clone());
        Ok(user)
    }
}

#[async_trait]
impl Ledger for Memory {
    async fn user(&self, _: &Scope, id: UserId) -> Result<Option<User>, LedgerError> {
        Ok(locked(&self.0).users.get(&id).cloned())
    }

    async fn find_users(&self, _: &Scope, lookup: &Lookup) -> Result<Vec<User>, LedgerError> {
        let Lookup::Name(name) = lookup else {
            return Ok(Vec::new());
        };
        let rows = locked(&self.0);
        let named = rows.users.values();
        let named = named.filter(|user| fold(user.source.user_name()) == *name);
        Ok(named.cloned().collect())
    }

    async fn list_users(&self, _: &Scope, _: i64, _: usize) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn page_users(&self, _: &Scope, _: u64, _: usize) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn count_users(&self, _: &Scope) -> Result<u64, LedgerError> {
        Ok(locked(&self.0).users.len() as u64)
    }

    async fn tombstones(&self, _: &Scope, _: &str) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn linked(&self, _: &TenantName, cxone_id: &str) -> Result<Vec<User>, LedgerError> {
        let rows = locked(&self.0);
        let linked = rows.users.values();
        let linked = linked.filter(|user| user.link.as_deref() == Some(cxone_id));
        Ok(linked.cloned().collect())
    }

    async fn holders(&self, _: &TenantName, name: &str) -> Result<Vec<User>, LedgerError> {
        let rows = locked(&self.0);
        let holder = rows.named.get(name).and_then(|id| rows.users.get(id));
        Ok(holder.cloned().into_iter().collect())
    }

    async fn commit(&self, user: User, _: Vec<Event>) -> Result<User, LedgerError> {
        locked(&self.0).store(user)
    }

    async fn record(&self, _: Vec<Event>) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn open(
        &self,
        _: &Intent,
        _: &str,
        _: Timestamp,
        _: Duration,
    ) -> Result<Opening, LedgerError> {
        let mut rows = locked(&self.0);
        rows.granted += 1;
        Ok(Opening::Granted {
            fence: rows.granted,
        })
    }

    async fn seize(
        &self,
        _: &OpenIntent,
        _: &str,
        _: Timestamp,
        _: Duration,
    ) -> Result<u64, LedgerError> {
        Err(LedgerError::Stale)
    }

    async fn close(&self, _: u64, user: User, _: Vec<Event>) -> Result<User, LedgerError> {
        locked(&self.0).store(user)
    }

    async fn abandon(&self, _: u64, _: UserId, _: Vec<Event>) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn expired(&self, _: &TenantName, _: Timestamp) -> Result<Vec<OpenIntent>, LedgerError> {
        Ok(Vec::new())
    }

    async fn owed(&self, _: &TenantName, _: usize) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn commit_all(
        &self,
        users: Vec<User>,
        _events: Vec<Event>,
    ) -> Result<Vec<User>, LedgerError> {
        Ok(users)
    }

    async fn held(&self, _scope: &Scope) -> Result<Vec<UserId>, LedgerError> {
        Ok(Vec::new())
    }

    async fn unsettled(&self, _: &TenantName, _: i64, _: usize) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn standings(
        &self,
        _: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, Standing>, LedgerError> {
        Ok(BTreeMap::new())
    }

    async fn refusals(&self, _: &TenantName, _: usize) -> Result<Vec<Event>, LedgerError> {
        Ok(Vec::new())
    }

    async fn stands(&self, _: &Event) -> Result<bool, LedgerError> {
        Ok(false)
    }

    async fn dismiss(&self, _: &Event, _: Vec<Event>) -> Result<bool, LedgerError> {
        Ok(false)
    }

    async fn forget_refusals(
        &self,
        _: &TenantName,
        _: Timestamp,
        _: usize,
    ) -> Result<usize, LedgerError> {
        Ok(0)
    }

    async fn recall(&self, _: &str) -> Result<Option<String>, LedgerError> {
        Ok(None)
    }

    async fn remember(&self, _: &str, _: &str) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn forgettable(
        &self,
        _tenant: &TenantName,
        _before: Timestamp,
        _limit: usize,
    ) -> Result<Vec<User>, LedgerError> {
        Ok(Vec::new())
    }

    async fn forget(&self, _user: User) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn group(&self, _scope: &Scope, _id: GroupId) -> Result<Option<Group>, LedgerError> {
        Ok(None)
    }

    async fn find_groups(
        &self,
        _scope: &Scope,
        _lookup: &GroupLookup,
    ) -> Result<Vec<Group>, LedgerError> {
        Ok(Vec::new())
    }

    async fn list_groups(
        &self,
        _scope: &Scope,
        _after: i64,
        _limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        Ok(Vec::new())
    }

    async fn page_groups(
        &self,
        _scope: &Scope,
        _skip: u64,
        _limit: usize,
    ) -> Result<Vec<Group>, LedgerError> {
        Ok(Vec::new())
    }

    async fn count_groups(&self, _scope: &Scope) -> Result<u64, LedgerError> {
        Ok(0)
    }

    async fn members(&self, _scope: &Scope, _group: GroupId) -> Result<Vec<UserId>, LedgerError> {
        Ok(Vec::new())
    }

    async fn memberships(
        &self,
        _scope: &Scope,
        _users: &[UserId],
    ) -> Result<BTreeMap<UserId, Vec<Membership>>, LedgerError> {
        Ok(BTreeMap::new())
    }

    async fn commit_group(
        &self,
        group: Group,
        _changes: Vec<MemberChange>,
        _events: Vec<Event>,
    ) -> Result<Regrouped, LedgerError> {
        Ok(Regrouped {
            group,
            touched: Vec::new(),
            unknown: Vec::new(),
        })
    }

    async fn delete_group(
        &self,
        _group: &Group,
        _events: Vec<Event>,
    ) -> Result<Vec<UserId>, LedgerError> {
        Ok(Vec::new())
    }

    async fn pending(
        &self,
        _tenant: &TenantName,
        _limit: usize,
    ) -> Result<Vec<Pending>, LedgerError> {
        Ok(Vec::new())
    }

    async fn pending_of(
        &self,
        _scope: &Scope,
        _user: UserId,
    ) -> Result<Option<Pending>, LedgerError> {
        Ok(None)
    }

    async fn evaluated(&self, _done: Vec<Pending>) -> Result<(), LedgerError> {
        Ok(())
    }

    async fn key(&self, _name: &str) -> Result<[u8; 32], LedgerError> {
        Ok([0; 32])
    }

    async fn events(
        &self,
        _: &Scope,
        _: Option<UserId>,
        _: usize,
    ) -> Result<Vec<Event>, LedgerError> {
        Ok(Vec::new())
    }
}
