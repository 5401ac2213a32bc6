//! What is answered, and the four shapes that an error of CXone can have.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::switches::ErrorProfile;

pub(crate) const SCIM_ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A status and a JSON body, the content type left to the caller.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
        }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self {
            status: StatusCode::CREATED,
            body: Some(body),
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
        }
    }
}

/// Why a request was not served; becomes one of the error bodies.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// RFC 7644 section 3.12, where one fits.
    pub(crate) scim_type: Option<&'static str>,
    /// The attribute at fault.
    pub(crate) attribute: Option<String>,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            attribute: None,
            detail: detail.into(),
        }
    }

    /// 400 for the value of one attribute.
    pub(crate) fn invalid(attribute: &str, detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            scim_type: Some("invalidValue"),
            attribute: Some(attribute.to_owned()),
            detail: detail.into(),
        }
    }

    /// 400 with another `scimType`.
    pub(crate) fn bad(scim_type: &'static str, detail: impl Into<String>) -> Self {
        Self {
            scim_type: Some(scim_type),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }

    /// The body in one of the shapes; `path` without the query.
    pub(crate) fn answer(&self, profile: ErrorProfile, path: &str) -> Answer {
        let reason = self.status.canonical_reason().unwrap_or("Error");
        let body = match profile {
            ErrorProfile::Scim => {
                let mut body = json!({ "schemas": [SCIM_ERROR], "status": self.status.as_str() });
                if let Some(scim_type) = self.scim_type {
                    body["scimType"] = scim_type.into();
                }
                body["detail"] = self.detail.as_str().into();
                body
            }
            ErrorProfile::UserHub => json!({
                "code": reason.to_uppercase().replace(' ', "_"),
                "details": self.detail,
                "hostName": "simulator",
                "entityType": "User",
                "errors": self.attribute.iter().map(|at| json!({ "field": at, "message": self.detail }))
                    .collect::<Vec<_>>(),
            }),
            ErrorProfile::Spring => json!({
                "timestamp": jiff::Timestamp::now().to_string(),
                "status": self.status.as_u16(),
                "error": reason,
                "message": self.detail,
                "path": path,
            }),
            ErrorProfile::Admin => json!({
                "error": reason.to_lowercase().replace(' ', "_"),
                "errorDescription": self.detail,
            }),
        };
        Answer {
            status: self.status,
            body: Some(body),
        }
    }
}
