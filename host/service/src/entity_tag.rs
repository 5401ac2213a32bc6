//! The headers that name entity tags (RFC 7644, section 3.14; RFC 7232).

use bridge::said::Condition;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use scim::etag::Matches;

/// What `If-Match` demands.
pub(crate) fn if_match(headers: &HeaderMap) -> Condition {
    given(headers, IF_MATCH).map_or(Condition::None, Condition::IfMatch)
}

/// Whether `If-None-Match` names a tag: the client has this version already.
pub(crate) fn known_to(headers: &HeaderMap, tag: &str) -> bool {
    given(headers, IF_NONE_MATCH).is_some_and(|known| known.matches(tag))
}

/// All lines of a header as one list. What is no text fits nothing.
fn given(headers: &HeaderMap, name: HeaderName) -> Option<Matches> {
    let lines: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    (!lines.is_empty()).then(|| Matches::parse(&lines.join(",")))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_header_may_have_several_lines() {
        let mut headers = HeaderMap::new();
        assert_eq!(if_match(&headers), Condition::None);
        assert!(!known_to(&headers, "W/\"3\""));
        for (line, known) in [("W/\"2\"", false), ("\"3\"", true)] {
            headers.append(IF_NONE_MATCH, HeaderValue::from_static(line));
            assert_eq!(known_to(&headers, "W/\"3\""), known, "{line}");
        }
        headers.insert(IF_MATCH, HeaderValue::from_static("*"));
        assert_eq!(if_match(&headers), Condition::IfMatch(Matches::parse("*")));
    }
}
