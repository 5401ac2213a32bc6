//! Filters (RFC 7644 section 3.4.2.2): read tolerantly, checked against the schemas, evaluated over a resource.
//!
//! `lexer` reduces the text to its bare structure, `scim_v2` parses that, and the names and values that the lexer kept
//! aside are then resolved here. What is tolerated (N3, N8): attribute names and operators in any case, words without
//! quotes, `True` and `"True"` for a boolean, `valuePath.sub op value`, `$ref`, an extension's attribute without URN.
//!
//! Meaning, where the RFC leaves room:
//! - Text is compared as the schema says; without case means [`fold`] on both sides. Open schemas compare without case.
//! - A multi-valued attribute matches when any value does, also for `ne`; `emails eq` means `emails.value eq`.
//! - `eq null` and `eq ""` mean absent, `ne null` and `ne ""` present. `ne` of an absent attribute is true.
//! - `gt ge lt le` order text by code point after folding, dateTimes by time, numbers by size; nothing else.

mod evaluate;
mod lexer;
mod resolve;

pub(crate) use evaluate::is_present;

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::error::Error;
use crate::path::AttributePath;
use crate::resource::Resource;
use crate::schema::ResourceSchemas;

/// Characters that a filter may have at most.
pub const MAX_LENGTH: usize = 64 * 1024;
/// Comparisons that a filter may have at most: each is made for each value of each resource that is looked at.
pub const MAX_TERMS: usize = 200;

/// A filter that is known to make sense for one resource type. `Display` is canonical SCIM; `Debug` hides values.
#[derive(Clone, PartialEq)]
pub struct Filter {
    node: Node,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Present(AttributePath),
    Compare(AttributePath, Operator, Operand),
    /// Some element of a multi-valued attribute matches.
    Elements(AttributePath, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Operand {
    Null,
    Bool(bool),
    Number(Number),
    /// As given, and as compared: folded unless the attribute heeds case.
    Text(String, String),
}

/// Attributes that a store can look up by equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Indexed {
    /// `id`, exact.
    Id,
    /// `userName`, folded.
    UserName,
    /// `externalId`, exact.
    ExternalId,
    /// The value of any e-mail address, folded.
    Email,
    /// `displayName` of a user or a group, folded.
    DisplayName,
    /// The id of any member of a group, exact.
    Member,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// 400 invalidFilter for whatever does not parse, an unknown attribute, an operator that the attribute's type has
    /// no meaning for, and a filter that is too long or too deep; 403 sensitive for one on `password`. A filter that is
    /// not understood is never taken to match everything or nothing (N3).
    pub fn parse(text: &str, schemas: &ResourceSchemas) -> Result<Self, Error> {
        let node = Node::of_resources(text, schemas)?;
        if node.terms() > MAX_TERMS {
            return Err(Error::invalid_filter(format!(
                "the filter has more than {MAX_TERMS} comparisons; ask in several requests"
            )));
        }
        Ok(Self { node })
    }

    /// Whether the resource matches. `id` and `meta` are attributes of the rendered resource ([`crate::answer`]): a
    /// filter on them needs [`Filter::matches_map`].
    #[must_use]
    pub fn matches(&self, resource: &Resource) -> bool {
        self.node.matches(resource.as_map())
    }

    /// As [`Filter::matches`], for a resource as it is answered.
    #[must_use]
    pub fn matches_map(&self, resource: &Map<String, Value>) -> bool {
        self.node.matches(resource)
    }

    /// An equality that every match fulfils, for finding candidates by index: the filter itself or one term of an
    /// `and`, the most selective first. The value is as given; an index over folded values needs [`fold`] on it. The
    /// caller still applies the filter to what it finds.
    #[must_use]
    pub fn equality(&self) -> Option<(Indexed, &str)> {
        self.node.equality()
    }

    /// Whether the filter looks at an attribute of the core schema, named in any case: `groups` and `members` are costly to
    /// load, and needed for those filters only that mention them.
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        self.node.mentions(attribute)
    }
}

