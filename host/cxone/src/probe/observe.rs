//! What a probe saw, without a value of anybody: status, media type and the names of members.

use std::collections::BTreeSet;

use client::Answer;
use serde_json::{Value, json};

/// Deeper members tell nothing that matters here.
const DEEPEST: usize = 3;
const MOST: usize = 120;

/// What a probe saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What was asked.
    pub probe: &'static str,
    /// The status; `None` without an answer.
    pub status: Option<u16>,
    /// What the answer says that it is.
    pub media_type: Option<String>,
    /// The names of its members, as paths.
    pub members: BTreeSet<String>,
}

impl Observation {
    pub(super) fn of(probe: &'static str, answer: Option<&Answer>) -> Self {
        let mut members = BTreeSet::new();
        if let Some(body) = answer.and_then(Answer::json) {
            collect(&body, "", DEEPEST, &mut members);
        }
        Self {
            probe,
            status: answer.map(|answer| answer.status.as_u16()),
            media_type: answer
                .and_then(|answer| answer.media_type.clone())
                .filter(|it| is_media_type(it)),
            members,
        }
    }

    /// As it may be sent to others.
    pub fn to_json(&self) -> Value {
        json!({
            "probe": self.probe, "status": self.status, "media_type": self.media_type, "members": self.members,
        })
    }
}

fn is_media_type(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || b"/+-.".contains(&byte);
    text.len() <= 60 && text.bytes().all(plain)
}

fn collect(value: &Value, at: &str, depth: usize, into: &mut BTreeSet<String>) {
    if depth == 0 || into.len() >= MOST {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = plain(name);
                let path = if at.is_empty() {
                    name.to_owned()
                } else {
                    format!("{at}.{name}")
                };
                collect(value, &path, depth - 1, into);
                if into.len() < MOST {
                    into.insert(path);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, &format!("{at}[]"), depth, into);
            }
        }
        _ => {}
    }
}

/// The names of members that are CXone's or SCIM's own; anything else may be somebody's id, name or company.
fn plain(name: &str) -> &str {
    let known = [
        "urn:ietf:params:scim:schemas:core:",
        "urn:ietf:params:scim:schemas:extension:enterprise:",
        "urn:ietf:params:scim:schemas:extension:nice:",
    ];
    let word = |name: &str| {
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-');
        name.len() <= 40 && digits <= 2 && name.bytes().all(letters) && !name.is_empty()
    };
    let ours = known.iter().any(|urn| name.starts_with(urn)) && name.len() <= 80;
    if ours || word(name) { name } else { "…" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::StatusCode;

    #[test]
    fn values_ids_and_foreign_names_are_left_out() {
        let body = json!({
            "detail": "ada@example.com is taken", "status": "409",
            "Resources": [{"id": "5a3f", "name": {"givenName": "Ada", "x": {"deeper": 1}}}, {"active": true}],
            "ada@example.com": 1, "7e4a0000-0000-4000-8000-000000000001": {"role": 1},
            "urn:ietf:params:scim:schemas:extension:acme:2.0:User": {},
            "urn:ietf:params:scim:schemas:extension:nice:2.0:User": {"team": {"value": "t-1"}},
        });
        let mut answer = Answer::new(StatusCode::CONFLICT, body.to_string().into_bytes());
        answer.media_type = Some("application/json".to_owned());
        let seen = Observation::of("a probe", Some(&answer)).to_json();
        let nice = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";
        let members = json!([
            "Resources",
            "Resources[].active",
            "Resources[].id",
            "Resources[].name",
            "Resources[].name.givenName",
            "Resources[].name.x",
            "detail",
            "status",
            nice,
            format!("{nice}.team"),
            format!("{nice}.team.value"),
            "…",
            "….role",
        ]);
        assert_eq!(seen["members"], members);
        assert_eq!(
            (seen["status"].as_u64(), seen["probe"].as_str()),
            (Some(409), Some("a probe"))
        );
        let text = seen.to_string();
        for secret in ["ada", "Ada", "5a3f", "7e4a", "acme", "t-1"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert_eq!(Observation::of("a probe", None).status, None);
    }
}
