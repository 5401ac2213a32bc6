//! Users in CXone whom a connection leaves alone: protected ones, and those that were transferred.

use bridge::line::Answer;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::groups::named;
use crate::harness::world::{World, active, by_hand, patch, person, post, scope, tenant};

fn connection(name: &str) -> bridge::name::ConnectionName {
    name.parse().expect("a name")
}

async fn protecting(what: &str) -> World {
    let mut world = World::new();
    world.protected.insert(what.to_owned());
    world.restart().await;
    world
}

#[tokio::test(start_paused = true)]
async fn protected_users_are_neither_shown_nor_adopted() {
    let world = protecting("ada@example.com").await;
    world.cxone().put(by_hand("ada", "Supervisor"));
    let found = world.find("entra", "ada").await.expect("an answer");
    assert_eq!(found.total, 0);
    let refused = world.ask(post(person("ada"))).await;
    let Err(Refusal::Denied(denial)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (denial.rule.as_str(), denial.status),
        ("protected users", 403)
    );
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    assert_eq!(world.cxone().told.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn somebody_protected_by_id_is_not_adopted_under_a_name() {
    let mut world = World::new();
    let id = world.cxone().put(by_hand("ada", "Supervisor"));
    world.protected.insert(id);
    world.restart().await;
    assert!(matches!(
        world.ask(post(person("ada"))).await,
        Err(Refusal::Denied(_))
    ));
    assert_eq!(world.cxone().told.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn protected_users_are_neither_changed_nor_deactivated() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.protected.insert("ada@example.com".to_owned());
    world.restart().await;
    let writes = world.cxone().told.len();
    world
        .change(patch(ada, json!({"title": "Supervisor"})))
        .await;
    world.change(active(ada, false)).await;
    world.delete(ada).await;
    world.settle().await;
    assert_eq!(world.cxone().told.len(), writes);
    assert_eq!(world.held("ada").active, Some(true));
    assert!(
        world
            .row(ada)
            .reason
            .is_some_and(|reason| reason.contains("protected"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_debt_to_somebody_who_is_protected_since_is_dropped() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.cxone().down = true;
    world.change(active(ada, false)).await;
    world.protected.insert("ada@example.com".to_owned());
    world.restart().await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_transfer_changes_nothing_in_cxone_and_the_former_owner_no_more() {
    let world = World::new();
    let Ok(Answer::Created(old)) = world
        .bridge
        .write(&scope("okta"), post(person("ada")), Condition::None)
        .await
    else {
        panic!("no user");
    };
    let writes = world.cxone().told.len();
    let (from, to) = (connection("okta"), connection("entra"));
    let done = world
        .bridge
        .transfer(&tenant(), &from, &to, &[])
        .await
        .expect("a transfer");
    assert_eq!(done.moved, ["ada@example.com"]);
    assert_eq!(done.stayed, []);
    // The new owner finds the person under an id of its own, and writes.
    let found = world.find("entra", "ada").await.expect("an answer").found;
    assert_eq!((found.len(), found[0].id == old.id), (1, false));
    world
        .change(patch(found[0].id, json!({"nickName": "A"})))
        .await;
    // The old one unassigns everybody: its own source changes, CXone hears nothing.
    let renamed = patch(old.id, json!({"displayName": "Ada King"}));
    for ask in [renamed, active(old.id, false), Ask::Delete(old.id)] {
        let answer = world
            .bridge
            .write(&scope("okta"), ask, Condition::None)
            .await;
        assert!(answer.is_ok(), "{answer:?}");
        let row = world.row(old.id);
        assert_eq!(row.source.display_name(), Some("Ada King"));
        assert_eq!(row.state, State::Deferred);
    }
    world.settle().await;
    assert_eq!(world.cxone().told.len(), writes);
    assert_eq!(world.held("ada").active, Some(true));
    // And what the new one says does reach CXone.
    world.change(active(found[0].id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_transfer_takes_debts_along_and_never_makes_two_owners() {
    let world = World::new();
    let okta = scope("okta");
    let write = |ask| world.bridge.write(&okta, ask, Condition::None);
    let Ok(Answer::Created(ada)) = write(post(person("ada"))).await else {
        panic!("no user");
    };
    world.create(person("bob")).await;
    world.cxone().down = true;
    assert!(write(active(ada.id, false)).await.is_ok());
    let (from, to) = (connection("okta"), connection("entra"));
    let names = [
        "ada@example.com".to_owned(),
        "nobody@example.com".to_owned(),
    ];
    let done = world
        .bridge
        .transfer(&tenant(), &from, &to, &names)
        .await
        .expect("a transfer");
    assert_eq!(done.moved, ["ada@example.com"]);
    assert_eq!(done.stayed[0].0, "nobody@example.com");
    let again = world
        .bridge
        .transfer(&tenant(), &from, &to, &names[..1])
        .await
        .expect("one");
    assert_eq!(again.moved, Vec::<String>::new());
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    let claimants = |link: &str| {
        let store = world.store();
        let users = store
            .users
            .iter()
            .filter(|user| user.link.as_deref() == Some(link));
        users.count()
    };
    let link = world.cxone().named("ada@example.com").len();
    assert_eq!(link, 1);
    let row = world
        .find("entra", "ada")
        .await
        .expect("an answer")
        .found
        .remove(0);
    assert_eq!(claimants(row.link.as_deref().expect("a link")), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transfer_back_removes_nobody_whom_the_first_owner_let_go_meanwhile() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    let (entra, okta) = (connection("entra"), connection("okta"));
    let go = async |from, to| world.bridge.transfer(&tenant(), from, to, &[]).await;
    go(&entra, &okta).await.expect("a transfer");
    world.change(active(ada.id, false)).await;
    assert_eq!(go(&okta, &entra).await.expect("a transfer").moved.len(), 1);
    world.drain(std::time::Duration::from_secs(30)).await;
    assert_eq!(
        world.held("ada").active,
        Some(true),
        "a transfer changes nothing in CXone"
    );
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(1));
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_transfer_back_restores_the_first_owner() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    let (entra, okta) = (connection("entra"), connection("okta"));
    for (from, to) in [(&entra, &okta), (&okta, &entra)] {
        let done = world
            .bridge
            .transfer(&tenant(), from, to, &[])
            .await
            .expect("a transfer");
        assert_eq!(done.moved, ["ada@example.com"]);
    }
    world.settle().await;
    let row = world.row(ada.id);
    assert_eq!((row.transferred, row.state), (None, State::Settled));
    world.change(active(ada.id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn groups_of_the_former_connection_count_until_the_new_one_speaks_of_groups() {
    let world = World::new();
    let okta = scope("okta");
    let Ok(Answer::Created(ada)) = world
        .bridge
        .write(&okta, post(person("ada")), Condition::None)
        .await
    else {
        panic!("no user");
    };
    let group = |connection: &'static str, name: &'static str, member| {
        let bridge = &world.bridge;
        async move {
            let (scope, ask) = (scope(connection), named(name, &[member]));
            let done = bridge.write_group(&scope, ask, Condition::None);
            assert!(done.await.is_ok());
        }
    };
    group("okta", "role Supervisor", ada.id).await;
    let role = || world.held("ada").get(Attribute::Role).map(str::to_owned);
    assert_eq!(role().as_deref(), Some("Supervisor"));
    let writes = world.cxone().told.len();
    let (from, to) = (connection("okta"), connection("entra"));
    let done = world.bridge.transfer(&tenant(), &from, &to, &[]).await;
    assert_eq!(done.expect("a transfer").moved.len(), 1);
    let new = world
        .find("entra", "ada")
        .await
        .expect("an answer")
        .found
        .remove(0);
    // The new identity provider's users come first, its groups later: nobody loses a role in between.
    world.change(patch(new.id, json!({"nickName": "A"}))).await;
    assert!(
        world
            .bridge
            .write(&okta, Ask::Delete(ada.id), Condition::None)
            .await
            .is_ok()
    );
    assert_eq!(world.cxone().told.len(), writes);
    // Its first word about her groups counts, and what was inherited never again.
    group("entra", "Tier1", new.id).await;
    assert_eq!(role(), None);
    assert_eq!(world.row(new.id).inherited, []);
}

#[tokio::test(start_paused = true)]
async fn the_access_keys_own_employee_is_left_alone_and_named_so() {
    let world = World::new();
    let id = world.cxone().put(by_hand("ada", "Supervisor"));
    // Found before anybody knew whose key it is.
    let found = world.find("entra", "ada").await.expect("a page").found;
    world.cxone().own.insert(id);
    assert_eq!(world.find("entra", "ada").await.expect("a page").total, 0);
    for ask in [
        post(person("ada")),
        patch(found[0].id, json!({"title": "Agent"})),
    ] {
        let refused = world.ask(ask).await;
        let Err(Refusal::Denied(denial)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(denial.rule, "protected users");
        assert!(denial.detail.contains("access key"), "{}", denial.detail);
    }
    let eve = world.cxone().put(by_hand("eve", "Supervisor"));
    world.cxone().own.insert(eve);
    assert_eq!(world.find("entra", "eve").await.expect("a page").total, 0);
    assert_eq!(world.cxone().told, []);
}

#[tokio::test(start_paused = true)]
async fn the_access_keys_own_employee_is_neither_changed_nor_deactivated() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    world.cxone().own.insert(ada.link.clone().expect("a link"));
    world.cxone().told.clear();
    let refused = world
        .ask(patch(ada.id, json!({"title": "Supervisor"})))
        .await;
    assert!(matches!(refused, Err(Refusal::Denied(_))), "{refused:?}");
    let left = world.change(active(ada.id, false)).await;
    let reason = left.reason.unwrap_or_default();
    assert_eq!((left.state, left.debt), (State::Deferred, None));
    assert!(reason.contains("access key's own employee"), "{reason}");
    world.delete(ada.id).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(world.cxone().told, []);
}
