//! `[tenants.NAME.cxone]`: where a tenant's users go, and with what credentials.

use std::fmt;

use client::{SecretString, Url};
use cxone::{Auth, SCIM_PATH, Settings};
use toml::Spanned;

use super::file;
use super::mistake::{Mistake, Text, hint};

/// How to reach a tenant's CXone.
#[derive(Clone)]
pub struct Cxone {
    /// What the adapter needs.
    pub settings: Settings,
    /// The role that CXone gives when none is named; empty switches the check off.
    pub default_role: String,
}

impl fmt::Debug for Cxone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cxone")
            .field("base_url", &self.settings.base_url.as_str())
            .field("default_role", &self.default_role)
            .finish_non_exhaustive()
    }
}

const ACCESS_KEY: &str = "access-key";
const BEARER: &str = "bearer";

pub(super) fn check(given: Spanned<file::Cxone>, text: &Text<'_>) -> Result<Cxone, Mistake> {
    let table = given.span();
    let given = given.into_inner();
    if let Some(api) = &given.api
        && api.get_ref() != "scim"
    {
        return Err(text.at(
            api.span(),
            format!("the api {:?} is not known", api.get_ref()),
            Some("known: scim".to_owned()),
        ));
    }
    let base_url = Url::parse(given.base_url.get_ref()).map_err(|error| {
        let hint = Some("write it as \"https://na1.nice-incontact.com\"".to_owned());
        text.at(
            given.base_url.span(),
            format!("base_url: this is no URL: {error}"),
            hint,
        )
    })?;
    let scim_path = match &given.scim_path {
        Some(path) => path.get_ref().clone(),
        None => SCIM_PATH.to_owned(),
    };
    let keys = Keys {
        table,
        id: given.access_key_id,
        secret: given.access_key_secret,
        token: given.token,
    };
    let (auth, at) = keys.auth(given.auth.as_ref(), text)?;
    let default_role = given.default_role.unwrap_or_else(|| "Agent".to_owned());
    let mut settings = match auth {
        Auth::AccessKey { id, secret, .. } => Settings::new(base_url, id, secret),
        Auth::Bearer(token) => Settings::bearer(base_url, token),
    };
    settings.scim_path = scim_path;
    // Who has no role checked may have a server that knows no roles.
    settings.directory_required = !default_role.is_empty();
    settings.check(false).map_err(|error| {
        let span = match &error {
            cxone::BadSettings::NotAPath => given.scim_path.as_ref().map(Spanned::span),
            cxone::BadSettings::NoKey
            | cxone::BadSettings::NoToken
            | cxone::BadSettings::NotAToken => Some(at),
            _ => None,
        };
        let span = span.unwrap_or_else(|| given.base_url.span());
        text.at(span, error.to_string(), None)
    })?;
    Ok(Cxone {
        settings,
        default_role,
    })
}

/// The keys of which some belong to one `auth` and some to the other.
struct Keys {
    table: std::ops::Range<usize>,
    id: Option<Spanned<String>>,
    secret: Option<Spanned<String>>,
    token: Option<Spanned<String>>,
}

impl Keys {
    /// The credentials, and where they are written.
    fn auth(
        self,
        auth: Option<&Spanned<String>>,
        text: &Text<'_>,
    ) -> Result<(Auth, std::ops::Range<usize>), Mistake> {
        let name = auth.map_or(ACCESS_KEY, |auth| auth.get_ref().as_str());
        match name {
            ACCESS_KEY => {
                self.foreign(&self.token, "token", name, text)?;
                let id = self.needed(&self.id, "access_key_id", name, text)?;
                let secret = self.needed(&self.secret, "access_key_secret", name, text)?;
                let auth = Auth::AccessKey {
                    id: id.get_ref().clone(),
                    secret: SecretString::from(secret.get_ref().as_str()),
                    url: None,
                };
                Ok((auth, id.span()))
            }
            BEARER => {
                self.foreign(&self.id, "access_key_id", name, text)?;
                self.foreign(&self.secret, "access_key_secret", name, text)?;
                let token = self.needed(&self.token, "token", name, text)?;
                let auth = Auth::Bearer(SecretString::from(token.get_ref().trim()));
                Ok((auth, token.span()))
            }
            other => Err(text.at(
                auth.map_or(0..0, Spanned::span),
                format!("the auth {other:?} is not known"),
                Some(hint(other, &[ACCESS_KEY, BEARER])),
            )),
        }
    }

    fn needed<'a>(
        &self,
        value: &'a Option<Spanned<String>>,
        key: &str,
        auth: &str,
        text: &Text<'_>,
    ) -> Result<&'a Spanned<String>, Mistake> {
        let Some(value) = value else {
            return Err(text.at(
                self.table.clone(),
                format!("the key {key:?} is missing here"),
                Some(format!("auth = {auth:?} needs it")),
            ));
        };
        if value.get_ref().trim().is_empty() {
            return Err(text.at(value.span(), format!("{key} is empty"), None));
        }
        Ok(value)
    }

    fn foreign(
        &self,
        value: &Option<Spanned<String>>,
        key: &str,
        auth: &str,
        text: &Text<'_>,
    ) -> Result<(), Mistake> {
        let Some(value) = value else { return Ok(()) };
        let hint = if auth == BEARER {
            format!("leave out {key}, or write auth = {ACCESS_KEY:?} and leave out token")
        } else {
            format!("write auth = {BEARER:?} and leave out the access key, or leave out {key}")
        };
        Err(text.at(
            value.span(),
            format!("{key} does not go with auth = {auth:?}"),
            Some(hint),
        ))
    }
}
