//! Okta's users as CXone's, and back.
//!
//! An app's profile has one e-mail and one phone, `email` and `primaryPhone`, which Okta sends as the primary ones with the type
//! that the app's mapping gives (`work` by default); a mobile number beside it (`mobilePhone`) has to be added to the profile
//! and comes by its type. Time zone, type and roles are sent when the profile has them (idp.md 2.3).

use mapping::{Attribute, Mapped, Table, first, path};

/// The mapper.
#[derive(Debug)]
pub struct Okta;

impl Mapped for Okta {
    fn table() -> Table {
        Table::standard()
            .row(
                Attribute::Email,
                first([
                    path("emails[primary eq true].value"),
                    path("emails[type eq \"work\"].value"),
                    path("emails.value"),
                ]),
            )
            .row(
                Attribute::MobileNumber,
                first([
                    path("phoneNumbers[type eq \"mobile\"].value"),
                    path("phoneNumbers[primary eq true].value"),
                ]),
            )
    }
}

mapping::mapper!(Okta);

#[cfg(test)]
mod tests;
