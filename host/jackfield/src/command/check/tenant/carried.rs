//! What the API that is spoken cannot write.

use bridge::target::Attribute;

use super::Findings;
use super::fields::names;
use crate::config::{Api, Tenant};

/// What a mapper or a chooser's rules give is not known before somebody is written; what templates set is.
pub(super) fn check(tenant: &Tenant, lacking: &[Attribute], found: &mut Findings) {
    let (api, other) = match tenant.cxone.api {
        Api::Scim => ("scim", "user-hub"),
        Api::UserHub => ("user-hub", "scim"),
    };
    let mut carried = true;
    for (name, template) in &tenant.templates {
        let lost = lacking.iter().copied();
        let lost: Vec<Attribute> = lost
            .filter(|it| template.values.get(*it).is_some())
            .collect();
        if !lost.is_empty() {
            carried = false;
            let lost = names(lost);
            found.warn(
                "carried",
                format!(
                    "{lost} cannot be written by {api}: left out, though template {name} sets it"
                ),
                format!(
                    "take it out of the template, or write api = \"{other}\" if the tenant has that"
                ),
            );
        }
    }
    if carried {
        let lacking = names(lacking.iter().copied());
        found.ok(
            "carried",
            format!("{lacking} cannot be written by {api}: left out if somebody has it"),
        );
    }
}
