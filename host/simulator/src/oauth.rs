//! OAuth for registered applications (cxone.md 2.2): the password grant with an access key, and refresh tokens.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::auth::{Caller, Tokens, key, pair};
use crate::request::Request;
use crate::settings::Settings;
use crate::users::Users;

/// `POST /auth/token`. Its errors are `error` and `errorDescription`.
pub(crate) fn token(request: &Request, tokens: &mut Tokens, settings: &Settings) -> Answer {
    let form = request.form();
    let member = |name: &str| {
        let mut members = form.iter();
        members
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    };
    let header = pair(request.authorization.as_deref());
    let client = match &header {
        Some((id, secret)) => Some((id.as_str(), Some(secret.as_str()))),
        None => member("client_id").map(|id| (id, member("client_secret"))),
    };
    let Some((id, secret)) = client else {
        return refused(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "a client is required",
        );
    };
    let grant = member("grant_type").unwrap_or_default();
    // A refresh token names its client and needs no more; the password grant wants the secret of one that has a secret.
    let open = grant == "refresh_token" && secret.is_none();
    let mut clients = settings.clients.iter();
    let known =
        clients.any(|known| known.id == id && (open || known.secret == secret.unwrap_or_default()));
    if !known {
        let description = "the client id or secret is wrong";
        return refused(StatusCode::UNAUTHORIZED, "invalid_client", description);
    }
    match grant {
        "password" => {
            let (user, password) = (member("username"), member("password"));
            let found = user
                .zip(password)
                .and_then(|(id, secret)| key(id, secret, settings));
            match found {
                Some(found) => Answer::ok(tokens.issue(found, settings)),
                None => refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_grant",
                    "the access key id or secret is wrong",
                ),
            }
        }
        "refresh_token" => {
            let fresh = member("refresh_token").and_then(|token| tokens.refreshed(token, settings));
            match fresh {
                Some(fresh) => Answer::ok(fresh),
                None => refused(
                    StatusCode::BAD_REQUEST,
                    "invalid_grant",
                    "the refresh token is unknown",
                ),
            }
        }
        _ => refused(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "the grants are password and refresh_token",
        ),
    }
}

fn refused(status: StatusCode, error: &str, description: &str) -> Answer {
    Answer {
        status,
        body: Some(json!({ "error": error, "errorDescription": description })),
    }
}

/// `GET /auth/userinfo`: the access key's employee, of whom the store may know nothing.
pub(crate) fn userinfo(
    caller: &Caller,
    users: &Users,
    settings: &Settings,
) -> Result<Answer, Refusal> {
    let mut keys = settings.access_keys.iter();
    let Some(key) = keys.find(|key| key.id == caller.key) else {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "the access key is gone",
        ));
    };
    let mut info = json!({ "sub": format!("user:{}", key.user) });
    if let Ok(user) = users.by_id(&key.user) {
        info["name"] = format!("{} {}", user.given_name, user.family_name).into();
        info["given_name"] = user.given_name.as_str().into();
        info["family_name"] = user.family_name.as_str().into();
        let email = user.emails.first();
        info["email"] = email.map_or(Value::Null, |email| email.value.as_str().into());
    }
    Ok(Answer::ok(info))
}
