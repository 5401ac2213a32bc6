//! How to reach one tenant's CXone.

use std::time::Duration;

use bridge::directory::{LoginAuthenticator, Role, Team};
use client::Url;
use client::guard::{Forbidden, check_url};

use crate::secret::Secret;

/// Where CXone serves SCIM below its host to a bearer token (cxone.md 1.2).
pub const SCIM_PATH: &str = "/scim/v2";
/// Where it serves SCIM to an access key in HTTP Basic (cxone.md 1.2).
pub const BASIC_SCIM_PATH: &str = "/basic-auth/scim/v2";
/// Where access-key tokens are made (cxone.md 2.1).
pub(crate) const ACCESS_KEY_PATH: &str = "/authentication/v1/token/access-key";

/// How to reach one tenant's CXone, or another SCIM server in its place. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The tenant, for logs.
    pub name: String,
    /// Where CXone is, as far as it is stated.
    pub place: PlaceSettings,
    /// Where SCIM is below its host: [`SCIM_PATH`], or another path without a `/` at its end.
    pub scim_path: String,
    /// What goes into `Authorization`.
    pub auth: Auth,
    /// Whether roles and teams must be there to be read. If not, a server that answers 404 to their search has none.
    pub directory_required: bool,
    /// The directory where it cannot be read.
    pub stated: Stated,
    /// What was UNKNOWN of CXone and a probe has settled.
    pub assume: Assume,
    /// The role, by name or id, of who is created without one. SCIM's create can leave it to CXone, which gives Agent or
    /// another default; User Hub's cannot (cxone.md 3.2).
    pub default_role: Option<String>,
    /// Requests a second to one host, at most.
    pub rate: f64,
    /// Whether CXone is told to invite the people that are created.
    pub invite: bool,
    /// The time that one call of the port may take, with every request that it makes.
    pub call_timeout: Duration,
}

/// Where CXone is, as far as it is stated. The rest is found (cxone.md 2.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceSettings {
    /// The area, such as `na1` (cxone.md 2.4).
    pub area: Option<String>,
    /// The host of SCIM and User Hub, `https://{area}.nice-incontact.com`. With it nothing is looked for.
    pub base_url: Option<Url>,
    /// The host of tokens.
    pub auth_url: Option<Url>,
    /// The hosts where looking begins, instead of CXone's public ones.
    pub discovery_urls: Vec<Url>,
}

/// How a request says who sends it.
#[derive(Debug, Clone)]
pub enum Auth {
    /// A token bought with an access key, for an hour or so (cxone.md 2.1).
    AccessKey {
        /// The id of the access key.
        id: Secret,
        /// Its secret.
        secret: Secret,
    },
    /// A token bought by a registered application with an access key, by the password grant (cxone.md 2.2).
    Password {
        /// The application.
        client_id: Secret,
        /// Its secret.
        client_secret: Secret,
        /// The id of the access key.
        id: Secret,
        /// Its secret.
        secret: Secret,
    },
    /// The access key itself for SCIM (cxone.md 1.2), and a token bought with it for everything else.
    Basic {
        /// The id of the access key.
        id: Secret,
        /// Its secret.
        secret: Secret,
    },
    /// A token that stays as it is (RFC 6750).
    Bearer(Secret),
}

impl Auth {
    /// Where SCIM is for it, if nothing else is said.
    pub fn scim_path(&self) -> &'static str {
        match self {
            Auth::Basic { .. } => BASIC_SCIM_PATH,
            _ => SCIM_PATH,
        }
    }

    /// Every credential, by its key in the configuration.
    fn credentials(&self) -> Vec<(&'static str, &Secret)> {
        match self {
            Auth::AccessKey { id, secret } | Auth::Basic { id, secret } => {
                vec![("access_key_id", id), ("access_key_secret", secret)]
            }
            Auth::Password {
                client_id,
                client_secret,
                id,
                secret,
            } => vec![
                ("client_id", client_id),
                ("client_secret", client_secret),
                ("access_key_id", id),
                ("access_key_secret", secret),
            ],
            Auth::Bearer(token) => vec![("token", token)],
        }
    }
}

