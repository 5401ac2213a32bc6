//! The plan: what would become of everybody if CXone followed their sources now, under the present configuration. It only looks.

mod foresee;
mod foreseen;
mod outcome;
mod sight;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::connection::Connection;
use crate::line::Bridge;
use crate::name::{ConnectionName, TenantName};
use crate::policy::Mode;
use crate::port::ledger::Standing;
use crate::refusal::Refusal;
use crate::search::BATCH;
use crate::target::Attribute;

pub(crate) use foresee::Foresight;
pub(crate) use foreseen::{Foreseen, Seen, joined};
pub use outcome::{Changed, HeldBy, Kind, Likely, Planned, Stays};
pub(crate) use sight::{Sight, background};

/// How many users a plan describes at most. Its totals count everybody.
pub const DETAILS: usize = 10_000;

/// What would become of a tenant's users. Values are personal: a plan is for whoever asked, never for a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The tenant.
    pub tenant: TenantName,
    /// The moment that everybody is judged by.
    pub moment: Timestamp,
    /// How many people the list of CXone's users has; `None` where there is no list and each user was asked for by itself.
    pub listed: Option<usize>,
    /// Why there is no list.
    pub unlisted: Option<String>,
    /// Why CXone's roles and teams cannot be read: nothing is known of anybody active then.
    pub no_directory: Option<String>,
    /// Each connection of the tenant, by name.
    pub connections: Vec<ConnectionPlan>,
    /// How many users with something to say are not described, since [`DETAILS`] others are.
    pub not_described: u64,
}

/// What would become of one connection's users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectionPlan {
    /// The connection.
    pub connection: ConnectionName,
    /// Whether it only observes.
    pub observes: bool,
    /// The plugins that cannot be loaded, each with the reason.
    pub not_loaded: Vec<String>,
    /// How many users there are: all live ones, and the deleted ones whose deactivation is owed.
    pub users: u64,
    /// How many come to what.
    pub totals: BTreeMap<Kind, u64>,
    /// Of how many CXone would not be sent an attribute, because the tenant or the API has no such field.
    pub left_out: BTreeMap<Attribute, u64>,
    /// Of how many CXone shows an attribute otherwise than it was written.
    pub unconfirmed: BTreeMap<Attribute, u64>,
    /// Of how many an attribute stays as CXone's people have it.
    pub stays: BTreeMap<Attribute, u64>,
    /// How many changes the guard holds now.
    pub held: u64,
    /// How many changes are held because the connection observes, or did.
    pub observed: u64,
    /// How many changes are owed and tried by themselves.
    pub owed: u64,
    /// How many removals the guard would hold: those beyond what it lets pass.
    pub guarded: u64,
    /// The users with something to say, in the order of the ledger.
    pub described: Vec<Planned>,
}

impl ConnectionPlan {
    fn of(connection: &Connection, standing: Standing) -> Self {
        let not_loaded = connection.plugins.not_loaded();
        Self {
            connection: connection.scope.connection.clone(),
            observes: connection.mode == Mode::Observe,
            not_loaded: not_loaded.iter().map(ToString::to_string).collect(),
            users: 0,
            totals: BTreeMap::new(),
            left_out: BTreeMap::new(),
            unconfirmed: BTreeMap::new(),
            stays: BTreeMap::new(),
            held: standing.held,
            observed: standing.observed,
            owed: standing.owed,
            guarded: 0,
            described: Vec::new(),
        }
    }

    /// How many users come to this.
    pub fn total(&self, kind: Kind) -> u64 {
        self.totals.get(&kind).copied().unwrap_or_default()
    }

    /// Counts a user, and describes them where there is something to say and room to say it. Answers how many were not described
    /// for want of room.
    fn add(&mut self, planned: Planned, room: &mut usize) -> u64 {
        fn add(counts: &mut BTreeMap<Attribute, u64>, attribute: Attribute) {
            *counts.entry(attribute).or_default() += 1;
        }
        self.users += 1;
        *self.totals.entry(planned.kind).or_default() += 1;
        for attribute in &planned.left_out {
            add(&mut self.left_out, *attribute);
        }
        for attribute in &planned.unconfirmed {
            add(&mut self.unconfirmed, *attribute);
        }
        for stays in &planned.stays {
            add(&mut self.stays, stays.attribute);
        }
        if !planned.worth_telling() {
            return 0;
        }
        // Whom nothing happens to must not crowd the others out.
        let kept = if planned.kind == Kind::Nothing {
            DETAILS / 2
        } else {
            0
        };
        if *room <= kept {
            return 1;
        }
        *room -= 1;
        self.described.push(planned);
        0
    }
}

impl Bridge {
    /// Foresees what would become of everybody. It writes nothing anywhere.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a tenant that is not configured, and the ledger's. What CXone does not answer is in the plan.
    pub async fn plan(&self, tenant: &TenantName) -> Result<Plan, Refusal> {
        let connections: Vec<_> = self
            .connections()
            .into_iter()
            .filter(|connection| connection.scope.tenant == *tenant)
            .collect();
        let first = connections.first().ok_or(Refusal::NotFound)?;
        let sight = Sight::of_everybody(first.tenant.cxone.clone()).await;
        let foresight = Foresight::new(self.ledger.as_ref(), &sight, self.now());
        let mut standings = self.ledger.standings(tenant).await?;
        let mut plan = Plan {
            tenant: tenant.clone(),
            moment: foresight.now,
            listed: sight.listed().map(|people| people.people.len()),
            unlisted: sight.unlisted().map(str::to_owned),
            no_directory: sight.pinned().err(),
            connections: Vec::new(),
            not_described: 0,
        };
        let (mut room, mut all_removals) = (DETAILS, Vec::new());
        for connection in &connections {
            let standing = standings
                .remove(&connection.scope.connection)
                .unwrap_or_default();
            let mut done = ConnectionPlan::of(connection, standing);
            let (mut after, mut removals) = (0, 0);
            loop {
                let batch = self
                    .ledger
                    .list_users(&connection.scope, after, BATCH)
                    .await?;
                let Some(last) = batch.last() else {
                    break;
                };
                after = last.sequence;
                for planned in foresight.all(connection, &batch).await? {
                    removals += usize::from(planned.asks_the_guard());
                    plan.not_described += done.add(planned, &mut room);
                }
            }
            plan.connections.push(done);
            all_removals.push(removals);
        }
        // Whoever was deleted is in no list, but may have to leave CXone still.
        let mut after = 0;
        loop {
            let batch = self.ledger.unsettled(tenant, after, BATCH).await?;
            let Some(last) = batch.last() else {
                break;
            };
            after = last.sequence;
            let leaving = batch.into_iter().filter(|user| {
                let debt = user.debt.as_ref();
                !user.live() && debt.is_some_and(|debt| debt.deactivation)
            });
            for user in leaving {
                let at = connections
                    .iter()
                    .position(|connection| connection.scope == user.scope);
                // A connection that was taken out of the configuration has no plan.
                let Some(at) = at else {
                    continue;
                };
                for planned in foresight.all(&connections[at], &[user]).await? {
                    all_removals[at] += usize::from(planned.asks_the_guard());
                    plan.not_described += plan.connections[at].add(planned, &mut room);
                }
            }
        }
        for (at, done) in plan.connections.iter_mut().enumerate() {
            let passes = connections[at].guard.room(foresight.now);
            done.guarded = all_removals[at].saturating_sub(passes) as u64;
        }
        Ok(plan)
    }
}
