//! The probes that write, on one user, who gets back what was there before, whatever happens in between.

mod restore;
mod steps;

use std::collections::BTreeSet;

use bridge::port::cxone::{Freshness, Held, UpstreamError};
use bridge::target::Attribute;
use serde_json::Value;
use tokio::sync::watch;

use super::{Probed, Prober};
use crate::directory::Directories;
use crate::session::Session;

/// What probing on a user came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserProbed {
    /// What was settled and seen.
    pub probed: Probed,
    /// Whether the user is as before; if not, the members that differ, by their names in SCIM.
    pub restored: Result<(), Vec<String>>,
    /// Whether somebody stopped it before its end.
    pub stopped: bool,
    /// What went wrong on the way and has to be known.
    pub remarks: Vec<String>,
}

impl Session {
    /// Runs the probes that write on somebody whom a find through SCIM has just shown. They end early when `stop` turns true.
    ///
    /// # Errors
    /// CXone's place is not known, or the user cannot be written back as read: then nothing was written.
    pub async fn probe_user(
        &self,
        held: &Held,
        enabled: &BTreeSet<Attribute>,
        stop: watch::Receiver<bool>,
    ) -> Result<UserProbed, UpstreamError> {
        let prober = Prober::new(self, enabled.clone()).await?;
        let directories = Directories::new(self.clone());
        let options = prober.options();
        let directory = Box::pin(directories.get(Freshness::Now, options)).await;
        let directory = directory.map_or_else(|_| directories.stated(), |it| (*it).clone());
        let Some(before) = restore::body(held, &directory) else {
            return Err(crate::api::unavailable(
                "CXone does not say whether the user is active, so nothing is written",
            ));
        };
        let mut subject = Subject {
            prober,
            shown: held.raw.clone(),
            now: held.raw.clone(),
            whole: before.clone(),
            before,
            held: held.clone(),
            directory,
            remarks: Vec::new(),
        };
        let stopped = *stop.borrow();
        let stopped = stopped || Box::pin(subject.steps(stop)).await;
        let restored = Box::pin(subject.put_back()).await;
        Ok(UserProbed {
            probed: subject.prober.found,
            restored,
            stopped,
            remarks: subject.remarks,
        })
    }
}

/// A user who is written on.
struct Subject<'a> {
    prober: Prober<'a>,
    held: Held,
    /// As read before.
    shown: Value,
    /// As last read.
    now: Value,
    /// The body of a PUT of everything that was read.
    whole: Value,
    /// The body of a PUT that changes nothing and that CXone takes.
    before: Value,
    directory: bridge::directory::Directory,
    remarks: Vec<String>,
}
