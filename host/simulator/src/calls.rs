//! The record of what was asked, for people and tests.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// The newest calls kept; older ones are forgotten, so that a long run does not fill the memory.
const KEPT: usize = 100_000;

/// Members whose text is a secret, wherever they stand in a body.
const SECRETS: [&str; 6] = [
    "accessKeySecret",
    "token",
    "refresh_token",
    "client_secret",
    "clientSecret",
    "password",
];

/// One request, and how it was answered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    method: String,
    /// With the query.
    path: String,
    /// Parsed, secrets masked; null when there is none or it is not JSON.
    body: Value,
    /// Null while, or when never, answered.
    status: Option<u16>,
}

/// Stands for a recorded call until it is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallId(u64);

/// Calls in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    calls: VecDeque<Call>,
    /// The number of the first call of `calls`. Grows on a reset too, so that a late answer finds nothing.
    first: u64,
}

impl Calls {
    pub(crate) fn record(&mut self, method: &str, path: &str, body: Option<Value>) -> CallId {
        if self.calls.len() == KEPT {
            self.calls.pop_front();
            self.first += 1;
        }
        let mut body = body.unwrap_or(Value::Null);
        mask(&mut body);
        self.calls.push_back(Call {
            method: method.to_owned(),
            path: path.to_owned(),
            body,
            status: None,
        });
        CallId(self.first + self.calls.len() as u64 - 1)
    }

    pub(crate) fn answered(&mut self, CallId(number): CallId, status: u16) {
        let index = number
            .checked_sub(self.first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            call.status = Some(status);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.first += self.calls.len() as u64;
        self.calls.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter()
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if member.is_string()
                    && SECRETS
                        .iter()
                        .any(|secret| name.eq_ignore_ascii_case(secret))
                {
                    *member = Value::from("***");
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}
