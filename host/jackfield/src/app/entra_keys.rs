//! Entra's keys, over the one outbound client.

use std::time::Duration;

use async_trait::async_trait;
use client::{Client, Method, Request, StatusCode, Url};
use service::FetchKeys;
use tokio::time::Instant;

/// For one read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads key documents where the client may go: https to public addresses, or this machine.
#[derive(Debug)]
pub(super) struct EntraKeys(pub(super) Client);

#[async_trait]
impl FetchKeys for EntraKeys {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let deadline = Instant::now() + PATIENCE;
        let request = Request::new(Method::GET, url, "/discovery/v2.0/keys", deadline);
        let answer = self.0.send(request).await;
        let answer = answer.map_err(|failure| failure.to_string())?;
        match answer.status {
            StatusCode::OK => Ok(answer.body),
            status => Err(format!("the answer is {}", status.as_u16())),
        }
    }
}
