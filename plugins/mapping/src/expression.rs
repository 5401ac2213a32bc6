//! What a member of the target may come from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jackfield_sdk::{Groups, Path, Source};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where a member's text comes from. An empty text counts as none, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// The value at an attribute path of the source, see [`jackfield_sdk::Path`].
    Path(Cow<'static, str>),
    /// Always this.
    Constant(Cow<'static, str>),
    /// The parts that there are, with the separator between them.
    Join {
        /// What is joined.
        parts: Vec<Expression>,
        /// What stands between.
        separator: Cow<'static, str>,
    },
    /// The first that is not empty.
    First(Vec<Expression>),
    /// In lower case.
    Lower(Box<Expression>),
    /// In upper case.
    Upper(Box<Expression>),
    /// Without white space at the ends.
    Trim(Box<Expression>),
    /// What the table has for a value, exactly or else without case; for others the default.
    Lookup {
        /// What is looked up.
        from: Box<Expression>,
        /// From what is looked up to what it becomes.
        table: BTreeMap<String, String>,
        /// For values that the table does not have.
        default: Option<String>,
    },
    /// The value of the first entry whose group the user is a member of.
    Group(Vec<GroupValue>),
}

/// An entry of [`Expression::Group`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupValue {
    /// The group's display name, its external id or its id.
    pub name: String,
    /// What its members get.
    pub value: String,
}

/// The value at an attribute path.
pub fn path(path: &'static str) -> Expression {
    Expression::Path(Cow::Borrowed(path))
}

/// Always this.
pub fn constant(text: impl Into<Cow<'static, str>>) -> Expression {
    Expression::Constant(text.into())
}

/// The parts that there are, with the separator between them.
pub fn join<const N: usize>(parts: [Expression; N], separator: &'static str) -> Expression {
    Expression::Join {
        parts: parts.into(),
        separator: Cow::Borrowed(separator),
    }
}

/// The first that is not empty.
pub fn first<const N: usize>(alternatives: [Expression; N]) -> Expression {
    Expression::First(alternatives.into())
}

/// In lower case.
pub fn lower(of: Expression) -> Expression {
    Expression::Lower(Box::new(of))
}

/// In upper case.
pub fn upper(of: Expression) -> Expression {
    Expression::Upper(Box::new(of))
}

/// Without white space at the ends.
pub fn trim(of: Expression) -> Expression {
    Expression::Trim(Box::new(of))
}

/// What the table has for a value.
pub fn lookup<const N: usize>(
    from: Expression,
    table: [(&str, &str); N],
    default: Option<&str>,
) -> Expression {
    let entry = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
    Expression::Lookup {
        from: Box::new(from),
        table: table.into_iter().map(entry).collect(),
        default: default.map(str::to_owned),
    }
}

