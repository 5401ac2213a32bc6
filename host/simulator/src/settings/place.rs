//! Where the tenant is: what the discovery document says beside the simulator's own address.

use serde::{Deserialize, Serialize};

/// The parts of the discovery document that are not the tenant's id (cxone.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hosts {
    /// `cluster`
    pub cluster: String,
    /// `domain`, of the API's hosts.
    pub domain: String,
    /// `uhDomain`, of User Hub's hosts.
    #[serde(rename = "uhDomain")]
    pub uh_domain: String,
    /// `api_endpoint`; when left out, the simulator's address, as for the other two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_endpoint: Option<String>,
    /// `auth_endpoint`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_endpoint: Option<String>,
    /// `ui_endpoint`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_endpoint: Option<String>,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            cluster: "c57".into(),
            domain: "niceincontact.com".into(),
            uh_domain: "nice-incontact.com".into(),
            api_endpoint: None,
            auth_endpoint: None,
            ui_endpoint: None,
        }
    }
}
