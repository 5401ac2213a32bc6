//! The three-way difference: what is desired, what CXone last accepted and showed, what it holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::ownership::owner;
use crate::port::cxone::Change;
use crate::target::{Attribute, Target};
use crate::time_zone;
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

/// Whether two values are the same to CXone, however they are written: names of roles, teams and login authenticators compare
/// without case, lists without order, time zones by what they are called elsewhere.
pub(crate) fn same(attribute: Attribute, one: Option<&str>, other: Option<&str>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return one == other;
    };
    let folded = || one.to_lowercase() == other.to_lowercase();
    one == other
        || match attribute {
            Attribute::Role | Attribute::Team | Attribute::LoginAuthenticator => folded(),
            Attribute::SecondaryRoles | Attribute::ApplicationAttributes => {
                items(one) == items(other)
            }
            Attribute::TimeZone => time_zone::same(one, other),
            _ => false,
        }
}

/// The values of a list, as they compare.
fn items(list: &str) -> BTreeSet<String> {
    let items = list.split('\n').map(str::trim);
    let items = items.filter(|item| !item.is_empty());
    items.map(str::to_lowercase).collect()
}

/// Compares the desired target with what CXone holds, in the light of what it accepted and showed before.
pub(crate) fn difference(user: &User, desired: &Target, held: &Target) -> Difference {
    let mut found = Difference::default();
    let accepted = user.accepted.as_ref();
    let shown = user.shown.as_ref();
    for attribute in Attribute::ALL {
        // It cannot be sent: no opinion counts.
        if user.left_out.contains(&attribute) {
            continue;
        }
        let wants = desired.get(attribute);
        let clears = desired.cleared.contains(&attribute);
        let took = accepted.and_then(|target| target.get(attribute));
        let showed = shown.and_then(|target| target.get(attribute));
        let holds = held.get(attribute);
        let attempted = user.attempted.get(&attribute).into_iter().flatten();
        let lost = attempted
            .into_iter()
            .any(|value| same(attribute, holds, Some(value)));
        // Nobody has an opinion, and none that we wrote is left to withdraw. Required attributes are never withdrawn.
        let withdraws = clears || took.is_some() || lost;
        if wants.is_none() && (!withdraws || attribute.required()) {
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
        let asked = match wants {
            Some(_) => same(attribute, wants, took),
            None => clears && accepted.is_some_and(|target| target.cleared.contains(&attribute)),
        };
        if asked && untouched {
            found.unconfirmed.push(attribute);
            continue;
        }
        found.change.set.insert(attribute, wants.map(str::to_owned));
    }
    // Where CXone does not say, it is as we last told it.
    let active = held.active.or(accepted.and_then(|target| target.active));
    if desired.active.is_some() && active != desired.active {
        found.change.active = desired.active;
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
        let (wants, took) = (desired.get(attribute), accepted.get(attribute));
        let cleared =
            !desired.cleared.contains(&attribute) || accepted.cleared.contains(&attribute);
        owner(user, attribute) == Owner::Cxone
            || user.left_out.contains(&attribute)
            || (same(attribute, wants, took) && cleared)
            || (wants.is_none() && attribute.required())
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
    let mut cleared = BTreeSet::new();
    let mut unconfirmed = Vec::new();
    for attribute in Attribute::ALL {
        if owner(user, attribute) == Owner::Cxone {
            continue;
        }
        let Some(wanted) = desired.get(attribute) else {
            if desired.cleared.contains(&attribute) {
                cleared.insert(attribute);
                if held.get(attribute).is_some() {
                    unconfirmed.push(attribute);
                }
            }
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
        cleared,
    });
    user.shown = Some(held.clone());
    user.attempted.clear();
    unconfirmed
}

#[cfg(test)]
mod tests;
