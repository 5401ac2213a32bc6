//! The program, as the admin side sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use bridge::name::TenantName;
use service::{Kept, Process, Reloaded};

use super::reload::Reloader;
use crate::telemetry;

/// The process that serves.
#[derive(Debug)]
pub(super) struct ThisProcess(pub(super) Arc<Reloader>);

#[async_trait]
impl Process for ThisProcess {
    async fn reload(&self, let_go: BTreeSet<String>) -> Result<Reloaded, String> {
        let reloader = Arc::clone(&self.0);
        let task = tokio::spawn(async move { reloader.reload(let_go).await });
        task.await
            .unwrap_or_else(|_| Err("the reload broke off: the log says where".to_owned()))
    }

    fn kept(&self) -> BTreeMap<String, Kept> {
        let kept = &self.0.kept;
        kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn tenants(&self) -> Vec<TenantName> {
        self.0.former.tenants()
    }

    fn metrics(&self) -> String {
        telemetry::metrics()
    }
}
