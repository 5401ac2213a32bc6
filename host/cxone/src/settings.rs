//! How to reach one tenant's CXone.

use std::time::Duration;

use client::guard::{Forbidden, check_url};
use client::{SecretString, Url};

/// How to reach one tenant's CXone. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where CXone's APIs are: `https://{area}.nice-incontact.com`, without `/scim/v2`.
    pub base_url: Url,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub access_key_secret: SecretString,
    /// Where tokens are made, if not at `base_url`.
    pub auth_url: Option<Url>,
    /// The time that one call of the port may take, with every request that it makes.
    pub call_timeout: Duration,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The URL may not be used.
    #[error("{key}: {reason}")]
    Forbidden {
        /// `base_url` or `auth_url`.
        key: &'static str,
        /// The rule.
        reason: Forbidden,
    },
    /// A query or fragment in a URL.
    #[error("{0}: a base URL has no '?' and no '#': leave them out")]
    NotABase(&'static str),
    /// The SCIM URL instead of its host.
    #[error("{0}: leave out the {1:?} at the end")]
    PathIncluded(&'static str, &'static str),
    /// No access key id.
    #[error("access_key_id: it is empty")]
    NoKey,
}

impl Settings {
    /// Settings with the defaults: tokens from `base_url`, 8 s a call.
    pub fn new(
        base_url: Url,
        access_key_id: impl Into<String>,
        access_key_secret: SecretString,
    ) -> Self {
        Self {
            base_url,
            access_key_id: access_key_id.into(),
            access_key_secret,
            auth_url: None,
            call_timeout: Duration::from_secs(8),
        }
    }

    /// Checks what can be checked without asking CXone.
    pub fn check(&self, allow_private: bool) -> Result<(), BadSettings> {
        let auth = self.auth_url.as_ref().map(|url| ("auth_url", url));
        for (key, url) in std::iter::once(("base_url", &self.base_url)).chain(auth) {
            check_url(url, allow_private)
                .map_err(|reason| BadSettings::Forbidden { key, reason })?;
            if url.query().is_some() || url.fragment().is_some() {
                return Err(BadSettings::NotABase(key));
            }
            let path = url.path().trim_end_matches('/');
            for end in [
                "/scim/v2",
                "/scim/v2/Users",
                "/authentication/v1/token/access-key",
            ] {
                if path.ends_with(end) {
                    return Err(BadSettings::PathIncluded(key, end));
                }
            }
        }
        if self.access_key_id.is_empty() {
            return Err(BadSettings::NoKey);
        }
        Ok(())
    }
}

/// A base URL with a path appended, of which every segment is already percent-encoded.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let path = format!("{}{path}", base.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base_url: &str) -> Settings {
        Settings::new(
            Url::parse(base_url).unwrap(),
            "simulator",
            SecretString::from("simulator-secret"),
        )
    }

    #[test]
    fn mistakes_are_named() {
        let check = |base_url| settings(base_url).check(false).map_err(|e| e.to_string());
        assert_eq!(check("https://na1.nice-incontact.com"), Ok(()));
        assert_eq!(check("http://127.0.0.1:9090/"), Ok(()));
        assert_eq!(
            check("https://na1.nice-incontact.com/scim/v2/"),
            Err("base_url: leave out the \"/scim/v2\" at the end".to_owned())
        );
        assert!(check("http://na1.nice-incontact.com").is_err());
        assert!(check("https://na1.nice-incontact.com?x=1").is_err());
    }

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", settings("https://na1.nice-incontact.com"));
        assert!(!shown.contains("simulator-secret"), "{shown}");
    }

    #[test]
    fn paths_are_appended() {
        let base = Url::parse("https://gate.example.com/cxone/").unwrap();
        assert_eq!(
            join(&base, "/scim/v2/Users/a%2Fb").as_str(),
            "https://gate.example.com/cxone/scim/v2/Users/a%2Fb"
        );
    }
}
