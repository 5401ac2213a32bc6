//! A bulk request on its way: which operation is next, and the answer (RFC 7644 sections 3.7.1 to 3.7.3).

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};

use super::{Bulk, Method, Operation, resolve};
use crate::answer::location;
use crate::error::Error;
use crate::urn;

/// What came of an operation. `Debug` hides the answer.
#[derive(Clone, PartialEq)]
pub struct Outcome {
    /// The HTTP status that it would have had alone.
    pub status: u16,
    /// The id of what a POST made.
    pub id: Option<String>,
    /// The entity tag of the resource as it now is.
    pub version: Option<String>,
    /// The body that it would have had alone: required for a failure, left out of a success to keep the answer short.
    pub response: Option<Value>,
}

impl Outcome {
    /// A failure.
    #[must_use]
    pub fn failure(error: &Error) -> Self {
        Self {
            status: error.status,
            id: None,
            version: None,
            response: Some(error.to_json()),
        }
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outcome({})", self.status)
    }
}

/// Gives operations to do, one after the other, and collects what came of them:
/// `while let Some(operation) = run.begin() { run.end(outcome_of(operation)) }`.
///
/// An operation whose references cannot be resolved fails without being given out. The job ends early when as many have
/// failed as `failOnErrors` says.
#[derive(Debug)]
pub struct Run {
    base_url: String,
    left: VecDeque<usize>,
    refused: BTreeMap<usize, Error>,
    operations: Vec<Operation>,
    /// Failures that may still happen.
    patience: Option<usize>,
    made: BTreeMap<String, String>,
    current: Option<usize>,
    done: BTreeMap<usize, Value>,
}

impl Run {
    /// Starts a job. Locations in the answer are below `base_url`.
    #[must_use]
    pub fn new(bulk: Bulk, base_url: &str) -> Self {
        let order = bulk.order();
        Self {
            base_url: base_url.to_owned(),
            left: order.sequence.into(),
            refused: order.refused,
            operations: bulk.operations,
            patience: bulk.fail_on_errors,
            made: BTreeMap::new(),
            current: None,
            done: BTreeMap::new(),
        }
    }

    /// The next operation to do, its references resolved; `None` at the end. What was given out before and has not ended
    /// counts as not done.
    pub fn begin(&mut self) -> Option<Operation> {
        loop {
            self.current = None;
            if self.patience == Some(0) {
                return None;
            }
            let index = self.left.pop_front()?;
            self.current = Some(index);
            let operation = self.operations.get_mut(index)?;
            let ready = match self.refused.remove(&index) {
                Some(error) => Err(error),
                None => resolve(operation, &self.made),
            };
            match ready {
                Ok(()) => return Some(operation.clone()),
                Err(error) => self.end(Outcome::failure(&error)),
            }
        }
    }

    /// What came of the operation that was given out last.
    pub fn end(&mut self, outcome: Outcome) {
        let Some((index, operation)) = self
            .current
            .take()
            .and_then(|index| Some((index, self.operations.get(index)?)))
        else {
            return;
        };
        let failed = outcome.status >= 400;
        if failed {
            self.patience = self.patience.map(|left| left.saturating_sub(1));
        } else if let (Method::Post, Some(name), Some(id)) =
            (operation.method, &operation.bulk_id, &outcome.id)
        {
            self.made.insert(name.clone(), id.clone());
        }
        let id = match operation.method {
            Method::Post => outcome.id.as_ref().filter(|_| !failed),
            Method::Put | Method::Patch | Method::Delete => operation.endpoint.id.as_ref(),
        };
        let mut answer = Map::new();
        let facts = [
            ("method", Some(operation.method.as_str().to_owned())),
            ("bulkId", operation.bulk_id.clone()),
            (
                "location",
                id.map(|id| location(&self.base_url, operation.endpoint.resource_type, id)),
            ),
            ("version", outcome.version),
            ("status", Some(outcome.status.to_string())),
        ];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                answer.insert(name.to_owned(), fact.into());
            }
        }
        if let Some(response) = outcome.response {
            answer.insert("response".to_owned(), response);
        }
        self.done.insert(index, Value::Object(answer));
    }

    /// The BulkResponse: what was done, in the order of the request.
    #[must_use]
    pub fn response(self) -> Value {
        let operations: Vec<Value> = self.done.into_values().collect();
        json!({"schemas": [urn::BULK_RESPONSE], "Operations": operations})
    }
}
