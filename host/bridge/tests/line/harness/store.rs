//! What the ledger in memory holds, and the conditions of its commits.

use std::collections::BTreeMap;

use bridge::event::Event;
use bridge::group::Pending;
use bridge::name::UserId;
use bridge::port::ledger::{LedgerError, OpenIntent};
use bridge::user::{State, User};

use super::groups::Kept;

/// Whether lists show a user.
pub(super) fn listed(user: &User) -> bool {
    user.live() && user.state != State::Offered
}

/// What survives a process.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) users: Vec<User>,
    pub(crate) intents: Vec<OpenIntent>,
    pub(crate) events: Vec<Event>,
    /// Those that stand.
    pub(crate) refusals: Vec<Event>,
    pub(crate) facts: BTreeMap<String, String>,
    pub(crate) groups: Vec<Kept>,
    pub(crate) pending: Vec<Pending>,
    pub(super) group_sequence: i64,
    pub(super) sequence: i64,
    pub(super) fence: u64,
    /// What a caller did that the port forbids.
    pub(crate) wrongs: Vec<String>,
}

impl Store {
    pub(super) fn row(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn at_version(&self, user: &User) -> Result<(), LedgerError> {
        let version = self.row(user.id).map_or(0, |row| row.version);
        (version == user.version)
            .then_some(())
            .ok_or(LedgerError::Stale)
    }

    pub(super) fn name_is_free(&self, user: &User) -> Result<(), LedgerError> {
        let taken = user.live()
            && self.users.iter().any(|other| {
                other.id != user.id
                    && other.live()
                    && other.scope == user.scope
                    && other.folded_name() == user.folded_name()
            });
        if taken {
            Err(LedgerError::NameTaken)
        } else {
            Ok(())
        }
    }

    pub(super) fn reserving(&self, user: &User) -> Option<&OpenIntent> {
        self.intents.iter().find(|open| {
            let other = &open.intent.user;
            other.id == user.id
                || user.live()
                    && other.live()
                    && other.scope == user.scope
                    && other.folded_name() == user.folded_name()
        })
    }

    pub(super) fn store(&mut self, mut user: User, events: Vec<Event>) -> User {
        user.version += 1;
        if user.sequence == 0 {
            self.sequence += 1;
            user.sequence = self.sequence;
        }
        self.users.retain(|row| row.id != user.id);
        self.users.push(user.clone());
        self.users.sort_by_key(|user| user.sequence);
        if !user.live() {
            self.leave_groups(user.id);
        }
        self.supersede(&user);
        self.note(events);
        user
    }

    pub(super) fn end(&mut self, fence: u64, user: UserId) -> Result<OpenIntent, LedgerError> {
        let held = self
            .intents
            .iter()
            .position(|open| open.fence == fence && open.intent.user.id == user);
        held.map(|at| self.intents.remove(at))
            .ok_or(LedgerError::Stale)
    }
}
