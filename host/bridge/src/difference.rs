//! The three-way difference: what is desired, what CXone last accepted and showed, what it holds.

use std::collections::BTreeMap;

use crate::ownership::owner;
use crate::port::cxone::Change;
use crate::target::{Attribute, Target};
use crate::user::{Owner, State, User};

/// What the comparison comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What to tell CXone; empty for nothing.
    pub(crate) change: Change,
    /// Accepted by CXone before, but shown otherwise: reported, not resent until desired or held changes.
    pub(crate) unconfirmed: Vec<Attribute>,
    /// Changed by CXone's people since we last wrote: theirs from now on.
    pub(crate) handed_over: Vec<Attribute>,
}

/// Whether two values are the same to CXone: role, team and login authenticator names compare without case.
pub(crate) fn same(attribute: Attribute, one: Option<&str>, other: Option<&str>) -> bool {
    match (attribute, one, other) {
        (
            Attribute::Role | Attribute::Team | Attribute::LoginAuthenticator,
            Some(one),
            Some(other),
        ) => one.to_lowercase() == other.to_lowercase(),
        _ => one == other,
    }
}

/// Compares the desired target with what CXone holds, in the light of what it accepted and showed before.
pub(crate) fn difference(user: &User, desired: &Target, held: &Target) -> Difference {
    let mut found = Difference::default();
    let accepted = user.accepted.as_ref();
    let shown = user.shown.as_ref();
    for attribute in Attribute::ALL {
        let wants = desired.get(attribute);
        let took = accepted.and_then(|target| target.get(attribute));
        let showed = shown.and_then(|target| target.get(attribute));
        let holds = held.get(attribute);
        let attempted = user.attempted.get(&attribute).into_iter().flatten();
        let lost = attempted
            .into_iter()
            .any(|value| same(attribute, holds, Some(value)));
        // Nobody has an opinion, and none that we wrote is left to withdraw. Required attributes are never withdrawn.
        if wants.is_none() && ((took.is_none() && !lost) || attribute.required()) {
            continue;
        }
        let untouched = same(attribute, holds, showed) || lost;
        match owner(user, attribute) {
            Owner::Cxone => continue,
            // CXone's value is not what it showed after our last write: its people changed it. The same holds for a value
            // that stood there before our first write.
            Owner::Handover if !untouched && holds.is_some() && !same(attribute, holds, wants) => {
                found.handed_over.push(attribute);
                continue;
            }
            Owner::Handover | Owner::Idp => {}
        }
        if same(attribute, wants, holds) {
            continue;
        }
        if wants.is_some() && same(attribute, wants, took) && untouched {
            found.unconfirmed.push(attribute);
            continue;
        }
        found.change.set.insert(attribute, wants.map(str::to_owned));
    }
    if let Some(active) = desired.active
        && held.active != Some(active)
    {
        found.change.active = Some(active);
    }
    found
}

/// Whether CXone need not even be asked: it accepted exactly this, and nothing is pending.
pub(crate) fn nothing_to_tell(user: &User, desired: &Target) -> bool {
    let Some(accepted) = &user.accepted else {
        return false;
    };
    let told = user.link.is_some() && matches!(user.state, State::Settled | State::Unconfirmed);
    let equal = |attribute: Attribute| {
        owner(user, attribute) == Owner::Cxone
            || same(attribute, desired.get(attribute), accepted.get(attribute))
            || (desired.get(attribute).is_none() && attribute.required())
    };
    told && accepted.active == desired.active && Attribute::ALL.into_iter().all(equal)
}

/// Notes what CXone is about to be sent, of what may be handed over.
pub(crate) fn attempt(user: &mut User, desired: &Target) {
    for (attribute, value) in &desired.values {
        if owner(user, *attribute) == Owner::Handover {
            let values = user.attempted.entry(*attribute).or_default();
            values.insert(value.clone());
        }
    }
}

/// What CXone has accepted once a desired target went through, and which attributes it shows otherwise.
pub(crate) fn accept(user: &mut User, desired: &Target, held: &Target) -> Vec<Attribute> {
    let mut values: BTreeMap<Attribute, String> = BTreeMap::new();
    let mut unconfirmed = Vec::new();
    for attribute in Attribute::ALL {
        if owner(user, attribute) == Owner::Cxone {
            continue;
        }
        let Some(wanted) = desired.get(attribute) else {
            continue;
        };
        values.insert(attribute, wanted.to_owned());
        if !same(attribute, Some(wanted), held.get(attribute)) {
            unconfirmed.push(attribute);
        }
    }
    user.accepted = Some(Target {
        values,
        active: desired.active,
        ..Target::default()
    });
    user.shown = Some(held.clone());
    user.attempted.clear();
    unconfirmed
}

#[cfg(test)]
mod tests;
