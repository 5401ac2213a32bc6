//! The optional fields: what the configuration says, what CXone's schemas list, and what CXone took and does not show.

use std::collections::{BTreeMap, BTreeSet};

use bridge::target::Attribute;
use bridge::user::State;
use cxone::{Inside, Seen};
use ledger::Glance;

use super::Findings;
use super::directory::users;
use crate::command::check::config::counted;
use crate::config::{Api, Tenant};

/// The fields that schemas can list: the middle name is a part of another attribute (cxone.md 1.4).
fn listable() -> BTreeSet<Attribute> {
    let all = Attribute::ALL.into_iter();
    all.filter(|field| field.optional_field() && *field != Attribute::MiddleName)
        .collect()
}

pub(super) fn names(fields: impl IntoIterator<Item = Attribute>) -> String {
    let names: Vec<&str> = fields.into_iter().map(Attribute::as_str).collect();
    names.join(", ")
}

pub(super) fn check(
    tenant: &Tenant,
    inside: &Inside,
    glance: Option<&Glance>,
    found: &mut Findings,
) {
    if tenant.cxone.api == Api::UserHub {
        return;
    }
    let enabled = &tenant.policy.enabled_fields;
    let off = Attribute::ALL
        .into_iter()
        .filter(|it| it.optional_field() && !enabled.contains(it));
    let configured = match off.clone().count() {
        0 => "all eight are configured as enabled".to_owned(),
        _ => format!("{} are configured as not enabled", names(off)),
    };
    match &inside.fields {
        Seen::There(Some(listed)) if listable().is_subset(listed) => {
            found.ok(
                "fields",
                format!("{configured}; CXone's schemas list every field, which tells nothing"),
            );
        }
        Seen::There(Some(listed)) => {
            let missing: Vec<Attribute> = enabled
                .iter()
                .copied()
                .filter(|it| listable().contains(it) && !listed.contains(it))
                .collect();
            let extra: Vec<Attribute> = listed.difference(enabled).copied().collect();
            if !missing.is_empty() {
                let missing = names(missing);
                found.warn(
                    "fields",
                    format!("CXone's schemas do not have {missing}, configured as enabled: what is sent there may be lost"),
                    "switch it on in CXone, Account Settings, SCIM, or leave it out of enabled_fields",
                );
            } else if !extra.is_empty() {
                let extra = names(extra);
                found.warn(
                    "fields",
                    format!(
                        "CXone's schemas have {extra}, configured as not enabled: it is not sent"
                    ),
                    "add it to enabled_fields, or switch it off in CXone",
                );
            } else {
                found.ok("fields", format!("{configured}, and CXone's schemas agree"));
            }
        }
        Seen::There(None) => found.ok(
            "fields",
            format!("{configured}; CXone shows no schemas to compare with"),
        ),
        Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => {
            found.ok(
                "fields",
                format!("{configured}; CXone's schemas cannot be read ({why})"),
            );
        }
    }
    for (scope, field, count) in lost(tenant, glance) {
        found.warn(
            "fields",
            format!("{scope}: CXone took {field} of {} and does not show it", counted(count, "user")),
            format!("switch {field} on in CXone, Account Settings, SCIM, or leave it out of enabled_fields"),
        );
    }
}

/// The optional fields that CXone took of users and shows nothing of.
fn lost(tenant: &Tenant, glance: Option<&Glance>) -> Vec<(String, Attribute, usize)> {
    let mut lost = Vec::new();
    for connection in &tenant.connections {
        let mut counts: BTreeMap<Attribute, usize> = BTreeMap::new();
        users(glance, &connection.scope, |user| {
            let (Some(accepted), Some(shown)) = (&user.accepted, &user.shown) else {
                return;
            };
            if user.state != State::Unconfirmed {
                return;
            }
            for field in Attribute::ALL
                .into_iter()
                .filter(|field| field.optional_field())
            {
                if accepted.get(field).is_some() && shown.get(field).is_none() {
                    *counts.entry(field).or_default() += 1;
                }
            }
        });
        let scope = connection.scope.to_string();
        lost.extend(
            counts
                .into_iter()
                .map(|(field, count)| (scope.clone(), field, count)),
        );
    }
    lost
}
