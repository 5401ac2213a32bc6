//! Tokens that Entra itself issues: as the bearer of a request (an empty Secret Token in Entra's form), and as the assertion
//! of a client at our token endpoint (RFC 7523, section 2.2; Microsoft's "Workload Identity Federation for SCIM
//! Provisioning").
//!
//! Any tenant of Entra can have a token made for the audience of every custom app, so issuer and `tid` are pinned to one
//! tenant. Keys come from that tenant's document alone; where the token's header says to look (`jku`, `x5u`, `jwk`, `x5c`) is
//! never read.

use std::sync::Arc;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use super::Refused;
use super::keys::{Found, KeySet, LONGEST_KID};

/// The audience of the tokens that Entra sends by itself, the same for every custom app.
pub const PROVISIONING_AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// How far clocks may be apart, in seconds.
const LEEWAY: u64 = 60;
/// A longer token is not looked at; Entra's have 1 to 3 KiB.
const LONGEST: usize = 16 * 1024;

/// Which tokens of Entra are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraTenant {
    /// The directory (tenant) ID, in lower case.
    pub tenant_id: String,
    /// What `aud` may be; one of them suffices. With or without `/.default` at the end, since Entra's pages show what its
    /// tokens do not have.
    pub audiences: Vec<String>,
    /// What `sub` must be, if anything: the object that asks.
    pub subject: Option<String>,
    /// What `appid` (or `azp`) must be, if anything: the app that asks.
    pub app_id: Option<String>,
    /// Where the keys are, if not where Microsoft has them.
    pub keys_url: Option<String>,
}

impl EntraTenant {
    /// Where the keys are.
    pub fn keys_url(&self) -> String {
        let (url, id) = (&self.keys_url, &self.tenant_id);
        let microsoft = || format!("https://login.microsoftonline.com/{id}/discovery/v2.0/keys");
        url.clone().unwrap_or_else(microsoft)
    }

    fn audiences(&self) -> Vec<&str> {
        let bare = |audience: &'_ str| audience.strip_suffix("/.default").map(str::len);
        self.audiences
            .iter()
            .flat_map(|audience| {
                [
                    Some(audience.as_str()),
                    bare(audience).map(|end| &audience[..end]),
                ]
            })
            .flatten()
            .collect()
    }
}

/// Which of Entra's two forms a token may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Issued by `https://login.microsoftonline.com/{tid}/v2.0`: assertions.
    Two,
    /// Or by `https://sts.windows.net/{tid}/`: what Entra sends by itself.
    OneOrTwo,
}

impl Version {
    fn issuers(self, tenant_id: &str) -> Vec<String> {
        let two = format!("https://login.microsoftonline.com/{tenant_id}/v2.0");
        let one = format!("https://sts.windows.net/{tenant_id}/");
        match self {
            Version::Two => vec![two],
            Version::OneOrTwo => vec![two, one],
        }
    }
}

/// What we read beside `aud`, `exp` and `nbf`, which the library checks.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    tid: String,
    sub: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
}

impl Claims {
    /// Whether it is the tenant's, and from whom it has to be.
    fn check(&self, tenant: &EntraTenant, version: Version) -> Result<(), Refused> {
        if self.tid != tenant.tenant_id {
            return Err(Refused::Wrong("the token's tid is another tenant's"));
        }
        if !version.issuers(&tenant.tenant_id).contains(&self.iss) {
            return Err(Refused::Wrong("the token's iss is not the tenant's"));
        }
        let subject = tenant.subject.as_deref();
        if subject.is_some_and(|subject| self.sub.as_deref() != Some(subject)) {
            return Err(Refused::Wrong("the token's sub is another"));
        }
        let apps = [self.appid.as_deref(), self.azp.as_deref()];
        let named = || apps.into_iter().flatten();
        let app_id = tenant.app_id.as_deref();
        if app_id.is_some_and(|app| named().next().is_none() || named().any(|other| other != app)) {
            return Err(Refused::Wrong("the token's appid is another"));
        }
        Ok(())
    }
}

/// Whether a token is one that the tenant is believed with.
pub(super) async fn verify(
    tenant: &EntraTenant,
    version: Version,
    keys: &Arc<KeySet>,
    token: &str,
) -> Result<(), Refused> {
    const NO_JWT: Refused = Refused::Wrong("no token in JWT form");
    if token.len() > LONGEST {
        return Err(Refused::Wrong("the token is too long"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| NO_JWT)?;
    if header.alg != Algorithm::RS256 {
        return Err(Refused::Wrong("the token's alg is not RS256"));
    }
    // RFC 7515, section 4.1.11: what is critical and not understood makes a token invalid.
    if header.crit.is_some() {
        return Err(Refused::Wrong("the token's header has crit"));
    }
    let kid = header.kid.filter(|kid| kid.len() <= LONGEST_KID);
    let kid = kid.ok_or(Refused::Wrong("the token names no key"))?;
    // On its face first, so that other tenants' tokens cause no request.
    let claimed: Claims = jsonwebtoken::dangerous::insecure_decode_claims(token)
        .map_err(|_| Refused::Wrong("the token has no iss or tid"))?;
    claimed.check(tenant, version)?;
    let key = match keys.find(&kid).await {
        Found::Key(key) => key,
        Found::Unknown => return Err(Refused::Wrong("the token's key is not the tenant's")),
        Found::Unreachable => return Err(Refused::Undecided("Entra's keys cannot be read")),
    };
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation(tenant, version));
    let verified = decoded.map_err(|error| Refused::Wrong(reason(&error)))?;
    verified.claims.check(tenant, version)
}

fn validation(tenant: &EntraTenant, version: Version) -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    // A claim of the wrong type counts as absent: only required ones are refused then (CVE-2026-25537).
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_audience(&tenant.audiences());
    validation.set_issuer(&version.issuers(&tenant.tenant_id));
    validation
}

fn reason(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidSignature => "the token's signature is wrong",
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet: compare the clocks",
        ErrorKind::InvalidAudience => "the token's aud is none of the audiences",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks exp, iss or aud",
        ErrorKind::InvalidClaimFormat(_) => "a claim of the token has the wrong type",
        _ => "the token cannot be read",
    }
}

#[cfg(test)]
mod tests;
