//! Groups decide role and team of their members; nothing that happens to a member undoes the group.

use std::sync::Arc;
use std::time::Duration;

use bridge::group::Group;
use bridge::group_write::{GroupAnswer, GroupAsk};
use bridge::name::{GroupId, UserId};
use bridge::port::plugins::Operation;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::target::Attribute;
use bridge::user::State;
use scim::dialect::GENERIC;
use scim::etag::{self, Matches};
use scim::normalise::{self, Write};
use scim::patch::Patch;
use scim::schema::ResourceSchemas;
use serde_json::{Value, json};

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person, post, scope, tenant};

fn group(body: Value) -> GroupAsk {
    let body = normalise::resource(body, ResourceSchemas::group(), &GENERIC, Write::Create);
    GroupAsk::Create(body.expect("a group"))
}

pub(crate) fn named(name: &str, members: &[UserId]) -> GroupAsk {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    group(json!({"displayName": name, "members": members}))
}

pub(crate) fn operations(id: GroupId, operations: Value) -> GroupAsk {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations,
    });
    GroupAsk::Patch(
        id,
        Patch::parse(body, ResourceSchemas::group(), &GENERIC).expect("a patch"),
    )
}

pub(crate) fn add(id: GroupId, members: &[UserId]) -> GroupAsk {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    operations(
        id,
        json!([{"op": "add", "path": "members", "value": members}]),
    )
}

pub(crate) fn set(id: GroupId, members: &[UserId]) -> GroupAsk {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    operations(
        id,
        json!([{"op": "replace", "path": "members", "value": members}]),
    )
}

pub(crate) fn remove(id: GroupId, member: UserId) -> GroupAsk {
    let path = format!("members[value eq \"{member}\"]");
    operations(id, json!([{"op": "remove", "path": path}]))
}

fn tagged(version: u64) -> Condition {
    Condition::IfMatch(Matches::parse(&etag::of(version)))
}

impl World {
    pub(crate) async fn ask_group(&self, ask: GroupAsk) -> Result<GroupAnswer, Refusal> {
        self.bridge
            .write_group(&scope("entra"), ask, Condition::None)
            .await
    }

    pub(crate) async fn grouped(&self, ask: GroupAsk) -> Group {
        match self.ask_group(ask).await {
            Ok(GroupAnswer::Created(group) | GroupAnswer::Changed(group)) => group,
            other => panic!("no group: {other:?}"),
        }
    }

    async fn members(&self, group: GroupId) -> Vec<UserId> {
        let members = self.bridge.members(&scope("entra"), group).await;
        members.expect("members")
    }

    fn role(&self, name: &str) -> Option<String> {
        self.held(name).get(Attribute::Role).map(str::to_owned)
    }
}

#[tokio::test(start_paused = true)]
async fn a_membership_gives_its_role_before_the_answer_and_takes_it_away() {
    let world = World::new();
    world.cxone().roles.push("Evaluator");
    let ada = world.create(person("ada")).await.id;
    let group = world.grouped(named("role Supervisor", &[])).await.id;
    world.grouped(add(group, &[ada])).await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
    let other = world.grouped(named("role Evaluator", &[ada])).await.id;
    assert_eq!(
        world.role("ada").as_deref(),
        Some("Supervisor"),
        "the first"
    );
    world.grouped(remove(group, ada)).await;
    assert_eq!(world.role("ada").as_deref(), Some("Evaluator"));
    assert_eq!(
        world.ask_group(GroupAsk::Delete(other)).await,
        Ok(GroupAnswer::Deleted)
    );
    assert_eq!(world.role("ada"), None);
    assert_eq!(world.store().pending, Vec::new());
}

