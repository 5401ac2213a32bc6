//! CXone's own constraints, checked before CXone is called so that the refusal names attribute, rule and fix (cxone.md 4).
//!
//! A value is checked only when it is to be given: on a create, or when it differs from what CXone accepted. What somebody holds
//! already stays out of it. Names are given back as CXone has them.

mod place;
mod role;
mod spelling;

use crate::directory::Directory;
use crate::policy::Policy;
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::User;

/// What a desired target is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) directory: &'a Directory,
    /// The role that CXone gives when none is named; empty for unknown.
    pub(crate) default_role: &'a str,
    pub(crate) policy: &'a Policy,
}

/// Checks a desired target and gives names as CXone knows them.
pub(crate) fn check(
    user: &User,
    desired: &mut Target,
    rules: Rules<'_>,
) -> Result<(), Box<Denial>> {
    required(user, desired)?;
    spelling::whole(user, desired)?;
    spelling::user_name(user, desired, rules.policy)?;
    spelling::time_zone(user, desired, rules.policy)?;
    role::primary(user, desired, rules)?;
    role::secondary(user, desired, rules)?;
    place::team(user, desired, rules.directory)?;
    place::login_authenticator(user, desired, rules.directory)
}

fn required(user: &User, desired: &Target) -> Result<(), Box<Denial>> {
    let mut required = Attribute::ALL.into_iter().filter(|it| it.required());
    let missing = required.find(|attribute| desired.get(*attribute).is_none());
    match missing {
        Some(attribute) if user.link.is_none() || user.accepted.is_none() => Err(denial(
            attribute,
            "CXone requires user name, first name, last name and e-mail",
            format!("{attribute} is missing"),
            format!(
                "map an attribute that every user has to {attribute}, or fill it in the identity provider"
            ),
        )),
        _ => Ok(()),
    }
}

/// What CXone accepted of an attribute.
fn accepted(user: &User, attribute: Attribute) -> Option<&str> {
    user.accepted.as_ref()?.get(attribute)
}

fn denial(attribute: Attribute, rule: &str, detail: String, fix: String) -> Box<Denial> {
    Box::new(Denial {
        rule: rule.to_owned(),
        status: 400,
        scim_type: Some("invalidValue".to_owned()),
        detail,
        attribute: Some(attribute.as_str().to_owned()),
        fix,
    })
}

#[cfg(test)]
mod tests;
