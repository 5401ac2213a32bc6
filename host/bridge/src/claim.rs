//! How a person found in CXone comes to be a user's.

use jiff::Timestamp;

use crate::difference::same;
use crate::name::fold;
use crate::ownership::{belongs_to, hand_over, only_observed, outranks, owner};
use crate::port::cxone::Held;
use crate::port::ledger::{Ledger, LedgerError};
use crate::target::{Attribute, Target};
use crate::undone::Undone;
use crate::user::{Owner, User};

/// How a person found in CXone came to be a user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Theirs already, or made by a request of ours that seemed lost.
    Own,
    /// Made for a user of the connection that was deleted since.
    Recycled,
    /// Nobody's before.
    Adopted,
}

/// Links a user to the person found in CXone, unless that person belongs to somebody else. Until CXone has accepted the first
/// write this is done anew each time: the first attempt may have failed half way, and others may have been faster.
pub(crate) async fn claim(
    ledger: &dyn Ledger,
    user: &mut User,
    desired: &Target,
    held: &Held,
    now: Timestamp,
) -> Result<Claim, Undone> {
    let first = user.accepted.is_none();
    if !first && user.link.as_deref() == Some(held.id.as_str()) {
        return Ok(Claim::Own);
    }
    let linked = ledger.linked(&user.scope.tenant, &held.id).await?;
    if let Some(owner) = linked.iter().find(|other| outranks(other, user)) {
        return Err(Undone::Refused(belongs_to(owner, user)));
    }
    user.link = Some(held.id.clone());
    let recycled = linked
        .iter()
        .any(|other| other.scope == user.scope && !other.live() && !only_observed(other))
        || (first && left_behind(ledger, user, held).await?);
    let claim = match (first, recycled) {
        (true, true) => Claim::Recycled,
        (true, false) if user.uncertain.is_empty() => Claim::Adopted,
        _ => Claim::Own,
    };
    if claim == Claim::Adopted {
        // What decides access, and what a template sets, stood there before us and stays with CXone's people.
        for attribute in Attribute::ALL {
            let stands = held
                .target
                .get(attribute)
                .is_some_and(|value| !same(attribute, desired.get(attribute), Some(value)));
            if owner(user, attribute) == Owner::Handover && stands {
                hand_over(user, attribute, now);
            }
        }
    } else {
        // What stands there is ours: it counts as untouched. Nothing of the profile was accepted for this person yet.
        user.shown = Some(held.target.clone());
        if let Some(accepted) = &mut user.accepted {
            accepted.values.clear();
            accepted.cleared.clear();
        }
    }
    Ok(claim)
}

/// Whether the person may stem from a create, of unknown outcome, for a user of this name who was deleted since.
async fn left_behind(ledger: &dyn Ledger, user: &User, held: &Held) -> Result<bool, LedgerError> {
    let name = held.target.get(Attribute::UserName).map(fold);
    let deleted = ledger.tombstones(&user.scope, &user.folded_name()).await?;
    let mut unsure = deleted.iter().filter(|other| other.link.is_none());
    Ok(unsure.any(|other| {
        let mut names = other.uncertain.iter().map(|name| fold(name));
        names.any(|uncertain| Some(uncertain) == name)
    }))
}

/// What the person found is compared with: a recycled name inherits no privilege, so where nothing names a role they get the
/// one that CXone gives a newcomer.
pub(crate) fn wanted(claim: Claim, desired: &Target, default_role: &str) -> Target {
    let mut wanted = desired.clone();
    if claim == Claim::Recycled && wanted.get(Attribute::Role).is_none() {
        wanted.set(Attribute::Role, default_role);
    }
    wanted
}
