//! Optional fields, defaults, templates, and values that CXone shows otherwise.

use std::collections::BTreeMap;

use bridge::policy::{DisabledField, TimeZoneForm};
use bridge::refusal::Refusal;
use bridge::target::{Attribute, Target};
use bridge::template::Template;
use bridge::user::State;
use serde_json::{Value, json};

use crate::harness::world::{World, by_hand, patch, person, post};

fn full(name: &str) -> Value {
    let mut body = person(name);
    body["displayName"] = json!(name);
    body["name"]["middleName"] = json!("K");
    body["timezone"] = json!("Eastern Standard Time");
    body
}

#[tokio::test(start_paused = true)]
async fn what_is_not_enabled_is_left_out_kept_and_reported() {
    let world = World::configured(|world| {
        world.policy.enabled_fields.remove(&Attribute::MiddleName);
        world.cxone().cannot_carry = &[Attribute::DisplayName];
    })
    .await;
    let ada = world.create(full("ada")).await;
    assert_eq!(ada.state, State::Settled);
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::MiddleName), None);
    assert_eq!(held.get(Attribute::DisplayName), None);
    assert_eq!(held.get(Attribute::TimeZone), Some("America/New_York"));
    assert_eq!(
        ada.left_out,
        [Attribute::MiddleName, Attribute::DisplayName].into()
    );
    assert_eq!(ada.source.resource().display_name(), Some("ada"));
    let reported = world.store().events[0].detail["left_out"].clone();
    assert_eq!(reported, json!(["middleName", "displayName"]));
    let told = world.cxone().told.len();
    world
        .change(patch(ada.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.cxone().told.len(), told, "no difference, no write");
}

#[tokio::test(start_paused = true)]
async fn a_field_that_is_switched_off_is_not_withdrawn_and_one_switched_on_is_filled() {
    let mut world = World::new();
    let ada = world.create(full("ada")).await;
    world.policy.enabled_fields.remove(&Attribute::MiddleName);
    world.restart().await;
    world
        .change(patch(
            ada.id,
            json!({"name": {"middleName": null}, "displayName": "Ada"}),
        ))
        .await;
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::DisplayName), Some("Ada"));
    assert_eq!(
        held.get(Attribute::MiddleName),
        Some("K"),
        "CXone's to keep or drop"
    );
    let bob = world.create(full("bob")).await;
    world.policy.enabled_fields.insert(Attribute::MiddleName);
    world.restart().await;
    world
        .change(patch(bob.id, json!({"displayName": "Bob"})))
        .await;
    assert_eq!(world.held("bob").get(Attribute::MiddleName), Some("K"));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_may_want_it_refused() {
    let world = World::configured(|world| {
        world.policy.enabled_fields.remove(&Attribute::MiddleName);
        world.policy.disabled_field = DisabledField::Refuse;
        world.cxone().cannot_carry = &[Attribute::DisplayName];
    })
    .await;
    let refused = world.ask(post(full("ada"))).await;
    let Err(Refusal::Denied(denial)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(denial.attribute.as_deref(), Some("middleName"));
    assert!(denial.fix.contains("enabled_fields"), "{}", denial.fix);
    let mut carried = full("ada");
    carried["name"]["middleName"] = Value::Null;
    assert_eq!(
        world.create(carried).await.state,
        State::Settled,
        "what the API cannot carry is left out"
    );
}

#[tokio::test(start_paused = true)]
async fn defaults_are_for_who_is_made_and_what_nobody_set() {
    let world = World::configured(|world| {
        world.policy.defaults = BTreeMap::from([
            (Attribute::TimeZone, "Pacific Standard Time".to_owned()),
            (Attribute::DisplayName, "Somebody".to_owned()),
        ]);
        world.cxone().put(by_hand("eve", "Agent"));
    })
    .await;
    let mut body = person("ada");
    body["displayName"] = json!("Ada");
    let ada = world.create(body).await;
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::TimeZone), Some("America/Los_Angeles"));
    assert_eq!(held.get(Attribute::DisplayName), Some("Ada"));
    // They are no opinion: what CXone's people make of it stays, and nothing withdraws it.
    let told = world.cxone().told.len();
    world.change(patch(ada.id, json!({"active": true}))).await;
    assert_eq!(world.cxone().told.len(), told);
    world
        .change(patch(ada.id, json!({"displayName": "Lady Ada"})))
        .await;
    assert_eq!(
        world.held("ada").get(Attribute::TimeZone),
        Some("America/Los_Angeles")
    );
    world.create(person("eve")).await;
    assert_eq!(
        world.held("eve").get(Attribute::TimeZone),
        None,
        "adopted, not made"
    );
}

