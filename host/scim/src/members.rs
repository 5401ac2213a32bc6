//! Members of a group apart from the rest of it, so that a store can keep and change them one by one: a group may have
//! many thousands, and every request that read and wrote them all would be slow and lose what others changed meanwhile.
//!
//! Ids are compared exactly. What kind of member an id is (`type`) is the store's to know.

use std::collections::HashSet;

use serde_json::Value;

use crate::resource::Resource;

/// A change of a group's members, ids deduplicated and in the order given. `Debug` shows how many, not whom.
#[derive(Clone, PartialEq, Eq)]
pub enum MemberStep {
    /// These become members, or stay so.
    Add(Vec<String>),
    /// These are no members any more.
    Remove(Vec<String>),
    /// These are members and nobody else is.
    Set(Vec<String>),
}

impl MemberStep {
    /// The ids that it names.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        match self {
            Self::Add(ids) | Self::Remove(ids) | Self::Set(ids) => ids,
        }
    }
}

impl std::fmt::Debug for MemberStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Add(_) => "Add",
            Self::Remove(_) => "Remove",
            Self::Set(_) => "Set",
        };
        write!(f, "{name}({})", self.ids().len())
    }
}

/// Takes the members out of a normalised group, the body of a POST or PUT: no ids for `members: []`, `None` where the
/// body does not speak of members.
pub fn members_of(group: &mut Resource) -> Option<Vec<String>> {
    match group.take("members")? {
        Value::Array(members) => Some(unique(ids(&members))),
        _ => None,
    }
}

/// The id of a normalised member.
pub(crate) fn id(member: &Value) -> Option<&str> {
    member.get("value").and_then(Value::as_str)
}

/// The ids of normalised members.
pub(crate) fn ids(members: &[Value]) -> Vec<String> {
    members
        .iter()
        .filter_map(|member| id(member).map(str::to_owned))
        .collect()
}

/// Appends a step, joined with the one before where that says the same.
pub(crate) fn push(steps: &mut Vec<MemberStep>, step: MemberStep) {
    match (steps.last_mut(), step) {
        (_, MemberStep::Set(ids)) => {
            steps.clear();
            steps.push(MemberStep::Set(ids));
        }
        (_, step) if step.ids().is_empty() => {}
        (Some(MemberStep::Add(before) | MemberStep::Set(before)), MemberStep::Add(ids))
        | (Some(MemberStep::Remove(before)), MemberStep::Remove(ids)) => before.extend(ids),
        (_, step) => steps.push(step),
    }
}

/// Leaves each id once in each step.
pub(crate) fn deduplicate(steps: &mut [MemberStep]) {
    for step in steps {
        let (MemberStep::Add(ids) | MemberStep::Remove(ids) | MemberStep::Set(ids)) = step;
        *ids = unique(std::mem::take(ids));
    }
}

fn unique(mut ids: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    ids
}

#[cfg(test)]
mod tests;
