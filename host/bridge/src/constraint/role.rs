//! Roles: one primary, which exists and is active, and at most ten others of the kind beside it (help page "Roles").

use super::{Rules, accepted, denial};
use crate::directory::{Directory, Role};
use crate::name::fold;
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::User;

const EXISTS: &str = "CXone gives every new user a role that exists and is active";
/// How many secondary roles somebody may have (cxone.md 4).
const MOST: usize = 10;

/// The primary role. A create without one is given the tenant's default role, which must be there then.
pub(super) fn primary(
    user: &User,
    desired: &mut Target,
    rules: Rules<'_>,
) -> Result<(), Box<Denial>> {
    let creates = user.link.is_none();
    let given = desired.get(Attribute::Role).map(str::to_owned);
    let wanted = match &given {
        Some(role) => role.as_str(),
        None if creates && !rules.default_role.is_empty() => rules.default_role,
        None => return Ok(()),
    };
    let found = rules.directory.role(wanted);
    let before = accepted(user, Attribute::Role).filter(|_| !creates && given.is_some());
    let unchanged = before.is_some()
        && (before == Some(wanted) || before == found.map(|role| role.name.as_str()));
    if let Some(role) = found
        && given.is_some()
    {
        desired.set(Attribute::Role, role.name.as_str());
    }
    match found {
        _ if unchanged => Ok(()),
        Some(role) if role.active() => Ok(()),
        Some(role) => Err(not_active(Attribute::Role, role)),
        None => {
            let fix = format!(
                "create and activate the role {wanted:?} in CXone (Admin > Security > Roles), or name another one in default_role or in the mapping"
            );
            let missing = denial(Attribute::Role, EXISTS, unknown(wanted), fix);
            // The tenant's set-up is wrong, not the request.
            if fold(wanted) == fold(rules.default_role) {
                return Err(forbidden(missing));
            }
            Err(missing)
        }
    }
}

/// The roles beside the primary one.
pub(super) fn secondary(
    user: &User,
    desired: &mut Target,
    rules: Rules<'_>,
) -> Result<(), Box<Denial>> {
    let attribute = Attribute::SecondaryRoles;
    if desired.get(attribute).is_none() {
        return Ok(());
    }
    let names = named(desired, rules.directory);
    desired.set_list(attribute, names.iter().map(String::as_str));
    let before = user.accepted.as_ref().filter(|_| user.link.is_some());
    let had: Vec<String> = before.map_or_else(Vec::new, |target| {
        target.list(attribute).map(fold).collect()
    });
    for name in desired.list(attribute) {
        if had.contains(&fold(name)) {
            continue;
        }
        match rules.directory.role(name) {
            Some(role) if role.active() => {}
            Some(role) => return Err(not_active(attribute, role)),
            None => {
                return Err(denial(
                    attribute,
                    "CXone knows every role that is given",
                    unknown(name),
                    format!(
                        "create and activate the role {name:?} in CXone (Admin > Security > Roles), or take it out of the mapping"
                    ),
                ));
            }
        }
    }
    let default = Some(rules.default_role).filter(|_| user.link.is_none());
    let primary = desired
        .get(Attribute::Role)
        .or(accepted(user, Attribute::Role))
        .or(default);
    let twice = primary
        .map(fold)
        .and_then(|primary| desired.list(attribute).find(|name| fold(name) == primary));
    if let Some(twice) = twice
        && !had.contains(&fold(twice))
    {
        return Err(denial(
            attribute,
            "a role is primary or secondary, not both",
            format!("the role {twice:?} is the primary role already"),
            format!("take {twice:?} out of secondaryRoles"),
        ));
    }
    let count = desired.list(attribute).count();
    if count > MOST {
        return Err(denial(
            attribute,
            "CXone gives at most ten secondary roles",
            format!("{count} secondary roles are asked for"),
            "map fewer roles, or join their permissions in one".to_owned(),
        ));
    }
    Ok(())
}

/// The secondary roles by CXone's names.
fn named(desired: &Target, directory: &Directory) -> Vec<String> {
    let asked = desired.list(Attribute::SecondaryRoles);
    asked
        .map(|name| {
            directory
                .role(name)
                .map_or(name, |role| &role.name)
                .to_owned()
        })
        .collect()
}

fn unknown(name: &str) -> String {
    format!("the role {name:?} does not exist in CXone")
}

fn not_active(attribute: Attribute, role: &Role) -> Box<Denial> {
    let (name, status) = (&role.name, &role.status);
    forbidden(denial(
        attribute,
        "CXone gives only active roles",
        format!("the role {name:?} is {status} in CXone, not ACTIVE"),
        format!(
            "activate the role {name:?} in CXone (Admin > Security > Roles), or name another one in default_role or in the mapping"
        ),
    ))
}

/// The plugin tenant-rules says 403 to these as well: an identity provider is told the same, whoever looks first.
fn forbidden(mut denial: Box<Denial>) -> Box<Denial> {
    denial.status = 403;
    denial.scim_type = None;
    denial
}
