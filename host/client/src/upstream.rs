//! One host of one tenant, asked with care: how fast, how often again, and when not at all.

use crate::answer::Answer;
use crate::failure::Failure;
use crate::request::Request;
use crate::send::Client;

/// What goes first when more is asked than the rate allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Nobody waits for it.
    Background,
    /// Somebody waits for it.
    Request,
    /// It goes before everything else.
    Urgent,
}

/// How careful to be.
#[derive(Debug, Clone, PartialEq)]
pub struct UpstreamSettings {
    /// Who is asked, for logs: the tenant and which of its hosts.
    pub name: String,
    /// Requests a second, at most.
    pub rate: f64,
}

/// One host of one tenant. Clones share what they know of it.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
}

impl Upstream {
    /// A careful way to a host.
    pub fn new(client: Client, settings: UpstreamSettings) -> Self {
        let _ = settings;
        Self { client }
    }

    /// Sends a request. `repeatable` says that sending it twice does no more than sending it once.
    pub async fn send(
        &self,
        request: Request,
        priority: Priority,
        repeatable: bool,
    ) -> Result<Answer, Failure> {
        let _ = (priority, repeatable);
        self.client.send(request).await
    }
}
