//! A plan foresees what the queue then does, and does nothing itself.

mod day_zero;
mod looking;

use std::collections::BTreeMap;

use bridge::line::Answer;
use bridge::plan::{HeldBy, Kind, Plan, Planned};
use bridge::policy::PendingRename;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use bridge::target::Attribute;
use serde_json::{Value, json};

use crate::harness::world::{World, active, by_hand, patch, person, post, scope, tenant};
pub(crate) use looking::Looking;

fn with(name: &str, more: &Value) -> Value {
    let mut body = person(name);
    let members = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

/// What the plan says of somebody.
fn said<'a>(plan: &'a Plan, name: &str) -> Vec<(&'a str, &'a Planned)> {
    let name = format!("{name}@example.com");
    let connections = plan.connections.iter();
    let described = connections.flat_map(|connection| {
        let users = connection.described.iter();
        users.map(|user| (connection.connection.as_str(), user))
    });
    described
        .filter(|(_, user)| user.user_name == name)
        .collect()
}

fn of<'a>(plan: &'a Plan, name: &str) -> &'a Planned {
    let found = said(plan, name);
    assert_eq!(found.len(), 1, "{name} is described once: {found:?}");
    found[0].1
}

/// The attributes that would change, from what to what.
fn changes(planned: &Planned) -> BTreeMap<&str, (Option<&str>, Option<&str>)> {
    let change = planned.changes.iter().map(|change| {
        let values = (change.from.as_deref(), change.to.as_deref());
        (change.attribute.as_str(), values)
    });
    change.collect()
}

fn totals(plan: &Plan, connection: &str) -> BTreeMap<Kind, u64> {
    let mut found = plan.connections.iter();
    let found = found.find(|it| it.connection.as_str() == connection);
    found.expect("a connection").totals.clone()
}

/// Everybody at once, and each by itself: what they see must come to the same.
fn both() -> [Looking; 2] {
    [Looking::at_a_list(), Looking::at_each()]
}

async fn plan(world: &World, looking: &Looking) -> Plan {
    let bridge = looking.bridge(world);
    bridge.plan(&tenant()).await.expect("a plan")
}

/// One of each kind: some settled before, the others acknowledged while CXone was away.
async fn everybody() -> World {
    let mut world = World::new();
    world.protected.insert("gus@example.com".to_owned());
    world.restart().await;
    for settled in ["ada", "bob", "cyd", "dan", "hal", "kim"] {
        world
            .create(with(settled, &json!({"title": "Agent"})))
            .await;
    }
    let id = |name: &str| {
        let store = world.store();
        let mut users = store.users.iter();
        let user = users.find(|user| user.source.user_name().starts_with(name));
        user.expect("a user").id
    };
    {
        let mut cxone = world.cxone();
        cxone.put(by_hand("fay", "Supervisor"));
        cxone.put(by_hand("gus", "Supervisor"));
        for (_, target) in &mut cxone.people {
            match target.get(Attribute::GivenName).unwrap_or_default() {
                "bob" => {
                    target.set(Attribute::FamilyName, "Otherwise");
                    target.set(Attribute::Role, "Supervisor");
                }
                "dan" => target.active = Some(false),
                _ => {}
            }
        }
        cxone.down = true;
    }
    world.change(active(id("cyd"), false)).await;
    world.delete(id("hal")).await;
    for owed in ["eve", "fay", "gus"] {
        world.create(with(owed, &json!({"title": "Agent"}))).await;
    }
    for (name, ends) in [("ike", "deny"), ("joe", "defer"), ("lea", "trap")] {
        world
            .create(with(name, &json!({"displayName": ends})))
            .await;
    }
    let write = |body| async {
        let okta = scope("okta");
        world.bridge.write(&okta, post(body), Condition::None).await
    };
    assert!(matches!(write(person("eve")).await, Ok(Answer::Created(_))));
    let moved = ["kim@example.com".to_owned()];
    let (from, to) = (scope("entra").connection, scope("okta").connection);
    let done = world.bridge.transfer(&tenant(), &from, &to, &moved).await;
    assert_eq!(done.expect("a transfer").moved, moved);
    world.cxone().down = false;
    world
}

