//! `[tenants.NAME.cxone]`: where a tenant's users go, and with what credentials.

mod assume;
mod keys;
mod stated;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use bridge::name::TenantName;
use client::Url;
use cxone::{PlaceSettings, Settings};
use toml::Spanned;

use super::choice::choice;
use super::file;
use super::interpolate::Files;
use super::mistake::{Mistake, Text};
use keys::{Keys, Way};

/// How to reach a tenant's CXone.
#[derive(Clone)]
pub struct Cxone {
    /// Which of CXone's APIs is spoken.
    pub api: Api,
    /// What the adapters need.
    pub settings: Settings,
    /// The role that CXone gives when none is named; empty switches the check off.
    pub default_role: String,
    /// The keys of the table `assume`.
    pub assumed: BTreeSet<String>,
}

/// The APIs that write people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Api {
    /// SCIM.
    #[default]
    Scim,
    /// User Hub's, for a tenant without SCIM.
    UserHub,
}

const SCIM: &str = "scim";
const USER_HUB: &str = "user-hub";

impl Api {
    /// As `api` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Api::Scim => SCIM,
            Api::UserHub => USER_HUB,
        }
    }
}

impl fmt::Debug for Cxone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cxone")
            .field("api", &self.api)
            .field("place", &self.settings.place)
            .field("default_role", &self.default_role)
            .finish_non_exhaustive()
    }
}

impl Cxone {
    /// A template of CXone's own can be named only where it is known how.
    pub(super) fn takes_templates(
        &self,
        place: Range<usize>,
        text: &Text<'_>,
    ) -> Result<(), Mistake> {
        let message = "CXone could not be told this template's name";
        let hint = match (self.api, &self.settings.assume.template_attribute) {
            (Api::Scim, Some(_)) => return Ok(()),
            (Api::Scim, None) => {
                "set template_attribute below [tenants.NAME.cxone.assume] to the attribute that takes it, or leave in_cxone out"
            }
            (Api::UserHub, _) => "User Hub takes no template: leave in_cxone out",
        };
        Err(text.at(place, message.to_owned(), Some(hint.to_owned())))
    }
}

/// Checks the table of a tenant.
pub(super) fn check(
    tenant: &TenantName,
    given: Spanned<file::Cxone>,
    files: &Files,
    text: &Text<'_>,
) -> Result<Cxone, Mistake> {
    let table = given.span();
    let given = given.into_inner();
    let apis = [(SCIM, Api::Scim), (USER_HUB, Api::UserHub)];
    let api = choice("api", given.api.as_ref(), &apis, text)?;
    let place = place(&given, text)?;
    let keys = Keys {
        table: table.clone(),
        files,
        access_key_id: given.access_key_id.as_ref(),
        access_key_secret: given.access_key_secret.as_ref(),
        client_id: given.client_id.as_ref(),
        client_secret: given.client_secret.as_ref(),
        token: given.token.as_ref(),
    };
    let way: Way = choice("auth", given.auth.as_ref(), &Way::ALL, text)?;
    let auth = keys.auth(way, text)?;
    together(&given, api, way, text)?;
    let default_role = given.default_role.clone();
    let default_role = default_role.unwrap_or_else(|| "Agent".to_owned());
    let mut settings = Settings::new(auth);
    settings.name = tenant.to_string();
    settings.place = place;
    if let Some(path) = &given.scim_path {
        path.get_ref().clone_into(&mut settings.scim_path);
    }
    // Who has no role checked may have a server that knows no roles.
    settings.directory_required = !default_role.is_empty();
    settings.default_role = Some(default_role.clone()).filter(|role| !role.is_empty());
    settings.stated = stated::check(&given, text)?;
    settings.assume = assume::check(&given.assume, text)?;
    if let Some(rate) = &given.rate {
        settings.rate = *rate.get_ref();
    }
    settings.invite = given.invite.as_ref().is_some_and(|it| *it.get_ref());
    settings.check(false).map_err(|error| {
        let place = given.place_of(error.key()).unwrap_or(table);
        text.at(place, error.to_string(), None)
    })?;
    let assumed = given.assume.keys();
    Ok(Cxone {
        api,
        settings,
        default_role,
        assumed: assumed.map(|key| key.get_ref().clone()).collect(),
    })
}

