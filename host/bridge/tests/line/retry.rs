//! What was refused or is owed is seen, told again after a fix, and given up only by a person's word.

use std::time::Duration;

use bridge::event::EventKind;
use bridge::plan::HeldBy;
use bridge::port::cxone::Priority;
use bridge::refusal::Refusal;
use bridge::retry::{Became, Replayed, Undone, Waiting, Which};
use bridge::target::Attribute;
use bridge::user::{State, User};
use serde_json::{Value, json};

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person, post, tenant};

async fn waiting(world: &World) -> Vec<Waiting> {
    world.bridge.waiting(&tenant()).await.expect("an answer")
}

async fn retry(world: &World, which: Which) -> Replayed {
    let retried = world.bridge.retry(&tenant(), &which, false).await;
    retried.expect("an answer")
}

async fn forget(world: &World, which: Which) -> Replayed {
    let retried = world.bridge.retry(&tenant(), &which, true).await;
    retried.expect("an answer")
}

fn users(names: &[&str]) -> Which {
    Which::Users(
        names
            .iter()
            .map(|name| format!("{name}@example.com"))
            .collect(),
    )
}

fn became(replayed: &Replayed) -> Vec<(&str, Became)> {
    let all = replayed.retried.iter();
    all.map(|it| (it.user_name.as_str(), it.became)).collect()
}

fn wizard(name: &str) -> Value {
    let mut body = person(name);
    body["title"] = json!("Wizard");
    body
}

async fn refuse(world: &World, name: &str) {
    let refused = world.ask(post(wizard(name))).await;
    assert!(matches!(refused, Err(Refusal::Denied(_))), "{refused:?}");
}

/// Acknowledged while roles could not be read, and refused since.
async fn refused_later(world: &World, name: &str) -> User {
    world.fail(Call::Directory, Fault::Away);
    let user = world.create(wizard(name)).await;
    world.settle().await;
    let row = world.row(user.id);
    assert_eq!(row.state, State::Refused);
    row
}

#[tokio::test(start_paused = true)]
async fn everybody_who_waits_is_listed_with_the_reason_and_what_to_do() {
    let world = World::configured(|world| world.removals = 0).await;
    assert_eq!(waiting(&world).await, []);
    refuse(&world, "create").await;
    let update = world.create(person("update")).await;
    let refused = world
        .ask(patch(update.id, json!({"title": "Wizard"})))
        .await;
    assert!(refused.is_err());
    refused_later(&world, "later").await;
    let held = world.create(person("held")).await;
    world.change(active(held.id, false)).await;
    world.cxone().down = true;
    world.create(person("owed")).await;
    let list = waiting(&world).await;
    let of = |name: &str| {
        let name = format!("{name}@example.com");
        let found = list.iter().find(|waiting| waiting.user_name == name);
        found.expect("somebody who waits").clone()
    };
    assert_eq!(list.len(), 5);
    for (name, undone, why, to_do) in [
        ("create", Undone::Request, "Wizard", "then retry"),
        ("update", Undone::Request, "Wizard", "then retry"),
        ("later", Undone::Refused, "Wizard", "then retry"),
        (
            "held",
            Undone::Removal,
            "held by the guard",
            "jackfield release acme entra",
        ),
        ("owed", Undone::Owed, "CXone is ill", "by itself"),
    ] {
        let waiting = of(name);
        assert_eq!(waiting.undone, undone, "{name}");
        assert!(waiting.why.contains(why), "{name}: {}", waiting.why);
        assert!(waiting.to_do.contains(to_do), "{name}: {}", waiting.to_do);
    }
    assert_eq!((of("create").id, of("update").id), (None, Some(update.id)));
    assert_eq!(
        (of("held").held, of("owed").held),
        (Some(HeldBy::Guard), None)
    );
    assert_eq!((of("owed").attempts, of("later").attempts), (Some(1), None));
    let nobody = world
        .bridge
        .waiting(&"globex".parse().expect("a name"))
        .await;
    assert_eq!(nobody, Err(Refusal::NotFound));
}

