//! Users whose groups changed are evaluated anew: a durable queue, in order for each user, one pending each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::connection::Connection;
use crate::event::EventKind;
use crate::group::Pending;
use crate::line::Bridge;
use crate::name::{Scope, TenantName, UserId};
use crate::owed::Progress;
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::user::{Debt, State, User};

/// A change that touches up to this many users is settled before it is answered.
const AT_ONCE: usize = 20;
/// How long such an answer waits at most. The rest is the queue's.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many users are evaluated at a time: few, since the identity provider's own requests come first.
const ABREAST: usize = 4;
/// How many are read from the queue at a time.
const BATCH: usize = 64;
/// How long to sleep when nothing is pending.
const IDLE: Duration = Duration::from_secs(10);
/// How long somebody rests who could not be evaluated.
const REST: Duration = Duration::from_secs(2);
/// How long to wait before somebody is tried again whom another process is at work on.
const PAUSE: Duration = Duration::from_millis(250);

impl Bridge {
    /// Evaluates a tenant's pending users anew for as long as the tenant is served. Drop the future to end it at once: whoever was
    /// not finished is still pending.
    pub async fn re_evaluate(self: Arc<Self>, tenant: TenantName) {
        let Some(bells) = self.bells(&tenant) else {
            return;
        };
        let mut resting = Resting::default();
        while !bells.ended() {
            match self.pending_round(&tenant, &mut resting).await {
                Ok(Round::Nothing) => {
                    bells.wait(&bells.regrouped, IDLE).await;
                }
                Ok(Round::Moved) => {}
                Ok(Round::Stuck) => bells.pause(PAUSE).await,
                Err(error) => {
                    tracing::error!(%tenant, %error, "pending re-evaluations cannot be read");
                    bells.pause(IDLE).await;
                }
            }
        }
    }

    /// Settles a small change before it is answered, on the connection that it came by and as far as patience goes; leaves
    /// everything else to the queue.
    pub(crate) async fn settle(self: &Arc<Self>, connection: &Arc<Connection>, touched: &[UserId]) {
        if touched.is_empty() {
            return;
        }
        if touched.len() <= AT_ONCE {
            let mut under_way = JoinSet::new();
            for user in touched {
                let (bridge, by, user) = (Arc::clone(self), Arc::clone(connection), *user);
                under_way.spawn(async move { bridge.pending_user(&by, user).await });
            }
            let all = async { while under_way.join_next().await.is_some() {} };
            if timeout(PATIENCE, all).await.is_err() {
                // What has begun goes on: nobody is left half way.
                under_way.detach_all();
            }
        }
        self.ring(&connection.scope.tenant);
    }

    async fn pending_round(
        self: &Arc<Self>,
        tenant: &TenantName,
        resting: &mut Resting,
    ) -> Result<Round, Refusal> {
        resting.tried.retain(|_, until| *until > Instant::now());
        resting
            .unserved
            .retain(|scope, _| self.connection(scope).is_none());
        // Twice as many: a connection that is gone may have left thousands.
        let limit = BATCH + 2 * resting.len();
        let mut pending = self.ledger.pending(tenant, limit).await?;
        let all = pending.len() < limit;
        pending.retain(|pending| !resting.has(pending));
        let mut served = Vec::with_capacity(pending.len());
        for pending in pending {
            match self.connection(&pending.scope) {
                Some(_) => served.push(pending),
                None => resting.leave(pending),
            }
        }
        served.truncate(BATCH);
        if served.is_empty() {
            return Ok(match all {
                false => Round::Moved,
                true if resting.tried.is_empty() => Round::Nothing,
                true => Round::Stuck,
            });
        }
        let mut moved = false;
        let mut under_way = JoinSet::new();
        let mut waiting = served.into_iter();
        loop {
            while under_way.len() < ABREAST
                && let Some(pending) = waiting.next()
            {
                // As it is by now: a round may take minutes, and nothing begins on a connection that was replaced meanwhile.
                let Some(connection) = self.connection(&pending.scope) else {
                    resting.leave(pending);
                    continue;
                };
                let (bridge, user) = (Arc::clone(self), pending.user);
                under_way
                    .spawn(async move { (user, bridge.pending_user(&connection, user).await) });
            }
            match under_way.join_next().await {
                Some(Ok((_, true))) => moved = true,
                // The others go first, until whatever stands in the way of this one may be gone.
                Some(Ok((user, false))) => {
                    resting.tried.insert(user, Instant::now() + REST);
                }
                Some(Err(_)) => {}
                None => break,
            }
        }
        Ok(if moved { Round::Moved } else { Round::Stuck })
    }

