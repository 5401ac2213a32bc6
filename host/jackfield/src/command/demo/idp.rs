//! The identity providers that can be played: each has its headers, its connection's configuration and its script.

mod entra;
mod generic;
mod google;
mod okta;
mod onelogin;

use serde_json::{Value, json};

use super::scene::Scene;

/// An identity provider as the demo plays it.
#[derive(Debug)]
pub(super) struct Idp {
    /// What people call it, in a sentence.
    pub(super) name: &'static str,
    /// The same in the page's margin, which is short.
    pub(super) label: &'static str,
    /// What it calls itself in requests.
    pub(super) user_agent: Option<&'static str>,
    /// The media type of its bodies.
    pub(super) media_type: &'static str,
    /// Its connection and the plugins of it, as a configuration file would say it.
    pub(super) connection: &'static str,
    /// What that configuration has decided, in a sentence.
    pub(super) settings: &'static str,
    /// What it does.
    pub(super) script: fn() -> Vec<Scene>,
}

/// The identity providers that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Name {
    /// Microsoft Entra ID
    Entra,
    /// Okta, a custom app
    Okta,
    /// OneLogin
    Onelogin,
    /// Google Workspace's automatic provisioning
    Google,
    /// A client that keeps to the RFCs
    Generic,
}

impl Name {
    pub(super) fn idp(self) -> &'static Idp {
        match self {
            Self::Entra => &entra::IDP,
            Self::Okta => &okta::IDP,
            Self::Onelogin => &onelogin::IDP,
            Self::Google => &google::IDP,
            Self::Generic => &generic::IDP,
        }
    }
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Who is played. All of them are invented.
#[derive(Debug, Clone, Copy)]
struct Person {
    user_name: &'static str,
    given: &'static str,
    family: &'static str,
}

const ADA: Person = Person {
    user_name: "ada@example.com",
    given: "Ada",
    family: "Byron",
};
const GRACE: Person = Person {
    user_name: "grace@example.com",
    given: "Grace",
    family: "Hopper",
};

impl Person {
    fn display_name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    fn emails(&self) -> Value {
        json!([{"primary": true, "value": self.user_name, "type": "work"}])
    }
}