#[tokio::test(start_paused = true)]
async fn each_user_comes_to_what_would_become_of_them() {
    let world = everybody().await;
    for looking in both() {
        let plan = plan(&world, &looking).await;
        let entra = BTreeMap::from([
            (Kind::Nothing, 1),
            (Kind::Replace, 1),
            (Kind::Deactivate, 2),
            (Kind::Revive, 1),
            (Kind::Create, 1),
            (Kind::Adopt, 1),
            (Kind::Apart, 2),
            (Kind::Refuse, 1),
            (Kind::Defer, 1),
            (Kind::Unknown, 1),
        ]);
        assert_eq!(totals(&plan, "entra"), entra);
        assert_eq!(plan.connections[0].users, 12);
        assert!(said(&plan, "ada").is_empty(), "nothing to say");

        let bob = of(&plan, "bob");
        assert_eq!(bob.kind, Kind::Replace);
        let family = [("familyName", (Some("Otherwise"), Some("Example")))];
        assert_eq!(changes(bob), BTreeMap::from(family));
        let stays = &bob.stays[0];
        assert_eq!((bob.stays.len(), stays.attribute), (1, Attribute::Role));
        assert_eq!(stays.held.as_deref(), Some("Supervisor"));
        assert_eq!(stays.wanted.as_deref(), Some("Agent"));

        let inactive = BTreeMap::from([("active", (Some("true"), Some("false")))]);
        let (cyd, hal) = (of(&plan, "cyd"), of(&plan, "hal"));
        for (leaver, deleted) in [(cyd, false), (hal, true)] {
            assert_eq!((leaver.kind, leaver.deleted), (Kind::Deactivate, deleted));
            assert_eq!(changes(leaver), inactive);
        }
        assert_eq!(of(&plan, "dan").kind, Kind::Revive);
        assert_eq!(
            changes(of(&plan, "dan"))["active"],
            (Some("false"), Some("true"))
        );

        let [(_, eve), (_, okta)] = said(&plan, "eve")[..] else {
            panic!("eve is on two connections");
        };
        assert_eq!(eve.kind, Kind::Create);
        assert_eq!(changes(eve)["email"], (None, Some("eve@example.com")));
        assert_eq!(okta.kind, Kind::Apart);
        assert!(
            okta.reason
                .as_deref()
                .is_some_and(|it| it.contains("connection entra"))
        );

        let fay = of(&plan, "fay");
        assert_eq!((fay.kind, fay.changes.len()), (Kind::Adopt, 0));
        assert_eq!(fay.stays[0].held.as_deref(), Some("Supervisor"));
        assert!(fay.cxone_id.is_some());

        let reason = |name: &str| of(&plan, name).reason.clone().expect("a reason");
        assert_eq!(of(&plan, "gus").kind, Kind::Apart);
        assert!(reason("gus").contains("protected"));
        let ike = of(&plan, "ike");
        assert_eq!(ike.kind, Kind::Refuse);
        assert_eq!(ike.rule.as_deref(), Some("pure"));
        assert_eq!(ike.attribute.as_deref(), Some("displayName"));
        assert_eq!(ike.fix.as_deref(), Some("ask for something else"));
        assert_eq!(
            (of(&plan, "joe").kind, reason("joe")),
            (Kind::Defer, "waits for a group".to_owned())
        );
        assert_eq!(of(&plan, "lea").kind, Kind::Unknown);
        assert!(reason("lea").contains("pure: trap"));
        let [(_, kim)] = said(&plan, "kim")[..] else {
            panic!("kim is okta's, where nothing happens");
        };
        assert_eq!(kim.kind, Kind::Apart);
        assert!(reason("kim").contains("transferred to connection okta"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_writes_nothing_and_asks_only_what_it_must() {
    let world = everybody().await;
    for looking in both() {
        let before = format!("{:?}", world.store());
        let (people, told) = {
            let cxone = world.cxone();
            (cxone.people.clone(), cxone.told.clone())
        };
        let plan = plan(&world, &looking).await;
        assert_eq!(format!("{:?}", world.store()), before);
        assert_eq!(world.cxone().people, people);
        assert_eq!(world.cxone().told, told);
        assert_eq!(looking.wrongs(), Vec::<String>::new());
        let asked = looking.asked();
        match plan.listed {
            // The list shows everything here, so one look is enough.
            Some(listed) => assert_eq!((listed, asked), (8, vec!["directory", "people"])),
            None => assert!(
                asked
                    .iter()
                    .all(|call| *call != "create" && *call != "replace")
            ),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_says_the_same_each_time_and_as_json() {
    let world = everybody().await;
    let looking = Looking::at_a_list();
    let [one, other] = [plan(&world, &looking).await, plan(&world, &looking).await];
    assert_eq!(one.connections, other.connections);
    let text = serde_json::to_value(&one).expect("JSON");
    assert_eq!(serde_json::from_value::<Plan>(text).expect("a plan"), one);
    let shown = format!("{one:?}");
    assert!(
        !shown.contains("Otherwise") && !shown.contains("@example.com"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn planning_after_applying_yields_nothing() {
    let world = everybody().await;
    let id = |name: &str| {
        let store = world.store();
        let mut users = store.users.iter();
        let user = users.find(|user| user.source.user_name().starts_with(name));
        user.expect("a user").id
    };
    world
        .change(patch(id("lea"), json!({"displayName": "Lea"})))
        .await;
    // Who drifted in CXone is told with whatever is said next.
    for drifted in ["bob", "dan"] {
        let said = json!({"displayName": drifted});
        world.change(patch(id(drifted), said)).await;
    }
    world.settle().await;
    for looking in both() {
        let plan = plan(&world, &looking).await;
        let entra = BTreeMap::from([
            (Kind::Nothing, 7),
            (Kind::Apart, 2),
            (Kind::Refuse, 1),
            (Kind::Defer, 1),
        ]);
        assert_eq!(totals(&plan, "entra"), entra);
        assert_eq!(plan.connections[0].owed, 0);
        let okta = BTreeMap::from([(Kind::Nothing, 1), (Kind::Apart, 1)]);
        assert_eq!(totals(&plan, "okta"), okta);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_list_does_not_show_is_read_where_it_matters() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.create(person("bob")).await;
    world.cxone().put(by_hand("eve", "Agent"));
    world.cxone().down = true;
    world
        .change(patch(ada, json!({"nickName": "A", "displayName": "Ada"})))
        .await;
    world.create(person("eve")).await;
    world.cxone().down = false;
    let poor = [
        Attribute::FamilyName,
        Attribute::Email,
        Attribute::DisplayName,
    ];
    let looking = Looking::at_a_list_without(&poor);
    let plan = plan(&world, &looking).await;
    // Bob has got all that was said: he is not read. The other two are, and nothing seems to change that does not.
    assert_eq!(looking.asked(), ["directory", "people", "read", "read"]);
    assert!(said(&plan, "bob").is_empty());
    assert_eq!(
        changes(of(&plan, "ada")),
        BTreeMap::from([("displayName", (None, Some("Ada")))])
    );
    assert_eq!(
        (of(&plan, "eve").kind, of(&plan, "eve").changes.len()),
        (Kind::Adopt, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_whom_the_list_calls_deleted_is_asked_for() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    world.cxone().down = true;
    world.create(person("ada")).await;
    world.cxone().down = false;
    let looking = Looking::at_a_list().calling_deleted("ada@example.com");
    // The double's look-up finds her: so the queue would adopt her.
    let plan = plan(&world, &looking).await;
    assert_eq!(of(&plan, "ada").kind, Kind::Adopt);
    assert_eq!(looking.asked(), ["directory", "people", "find"]);
}

#[tokio::test(start_paused = true)]
async fn without_cxone_everybody_active_is_unknown_and_it_is_soon_left_alone() {
    let world = World::new();
    for name in ["ada", "bob", "cyd", "dan", "eve"] {
        world.create(person(name)).await;
    }
    world.cxone().down = true;
    let looking = Looking::at_each();
    let plan = plan(&world, &looking).await;
    assert_eq!(totals(&plan, "entra"), BTreeMap::from([(Kind::Unknown, 5)]));
    assert!(
        plan.no_directory
            .is_some_and(|reason| reason.contains("CXone is ill"))
    );
    // Roles and teams can be read, people cannot.
    let looking = Looking::at_each().with_a_directory();
    let plan = looking
        .bridge(&world)
        .plan(&tenant())
        .await
        .expect("a plan");
    assert_eq!(totals(&plan, "entra"), BTreeMap::from([(Kind::Unknown, 5)]));
    let reason = of(&plan, "eve").reason.as_deref();
    assert!(reason.is_some_and(|reason| reason.contains("CXone is ill")));
    assert_eq!(looking.asked(), ["directory", "people", "read", "read"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_told_and_what_would_be() {
    let mut world = World::new();
    world.removals = 1;
    world.restart().await;
    let mut ids = Vec::new();
    for name in ["ada", "bob"] {
        ids.push(world.create(person(name)).await.id);
    }
    world.cxone().down = true;
    for id in ids {
        world.change(active(id, false)).await;
    }
    world.cxone().down = false;
    let looking = Looking::at_a_list();
    let plan = plan(&world, &looking).await;
    let entra = &plan.connections[0];
    assert_eq!((entra.held, entra.owed, entra.observes), (1, 1, false));
    // The guard has had its say about both.
    assert_eq!((entra.total(Kind::Deactivate), entra.guarded), (2, 0));
    assert_eq!(of(&plan, "ada").held, None);
    assert_eq!(of(&plan, "bob").held, Some(HeldBy::Guard));
}

#[tokio::test(start_paused = true)]
async fn removals_that_the_guard_would_hold_are_counted() {
    let world = World::new();
    for name in ["ada", "bob"] {
        let user = world.create(person(name)).await;
        world.cxone().down = true;
        world
            .change(patch(user.id, json!({"displayName": "leave"})))
            .await;
        world.cxone().down = false;
    }
    let plan = plan(&world, &Looking::at_a_list()).await;
    let entra = &plan.connections[0];
    assert_eq!((entra.held, entra.owed), (0, 2));
    // The guard of whoever looks lets nobody pass.
    assert_eq!((entra.total(Kind::Deactivate), entra.guarded), (2, 2));
    assert!(of(&plan, "ada").active);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_configured_has_no_plan() {
    let world = World::new();
    let other = "other".parse().expect("a name");
    assert_eq!(world.bridge.plan(&other).await, Err(Refusal::NotFound));
}

#[tokio::test(start_paused = true)]
async fn what_cxone_would_not_be_sent_is_told() {
    let mut world = World::new();
    world
        .create(with("ada", &json!({"displayName": "Ada"})))
        .await;
    world.policy.enabled_fields.remove(&Attribute::DisplayName);
    for looking in both() {
        let plan = plan(&world, &looking).await;
        let left_out = BTreeMap::from([(Attribute::DisplayName, 1)]);
        assert_eq!(plan.connections[0].left_out, left_out);
        assert_eq!(totals(&plan, "entra"), BTreeMap::from([(Kind::Nothing, 1)]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rename_waits_for_somebody_who_is_pending() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await;
    world.cxone().down = true;
    let renamed = json!({"userName": "countess@example.com"});
    world.change(patch(ada.id, renamed)).await;
    world.cxone().down = false;
    world.cxone().pending.extend(ada.link);
    let plan = plan(&world, &Looking::at_each()).await;
    let countess = of(&plan, "countess");
    assert_eq!((countess.kind, countess.changes.len()), (Kind::Defer, 0));
    let reason = countess.reason.as_deref();
    assert!(reason.is_some_and(|reason| reason.contains("pending")));
    world.policy.pending_rename = PendingRename::Refuse;
    let plan = super::plan::plan(&world, &Looking::at_each()).await;
    assert_eq!(of(&plan, "countess").kind, Kind::Refuse);
    assert_eq!(of(&plan, "countess").attribute.as_deref(), Some("userName"));
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_cxone_has_not_taken_comes_before_a_return_that_waits() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.cxone().down = true;
    world.change(active(ada, false)).await;
    let returns = json!({"active": true, "displayName": "defer"});
    world.change(patch(ada, returns)).await;
    world.cxone().down = false;
    let plan = plan(&world, &Looking::at_a_list()).await;
    assert_eq!(of(&plan, "ada").kind, Kind::Deactivate);
    assert_eq!(
        of(&plan, "ada").reason.as_deref(),
        Some("waits for a group")
    );
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    let plan = super::plan::plan(&world, &Looking::at_a_list()).await;
    assert_eq!(of(&plan, "ada").kind, Kind::Defer);
}
