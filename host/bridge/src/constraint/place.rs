//! Where somebody belongs and how they sign in: team and login authenticator, by the names that CXone has for them.

use super::{accepted, denial};
use crate::directory::Directory;
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::User;

/// The team exists.
pub(super) fn team(
    user: &User,
    desired: &mut Target,
    directory: &Directory,
) -> Result<(), Box<Denial>> {
    let name = |wanted: &str| directory.team(wanted).map(|team| team.name.clone());
    known(user, desired, Attribute::Team, name).map_err(|wanted| {
        denial(
            Attribute::Team,
            "CXone knows every team that is given",
            format!("the team {wanted:?} does not exist in CXone"),
            format!(
                "create the team {wanted:?} in CXone (Admin > Employees > Teams), or correct the mapping"
            ),
        )
    })
}

/// The login authenticator exists, where the tenant states its authenticators: CXone lists them nowhere (cxone.md 3.2).
pub(super) fn login_authenticator(
    user: &User,
    desired: &mut Target,
    directory: &Directory,
) -> Result<(), Box<Denial>> {
    if directory.login_authenticators.is_empty() {
        return Ok(());
    }
    let name = |wanted: &str| {
        let found = directory.login_authenticator(wanted);
        found.map(|it| it.name.clone())
    };
    known(user, desired, Attribute::LoginAuthenticator, name).map_err(|wanted| {
        denial(
            Attribute::LoginAuthenticator,
            "the tenant states every login authenticator that is given",
            format!("the login authenticator {wanted:?} is not among the tenant's login_authenticators"),
            format!(
                "add {wanted:?} with its id to login_authenticators in the tenant's cxone table, or correct the mapping"
            ),
        )
    })
}

/// Gives an attribute its name; answers one that is unknown, unless CXone accepted it before.
fn known(
    user: &User,
    desired: &mut Target,
    attribute: Attribute,
    name: impl Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let Some(wanted) = desired.get(attribute).map(str::to_owned) else {
        return Ok(());
    };
    match name(&wanted) {
        Some(name) => desired.set(attribute, name),
        None if user.link.is_some() && accepted(user, attribute) == Some(wanted.as_str()) => {}
        None => return Err(wanted),
    }
    Ok(())
}
