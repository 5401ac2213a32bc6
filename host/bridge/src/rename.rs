//! A replace that goes through without what CXone refuses: the rename of an employee who is pending (cxone.md 4), and what it
//! shows of fields that are not enabled (cxone.md 1.1).

use crate::connection::Tenant;
use crate::optional::disabled_but_shown;
use crate::policy::PendingRename;
use crate::port::cxone::{CallOptions, Change, Held, UpstreamError};
use crate::port::plugins::Denial;
use crate::target::Attribute;
use crate::undone::Undone;

/// The rule, and why such a rename is owed.
pub(crate) const RULE: &str = "CXone does not rename an employee who is pending";

/// What became of a replace.
#[derive(Debug)]
pub(crate) struct Replaced {
    /// What CXone shows now.
    pub(crate) shows: Held,
    /// Whether CXone was told anything.
    pub(crate) told: bool,
    pub(crate) sent: Vec<Attribute>,
    /// Why the rename is owed, if it is.
    pub(crate) owed: Option<String>,
}

/// Why there was no replace.
#[derive(Debug)]
pub(crate) enum Failed {
    /// CXone does not know the person any more.
    Gone,
    /// It did not come about.
    Undone(Undone),
}

/// Writes a change onto what was just read; an empty one is no call, nor is what is left of one when the rename is taken out, where
/// that is there to complete it alone: it would be sent again at every attempt.
pub(crate) async fn replace(
    tenant: &Tenant,
    held: Held,
    mut change: Change,
    completing: &[Attribute],
    options: CallOptions,
) -> Result<Replaced, Failed> {
    let name = change.set.get(&Attribute::UserName).cloned().flatten();
    let renames = name.is_some() && name.as_deref() != held.target.get(Attribute::UserName);
    let owes = renames && tenant.policy.pending_rename == PendingRename::Owe;
    let mut owed = None;
    if renames && held.pending == Some(true) {
        if !owes {
            return Err(Failed::Undone(Undone::Refused(pending())));
        }
        owed = Some(RULE.to_owned());
        leave_name(&mut change, completing);
    }
    loop {
        if change.is_empty() {
            return Ok(Replaced {
                shows: held,
                told: false,
                sent: Vec::new(),
                owed,
            });
        }
        match tenant.cxone.replace(&held, &change, options).await {
            Ok(shows) => {
                return Ok(Replaced {
                    shows,
                    told: true,
                    sent: change.set.into_keys().collect(),
                    owed,
                });
            }
            Err(UpstreamError::Gone) => return Err(Failed::Gone),
            // Nothing of it went through. The rest shall not wait for the rename.
            Err(UpstreamError::Refused { pending: true, .. }) if owes && owed.is_none() => {
                owed = Some(RULE.to_owned());
                leave_name(&mut change, completing);
            }
            Err(UpstreamError::Refused {
                duplicate: false, ..
            }) if change.kept_back.is_empty() && !disabled_but_shown(tenant, &held).is_empty() => {
                change.kept_back = disabled_but_shown(tenant, &held);
            }
            Err(error) => return Err(Failed::Undone(error.into())),
        }
    }
}

/// Takes the rename out of a change.
fn leave_name(change: &mut Change, completing: &[Attribute]) {
    change.set.remove(&Attribute::UserName);
    let mut left = change.set.keys();
    if change.active.is_none() && left.all(|attribute| completing.contains(attribute)) {
        change.set.clear();
    }
}

/// The refusal of such a rename.
pub(crate) fn pending() -> Box<Denial> {
    Box::new(Denial {
        rule: RULE.to_owned(),
        status: 400,
        scim_type: Some("mutability".to_owned()),
        detail: "the employee was invited and has not activated the account yet".to_owned(),
        attribute: Some(Attribute::UserName.as_str().to_owned()),
        fix: "have them activate the account, or let the rename wait with pending_rename = \"owe\""
            .to_owned(),
    })
}
