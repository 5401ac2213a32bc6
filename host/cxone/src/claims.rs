//! What a token says of itself. Nobody checked its signature: these are hints about where to look, never a permission.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A longer token is not looked into, and neither is a longer claim taken.
const LONGEST_TOKEN: usize = 16 * 1024;
const LONGEST_CLAIM: usize = 128;

/// The claims of a token that are of use here (cxone.md 2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: whom the token stands for.
    pub subject: Option<String>,
    /// `tenantId`.
    pub tenant: Option<String>,
    /// `icBUId`: the number of the business unit.
    pub business_unit: Option<String>,
    /// `icClusterId`.
    pub cluster: Option<String>,
    /// `role.legacyId`: the role of the key's employee, such as `Administrator`.
    pub role: Option<String>,
}

impl Claims {
    /// The claims of a token; `None` if it is no JWT (RFC 7519, section 3) or one that says nothing of use.
    pub(crate) fn of(token: &str) -> Option<Self> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let json: Value = serde_json::from_slice(&payload).ok()?;
        let claims = Self {
            subject: word(json.get("sub")),
            tenant: word(json.get("tenantId")).filter(|id| is_id(id)),
            business_unit: word(json.get("icBUId")),
            cluster: word(json.get("icClusterId")),
            role: word(
                json.pointer("/role/legacyId")
                    .or_else(|| json.get("role.legacyId")),
            ),
        };
        (claims != Self::default()).then_some(claims)
    }

    /// The same, and from `other` what these leave open.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            subject: self.subject.or(other.subject),
            tenant: self.tenant.or(other.tenant),
            business_unit: self.business_unit.or(other.business_unit),
            cluster: self.cluster.or(other.cluster),
            role: self.role.or(other.role),
        }
    }
}

fn word(claim: Option<&Value>) -> Option<String> {
    let text = match claim? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let fits = !text.is_empty() && text.len() <= LONGEST_CLAIM;
    (fits && !text.chars().any(char::is_control)).then_some(text)
}

/// An id that may stand in a query and in a log as it is.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(plain) && !matches!(text, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(claims: &Value) -> String {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("e30.{payload}.c2ln")
    }

    // cxone.md 2.1: tenantId, icBUId, icClusterId, role.legacyId.
    #[test]
    fn the_claims_that_others_use_are_read() {
        let claims = json!({
            "sub": "user:u-9", "tenantId": "11eb-a", "icBUId": 4711, "icClusterId": "C57",
            "role": {"legacyId": "Administrator"},
        });
        let found = Claims::of(&token(&claims)).unwrap();
        assert_eq!(found.subject.as_deref(), Some("user:u-9"));
        assert_eq!(found.tenant.as_deref(), Some("11eb-a"));
        assert_eq!(found.business_unit.as_deref(), Some("4711"));
        assert_eq!(found.cluster.as_deref(), Some("C57"));
        assert_eq!(found.role.as_deref(), Some("Administrator"));
        let flat = Claims::of(&token(&json!({"role.legacyId": "Agent"}))).unwrap();
        assert_eq!(flat.role.as_deref(), Some("Agent"));
    }

    #[test]
    fn what_is_no_jwt_says_nothing() {
        let long = "a".repeat(LONGEST_TOKEN);
        for token in [
            "",
            "sesame",
            "a.b",
            "a.!.c",
            "e30.bm9wZQ.x",
            "e30.e30.x",
            "a.W10.b",
            &long,
        ] {
            assert_eq!(Claims::of(token), None, "{token}");
        }
    }

    #[test]
    fn claims_that_could_do_harm_are_left_out() {
        for tenant in [
            json!("a&b=c"),
            json!("../x"),
            json!("a\nb"),
            json!([1]),
            json!(""),
        ] {
            let claims = token(&json!({"tenantId": tenant, "icBUId": 1}));
            assert_eq!(Claims::of(&claims).unwrap().tenant, None, "{tenant}");
        }
        let long = token(&json!({"icBUId": 1, "sub": "x".repeat(LONGEST_CLAIM + 1)}));
        assert_eq!(Claims::of(&long).unwrap().subject, None);
    }
}
