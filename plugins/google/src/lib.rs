//! Google Workspace's users as CXone's, and back.
//!
//! Automatic provisioning was seen to send the user name, names, display name, one e-mail and `active`, and nothing else
//! (G-03 in idp.md). The table stops there, so that discovery promises no more. Role and team come by group or from a template; other
//! rows can be added by settings.

use mapping::{Attribute, Mapped, Table};

/// What automatic provisioning sends.
const SENT: [Attribute; 6] = [
    Attribute::UserName,
    Attribute::GivenName,
    Attribute::FamilyName,
    Attribute::DisplayName,
    Attribute::Email,
    Attribute::Active,
];

/// The mapper.
#[derive(Debug)]
pub struct Google;

impl Mapped for Google {
    fn table() -> Table {
        Table::standard().without(|attribute| !SENT.contains(&attribute))
    }
}

mapping::mapper!(Google);

#[cfg(test)]
mod tests;
