//! The identity providers that `init` knows, and what they call what is pasted into them.

/// An identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Provider {
    /// As `--idp` has it; also the connection's name unless another is given.
    pub(super) name: &'static str,
    /// For people.
    pub(super) title: &'static str,
    /// The dialect, `idp` in the configuration; the bundled mapper has the same name.
    pub(super) idp: &'static str,
    /// Its page below `docs/setup`.
    pub(super) page: &'static str,
    /// Where the base URL is entered.
    pub(super) url_field: &'static str,
    /// What follows the base URL there.
    pub(super) url_end: &'static str,
    /// Where the token is entered.
    pub(super) token_field: &'static str,
}

/// All of them, as docs/setup has them. Entra's flag makes its PATCH follow the RFC (idp.md 1.5).
pub(super) const PROVIDERS: [Provider; 8] = [
    Provider {
        name: "entra",
        title: "Microsoft Entra ID",
        idp: "entra",
        page: "entra.md",
        url_field: "Tenant URL",
        url_end: "?aadOptscim062020",
        token_field: "Secret Token",
    },
    Provider {
        name: "okta",
        title: "Okta",
        idp: "okta",
        page: "okta.md",
        url_field: "SCIM connector base URL",
        url_end: "",
        token_field: "HTTP Header, Authorization",
    },
    Provider {
        name: "onelogin",
        title: "OneLogin",
        idp: "onelogin",
        page: "onelogin.md",
        url_field: "SCIM Base URL",
        url_end: "",
        token_field: "SCIM Bearer Token",
    },
    Provider {
        name: "google",
        title: "Google Workspace (read its page first: little works)",
        idp: "google",
        page: "google.md",
        url_field: "address",
        url_end: "",
        token_field: "access token or key",
    },
    Provider {
        name: "jumpcloud",
        title: "JumpCloud",
        idp: "generic",
        page: "jumpcloud.md",
        url_field: "Base URL",
        url_end: "",
        token_field: "Token Key",
    },
    Provider {
        name: "ping",
        title: "PingOne or PingFederate",
        idp: "generic",
        page: "ping.md",
        url_field: "SCIM Base URL",
        url_end: "",
        token_field: "OAuth Access Token",
    },
    Provider {
        name: "rippling",
        title: "Rippling",
        idp: "generic",
        page: "rippling.md",
        url_field: "SCIM base URL",
        url_end: "",
        token_field: "Bearer Token",
    },
    Provider {
        name: "generic",
        title: "another one that speaks SCIM 2.0",
        idp: "generic",
        page: "generic.md",
        url_field: "base URL",
        url_end: "",
        token_field: "bearer token",
    },
];

/// The provider of this name.
pub(super) fn by_name(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.name == name)
}

/// The names, for the command line.
pub(super) fn names() -> Vec<&'static str> {
    PROVIDERS.iter().map(|provider| provider.name).collect()
}

#[cfg(test)]
mod tests {
    use scim::dialect::Dialect;

    use super::*;

    #[test]
    fn each_has_a_dialect_a_mapper_and_a_page() {
        for provider in PROVIDERS {
            assert!(Dialect::by_name(provider.idp).is_some(), "{}", provider.idp);
            assert!(bundled::find(provider.idp).is_some(), "{}", provider.idp);
            let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/setup/");
            let page = std::fs::read_to_string(format!("{page}{}", provider.page));
            let page = page.expect(provider.page);
            for field in provider.token_field.split(", ") {
                assert!(page.contains(field), "{}: {field}", provider.page);
            }
            assert!(page.contains(provider.url_field), "{}", provider.page);
            assert!(page.contains(provider.url_end), "{}", provider.page);
        }
    }
}
