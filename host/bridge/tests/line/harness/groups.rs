//! Groups, members and pending re-evaluations of the ledger in memory.

use std::collections::BTreeMap;

use bridge::event::Event;
use bridge::group::{Group, MemberChange, Membership, Pending, Regrouped};
use bridge::name::{Scope, UserId};
use bridge::port::ledger::{GroupLookup, LedgerError};

use super::ledger::Store;

/// A group with its members, in the order in which they joined.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) group: Group,
    pub(crate) members: Vec<UserId>,
}

impl Store {
    pub(super) fn find_groups(&self, scope: &Scope, lookup: &GroupLookup) -> Vec<Group> {
        let hit = |kept: &&Kept| {
            kept.group.scope == *scope
                && match lookup {
                    GroupLookup::Name(name) => kept.group.folded_name() == *name,
                    GroupLookup::ExternalId(id) => kept.group.source.external_id() == Some(id),
                    GroupLookup::Member(user) => kept.members.contains(user),
                }
        };
        let found = self.groups.iter().filter(hit);
        found.map(|kept| kept.group.clone()).collect()
    }

    pub(super) fn groups_after(&self, scope: &Scope, after: i64) -> Vec<Group> {
        let listed = |kept: &&Kept| kept.group.scope == *scope && kept.group.sequence > after;
        let found = self.groups.iter().filter(listed);
        found.map(|kept| kept.group.clone()).collect()
    }

    pub(super) fn memberships_of(
        &self,
        scope: &Scope,
        users: &[UserId],
    ) -> BTreeMap<UserId, Vec<Membership>> {
        let mut found: BTreeMap<UserId, Vec<Membership>> = BTreeMap::new();
        for kept in self.groups.iter().filter(|kept| kept.group.scope == *scope) {
            for user in users.iter().filter(|user| kept.members.contains(user)) {
                let groups = found.entry(*user).or_default();
                groups.push(kept.group.membership());
            }
        }
        found
    }

    fn is_live(&self, scope: &Scope, id: UserId) -> bool {
        self.users
            .iter()
            .any(|user| user.id == id && user.scope == *scope && user.live())
    }

    pub(super) fn commit_group(
        &mut self,
        mut group: Group,
        changes: Vec<MemberChange>,
        events: Vec<Event>,
    ) -> Result<Regrouped, LedgerError> {
        let at = self
            .groups
            .iter()
            .position(|kept| kept.group.id == group.id);
        let before = at.map(|at| &self.groups[at]);
        if before.map_or(0, |kept| kept.group.version) != group.version {
            return Err(LedgerError::Stale);
        }
        let taken = self.groups.iter().any(|kept| {
            kept.group.id != group.id
                && kept.group.scope == group.scope
                && kept.group.folded_name() == group.folded_name()
        });
        if taken {
            return Err(LedgerError::NameTaken);
        }
        let old = before.map(|kept| kept.members.clone()).unwrap_or_default();
        let (mut members, mut unknown) = (old.clone(), Vec::new());
        for change in changes {
            let joins = match change {
                MemberChange::Add(ids) => ids,
                MemberChange::Remove(ids) => {
                    members.retain(|id| !ids.contains(id));
                    continue;
                }
                MemberChange::Set(ids) => {
                    members.retain(|id| ids.contains(id));
                    ids
                }
            };
            for id in joins {
                if !self.is_live(&group.scope, id) {
                    unknown.push(id);
                } else if !members.contains(&id) {
                    members.push(id);
                }
            }
        }
        let renamed = before.is_some_and(|kept| {
            let (one, other) = (kept.group.membership(), group.membership());
            one != other
        });
        let mut touched: Vec<UserId> = Vec::new();
        for id in old.iter().chain(&members) {
            let stayed = old.contains(id) && members.contains(id);
            if (renamed || !stayed) && !touched.contains(id) {
                touched.push(*id);
            }
        }
        if let Some(kept) = before
            && touched.is_empty()
            && kept.group.source == group.source
        {
            let group = kept.group.clone();
            return Ok(Regrouped {
                group,
                touched,
                unknown,
            });
        }
        group.version += 1;
        if group.sequence == 0 {
            self.group_sequence += 1;
            group.sequence = self.group_sequence;
        }
        let kept = Kept {
            group: group.clone(),
            members,
        };
        match at {
            Some(at) => self.groups[at] = kept,
            None => self.groups.push(kept),
        }
        self.mark(&group.scope, &touched);
        self.events.extend(events);
        Ok(Regrouped {
            group,
            touched,
            unknown,
        })
    }

    pub(super) fn delete_group(
        &mut self,
        group: &Group,
        events: Vec<Event>,
    ) -> Result<Vec<UserId>, LedgerError> {
        let same = |kept: &Kept| kept.group.id == group.id && kept.group.version == group.version;
        let at = self
            .groups
            .iter()
            .position(same)
            .ok_or(LedgerError::Stale)?;
        let members = self.groups.remove(at).members;
        self.mark(&group.scope, &members);
        self.events.extend(events);
        Ok(members)
    }

    fn mark(&mut self, scope: &Scope, users: &[UserId]) {
        for user in users {
            match self
                .pending
                .iter_mut()
                .find(|pending| pending.user == *user)
            {
                Some(pending) => pending.mark += 1,
                None => self.pending.push(Pending {
                    scope: scope.clone(),
                    user: *user,
                    mark: 1,
                }),
            }
        }
    }

    /// A deleted user leaves all groups.
    pub(super) fn leave_groups(&mut self, user: UserId) {
        for kept in &mut self.groups {
            let before = kept.members.len();
            kept.members.retain(|id| *id != user);
            if kept.members.len() != before {
                kept.group.version += 1;
            }
        }
    }
}
