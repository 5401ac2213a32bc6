//! The team of a user is what one attribute says: the department, where the settings name no other.

use jackfield_sdk::{Backward, Error, Forward, Mapper, Path, Plugin, Source, Target};
use schemars::JsonSchema;
use serde::Deserialize;

/// The attribute that is read where the settings name none.
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// The plugin.
pub struct TeamMapper;

/// The plugin's settings: what is written here is shown to whoever configures it.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The path of the attribute that names the team, as `title` or `urn:...:User:department`.
    attribute: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attribute: DEPARTMENT.to_owned(),
        }
    }
}

impl Plugin for TeamMapper {
    type Settings = Settings;

    /// What the identity provider must send.
    fn takes() -> Vec<String> {
        vec![DEPARTMENT.to_owned()]
    }

    /// Checks what types cannot say; the error names the key.
    fn validate(settings: &Settings) -> Result<(), String> {
        match Path::parse(&settings.attribute) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("attribute: {error}")),
        }
    }
}

impl Mapper for TeamMapper {
    /// The user as CXone should hold it: what other plugins set stays.
    fn to_target(input: Forward<Settings>) -> Result<Target, Error> {
        let mut target = input.draft;
        if let Some(team) = input.source.text(&input.settings.attribute) {
            target.set_team(team);
        }
        Ok(target)
    }

    /// The way back, when CXone's user is shown to the identity provider: whatever came from there goes back as it was.
    fn to_source(input: Backward<Settings>) -> Result<Source, Error> {
        let mut source = input.start()?;
        let attribute = &input.settings.attribute;
        if let Some(team) = input.target.team()
            && source.text(attribute).as_deref() != Some(team)
        {
            source.set(attribute, team)?;
        }
        Ok(source)
    }
}

jackfield_sdk::register!(TeamMapper: mapper);
