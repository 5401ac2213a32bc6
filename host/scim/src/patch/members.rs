//! Members change one by one in some clients' requests: up to [`super::MAX_OPERATIONS`] operations on a list of many
//! thousands. Joined, neighbouring operations go through the list once; split off, they don't need the list at all.
//! What they mean is unchanged.

use serde_json::{Map, Value};

use super::apply::named;
use super::elements::{bare_removal, empties_unasked};
use super::{Op, Patch, Step};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::members::{self, MemberStep};
use crate::normalise::value;
use crate::path::AttributePath;

/// Appends a step, or joins it with the one before.
pub(super) fn push(steps: &mut Vec<Step>, mut step: Step) {
    if is_members(&step.path) && step.path.filter.is_none() && is_value(&step.path) {
        // As in filters, `members.value` is `members`: taken for a sub-attribute of every member, one such request would
        // rename or remove them all.
        step.path.sub = None;
        step.path.sub_definition = None;
    }
    if is_members(&step.path) && step.path.sub.is_none() {
        unfilter(&mut step);
        step.joinable = is_plain(&step.value);
        if let Some(last) = steps.last_mut()
            && (last.joinable && step.joinable)
            && (last.op == step.op && step.op != Op::Replace)
            && last.path == step.path
            && let (Value::Array(members), Value::Array(more)) = (&mut last.value, &mut step.value)
        {
            members.append(more);
            return;
        }
    }
    steps.push(step);
}

fn is_members(path: &AttributePath) -> bool {
    path.definition
        .is_some_and(|attribute| attribute.name == "members")
}

fn is_value(path: &AttributePath) -> bool {
    path.sub.as_deref() == Some("value")
}

/// `remove members[value eq "x"]` says the same as `remove members` with the value x.
fn unfilter(step: &mut Step) {
    let Some(filter) = step.path.filter.as_ref().filter(|_| step.op == Op::Remove) else {
        return;
    };
    let Some(ids) = filter.values() else { return };
    let member = |id: &str| Value::Object(Map::from_iter([("value".to_owned(), id.into())]));
    step.value = ids.into_iter().map(member).collect();
    step.path.filter = None;
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

/// [`Patch::split_members`].
pub(super) fn split(patch: &Patch) -> Option<(Patch, Vec<MemberStep>)> {
    let (mut rest, mut steps) = (Vec::new(), Vec::new());
    for step in &patch.steps {
        if !is_members(&step.path) {
            rest.push(step.clone());
            continue;
        }
        if step.path.filter.is_some() || step.path.sub.is_some() {
            return None;
        }
        match member_step(step, &patch.dialect) {
            Ok(step) => members::push(&mut steps, step),
            // It fails whatever the list: `apply` of the rest says so, and where.
            Err(_) => rest.push(step.clone()),
        }
    }
    members::deduplicate(&mut steps);
    let rest = Patch {
        steps: rest,
        schemas: patch.schemas,
        dialect: patch.dialect,
    };
    Some((rest, steps))
}

/// A step on `members` itself.
fn member_step(step: &Step, dialect: &Dialect) -> Result<MemberStep, Error> {
    if empties_unasked(step, dialect) {
        return Err(bare_removal());
    }
    if step.op == Op::Remove && step.value.is_null() {
        return Ok(MemberStep::Set(Vec::new()));
    }
    let ids = match (&step.value, step.path.definition) {
        (Value::Array(plain), _) if step.joinable => members::ids(plain),
        (value, Some(attribute)) => {
            let place = named(&step.path);
            match value::attribute(attribute, value.clone(), dialect, &place)? {
                Some(Value::Array(members)) => members::ids(&members),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    Ok(match step.op {
        Op::Add => MemberStep::Add(ids),
        Op::Replace => MemberStep::Set(ids),
        Op::Remove => MemberStep::Remove(ids),
    })
}
