use serde_json::{Value, json};

use super::*;
use crate::name::Scope;
use crate::ownership::hand_over;
use crate::source::Source;

fn target(document: Value) -> Target {
    Target::from_json(&document).expect("a target")
}

fn user() -> User {
    let scope = Scope {
        tenant: "acme".parse().expect("name"),
        connection: "entra".parse().expect("name"),
    };
    let mut user = User::new(scope, Source::default(), jiff::Timestamp::UNIX_EPOCH);
    user.link = Some("c-1".into());
    user.state = State::Settled;
    user
}

/// A user to whom CXone accepted `took` and then showed `showed`.
fn told(took: Value, showed: Value) -> User {
    let mut user = user();
    user.accepted = Some(target(took));
    user.shown = Some(target(showed));
    user
}

#[test]
fn an_attribute_of_the_idp_is_enforced() {
    let user = told(json!({"displayName": "Ada"}), json!({"displayName": "Ada"}));
    let found = difference(
        &user,
        &target(json!({"displayName": "Ada"})),
        &target(json!({"displayName": "Hand"})),
    );
    assert_eq!(
        found.change.set.get(&Attribute::DisplayName),
        Some(&Some("Ada".to_owned()))
    );
}

#[test]
fn what_cxone_shows_otherwise_is_unconfirmed_and_not_resent() {
    let user = told(
        json!({"email": "new@example.com"}),
        json!({"email": "old@example.com"}),
    );
    let desired = target(json!({"email": "new@example.com"}));
    let found = difference(
        &user,
        &desired,
        &target(json!({"email": "old@example.com"})),
    );
    assert!(found.change.is_empty());
    assert_eq!(found.unconfirmed, [Attribute::Email]);

    // Held changes: resent. Desired changes: resent.
    let found = difference(
        &user,
        &desired,
        &target(json!({"email": "third@example.com"})),
    );
    assert!(!found.change.is_empty());
    let found = difference(
        &user,
        &target(json!({"email": "newer@example.com"})),
        &target(json!({"email": "old@example.com"})),
    );
    assert!(!found.change.is_empty());
}

#[test]
fn a_role_changed_by_hand_is_handed_over() {
    let user = told(json!({"role": "Agent"}), json!({"role": "Agent"}));
    let found = difference(
        &user,
        &target(json!({"role": "Manager"})),
        &target(json!({"role": "Evaluator"})),
    );
    assert!(found.change.is_empty());
    assert_eq!(found.handed_over, [Attribute::Role]);
}

#[test]
fn a_role_that_nobody_touched_follows_the_source() {
    let user = told(json!({"role": "Agent"}), json!({"role": "agent"}));
    let found = difference(
        &user,
        &target(json!({"role": "Manager"})),
        &target(json!({"role": "Agent"})),
    );
    assert_eq!(
        found.change.set.get(&Attribute::Role),
        Some(&Some("Manager".to_owned()))
    );
}

#[test]
fn a_role_that_cxone_gave_by_default_can_be_set_later() {
    let user = told(json!({}), json!({"role": "Agent"}));
    let found = difference(
        &user,
        &target(json!({"role": "Manager"})),
        &target(json!({"role": "Agent"})),
    );
    assert_eq!(
        found.change.set.get(&Attribute::Role),
        Some(&Some("Manager".to_owned()))
    );
}

#[test]
fn a_role_that_stood_there_before_us_is_handed_over() {
    let found = difference(
        &user(),
        &target(json!({"role": "Agent"})),
        &target(json!({"role": "Manager"})),
    );
    assert!(found.change.is_empty());
    assert_eq!(found.handed_over, [Attribute::Role]);
}

#[test]
fn what_cxones_people_own_is_never_written() {
    let mut user = told(json!({"role": "Agent"}), json!({"role": "Agent"}));
    hand_over(&mut user, Attribute::Role, jiff::Timestamp::UNIX_EPOCH);
    let found = difference(
        &user,
        &target(json!({"role": "Manager"})),
        &target(json!({"role": "Agent"})),
    );
    assert_eq!(found, Difference::default());
    let mut settled = user.clone();
    settled.accepted = Some(Target {
        active: Some(true),
        ..Target::default()
    });
    assert!(nothing_to_tell(
        &settled,
        &target(json!({"role": "Manager", "active": true}))
    ));
}

#[test]
fn a_withdrawn_attribute_is_cleared_but_never_a_required_one() {
    let values = json!({"middleName": "K", "email": "a@example.com"});
    let user = told(values.clone(), values.clone());
    let found = difference(&user, &Target::default(), &target(values));
    assert_eq!(
        found.change.set,
        BTreeMap::from([(Attribute::MiddleName, None)])
    );
}

#[test]
fn equal_targets_need_no_call() {
    let user = told(json!({"displayName": "Ada", "active": true}), json!({}));
    assert!(nothing_to_tell(
        &user,
        &target(json!({"displayName": "Ada", "active": true}))
    ));
    assert!(!nothing_to_tell(
        &user,
        &target(json!({"displayName": "Eve", "active": true}))
    ));
    assert!(!nothing_to_tell(&user, &target(json!({"active": true}))));
    let mut owed = user;
    owed.state = State::Owed;
    assert!(!nothing_to_tell(
        &owed,
        &target(json!({"displayName": "Ada", "active": true}))
    ));
}

#[test]
fn accepting_says_what_is_shown_otherwise() {
    let mut user = user();
    let unconfirmed = accept(
        &mut user,
        &target(json!({"email": "A@example.com", "role": "agent"})),
        &target(json!({"email": "a@example.com", "role": "Agent"})),
    );
    assert_eq!(unconfirmed, [Attribute::Email]);
}

