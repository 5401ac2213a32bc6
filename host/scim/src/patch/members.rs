//! Members change one by one in some clients' requests: up to [`super::MAX_OPERATIONS`] operations on a list of many
//! thousands. Joined, neighbouring operations go through the list once. What they mean is unchanged.

use serde_json::{Map, Value};

use super::{Op, Step};
use crate::filter::Operand;

/// Appends a step, or joins it with the one before.
pub(super) fn push(steps: &mut Vec<Step>, mut step: Step) {
    let is_members = step
        .path
        .definition
        .is_some_and(|attribute| attribute.name == "members");
    if is_members && step.path.sub.is_none() && step.op != Op::Replace {
        unfilter(&mut step);
        step.joinable = is_plain(&step.value);
        if let Some(last) = steps.last_mut()
            && (last.joinable && step.joinable)
            && last.op == step.op
            && last.path == step.path
            && let (Value::Array(members), Value::Array(more)) = (&mut last.value, &mut step.value)
        {
            members.append(more);
            return;
        }
    }
    steps.push(step);
}

/// `remove members[value eq "x"]` says the same as `remove members` with the value x.
fn unfilter(step: &mut Step) {
    let Some(filter) = step.path.filter.as_ref().filter(|_| step.op == Op::Remove) else {
        return;
    };
    let id = match filter.equal_terms().as_deref() {
        Some([("value", Operand::Text(id, _))]) => id.clone(),
        _ => return,
    };
    step.path.filter = None;
    step.value = Value::Array(vec![Value::Object(Map::from_iter([(
        "value".to_owned(),
        id.into(),
    )]))]);
}

/// Whether each member is so plain that it can't fail: an error has to name its own operation.
fn is_plain(value: &Value) -> bool {
    let is_plain = |member: &Value| {
        member.as_object().is_some_and(|member| {
            member
                .values()
                .all(|value| value.is_string() || value.is_null())
                && member
                    .get("value")
                    .and_then(Value::as_str)
                    .is_some_and(|id| !id.is_empty())
        })
    };
    value
        .as_array()
        .is_some_and(|members| members.iter().all(is_plain))
}
