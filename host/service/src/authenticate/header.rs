//! The `Authorization` header (RFC 9110, section 11.6.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD_INDIFFERENT as STANDARD;
use http::{HeaderMap, header};

/// What a caller presents.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Presented {
    /// No header.
    Nothing,
    /// `Bearer TOKEN` (RFC 6750, section 2.1).
    Bearer(String),
    /// `Basic BASE64` (RFC 7617), taken apart at the first colon.
    Basic(String, String),
    /// Anything else, more than one header among it: which one counts would be a guess.
    Unreadable,
}

/// Reads the header. The scheme's case does not matter, nor does white space around what follows.
pub(crate) fn presented(headers: &HeaderMap) -> Presented {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Presented::Nothing,
        (Some(value), None) => read(value.as_bytes()).unwrap_or(Presented::Unreadable),
        (Some(_), Some(_)) => Presented::Unreadable,
    }
}

fn read(value: &[u8]) -> Option<Presented> {
    let (scheme, rest) = std::str::from_utf8(value).ok()?.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !rest.is_empty() {
        return Some(Presented::Bearer(rest.to_owned()));
    }
    if scheme.eq_ignore_ascii_case("basic") {
        // Clients that leave the padding out are understood too.
        let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (name, password) = pair.split_once(':')?;
        return Some(Presented::Basic(name.to_owned(), password.to_owned()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = "b2t0YTphOmI=";

    fn of(values: &[&[u8]]) -> Presented {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = http::HeaderValue::from_bytes(value).expect("a value");
            headers.append(header::AUTHORIZATION, value);
        }
        presented(&headers)
    }

    #[test]
    fn bearer_and_basic_are_read_and_nothing_else() {
        let bearer = |token: &str| Presented::Bearer(token.to_owned());
        let basic =
            |name: &str, password: &str| Presented::Basic(name.to_owned(), password.to_owned());
        for (value, expected) in [
            ("Bearer s3cret", bearer("s3cret")),
            ("bearer  s3cret ", bearer("s3cret")),
            ("Bearer Bearer x", bearer("Bearer x")),
            ("Bearer ", Presented::Unreadable),
            ("Bearer", Presented::Unreadable),
            ("s3cret", Presented::Unreadable),
            ("", Presented::Unreadable),
            ("Digest x", Presented::Unreadable),
            (&format!("Basic {PAIR}"), basic("okta", "a:b")),
            (
                &format!("BASIC {}", PAIR.trim_end_matches('=')),
                basic("okta", "a:b"),
            ),
            ("Basic OnB3", basic("", "pw")),
            ("Basic b2t0YQ==", Presented::Unreadable),
            ("Basic !", Presented::Unreadable),
        ] {
            assert!(of(&[value.as_bytes()]) == expected, "{value:?}");
        }
        assert!(of(&[]) == Presented::Nothing);
        assert!(of(&[b"Bearer \xff\xfe"]) == Presented::Unreadable);
        assert!(of(&[b"Bearer a", b"Bearer a"]) == Presented::Unreadable);
        // Bytes that are no UTF-8, and a zero among them, in base64.
        assert!(of(&[b"Basic //46AA=="]) == Presented::Unreadable);
        assert!(of(&[b"Basic AAA6AAA="]) == basic("\0\0", "\0\0"));
    }
}
