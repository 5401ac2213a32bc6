//! What the host adds to a call beside its documents.

use std::fmt;

use serde_json::{Map, Value};

use crate::document::{Document, object};
use crate::error::Error;
use crate::target::Target;

/// The `facts` of a call. Which ones a call has is said in `wit/`; every one may be absent, and later hosts add more.
#[derive(Clone, Default, PartialEq)]
pub struct Facts(Map<String, Value>);

impl Facts {
    /// A fact by its name in the contract; none where it is absent or `null`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The role that a user gets in CXone when none is named; none where the tenant has no such role, or for a look-up.
    pub fn default_role(&self) -> Option<&str> {
        self.get("defaultRole")?
            .as_str()
            .filter(|role| !role.is_empty())
    }

    /// What CXone last accepted of this user; none for somebody who was never written there.
    ///
    /// # Errors
    /// When the host handed out a document that is no target.
    pub fn accepted(&self) -> Result<Option<Target>, Error> {
        match self.get("accepted") {
            None => Ok(None),
            Some(Value::Object(members)) => Target::from_members(members).map(Some),
            Some(_) => Err(Error::input("the fact `accepted` is not a JSON object")),
        }
    }
}

impl Document for Facts {
    fn parse(text: String) -> Result<Self, Error> {
        object(&text).map(Self)
    }
}

impl fmt::Debug for Facts {
    /// Names the facts only: their values may be a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts ")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::parse(text.to_owned()).unwrap()
    }

    #[test]
    fn what_is_known_is_read_and_the_rest_passes() {
        let facts = facts(
            r#"{"defaultRole":"Agent","accepted":{"userName":"ada@example.com","active":true},"moon":"full"}"#,
        );
        assert_eq!(facts.default_role(), Some("Agent"));
        let accepted = facts.accepted().unwrap().unwrap();
        assert_eq!(
            (accepted.user_name(), accepted.active()),
            (Some("ada@example.com"), Some(true))
        );
        assert_eq!(facts.get("moon"), Some(&Value::from("full")));
        assert!(!format!("{facts:?}").contains("ada@"));
    }

    #[test]
    fn absent_null_and_empty_are_none() {
        for text in ["{}", r#"{"defaultRole":null,"accepted":null}"#] {
            assert_eq!(facts(text).default_role(), None);
            assert_eq!(facts(text).accepted(), Ok(None));
        }
        assert_eq!(facts(r#"{"defaultRole":""}"#).default_role(), None);
    }

    #[test]
    fn what_is_no_target_is_an_error_without_its_value() {
        for text in [
            r#"{"accepted":"Secret"}"#,
            r#"{"accepted":{"role":["Secret"]}}"#,
        ] {
            let error = facts(text).accepted().unwrap_err().to_string();
            assert!(!error.contains("Secret"), "{error}");
        }
    }
}