#[tokio::test(start_paused = true)]
async fn a_rename_reaches_the_members_and_nobody_else() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.create(person("bob")).await;
    let group = world.grouped(named("Tier1", &[ada])).await.id;
    world.plugins.operations.lock().expect("no panic").clear();
    let rename = json!([{"op": "replace", "path": "displayName", "value": "role Supervisor"}]);
    world.grouped(operations(group, rename)).await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
    let evaluated = world.plugins.operations.lock().expect("no panic").clone();
    assert_eq!(evaluated, [Operation::ReEvaluate]);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_changes_nothing_evaluates_nobody_and_keeps_the_version() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    let group = world.grouped(named("Tier1", &[ada])).await;
    world.plugins.operations.lock().expect("no panic").clear();
    let again = world.grouped(add(group.id, &[ada, ada])).await;
    assert_eq!(again, group);
    assert!(
        world
            .plugins
            .operations
            .lock()
            .expect("no panic")
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_members_are_passed_over_and_told() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    let elsewhere = world
        .bridge
        .write(&scope("okta"), post(person("eve")), Condition::None)
        .await;
    let Ok(bridge::line::Answer::Created(eve)) = elsewhere else {
        panic!("{elsewhere:?}");
    };
    let group = world
        .grouped(named("Tier1", &[ada, UserId::new(), eve.id]))
        .await;
    assert_eq!(world.members(group.id).await, [ada]);
    let strangers = json!([{"op": "add", "path": "members", "value": [{"value": "00uADA0001"}, {"value": ada}]}]);
    world.grouped(operations(group.id, strangers)).await;
    let told = |count: u64| {
        let told = |event: &bridge::event::Event| {
            event.detail["what"] == "members passed over" && event.detail["noIds"] == count
        };
        world.store().events.iter().any(told)
    };
    assert!(told(0) && told(1));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_group_is_made_when_it_comes() {
    let world = World::new();
    let mut waits = person("ada");
    waits["displayName"] = json!("defer");
    let ada = world.create(waits).await;
    assert_eq!(ada.state, State::Deferred);
    assert!(world.cxone().people.is_empty());
    world.grouped(named("role Supervisor", &[ada.id])).await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
    assert_eq!(world.row(ada.id).state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn a_member_whom_a_rule_refuses_stays_a_member() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    // The role does not exist in CXone: its constraint says no.
    let group = world.grouped(named("role Nobody", &[ada])).await;
    assert_eq!(world.members(group.id).await, [ada]);
    let row = world.row(ada);
    assert_eq!(row.state, State::Refused);
    assert!(row.reason.is_some_and(|reason| reason.contains("Nobody")));
}

#[tokio::test(start_paused = true)]
async fn a_change_during_an_outage_is_owed_and_paid() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.cxone().down = true;
    world.grouped(named("role Supervisor", &[ada])).await;
    assert_eq!(world.row(ada).state, State::Owed);
    assert_eq!(world.store().pending, Vec::new());
    world.settle().await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn a_template_is_due_for_a_change_of_groups_even_if_a_debt_stands_in_between() {
    for (owed_before, regroups) in [(false, true), (true, true), (true, false)] {
        let world = World::new();
        let ada = world.create(person("ada")).await.id;
        world.cxone().down = true;
        if owed_before {
            world
                .change(patch(ada, json!({"displayName": "Ada"})))
                .await;
        }
        if regroups {
            world.grouped(named("Tier1", &[ada])).await;
        } else {
            world
                .change(patch(ada, json!({"displayName": "Ada B"})))
                .await;
        }
        world
            .change(patch(ada, json!({"displayName": "Ada King"})))
            .await;
        assert_eq!(world.row(ada).state, State::Owed);
        world.settle().await;
        let due = *world.plugins.template_due.lock().expect("no panic");
        assert_eq!(due, regroups, "owed before: {owed_before}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_inactive_member_stays_one_and_is_evaluated_on_return() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    let group = world.grouped(named("Tier1", &[ada])).await.id;
    world.change(active(ada, false)).await;
    world.plugins.operations.lock().expect("no panic").clear();
    let rename = json!([{"op": "replace", "path": "displayName", "value": "role Supervisor"}]);
    world.grouped(operations(group, rename)).await;
    assert!(
        world
            .plugins
            .operations
            .lock()
            .expect("no panic")
            .is_empty()
    );
    assert_eq!(world.members(group).await, [ada]);
    world.change(active(ada, true)).await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn who_is_deleted_and_made_again_is_in_no_group() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    let group = world.grouped(named("role Supervisor", &[ada])).await;
    world.delete(ada).await;
    assert_eq!(world.members(group.id).await, []);
    let again = world.create(person("ada")).await;
    assert_ne!(again.id, ada);
    assert_ne!(world.role("ada").as_deref(), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn a_large_change_is_answered_at_once_and_done_by_the_queue() {
    let world = World::new();
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(world.create(person(&format!("p{number}"))).await.id);
    }
    let group = world.grouped(named("role Supervisor", &[])).await.id;
    world.grouped(add(group, &ids)).await;
    assert_eq!(world.store().pending.len(), 30);
    assert_ne!(world.role("p29").as_deref(), Some("Supervisor"));
    world.settle().await;
    for number in 0..30 {
        assert_eq!(
            world.role(&format!("p{number}")).as_deref(),
            Some("Supervisor")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_cxone_holds_an_answer_for_three_seconds_and_loses_nobody() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.fail(Call::Replace, Fault::Slow(15));
    let started = tokio::time::Instant::now();
    world.grouped(named("role Supervisor", &[ada])).await;
    assert_eq!(started.elapsed().as_secs(), 3);
    world.settle().await;
    assert_eq!(world.role("ada").as_deref(), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_leaves_the_rest_pending() {
    let mut world = World::new();
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(world.create(person(&format!("p{number}"))).await.id);
    }
    world.grouped(named("role Supervisor", &ids)).await;
    let queue = tokio::spawn(Arc::clone(&world.bridge).re_evaluate(tenant()));
    world.life.die_in(40);
    tokio::time::sleep(Duration::from_secs(1)).await;
    queue.abort();
    world.restart().await;
    assert!(!world.store().pending.is_empty());
    world.settle().await;
    for number in 0..30 {
        assert_eq!(
            world.role(&format!("p{number}")).as_deref(),
            Some("Supervisor")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_patches_of_one_group_lose_nobody() {
    let world = World::seeded(7, true);
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(world.create(person(&format!("p{number}"))).await.id);
    }
    let group = world.grouped(named("Tier1", &[])).await.id;
    let asks = ids.iter().map(|id| {
        let bridge = Arc::clone(&world.bridge);
        let ask = add(group, &[*id]);
        tokio::spawn(async move {
            bridge
                .write_group(&scope("entra"), ask, Condition::None)
                .await
        })
    });
    let asks: Vec<_> = asks.collect();
    for ask in asks {
        assert!(matches!(ask.await, Ok(Ok(GroupAnswer::Changed(_)))));
    }
    let mut members = world.members(group).await;
    members.sort();
    ids.sort();
    assert_eq!(members, ids);
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_and_ones_own_is_no_conflict() {
    let world = World::new();
    let tier1 = world.grouped(named("Tier1", &[])).await.id;
    let second = world.ask_group(named("tier1", &[])).await;
    assert!(matches!(second, Err(Refusal::Taken(_))), "{second:?}");
    let itself = json!([{"op": "replace", "value": {"displayName": "Tier1"}}]);
    world.grouped(operations(tier1, itself)).await;
}

#[tokio::test(start_paused = true)]
async fn a_condition_is_held_against_the_version() {
    let world = World::new();
    let group = world.grouped(named("Tier1", &[])).await;
    let rename = json!([{"op": "replace", "path": "displayName", "value": "Tier2"}]);
    let stale = tagged(group.version + 1);
    let refused = world
        .bridge
        .write_group(&scope("entra"), operations(group.id, rename.clone()), stale)
        .await;
    assert_eq!(refused, Err(Refusal::Changed));
    let fits = tagged(group.version);
    let done = world
        .bridge
        .write_group(&scope("entra"), operations(group.id, rename), fits)
        .await;
    assert!(matches!(done, Ok(GroupAnswer::Changed(_))), "{done:?}");
}

#[tokio::test(start_paused = true)]
async fn a_user_patch_with_a_stale_condition_changes_nothing() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    let ask = || patch(ada.id, json!({"title": "Supervisor"}));
    let entra = scope("entra");
    let write = |condition| world.bridge.write(&entra, ask(), condition);
    let stale = write(tagged(ada.revision + 1)).await;
    assert_eq!(stale, Err(Refusal::Changed));
    assert_eq!(world.row(ada.id).source, ada.source);
    assert!(write(tagged(ada.revision)).await.is_ok());
    assert_eq!(world.row(ada.id).revision, ada.revision + 1);
    let gone = world
        .bridge
        .write(
            &scope("entra"),
            Ask::Delete(UserId::new()),
            Condition::IfMatch(Matches::parse("*")),
        )
        .await;
    assert_eq!(gone, Err(Refusal::NotFound));
}
