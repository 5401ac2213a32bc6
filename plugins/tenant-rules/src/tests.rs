use jackfield_sdk::testing::{self, Directory};
use jackfield_sdk::{Denial, Group, Verdict, native};

use super::*;

const ADA: &str =
    r#"{"userName":"ada.secret@example.com","team":"Secret Team","role":"Agent","active":true}"#;

fn decide(target: &str, settings: &str) -> Decision {
    decide_with(target, settings, |_| {})
}

fn decide_with(
    target: &str,
    settings: &str,
    change: impl FnOnce(&mut native::Occasion),
) -> Decision {
    let mut occasion = native::Occasion {
        target: target.to_owned(),
        settings: settings.to_owned(),
        ..native::Occasion::default()
    };
    change(&mut occasion);
    native::decide::<TenantRules>(occasion).unwrap()
}

fn denial(target: &str, settings: &str) -> Denial {
    let decision = decide(target, settings);
    decision
        .denial()
        .unwrap_or_else(|| panic!("{target} {settings}: {decision:?}"))
        .clone()
}

/// The stock roles, with one's status changed, or the role gone.
fn role_is(name: &str, status: Option<&str>) {
    let mut directory = Directory::default();
    match status {
        None => directory.roles.retain(|role| role.name != name),
        Some(status) => directory
            .roles
            .iter_mut()
            .filter(|role| role.name == name)
            .for_each(|role| role.status = status.to_owned()),
    }
    testing::set_directory(directory);
}

fn member_of(name: &str) -> impl FnOnce(&mut native::Occasion) {
    let group = Group {
        id: "018f-1".to_owned(),
        external_id: Some("0f-1".to_owned()),
        display_name: name.to_owned(),
    };
    move |occasion| occasion.groups.push(group)
}

#[test]
fn a_good_user_is_allowed() {
    assert_eq!(decide(ADA, "{}"), Decision::allow());
}

