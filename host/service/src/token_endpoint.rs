//! `POST /{tenant}/{connection}/oauth2/token`: a client gets an access token (RFC 6749, section 4.4). Answers are JSON as
//! section 5 has them, and no cache keeps them.

use std::net::IpAddr;

use bridge::name::Scope;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::authenticate::{Asked, Authenticator, Granted, presented};
use crate::body;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// RFC 7523, section 2.2.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The body's parameters that count. Unknown ones are ignored, and empty ones are absent (RFC 6749, section 3.2).
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
    scope: Option<String>,
}

impl Form {
    /// `Err` where a parameter is there twice: which one counts would be a guess.
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            let field = match name.as_ref() {
                "grant_type" => &mut form.grant_type,
                "client_id" => &mut form.client_id,
                "client_secret" => &mut form.client_secret,
                "client_assertion_type" => &mut form.client_assertion_type,
                "client_assertion" => &mut form.client_assertion,
                "scope" => &mut form.scope,
                _ => continue,
            };
            if field.is_some() {
                return Err(Problem::INVALID_REQUEST.saying("a parameter is given twice"));
            }
            *field = Some(value.into_owned()).filter(|value| !value.is_empty());
        }
        Ok(form)
    }
}

/// An answer that is no token (RFC 6749, section 5.2).
struct Problem {
    status: StatusCode,
    error: &'static str,
    description: String,
    retry_after: Option<u64>,
}

impl Problem {
    const INVALID_REQUEST: Self = Self {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_request",
        description: String::new(),
        retry_after: None,
    };

    fn saying(self, description: &str) -> Self {
        Self {
            description: description.to_owned(),
            ..self
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let status = StatusCode::from_u16(failure.error.status);
        let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        // There is no word for "not now" at this endpoint; that of section 4.1.2.1 is what others use.
        let error = match status.is_server_error() {
            true => "temporarily_unavailable",
            false => "invalid_client",
        };
        Self {
            status,
            error,
            description: failure.error.detail,
            retry_after: failure.retry_after,
        }
    }
}

/// Answers a request to the token endpoint of a connection, whether that exists or not.
pub(crate) async fn answer<B>(
    authenticator: &Authenticator,
    scope: Option<&Scope>,
    parts: &Parts,
    body: B,
    peer: Option<IpAddr>,
) -> Answer
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    if parts.method != Method::POST {
        body::drain(body).await;
        let problem = Problem {
            status: StatusCode::METHOD_NOT_ALLOWED,
            ..Problem::INVALID_REQUEST.saying("the token endpoint takes POST")
        };
        let mut answer = refuse(&problem);
        let allowed = HeaderValue::from_static("POST");
        answer.headers_mut().insert(header::ALLOW, allowed);
        return answer;
    }
    match token(authenticator, scope, parts, body, peer).await {
        Ok(token) => json_answer(StatusCode::OK, &token),
        Err(problem) => refuse(&problem),
    }
}

async fn token<B>(
    authenticator: &Authenticator,
    scope: Option<&Scope>,
    parts: &Parts,
    body: B,
    peer: Option<IpAddr>,
) -> Result<Value, Problem>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let invalid = |description: &str| Problem::INVALID_REQUEST.saying(description);
    let bytes = body::form(&parts.headers, body)
        .await
        .map_err(|error| Problem {
            status: StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST),
            ..invalid(&error.detail)
        })?;
    let form = Form::parse(&bytes)?;
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Problem {
                error: "unsupported_grant_type",
                ..invalid("the grant_type is not client_credentials")
            });
        }
        None => return Err(invalid("the parameter grant_type is missing")),
    }
    match (
        &form.client_assertion,
        form.client_assertion_type.as_deref(),
    ) {
        (None, None) | (Some(_), Some(ASSERTION)) => {}
        _ => {
            return Err(invalid(
                "the client_assertion_type is not that of a JWT, or one of both is missing",
            ));
        }
    }
    let scopes = scopes(form.scope.as_deref().unwrap_or_default())?;
    let asked = Asked {
        header: presented(&parts.headers),
        client_id: form.client_id,
        client_secret: form.client_secret,
        assertion: form.client_assertion,
        scopes,
    };
    match authenticator.grant(scope, &asked, peer).await? {
        Granted::Token(token, ttl) => {
            let mut answer = json!({
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": ttl.as_secs(),
            });
            if !asked.scopes.is_empty() {
                answer["scope"] = asked.scopes.join(" ").into();
            }
            Ok(answer)
        }
        Granted::NotInScope => Err(not_in_scope("the client may not ask for this scope")),
    }
}

fn not_in_scope(description: &str) -> Problem {
    Problem {
        error: "invalid_scope",
        ..Problem::INVALID_REQUEST.saying(description)
    }
}

/// A scope's words (RFC 6749, section 3.3).
fn scopes(text: &str) -> Result<Vec<String>, Problem> {
    let allowed = |b: u8| b == b' ' || (b.is_ascii_graphic() && b != b'"' && b != b'\\');
    if text.len() > 1024 || !text.bytes().all(allowed) {
        return Err(not_in_scope("the scope is no list of words"));
    }
    Ok(text.split_ascii_whitespace().map(str::to_owned).collect())
}

fn refuse(problem: &Problem) -> Answer {
    let body = json!({"error": problem.error, "error_description": problem.description});
    let mut answer = json_answer(problem.status, &body);
    if let Some(seconds) = problem.retry_after {
        let seconds = HeaderValue::from(seconds);
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    if problem.status == StatusCode::UNAUTHORIZED {
        respond::challenge(&mut answer);
    }
    answer
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ] {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}
