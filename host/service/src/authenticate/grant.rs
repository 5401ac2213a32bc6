//! The token endpoint's question: is this a client of the connection, and what does it get? (RFC 6749, sections 2.3.1 and
//! 4.4; RFC 7523, section 2.2.)

use std::net::IpAddr;
use std::time::Duration;

use bridge::name::Scope;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::entra::{self, Version};
use super::header::Presented;
use super::{Authenticator, Known, NOBODY, Refused, access_token};
use crate::error::Failure;

/// What a client presents.
pub(crate) struct Asked {
    /// The `Authorization` header.
    pub(crate) header: Presented,
    /// `client_id` of the body.
    pub(crate) client_id: Option<String>,
    /// `client_secret` of the body.
    pub(crate) client_secret: Option<String>,
    /// `client_assertion`, its type having been looked at.
    pub(crate) assertion: Option<String>,
    /// `scope`, taken apart.
    pub(crate) scopes: Vec<String>,
}

/// What it gets.
pub(crate) enum Granted {
    /// A token, and how long it lives.
    Token(String, Duration),
    /// Nothing: it asks for a scope that is not the client's.
    NotInScope,
}

impl Authenticator {
    /// An access token for a client; the answer for whoever is none.
    pub(crate) async fn grant(
        &self,
        scope: Option<&Scope>,
        asked: &Asked,
        peer: Option<IpAddr>,
    ) -> Result<Granted, Failure> {
        let outcome = match scope {
            Some(scope) => self.client(scope, &self.known.load_full(), asked).await,
            None => Err(NOBODY),
        };
        outcome.map_err(|refused| self.failure(refused, scope, peer))
    }

    /// Everything that is presented has to be right: Entra sends the secret in header and body at once, if its
    /// administrator says so, and RFC 6749 leaves open what a wrong one beside a right one means.
    async fn client(
        &self,
        scope: &Scope,
        known: &Known,
        asked: &Asked,
    ) -> Result<Granted, Refused> {
        let credentials = self.of(scope, known);
        let in_header = match &asked.header {
            Presented::Basic(id, secret) => Some((id, secret)),
            Presented::Nothing => None,
            _ => return Err(Refused::Wrong("an Authorization header that is not Basic")),
        };
        let id = asked.client_id.as_deref();
        let in_body = asked.client_secret.as_deref();
        let mut granted = None;
        if let Some((header_id, secret)) = in_header {
            // RFC 6749 wants both encoded as in forms; many clients send them as they are.
            let decoded = (form(header_id), form(secret));
            let as_sent = credentials.client(header_id, secret);
            let found = as_sent.or(credentials.client(&decoded.0, &decoded.1));
            let (client, secret) = found.ok_or(Refused::Wrong("no client with this secret"))?;
            if id.is_some_and(|id| id != client.id) {
                return Err(Refused::Wrong("header and body name two clients"));
            }
            granted = Some((client, secret));
        }
        if let Some(secret) = in_body {
            // The id may be in the header alone.
            let id = id.or(granted.map(|(client, _)| client.id.as_str()));
            let found = credentials.client(id.unwrap_or_default(), secret);
            granted = Some(found.ok_or(Refused::Wrong("no client with this secret"))?);
        }
        if let Some(assertion) = &asked.assertion {
            let identity = credentials.workload_identity.as_ref();
            let identity = identity.ok_or(Refused::Wrong("no client that Entra vouches for"))?;
            let header_id = granted.map(|(client, _)| client.id.as_str());
            if id.or(header_id).is_some_and(|id| id != identity.client_id) {
                return Err(Refused::Wrong("no client with this assertion"));
            }
            let keys = known.keys(&identity.tenant)?;
            entra::verify(&identity.tenant, Version::Two, keys, assertion).await?;
            if granted.is_none() {
                let got = identity.fingerprint(&self.key, scope);
                return Ok(self.token(scope, &got, identity.token_ttl));
            }
        }
        let (client, secret) = granted.ok_or(Refused::Wrong("no secret and no assertion"))?;
        let wanted = |scope: &String| client.scopes.is_empty() || client.scopes.contains(scope);
        if !asked.scopes.iter().all(wanted) {
            return Ok(Granted::NotInScope);
        }
        let ttl = credentials.oauth.as_ref().map(|oauth| oauth.token_ttl);
        let got = client.fingerprint(secret, &self.key, scope);
        Ok(self.token(scope, &got, ttl.unwrap_or_default()))
    }

    fn token(&self, scope: &Scope, got: &access_token::Fingerprint, ttl: Duration) -> Granted {
        let seconds = i64::try_from(ttl.as_secs()).unwrap_or_default();
        let expires = Timestamp::now().as_second().saturating_add(seconds);
        Granted::Token(access_token::issue(&self.key, scope, got, expires), ttl)
    }
}

/// A text as forms encode it, decoded.
fn form(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
