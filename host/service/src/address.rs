//! Request addresses: `/{tenant}/{connection}/scim/v2/...` and the query, as tolerant as idp.md N2 asks.

use bridge::name::Scope;
use http::Uri;
use percent_encoding::percent_decode_str;
use scim::error::Error;

/// A request's address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The connection that the path names.
    pub(crate) scope: Option<Scope>,
    /// The decoded segments after `/scim/v2`.
    pub(crate) segments: Vec<String>,
    /// The parameters, decoded.
    pub(crate) parameters: Parameters,
}

/// Query parameters. Names compare without case; unknown ones are ignored by whoever reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Error> {
        Ok(self.given(name)?.filter(|value| !value.is_empty()))
    }

    /// The filter. An empty one is there, and malformed: without it the answer would be everybody (idp.md N3).
    pub(crate) fn filter(&self) -> Result<Option<&str>, Error> {
        self.given("filter")
    }

    /// The value of a parameter as it stands. Given twice with different values it is an error: which one counts would be
    /// a guess.
    fn given(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str());
        let Some(first) = values.next() else {
            return Ok(None);
        };
        if values.any(|other| other != first) {
            return Err(Error::invalid_value(format!(
                "the parameter {name} is given twice"
            )));
        }
        Ok(Some(first))
    }
}

/// Takes an address apart. `None` where the path is no SCIM path at all.
pub(crate) fn parse(uri: &Uri) -> Option<Address> {
    let mut segments = segments(uri)?;
    if segments.len() < 4 || segments[2] != "scim" || segments[3] != "v2" {
        return None;
    }
    let rest = segments.split_off(4);
    Some(Address {
        scope: scope(&segments[0], &segments[1]),
        segments: rest,
        parameters: parameters(uri.query().unwrap_or_default()),
    })
}

/// The connection that `/{tenant}/{connection}/oauth2/token` names; `None` where the path is another.
pub(crate) fn token_endpoint(uri: &Uri) -> Option<Option<Scope>> {
    match segments(uri)?.as_slice() {
        [tenant, connection, oauth2, token] if oauth2 == "oauth2" && token == "token" => {
            Some(scope(tenant, connection))
        }
        _ => None,
    }
}

/// A path's decoded segments. Double and trailing slashes are ignored.
fn segments(uri: &Uri) -> Option<Vec<String>> {
    let segments = uri.path().split('/').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
        .collect()
}

fn scope(tenant: &str, connection: &str) -> Option<Scope> {
    Some(Scope {
        tenant: tenant.parse().ok()?,
        connection: connection.parse().ok()?,
    })
}

/// `+` is a space, as forms have it (OneLogin); empty parts come from a dangling `?` or `&`.
fn parameters(query: &str) -> Parameters {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('=') {
            Some((name, value)) => (decode(name), decode(value)),
            None => (decode(part), String::new()),
        });
    Parameters(pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<Address> {
        parse(&text.parse().expect("a URI"))
    }

    #[test]
    fn slashes_and_dangling_marks_do_not_matter() {
        for text in [
            "/acme/entra/scim/v2/Users",
            "/acme/entra/scim/v2/Users/?",
            "//acme/entra//scim/v2/Users?&",
        ] {
            assert_eq!(address(text).expect(text).segments, ["Users"], "{text}");
        }
        assert_eq!(address("/acme/entra/scim/v1/Users"), None);
        assert_eq!(address("/"), None);
    }

    #[test]
    fn onelogin_and_entra_queries_are_read() {
        let onelogin =
            address("/a/b/scim/v2/Users?filter=userName+eq+%22ada01%22&").expect("an address");
        assert_eq!(
            onelogin.parameters.get("filter"),
            Ok(Some("userName eq \"ada01\""))
        );
        let entra = address("/a/b/scim/v2/Users?aadOptscim062020&filter=x%2By%20eq%201")
            .expect("an address");
        assert_eq!(entra.parameters.get("filter"), Ok(Some("x+y eq 1")));
        assert!(
            address("/a/b/scim/v2/Users?count=1&count=2")
                .expect("an address")
                .parameters
                .get("count")
                .is_err()
        );
    }

    #[test]
    fn the_token_endpoint_is_beside_the_scim_path() {
        let of = |text: &str| token_endpoint(&text.parse().expect("a URI"));
        let named = of("/acme/entra/oauth2/token/?x").flatten().expect("a name");
        assert_eq!(named.to_string(), "acme/entra");
        assert_eq!(of("/a_b/entra/oauth2/token"), Some(None));
        for other in [
            "/acme/entra/oauth2",
            "/acme/oauth2/token",
            "/acme/entra/scim/v2",
            "/",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn an_empty_filter_is_still_a_filter() {
        let parameters = |text| address(text).expect("an address").parameters;
        let empty = parameters("/a/b/scim/v2/Users?filter=&count=&x");
        assert_eq!(empty.filter(), Ok(Some("")));
        assert_eq!(empty.get("count"), Ok(None));
        assert_eq!(
            parameters("/a/b/scim/v2/Users?filter").filter(),
            Ok(Some(""))
        );
        assert_eq!(parameters("/a/b/scim/v2/Users?").filter(), Ok(None));
    }

    #[test]
    fn a_segment_keeps_its_encoded_slash() {
        assert_eq!(
            address("/a/b/scim/v2/Users/a%2Fb")
                .expect("an address")
                .segments,
            ["Users", "a/b"]
        );
    }
}
