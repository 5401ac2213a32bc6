//! A request, read whole.

use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::answer::Refusal;

/// What came as body.
#[derive(Debug)]
pub(crate) enum Body {
    None,
    Json(Value),
    /// Names and values, as OAuth has them.
    Form(Vec<(String, String)>),
    /// Not JSON; the parser's words.
    Malformed(String),
    /// Longer than the cap; not read.
    TooLong,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Without the query.
    pub(crate) path: String,
    /// Without the question mark; empty when there is none.
    pub(crate) query: String,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    /// Whether there is an `Accept` header.
    pub(crate) accepts: bool,
    pub(crate) body: Body,
}

impl Request {
    /// Path and query as they came.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// The body, where one is required.
    pub(crate) fn json(&self) -> Result<&Value, Refusal> {
        match &self.body {
            Body::Json(value) => Ok(value),
            Body::None | Body::Form(_) => {
                Err(Refusal::bad("invalidSyntax", "a JSON body is required"))
            }
            Body::Malformed(problem) => Err(Refusal::bad(
                "invalidSyntax",
                format!("malformed JSON: {problem}"),
            )),
            Body::TooLong => Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is longer than 1 MiB",
            )),
        }
    }

    /// The members of a form; none when the body is something else.
    pub(crate) fn form(&self) -> &[(String, String)] {
        match &self.body {
            Body::Form(members) => members,
            _ => &[],
        }
    }

    /// The segments of the path after its leading slash.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    /// The body where it may be left out.
    pub(crate) fn json_or_empty(&self) -> Result<&Value, Refusal> {
        match &self.body {
            Body::None => Ok(&Value::Null),
            _ => self.json(),
        }
    }
}
