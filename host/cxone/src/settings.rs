//! How to reach one tenant's CXone.

use std::time::Duration;

use client::guard::{Forbidden, check_url};
use client::{ExposeSecret, SecretString, Url};

/// Where CXone serves SCIM below its host (cxone.md 1.2).
pub const SCIM_PATH: &str = "/scim/v2";

/// How to reach one tenant's CXone, or another SCIM server in its place. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the APIs are: `https://{area}.nice-incontact.com`, without `scim_path`.
    pub base_url: Url,
    /// Where SCIM is below `base_url`: [`SCIM_PATH`], or another path without a `/` at its end.
    pub scim_path: String,
    /// What goes into `Authorization`.
    pub auth: Auth,
    /// Whether roles and teams must be there to be read. If not, a server that answers 404 to their search has none.
    pub directory_required: bool,
    /// The time that one call of the port may take, with every request that it makes.
    pub call_timeout: Duration,
}

/// How a request says who sends it.
#[derive(Debug, Clone)]
pub enum Auth {
    /// A token bought with an access key, for an hour or so (cxone.md 2.1).
    AccessKey {
        /// The id of the access key.
        id: String,
        /// The secret of the access key.
        secret: SecretString,
        /// Where tokens are made, if not at `base_url`.
        url: Option<Url>,
    },
    /// A token that stays as it is (RFC 6750).
    Bearer(SecretString),
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
    PathIncluded(&'static str, String),
    /// A SCIM path that is none.
    #[error(
        "scim_path: this is no path: write \"/v2\", beginning with a '/' and without one at the end, or \"\" if SCIM is at base_url itself"
    )]
    NotAPath,
    /// No access key id.
    #[error("access_key_id: it is empty")]
    NoKey,
    /// No token.
    #[error("token: it is empty")]
    NoToken,
    /// A token that no header can carry.
    #[error("token: it has characters that no header can carry: only visible ASCII")]
    NotAToken,
}

impl Settings {
    /// Settings for CXone: tokens from `base_url`, roles and teams required, 8 s a call.
    pub fn new(
        base_url: Url,
        access_key_id: impl Into<String>,
        access_key_secret: SecretString,
    ) -> Self {
        let auth = Auth::AccessKey {
            id: access_key_id.into(),
            secret: access_key_secret,
            url: None,
        };
        Self::with_auth(base_url, auth)
    }

    /// The same for a server that takes a token as it is.
    pub fn bearer(base_url: Url, token: SecretString) -> Self {
        Self::with_auth(base_url, Auth::Bearer(token))
    }

    fn with_auth(base_url: Url, auth: Auth) -> Self {
        Self {
            base_url,
            scim_path: SCIM_PATH.to_owned(),
            auth,
            directory_required: true,
            call_timeout: Duration::from_secs(8),
        }
    }

    /// Checks what can be checked without asking the server.
    pub fn check(&self, allow_private: bool) -> Result<(), BadSettings> {
        if !is_path(&self.scim_path) {
            return Err(BadSettings::NotAPath);
        }
        self.check_url("base_url", &self.base_url, allow_private)?;
        match &self.auth {
            Auth::AccessKey { id, url, .. } => {
                if let Some(url) = url {
                    self.check_url("auth_url", url, allow_private)?;
                }
                if id.is_empty() {
                    return Err(BadSettings::NoKey);
                }
            }
            Auth::Bearer(token) => {
                let token = token.expose_secret();
                if token.is_empty() {
                    return Err(BadSettings::NoToken);
                }
                if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(BadSettings::NotAToken);
                }
            }
        }
        Ok(())
    }

    fn check_url(
        &self,
        key: &'static str,
        url: &Url,
        allow_private: bool,
    ) -> Result<(), BadSettings> {
        check_url(url, allow_private).map_err(|reason| BadSettings::Forbidden { key, reason })?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BadSettings::NotABase(key));
        }
        let path = url.path().trim_end_matches('/');
        let ends = [
            self.scim_path.clone(),
            format!("{}/Users", self.scim_path),
            "/authentication/v1/token/access-key".to_owned(),
        ];
        for end in ends {
            if !end.is_empty() && path.ends_with(&end) {
                return Err(BadSettings::PathIncluded(key, end));
            }
        }
        Ok(())
    }
}

/// Empty, or segments as a URL holds them, each behind a '/'.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(plain);
    let mut parts = path.split('/');
    path.is_empty() || (parts.next() == Some("") && parts.all(segment))
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
    fn scim_may_be_at_another_path() {
        let check = |base_url: &str, path: &str| {
            let mut settings = settings(base_url);
            path.clone_into(&mut settings.scim_path);
            settings.check(false)
        };
        for path in ["", "/v2", "/basic-auth/scim/v2", "/a.b/~c_d-e"] {
            assert_eq!(check("http://127.0.0.1:9090", path), Ok(()), "{path}");
        }
        for path in [
            "/", "v2", "/v2/", "//v2", "/v2?x", "/v 2", "/%2e", "/..", "/a/../b",
        ] {
            let outcome = check("http://127.0.0.1:9090", path);
            assert_eq!(outcome, Err(BadSettings::NotAPath), "{path}");
        }
        assert_eq!(check("https://scim.example.com/scim/v2", ""), Ok(()));
        assert!(check("https://scim.example.com/v2", "/v2").is_err());
        assert!(check("https://scim.example.com/Users", "").is_err());
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        let check = |token: &str| {
            let url = Url::parse("https://scim.example.com").unwrap();
            Settings::bearer(url, SecretString::from(token)).check(false)
        };
        assert_eq!(check("abc.DEF-123_~+/="), Ok(()));
        assert_eq!(check(""), Err(BadSettings::NoToken));
        for token in ["a b", "a\nb", "tök"] {
            assert_eq!(check(token), Err(BadSettings::NotAToken), "{token:?}");
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        let shown = format!("{:?}", settings("https://na1.nice-incontact.com"));
        assert!(!shown.contains("simulator-secret"), "{shown}");
        let url = Url::parse("https://scim.example.com").unwrap();
        let shown = format!("{:?}", Settings::bearer(url, SecretString::from("sesame")));
        assert!(!shown.contains("sesame"), "{shown}");
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
