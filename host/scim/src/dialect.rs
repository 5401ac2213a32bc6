//! What each identity provider needs, as data: one table per provider.
//!
//! Leniency that harms nobody (case of names, legacy URNs, booleans as text, …) is on for everybody and listed in
//! [`EVERYBODY`]. A dialect decides only where one client's need would be another's harm.

mod tables;

pub use tables::{ENTRA, EVERYBODY, GENERIC, GOOGLE, OKTA, ONELOGIN};

/// What a PUT does to attributes it does not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutPolicy {
    /// Clears them (RFC 7644 section 3.5.1).
    ReplaceAll,
    /// Clears those that an earlier POST or PUT of the connection carried, keeps the others (N19).
    ClearCarried,
}

/// What `remove` on `members` without filter and value means (N12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BareRemoval {
    /// 400: one client's mistake would empty a group.
    Refuse,
    /// All members leave (RFC 7644 section 3.5.2.2).
    Clear,
}

/// How a PATCH of a group is answered (N24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchAnswer {
    /// 204 without a body.
    NoContent,
    /// 200 with the resource.
    Resource,
}

/// One line of a dialect's table: a habit of the client and what is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What the client sends or needs.
    pub habit: &'static str,
    /// What is done.
    pub decision: &'static str,
    /// The normalisation rule.
    pub rule: &'static str,
    /// Where it is documented or was seen.
    pub evidence: &'static str,
    /// Fixtures that show it.
    pub fixtures: &'static str,
}

/// An identity provider's dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The name in the configuration.
    pub name: &'static str,
    /// What a PUT clears.
    pub put: PutPolicy,
    /// What a bare `remove members` does.
    pub bare_member_removal: BareRemoval,
    /// How a group's PATCH is answered.
    pub group_patch_answer: PatchAnswer,
    /// Whether a role may be a JSON document in a string (N18).
    pub json_roles: bool,
    /// The habits behind these choices.
    pub rows: &'static [Row],
}

impl Dialect {
    /// The dialect of that name: `entra`, `okta`, `onelogin`, `google` or `generic`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::all().into_iter().find(|dialect| dialect.name == name)
    }

    /// Every dialect.
    #[must_use]
    pub fn all() -> [&'static Self; 5] {
        [&ENTRA, &OKTA, &ONELOGIN, &GOOGLE, &GENERIC]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_found_by_name() {
        for dialect in Dialect::all() {
            assert_eq!(Dialect::by_name(dialect.name), Some(dialect));
            assert!(!dialect.rows.is_empty(), "{}", dialect.name);
        }
        assert_eq!(Dialect::by_name("Entra"), None);
    }
}
