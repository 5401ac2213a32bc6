//! What would become of one user, with all that led to it.

use crate::converge::{Claim, Compared};
use crate::difference::same;
use crate::ownership::owner;
use crate::policy::PendingRename;
use crate::port::cxone::Held;
use crate::port::plugins::{Denial, Evaluated};
use crate::rename;
use crate::target::{Attribute, Target};
use crate::user::{Owner, User};

use super::outcome::{Changed, Kind, Planned, Stays};

/// What was seen of a person in CXone.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    /// Nobody looked: it did not come to that.
    NotLooked,
    /// CXone's word that there is nobody.
    Nobody,
    /// Why CXone did not say.
    NoAnswer(String),
    /// The person.
    Held(Box<Held>),
}

/// What would become of a user, with all that led to it.
#[derive(Debug)]
pub(crate) struct Foreseen {
    pub(crate) planned: Planned,
    /// The user as they would be just before CXone is told.
    pub(crate) user: User,
    /// What the chain came to.
    pub(crate) evaluated: Option<Evaluated>,
    /// What CXone is to hold.
    pub(crate) wanted: Option<Target>,
    pub(crate) seen: Seen,
}

impl Foreseen {
    pub(super) fn because(mut self, kind: Kind, reason: impl Into<String>) -> Self {
        self.planned = self.planned.because(kind, reason);
        self
    }

    pub(super) fn unseen(mut self, reason: String) -> Self {
        self.seen = Seen::NoAnswer(reason.clone());
        self.because(Kind::Unknown, reason)
    }

    pub(super) fn refused(mut self, denial: &Denial) -> Self {
        self.planned.rule = Some(denial.rule.clone());
        self.planned.attribute.clone_from(&denial.attribute);
        self.planned.fix = Some(denial.fix.clone());
        self.because(Kind::Refuse, denial.detail.clone())
    }

    /// What the comparison with the person found comes to.
    pub(super) fn compared(
        mut self,
        compared: Compared,
        held: &Held,
        pending_rename: PendingRename,
    ) -> Self {
        let Compared {
            claim,
            wanted,
            mut difference,
        } = compared;
        let renames = difference.change.set.contains_key(&Attribute::UserName);
        let waits = renames && held.pending == Some(true);
        if waits && pending_rename == PendingRename::Refuse {
            return self.refused(&rename::pending());
        }
        if waits {
            difference.change.set.remove(&Attribute::UserName);
            self.planned.reason = Some(rename::RULE.to_owned());
        }
        let planned = &mut self.planned;
        let holds = |attribute| held.target.get(attribute);
        for (attribute, value) in &difference.change.set {
            let change = changed(*attribute, holds(*attribute), value.as_deref());
            planned.changes.push(change);
        }
        if let Some(active) = difference.change.active {
            planned.changes.push(Changed {
                attribute: "active".to_owned(),
                from: held.target.active.map(|active| active.to_string()),
                to: Some(active.to_string()),
            });
        }
        for attribute in Attribute::ALL {
            let theirs = owner(&self.user, attribute) == Owner::Cxone
                || difference.handed_over.contains(&attribute);
            let (wants, holds) = (wanted.get(attribute), holds(attribute));
            if theirs && wants.is_some() && !same(attribute, wants, holds) {
                planned.stays.push(Stays {
                    attribute,
                    held: holds.map(joined),
                    wanted: wants.map(joined),
                });
            }
        }
        planned.unconfirmed = difference.unconfirmed;
        planned.kind = match (claim, difference.change.active) {
            (Claim::Adopted, _) => Kind::Adopt,
            (_, Some(true)) => Kind::Revive,
            (_, Some(false)) => Kind::Deactivate,
            (_, None) if !difference.change.set.is_empty() => Kind::Replace,
            (_, None) if waits => Kind::Defer,
            (_, None) => Kind::Nothing,
        };
        self.wanted = Some(wanted);
        self
    }
}

/// A change of a value.
pub(super) fn changed(attribute: Attribute, from: Option<&str>, to: Option<&str>) -> Changed {
    Changed {
        attribute: attribute.as_str().to_owned(),
        from: from.map(joined),
        to: to.map(joined),
    }
}

/// The values of a list on one line.
pub(crate) fn joined(value: &str) -> String {
    value.replace('\n', ", ")
}