#[test]
fn a_role_that_a_lost_write_of_ours_set_is_still_ours() {
    let mut user = told(json!({"role": "Agent"}), json!({"role": "Agent"}));
    attempt(&mut user, &target(json!({"role": "Manager"})));
    attempt(&mut user, &target(json!({"role": "Evaluator"})));
    let held = target(json!({"role": "Manager"}));
    let found = difference(&user, &target(json!({"role": "Evaluator"})), &held);
    assert_eq!(found.handed_over, []);
    assert_eq!(
        found.change.set.get(&Attribute::Role),
        Some(&Some("Evaluator".to_owned()))
    );
    accept(
        &mut user,
        &target(json!({"role": "Evaluator"})),
        &target(json!({"role": "Evaluator"})),
    );
    let found = difference(&user, &target(json!({"role": "Agent"})), &held);
    assert_eq!(
        found.handed_over,
        [Attribute::Role],
        "what was accepted since ends the doubt"
    );
}

#[test]
fn a_role_that_a_lost_write_of_ours_set_is_withdrawn_with_its_reason() {
    let mut user = told(json!({}), json!({"role": "Agent"}));
    attempt(&mut user, &target(json!({"role": "Manager"})));
    let held = target(json!({"role": "Manager"}));
    let found = difference(&user, &target(json!({})), &held);
    assert_eq!(found.change.set.get(&Attribute::Role), Some(&None));
    user.attempted.clear();
    let found = difference(&user, &target(json!({})), &held);
    assert!(found.change.is_empty(), "somebody else's stays");
}

#[test]
fn what_cxone_only_writes_otherwise_is_no_difference() {
    let desired = json!({
        "timeZone": "America/New_York", "role": "Agent", "secondaryRoles": ["Evaluator", "Manager"],
        "loginAuthenticator": "Okta", "team": "Voice",
    });
    let shows = json!({
        "timeZone": "Eastern Standard Time", "role": "AGENT", "secondaryRoles": ["manager", "evaluator"],
        "loginAuthenticator": "okta", "team": "voice",
    });
    let mut user = user();
    let (desired, shows) = (target(desired), target(shows));
    assert!(accept(&mut user, &desired, &shows).is_empty());
    assert_eq!(difference(&user, &desired, &shows), Difference::default());
    assert!(nothing_to_tell(&user, &shows));
    let mut elsewhere = shows.clone();
    elsewhere.set(Attribute::TimeZone, "Pacific Standard Time");
    let found = difference(&user, &desired, &elsewhere);
    assert_eq!(
        found.change.set.get(&Attribute::TimeZone),
        Some(&Some("America/New_York".to_owned()))
    );
}

/// A target that clears the middle name, and a user whose template says so.
fn clearing() -> (User, Target) {
    let mut clears = target(json!({"displayName": "Ada"}));
    clears.clear(Attribute::MiddleName);
    let mut user = told(
        json!({"displayName": "Ada"}),
        json!({"displayName": "Ada", "middleName": "K"}),
    );
    user.template = Some(crate::user::AppliedTemplate {
        name: "agents".into(),
        values: clears.clone(),
    });
    (user, clears)
}

#[test]
fn a_cleared_attribute_is_removed_once() {
    let (mut user, clears) = clearing();
    let held = target(json!({"displayName": "Ada", "middleName": "K"}));
    assert!(!nothing_to_tell(&user, &clears));
    let found = difference(&user, &clears, &held);
    assert_eq!(found.change.set.get(&Attribute::MiddleName), Some(&None));
    let without = target(json!({"displayName": "Ada"}));
    assert!(accept(&mut user, &clears, &without).is_empty());
    assert!(nothing_to_tell(&user, &clears));
    assert_eq!(difference(&user, &clears, &without), Difference::default());
    // Nobody has an opinion any more.
    assert!(nothing_to_tell(&user, &without));
}

#[test]
fn a_cleared_attribute_that_stays_is_unconfirmed_and_not_resent() {
    let (mut user, clears) = clearing();
    let held = target(json!({"displayName": "Ada", "middleName": "K"}));
    assert_eq!(accept(&mut user, &clears, &held), [Attribute::MiddleName]);
    let found = difference(&user, &clears, &held);
    assert!(found.change.is_empty());
    assert_eq!(found.unconfirmed, [Attribute::MiddleName]);
}

#[test]
fn a_cleared_attribute_that_people_set_is_handed_over() {
    let (mut user, clears) = clearing();
    accept(&mut user, &clears, &target(json!({"displayName": "Ada"})));
    let found = difference(
        &user,
        &clears,
        &target(json!({"displayName": "Ada", "middleName": "Hand"})),
    );
    assert!(found.change.is_empty());
    assert_eq!(found.handed_over, [Attribute::MiddleName]);
}

#[test]
fn what_is_left_out_is_neither_written_nor_withdrawn() {
    let mut user = told(
        json!({"displayName": "Ada", "middleName": "K"}),
        json!({"displayName": "Ada", "middleName": "K"}),
    );
    let desired = target(json!({"displayName": "Ada"}));
    let held = target(json!({"displayName": "Ada"}));
    assert!(
        !difference(
            &user,
            &desired,
            &target(json!({"displayName": "Ada", "middleName": "K"}))
        )
        .change
        .is_empty()
    );
    user.left_out.insert(Attribute::MiddleName);
    assert!(difference(&user, &desired, &held).change.is_empty());
    assert!(nothing_to_tell(&user, &desired));
}
