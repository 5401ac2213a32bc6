//! Observe mode: served and remembered, while CXone is only read; and going live.

use std::collections::BTreeSet;

use bridge::event::EventKind;
use bridge::group_write::GroupAsk;
use bridge::line::Answer;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::target::Attribute;
use bridge::user::{Debt, State, User};
use serde_json::json;

use crate::groups::named;
use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, put, scope, tenant};

async fn observing() -> World {
    World::configured(|world| world.observing = BTreeSet::from(["entra"])).await
}

/// Another process, for which everything is live.
async fn live(world: &mut World) -> usize {
    world.observing.clear();
    world.restart().await;
    let concerned = world.go_live().await;
    assert_eq!(world.go_live().await, 0, "there is nothing left");
    world.settle().await;
    concerned
}

fn debt(user: &User) -> &Debt {
    user.debt.as_ref().expect("a debt")
}

fn waits(user: &User) {
    assert!(debt(user).held && debt(user).observed, "{user:?}");
}

#[tokio::test(start_paused = true)]
async fn requests_are_served_and_remembered_and_cxone_is_only_read() {
    let mut world = observing().await;
    let eve = world.cxone().put(by_hand("eve", "Supervisor"));
    let ada = world.create(person("ada")).await;
    waits(&ada);
    let reason = ada.reason.clone().unwrap_or_default();
    assert_eq!(
        (ada.state, reason.as_str()),
        (State::Owed, "observe mode: CXone is only read")
    );
    let found = world.find("entra", "eve").await.expect("a page");
    assert_eq!(found.total, 1, "matches still read CXone");
    let eve_id = found.found[0].id;
    let renamed = world
        .change(patch(eve_id, json!({"displayName": "Eve"})))
        .await;
    waits(&renamed);
    assert_eq!(renamed.link.as_deref(), Some(eve.as_str()));
    let bob = world.create(person("bob")).await;
    world.change(put(bob.id, person("bob"))).await;
    world.change(active(bob.id, false)).await;
    world.change(active(eve_id, false)).await;
    waits(&world.row(eve_id));
    assert!(debt(&world.row(eve_id)).deactivation);
    world.grouped(named("role Supervisor", &[ada.id])).await;
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(0));
    assert!(world.drain(std::time::Duration::from_secs(60)).await);
    assert_eq!(world.cxone().told, []);
    assert_eq!(world.find("entra", "ada").await.expect("a page").total, 1);

    // Who was never made, and is inactive, concerns nobody.
    assert_eq!(live(&mut world).await, 2);
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    let held = world.held("eve");
    assert_eq!(
        (held.active, held.get(Attribute::Role)),
        (Some(false), Some("Supervisor"))
    );
    assert_eq!(world.cxone().people.len(), 2);
    assert_eq!(world.row(ada.id).state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_refused_by_what_going_live_decides_anew() {
    let mut world = observing().await;
    world.cxone().put({
        let mut twin = by_hand("twin", "Agent");
        twin.set(Attribute::Email, "eve@example.com");
        twin
    });
    let said = |name: &str, key: &str, value: &str| {
        let mut body = person(name);
        body[key] = json!(value);
        body
    };
    let mut rows = Vec::new();
    for (body, state, kind) in [
        (
            said("ada", "displayName", "deny"),
            State::Refused,
            EventKind::Refused,
        ),
        (
            said("bob", "displayName", "trap"),
            State::Refused,
            EventKind::PluginFailed,
        ),
        (
            said("dan", "title", "Wizard"),
            State::Refused,
            EventKind::Refused,
        ),
        (person("eve"), State::Refused, EventKind::Refused),
        (
            said("fay", "displayName", "defer"),
            State::Deferred,
            EventKind::Deferred,
        ),
    ] {
        let user = world.create(body).await;
        waits(&user);
        assert_eq!(user.state, state, "{:?}", user.reason);
        assert!(user.reason.is_some());
        let last = world
            .store()
            .events
            .last()
            .map(|event| (event.kind, event.user));
        assert_eq!(last, Some((kind, Some(user.id))));
        rows.push(user.id);
    }
    world.cxone().down = true;
    let gus = world.create(person("gus")).await;
    waits(&gus);
    world.cxone().down = false;
    assert_eq!(world.cxone().told, []);

    // Somebody mends what was wrong meanwhile.
    world
        .change(patch(rows[0], json!({"displayName": "Ada"})))
        .await;
    world.cxone().roles.push("Wizard");
    world.cxone().people.clear();
    live_with_trap(&mut world).await;
    for name in ["ada", "dan", "eve", "gus"] {
        assert_eq!(world.held(name).active, Some(true), "{name}");
    }
    assert_eq!(world.row(rows[4]).state, State::Deferred);
    assert!(world.row(rows[4]).debt.is_none(), "a group brings it about");
}

/// Goes live while a plugin traps for somebody, whose debt stays.
async fn live_with_trap(world: &mut World) {
    world.observing.clear();
    world.restart().await;
    assert_eq!(world.go_live().await, 6);
    assert!(!world.drain(std::time::Duration::from_secs(30)).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_the_request_itself_is_answered_as_ever() {
    let world = World::configured(|world| {
        world.observing = BTreeSet::from(["entra"]);
        world.protected.insert("root@example.com".to_owned());
        let key = world.cxone().put(by_hand("key", "Agent"));
        world.cxone().own.insert(key);
    })
    .await;
    let ada = world.create(person("ada")).await;
    let taken = world.ask(post(person("ada"))).await;
    assert!(matches!(taken, Err(Refusal::Taken(_))), "{taken:?}");
    let nobody = world.ask(Ask::Delete(bridge::name::UserId::new())).await;
    assert_eq!(nobody, Err(Refusal::NotFound));
    let tag = Condition::IfMatch(scim::etag::Matches::parse("W/\"99\""));
    let changed = world
        .bridge
        .write(&scope("entra"), active(ada.id, false), tag)
        .await;
    assert_eq!(changed, Err(Refusal::Changed));
    for name in ["root", "key"] {
        let refused = world.ask(post(person(name))).await;
        let Err(Refusal::Denied(denial)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (denial.rule.as_str(), denial.status),
            ("protected users", 403)
        );
    }
    let okta = scope("okta");
    let eve = world
        .bridge
        .write(&okta, post(person("eve")), Condition::None)
        .await;
    assert!(matches!(eve, Ok(Answer::Created(_))));
    let refused = world.ask(post(person("eve"))).await;
    let Err(Refusal::Denied(denial)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(denial.rule, "one owner for each CXone user");
    assert_eq!(world.cxone().told.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_debt_of_before_is_paid_while_observing() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await.id;
    let bob = world.create(person("bob")).await.id;
    let gus = world.create(person("gus")).await.id;
    world.cxone().down = true;
    world
        .change(patch(ada, json!({"displayName": "Ada"})))
        .await;
    world.change(active(bob, false)).await;
    world.grouped(named("role Supervisor", &[gus])).await;
    world.observing.insert("entra");
    world.restart().await;
    world.cxone().down = false;
    world.cxone().told.clear();
    assert!(
        world.drain(std::time::Duration::from_secs(60)).await,
        "the queue is not kept busy"
    );
    assert_eq!(world.cxone().told, []);
    for id in [ada, bob, gus] {
        waits(&world.row(id));
    }
    assert_eq!(live(&mut world).await, 3);
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
    assert_eq!(world.held("bob").active, Some(false));
    assert_eq!(world.held("gus").get(Attribute::Role), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_cut_short_is_not_taken_up_while_observing() {
    let mut world = World::new();
    world.life.die_in(14);
    let asked = tokio::spawn({
        let bridge = std::sync::Arc::clone(&world.bridge);
        async move {
            bridge
                .write(&scope("entra"), post(person("ada")), Condition::None)
                .await
        }
    });
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    asked.abort();
    world.observing.insert("entra");
    world.restart().await;
    assert_eq!(world.store().intents.len(), 1, "cut short in between");
    let told = world.cxone().told.len();
    assert!(world.drain(std::time::Duration::from_secs(60)).await);
    assert_eq!(world.cxone().told.len(), told);
    live(&mut world).await;
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn groups_that_change_while_observing_choose_role_and_template_when_it_goes_live() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.observing.insert("entra");
    world.restart().await;
    let group = world.grouped(named("role Supervisor", &[ada])).await.id;
    waits(&world.row(ada));
    assert!(debt(&world.row(ada)).template);
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Agent"));
    world
        .ask_group(GroupAsk::Delete(group))
        .await
        .expect("a deletion");
    world.grouped(named("role Supervisor", &[ada])).await;
    live(&mut world).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    assert!(*world.plugins.template_due.lock().expect("fine"));
}

#[tokio::test(start_paused = true)]
async fn the_guard_has_its_say_about_removals_when_it_goes_live() {
    let mut world = World::new();
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve"] {
        ids.push(world.create(person(name)).await.id);
    }
    world.observing.insert("entra");
    world.removals = 1;
    world.restart().await;
    for id in &ids {
        world.delete(*id).await;
    }
    assert_eq!(
        world.bridge.release(&scope("entra")).await,
        Ok(0),
        "it observes"
    );
    assert_eq!(live(&mut world).await, 3);
    let stay = |world: &World| {
        let cxone = world.cxone();
        let active = |(_, target): &&(String, bridge::target::Target)| target.active == Some(true);
        cxone.people.iter().filter(active).count()
    };
    assert_eq!(stay(&world), 2, "one may go, the others are held");
    let held = world.row(ids[2]);
    assert!(debt(&held).held && !debt(&held).observed);
    assert!(
        held.reason
            .is_some_and(|reason| reason.contains("jackfield release"))
    );
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(2));
    world.settle().await;
    assert_eq!(stay(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn going_live_is_taken_up_again_after_a_crash() {
    let mut world = observing().await;
    for name in ["ada", "bob", "eve"] {
        world.create(person(name)).await;
    }
    world.observing.clear();
    for steps in [4, 9, 15] {
        world.restart().await;
        world.life.die_in(steps);
        let scope = scope("entra");
        let going = world.bridge.go_live(&scope);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), going).await;
    }
    live(&mut world).await;
    assert_eq!(world.cxone().told.len(), 3);
    for name in ["ada", "bob", "eve"] {
        assert_eq!(world.held(name).active, Some(true));
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_made_again_while_observing_loses_no_role() {
    let mut world = observing().await;
    world.cxone().put(by_hand("ada", "Supervisor"));
    let first = world.create(person("ada")).await;
    assert!(first.link.is_some());
    world.delete(first.id).await;
    world.create(person("ada")).await;
    live(&mut world).await;
    let held = world.held("ada");
    assert_eq!(
        (held.active, held.get(Attribute::Role)),
        (Some(true), Some("Supervisor"))
    );
    let deactivated = world
        .store()
        .events
        .iter()
        .any(|event| event.detail["told"] == "deactivate");
    assert!(!deactivated, "nobody was sent away in between");
}

#[tokio::test(start_paused = true)]
async fn whom_one_connection_observes_is_nobodys_to_another() {
    let mut world = observing().await;
    world.cxone().put(by_hand("ada", "Supervisor"));
    let entra = world.create(person("ada")).await;
    assert_eq!(world.find("okta", "ada").await.expect("a page").total, 1);
    let okta = scope("okta");
    let made = world
        .bridge
        .write(&okta, post(person("ada")), Condition::None)
        .await;
    assert!(matches!(made, Ok(Answer::Created(_))), "{made:?}");
    live(&mut world).await;
    let row = world.row(entra.id);
    assert_eq!(row.state, State::Refused);
    assert!(
        row.reason
            .is_some_and(|reason| reason.contains("one owner"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_transfer_to_an_observing_connection_writes_nothing() {
    let mut world = World::new();
    let okta = scope("okta");
    let Ok(Answer::Created(ada)) = world
        .bridge
        .write(&okta, post(person("ada")), Condition::None)
        .await
    else {
        panic!("not created");
    };
    world.observing.insert("entra");
    world.restart().await;
    let mut said = person("ada");
    said["displayName"] = json!("Ada");
    let refused = world.ask(post(said.clone())).await;
    assert!(refused.is_err(), "it is another connection's");
    world.cxone().down = true;
    let change = patch(ada.id, json!({"displayName": "Owed"}));
    world
        .bridge
        .write(&okta, change, Condition::None)
        .await
        .expect("owed");
    let names = ["ada@example.com".to_owned()];
    let done = world
        .bridge
        .transfer(
            &tenant(),
            &okta.connection,
            &scope("entra").connection,
            &names,
        )
        .await
        .expect("a transfer");
    assert_eq!(done.moved, names);
    world.cxone().down = false;
    let told = world.cxone().told.len();
    assert!(world.drain(std::time::Duration::from_secs(60)).await);
    assert_eq!(world.cxone().told.len(), told);
    live(&mut world).await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Owed"));
}

#[tokio::test(start_paused = true)]
async fn what_it_would_be_told_is_in_the_event() {
    let world = observing().await;
    world.cxone().put(by_hand("eve", "Agent"));
    world.create(person("ada")).await;
    let mut changed = person("eve");
    changed["displayName"] = json!("Eve");
    let eve = world.create(changed).await;
    world.delete(eve.id).await;
    let would: Vec<_> = world
        .store()
        .events
        .iter()
        .map(|event| event.detail["would"].clone())
        .collect();
    let replace = json!({"replace": ["displayName"], "active": null});
    assert_eq!(would, [json!("create"), replace, json!("deactivate")]);
    // A look that fails leaves it open.
    world.fail(Call::Find, Fault::Away);
    waits(&world.create(person("bob")).await);
}

#[tokio::test(start_paused = true)]
async fn rules_run_again_when_groups_change_and_the_row_says_what_they_say() {
    let mut world = observing().await;
    let mut body = person("ada");
    body["displayName"] = json!("defer");
    let ada = world.create(body).await.id;
    assert_eq!(world.row(ada).state, State::Deferred);
    world.grouped(named("role Supervisor", &[ada])).await;
    let row = world.row(ada);
    assert_eq!(row.state, State::Owed, "nothing is waited for any more");
    waits(&row);
    live(&mut world).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
}
