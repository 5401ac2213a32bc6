//! Okta's users as CXone's, and back.
//!
//! An app's profile has one e-mail and one phone, `email` and `primaryPhone`. Okta sends them as the primary ones (their
//! external names are `emails.^[primary==true].value` and `phoneNumbers.^[primary==true].value`, so integrators' guides), with
//! the type that the app's mapping gives, mostly `work`. A mobile number beside it (`mobilePhone`) has to be added to the
//! profile.

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
