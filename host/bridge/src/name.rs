//! Names and identities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no tenant or connection name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a name: use 1 to 63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
)]
pub struct BadName {
    /// The text as given.
    pub text: String,
}

fn check(text: &str) -> Result<(), BadName> {
    // No '_': Okta refuses it in a base URL (idp.md 2.4). Lower case only: the name is a part of the URL.
    let inner = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ends = !text.starts_with('-') && !text.ends_with('-');
    if inner && ends && (1..=63).contains(&text.len()) {
        Ok(())
    } else {
        Err(BadName {
            text: text.chars().take(80).collect(),
        })
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> {
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The name of a tenant: one CXone business unit.
    TenantName
);
name!(
    /// The name of a connection: one identity provider of a tenant.
    ConnectionName
);

/// A connection and the tenant it belongs to: what every record of the ledger is kept under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The tenant.
    pub tenant: TenantName,
    /// The connection within it.
    pub connection: ConnectionName,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.connection)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $id:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $id(uuid::Uuid);

        impl $id {
            /// A new id.
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// The id that a text names, if it is one. Ids compare exactly (RFC 7643, section 3.1: caseExact), so only the
            /// form that Jackfield gives out counts.
            pub fn parse(text: &str) -> Option<Self> {
                let id = uuid::Uuid::try_parse(text).ok()?;
                (id.to_string() == text).then_some(Self(id))
            }
        }

        impl Default for $id {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A user's SCIM id: Jackfield's own, a UUID v7, given before CXone is called. It outlives adapters and CXone's ids.
    UserId
);
id!(
    /// A group's SCIM id: Jackfield's own, a UUID v7.
    GroupId
);

/// A user name as it is compared: without case (RFC 7643, section 4.1.1: caseExact false).
pub use scim::filter::fold;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_refuse_what_okta_or_a_url_refuses() {
        for good in ["acme", "a", "a-1", "0x"] {
            assert!(good.parse::<TenantName>().is_ok(), "{good}");
        }
        for bad in ["", "a_b", "Acme", "-a", "a-", "a/b", "ä", &"x".repeat(64)] {
            assert!(bad.parse::<TenantName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_exact() {
        let id = UserId::new();
        assert_eq!(UserId::parse(&id.to_string()), Some(id));
        assert_eq!(UserId::parse(&id.to_string().to_uppercase()), None);
        assert_eq!(UserId::parse("00919288221112222"), None);
    }
}