    /// Evaluates one user, if that is still pending. Answers whether they are done with.
    async fn pending_user(&self, connection: &Connection, user: UserId) -> bool {
        let _turn = self.turn(user.to_string()).await;
        match self.evaluate_pending(connection, user).await {
            Ok(()) => true,
            // Somebody else is at work on the user: they stay pending.
            Err(Refusal::Ledger(LedgerError::Stale)) => false,
            Err(refusal) => {
                tracing::warn!(scope = %connection.scope, %user, reason = %refusal, "a re-evaluation is stuck");
                false
            }
        }
    }

    async fn evaluate_pending(&self, connection: &Connection, user: UserId) -> Result<(), Refusal> {
        let scope = &connection.scope;
        let Some(pending) = self.ledger.pending_of(scope, user).await? else {
            return Ok(());
        };
        let found = self.ledger.user(scope, user).await?;
        if let Some(user) = found.filter(concerned) {
            self.regroup(connection, user).await?;
        }
        Ok(self.ledger.evaluated(vec![pending]).await?)
    }

    /// Evaluates a user whose groups changed. Whatever becomes of it, the user's row says so afterwards: the mark can go.
    async fn regroup(&self, connection: &Connection, mut user: User) -> Result<(), Refusal> {
        if !user.inherited.is_empty() {
            user.inherited.clear();
            user = self.ledger.commit(user, Vec::new()).await?;
        }
        // Whoever is let in again while a removal is owed is decided upon now: the debt alone would remove them.
        // So is whoever is only observed: nothing pays their debt.
        let decided = |debt: &Debt| debt.deactivation || debt.observed;
        let returns = user.debt.as_ref().is_some_and(decided);
        if let Some(debt) = user.debt.as_mut().filter(|_| !returns) {
            // It is decided anew when it is paid, on the groups of then.
            if !debt.template {
                debt.template = true;
                self.ledger.commit(user, Vec::new()).await?;
            }
            return Ok(());
        }
        let id = user.id;
        let progress = self.bring_about(connection, user, EventKind::ReEvaluated);
        let progress = Box::pin(progress).await?;
        if progress != Progress::Done || connection.observes() {
            self.remember_template(&connection.scope, id).await?;
            self.wake(&connection.scope.tenant);
        }
        Ok(())
    }

    /// What could not be done became a debt: a template is due when it is paid.
    async fn remember_template(&self, scope: &Scope, id: UserId) -> Result<(), Refusal> {
        let Some(mut user) = self.ledger.user(scope, id).await? else {
            return Ok(());
        };
        if let Some(debt) = user.debt.as_mut().filter(|debt| !debt.template) {
            debt.template = true;
            self.ledger.commit(user, Vec::new()).await?;
        }
        Ok(())
    }
}

/// Whether a change of groups can mean anything for a user now. Who is inactive is evaluated when they come back; who was only
/// found belongs to nobody yet.
fn concerned(user: &User) -> bool {
    user.live() && user.source.active() && user.state != State::Offered
}

/// Who rests.
#[derive(Debug, Default)]
struct Resting {
    /// Who could not be evaluated, and until when.
    tried: BTreeMap<UserId, Instant>,
    /// Those of connections that were taken out of the configuration, perhaps for a while: what is pending stays so until they are
    /// back.
    unserved: BTreeMap<Scope, BTreeSet<UserId>>,
}

impl Resting {
    fn len(&self) -> usize {
        let unserved = self.unserved.values().map(BTreeSet::len);
        self.tried.len() + unserved.sum::<usize>()
    }

    fn has(&self, pending: &Pending) -> bool {
        let unserved = self.unserved.get(&pending.scope);
        self.tried.contains_key(&pending.user)
            || unserved.is_some_and(|users| users.contains(&pending.user))
    }

    /// Lets somebody rest whose connection is gone; of each such connection it is said once.
    fn leave(&mut self, pending: Pending) {
        let users = self.unserved.entry(pending.scope).or_insert_with_key(|scope| {
            tracing::warn!(%scope, "re-evaluations wait: the configuration has no such connection any more");
            BTreeSet::new()
        });
        users.insert(pending.user);
    }
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    Nothing,
    Moved,
    Stuck,
}
