use serde_json::json;

use super::*;
use crate::directory::{LoginAuthenticator, Role, Team};
use crate::name::Scope;
use crate::policy::TimeZoneForm;
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

fn checked(
    user: &User,
    desired: &mut Target,
    directory: &Directory,
    default_role: &str,
) -> Result<(), Box<Denial>> {
    let rules = Rules {
        directory,
        default_role,
        policy: &Policy::default(),
    };
    check(user, desired, rules)
}

#[test]
fn a_create_needs_an_active_default_role() {
    assert!(checked(&newcomer(), &mut complete(), &directory(), "Agent").is_ok());
    let denied =
        checked(&newcomer(), &mut complete(), &Directory::default(), "Agent").expect_err("no role");
    assert_eq!(denied.attribute.as_deref(), Some("role"));
    assert!(denied.detail.contains("Agent") && denied.fix.contains("default_role"));
    assert!(checked(&newcomer(), &mut complete(), &directory(), "Trainee").is_err());
    assert!(checked(&newcomer(), &mut complete(), &Directory::default(), "").is_ok());
}

#[test]
fn a_nul_character_is_not_given_and_stays_where_it_is_held() {
    let mut target = complete();
    target.set(Attribute::DisplayName, "Ada\0Byron");
    let denied = checked(&newcomer(), &mut target, &directory(), "").expect_err("a NUL");
    assert_eq!(denied.attribute.as_deref(), Some("displayName"));
    assert!(!denied.detail.contains("Ada"), "{}", denied.detail);
    let mut user = newcomer();
    user.accepted = Some(target.clone());
    assert!(checked(&user, &mut target, &directory(), "").is_ok());
}

#[test]
fn what_names_somebody_has_no_character_that_is_not_seen() {
    let unseen = [
        '\n', '\r', '\t', '\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}',
    ];
    for character in unseen {
        for attribute in [Attribute::UserName, Attribute::Email] {
            let mut target = complete();
            target.set(attribute, format!("ada{character}b@example.com"));
            let denied = checked(&newcomer(), &mut target, &directory(), "");
            let denied = denied.expect_err("a character that is not seen");
            assert_eq!(denied.attribute.as_deref(), Some(attribute.as_str()));
            let code = format!("U+{:04X}", u32::from(character));
            assert!(denied.detail.contains(&code), "{}", denied.detail);
            let mut user = newcomer();
            user.accepted = Some(target.clone());
            assert!(checked(&user, &mut target, &directory(), "").is_ok());
        }
        let mut target = complete();
        target.set(Attribute::DisplayName, format!("Ada{character}Byron"));
        assert!(checked(&newcomer(), &mut target, &directory(), "").is_ok());
    }
    let mut target = complete();
    target.set(Attribute::UserName, "adá.וולט@example.com");
    assert!(checked(&newcomer(), &mut target, &directory(), "").is_ok());
}

#[test]
fn a_given_role_is_checked_and_named_as_cxone_names_it() {
    let mut target = complete();
    target.set(Attribute::Role, "agent");
    assert!(checked(&newcomer(), &mut target, &directory(), "").is_ok());
    assert_eq!(target.get(Attribute::Role), Some("Agent"));
    target.set(Attribute::Role, "r2");
    assert!(checked(&newcomer(), &mut target, &directory(), "").is_err());
}

#[test]
fn a_role_that_is_held_already_stays_out_of_it() {
    let mut user = newcomer();
    user.link = Some("c-1".into());
    let mut target = complete();
    target.set(Attribute::Role, "Trainee");
    user.accepted = Some(target.clone());
    assert!(checked(&user, &mut target, &directory(), "Gone").is_ok());
}

#[test]
fn the_four_required_attributes_are_named() {
    for attribute in ["userName", "givenName", "familyName", "email"] {
        let mut target = complete();
        target
            .values
            .remove(&Attribute::parse(attribute).expect("known"));
        let denied = checked(&newcomer(), &mut target, &directory(), "Agent").expect_err("missing");
        assert_eq!(denied.attribute.as_deref(), Some(attribute));
    }
}

#[test]
fn an_unknown_team_is_refused() {
    let mut target = complete();
    target.set(Attribute::Team, "t1");
    assert!(checked(&newcomer(), &mut target, &directory(), "Agent").is_ok());
    assert_eq!(target.get(Attribute::Team), Some("Voice"));
    target.set(Attribute::Team, "Chat");
    let denied = checked(&newcomer(), &mut target, &directory(), "Agent").expect_err("unknown");
    assert_eq!(denied.attribute.as_deref(), Some("team"));
}

/// What is said to a request, with the tenant's rules.
fn told(
    user: &User,
    desired: &mut Target,
    change: impl FnOnce(&mut Directory, &mut Policy),
) -> Result<(), (String, u16)> {
    let (mut directory, mut policy) = (directory(), Policy::default());
    let more = ["Evaluator", "Manager"].map(|name| Role {
        id: format!("id of {name}"),
        name: name.into(),
        status: "ACTIVE".into(),
    });
    directory.roles.extend(more);
    change(&mut directory, &mut policy);
    let rules = Rules {
        directory: &directory,
        default_role: "Agent",
        policy: &policy,
    };
    check(user, desired, rules).map_err(|denial| {
        assert!(!denial.fix.is_empty() && !denial.rule.is_empty());
        (denial.attribute.clone().unwrap_or_default(), denial.status)
    })
}

fn with(attribute: Attribute, value: &str) -> Target {
    let mut target = complete();
    target.set(attribute, value);
    target
}

fn linked(accepted: &Target) -> User {
    let mut user = newcomer();
    user.link = Some("c-1".into());
    user.accepted = Some(accepted.clone());
    user
}

