//! The first day of a tenant that has people already: a plan is read before anything is written.

use std::collections::BTreeMap;

use bridge::plan::{HeldBy, Kind};
use bridge::policy::Twins;
use bridge::target::Attribute;
use serde_json::json;

use super::{Looking, changes, of, plan, said, totals, with};
use crate::harness::world::{World, active, by_hand, person};

/// CXone's people were there before: Ada under her name, Tina under another, Lee who is leaving.
async fn day_zero() -> World {
    let world = World::configured(|world| {
        world.observing.insert("entra");
    })
    .await;
    {
        let mut cxone = world.cxone();
        let mut ada = by_hand("ada", "Supervisor");
        ada.set(Attribute::GivenName, "Augusta");
        cxone.put(ada);
        let mut tina = by_hand("tina.example", "Agent");
        tina.set(Attribute::Email, "tina@example.com");
        cxone.put(tina);
        cxone.put(by_hand("lee", "Agent"));
    }
    for name in ["ada", "bob", "tina"] {
        world.create(with(name, &json!({"title": "Agent"}))).await;
    }
    world
        .create(with("joe", &json!({"displayName": "defer"})))
        .await;
    let lee = world.create(person("lee")).await;
    world.change(active(lee.id, false)).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_an_observing_connection_is_what_going_live_does() {
    let mut world = day_zero().await;
    assert_eq!(world.cxone().told, []);
    let foreseen = BTreeMap::from([
        (Kind::Adopt, 1),
        (Kind::Create, 1),
        (Kind::Twin, 1),
        (Kind::Defer, 1),
        (Kind::Deactivate, 1),
    ]);
    let looking = Looking::at_a_list();
    let plan = plan(&world, &looking).await;
    let entra = &plan.connections[0];
    assert_eq!(totals(&plan, "entra"), foreseen);
    assert!(entra.observes && !plan.connections[1].observes);
    assert_eq!((entra.observed, entra.held, entra.owed), (3, 0, 0));
    // The guard of whoever looks lets nobody pass.
    assert_eq!(entra.guarded, 1);
    let ada = of(&plan, "ada");
    let given = [("givenName", (Some("Augusta"), Some("ada")))];
    assert_eq!(changes(ada), BTreeMap::from(given));
    assert_eq!(ada.stays[0].attribute, Attribute::Role);
    assert_eq!(ada.held, Some(HeldBy::Observe));
    let twin = of(&plan, "tina").twin.clone().expect("a twin");
    assert_eq!(twin.user_name.as_deref(), Some("tina.example@example.com"));
    assert_eq!(twin.by, Attribute::Email);
    let fix = of(&plan, "tina").fix.as_deref();
    assert!(fix.is_some_and(|fix| fix.contains("jackfield match")));

    world.observing.clear();
    world.restart().await;
    world.go_live().await;
    world.settle().await;
    assert_eq!(world.held("ada").get(Attribute::GivenName), Some("ada"));
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    assert_eq!(world.held("lee").active, Some(false));
    assert_eq!(world.cxone().people.len(), 4, "Bob was made, nobody else");
    let plan = super::plan(&world, &looking).await;
    let settled = BTreeMap::from([(Kind::Nothing, 3), (Kind::Twin, 1), (Kind::Defer, 1)]);
    assert_eq!(totals(&plan, "entra"), settled);
    assert_eq!(plan.connections[0].observed, 0);
}

#[tokio::test(start_paused = true)]
async fn who_left_and_came_back_while_nobody_told_cxone_is_not_removed() {
    let world = day_zero().await;
    let ada = world.find("entra", "ada").await.expect("found").found[0].id;
    world.delete(ada).await;
    world.create(with("ada", &json!({"title": "Agent"}))).await;
    let plan = plan(&world, &Looking::at_a_list()).await;
    let kinds: Vec<Kind> = said(&plan, "ada").iter().map(|(_, it)| it.kind).collect();
    assert_eq!(kinds, [Kind::Adopt]);
}

#[tokio::test(start_paused = true)]
async fn a_twin_is_only_told_where_the_tenant_allows_it() {
    let mut world = day_zero().await;
    world.policy.twins = Twins::Allow;
    let plan = plan(&world, &Looking::at_a_list()).await;
    let tina = of(&plan, "tina");
    assert_eq!((tina.kind, tina.twin.is_some()), (Kind::Create, true));
}
