//! What the ledger in memory knows of refused requests, and of whoever is not as they should be.

use std::collections::BTreeMap;

use bridge::event::Event;
use bridge::name::{ConnectionName, Scope, TenantName, UserId};
use bridge::port::ledger::{Standing, asked_name, grants};
use bridge::user::{State, User};
use jiff::Timestamp;

use super::store::{Store, listed};

/// Whether a user is not as they should be.
pub(super) fn unsettled(user: &User) -> bool {
    !matches!(user.state, State::Offered | State::Settled)
}

impl Store {
    /// Whom a refusal is about: somebody stored, or a name.
    fn about(&self, refusal: &Event) -> (Scope, Option<UserId>, Option<String>) {
        let known = refusal.user.filter(|user| self.row(*user).is_some());
        let name = asked_name(refusal).filter(|_| known.is_none());
        (refusal.scope.clone(), known, name)
    }

    /// Events beside what they tell of.
    pub(super) fn note(&mut self, events: Vec<Event>) {
        for event in events {
            if let Some(user) = event.user.filter(|_| grants(event.kind)) {
                self.refusals.retain(|refusal| refusal.user != Some(user));
            }
            self.events.push(event);
        }
    }

    /// Events of requests that nothing came of.
    pub(super) fn record(&mut self, events: Vec<Event>) {
        for event in events {
            if asked_name(&event).is_some() {
                let about = self.about(&event);
                let mut refusals = std::mem::take(&mut self.refusals);
                refusals.retain(|refusal| self.about(refusal) != about);
                let user = event.user.filter(|user| self.row(*user).is_some());
                refusals.push(Event {
                    user,
                    ..event.clone()
                });
                self.refusals = refusals;
            }
            self.events.push(event);
        }
    }

    /// A user was written: what was refused to whoever had the name is past.
    pub(super) fn supersede(&mut self, user: &User) {
        let mut refusals = std::mem::take(&mut self.refusals);
        refusals.retain(|refusal| {
            let (scope, known, name) = self.about(refusal);
            let named = scope == user.scope && name == Some(user.folded_name());
            !(listed(user) && named || !user.live() && known == Some(user.id))
        });
        self.refusals = refusals;
    }

    pub(super) fn dismiss(&mut self, refusal: &Event, events: Vec<Event>) -> bool {
        let Some(at) = self.refusals.iter().position(|other| other == refusal) else {
            return false;
        };
        self.refusals.remove(at);
        self.note(events);
        true
    }

    pub(super) fn forget_refusals(
        &mut self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> usize {
        let due = |store: &Store, event: &Event| {
            let stranger = event.user.is_none_or(|user| store.row(user).is_none());
            event.scope.tenant == *tenant
                && event.at < before
                && stranger
                && asked_name(event).is_some()
        };
        let found: Vec<usize> = (0..self.events.len())
            .filter(|at| due(self, &self.events[*at]))
            .take(limit)
            .collect();
        for at in &found {
            let event = self.events[*at].clone();
            self.refusals
                .retain(|refusal| refusal.at != event.at || refusal.detail != event.detail);
            self.events[*at].detail = serde_json::json!({});
        }
        found.len()
    }

    pub(super) fn standings(&self, tenant: &TenantName) -> BTreeMap<ConnectionName, Standing> {
        let mut found: BTreeMap<ConnectionName, Standing> = BTreeMap::new();
        let users = self
            .users
            .iter()
            .filter(|user| user.scope.tenant == *tenant);
        for user in users.filter(|user| unsettled(user)) {
            let standing = found.entry(user.scope.connection.clone()).or_default();
            let debt = user.debt.as_ref();
            *match (user.state, debt.map(|debt| (debt.held, debt.observed))) {
                (State::Owed, Some((true, true))) => &mut standing.observed,
                (State::Owed, Some((true, false))) => &mut standing.held,
                (State::Owed, _) => &mut standing.owed,
                (State::Refused, _) => &mut standing.refused,
                (State::Deferred, _) => &mut standing.deferred,
                _ => &mut standing.unconfirmed,
            } += 1;
        }
        for refusal in self.refusals.iter().filter(|it| it.scope.tenant == *tenant) {
            let connection = refusal.scope.connection.clone();
            found.entry(connection).or_default().requests += 1;
        }
        found
    }
}