#[test]
fn a_missing_default_role_is_told_as_the_bundled_rules_tell_it() {
    let no_agent = |directory: &mut Directory, _: &mut Policy| directory.roles.clear();
    let refused = told(&newcomer(), &mut complete(), no_agent);
    assert_eq!(refused, Err(("role".into(), 403)));
    let named = told(&newcomer(), &mut with(Attribute::Role, "agent"), no_agent);
    assert_eq!(named, Err(("role".into(), 403)));
    let unknown = told(&newcomer(), &mut with(Attribute::Role, "Wizard"), |_, _| {});
    assert_eq!(unknown, Err(("role".into(), 400)));
    let draft = told(
        &newcomer(),
        &mut with(Attribute::Role, "Trainee"),
        |_, _| {},
    );
    assert_eq!(draft, Err(("role".into(), 403)));
}

#[test]
fn secondary_roles_exist_are_active_differ_from_the_primary_and_are_ten_at_most() {
    let asked = |roles: &str| {
        told(
            &newcomer(),
            &mut with(Attribute::SecondaryRoles, roles),
            |_, _| {},
        )
    };
    let at = |status| Err(("secondaryRoles".to_owned(), status));
    assert_eq!(asked("Evaluator\nManager"), Ok(()));
    assert_eq!(asked("Evaluator\nWizard"), at(400));
    assert_eq!(asked("Trainee"), at(403));
    assert_eq!(
        asked("agent"),
        at(400),
        "the default role is the primary one"
    );
    let mut named = with(Attribute::SecondaryRoles, "manager\nid of Evaluator");
    assert_eq!(told(&newcomer(), &mut named, |_, _| {}), Ok(()));
    assert_eq!(
        named.get(Attribute::SecondaryRoles),
        Some("Evaluator\nManager")
    );

    let numbers: Vec<String> = (0..11).map(|number| format!("Role {number:02}")).collect();
    let many = |directory: &mut Directory, _: &mut Policy| {
        directory.roles.extend(numbers.iter().map(|name| Role {
            id: name.to_lowercase(),
            name: name.clone(),
            status: "ACTIVE".into(),
        }));
    };
    let mut ten = with(Attribute::SecondaryRoles, &numbers[..10].join("\n"));
    assert_eq!(told(&newcomer(), &mut ten, many), Ok(()));
    let mut eleven = with(Attribute::SecondaryRoles, &numbers.join("\n"));
    assert_eq!(told(&newcomer(), &mut eleven, many), at(400));

    let mut gone = with(Attribute::SecondaryRoles, "Retired");
    let user = linked(&gone);
    assert_eq!(told(&user, &mut gone, |_, _| {}), Ok(()), "held already");
}

#[test]
fn a_user_name_has_the_form_that_the_tenant_asks_for() {
    let form = |_: &mut Directory, policy: &mut Policy| {
        policy.user_name_form = crate::policy::UserNameForm::Email;
    };
    for (name, fits) in [
        ("ada@example.com", true),
        ("ada.l+x@localhost", true),
        ("ada", false),
        ("@example.com", false),
        ("ada@", false),
        ("ada@b@example.com", false),
        ("ada lovelace@example.com", false),
        ("ada@example.com\u{a0}", false),
    ] {
        let mut target = with(Attribute::UserName, name);
        let expected = if fits {
            Ok(())
        } else {
            Err(("userName".to_owned(), 400))
        };
        assert_eq!(told(&newcomer(), &mut target, form), expected, "{name}");
        assert_eq!(told(&newcomer(), &mut target, |_, _| {}), Ok(()));
    }
    let mut old = with(Attribute::UserName, "ada");
    assert_eq!(
        told(&linked(&old.clone()), &mut old, form),
        Ok(()),
        "held already"
    );
}

#[test]
fn a_time_zone_is_known_and_written_as_the_tenant_has_it() {
    let form = |form| move |_: &mut Directory, policy: &mut Policy| policy.time_zones = form;
    let mut target = with(Attribute::TimeZone, "eastern standard time");
    assert_eq!(told(&newcomer(), &mut target, |_, _| {}), Ok(()));
    assert_eq!(target.get(Attribute::TimeZone), Some("America/New_York"));
    assert_eq!(
        told(&newcomer(), &mut target, form(TimeZoneForm::Windows)),
        Ok(())
    );
    assert_eq!(
        target.get(Attribute::TimeZone),
        Some("Eastern Standard Time")
    );
    let mut unknown = with(Attribute::TimeZone, "Mars/Phobos");
    let refused = Err(("timeZone".to_owned(), 400));
    assert_eq!(told(&newcomer(), &mut unknown, |_, _| {}), refused);
    assert_eq!(
        told(&newcomer(), &mut unknown, form(TimeZoneForm::AsWritten)),
        Ok(())
    );
    assert_eq!(
        told(&linked(&unknown.clone()), &mut unknown, |_, _| {}),
        Ok(()),
        "held already"
    );
}

#[test]
fn a_login_authenticator_is_known_where_any_is_stated() {
    let mut target = with(Attribute::LoginAuthenticator, "okta");
    assert_eq!(told(&newcomer(), &mut target, |_, _| {}), Ok(()));
    let stated = |directory: &mut Directory, _: &mut Policy| {
        directory.login_authenticators.push(LoginAuthenticator {
            id: "la-1".into(),
            name: "Okta".into(),
        });
    };
    assert_eq!(told(&newcomer(), &mut target, stated), Ok(()));
    assert_eq!(target.get(Attribute::LoginAuthenticator), Some("Okta"));
    let mut other = with(Attribute::LoginAuthenticator, "Entra");
    let refused = Err(("loginAuthenticator".to_owned(), 400));
    assert_eq!(told(&newcomer(), &mut other, stated), refused);
}
