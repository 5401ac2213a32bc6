//! Optional fields: what a tenant has not enabled, and what an adapter's API cannot carry, is left out of what CXone is sent.

use std::collections::BTreeSet;

use crate::connection::Tenant;
use crate::policy::DisabledField;
use crate::port::cxone::Held;
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::time_zone;
use crate::user::User;

/// Whether the tenant has not enabled an optional field (cxone.md 1.1).
fn disabled(tenant: &Tenant, attribute: Attribute) -> bool {
    attribute.optional_field() && !tenant.policy.enabled_fields.contains(&attribute)
}

/// Whether CXone is not sent an attribute. What it requires it is always sent.
pub(crate) fn withheld(tenant: &Tenant, attribute: Attribute) -> bool {
    let carried = !tenant.cxone.cannot_carry().contains(&attribute);
    !attribute.required() && (disabled(tenant, attribute) || !carried)
}

/// What CXone shows of fields that the tenant has not enabled: everybody has a team, say.
pub(crate) fn disabled_but_shown(tenant: &Tenant, held: &Held) -> BTreeSet<Attribute> {
    let shown = held.target.values.keys().copied();
    shown.filter(|it| disabled(tenant, *it)).collect()
}

/// Takes out of a desired target what CXone is not to be sent.
///
/// # Errors
/// The refusal of a value for a field that is not enabled, where the tenant wants that.
pub(crate) fn leave_out(tenant: &Tenant, desired: &mut Target) -> Result<(), Box<Denial>> {
    let refuses = tenant.policy.disabled_field == DisabledField::Refuse;
    let values = desired.values.keys();
    if let Some(attribute) = values
        .copied()
        .find(|attribute| refuses && disabled(tenant, *attribute))
    {
        return Err(not_enabled(attribute));
    }
    desired
        .values
        .retain(|attribute, _| !withheld(tenant, *attribute));
    desired
        .cleared
        .retain(|attribute| !withheld(tenant, *attribute));
    Ok(())
}

/// What of a target CXone is not sent. What it accepted before the field was switched off counts, too: nobody withdraws it.
pub(crate) fn left_out(tenant: &Tenant, user: &User, target: &Target) -> BTreeSet<Attribute> {
    let accepted = user.accepted.iter().flat_map(|target| target.values.keys());
    let named = target.values.keys().chain(&target.cleared).chain(accepted);
    named
        .copied()
        .filter(|attribute| withheld(tenant, *attribute))
        .collect()
}

/// What a newcomer gets: what is desired, and the tenant's defaults for what nobody set. They are no opinion: once the person is
/// there, nobody here says anything about these attributes.
pub(crate) fn newcomer(tenant: &Tenant, desired: &Target) -> Target {
    let mut target = desired.clone();
    for (attribute, value) in &tenant.policy.defaults {
        let set = desired.get(*attribute).is_some() || desired.cleared.contains(attribute);
        if set || withheld(tenant, *attribute) {
            continue;
        }
        let written = match attribute {
            Attribute::TimeZone => time_zone::written(value, tenant.policy.time_zones),
            _ => None,
        };
        target.set(*attribute, written.as_deref().unwrap_or(value));
    }
    target
}

fn not_enabled(attribute: Attribute) -> Box<Denial> {
    Box::new(Denial {
        rule: "CXone takes only the optional fields that the tenant has enabled".to_owned(),
        status: 400,
        scim_type: Some("invalidValue".to_owned()),
        detail: format!("{attribute} is not among the tenant's enabled fields"),
        attribute: Some(attribute.as_str().to_owned()),
        fix: format!(
            "enable the field in CXone (Admin > Account Settings > SCIM) and add {attribute:?} to enabled_fields, \
             take it out of the mapping, or set disabled_field = \"leave-out\"",
            attribute = attribute.as_str()
        ),
    })
}
