//! Entity tags: `W/"n"`, where n counts the changes of a resource (RFC 7644, section 3.14).

use bridge::said::Condition;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

/// The tag of a revision.
pub(crate) fn of(revision: u64) -> String {
    format!("W/\"{revision}\"")
}

/// What `If-Match` demands.
pub(crate) fn if_match(headers: &HeaderMap) -> Condition {
    match given(headers, IF_MATCH) {
        None => Condition::None,
        Some(tags) => condition(&tags),
    }
}

/// What the `version` of a bulk operation, or a list of tags, demands.
pub(crate) fn condition(tags: &str) -> Condition {
    if tags.trim() == "*" {
        return Condition::Exists;
    }
    // A tag of another form is none of ours, and fits no revision.
    Condition::OneOf(tags.split(',').filter_map(revision).collect())
}

/// Whether `If-None-Match` names a tag: the client has this version already.
pub(crate) fn known_to(headers: &HeaderMap, tag: &str) -> bool {
    let Some(tags) = given(headers, IF_NONE_MATCH) else {
        return false;
    };
    match condition(&tags) {
        Condition::None => false,
        Condition::Exists => true,
        Condition::OneOf(known) => revision(tag).is_some_and(|revision| known.contains(&revision)),
    }
}

/// The revision of a tag, weak or strong: they are compared weakly (RFC 7232, section 2.3.2).
fn revision(tag: &str) -> Option<u64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// All lines of a header as one list. What is no text fits nothing.
fn given(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let lines = headers.get_all(name);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, http::HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn tags_are_compared_weakly_and_foreign_ones_fit_nothing() {
        for (value, condition) in [
            ("*", Condition::Exists),
            ("W/\"3\"", Condition::OneOf(vec![3])),
            ("\"3\" , W/\"4\"", Condition::OneOf(vec![3, 4])),
            ("\"abc\"", Condition::OneOf(Vec::new())),
            ("W/\"+3\"", Condition::OneOf(Vec::new())),
            ("3", Condition::OneOf(Vec::new())),
        ] {
            assert_eq!(if_match(&headers(IF_MATCH, value)), condition, "{value}");
        }
        assert_eq!(if_match(&HeaderMap::new()), Condition::None);
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        for (value, known) in [
            ("W/\"3\"", true),
            ("\"2\", \"3\"", true),
            ("*", true),
            ("\"2\"", false),
        ] {
            assert_eq!(
                known_to(&headers(IF_NONE_MATCH, value), &of(3)),
                known,
                "{value}"
            );
        }
        assert!(!known_to(&HeaderMap::new(), &of(3)));
    }
}
