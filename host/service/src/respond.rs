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
    let mut answer = json(StatusCode::CREATED, body);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
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
        answer.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"jackfield\""),
        );
    }
    answer
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
