//! Where in CXone somebody is: by id, by name, by what is remembered of who left, and by the list of everybody.

use crate::name::fold;
use crate::port::cxone::{CallOptions, Cxone, Freshness, Held, UpstreamError};
use crate::port::ledger::{Ledger, LedgerError};
use crate::target::{Attribute, Target};
use crate::user::User;

/// Somebody of CXone whom a user of this name, deleted since, was linked to.
#[derive(Debug)]
pub(crate) struct Former {
    link: String,
    /// The folded user names that they may have there.
    names: Vec<String>,
}

/// Whom a newcomer may have been before: a re-hire is the same CXone user (cxone.md 4), whether a search by name finds the
/// inactive or not, and whether their last rename ever arrived.
pub(crate) async fn former(ledger: &dyn Ledger, user: &User) -> Result<Vec<Former>, LedgerError> {
    if user.link.is_some() || user.accepted.is_some() {
        return Ok(Vec::new());
    }
    let left = ledger.tombstones(&user.scope, &user.folded_name()).await?;
    let linked = left.into_iter().filter_map(|other| {
        let targets = [&other.accepted, &other.shown].into_iter().flatten();
        let names = targets.filter_map(|target| target.get(Attribute::UserName));
        let names = names.map(fold).chain(other.folded_target_name()).collect();
        let link = other.link?;
        Some(Former { link, names })
    });
    Ok(linked.collect())
}

/// The person in CXone: by id, and where CXone does not know that id, by name; at last as who they were before.
pub(crate) async fn locate(
    cxone: &dyn Cxone,
    user: &User,
    former: &[Former],
    desired: &Target,
    options: CallOptions,
) -> Result<Option<Held>, UpstreamError> {
    if let Some(link) = &user.link
        && let Some(held) = cxone.read(link, options).await?
    {
        return Ok(Some(held));
    }
    let before = user
        .accepted
        .as_ref()
        .and_then(|target| target.get(Attribute::UserName));
    let wanted = desired.get(Attribute::UserName);
    let mut names: Vec<&str> = before.into_iter().collect();
    names.extend(user.uncertain.iter().map(String::as_str));
    names.retain(|name| Some(*name) != wanted);
    for name in names.into_iter().chain(wanted) {
        if let Some(held) = cxone.find(name, options).await? {
            return Ok(Some(held));
        }
    }
    for other in former {
        let Some(held) = cxone.read(&other.link, options).await? else {
            continue;
        };
        // Whom CXone's people renamed since may be another person by now.
        let name = held.target.get(Attribute::UserName).map(fold);
        if name.is_some_and(|name| other.names.contains(&name)) {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// Somebody whose name CXone says is taken and whom no search by name finds: whether that finds the inactive, and how it compares,
/// is UNKNOWN (cxone.md 1.5, 3.1), and the list of everybody has them.
pub(crate) async fn listed(
    cxone: &dyn Cxone,
    desired: &Target,
    options: CallOptions,
) -> Result<Option<Held>, UpstreamError> {
    let Some(people) = cxone.people(Freshness::Now, options).await? else {
        return Ok(None);
    };
    let name = desired.get(Attribute::UserName).unwrap_or_default();
    for person in people.by(Attribute::UserName, name) {
        if let Some(held) = cxone.read(&person.id, options).await? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}
