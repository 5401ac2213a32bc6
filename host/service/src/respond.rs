//! Answers: every one of them is `application/scim+json`.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use scim::error::Error;
use serde_json::Value;

use crate::error::Failure;

/// An answer with its whole body.
pub(crate) type Answer = Response<Full<Bytes>>;

const SCIM: HeaderValue = HeaderValue::from_static("application/scim+json");

/// An answer with a body.
pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, SCIM);
    answer
}

/// 204.
pub(crate) fn nothing() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(header::CONTENT_TYPE, SCIM);
    answer
}

/// A resource that was created: 201 and where it is (RFC 7644, section 3.3).
pub(crate) fn created(body: &Value, location: &str) -> Answer {
    located(StatusCode::CREATED, body, location)
}

/// A resource, and where it is.
pub(crate) fn located(status: StatusCode, body: &Value, location: &str) -> Answer {
    let mut answer = json(status, body);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

/// With the resource's entity tag (RFC 7644, section 3.14).
pub(crate) fn tagged(mut answer: Answer, tag: &str) -> Answer {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// 304: the client has this version (RFC 7232, section 3.2).
pub(crate) fn not_modified(tag: &str) -> Answer {
    let mut answer = nothing();
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    tagged(answer, tag)
}

/// An error, in SCIM's form.
pub(crate) fn failure(failure: &Failure) -> Answer {
    let status =
        StatusCode::from_u16(failure.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json(status, &failure.error.to_json());
    if let Some(seconds) = failure.retry_after {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        challenge(&mut answer);
    }
    answer
}

/// Every scheme that a connection can have, for every connection: what this one has is told to whoever is in.
pub(crate) fn challenge(answer: &mut Answer) {
    for scheme in [
        "Bearer realm=\"jackfield\"",
        "Basic realm=\"jackfield\", charset=\"UTF-8\"",
    ] {
        let scheme = HeaderValue::from_static(scheme);
        answer
            .headers_mut()
            .append(header::WWW_AUTHENTICATE, scheme);
    }
}

/// An error that names no more than itself.
pub(crate) fn error(status: StatusCode, detail: &str) -> Answer {
    failure(&Error::status(status.as_u16(), detail).into())
}

/// 405, with what is allowed.
pub(crate) fn not_allowed(allowed: &'static str) -> Answer {
    let mut answer = error(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("the method is not for this resource; it takes {allowed}"),
    );
    answer
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}
