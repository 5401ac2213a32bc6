//! What a tenant's queues wait for: work, or their end.

use std::time::Duration;

use tokio::sync::{Notify, watch};

/// The bells of one tenant. A tenant that is taken out and comes back has new ones: the queues of before still end.
#[derive(Debug, Default)]
pub(crate) struct Bells {
    /// Work is owed.
    pub(crate) owed: Notify,
    /// Users are to be evaluated anew.
    pub(crate) regrouped: Notify,
    ended: watch::Sender<bool>,
}

impl Bells {
    /// The tenant is served no more.
    pub(crate) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Whether it is served no more.
    pub(crate) fn ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Waits so long, until the bell rings, or until the end.
    pub(crate) async fn wait(&self, bell: &Notify, longest: Duration) {
        tokio::select! {
            () = bell.notified() => {}
            () = self.pause(longest) => {}
        }
    }

    /// Waits so long, or until the end.
    pub(crate) async fn pause(&self, pause: Duration) {
        let mut ended = self.ended.subscribe();
        // The end is all that it waits for: that nobody could tell it any more is one.
        let _ = tokio::time::timeout(pause, ended.wait_for(|ended| *ended)).await;
    }
}