impl file::Cxone {
    /// Where the value of a key is written.
    fn place_of(&self, key: &str) -> Option<Range<usize>> {
        let texts = [
            ("area", &self.area),
            ("base_url", &self.base_url),
            ("auth_url", &self.auth_url),
            ("scim_path", &self.scim_path),
            ("access_key_id", &self.access_key_id),
            ("access_key_secret", &self.access_key_secret),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("token", &self.token),
        ];
        let found = texts.into_iter().find(|(name, _)| *name == key);
        match key {
            "rate" => self.rate.as_ref().map(Spanned::span),
            "discovery_urls" => self.discovery_urls.first().map(Spanned::span),
            _ => found
                .and_then(|(_, value)| value.as_ref())
                .map(Spanned::span),
        }
    }
}

fn place(given: &file::Cxone, text: &Text<'_>) -> Result<PlaceSettings, Mistake> {
    let discovery = given.discovery_urls.iter();
    let discovery = discovery.map(|given| url("discovery_urls", given, text));
    Ok(PlaceSettings {
        area: given.area.as_ref().map(|area| area.get_ref().clone()),
        base_url: optional("base_url", given.base_url.as_ref(), text)?,
        auth_url: optional("auth_url", given.auth_url.as_ref(), text)?,
        discovery_urls: discovery.collect::<Result<_, _>>()?,
    })
}

fn optional(
    key: &str,
    given: Option<&Spanned<String>>,
    text: &Text<'_>,
) -> Result<Option<Url>, Mistake> {
    given.map(|given| url(key, given, text)).transpose()
}

/// A URL that may be asked. The adapter's settings check more, but do not know which one of a list is wrong.
fn url(key: &str, given: &Spanned<String>, text: &Text<'_>) -> Result<Url, Mistake> {
    let url = Url::parse(given.get_ref()).map_err(|error| {
        let hint = Some("write it as \"https://na1.nice-incontact.com\"".to_owned());
        let message = format!("{key}: this is no URL: {error}");
        text.at(given.span(), message, hint)
    })?;
    client::guard::check_url(&url, false)
        .map_err(|error| text.at(given.span(), format!("{key}: {error}"), None))?;
    Ok(url)
}

/// Refuses what would have no effect beside what else is written.
fn together(given: &file::Cxone, api: Api, way: Way, text: &Text<'_>) -> Result<(), Mistake> {
    let refuse = |place: Range<usize>, message: &str, hint: &str| {
        Err(text.at(place, message.to_owned(), Some(hint.to_owned())))
    };
    if let (Some(_), Some(first)) = (&given.base_url, given.discovery_urls.first()) {
        return refuse(
            first.span(),
            "discovery_urls does not go with base_url",
            "leave base_url out for CXone to be looked for, or discovery_urls for it not to be",
        );
    }
    if api == Api::UserHub {
        if let Some(path) = &given.scim_path {
            return refuse(
                path.span(),
                "scim_path does not go with api = \"user-hub\"",
                "leave it out: User Hub's paths are CXone's own",
            );
        }
        if let (Way::Basic, Some(auth)) = (way, &given.auth) {
            return refuse(
                auth.span(),
                "auth = \"basic\" does not go with api = \"user-hub\"",
                "CXone takes an access key in HTTP Basic for SCIM alone: write auth = \"access-key\"",
            );
        }
    } else if let Some(invite) = &given.invite
        && *invite.get_ref()
    {
        return refuse(
            invite.span(),
            "invite does not go with api = \"scim\"",
            "invitations are User Hub's: leave invite out, or write api = \"user-hub\"",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