#[tokio::test(start_paused = true)]
async fn after_a_fix_everything_is_told_again() {
    let world = World::new();
    refuse(&world, "create").await;
    let update = world.create(person("update")).await;
    let carried = update.carried.clone();
    let asked = patch(update.id, json!({"title": "Wizard", "displayName": "New"}));
    assert!(world.ask(asked).await.is_err());
    let later = refused_later(&world, "later").await;
    world.cxone().terms.clear();
    let refused = retry(&world, Which::All).await;
    let again = refused
        .retried
        .iter()
        .all(|it| it.became == Became::Refused);
    assert!(again && refused.retried.len() == 3, "{refused:?}");
    assert_eq!(waiting(&world).await.len(), 3, "nothing is lost by trying");

    world.cxone().roles.push("Wizard");
    let done = retry(&world, Which::All).await;
    assert!(
        done.retried.iter().all(|it| it.became == Became::Done),
        "{done:?}"
    );
    assert_eq!(done.retried.len(), 3);
    assert_eq!(waiting(&world).await, []);
    for name in ["create", "update", "later"] {
        assert_eq!(
            world.held(name).get(Attribute::Role),
            Some("Wizard"),
            "{name}"
        );
    }
    assert_eq!(
        world.held("update").get(Attribute::DisplayName),
        Some("New")
    );
    let row = world.row(update.id);
    assert_eq!(row.carried, carried, "no PUT was sent");
    assert!(row.revision > update.revision);
    assert_eq!(world.row(later.id).state, State::Settled);
    // Nobody waits for it: requests of identity providers go first.
    let terms = world.cxone().terms.clone();
    let first = |(_, options): &(Call, _)| -> bool {
        let options: &bridge::port::cxone::CallOptions = options;
        options.priority != Priority::Background
    };
    assert!(!terms.is_empty() && !terms.iter().any(first), "{terms:?}");
    // And once more there is nothing to do.
    assert_eq!(retry(&world, Which::All).await, Replayed::default());
}

#[tokio::test(start_paused = true)]
async fn some_are_retried_by_name_or_id_and_the_others_wait() {
    let world = World::new();
    refuse(&world, "ada").await;
    refuse(&world, "bob").await;
    let later = refused_later(&world, "later").await;
    world.cxone().roles.push("Wizard");
    let done = retry(&world, users(&["ADA", "nobody"])).await;
    assert_eq!(became(&done), [("ada@example.com", Became::Done)]);
    assert_eq!(done.unknown, ["nobody@example.com"]);
    let by_id = Which::Users(vec![later.id.to_string()]);
    let done = retry(&world, by_id).await;
    assert_eq!(became(&done), [("later@example.com", Became::Done)]);
    let left = waiting(&world).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].user_name, "bob@example.com");
}

#[tokio::test(start_paused = true)]
async fn what_is_outdated_is_never_replayed() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let refused = world.ask(patch(user.id, json!({"title": "Wizard"}))).await;
    assert!(refused.is_err());
    world
        .change(patch(user.id, json!({"displayName": "Newer"})))
        .await;
    refuse(&world, "bob").await;
    world.create(person("bob")).await;
    world.cxone().roles.push("Wizard");
    assert_eq!(waiting(&world).await, []);
    assert_eq!(retry(&world, Which::All).await, Replayed::default());
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Agent"));
}

