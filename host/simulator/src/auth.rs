//! Who may ask: access keys, the tokens made from them, and HTTP Basic on the parallel paths.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hyper::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::{Answer, Refusal};
use crate::settings::Settings;

/// The tenant's id in the claims of an id token.
const TENANT_ID: &str = "7e4a0000-0000-4000-8000-000000000001";

/// Expired tokens are swept when there are this many.
const SWEEP_AT: usize = 10_000;

/// The tokens in force. They survive a reset of the simulator, as they would in CXone.
#[derive(Default)]
pub(crate) struct Tokens {
    access: HashMap<String, Instant>,
    /// To the access key id. They do not expire: how long CXone's live is UNKNOWN.
    refresh: HashMap<String, String>,
}

impl Tokens {
    /// `POST /authentication/v1/token/access-key`
    pub(crate) fn by_key(&mut self, body: &Value, settings: &Settings) -> Result<Answer, Refusal> {
        let id = member(body, "accessKeyId")?;
        let secret = member(body, "accessKeySecret")?;
        if !is_key(id, secret, settings) {
            return Err(unauthorized("the access key id or secret is wrong"));
        }
        Ok(self.issue(id, settings))
    }

    /// `POST /public/user/refresh`
    pub(crate) fn by_refresh(
        &mut self,
        body: &Value,
        settings: &Settings,
    ) -> Result<Answer, Refusal> {
        let token = member(body, "token")?;
        let known = self.refresh.get(token).cloned();
        let known = known.filter(|id| settings.access_keys.iter().any(|key| key.id == *id));
        let id = known.ok_or_else(|| unauthorized("the refresh token is unknown"))?;
        Ok(self.issue(&id, settings))
    }

    /// Whether an `Authorization` header carries a token in force.
    pub(crate) fn check_bearer(&self, header: Option<&str>) -> Result<(), Refusal> {
        let token = credentials(header, "bearer")
            .ok_or_else(|| unauthorized("a bearer token is required"))?;
        match self.access.get(token) {
            Some(until) if Instant::now() < *until => Ok(()),
            Some(_) => Err(unauthorized("the token has expired")),
            None => Err(unauthorized("the token is unknown")),
        }
    }

    fn issue(&mut self, key_id: &str, settings: &Settings) -> Answer {
        let now = Instant::now();
        if self.access.len() >= SWEEP_AT {
            self.access.retain(|_, until| now < *until);
            self.refresh.clear();
        }
        let lifetime = settings.switches.token_lifetime_seconds;
        let (access, refresh) = (random(), random());
        self.access
            .insert(access.clone(), now + Duration::from_secs(lifetime));
        self.refresh.insert(refresh.clone(), key_id.to_owned());
        Answer::ok(json!({
            "access_token": access,
            "refresh_token": refresh,
            "id_token": id_token(lifetime),
            "token_type": "Bearer",
            "expires_in": lifetime,
        }))
    }
}

/// Whether an `Authorization` header carries an access key as HTTP Basic (id and secret: an assumption).
pub(crate) fn check_basic(header: Option<&str>, settings: &Settings) -> Result<(), Refusal> {
    let pair = credentials(header, "basic").and_then(|encoded| STANDARD.decode(encoded).ok());
    let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    match pair {
        Some((id, secret)) if is_key(id, secret, settings) => Ok(()),
        Some(_) => Err(unauthorized("the access key id or secret is wrong")),
        None => Err(unauthorized("an access key as HTTP Basic is required")),
    }
}

fn is_key(id: &str, secret: &str, settings: &Settings) -> bool {
    settings
        .access_keys
        .iter()
        .any(|key| key.id == id && key.secret == secret)
}

fn credentials<'a>(header: Option<&'a str>, scheme: &str) -> Option<&'a str> {
    let (given, rest) = header?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn member<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let member = body.get(name).and_then(Value::as_str);
    member.ok_or_else(|| Refusal::invalid(name, format!("{name} is required and must be a string")))
}

fn unauthorized(detail: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, detail)
}

fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// An unsigned token with the claims that clients of CXone are reported to read.
fn id_token(lifetime: u64) -> String {
    let now = jiff::Timestamp::now().as_second();
    let claims = json!({
        "iss": "simulator",
        "tenant": "simulator",
        "tenantId": TENANT_ID,
        "iat": now,
        "exp": now.saturating_add_unsigned(lifetime),
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.",
        part(&json!({ "alg": "none", "typ": "JWT" })),
        part(&claims)
    )
}
