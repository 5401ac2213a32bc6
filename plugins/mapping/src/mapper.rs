//! A mapper that is a table: its settings, and its two directions.

use jackfield_sdk::{Attribute, Backward, Error, Forward, Mapper, Source, Target};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::groups::{ByGroup, Fallback, GroupRule, NoGroup};
use crate::settings::Rows;
use crate::table::Table;

/// The schema of [`Settings`], for [`register!`](jackfield_sdk::register): derived once, natively.
pub const SCHEMA: &str = include_str!("../settings.schema.json");

/// The settings of every mapper that is a table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Rows that replace, add to or (`""`) remove from the table.
    pub attributes: Rows,
    /// Role and team by group; the first in order that is for the user counts.
    pub groups: Vec<GroupRule>,
    /// What happens when none of `groups` is for the user. Means nothing without `groups`.
    pub no_group: NoGroup,
    /// Role and team where `groups` name none. Means nothing without `groups`.
    pub default: Fallback,
}

impl Settings {
    /// # Errors
    /// When a group's rule is for nobody or gives nothing.
    pub fn check(&self) -> Result<(), String> {
        let mut rules = (1..).zip(&self.groups);
        rules.try_for_each(|(number, rule)| {
            rule.check()
                .map_err(|message| format!("groups: rule {number}: {message}"))
        })
    }

    fn split(self) -> (Rows, ByGroup) {
        let groups = ByGroup {
            rules: self.groups,
            no_group: self.no_group,
            fallback: self.default,
        };
        (self.attributes, groups)
    }

    /// Whether the user's groups, and no row, decide a member of the target.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn by_group(&self, attribute: Attribute) -> bool {
        let (_, groups) = self.clone().split();
        match attribute {
            Attribute::Active => groups.deactivates(),
            other => groups.decides(other),
        }
    }
}

/// A mapper that is a table. Implement this and call [`mapper!`](crate::mapper).
pub trait Mapped: Mapper<Settings = Settings> {
    /// The table without settings.
    fn table() -> Table;
}

/// The target for a source, by the table as the settings change it, then by group.
///
/// # Errors
/// As [`Table::to_target`].
pub fn to_target<M: Mapped>(input: Forward<Settings>) -> Result<Target, Error> {
    let (rows, by_group) = input.settings.split();
    let table = M::table()
        .with(rows)
        .without(|attribute| by_group.decides(attribute));
    let target = table.to_target(&input.source, &input.groups, input.draft)?;
    by_group.apply(&input.groups, &input.facts, target)
}

/// The source for a target. What groups decide is left: groups are not known here, and are nothing that the source says.
///
/// # Errors
/// As [`Table::to_source`].
pub fn to_source<M: Mapped>(mut input: Backward<Settings>) -> Result<Source, Error> {
    let (rows, by_group) = std::mem::take(&mut input.settings).split();
    let table = M::table()
        .with(rows)
        .without(|attribute| by_group.decides(attribute));
    let mut target = std::mem::take(&mut input.target);
    // For want of a group or by the identity provider's word: of somebody whom it wrote, its word is remembered.
    let unclear = by_group.deactivates() && input.remembered.is_some();
    if unclear && target.active() == Some(false) {
        target.clear(Attribute::Active);
    }
    table.to_source(&target, input.start()?)
}

/// Makes a plugin of a type that is [`Mapped`]: `mapping::mapper!(Okta);`
#[macro_export]
macro_rules! mapper {
    ($mapper:ident) => {
        impl $crate::jackfield_sdk::Plugin for $mapper {
            type Settings = $crate::Settings;

            fn takes() -> ::std::vec::Vec<::std::string::String> {
                let table = <$mapper as $crate::Mapped>::table();
                table.paths().into_iter().map(::std::convert::Into::into).collect()
            }

            fn validate(settings: &$crate::Settings) -> ::std::result::Result<(), ::std::string::String> {
                settings.check()
            }
        }

        impl $crate::jackfield_sdk::Mapper for $mapper {
            fn to_target(
                input: $crate::jackfield_sdk::Forward<$crate::Settings>,
            ) -> ::std::result::Result<$crate::jackfield_sdk::Target, $crate::jackfield_sdk::Error> {
                $crate::to_target::<$mapper>(input)
            }

            fn to_source(
                input: $crate::jackfield_sdk::Backward<$crate::Settings>,
            ) -> ::std::result::Result<$crate::jackfield_sdk::Source, $crate::jackfield_sdk::Error> {
                $crate::to_source::<$mapper>(input)
            }
        }

        $crate::jackfield_sdk::register!($mapper: mapper; schema = $crate::SCHEMA);
    };
}

#[cfg(test)]
mod tests;
