//! The order in which a bulk request's operations can be done.
//!
//! As they came, but for two things: what refers to a bulkId waits for the POST that makes it, even if that comes later; and
//! what is done to one resource stays in the order given, so whoever follows a waiting operation waits with it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::{Bulk, Endpoint, Method};
use crate::error::{Error, shown};

/// Which operation comes when, by its index in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Every operation, once.
    pub sequence: Vec<usize>,
    /// Those that cannot be done, and why: 400 invalidValue for a reference to what no POST makes, 409 for one of a circle
    /// (RFC 7644 section 3.7.1). They are in the sequence too.
    pub refused: BTreeMap<usize, Error>,
}

/// Who waits for whom.
struct Waiting {
    /// For each operation, those that wait for it.
    followers: Vec<Vec<usize>>,
    /// For each operation, how many it waits for.
    missing: Vec<usize>,
}

impl Waiting {
    fn new(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut waiting = Self {
            followers: vec![Vec::new(); count],
            missing: vec![0; count],
        };
        for (first, then) in edges {
            if let (Some(followers), Some(missing)) = (
                waiting.followers.get_mut(first),
                waiting.missing.get_mut(then),
            ) {
                followers.push(then);
                *missing += 1;
            }
        }
        waiting
    }

    /// Everybody who need not wait for ever, the lowest index first.
    fn sequence(mut self) -> Vec<usize> {
        let ready = self.missing.iter().enumerate();
        let ready = ready.filter(|(_, missing)| **missing == 0);
        let mut ready: BinaryHeap<Reverse<usize>> =
            ready.map(|(index, _)| Reverse(index)).collect();
        let mut sequence = Vec::with_capacity(self.missing.len());
        while let Some(Reverse(next)) = ready.pop() {
            sequence.push(next);
            for follower in self
                .followers
                .get_mut(next)
                .map(std::mem::take)
                .unwrap_or_default()
            {
                let Some(missing) = self.missing.get_mut(follower) else {
                    continue;
                };
                *missing -= 1;
                if *missing == 0 {
                    ready.push(Reverse(follower));
                }
            }
        }
        sequence
    }
}

impl Bulk {
    /// The order in which its operations can be done.
    #[must_use]
    pub fn order(&self) -> Order {
        let operations = || self.operations.iter().enumerate();
        let count = self.operations.len();
        let makers: BTreeMap<&str, usize> = operations()
            .filter(|(_, operation)| operation.method == Method::Post)
            .filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index)))
            .collect();
        let mut refused = BTreeMap::new();
        let mut references = Vec::new();
        for (index, operation) in operations() {
            for name in operation.references() {
                match makers.get(name) {
                    Some(maker) => references.push((*maker, index)),
                    None => {
                        let error = Error::invalid_value(format!(
                            "bulkId:{}: no POST of this request makes it",
                            shown(name)
                        ));
                        refused.entry(index).or_insert(error);
                    }
                }
            }
        }
        // Those left when nobody who can go, and nobody whom no one waits for, is there any more.
        let forward: BTreeSet<usize> = Waiting::new(count, references.iter().copied())
            .sequence()
            .into_iter()
            .collect();
        let backward: BTreeSet<usize> = Waiting::new(
            count,
            references.iter().map(|(first, then)| (*then, *first)),
        )
        .sequence()
        .into_iter()
        .collect();
        for (index, operation) in operations() {
            if forward.contains(&index) || backward.contains(&index) {
                continue;
            }
            let name = operation.bulk_id.as_deref().unwrap_or_default();
            let error = Error::status(
                409,
                format!(
                    "bulkId:{}: a circular reference; make one without it and add it by PATCH",
                    shown(name)
                ),
            );
            refused.entry(index).or_insert(error);
        }
        let mut last: BTreeMap<&Endpoint, usize> = BTreeMap::new();
        let mut edges = references;
        for (index, operation) in operations() {
            if operation.method != Method::Post
                && let Some(before) = last.insert(&operation.endpoint, index)
            {
                edges.push((before, index));
            }
        }
        // Who is refused waits for nobody.
        let edges = edges
            .into_iter()
            .filter(|(_, then)| !refused.contains_key(then));
        let sequence = Waiting::new(count, edges).sequence();
        Order { sequence, refused }
    }
}