/// The directory as the configuration states it, where the access key may not read it or CXone has no way to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// The roles.
    pub roles: Vec<Role>,
    /// The teams.
    pub teams: Vec<Team>,
    /// The login authenticators, which no API lists (cxone.md 3.2).
    pub login_authenticators: Vec<LoginAuthenticator>,
}

/// What was UNKNOWN of CXone and a probe has settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assume {
    /// What goes into `roles[].value` and `team.value` (cxone.md 1.4).
    pub role_value: RoleValue,
    /// The attribute of a create that names an employee template (cxone.md 1.4); without it none is sent.
    pub template_attribute: Option<String>,
}

/// What names a role or team in a SCIM body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RoleValue {
    /// Its id.
    #[default]
    Id,
    /// Its name.
    Name,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// The URL may not be used.
    #[error("{key}: {reason}")]
    Forbidden {
        /// `base_url`, `auth_url` or `discovery_urls`.
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
    /// An area that no host can begin with.
    #[error("area: this is no area: write it as \"na1\"")]
    NotAnArea,
    /// A rate that lets nothing through, or is no number.
    #[error("rate: write how many requests a second may be sent, more than 0")]
    NotARate,
    /// A credential that is empty.
    #[error("{0}: it is empty")]
    Empty(&'static str),
    /// A token that no header can carry.
    #[error("token: it has characters that no header can carry: only visible ASCII")]
    NotAToken,
}

impl BadSettings {
    /// The key of the configuration that is wrong.
    pub fn key(&self) -> &'static str {
        match self {
            BadSettings::Forbidden { key, .. }
            | BadSettings::NotABase(key)
            | BadSettings::PathIncluded(key, _)
            | BadSettings::Empty(key) => key,
            BadSettings::NotAPath => "scim_path",
            BadSettings::NotAnArea => "area",
            BadSettings::NotARate => "rate",
            BadSettings::NotAToken => "token",
        }
    }
}

impl Settings {
    /// Settings for CXone, wherever it is: roles and teams required, 20 requests a second, 8 s a call.
    pub fn new(auth: Auth) -> Self {
        Self {
            name: String::new(),
            place: PlaceSettings::default(),
            scim_path: auth.scim_path().to_owned(),
            auth,
            directory_required: true,
            stated: Stated::default(),
            assume: Assume::default(),
            default_role: None,
            rate: 20.0,
            invite: false,
            call_timeout: Duration::from_secs(8),
        }
    }

    /// The same for a host that is known.
    pub fn at(base_url: Url, auth: Auth) -> Self {
        let mut settings = Self::new(auth);
        settings.place.base_url = Some(base_url);
        settings
    }

    /// Checks what can be checked without asking the server. What a file holds is not looked at.
    pub fn check(&self, allow_private: bool) -> Result<(), BadSettings> {
        if !is_path(&self.scim_path) {
            return Err(BadSettings::NotAPath);
        }
        let place = &self.place;
        if place.area.as_deref().is_some_and(|area| !is_area(area)) {
            return Err(BadSettings::NotAnArea);
        }
        let stated = [("base_url", &place.base_url), ("auth_url", &place.auth_url)];
        for (key, url) in stated {
            if let Some(url) = url {
                self.check_url(key, url, allow_private)?;
            }
        }
        for url in &place.discovery_urls {
            self.check_url("discovery_urls", url, allow_private)?;
        }
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return Err(BadSettings::NotARate);
        }
        for (key, secret) in self.auth.credentials() {
            if secret.stated().is_some_and(str::is_empty) {
                return Err(BadSettings::Empty(key));
            }
        }
        match &self.auth {
            Auth::Bearer(token) if token.stated().is_some_and(|token| !is_token(token)) => {
                Err(BadSettings::NotAToken)
            }
            _ => Ok(()),
        }
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
            ACCESS_KEY_PATH.to_owned(),
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

/// One label of a host name.
pub(crate) fn is_area(area: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&area.len())
        && area.bytes().all(plain)
        && !area.starts_with('-')
        && !area.ends_with('-')
}

/// A token goes into a header: anything but visible ASCII is none.
pub(crate) fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A base URL with a path appended, of which every segment is already percent-encoded.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let path = format!("{}{path}", base.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

#[cfg(test)]
mod tests;
