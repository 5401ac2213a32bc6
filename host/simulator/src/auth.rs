//! Who may ask: access keys, the tokens made from them, and HTTP Basic on the parallel paths.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::claims;
use crate::settings::{AccessKey, Permission, Settings};
use crate::switches::{BasicCredentials, LoginRefused, RefreshTokens, TokenState};

/// Expired tokens are swept when there are this many.
const SWEEP_AT: usize = 10_000;

/// Somebody who has shown who they are.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The access key id; of no key for a registered application on `/basic-auth`.
    pub(crate) key: String,
    permissions: Vec<Permission>,
}

impl Caller {
    /// 403 unless the caller's role allows it.
    pub(crate) fn must(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!("the role of the access key's employee lacks the permission {permission:?}"),
        ))
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// A token in force.
struct Token {
    until: Instant,
    key: String,
}

/// The tokens in force. They survive a reset of the simulator, as they would in CXone.
#[derive(Default)]
pub(crate) struct Tokens {
    access: HashMap<String, Token>,
    /// To the access key id. They do not expire: how long CXone's live is UNKNOWN.
    refresh: HashMap<String, String>,
}

impl Tokens {
    /// `POST /authentication/v1/token/access-key`
    pub(crate) fn by_key(&mut self, body: &Value, settings: &Settings) -> Result<Answer, Refusal> {
        let id = member(body, "accessKeyId")?;
        let secret = member(body, "accessKeySecret")?;
        match key(id, secret, settings) {
            Some(key) => Ok(Answer::ok(self.issue(key, settings))),
            None => Err(wrong_key(settings)),
        }
    }

    /// `POST /public/user/refresh`
    pub(crate) fn by_refresh(
        &mut self,
        body: &Value,
        settings: &Settings,
    ) -> Result<Answer, Refusal> {
        let token = member(body, "token")?;
        let fresh = self.refreshed(token, settings);
        fresh
            .map(Answer::ok)
            .ok_or_else(|| unauthorized("the refresh token is unknown"))
    }

    /// What a refresh token gives, if it is good.
    pub(crate) fn refreshed(&mut self, token: &str, settings: &Settings) -> Option<Value> {
        let id = match settings.switches.refresh_tokens {
            RefreshTokens::Kept => self.refresh.get(token).cloned(),
            RefreshTokens::Once => self.refresh.remove(token),
            RefreshTokens::Refused => None,
        }?;
        let mut keys = settings.access_keys.iter();
        let key = keys.find(|key| key.id == id && key.active)?;
        Some(self.issue(key, settings))
    }

    /// Whom the token of an `Authorization` header stands for.
    pub(crate) fn bearer(
        &self,
        header: Option<&str>,
        settings: &Settings,
    ) -> Result<Caller, Refusal> {
        let token = credentials(header, "bearer")
            .ok_or_else(|| unauthorized("a bearer token is required"))?;
        if settings.switches.tokens == TokenState::Refused {
            return Err(unauthorized("the token is not accepted"));
        }
        match self.access.get(token) {
            Some(token) if Instant::now() < token.until => Ok(caller(&token.key, settings)),
            Some(_) => Err(unauthorized("the token has expired")),
            None => Err(unauthorized("the token is unknown")),
        }
    }

    /// A new pair of tokens.
    pub(crate) fn issue(&mut self, key: &AccessKey, settings: &Settings) -> Value {
        let now = Instant::now();
        if self.access.len() >= SWEEP_AT {
            self.access.retain(|_, token| now < token.until);
            self.refresh.clear();
        }
        let lifetime = settings.switches.token_lifetime_seconds;
        let (access, refresh) = (claims::access_token(key, settings), claims::random());
        let token = Token {
            until: now + Duration::from_secs(lifetime),
            key: key.id.clone(),
        };
        self.access.insert(access.clone(), token);
        self.refresh.insert(refresh.clone(), key.id.clone());
        json!({
            "access_token": access,
            "refresh_token": refresh,
            "id_token": claims::jwt(key, settings),
            "token_type": "Bearer",
            "expires_in": lifetime,
        })
    }

    /// The switch `tokens: all_expired_now`.
    pub(crate) fn expire_all(&mut self) {
        let now = Instant::now();
        for token in self.access.values_mut() {
            token.until = now;
        }
    }
}

/// Whom an `Authorization` header with HTTP Basic stands for.
pub(crate) fn basic(header: Option<&str>, settings: &Settings) -> Result<Caller, Refusal> {
    let Some((id, secret)) = pair(header) else {
        return Err(unauthorized("credentials as HTTP Basic are required"));
    };
    if settings.switches.basic_credentials == BasicCredentials::Client {
        let mut clients = settings.clients.iter();
        let known = clients.any(|client| client.id == id && client.secret == secret);
        return if known {
            Ok(caller("", settings))
        } else {
            Err(unauthorized("the client id or secret is wrong"))
        };
    }
    match key(&id, &secret, settings) {
        Some(key) => Ok(caller(&key.id, settings)),
        None => Err(unauthorized("the access key id or secret is wrong")),
    }
}

/// The two halves of HTTP Basic.
pub(crate) fn pair(header: Option<&str>) -> Option<(String, String)> {
    let bytes = STANDARD.decode(credentials(header, "basic")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The access key of an id and its secret.
pub(crate) fn key<'a>(id: &str, secret: &str, settings: &'a Settings) -> Option<&'a AccessKey> {
    let mut keys = settings.access_keys.iter();
    keys.find(|key| key.id == id && key.secret == secret && key.active)
}

/// What a key may do counts at the moment. One that the settings have lost may do what the smallest role may.
fn caller(key: &str, settings: &Settings) -> Caller {
    let known = settings.access_keys.iter().find(|known| known.id == key);
    Caller {
        key: key.to_owned(),
        permissions: known.map_or_else(Permission::smallest, |known| known.permissions.clone()),
    }
}

fn wrong_key(settings: &Settings) -> Refusal {
    let status = match settings.switches.login_refused {
        LoginRefused::Unauthorized => StatusCode::UNAUTHORIZED,
        LoginRefused::BadRequest => StatusCode::BAD_REQUEST,
        LoginRefused::Forbidden => StatusCode::FORBIDDEN,
    };
    Refusal::new(status, "the access key id or secret is wrong")
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
