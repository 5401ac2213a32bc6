//! Onelogin ID's users as CXone's, and back.
//!
//! The table starts from the default mappings of a non-gallery application in Onelogin ID (Microsoft's "Tutorial: Develop and
//! plan provisioning for a SCIM endpoint"); settings change it row by row.

use jackfield_sdk::{Attribute, Backward, Error, Forward, Mapper, Plugin, Source, Target};
use mapping::{Rows, Table, first, path};
use schemars::JsonSchema;
use serde::Deserialize;

/// The mapper.
#[derive(Debug)]
pub struct Onelogin;

/// The mapper's settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Rows that replace, add to or (`""`) remove from the table.
    pub attributes: Rows,
}

/// The table without settings.
pub fn table() -> Table {
    Table::new()
        .row(Attribute::UserName, path("userName"))
        .row(Attribute::GivenName, path("name.givenName"))
        .row(Attribute::MiddleName, path("name.middleName"))
        .row(Attribute::FamilyName, path("name.familyName"))
        .row(Attribute::DisplayName, path("displayName"))
        .row(
            Attribute::Email,
            first([
                path("emails[type eq \"work\"].value"),
                path("emails[primary eq true].value"),
                path("emails.value"),
            ]),
        )
        .row(
            Attribute::MobileNumber,
            path("phoneNumbers[type eq \"mobile\"].value"),
        )
        .row(Attribute::TimeZone, path("timezone"))
        .row(Attribute::UserType, path("userType"))
        .row(
            Attribute::Role,
            first([path("roles[primary eq true].value"), path("roles.value")]),
        )
        .row(Attribute::Active, path("active"))
}

impl Plugin for Onelogin {
    type Settings = Settings;
}

impl Mapper for Onelogin {
    fn to_target(input: Forward<Settings>) -> Result<Target, Error> {
        table()
            .with(input.settings.attributes)
            .to_target(&input.source, &input.groups, input.draft)
    }

    fn to_source(mut input: Backward<Settings>) -> Result<Source, Error> {
        let table = table().with(std::mem::take(&mut input.settings.attributes));
        let target = std::mem::take(&mut input.target);
        table.to_source(&target, input.start()?)
    }
}

jackfield_sdk::register!(Onelogin: mapper; schema = include_str!("../settings.schema.json"));
