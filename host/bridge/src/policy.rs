//! What a tenant decides about its CXone, where more than one way is right.

use std::collections::{BTreeMap, BTreeSet};

use crate::target::Attribute;

/// Whether CXone is written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    #[default]
    Live,
    /// It is only read: the identity provider is served and remembered, rules and plugins run.
    Observe,
}

/// The form that user names must have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserNameForm {
    /// Any: CXone is the judge.
    #[default]
    Any,
    /// That of an e-mail address, as the help page has it (cxone.md 1.1).
    Email,
}

/// What becomes of a value for an optional field that the tenant has not enabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DisabledField {
    /// CXone is not sent it; the source keeps it, and that is reported.
    #[default]
    LeaveOut,
    /// The write is refused.
    Refuse,
}

/// What becomes of a rename that CXone refuses because the user is pending (cxone.md 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PendingRename {
    /// It is owed, and the rest goes through.
    #[default]
    Owe,
    /// The write is refused.
    Refuse,
}

/// What becomes of a write while CXone cannot be used. A deactivation is owed in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnUnreachable {
    /// It is acknowledged and owed.
    #[default]
    Owe,
    /// It is refused for now, unless it may have arrived.
    Refuse,
}

/// What becomes of a create while CXone has somebody unlinked of the same e-mail address or external identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Twins {
    /// It is refused, naming the twin.
    #[default]
    Refuse,
    /// It goes through.
    Allow,
}

/// How CXone names time zones (cxone.md 4: UNKNOWN for SCIM).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeZoneForm {
    /// As IANA does, `America/New_York`.
    #[default]
    Iana,
    /// As Windows does, `Eastern Standard Time`.
    Windows,
    /// As they come: nothing is checked or changed.
    AsWritten,
}

/// A tenant's decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The form that user names must have.
    pub user_name_form: UserNameForm,
    /// The optional fields that the tenant has enabled.
    pub enabled_fields: BTreeSet<Attribute>,
    /// What becomes of values for the others.
    pub disabled_field: DisabledField,
    /// What a newcomer gets of the attributes that nothing else sets.
    pub defaults: BTreeMap<Attribute, String>,
    /// Renames of pending users.
    pub pending_rename: PendingRename,
    /// Writes while CXone cannot be used.
    pub on_unreachable: OnUnreachable,
    /// Creates while there is a likely twin.
    pub twins: Twins,
    /// Names of time zones.
    pub time_zones: TimeZoneForm,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            user_name_form: UserNameForm::default(),
            enabled_fields: Attribute::ALL
                .into_iter()
                .filter(|attribute| attribute.optional_field())
                .collect(),
            disabled_field: DisabledField::default(),
            defaults: BTreeMap::new(),
            pending_rename: PendingRename::default(),
            on_unreachable: OnUnreachable::default(),
            twins: Twins::default(),
            time_zones: TimeZoneForm::default(),
        }
    }
}
