//! What each identity provider needs, as data: one table per provider.
//!
//! Leniency that harms nobody (case of names, legacy URNs, booleans as text, …) is on for everybody and listed in
//! [`EVERYBODY`]. A dialect decides only where one client's need would be another's harm.

mod everybody;
mod tables;

pub use everybody::EVERYBODY;
pub use tables::{ENTRA, GENERIC, GOOGLE, OKTA, ONELOGIN};

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
        }
        assert_eq!(Dialect::by_name("Entra"), None);
    }

    /// A choice nobody can trace is a choice nobody dares to change.
    #[test]
    fn every_row_names_rule_and_evidence_and_every_choice_has_a_row() {
        let is_rule = |word: &str| {
            word.strip_prefix('N')
                .and_then(|number| number.parse::<u8>().ok())
                .is_some_and(|number| (1..=28).contains(&number))
        };
        let tables = Dialect::all().map(|dialect| dialect.rows);
        for row in tables.into_iter().chain([EVERYBODY]).flatten() {
            let is_whole = !row.habit.is_empty() && !row.decision.is_empty();
            let is_traced = !row.evidence.is_empty() && !row.rule.is_empty();
            assert!(is_whole && is_traced, "{row:?}");
            assert!(row.rule.split(' ').all(is_rule), "{row:?}");
        }
        for dialect in Dialect::all() {
            let explains = |rule: &str| {
                let mut rows = dialect.rows.iter();
                rows.any(|row| row.rule.split(' ').any(|word| word == rule))
            };
            for rule in ["N12", "N19"] {
                assert!(explains(rule), "{}: {rule}", dialect.name);
            }
            assert_eq!(dialect.json_roles, explains("N18"), "{}", dialect.name);
            let is_special = dialect.group_patch_answer == PatchAnswer::NoContent;
            assert!(!is_special || explains("N24"), "{}", dialect.name);
        }
    }
}
