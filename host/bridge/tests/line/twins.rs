//! No create passes while CXone has somebody unlinked who is likely the same person.

use bridge::policy::Twins;
use bridge::refusal::Refusal;
use bridge::target::{Attribute, Target};
use bridge::user::State;
use serde_json::{Value, json};

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post};

/// Somebody of ada's address, under another user name.
fn twin() -> Target {
    let mut target = by_hand("lovelace", "Supervisor");
    target.set(Attribute::Email, "ADA@example.com");
    target
}

/// A user of ada's address, under another user name.
fn shares(name: &str) -> Value {
    let mut body = person(name);
    body["emails"] = person("ada")["emails"].clone();
    body
}

#[tokio::test(start_paused = true)]
async fn a_create_is_refused_and_the_twin_named() {
    let world = World::new();
    let id = world.cxone().put(twin());
    let refused = world.ask(post(person("ada"))).await;
    let Err(Refusal::Denied(denial)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (
            denial.status,
            denial.scim_type.as_deref(),
            denial.rule.as_str(),
            denial.attribute.as_deref()
        ),
        (409, Some("uniqueness"), "no likely twin", Some("email"))
    );
    assert!(denial.detail.contains(&id) && denial.detail.contains("lovelace@example.com"));
    assert!(denial.fix.contains("jackfield match") && denial.fix.contains("twins"));
    assert_eq!(world.cxone().told, []);
    assert!(world.store().intents.is_empty() && world.store().users.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_external_identity_tells_a_twin_too() {
    let world = World::new();
    let mut target = by_hand("lovelace", "Agent");
    target.set(Attribute::ExternalIdentity, "S-1-5-21");
    world.cxone().put(target);
    let mut body = person("ada");
    body["externalId"] = json!("s-1-5-21");
    let refused = world.ask(post(body)).await;
    let Err(Refusal::Denied(denial)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(denial.attribute.as_deref(), Some("externalIdentity"));
}

#[tokio::test(start_paused = true)]
async fn the_tenant_may_allow_it_and_without_a_list_nobody_can_tell() {
    let allows = World::configured(|world| world.policy.twins = Twins::Allow).await;
    allows.cxone().put(twin());
    assert_eq!(allows.create(person("ada")).await.state, State::Settled);
    let blind = World::new();
    blind.cxone().put(twin());
    blind.cxone().listed = false;
    assert_eq!(blind.create(person("ada")).await.state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_the_create_is_owed_and_refused_later() {
    let world = World::new();
    world.cxone().put(twin());
    world.fail(Call::People, Fault::Away);
    let user = world.create(person("ada")).await;
    assert_eq!(user.state, State::Owed);
    world.settle().await;
    let row = world.row(user.id);
    assert_eq!(row.state, State::Refused);
    assert!(
        row.reason
            .is_some_and(|reason| reason.contains("no likely twin"))
    );
    assert_eq!(world.cxone().told, []);
}

#[tokio::test(start_paused = true)]
async fn who_is_known_here_is_nobodys_twin() {
    let world = World::configured(|world| {
        let mut protected = twin();
        protected.set(Attribute::UserName, "root@example.com");
        world.cxone().put(protected);
        world.protected.insert("root@example.com".to_owned());
        let key = world.cxone().put(twin());
        world.cxone().own.insert(key);
    })
    .await;
    // Two people share an address, and both are ours.
    world.create(person("ada")).await;
    let bob = world.create(shares("bob")).await;
    assert_eq!(bob.state, State::Settled);
    // Inactive, but live and linked.
    world.change(active(bob.id, false)).await;
    assert_eq!(world.create(shares("eve")).await.state, State::Settled);
    // Deleted: linked to nobody who lives.
    world.delete(bob.id).await;
    assert!(world.ask(post(shares("dan"))).await.is_err());
    // The name itself is adopted, whoever shares the address.
    assert_eq!(world.create(shares("bob")).await.state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn a_create_that_seemed_lost_is_no_twin() {
    let world = World::new();
    world.fail(Call::Create, Fault::Lost { applied: true });
    let ada = world.create(person("ada")).await;
    assert_eq!(ada.state, State::Owed);
    assert_eq!(world.create(shares("bob")).await.state, State::Settled);
    // Nor its own, should CXone not find it under that name.
    world.fail(Call::Find, Fault::Ignored);
    world.fail(Call::Find, Fault::Ignored);
    world
        .change(patch(ada.id, json!({"userName": "lovelace@example.com"})))
        .await;
    world.settle().await;
    assert!(world.row(ada.id).debt.is_none());
}

#[tokio::test(start_paused = true)]
async fn whom_the_identity_provider_only_found_is_a_twin_still() {
    let world = World::new();
    world.cxone().put(twin());
    assert_eq!(
        world.find("entra", "lovelace").await.expect("a page").total,
        1
    );
    assert!(world.ask(post(person("ada"))).await.is_err());
}