impl Node {
    fn equality(&self) -> Option<(Indexed, &str)> {
        match self {
            Self::And(terms) => terms
                .iter()
                .filter_map(Self::equality)
                .min_by_key(|(attribute, _)| *attribute as u8),
            Self::Compare(path, Operator::Eq, Operand::Text(value, _)) if path.schema.is_none() => {
                let attribute = match (path.attribute.as_deref()?, path.sub.as_deref()) {
                    ("id", None) => Indexed::Id,
                    ("userName", None) => Indexed::UserName,
                    ("externalId", None) => Indexed::ExternalId,
                    ("displayName", None) => Indexed::DisplayName,
                    ("emails", Some("value")) => Indexed::Email,
                    ("members", Some("value")) => Indexed::Member,
                    _ => return None,
                };
                Some((attribute, value))
            }
            Self::Elements(path, inner) if path.schema.is_none() => {
                let attribute = match path.attribute.as_deref()? {
                    "emails" => Indexed::Email,
                    "members" => Indexed::Member,
                    _ => return None,
                };
                inner
                    .equal_terms()?
                    .into_iter()
                    .find_map(|(name, operand)| match operand {
                        Operand::Text(value, _) if name == "value" => {
                            Some((attribute, value.as_str()))
                        }
                        _ => None,
                    })
            }
            _ => None,
        }
    }

    fn terms(&self) -> usize {
        match self {
            Self::And(terms) | Self::Or(terms) => terms.iter().map(Self::terms).sum(),
            Self::Not(inner) | Self::Elements(_, inner) => inner.terms(),
            Self::Present(_) | Self::Compare(..) => 1,
        }
    }

    fn mentions(&self, attribute: &str) -> bool {
        match self {
            Self::And(terms) | Self::Or(terms) => terms.iter().any(|term| term.mentions(attribute)),
            Self::Not(inner) => inner.mentions(attribute),
            // What stands in brackets names sub-attributes.
            Self::Present(path) | Self::Compare(path, ..) | Self::Elements(path, _) => {
                path.schema.is_none()
                    && path
                        .attribute
                        .as_deref()
                        .is_some_and(|name| name.eq_ignore_ascii_case(attribute))
            }
        }
    }

    /// The values that `value` may have, for a filter in brackets that is an equality of `value` or an `or` of such.
    pub(crate) fn values(&self) -> Option<Vec<&str>> {
        match self {
            Self::Compare(path, Operator::Eq, Operand::Text(value, _))
                if path.attribute.as_deref() == Some("value") && path.sub.is_none() =>
            {
                Some(vec![value])
            }
            Self::Or(terms) => {
                let values: Option<Vec<_>> = terms.iter().map(Self::values).collect();
                Some(values?.into_iter().flatten().collect())
            }
            _ => None,
        }
    }

    /// The equalities of a filter in brackets. `None` if it says anything else: then no element can be made that
    /// fulfils it for certain (N11).
    pub(crate) fn equal_terms(&self) -> Option<Vec<(&str, &Operand)>> {
        match self {
            Self::Compare(path, Operator::Eq, operand) if path.sub.is_none() => {
                Some(vec![(path.attribute.as_deref()?, operand)])
            }
            Self::And(terms) => {
                let terms: Option<Vec<_>> = terms.iter().map(Self::equal_terms).collect();
                Some(terms?.into_iter().flatten().collect())
            }
            _ => None,
        }
    }
}

impl Operand {
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text, _) => Value::String(text.clone()),
        }
    }
}

/// Text without its case: each character's lower case by itself, so that folding a part gives a part of the folding.
/// Indexes over `userName`, e-mail addresses and `displayName` must use this very function.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Builds the tables of the grammar, which otherwise costs the first request some milliseconds.
pub fn warm_up() {
    let _ = Filter::parse(
        "userName pr and emails[type eq \"work\"]",
        ResourceSchemas::user(),
    );
    let _ = AttributePath::parse("emails[type eq \"work\"].value", ResourceSchemas::user());
}

impl Operator {
    fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_value())
    }
}

impl Node {
    fn write(&self, f: &mut fmt::Formatter<'_>, values: bool) -> fmt::Result {
        match self {
            Self::And(terms) => write_joined(terms, " and ", f, values),
            Self::Or(terms) => write_joined(terms, " or ", f, values),
            Self::Not(inner) => {
                f.write_str("not (")?;
                inner.write(f, values)?;
                f.write_str(")")
            }
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare(path, operator, operand) if values => {
                write!(f, "{path} {} {operand}", operator.as_str())
            }
            Self::Compare(path, operator, _) => write!(f, "{path} {} …", operator.as_str()),
            Self::Elements(path, inner) => {
                write!(f, "{path}[")?;
                inner.write(f, values)?;
                f.write_str("]")
            }
        }
    }
}

fn write_joined(
    terms: &[Node],
    word: &str,
    f: &mut fmt::Formatter<'_>,
    values: bool,
) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if matches!(term, Node::Or(_)) {
            f.write_str("(")?;
            term.write(f, values)?;
            f.write_str(")")?;
        } else {
            term.write(f, values)?;
        }
    }
    Ok(())
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.write(f, true)
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter(")?;
        self.node.write(f, false)?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests;