/// The value of the first of these groups (by name or id) that the user is a member of.
pub fn group<const N: usize>(entries: [(&str, &str); N]) -> Expression {
    let entry = |(name, value): (&str, &str)| GroupValue {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    Expression::Group(entries.into_iter().map(entry).collect())
}

impl Expression {
    /// The text for a source; none where there is none or an empty one.
    ///
    /// Without groups (read backwards they are not known) a `group` has no value.
    pub fn evaluate<'a>(
        &'a self,
        source: &'a Source,
        groups: Option<&Groups>,
    ) -> Option<Cow<'a, str>> {
        let text = match self {
            Self::Path(path) => Source::as_text(source.at(&Path::parse(path).ok()?)?),
            Self::Constant(text) => Some(Cow::Borrowed(&**text)),
            Self::Join { parts, separator } => {
                let parts: Vec<_> = parts
                    .iter()
                    .filter_map(|part| part.evaluate(source, groups))
                    .collect();
                Some(Cow::Owned(parts.join(separator)))
            }
            Self::First(alternatives) => alternatives
                .iter()
                .find_map(|one| one.evaluate(source, groups)),
            Self::Lower(of) => of
                .evaluate(source, groups)
                .map(|text| Cow::Owned(text.to_lowercase())),
            Self::Upper(of) => of
                .evaluate(source, groups)
                .map(|text| Cow::Owned(text.to_uppercase())),
            Self::Trim(of) => of.evaluate(source, groups).map(|text| match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
                Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
            }),
            Self::Lookup {
                from,
                table,
                default,
            } => from
                .evaluate(source, groups)
                .and_then(|text| {
                    let same = |key: &str| key.to_lowercase() == text.to_lowercase();
                    table.get(&*text).or_else(|| {
                        table
                            .iter()
                            .find(|(key, _)| same(key))
                            .map(|(_, value)| value)
                    })
                })
                .or(default.as_ref())
                .map(|text| Cow::Borrowed(text.as_str())),
            Self::Group(entries) => groups
                .and_then(|groups| entries.iter().find(|entry| groups.contains(&entry.name)))
                .map(|entry| Cow::Borrowed(entry.value.as_str())),
        };
        text.filter(|text| !text.is_empty())
    }

    /// Adds the paths that it reads and that are not there yet.
    pub(crate) fn paths<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::Path(path) if into.contains(&&**path) => {}
            Self::Path(path) => into.push(path),
            Self::Constant(_) | Self::Group(_) => {}
            Self::Join { parts: list, .. } | Self::First(list) => {
                list.iter().for_each(|one| one.paths(into));
            }
            Self::Lower(of) | Self::Upper(of) | Self::Trim(of) | Self::Lookup { from: of, .. } => {
                of.paths(into);
            }
        }
    }

    /// Whether the user's groups matter.
    pub(crate) fn needs_groups(&self) -> bool {
        match self {
            Self::Path(_) | Self::Constant(_) => false,
            Self::Group(_) => true,
            Self::Join { parts: list, .. } | Self::First(list) => {
                list.iter().any(Self::needs_groups)
            }
            Self::Lower(of) | Self::Upper(of) | Self::Trim(of) | Self::Lookup { from: of, .. } => {
                of.needs_groups()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::Group;

    use super::*;

    fn evaluate(expression: &Expression) -> Option<String> {
        let source: Source = r#"{
            "title":" Team Lead ",
            "nickName":"",
            "name":{"givenName":"Ada","familyName":"Byron"},
            "emails":[{"type":"work","value":""},{"type":"home","value":"Ada@Example.com"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"26118915"},"costCenter":4130}
        }"#
        .parse()
        .unwrap();
        let groups = Groups::from(vec![Group {
            id: "1".into(),
            external_id: Some("0f-1".into()),
            display_name: "CX Supervisors".into(),
        }]);
        expression
            .evaluate(&source, Some(&groups))
            .map(Cow::into_owned)
    }

    #[test]
    fn each_operation_gives_what_it_says() {
        const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let extension = |name: &str| Expression::Path(format!("{ENTERPRISE}:{name}").into());
        let titles = [("team lead", "Manager"), ("Clerk", "Agent")];
        for (expression, expected) in [
            (path("name.givenName"), Some("Ada")),
            (path("nickName"), None),
            (path("name"), None),
            (extension("manager"), Some("26118915")),
            (extension("costCenter"), Some("4130")),
            (constant("x"), Some("x")),
            (
                join(
                    [
                        path("name.familyName"),
                        path("nickName"),
                        path("name.givenName"),
                    ],
                    ", ",
                ),
                Some("Byron, Ada"),
            ),
            (join([path("nickName"), path("nothing")], ", "), None),
            (
                first([
                    path("emails[type eq \"work\"].value"),
                    path("emails[type eq \"home\"].value"),
                ]),
                Some("Ada@Example.com"),
            ),
            (first([path("nickName")]), None),
            (
                lower(path("emails[type eq \"home\"].value")),
                Some("ada@example.com"),
            ),
            (upper(path("name.givenName")), Some("ADA")),
            (trim(path("title")), Some("Team Lead")),
            (trim(constant("  ")), None),
            (lookup(trim(path("title")), titles, None), Some("Manager")),
            (
                lookup(path("nothing"), titles, Some("Agent")),
                Some("Agent"),
            ),
            (lookup(path("name.givenName"), titles, None), None),
            (
                group([
                    ("Others", "x"),
                    ("cx supervisors", "Manager"),
                    ("0f-1", "late"),
                ]),
                Some("Manager"),
            ),
            (group([("0f-1", "Manager")]), Some("Manager")),
            (
                first([group([("Others", "x")]), constant("Agent")]),
                Some("Agent"),
            ),
        ] {
            assert_eq!(evaluate(&expression).as_deref(), expected, "{expression:?}");
        }
    }
}
