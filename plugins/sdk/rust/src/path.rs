//! Attribute paths: RFC 7644, section 3.10, with the value filters of section 3.5.2 as far as identity providers use them.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A path such as `userName`, `name.givenName`, `emails[type eq "work"].value` or
/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
///
/// In a filter, `eq` compares; several comparisons are joined by `and`. The core User URN in front of a path is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    /// The extension that the attribute belongs to; none for a core attribute.
    pub(crate) extension: Option<&'a str>,
    pub(crate) attribute: &'a str,
    pub(crate) filter: Vec<Comparison<'a>>,
    pub(crate) sub: Option<&'a str>,
}

/// `attribute eq literal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comparison<'a> {
    pub(crate) attribute: &'a str,
    pub(crate) literal: Literal<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal<'a> {
    Text(Cow<'a, str>),
    Boolean(bool),
}

/// What is wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    path: String,
    reason: &'static str,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not an attribute path: {}",
            self.path, self.reason
        )
    }
}

impl std::error::Error for PathError {}

impl<'a> Path<'a> {
    /// Parses a path.
    ///
    /// # Errors
    /// When it is malformed, or its filter uses anything but `eq` and `and`.
    pub fn parse(text: &'a str) -> Result<Self, PathError> {
        parse(text.trim()).map_err(|reason| PathError {
            path: text.to_owned(),
            reason,
        })
    }
}

fn parse(text: &str) -> Result<Path<'_>, &'static str> {
    let (head, rest) = match text.find('[') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (extension, head) = match head.rsplit_once(':') {
        Some((urn, head)) if urn.eq_ignore_ascii_case(CORE_USER) => (None, head),
        Some((urn, head))
            if urn
                .get(..4)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:")) =>
        {
            (Some(urn), head)
        }
        Some(_) => return Err("what stands before the last colon must be a URN"),
        None => (None, head),
    };
    let (attribute, filter, sub) = match rest {
        None => match head.split_once('.') {
            Some((attribute, sub)) => (attribute, Vec::new(), Some(sub)),
            None => (head, Vec::new(), None),
        },
        Some(rest) => {
            let (filter, after) = parse_filter(rest)?;
            let sub = match after.strip_prefix('.') {
                Some(sub) => Some(sub),
                None if after.is_empty() => None,
                None => return Err("after a filter only `.` and a sub-attribute may follow"),
            };
            (head, filter, sub)
        }
    };
    if !is_name(attribute) || !sub.is_none_or(is_name) {
        return Err(
            "attribute names start with a letter or `$` and hold letters, digits, `-`, `_`",
        );
    }
    Ok(Path {
        extension,
        attribute,
        filter,
        sub,
    })
}

/// RFC 7643, section 2.1; `$ref` is the one name that starts otherwise.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'$')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Parses up to the closing bracket and hands back what follows it.
fn parse_filter(text: &str) -> Result<(Vec<Comparison<'_>>, &str), &'static str> {
    let mut comparisons = Vec::new();
    let mut rest = text;
    loop {
        let (attribute, after) = word(rest)?;
        if !is_name(attribute) {
            return Err("a filter compares a sub-attribute, as in `type eq \"work\"`");
        }
        let (operator, after) = word(after)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return Err("the only operator in a filter is `eq`");
        }
        let (literal, after) = literal(after)?;
        comparisons.push(Comparison { attribute, literal });
        let after = after.trim_start();
        if let Some(after) = after.strip_prefix(']') {
            return Ok((comparisons, after));
        }
        let (and, after) = word(after)?;
        if !and.eq_ignore_ascii_case("and") {
            return Err(
                "comparisons in a filter are joined by `and`, and the filter ends with `]`",
            );
        }
        rest = after;
    }
}

fn word(text: &str) -> Result<(&str, &str), &'static str> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| c.is_whitespace() || c == ']' || c == '"')
        .unwrap_or(text.len());
    if end == 0 {
        return Err("the filter ends too early");
    }
    Ok(text.split_at(end))
}

fn literal(text: &str) -> Result<(Literal<'_>, &str), &'static str> {
    let text = text.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let (bare, after) = word(text)?;
        let literal = match boolean(bare) {
            Some(boolean) => Literal::Boolean(boolean),
            None => Literal::Text(Cow::Borrowed(bare)),
        };
        return Ok((literal, after));
    };
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => {
                // The literal is a JSON string (RFC 7644, section 3.4.2.2).
                let whole = &text[..at + 2];
                let value = if whole.contains('\\') {
                    Cow::Owned(
                        serde_json::from_str(whole)
                            .map_err(|_| "a text in the filter has a bad escape")?,
                    )
                } else {
                    Cow::Borrowed(&quoted[..at])
                };
                return Ok((Literal::Text(value), &quoted[at + 1..]));
            }
            _ => escaped = false,
        }
    }
    Err("a text in the filter is not closed")
}

/// Booleans come as words in some providers' filters and as strings in some bodies.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

impl Literal<'_> {
    /// Whether a value is equal: texts without case, and `"True"` equals `true` (Entra compares `primary` with a string).
    pub(crate) fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text), Value::String(value)) => text.eq_ignore_ascii_case(value),
            (Self::Boolean(boolean), Value::Bool(value)) => boolean == value,
            (Self::Text(text), Value::Bool(value)) => boolean(text) == Some(*value),
            (Self::Boolean(wanted), Value::String(value)) => boolean(value) == Some(*wanted),
            (Self::Text(text), Value::Number(value)) => **text == value.to_string(),
            _ => false,
        }
    }

    /// The value that an element made for this comparison gets.
    pub(crate) fn to_value(&self, attribute: &str) -> Value {
        match self {
            Self::Boolean(boolean) => Value::Bool(*boolean),
            // `primary` is a boolean whatever the filter wrote.
            Self::Text(text) if attribute.eq_ignore_ascii_case("primary") => match boolean(text) {
                Some(boolean) => Value::Bool(boolean),
                None => Value::String(text.to_string()),
            },
            Self::Text(text) => Value::String(text.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
