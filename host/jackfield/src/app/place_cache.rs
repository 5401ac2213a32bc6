//! Where a tenant's CXone was found, kept in the ledger: a restart does not look for it again.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bridge::name::TenantName;
use bridge::port::ledger::Ledger;
use cxone::PlaceCache;

/// One tenant's place in the ledger. A ledger that cannot be used only costs the search.
pub(super) struct LedgerPlace {
    ledger: Arc<dyn Ledger>,
    tenant: TenantName,
}

impl LedgerPlace {
    pub(super) fn new(ledger: Arc<dyn Ledger>, tenant: TenantName) -> Self {
        Self { ledger, tenant }
    }

    fn name(&self) -> String {
        format!("place/{}", self.tenant)
    }
}

impl fmt::Debug for LedgerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LedgerPlace").field(&self.tenant).finish()
    }
}

#[async_trait]
impl PlaceCache for LedgerPlace {
    async fn load(&self) -> Option<String> {
        match self.ledger.recall(&self.name()).await {
            Ok(place) => place,
            Err(error) => {
                tracing::warn!(tenant = %self.tenant, %error, "the place of CXone cannot be recalled");
                None
            }
        }
    }

    async fn store(&self, place: &str) {
        if let Err(error) = self.ledger.remember(&self.name(), place).await {
            tracing::warn!(tenant = %self.tenant, %error, "the place of CXone cannot be remembered");
        }
    }
}
