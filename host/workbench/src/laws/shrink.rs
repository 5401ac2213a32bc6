//! The smallest input that still breaks a law: members and elements are taken away one by one while it does.

use serde_json::Value;

use super::Trial;
use super::judge::{Broken, Judge, Violation};

/// Trials that shrinking may take: a call of a large component takes milliseconds.
const MOST: usize = 3_000;

/// A violation of the same law on a trial of which nothing can be taken away.
pub(super) fn smallest(judge: &Judge<'_>, violation: Violation) -> Violation {
    let mut best = violation;
    let mut left = MOST;
    'again: loop {
        for smaller in smaller(&best.trial) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if let Err(Broken::Law(found)) = judge.judge(&smaller)
                && found.is_like(&best)
                && found.law == best.law
            {
                best = *found;
                continue 'again;
            }
        }
        return best;
    }
}

/// Trials with one thing less, the largest things first.
fn smaller(trial: &Trial) -> Vec<Trial> {
    let mut all = Vec::new();
    for source in without_one(&trial.other) {
        all.push(Trial {
            other: source,
            ..trial.clone()
        });
    }
    for source in without_one(&trial.source) {
        all.push(Trial {
            source,
            ..trial.clone()
        });
    }
    for name in ["groups", "facts"] {
        if trial.beside.contains_key(name) {
            let mut less = trial.clone();
            less.beside.remove(name);
            all.push(less);
        }
    }
    all
}

/// The value with one member or element less, at any depth, those near the top first.
fn without_one(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                let mut less = members.clone();
                less.shift_remove(name);
                all.push(Value::Object(less));
            }
            for (name, inner) in members {
                for inner in without_one(inner) {
                    let mut less = members.clone();
                    less.insert(name.clone(), inner);
                    all.push(Value::Object(less));
                }
            }
        }
        Value::Array(elements) => {
            for at in 0..elements.len() {
                let mut less = elements.clone();
                less.remove(at);
                all.push(Value::Array(less));
            }
            for (at, inner) in elements.iter().enumerate() {
                for inner in without_one(inner) {
                    let mut less = elements.clone();
                    if let Some(element) = less.get_mut(at) {
                        *element = inner;
                    }
                    all.push(Value::Array(less));
                }
            }
        }
        _ => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_thing_at_a_time_is_taken_away() {
        let all = without_one(&json!({"a": [1, {"b": 2}], "c": 3}));
        assert_eq!(
            all,
            [
                json!({"c": 3}),
                json!({"a": [1, {"b": 2}]}),
                json!({"a": [{"b": 2}], "c": 3}),
                json!({"a": [1], "c": 3}),
                json!({"a": [1, {}], "c": 3}),
            ]
        );
    }
}