/// The identity provider speaks while the retry waits for its turn, or is busy with somebody else.
#[tokio::test(start_paused = true)]
async fn whoever_speaks_in_between_is_heard() {
    for pause in (0..4_000).step_by(100) {
        let world = World::new();
        let mut made = Vec::new();
        for name in ["ada", "bob"] {
            let user = world.create(person(name)).await;
            let refused = world.ask(patch(user.id, json!({"title": "Wizard"}))).await;
            assert!(refused.is_err());
            made.push(user.id);
        }
        world.cxone().roles.push("Wizard");
        // Both ways to CXone take their time, so that each may be under way when the other begins.
        for _ in 0..6 {
            world.fail(Call::Replace, Fault::Slow(1));
        }
        let later = Duration::from_millis(pause);
        let speaks = async {
            tokio::time::sleep(later.saturating_sub(Duration::from_secs(2))).await;
            let title = json!({"title": "Supervisor"});
            world.change(patch(made[1], title)).await
        };
        let retries = async {
            tokio::time::sleep(Duration::from_secs(2).saturating_sub(later)).await;
            retry(&world, Which::All).await
        };
        let (done, _) = tokio::join!(retries, speaks);
        world.settle().await;
        let role = |name| world.held(name).get(Attribute::Role).map(str::to_owned);
        assert_eq!(
            role("ada").as_deref(),
            Some("Wizard"),
            "{pause} ms: {done:?}"
        );
        assert_eq!(
            role("bob").as_deref(),
            Some("Supervisor"),
            "{pause} ms: {done:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn removals_go_first_and_an_outage_ends_the_attempt() {
    let world = World::new();
    let mut made = Vec::new();
    for number in 0..6 {
        made.push(world.create(person(&format!("user{number}"))).await);
    }
    world.cxone().down = true;
    for user in &made[..5] {
        world
            .change(patch(user.id, json!({"displayName": "New"})))
            .await;
    }
    world.change(active(made[5].id, false)).await;
    let calls = world.cxone().calls;
    let failed = retry(&world, Which::All).await;
    let kinds: Vec<Became> = failed.retried.iter().map(|it| it.became).collect();
    assert_eq!(kinds[..3], [Became::Owed; 3]);
    assert_eq!(kinds[3..], [Became::Failed; 3]);
    assert!(
        world.cxone().calls - calls < 10,
        "an ill CXone is left alone"
    );
    assert_eq!(failed.retried[0].undone, Undone::Removal);
    {
        let mut cxone = world.cxone();
        cxone.down = false;
        cxone.told.clear();
    }
    // Debts rest after an attempt; a person's word is heard at once.
    let done = retry(&world, Which::All).await;
    assert!(
        done.retried.iter().all(|it| it.became == Became::Done),
        "{done:?}"
    );
    let first = world.cxone().told[0].clone();
    assert_eq!(first, (Call::Replace, "user5@example.com".to_owned()));
    assert_eq!(world.held("user5").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn whom_the_guard_holds_a_retry_does_not_let_go() {
    let world = World::configured(|world| world.removals = 0).await;
    let user = world.create(person("ada")).await;
    world.change(active(user.id, false)).await;
    let done = retry(&world, Which::All).await;
    assert_eq!(became(&done), [("ada@example.com", Became::Held)]);
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_observes_tells_cxone_nothing() {
    let world = World::configured(|world| world.observing = ["entra"].into()).await;
    world.create(person("ada")).await;
    world.create(wizard("bob")).await;
    let list = waiting(&world).await;
    assert_eq!(list.len(), 2);
    assert!(list.iter().all(|it| it.held == Some(HeldBy::Observe)));
    let before = world.store().users.clone();
    let done = retry(&world, Which::All).await;
    assert!(done.retried.iter().all(|it| it.became == Became::Observed));
    assert_eq!(world.store().users, before);
    assert!(world.cxone().people.is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_requests_are_given_up_and_that_is_recorded() {
    let world = World::new();
    refuse(&world, "ada").await;
    refuse(&world, "bob").await;
    let later = refused_later(&world, "later").await;
    let done = forget(&world, users(&["ada", "later"])).await;
    assert_eq!(
        became(&done),
        [
            ("later@example.com", Became::Failed),
            ("ada@example.com", Became::Dismissed)
        ]
    );
    let left: Vec<_> = waiting(&world)
        .await
        .into_iter()
        .map(|it| it.user_name)
        .collect();
    assert_eq!(left, ["later@example.com", "bob@example.com"]);
    assert_eq!(world.row(later.id), later);
    let last = world
        .store()
        .events
        .last()
        .map(|event| (event.kind, event.user));
    assert_eq!(last, Some((EventKind::Dismissed, None)));
    let told = json!(world.store().events.last()).to_string();
    assert!(!told.contains("ada"), "{told}");
}

/// A plugin that failed at a create is a refused request, too.
#[tokio::test(start_paused = true)]
async fn what_a_plugin_failed_at_is_replayed() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("trap");
    let refused = world.ask(post(body)).await;
    assert!(matches!(refused, Err(Refusal::Plugin(_))), "{refused:?}");
    let list = waiting(&world).await;
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].id, list[0].undone), (None, Undone::Request));
    assert!(list[0].why.contains("pure"), "{}", list[0].why);
    let done = retry(&world, Which::All).await;
    assert_eq!(became(&done), [("ada@example.com", Became::Refused)]);
    assert_eq!(waiting(&world).await.len(), 1);
    forget(&world, Which::All).await;
    assert_eq!(waiting(&world).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_create_over_somebody_who_was_found_is_replayed_as_a_create() {
    let world = World::new();
    let mut found = crate::harness::world::by_hand("ada", "Supervisor");
    found.set(Attribute::DisplayName, "Ada");
    world.cxone().put(found);
    assert_eq!(
        world.find("entra", "ada").await.expect("an answer").total,
        1
    );
    refuse(&world, "ada").await;
    world.cxone().roles.push("Wizard");
    let done = retry(&world, Which::All).await;
    assert_eq!(became(&done), [("ada@example.com", Became::Done)]);
    assert_eq!(world.cxone().people.len(), 1);
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    assert_eq!(waiting(&world).await, []);
}
