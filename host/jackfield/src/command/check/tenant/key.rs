//! Whose the access key is, and what it may do.

use cxone::{Inside, Seen};

use super::Findings;
use super::people::plain;
use crate::config::Tenant;

/// The roles out of the box that may far more than provisioning needs (cxone.md 4).
const POWERFUL: [&str; 3] = ["administrator", "manager", "supervisor"];
const SMALLEST: &str = "make a role of its own for the key's employee: Employees: View, Create, Edit; Roles and Teams: View; nothing else";
/// More are only counted.
const SHOWN: usize = 5;

pub(super) fn check(tenant: &Tenant, inside: &Inside, found: &mut Findings) {
    match &inside.own {
        Seen::There(Some(own)) => {
            let name = own.user_name.as_deref().unwrap_or(&own.id);
            found.ok("key", format!("the access key is {name}'s, whom provisioning leaves alone"));
        }
        Seen::There(None) if plain(tenant) => {}
        Seen::There(None) => found.warn(
            "key",
            "nobody tells whose the access key is, so its employee is not protected by itself",
            "write the employee's user name into protected under [tenants.NAME], or give their role My Access Key: View",
        ),
        Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => found.warn(
            "key",
            format!("it could not be asked whose the access key is: {why}"),
            "check again; write the employee's user name into protected under [tenants.NAME] in any case",
        ),
    }
    let Some(role) = &inside.role else {
        if inside.others_keys {
            found.warn(
                "role",
                "the access key may see the access keys of others",
                SMALLEST,
            );
        }
        return;
    };
    let name = &role.name;
    let mut beyond = Vec::new();
    if POWERFUL.contains(&name.to_lowercase().as_str()) {
        beyond.push(format!("{name} allows far more than provisioning needs"));
    }
    if inside.others_keys {
        beyond.push("it may see the access keys of others".to_owned());
    }
    if !role.beyond.is_empty() {
        let mut shown: Vec<&str> = role.beyond.iter().take(SHOWN).map(String::as_str).collect();
        let rest = format!("{} more", role.beyond.len().saturating_sub(SHOWN));
        if role.beyond.len() > SHOWN {
            shown.push(&rest);
        }
        beyond.push(format!("it allows {}", shown.join(", ")));
    }
    if beyond.is_empty() {
        found.ok(
            "role",
            format!(
                "the key's employee has the role {name}, and nothing is seen that goes too far"
            ),
        );
    } else {
        found.warn(
            "role",
            format!(
                "the key's employee has the role {name}: {}",
                beyond.join("; ")
            ),
            SMALLEST,
        );
    }
}
