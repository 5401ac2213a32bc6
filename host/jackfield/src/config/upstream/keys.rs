//! What an access key, an application or a token is written in, of which some keys belong to one `auth` and some to others.

use std::ops::Range;

use client::SecretString;
use cxone::{Auth, Secret};
use toml::Spanned;

use crate::config::interpolate::Files;
use crate::config::mistake::{Mistake, Text};

/// The ways in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// A token bought with an access key.
    #[default]
    AccessKey,
    /// A token that a registered application buys with an access key.
    Password,
    /// The access key itself.
    Basic,
    /// A token that there is already.
    Bearer,
}

impl Way {
    pub(super) const ALL: [(&'static str, Way); 4] = [
        ("access-key", Way::AccessKey),
        ("password", Way::Password),
        ("basic", Way::Basic),
        ("bearer", Way::Bearer),
    ];

    fn as_str(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, way)| *way == self);
        found.map_or("", |(name, _)| name)
    }

    /// The keys that it needs.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Way::AccessKey | Way::Basic => &["access_key_id", "access_key_secret"],
            Way::Password => &[
                "client_id",
                "client_secret",
                "access_key_id",
                "access_key_secret",
            ],
            Way::Bearer => &["token"],
        }
    }
}

/// The keys as they are written.
pub(super) struct Keys<'a> {
    pub(super) table: Range<usize>,
    pub(super) files: &'a Files,
    pub(super) access_key_id: Option<&'a Spanned<String>>,
    pub(super) access_key_secret: Option<&'a Spanned<String>>,
    pub(super) client_id: Option<&'a Spanned<String>>,
    pub(super) client_secret: Option<&'a Spanned<String>>,
    pub(super) token: Option<&'a Spanned<String>>,
}

impl Keys<'_> {
    /// The credentials of a way in. A key of another one is refused.
    pub(super) fn auth(&self, way: Way, text: &Text<'_>) -> Result<Auth, Mistake> {
        let all = [
            ("access_key_id", self.access_key_id),
            ("access_key_secret", self.access_key_secret),
            ("client_id", self.client_id),
            ("client_secret", self.client_secret),
            ("token", self.token),
        ];
        for (key, value) in all {
            if let Some(value) = value
                && !way.needs().contains(&key)
            {
                let owners = Way::ALL.into_iter();
                let owners = owners.filter(|(_, way)| way.needs().contains(&key));
                let owners: Vec<String> = owners.map(|(name, _)| format!("{name:?}")).collect();
                let message = format!("{key} does not go with auth = {:?}", way.as_str());
                let hint = format!("leave it out, or write auth = {}", owners.join(" or "));
                return Err(text.at(value.span(), message, Some(hint)));
            }
        }
        let secret = |key, value| self.needed(way, key, value, text);
        let id = || secret("access_key_id", self.access_key_id);
        let key = || secret("access_key_secret", self.access_key_secret);
        Ok(match way {
            Way::AccessKey => Auth::AccessKey {
                id: id()?,
                secret: key()?,
            },
            Way::Password => Auth::Password {
                client_id: secret("client_id", self.client_id)?,
                client_secret: secret("client_secret", self.client_secret)?,
                id: id()?,
                secret: key()?,
            },
            Way::Basic => Auth::Basic {
                id: id()?,
                secret: key()?,
            },
            Way::Bearer => Auth::Bearer(secret("token", self.token)?),
        })
    }

    fn needed(
        &self,
        way: Way,
        key: &str,
        value: Option<&Spanned<String>>,
        text: &Text<'_>,
    ) -> Result<Secret, Mistake> {
        let Some(value) = value else {
            return Err(text.at(
                self.table.clone(),
                format!("the key {key:?} is missing here"),
                Some(format!("auth = {:?} needs it", way.as_str())),
            ));
        };
        // No credential begins or ends with white space, but many a file does.
        let given = value.get_ref().trim();
        if given.is_empty() {
            return Err(text.at(value.span(), format!("{key} is empty"), None));
        }
        Ok(match self.files.of(&value.span()) {
            Some(path) => Secret::File(path.to_owned()),
            None => Secret::Text(SecretString::from(given)),
        })
    }
}
