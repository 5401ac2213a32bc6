//! Forgetting: what is personal about somebody who was deleted, or was refused and never stored, goes after a grace. That there was somebody, and who that is in
//! CXone, stays for good: a create of the name finds the same person there, who inherits nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::line::Bridge;
use crate::name::TenantName;
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::source::Source;
use crate::user::{State, User};

/// How long a deleted user's data is kept: who was deleted by mistake is looked into, and asked about, within that time.
const GRACE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often it is looked who is to be forgotten.
const DAILY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many are read at a time.
const BATCH: usize = 100;

impl Bridge {
    /// Forgets a tenant's deleted users once their grace is over, for as long as the tenant is served.
    pub async fn forget_daily(self: Arc<Self>, tenant: TenantName) {
        let Some(bells) = self.bells(&tenant) else {
            return;
        };
        while !bells.ended() {
            match self.forget(&tenant).await {
                Ok(0) => {}
                Ok(forgotten) => tracing::info!(%tenant, forgotten, "deleted users are forgotten"),
                Err(error) => tracing::error!(%tenant, %error, "deleted users cannot be forgotten"),
            }
            bells.pause(DAILY).await;
        }
    }

    /// Forgets the deleted users of a tenant whose grace is over; answers how many there were.
    ///
    /// # Errors
    /// The ledger's. Who was forgotten before stays so.
    pub async fn forget(&self, tenant: &TenantName) -> Result<usize, Refusal> {
        let before = self.now() - GRACE;
        let mut forgotten = 0;
        // Who was refused and never stored is nobody whose deletion could be waited for.
        while self.ledger.forget_refusals(tenant, before, BATCH).await? == BATCH {}
        loop {
            let users = self.ledger.forgettable(tenant, before, BATCH).await?;
            let mut done = 0;
            for user in users {
                match self.ledger.forget(emptied(user)).await {
                    Ok(()) => done += 1,
                    // Somebody is at work on them: it is another day's work.
                    Err(LedgerError::Stale) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            forgotten += done;
            if done == 0 {
                return Ok(forgotten);
            }
        }
    }
}

/// A deleted user without anything personal: what is left are ids and times.
fn emptied(user: User) -> User {
    User {
        source: Source::default(),
        carried: BTreeSet::new(),
        target_name: None,
        accepted: None,
        shown: None,
        attempted: BTreeMap::new(),
        owners: BTreeMap::new(),
        provenance: BTreeMap::new(),
        template: None,
        state: State::Settled,
        reason: None,
        uncertain: BTreeSet::new(),
        undelivered: false,
        debt: None,
        inherited: Vec::new(),
        ..user
    }
}
