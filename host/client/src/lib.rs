//! The one outbound HTTP client: deadlines, caps, the guard against requests to places they may not go, and for a host
//! that a tenant depends on the care not to ask too fast, too often or in vain ([`Upstream`]).
//!
//! Over reqwest with rustls. No proxy (the environment's is not read), no redirects, no cookies, no compression. The
//! headers that go out are a list that nothing can add to: `accept`, `authorization`, `content-type`, `user-agent`
//! and what HTTP itself needs, so that nothing a client of ours sent can travel on.

mod answer;
mod failure;
pub mod guard;
mod request;
mod retry_after;
mod send;
mod upstream;

pub use answer::Answer;
pub use failure::Failure;
pub use request::Request;
pub use reqwest::{Method, StatusCode};
pub use retry_after::{LONGEST_PAUSE, retry_after};
pub use secrecy::{ExposeSecret, SecretString};
pub use send::{BuildError, Client, Settings};
pub use upstream::{Priority, State, Upstream, UpstreamSettings};
pub use url::Url;
