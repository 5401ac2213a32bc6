//! A user as the ledger keeps them: what was said, what was decided, what CXone was told and what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::group::Membership;
use crate::name::{ConnectionName, Scope, UserId, fold};
use crate::source::Source;
use crate::target::{Attribute, Target};

/// Where a user stands towards CXone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Found in CXone and shown to the identity provider, which has not written them yet. Owned by nobody.
    Offered,
    /// CXone holds what was last said.
    Settled,
    /// CXone has not taken it yet.
    Owed,
    /// A rule or CXone said no.
    Refused,
    /// CXone accepted it but shows something else.
    Unconfirmed,
    /// A rule, or the person being inactive, waits for something.
    Deferred,
}

impl State {
    /// The word in messages and in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Offered => "offered",
            State::Settled => "settled",
            State::Owed => "owed",
            State::Refused => "refused",
            State::Unconfirmed => "unconfirmed",
            State::Deferred => "deferred",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who decides an attribute's value in CXone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// The identity provider: what it says is enforced.
    Idp,
    /// The identity provider, until CXone's value differs from what was last written.
    Handover,
    /// CXone's people: never written.
    Cxone,
}

/// An owner and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// Who decides.
    pub owner: Owner,
    /// Since when.
    pub since: Timestamp,
}

/// A template as it was applied: later writes keep its values without choosing again, until the user's groups change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedTemplate {
    /// Its name.
    pub name: String,
    /// What it set.
    pub values: Target,
}

/// Work that CXone has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// Whether it is a deactivation: those go first.
    pub deactivation: bool,
    /// Since when it is owed.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether the guard holds it: it is paid only after somebody has released it.
    #[serde(default)]
    pub held: bool,
    /// Whether somebody has released it: the guard is not asked again.
    #[serde(default)]
    pub released: bool,
    /// Whether a template is chosen anew when it is paid: the user's groups changed.
    #[serde(default)]
    pub template: bool,
    /// Whether it is held because the connection was only observing when it came up. Going live lets it go.
    #[serde(default)]
    pub observed: bool,
    /// Of whom is removed before any mapper could say their user name in CXone: the source that is mapped anew at each attempt.
    /// By the name that the identity provider uses nobody is looked for: it may be another person's there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sought: Option<Source>,
}

/// One user of one connection. The ledger keeps exactly one row for each id, also after deletion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The SCIM id.
    pub id: UserId,
    /// Tenant and connection.
    pub scope: Scope,
    /// The ledger's sequence: the order of creation and of lists. Given by the ledger at the first commit; 0 before.
    pub sequence: i64,
    /// Counts the commits of this row; 0 before the first. A commit names the version it was made from.
    pub version: u64,
    /// What the identity provider said last.
    pub source: Source,
    /// The top-level attributes that a POST or PUT ever carried (idp.md N19).
    pub carried: BTreeSet<String>,
    /// CXone's id, once known. Kept for good.
    pub link: Option<String>,
    /// The user name in CXone, as last desired or accepted.
    pub target_name: Option<String>,
    /// What CXone last accepted from us, attribute by attribute.
    pub accepted: Option<Target>,
    /// What CXone showed right after that.
    pub shown: Option<Target>,
    /// What CXone was sent since it last accepted something, of what may be handed over: a request that seemed lost may have
    /// arrived, and its value is ours, not that of CXone's people.
    #[serde(default)]
    pub attempted: BTreeMap<Attribute, BTreeSet<String>>,
    /// The owners that differ from the defaults.
    pub owners: BTreeMap<Attribute, Owned>,
    /// Which plugin, template or rule set which attribute of the last desired target.
    pub provenance: BTreeMap<Attribute, String>,
    /// The template that was applied at creation or revival, or when the user's groups changed.
    pub template: Option<AppliedTemplate>,
    /// Where the user stands towards CXone.
    pub state: State,
    /// Why, in a line without values of the person.
    pub reason: Option<String>,
    /// What CXone is not sent because the tenant has not enabled it, or because the adapter cannot carry it. The source keeps it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<Attribute>,
    /// The user names under which a create was, or may have been, sent with an unknown outcome: CXone is asked for each before
    /// anybody is created, and before a leaver counts as gone.
    pub uncertain: BTreeSet<String>,
    /// Whether CXone never took a deactivation although the user is to be active again. Should the return not come about, it is
    /// delivered all the same.
    #[serde(default)]
    pub undelivered: bool,
    /// What is owed, in state `owed`.
    pub debt: Option<Debt>,
    /// When the resource was created (SCIM meta.created).
    pub created: Timestamp,
    /// When the source last changed (SCIM meta.lastModified).
    pub modified: Timestamp,
    /// Counts the changes of the source: the entity tag (RFC 7644, section 3.14).
    #[serde(default)]
    pub revision: u64,
    /// The connection that the person in CXone was transferred to: what is said here since never reaches CXone.
    #[serde(default)]
    pub transferred: Option<ConnectionName>,
    /// The groups that a transferred user was in with the former connection: they count until the new one says something about
    /// the user's groups, or the first write would take a role away that nobody meant to take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherited: Vec<Membership>,
    /// When the identity provider deleted the resource.
    pub deleted: Option<Timestamp>,
}

impl User {
    /// A user that the ledger has not seen yet.
    pub fn new(scope: Scope, source: Source, now: Timestamp) -> Self {
        Self {
            id: UserId::new(),
            scope,
            sequence: 0,
            version: 0,
            source,
            carried: BTreeSet::new(),
            link: None,
            target_name: None,
            accepted: None,
            shown: None,
            attempted: BTreeMap::new(),
            owners: BTreeMap::new(),
            provenance: BTreeMap::new(),
            template: None,
            state: State::Deferred,
            reason: None,
            left_out: BTreeSet::new(),
            uncertain: BTreeSet::new(),
            undelivered: false,
            debt: None,
            created: now,
            modified: now,
            revision: 1,
            transferred: None,
            inherited: Vec::new(),
            deleted: None,
        }
    }

    /// Whether the identity provider can see the resource.
    pub fn live(&self) -> bool {
        self.deleted.is_none()
    }

    /// The folded user name of the source: unique among the live users of a connection.
    pub fn folded_name(&self) -> String {
        fold(self.source.user_name())
    }

    /// The folded user name in CXone: unique among the linked users of a tenant.
    pub fn folded_target_name(&self) -> Option<String> {
        self.target_name.as_deref().map(fold)
    }
}
