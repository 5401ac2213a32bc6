//! CXone's own constraints, checked before CXone is called so that the refusal names attribute, rule and fix.

use crate::directory::Directory;
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::User;

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

/// Checks a desired target and gives role and team their names as CXone knows them.
///
/// A role or team is checked only when it is to be given: on a create, or when it differs from what CXone accepted. A role
/// that somebody holds already stays out of it.
pub(crate) fn check(
    user: &User,
    desired: &mut Target,
    directory: &Directory,
    default_role: &str,
) -> Result<(), Box<Denial>> {
    let creates = user.link.is_none();
    for attribute in Attribute::ALL
        .into_iter()
        .filter(|attribute| attribute.required())
    {
        if desired.get(attribute).is_none() && (creates || user.accepted.is_none()) {
            return Err(denial(
                attribute,
                "CXone requires user name, first name, last name and e-mail",
                format!("{attribute} is missing"),
                format!(
                    "map an attribute that every user has to {attribute}, or fill it in the identity provider"
                ),
            ));
        }
    }
    let accepted = |attribute| {
        user.accepted
            .as_ref()
            .and_then(|target| target.get(attribute))
    };

    let given = desired.get(Attribute::Role).map(str::to_owned);
    let wanted = match &given {
        Some(role) => Some(role.as_str()),
        None if creates && !default_role.is_empty() => Some(default_role),
        None => None,
    };
    if let Some(wanted) = wanted {
        let unchanged =
            !creates && given.is_some() && given.as_deref() == accepted(Attribute::Role);
        match directory.role(wanted) {
            Some(role) if given.is_some() => {
                let (name, active, status) =
                    (role.name.clone(), role.active(), role.status.clone());
                desired.set(Attribute::Role, name.as_str());
                let unchanged =
                    unchanged || (!creates && accepted(Attribute::Role) == Some(name.as_str()));
                if !active && !unchanged {
                    return Err(role_not_active(&name, &status));
                }
            }
            Some(role) if role.active() => {}
            Some(role) => return Err(role_not_active(&role.name, &role.status)),
            None if unchanged => {}
            None => {
                return Err(denial(
                    Attribute::Role,
                    "CXone gives every new user a role that exists and is active",
                    format!("the role {wanted:?} does not exist in CXone"),
                    format!(
                        "create and activate the role {wanted:?} in CXone (Admin > Security > Roles), or name another one in default_role or in the mapping"
                    ),
                ));
            }
        }
    }

    if let Some(wanted) = desired.get(Attribute::Team).map(str::to_owned) {
        match directory.team(&wanted) {
            Some(team) => desired.set(Attribute::Team, team.name.clone()),
            None if !creates && Some(wanted.as_str()) == accepted(Attribute::Team) => {}
            None => {
                return Err(denial(
                    Attribute::Team,
                    "CXone knows every team that is given",
                    format!("the team {wanted:?} does not exist in CXone"),
                    format!(
                        "create the team {wanted:?} in CXone (Admin > Employees > Teams), or correct the mapping"
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn role_not_active(name: &str, status: &str) -> Box<Denial> {
    denial(
        Attribute::Role,
        "CXone gives only active roles",
        format!("the role {name:?} is {status} in CXone, not ACTIVE"),
        format!(
            "activate the role {name:?} in CXone (Admin > Security > Roles), or name another one in default_role or in the mapping"
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::directory::{Role, Team};
    use crate::name::Scope;
    use crate::source::Source;

    fn directory() -> Directory {
        let role = |id: &str, name: &str, status: &str| Role {
            id: id.into(),
            name: name.into(),
            status: status.into(),
        };
        Directory {
            roles: vec![
                role("r1", "Agent", "ACTIVE"),
                role("r2", "Trainee", "DRAFT"),
            ],
            teams: vec![Team {
                id: "t1".into(),
                name: "Voice".into(),
            }],
            version: "1".into(),
            ..Directory::default()
        }
    }

    fn newcomer() -> User {
        let scope = Scope {
            tenant: "acme".parse().expect("name"),
            connection: "entra".parse().expect("name"),
        };
        User::new(scope, Source::default(), jiff::Timestamp::UNIX_EPOCH)
    }

    fn complete() -> Target {
        let document = json!({"userName": "ada@example.com", "givenName": "Ada", "familyName": "Byron", "email": "ada@example.com"});
        Target::from_json(&document).expect("a target")
    }

    #[test]
    fn a_create_needs_an_active_default_role() {
        assert!(check(&newcomer(), &mut complete(), &directory(), "Agent").is_ok());
        let denied = check(&newcomer(), &mut complete(), &Directory::default(), "Agent")
            .expect_err("no role");
        assert_eq!(denied.attribute.as_deref(), Some("role"));
        assert!(denied.detail.contains("Agent") && denied.fix.contains("default_role"));
        assert!(check(&newcomer(), &mut complete(), &directory(), "Trainee").is_err());
        assert!(check(&newcomer(), &mut complete(), &Directory::default(), "").is_ok());
    }

    #[test]
    fn a_given_role_is_checked_and_named_as_cxone_names_it() {
        let mut target = complete();
        target.set(Attribute::Role, "agent");
        assert!(check(&newcomer(), &mut target, &directory(), "").is_ok());
        assert_eq!(target.get(Attribute::Role), Some("Agent"));
        target.set(Attribute::Role, "r2");
        assert!(check(&newcomer(), &mut target, &directory(), "").is_err());
    }

    #[test]
    fn a_role_that_is_held_already_stays_out_of_it() {
        let mut user = newcomer();
        user.link = Some("c-1".into());
        let mut target = complete();
        target.set(Attribute::Role, "Trainee");
        user.accepted = Some(target.clone());
        assert!(check(&user, &mut target, &directory(), "Gone").is_ok());
    }

    #[test]
    fn the_four_required_attributes_are_named() {
        for attribute in ["userName", "givenName", "familyName", "email"] {
            let mut target = complete();
            target
                .values
                .remove(&Attribute::parse(attribute).expect("known"));
            let denied =
                check(&newcomer(), &mut target, &directory(), "Agent").expect_err("missing");
            assert_eq!(denied.attribute.as_deref(), Some(attribute));
        }
    }

    #[test]
    fn an_unknown_team_is_refused() {
        let mut target = complete();
        target.set(Attribute::Team, "t1");
        assert!(check(&newcomer(), &mut target, &directory(), "Agent").is_ok());
        assert_eq!(target.get(Attribute::Team), Some("Voice"));
        target.set(Attribute::Team, "Chat");
        let denied = check(&newcomer(), &mut target, &directory(), "Agent").expect_err("unknown");
        assert_eq!(denied.attribute.as_deref(), Some("team"));
    }
}
