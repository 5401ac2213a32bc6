//! Whoever is asked about is explained: what was said, what CXone holds, and what is the matter.

use bridge::event::EventKind;
use bridge::explain::{Explanation, Fate};
use bridge::plan::Kind;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::{Owner, State};
use serde_json::{Value, json};

use crate::groups::named;
use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, scope, tenant};
use crate::plan::Looking;

async fn explained(world: &World, who: &str) -> Vec<Explanation> {
    let bridge = Looking::at_each().bridge(world);
    bridge
        .explain(&tenant(), who, None)
        .await
        .expect("explanations")
}

async fn one(world: &World, who: &str) -> Explanation {
    let mut found = explained(world, who).await;
    assert_eq!(found.len(), 1, "{who}: {found:?}");
    found.remove(0)
}

fn with(name: &str, more: &Value) -> Value {
    let mut body = person(name);
    let members = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

#[tokio::test(start_paused = true)]
async fn somebody_is_found_by_every_name_and_id() {
    let world = World::new();
    let address = json!([{"value": "a.byron@example.com", "primary": true}]);
    let body = with("ada", &json!({"externalId": "00u1", "emails": address}));
    let ada = world.create(body).await;
    let link = ada.link.clone().expect("a link");
    // CXone does not take the rename: she has the former name there, and the new one here.
    world.fail(Call::Read, Fault::Away);
    let renamed = json!({"userName": "countess@example.com"});
    world.change(patch(ada.id, renamed)).await;
    let names = [
        "Countess@Example.com",
        "ada@example.com",
        "A.Byron@example.com",
        "00u1",
        &ada.id.to_string(),
        &ada.id.to_string().to_uppercase(),
        &link,
    ];
    for who in names {
        assert_eq!(one(&world, who).await.user, ada.id, "{who}");
    }
    for who in ["", " ", "eve@example.com", "cx-99"] {
        assert!(explained(&world, who).await.is_empty(), "{who}");
    }
    world.settle().await;
    world.delete(ada.id).await;
    for who in ["countess@example.com", &link] {
        let gone = one(&world, who).await;
        assert!(gone.deleted.is_some(), "{who}");
        assert!(
            gone.matter.contains("CXone shows them inactive"),
            "{}",
            gone.matter
        );
    }
    let new = world.create(person("countess")).await.id;
    let both = explained(&world, "countess@example.com").await;
    let ids: Vec<_> = both.iter().map(|it| it.user).collect();
    assert_eq!(ids, [new, ada.id], "the live one first");
}

#[tokio::test(start_paused = true)]
async fn the_story_says_who_set_what_who_decides_it_and_what_would_be_sent() {
    let world = World::new();
    let body = with("ada", &json!({"title": "Agent", "displayName": "Ada"}));
    let ada = world.create(body).await;
    let group = named("Voice", &[ada.id]);
    let entra = scope("entra");
    let done = world.bridge.write_group(&entra, group, Condition::None);
    assert!(done.await.is_ok());
    world.settle().await;
    {
        let mut cxone = world.cxone();
        cxone.people[0].1.set(Attribute::Role, "Supervisor");
        cxone.people[0].1.set(Attribute::GivenName, "Otherwise");
    }
    let story = one(&world, "ada@example.com").await;
    assert_eq!(story.groups[0].display_name, "Voice");
    assert_eq!(story.source["displayName"], "Ada");
    let row = |attribute| {
        let mut rows = story.attributes.iter();
        rows.find(|row| row.attribute == attribute).expect("a row")
    };
    let given = row(Attribute::GivenName);
    assert_eq!(given.wanted.as_deref(), Some("ada"));
    assert_eq!(given.held.as_deref(), Some("Otherwise"));
    assert_eq!(given.set_by.as_deref(), Some("pure"));
    assert_eq!((given.owner, given.fate), (Owner::Idp, Fate::Send));
    let role = row(Attribute::Role);
    assert_eq!((role.owner, role.fate), (Owner::Handover, Fate::Stays));
    assert_eq!(row(Attribute::Email).fate, Fate::Nothing);
    assert_eq!(story.outcome.kind, Kind::Replace);
    assert_eq!(
        story.held.as_ref().map(|held| held.active),
        Some(Some(true))
    );
    assert!(
        story.matter.contains("with the next write"),
        "{}",
        story.matter
    );
    assert!(
        story
            .events
            .iter()
            .any(|event| event.kind == EventKind::Created)
    );
    // Who hears of it next notes that the role is theirs, and since when.
    world
        .change(patch(ada.id, json!({"displayName": "Ada King"})))
        .await;
    let story = one(&world, "ada@example.com").await;
    let mut rows = story.attributes.iter();
    let role = rows
        .find(|row| row.attribute == Attribute::Role)
        .expect("a row");
    assert_eq!((role.owner, role.since.is_some()), (Owner::Cxone, true));
    assert!(
        story.matter.starts_with("nothing is the matter"),
        "{}",
        story.matter
    );
}

#[tokio::test(start_paused = true)]
async fn an_explanation_changes_nothing_and_its_debug_tells_nobody() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    world.cxone().down = true;
    world
        .change(patch(ada.id, json!({"displayName": "Ada"})))
        .await;
    world.cxone().down = false;
    let before = format!("{:?}", world.store());
    let looking = Looking::at_each();
    let found = looking
        .bridge(&world)
        .explain(&tenant(), "ada@example.com", None)
        .await;
    let found = found.expect("an explanation");
    assert_eq!(format!("{:?}", world.store()), before);
    assert_eq!(looking.wrongs(), Vec::<String>::new());
    assert_eq!(looking.asked(), ["directory", "read"]);
    let text = serde_json::to_value(&found).expect("JSON");
    let read: Vec<Explanation> = serde_json::from_value(text).expect("explanations");
    assert_eq!(read, found);
    let shown = format!("{found:?}");
    assert!(!shown.contains("Ada") && !shown.contains("ada@"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_refused_is_explained_although_nobody_was_stored() {
    let world = World::new();
    let refused = world
        .ask(post(with("ada", &json!({"displayName": "deny"}))))
        .await;
    assert!(matches!(refused, Err(Refusal::Denied(_))));
    let story = one(&world, "ADA@example.com").await;
    assert!(!story.stored);
    assert_eq!(story.outcome.kind, Kind::Refuse);
    assert_eq!(story.outcome.rule.as_deref(), Some("pure"));
    assert!(
        story.matter.contains("the create was refused: denied"),
        "{}",
        story.matter
    );
    assert!(
        story.matter.contains("jackfield retry acme"),
        "{}",
        story.matter
    );
    // A missing role, mended since.
    world.cxone().roles = vec!["Supervisor"];
    assert!(world.ask(post(person("bob"))).await.is_err());
    let story = one(&world, "bob@example.com").await;
    assert_eq!(story.outcome.kind, Kind::Refuse);
    world.cxone().roles = vec!["Agent"];
    let story = one(&world, "bob@example.com").await;
    assert_eq!(story.outcome.kind, Kind::Create);
    assert!(story.matter.contains("would pass now"), "{}", story.matter);
}

#[tokio::test(start_paused = true)]
async fn what_is_the_matter_is_said_in_the_last_line() {
    let mut world = World::new();
    world.protected.insert("gus@example.com".to_owned());
    world.removals = 0;
    world.restart().await;
    let [held, owed] = ["ada", "bob"].map(person);
    let (held, owed) = (world.create(held).await.id, world.create(owed).await.id);
    world.change(active(held, false)).await;
    world.fail(Call::Directory, Fault::Away);
    world
        .change(patch(owed, json!({"displayName": "defer"})))
        .await;
    world.fail(Call::Create, Fault::Lost { applied: false });
    world.create(person("cyd")).await;
    world.cxone().put(by_hand("dan", "Agent"));
    let found = world.find("entra", "dan").await.expect("found").found;
    assert_eq!(found[0].state, State::Offered);
    for (who, kind, says) in [
        ("ada", Kind::Deactivate, "jackfield release acme entra"),
        ("bob", Kind::Defer, "waits for a group"),
        ("cyd", Kind::Create, "owed since"),
        ("dan", Kind::Nothing, "the identity provider's first write"),
    ] {
        let story = one(&world, &format!("{who}@example.com")).await;
        assert_eq!(story.outcome.kind, kind, "{who}: {}", story.matter);
        assert!(story.matter.contains(says), "{who}: {}", story.matter);
    }
    let cyd = one(&world, "cyd@example.com").await;
    assert_eq!(cyd.uncertain, ["cyd@example.com"]);
    assert_eq!(
        cyd.next.as_deref(),
        Some("within seconds, for as long as it takes")
    );
    world.cxone().down = true;
    let away = one(&world, "bob@example.com").await;
    assert!(
        away.no_answer
            .is_some_and(|reason| reason.contains("CXone is ill"))
    );
    assert!(
        away.matter.starts_with("cannot be said now"),
        "{}",
        away.matter
    );
}
