//! A mapping as a table.

use jackfield_sdk::{Attribute, Error, Groups, Source, Target};

use crate::expression::{Expression, first, path};
use crate::settings::Rows;

/// CXone's own extension of the User schema, with `team` and `loginAuthenticator` (cxone.md 1.4).
const CXONE: [(Attribute, &str); 2] = [
    (
        Attribute::Team,
        "urn:ietf:params:scim:schemas:extension:nice:2.0:User:team",
    ),
    (
        Attribute::LoginAuthenticator,
        "urn:ietf:params:scim:schemas:extension:nice:2.0:User:loginAuthenticator",
    ),
];

/// Which members of the target come from what. One row each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    rows: Vec<(Attribute, Expression)>,
}

impl Table {
    /// A table without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every attribute of RFC 7643 and of CXone's own extension that CXone has a place for. Most identity providers' tables are
    /// this one, or start from it.
    pub fn standard() -> Self {
        let table = Self::new()
            .row(Attribute::UserName, path("userName"))
            .row(Attribute::GivenName, path("name.givenName"))
            .row(Attribute::MiddleName, path("name.middleName"))
            .row(Attribute::FamilyName, path("name.familyName"))
            .row(Attribute::DisplayName, path("displayName"))
            .row(
                Attribute::Email,
                first([
                    path("emails[type eq \"work\"].value"),
                    path("emails[primary eq true].value"),
                    path("emails.value"),
                ]),
            )
            .row(
                Attribute::MobileNumber,
                path("phoneNumbers[type eq \"mobile\"].value"),
            )
            .row(Attribute::TimeZone, path("timezone"))
            .row(Attribute::UserType, path("userType"))
            .row(
                Attribute::Role,
                first([path("roles[primary eq true].value"), path("roles.value")]),
            )
            .row(Attribute::Active, path("active"));
        CXONE.into_iter().fold(table, |table, (attribute, at)| {
            table.row(attribute, path(at))
        })
    }

    /// Sets a member's row, in place of one that was there.
    #[must_use]
    pub fn row(mut self, attribute: Attribute, expression: Expression) -> Self {
        match self.rows.iter_mut().find(|(there, _)| *there == attribute) {
            Some((_, there)) => *there = expression,
            None => self.rows.push((attribute, expression)),
        }
        self
    }

    /// The table without some members' rows.
    #[must_use]
    pub fn without(mut self, taken: impl Fn(Attribute) -> bool) -> Self {
        self.rows.retain(|(there, _)| !taken(*there));
        self
    }

    /// The table with an operator's rows: they replace, add and remove.
    #[must_use]
    pub fn with(mut self, rows: Rows) -> Self {
        for (attribute, expression) in rows.into_inner() {
            match expression {
                Some(expression) => self = self.row(attribute, expression),
                None => self = self.without(|there| there == attribute),
            }
        }
        self
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = (Attribute, &Expression)> {
        self.rows
            .iter()
            .map(|(attribute, expression)| (*attribute, expression))
    }

    /// Every source path that the rows read, once, in the rows' order.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths = Vec::new();
        for (_, expression) in self.rows() {
            expression.paths(&mut paths);
        }
        paths
    }

    /// The draft with every member set that has a value. A member without one stays as the draft has it.
    ///
    /// # Errors
    /// When the row of `active` gives anything but true or false.
    pub fn to_target(
        &self,
        source: &Source,
        groups: &Groups,
        mut draft: Target,
    ) -> Result<Target, Error> {
        for (attribute, expression) in self.rows() {
            let Some(text) = expression.evaluate(source, Some(groups)) else {
                continue;
            };
            match (attribute, boolean(&text)) {
                (Attribute::Active, Some(active)) => draft.set_active(active),
                (Attribute::Active, None) => {
                    return Err(
                        Error::input("the row gives neither true nor false").attribute("active")
                    );
                }
                (attribute, _) => draft.set(attribute, text),
            };
        }
        Ok(draft)
    }

    /// The source that reads as the target, starting from a source and changing as little as possible.
    ///
    /// A member that the target does not have says nothing. One whose row reads as the target already is left. Else the text
    /// is written at the row's primary path; a write that would not read back, or that would spoil a row before it, is taken
    /// back, so that the row is left. Rows on groups are left: what they would read is not known here.
    ///
    /// # Errors
    /// None today; for what later operations may find.
    pub fn to_source(&self, target: &Target, start: Source) -> Result<Source, Error> {
        let mut source = start;
        let mut settled: Vec<(Attribute, &Expression)> = Vec::new();
        for (attribute, expression) in self.rows() {
            if expression.needs_groups() {
                continue;
            }
            let text = match (attribute, target.active()) {
                (Attribute::Active, Some(true)) => "true",
                (Attribute::Active, Some(false)) => "false",
                _ => match target.get(attribute) {
                    Some(text) if !text.is_empty() => text,
                    _ => continue,
                },
            };
            if !reads(expression, &source, attribute, text) {
                let mut written = source.clone();
                let kept = expression.write(&mut written, text, attribute == Attribute::Active)
                    && reads(expression, &written, attribute, text)
                    && settled
                        .iter()
                        .all(|(there, row)| same(row, &source, &written, *there));
                if !kept {
                    continue;
                }
                source = written;
            }
            settled.push((attribute, expression));
        }
        Ok(source)
    }
}

/// Whether a row reads as this text.
fn reads(expression: &Expression, source: &Source, attribute: Attribute, text: &str) -> bool {
    let there = expression.evaluate(source, None);
    match attribute {
        Attribute::Active => there.is_some_and(|there| boolean(&there) == boolean(text)),
        _ => there.is_some_and(|there| there == text),
    }
}

/// Whether a row reads the same in both.
fn same(expression: &Expression, before: &Source, after: &Source, attribute: Attribute) -> bool {
    match expression.evaluate(before, None) {
        Some(text) => reads(expression, after, attribute, &text),
        None => expression.evaluate(after, None).is_none(),
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
