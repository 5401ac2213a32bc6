//! What a tenant decides where more than one way is right.

use std::collections::{BTreeMap, BTreeSet};

use bridge::policy::{
    DisabledField, OnUnreachable, PendingRename, Policy, TimeZoneForm, Twins, UserNameForm,
};
use bridge::target::{Attribute, Target};
use toml::{Spanned, Value};

use super::attributes::{optional_field, set, shared_attribute, shared_names};
use super::choice::choice;
use super::mistake::{Mistake, Text, hint};

/// The keys that a policy is made of. All but `twins` stand in the tenant's `cxone` table.
pub(super) struct Given<'a> {
    pub(super) twins: Option<&'a Spanned<String>>,
    pub(super) user_name_form: Option<&'a Spanned<String>>,
    pub(super) pending_rename: Option<&'a Spanned<String>>,
    pub(super) on_unreachable: Option<&'a Spanned<String>>,
    pub(super) disabled_field: Option<&'a Spanned<String>>,
    pub(super) time_zones: Option<&'a Spanned<String>>,
    pub(super) enabled_fields: Option<&'a [Spanned<String>]>,
    pub(super) defaults: &'a BTreeMap<Spanned<String>, Spanned<Value>>,
}

/// Checks a tenant's decisions.
pub(super) fn check(given: &Given<'_>, text: &Text<'_>) -> Result<Policy, Mistake> {
    let enabled_fields = match given.enabled_fields {
        None => Policy::default().enabled_fields,
        Some(names) => {
            let fields = names.iter().map(|name| optional_field(name, text));
            fields.collect::<Result<BTreeSet<_>, _>>()?
        }
    };
    let forms = [("any", UserNameForm::Any), ("email", UserNameForm::Email)];
    let renames = [
        ("owe", PendingRename::Owe),
        ("refuse", PendingRename::Refuse),
    ];
    let unreachable = [
        ("owe", OnUnreachable::Owe),
        ("refuse", OnUnreachable::Refuse),
    ];
    let disabled = [
        ("leave-out", DisabledField::LeaveOut),
        ("refuse", DisabledField::Refuse),
    ];
    let zones = [
        ("iana", TimeZoneForm::Iana),
        ("windows", TimeZoneForm::Windows),
        ("as-written", TimeZoneForm::AsWritten),
    ];
    let twins = [("refuse", Twins::Refuse), ("allow", Twins::Allow)];
    Ok(Policy {
        user_name_form: choice("user_name_form", given.user_name_form, &forms, text)?,
        disabled_field: choice("disabled_field", given.disabled_field, &disabled, text)?,
        defaults: defaults(given.defaults, &enabled_fields, text)?,
        pending_rename: choice("pending_rename", given.pending_rename, &renames, text)?,
        on_unreachable: choice("on_unreachable", given.on_unreachable, &unreachable, text)?,
        twins: choice("twins", given.twins, &twins, text)?,
        time_zones: choice("time_zones", given.time_zones, &zones, text)?,
        enabled_fields,
    })
}

fn defaults(
    given: &BTreeMap<Spanned<String>, Spanned<Value>>,
    enabled: &BTreeSet<Attribute>,
    text: &Text<'_>,
) -> Result<BTreeMap<Attribute, String>, Mistake> {
    let mut target = Target::default();
    for (name, value) in given {
        let Some(attribute) = shared_attribute(name.get_ref()) else {
            let message = format!("there is no default for {:?}", name.get_ref());
            let hint = hint(name.get_ref(), &shared_names());
            return Err(text.at(name.span(), message, Some(hint)));
        };
        if attribute.optional_field() && !enabled.contains(&attribute) {
            let message =
                format!("{attribute} is not among enabled_fields: its default would never be sent");
            let hint = format!("add \"{attribute}\" to enabled_fields, or leave the default out");
            return Err(text.at(name.span(), message, Some(hint)));
        }
        set(&mut target, attribute, value, text)?;
    }
    Ok(target.values)
}

#[cfg(test)]
mod tests;
