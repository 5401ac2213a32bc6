//! What tokens look like inside (cxone.md 2.1): the claims that clients of CXone are reported to read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;
use crate::settings::{AccessKey, Settings};
use crate::switches::TokenForm;

/// A new access token, in the form that the switch has.
pub(crate) fn access_token(key: &AccessKey, settings: &Settings) -> String {
    match settings.switches.token_form {
        TokenForm::Jwt => jwt(key, settings),
        TokenForm::Opaque => random(),
    }
}

/// A token with claims. Its signature is of no key: nobody could check one.
pub(crate) fn jwt(key: &AccessKey, settings: &Settings) -> String {
    let now = clock::now(settings).as_second();
    let lifetime = settings.switches.token_lifetime_seconds;
    let claims = json!({
        "iss": "https://auth.simulator.example.com",
        "sub": format!("user:{}", key.user),
        "tenant": "simulator",
        "tenantId": settings.tenant_id,
        "icBUId": settings.business_unit,
        "icClusterId": settings.hosts.cluster,
        "role": { "legacyId": key.role },
        "jti": Uuid::new_v4(),
        "iat": now,
        "exp": now.saturating_add_unsigned(lifetime),
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(&json!({ "alg": "HS256", "typ": "JWT" })),
        part(&claims),
        random()
    )
}

/// A word that nobody guesses.
pub(crate) fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
