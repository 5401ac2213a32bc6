//! Whether somebody can sign in to CXone, as far as CXone shows it.

use serde::{Deserialize, Serialize};

use crate::plan::Seen;
use crate::target::Attribute;

/// Whether the person can sign in, and why. The reason names no value of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// `None` where CXone does not show enough.
    pub can: Option<bool>,
    /// Why.
    pub because: String,
}

impl SignIn {
    fn new(can: Option<bool>, because: impl Into<String>) -> Self {
        Self {
            can,
            because: because.into(),
        }
    }

    /// By what was seen of the person. Without a login authenticator nobody signs in (wit/host.wit); where the API does not show
    /// it, nobody can say.
    pub(super) fn of(seen: &Seen) -> Self {
        let held = match seen {
            Seen::Held(held) => held,
            Seen::Nobody => return Self::new(Some(false), "CXone has nobody of them"),
            Seen::NoAnswer(reason) => {
                return Self::new(None, format!("CXone cannot be asked: {reason}"));
            }
            Seen::NotLooked => return Self::new(None, "CXone was not asked"),
        };
        let shows = |attribute| held.target.get(attribute).is_some();
        match (held.target.active, held.pending) {
            (Some(false), _) => Self::new(Some(false), "CXone shows them inactive"),
            (_, Some(true)) => Self::new(
                Some(false),
                "they were invited and have not activated the account: look for the invitation, or send it again",
            ),
            (None, _) => Self::new(
                None,
                "CXone shows them neither active nor inactive: they may be locked, see the user in CXone",
            ),
            (Some(true), _) if !shows(Attribute::LoginAuthenticator) => Self::new(
                None,
                "they are active, and CXone does not show which login authenticator they have: see Security in CXone",
            ),
            (Some(true), None) => Self::new(
                None,
                "they are active with a login authenticator, and this API does not show whether they were invited and are not activated yet",
            ),
            (Some(true), Some(false)) => Self::new(
                Some(true),
                "they are active, activated, and have a login authenticator",
            ),
        }
    }
}