#[test]
fn user_names_have_email_form_unless_switched_off() {
    for name in [
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "a da@example.com",
        "a@b@example.com",
        "ada@.com",
        "ada@example.",
    ] {
        let denial = denial(&format!(r#"{{"userName":"{name}"}}"#), "{}");
        assert_eq!(
            (denial.status, denial.scim_type.as_deref()),
            (400, Some("invalidValue")),
            "{name}"
        );
        assert_eq!(denial.attribute.as_deref(), Some("userName"));
    }
    assert_eq!(
        decide(r#"{"userName":"ada"}"#, r#"{"user_name_form":"any"}"#),
        Decision::allow()
    );
}

#[test]
fn only_allowed_domains_pass_and_only_they_are_named() {
    let settings = r#"{"allowed_domains":["example.org","@Example.NET"]}"#;
    let denial = denial(ADA, settings);
    assert_eq!(denial.detail, "the domain is not allowed");
    assert!(
        denial.fix.contains("example.org, @Example.NET"),
        "{}",
        denial.fix
    );
    assert_eq!(
        decide(r#"{"userName":"ada@example.net"}"#, settings),
        Decision::allow()
    );
}

#[test]
fn only_allowed_teams_pass_by_name_or_id() {
    let settings = r#"{"allowed_teams":["defaultteam"]}"#;
    assert_eq!(denial(ADA, settings).attribute.as_deref(), Some("team"));
    assert_eq!(
        decide(r#"{"team":"team-default"}"#, settings),
        Decision::allow()
    );
    assert_eq!(decide("{}", settings), Decision::allow());
}

#[test]
fn administrators_are_not_made_by_name_id_or_default() {
    for target in [
        r#"{"role":"administrator"}"#,
        r#"{"role":"role-administrator"}"#,
    ] {
        let denial = denial(target, "{}");
        assert_eq!(
            (denial.status, denial.attribute.as_deref()),
            (403, Some("role"))
        );
        assert!(denial.detail.contains("Administrator"));
    }
    assert_eq!(
        decide(r#"{"role":"Administrator"}"#, r#"{"forbidden_roles":[]}"#),
        Decision::allow()
    );
    assert_eq!(
        denial("{}", r#"{"forbidden_roles":["agent"]}"#)
            .attribute
            .as_deref(),
        Some("role")
    );
}

#[test]
fn the_role_to_be_given_exists_and_is_active() {
    role_is("Agent", Some("INACTIVE"));
    let inactive = denial("{}", "{}");
    assert_eq!(
        inactive.detail,
        "the role Agent is not active in CXone: INACTIVE"
    );
    assert!(
        inactive.fix.contains("activate the role Agent"),
        "{}",
        inactive.fix
    );
    assert_eq!(denial(ADA, "{}").detail, inactive.detail);
    assert_eq!(decide(r#"{"role":"Manager"}"#, "{}"), Decision::allow());

    role_is("Agent", None);
    let missing = denial("{}", "{}");
    assert_eq!(missing.detail, "the role Agent does not exist in CXone");
    assert!(
        missing.fix.contains("Manager, Evaluator, Administrator"),
        "{}",
        missing.fix
    );
}

#[test]
fn whoever_has_a_role_in_cxone_is_given_none() {
    role_is("Agent", None);
    let held = decide_with("{}", "{}", |occasion| {
        occasion.held = Some(r#"{"role":"Manager"}"#.to_owned())
    });
    assert_eq!(held, Decision::allow());
    let without = decide_with("{}", "{}", |occasion| occasion.held = Some("{}".to_owned()));
    assert!(without.denial().is_some());
}

#[test]
fn required_attributes_are_there() {
    let denial = denial(r#"{"displayName":""}"#, r#"{"required":["displayName"]}"#);
    assert_eq!(denial.attribute.as_deref(), Some("displayName"));
    assert_eq!(
        decide(r#"{"active":true}"#, r#"{"required":["active"]}"#),
        Decision::allow()
    );
}

#[test]
fn users_wait_for_a_group() {
    for (settings, group, waits) in [
        (r#"{"defer_without_group":true}"#, None, true),
        (r#"{"defer_without_group":true}"#, Some("Any"), false),
        (
            r#"{"defer_without_group":["CX Agents"]}"#,
            Some("Any"),
            true,
        ),
        (
            r#"{"defer_without_group":["cx agents"]}"#,
            Some("CX Agents"),
            false,
        ),
        (r#"{"defer_without_group":["0f-1"]}"#, Some("Any"), false),
        (r#"{"defer_without_group":["018f-1"]}"#, Some("Any"), false),
        (r#"{"defer_without_group":false}"#, None, false),
    ] {
        let decision = match group {
            Some(name) => decide_with(ADA, settings, member_of(name)),
            None => decide(ADA, settings),
        };
        assert_eq!(
            matches!(decision.verdict, Verdict::Defer { .. }),
            waits,
            "{settings} {group:?}"
        );
    }
}

#[test]
fn whoever_works_in_cxone_by_our_word_does_not_wait_again() {
    for (facts, waits) in [
        ("{}", true),
        (r#"{"accepted":null}"#, true),
        (r#"{"accepted":{"role":"Agent","active":false}}"#, true),
        (r#"{"accepted":{"role":"Agent","active":true}}"#, false),
        (r#"{"accepted":{"role":"Agent"}}"#, false),
    ] {
        for settings in [
            r#"{"defer_without_group":true}"#,
            r#"{"defer_without_group":["CX Agents"]}"#,
        ] {
            let decision = decide_with(ADA, settings, |occasion| {
                facts.clone_into(&mut occasion.facts)
            });
            assert_eq!(
                matches!(decision.verdict, Verdict::Defer { .. }),
                waits,
                "{facts} {settings}"
            );
        }
    }
}

#[test]
fn whom_a_mapper_deactivates_is_not_held_back() {
    let leaver = r#"{"userName":"no address","role":"Administrator","active":false}"#;
    for settings in ["{}", r#"{"defer_without_group":true,"required":["team"]}"#] {
        assert_eq!(decide(leaver, settings), Decision::allow(), "{settings}");
    }
}

#[test]
fn waiting_comes_after_what_no_group_can_change_and_before_what_it_brings() {
    let settings = r#"{"defer_without_group":true,"required":["team","email"]}"#;
    assert_eq!(denial("{}", settings).attribute.as_deref(), Some("email"));
    role_is("Agent", None);
    let waiting = decide(r#"{"email":"x"}"#, settings);
    assert!(
        matches!(waiting.verdict, Verdict::Defer { .. }),
        "{waiting:?}"
    );
    let in_group = decide_with(r#"{"email":"x"}"#, settings, member_of("Any"));
    assert_eq!(
        in_group
            .denial()
            .and_then(|denial| denial.attribute.clone())
            .as_deref(),
        Some("team")
    );
}

#[test]
fn no_answer_holds_a_value_of_the_person() {
    let person =
        r#"{"userName":"secret@secret.example","team":"Secret Team","role":"Secret Role"}"#;
    for settings in [
        "{}",
        r#"{"allowed_domains":["example.org"]}"#,
        r#"{"allowed_teams":["Blue"]}"#,
        r#"{"required":["email"],"forbidden_roles":[]}"#,
    ] {
        let said = format!("{:?}", denial(person, settings)).to_lowercase();
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn mistakes_in_settings_are_named() {
    for (settings, said) in [
        (
            r#"{"forbidden":[]}"#,
            "settings.forbidden: unknown field `forbidden`, expected one of `user_name_form`, ",
        ),
        (
            r#"{"required":["mail"]}"#,
            "required: unknown target attribute `mail`, expected one of `userName`, ",
        ),
        (
            r#"{"user_name_form":"uuid"}"#,
            "settings.user_name_form: unknown variant `uuid`, expected `any` or `email`",
        ),
        (
            r#"{"defer_without_group":"x"}"#,
            "expected true, false or a list of groups",
        ),
    ] {
        let occasion = native::Occasion {
            settings: settings.to_owned(),
            ..native::Occasion::default()
        };
        let error = native::decide::<TenantRules>(occasion)
            .unwrap_err()
            .to_string();
        assert!(error.contains(said), "{settings}: {error}");
    }
}

#[test]
fn the_schema_in_the_file_is_that_of_the_settings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json");
    assert_eq!(testing::schema_is_current::<TenantRules>(file), Ok(()));
}
