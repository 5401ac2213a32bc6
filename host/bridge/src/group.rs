//! A group as the ledger keeps it. CXone has none: groups live here and decide role, team and template.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::{GroupId, Scope, UserId, fold};
use crate::source::Source;

/// One group of one connection, without its members: there may be many, and most requests do not ask for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The SCIM id.
    pub id: GroupId,
    /// Tenant and connection.
    pub scope: Scope,
    /// The ledger's sequence: the order of creation and of lists. Given by the ledger at the first commit; 0 before.
    pub sequence: i64,
    /// Counts the changes of the group and of its members; 0 before the first. It is the entity tag, too.
    pub version: u64,
    /// What the identity provider said last, without `members`.
    pub source: Source,
    /// The top-level attributes that a POST or PUT ever carried (idp.md N19).
    pub carried: BTreeSet<String>,
    /// When the resource was created (SCIM meta.created).
    pub created: Timestamp,
    /// When the group or its members last changed (SCIM meta.lastModified).
    pub modified: Timestamp,
}

impl Group {
    /// A group that the ledger has not seen yet.
    pub fn new(scope: Scope, source: Source, now: Timestamp) -> Self {
        Self {
            id: GroupId::new(),
            scope,
            sequence: 0,
            version: 0,
            source,
            carried: BTreeSet::new(),
            created: now,
            modified: now,
        }
    }

    /// The group's name; empty where it has none.
    pub fn display_name(&self) -> &str {
        self.source.display_name().unwrap_or_default()
    }

    /// The folded name: unique among the groups of a connection.
    pub fn folded_name(&self) -> String {
        fold(self.display_name())
    }

    /// The group as its members' plugins see it.
    pub fn membership(&self) -> Membership {
        Membership {
            id: self.id,
            external_id: self.source.external_id().map(str::to_owned),
            display_name: self.display_name().to_owned(),
        }
    }
}

/// A group that a user is a member of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Its id in Jackfield.
    pub id: GroupId,
    /// The identity provider's own id.
    pub external_id: Option<String>,
    /// Its name.
    pub display_name: String,
}

/// What happens to a group's members. Several are done in order, within one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// They join; who is in already stays so.
    Add(Vec<UserId>),
    /// They leave; who is not in is passed over.
    Remove(Vec<UserId>),
    /// They are the members from now on, and nobody else.
    Set(Vec<UserId>),
}

/// A group as committed, and what that did.
#[derive(Debug, Clone, PartialEq)]
pub struct Regrouped {
    /// The group as stored.
    pub group: Group,
    /// The users whose memberships changed, each once: their re-evaluation is pending.
    pub touched: Vec<UserId>,
    /// The ids that are no live user of the connection: passed over (idp.md N13).
    pub unknown: Vec<UserId>,
}

/// A user whose groups changed and who is to be evaluated anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Whose connection.
    pub scope: Scope,
    /// The user.
    pub user: UserId,
    /// Counts the changes: what is marked again meanwhile stays pending.
    pub mark: u64,
}
