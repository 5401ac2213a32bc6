//! What would become of one user.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name::UserId;
use crate::target::Attribute;
use crate::user::{Debt, User};

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// They would be made in CXone.
    Create,
    /// Somebody who is in CXone already, and nobody's yet, would be theirs.
    Adopt,
    /// CXone would be told other values.
    Replace,
    /// They would be made inactive.
    Deactivate,
    /// They would be made active again.
    Revive,
    /// A rule or CXone's own constraint says no.
    Refuse,
    /// A rule waits for something.
    Defer,
    /// CXone is not told about them: protected, transferred, or another's.
    Apart,
    /// A create that would be refused, since CXone has somebody who is likely the same person.
    Twin,
    /// It cannot be foreseen: CXone did not answer, or a plugin failed.
    Unknown,
    /// Nothing.
    Nothing,
}

impl Kind {
    /// Every kind, in the order in which people read them.
    pub const ALL: [Kind; 11] = [
        Kind::Create,
        Kind::Adopt,
        Kind::Replace,
        Kind::Deactivate,
        Kind::Revive,
        Kind::Refuse,
        Kind::Defer,
        Kind::Apart,
        Kind::Twin,
        Kind::Unknown,
        Kind::Nothing,
    ];

    /// The word in documents and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Create => "create",
            Kind::Adopt => "adopt",
            Kind::Replace => "replace",
            Kind::Deactivate => "deactivate",
            Kind::Revive => "revive",
            Kind::Refuse => "refuse",
            Kind::Defer => "defer",
            Kind::Apart => "apart",
            Kind::Twin => "twin",
            Kind::Unknown => "unknown",
            Kind::Nothing => "nothing",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What holds a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldBy {
    /// The guard: `jackfield release` lets it go.
    Guard,
    /// The connection observed when it came up: going live lets it go.
    Observe,
}

impl HeldBy {
    /// What holds a user's debt.
    pub(crate) fn of(user: &User) -> Option<Self> {
        user.debt.as_ref().and_then(Self::of_debt)
    }

    /// What holds a debt.
    pub(crate) fn of_debt(debt: &Debt) -> Option<Self> {
        match (debt.observed, debt.held) {
            (true, _) => Some(HeldBy::Observe),
            (false, true) => Some(HeldBy::Guard),
            (false, false) => None,
        }
    }
}

/// A value that CXone would be told. Values of a list are joined by a comma. Its `Debug` shows no values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The attribute, or `active`.
    pub attribute: String,
    /// What CXone holds.
    pub from: Option<String>,
    /// What it would hold; `None` where the value would be cleared.
    pub to: Option<String>,
}

impl fmt::Debug for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.attribute)
    }
}

/// A value that stays as CXone's people have it. Its `Debug` shows no values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stays {
    /// The attribute.
    pub attribute: Attribute,
    /// What CXone holds.
    pub held: Option<String>,
    /// What the plugins would have it hold.
    pub wanted: Option<String>,
}

impl fmt::Debug for Stays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.attribute, f)
    }
}

/// Somebody in CXone who is likely the same person. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    /// CXone's id.
    pub id: String,
    /// Their user name in CXone.
    pub user_name: Option<String>,
    /// The attribute that they share.
    pub by: Attribute,
}

impl fmt::Debug for Likely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// One user's part of a plan. Its `Debug` shows no values of the person.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The user's SCIM id.
    pub user: UserId,
    /// The user name, as the identity provider has it.
    pub user_name: String,
    /// The person's id in CXone, where it is known.
    pub cxone_id: Option<String>,
    /// Whether the identity provider says that they are active.
    pub active: bool,
    /// Whether the identity provider has deleted the resource.
    #[serde(default)]
    pub deleted: bool,
    /// What it comes to.
    pub kind: Kind,
    /// What CXone would be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed>,
    /// What stays with CXone's people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<Stays>,
    /// What CXone accepted and shows otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unconfirmed: Vec<Attribute>,
    /// What CXone would not be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Attribute>,
    /// The template that would stand.
    pub template: Option<String>,
    /// Why, where it is not plain.
    pub reason: Option<String>,
    /// The rule that refuses.
    pub rule: Option<String>,
    /// The attribute that it names.
    pub attribute: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Who is likely the same person.
    pub twin: Option<Likely>,
    /// What holds it.
    pub held: Option<HeldBy>,
    /// Remarks of rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("user", &self.user)
            .field("kind", &self.kind)
            .field("changes", &self.changes)
            .field("stays", &self.stays)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl Planned {
    /// Of this user, nothing yet.
    pub(crate) fn of(user: &User) -> Self {
        Self {
            user: user.id,
            user_name: user.source.user_name().to_owned(),
            cxone_id: user.link.clone(),
            active: user.live() && user.source.active(),
            deleted: !user.live(),
            kind: Kind::Nothing,
            changes: Vec::new(),
            stays: Vec::new(),
            unconfirmed: Vec::new(),
            left_out: Vec::new(),
            template: None,
            reason: None,
            rule: None,
            attribute: None,
            fix: None,
            twin: None,
            held: HeldBy::of(user),
            warnings: Vec::new(),
        }
    }

    /// It comes to this, for a reason.
    pub(crate) fn because(self, kind: Kind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: Some(reason.into()),
            ..self
        }
    }

    /// Whether it is a removal that the guard has not had its say about: what came up while the connection observed, and what a
    /// plugin decides.
    pub(crate) fn asks_the_guard(&self) -> bool {
        let new = self.held == Some(HeldBy::Observe) || (self.active && self.held.is_none());
        self.kind == Kind::Deactivate && new
    }

    /// Whether there is more to say of it than that nothing happens, and than the totals say.
    pub(crate) fn worth_telling(&self) -> bool {
        let differs = !self.stays.is_empty() || !self.unconfirmed.is_empty();
        self.kind != Kind::Nothing || differs
    }
}