#[tokio::test(start_paused = true)]
async fn a_default_is_held_against_cxones_rules_before_anybody_is_made() {
    let defaults = |zone: &'static str| {
        World::configured(move |world| {
            world.policy.defaults = BTreeMap::from([(Attribute::TimeZone, zone.to_owned())]);
        })
    };
    let refused = defaults("Mars").await.ask(post(person("ada"))).await;
    assert!(
        matches!(refused, Err(Refusal::Denied(denial)) if denial.attribute.as_deref() == Some("timeZone"))
    );
    assert_eq!(
        defaults("UTC").await.create(person("ada")).await.state,
        State::Settled
    );
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_shows_values_otherwise_converges() {
    let world = World::configured(|world| {
        world.policy.time_zones = TimeZoneForm::Windows;
        let zone = (Attribute::TimeZone, "Eastern Standard Time".to_owned());
        world
            .cxone()
            .shows
            .insert(zone, "America/New_York".to_owned());
        let role = (Attribute::Role, "Agent".to_owned());
        world.cxone().shows.insert(role, "AGENT".to_owned());
    })
    .await;
    let mut body = full("ada");
    body["timezone"] = json!("America/Detroit");
    body["title"] = json!("agent");
    let ada = world.create(body.clone()).await;
    assert_eq!(ada.state, State::Settled, "{:?}", ada.reason);
    let told = world.cxone().told.len();
    world.change(crate::harness::world::put(ada.id, body)).await;
    world
        .change(patch(ada.id, json!({"displayName": "Ada"})))
        .await;
    let cxone = world.cxone();
    assert_eq!(cxone.told.len(), told + 1);
}

fn template(in_cxone: bool, clears: Option<Attribute>) -> Template {
    let mut values = Target::default();
    values.set(Attribute::TimeZone, "Europe/Berlin");
    clears.into_iter().for_each(|it| values.clear(it));
    Template { values, in_cxone }
}

#[tokio::test(start_paused = true)]
async fn a_template_that_cxone_knows_is_named_on_the_create_alone() {
    let world = World::configured(|world| {
        let known = template(true, None);
        let ours = template(false, None);
        world.templates = BTreeMap::from([("known".to_owned(), known), ("ours".to_owned(), ours)]);
    })
    .await;
    for (name, chosen) in [("ada", "known"), ("bob", "ours"), ("eve", "none")] {
        let mut body = person(name);
        body["userType"] = json!(chosen);
        world.create(body).await;
    }
    assert_eq!(
        world.cxone().templates,
        [Some("known".to_owned()), None, None]
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_template_clears_is_removed_from_who_comes_back() {
    let world = World::configured(|world| {
        world.templates = BTreeMap::from([(
            "plain".to_owned(),
            template(false, Some(Attribute::MiddleName)),
        )]);
    })
    .await;
    let ada = world.create(full("ada")).await;
    assert_eq!(world.held("ada").get(Attribute::MiddleName), Some("K"));
    world.change(patch(ada.id, json!({"active": false}))).await;
    let back = world
        .change(patch(ada.id, json!({"active": true, "userType": "plain"})))
        .await;
    assert_eq!(back.state, State::Settled);
    let held = world.held("ada");
    assert_eq!(
        (held.active, held.get(Attribute::MiddleName)),
        (Some(true), None)
    );
    let told = world.cxone().told.len();
    world.change(patch(ada.id, json!({"active": true}))).await;
    assert_eq!(world.cxone().told.len(), told, "it is quiet afterwards");
    world.cxone().people[0].1.set(Attribute::MiddleName, "Hand");
    world
        .change(patch(ada.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(
        world.held("ada").get(Attribute::MiddleName),
        Some("Hand"),
        "handed over"
    );
}
