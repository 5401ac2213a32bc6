//! Why somebody has what they have: found out by changing one thing at a time.

use std::time::Duration;

use bridge::explain::{Aim, Explanation, Said, Why};
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::template::Template;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::groups::named;
use crate::harness::cxone::{Call, Fault};
use crate::harness::plugins::NEVER_SENT;
use crate::harness::world::{World, active, person, post, scope, tenant};
use crate::plan::Looking;

async fn story(world: &World, who: &str, aim: Aim) -> Explanation {
    let bridge = Looking::at_each().bridge(world);
    let told = bridge.explain(&tenant(), who, Some(aim)).await;
    told.expect("an explanation").remove(0)
}

async fn why(world: &World, who: &str, aim: Aim) -> Why {
    story(world, who, aim).await.why.expect("a reason")
}

fn with(name: &str, more: &Value) -> Value {
    let mut body = person(name);
    let members = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

fn said(path: &str, value: &str) -> Said {
    Said {
        path: path.to_owned(),
        value: Some(value.to_owned()),
    }
}

/// What each flip says instead and comes to.
fn flips(why: &Why) -> Vec<(Vec<Option<&str>>, Option<&str>)> {
    why.flips
        .iter()
        .map(|flip| {
            let values = flip.instead.iter().map(|it| it.value.as_deref());
            (values.collect(), flip.result.as_deref())
        })
        .collect()
}

const ROLE: Aim = Aim::Attribute(Attribute::Role);

#[tokio::test(start_paused = true)]
async fn an_attribute_hinges_on_what_flips_it_and_on_nothing_else() {
    let world = World::new();
    world
        .create(with("ada", &json!({"title": "Agent", "locale": "en"})))
        .await;
    world
        .create(with("bob", &json!({"title": "Supervisor"})))
        .await;
    world
        .create(with("cyd", &json!({"locale": "canary"})))
        .await;
    let why = why(&world, "ada@example.com", ROLE).await;
    // What one person alone has is no part of another's story.
    let told = serde_json::to_string(&why).expect("JSON");
    assert!(!told.contains("canary") && !told.contains("cyd@"), "{told}");
    assert_eq!(why.value.as_deref(), Some("Agent"));
    assert_eq!(why.set_by.as_deref(), Some("pure"));
    assert_eq!(why.because, [said("title", "Agent")]);
    let indifferent = [
        "userName",
        "name.givenName",
        "name.familyName",
        "emails[type eq \"work\"].value",
        "emails[type eq \"work\"].primary",
        "locale",
    ];
    for path in indifferent {
        assert!(
            why.indifferent.iter().any(|it| it == path),
            "{path}: {why:#?}"
        );
    }
    assert!(!why.indifferent.iter().any(|it| it == "title"));
    // What somebody else really has comes before what nobody has.
    assert_eq!(
        flips(&why)[0],
        (vec![Some("Supervisor")], Some("Supervisor"))
    );
    assert!(why.unknown.is_none() && !why.cut_short);
}

#[tokio::test(start_paused = true)]
async fn groups_decide_like_anything_else() {
    let world = World::new();
    let ada = world.create(with("ada", &json!({"title": "Agent"}))).await;
    let entra = scope("entra");
    for (name, members) in [
        ("role Supervisor", vec![ada.id]),
        ("role Manager", Vec::new()),
    ] {
        let group = named(name, &members);
        let done = world.bridge.write_group(&entra, group, Condition::None);
        assert!(done.await.is_ok());
    }
    world.settle().await;
    let why = why(&world, "ada@example.com", ROLE).await;
    assert_eq!(why.value.as_deref(), Some("Supervisor"));
    assert_eq!(why.because, [said("group", "role Supervisor")]);
    assert!(why.indifferent.iter().any(|it| it == "title"), "{why:#?}");
    assert!(
        flips(&why).contains(&(vec![None], Some("Agent"))),
        "{why:#?}"
    );
    // The group that counts is the first: joining another changes nothing.
    assert_eq!(why.flips.len(), 1);
    world.create(person("bob")).await;
    let why = self::why(&world, "bob@example.com", ROLE).await;
    let joined = (vec![Some("role Manager")], Some("Manager"));
    assert!(flips(&why).contains(&joined), "{why:#?}");
}

/// Title and group say the same: neither alone flips it, both together do.
#[tokio::test(start_paused = true)]
async fn two_things_of_which_either_is_enough_are_found_together() {
    let world = World::new();
    let ada = world
        .create(with("ada", &json!({"title": "Supervisor", "locale": "en"})))
        .await;
    let group = named("role Supervisor", &[ada.id]);
    let entra = scope("entra");
    let done = world.bridge.write_group(&entra, group, Condition::None);
    assert!(done.await.is_ok());
    world.settle().await;
    let why = why(&world, "ada@example.com", ROLE).await;
    let both = [
        said("title", "Supervisor"),
        said("group", "role Supervisor"),
    ];
    assert_eq!(why.because, both, "{why:#?}");
    assert_eq!(flips(&why), [(vec![None, None], None)]);
    assert!(why.indifferent.iter().any(|it| it == "locale"));
    assert!(!why.indifferent.iter().any(|it| it.contains("Supervisor")));
}

#[tokio::test(start_paused = true)]
async fn slow_plugins_are_not_waited_for_to_the_end() {
    let world = World::new();
    world.create(with("ada", &json!({"title": "Agent"}))).await;
    // Whatever is tried is cut off: between two runs, within one, within the first.
    for (seconds, runs) in [(2, 13..=14), (12, 2..=2)] {
        *world.plugins.takes.lock().expect("no panic") = Duration::from_secs(seconds);
        let begun = Instant::now();
        let why = why(&world, "ada@example.com", ROLE).await;
        assert!(begun.elapsed() < Duration::from_secs(31), "{seconds}");
        assert!(why.cut_short && runs.contains(&why.runs), "{why:#?}");
        let last = "title".to_owned();
        assert!(!why.indifferent.contains(&last) && why.because.is_empty());
    }
    *world.plugins.takes.lock().expect("no panic") = Duration::from_secs(90);
    let why = why(&world, "ada@example.com", ROLE).await;
    assert_eq!(why.unknown.as_deref(), Some("the plugins take too long"));
}

#[tokio::test(start_paused = true)]
async fn what_is_read_and_never_said_is_named() {
    let world = World::new();
    world.create(with("ada", &json!({"title": "Agent"}))).await;
    let ada = story(
        &world,
        "ada@example.com",
        Aim::Attribute(Attribute::TimeZone),
    )
    .await;
    let never: Vec<&str> = ada.never_said.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(never, ["externalId", NEVER_SENT]);
    assert!(ada.never_said.iter().all(|it| it.plugin == "pure"));
    let why = ada.why.expect("a reason");
    assert_eq!((why.value.as_deref(), why.because.len()), (None, 0));
    assert!(why.unsaid.iter().any(|path| path == NEVER_SENT), "{why:#?}");
    assert!(why.unsaid.iter().any(|path| path == "timezone"), "{why:#?}");
    assert!(!why.unsaid.iter().any(|path| path == "externalId"));
    // Somebody else says it: then it is said.
    world
        .create(with("bob", &json!({"externalId": "00u1"})))
        .await;
    let ada = story(&world, "ada@example.com", ROLE).await;
    assert_eq!(ada.never_said.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_template_of_long_ago_hinges_on_what_chose_it() {
    let mut world = World::new();
    let mut gold = Template::default();
    gold.values.set(Attribute::TimeZone, "Europe/Vienna");
    world.templates.insert("gold".to_owned(), gold);
    world.restart().await;
    world
        .create(with("ada", &json!({"userType": "gold"})))
        .await;
    for aim in [Aim::Template, Aim::Attribute(Attribute::TimeZone)] {
        let why = why(&world, "ada@example.com", aim).await;
        assert_eq!(why.because, [said("userType", "gold")], "{aim}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_hinges_on_what_the_rule_looked_at() {
    let world = World::new();
    let refused = world
        .ask(post(with("ada", &json!({"displayName": "deny"}))))
        .await;
    assert!(refused.is_err());
    let ada = story(&world, "ada@example.com", Aim::Verdict).await;
    assert_eq!(ada.verdict.as_deref(), Some("denied by pure: denied"));
    let why = ada.why.expect("a reason");
    assert_eq!(why.because, [said("displayName", "deny")]);
    assert!(
        flips(&why)
            .iter()
            .any(|(_, result)| *result == Some("allowed"))
    );
    // The mapper is asked about as ever, although a rule says no.
    let why = self::why(&world, "ada@example.com", Aim::Attribute(Attribute::Email)).await;
    assert_eq!(why.because.len(), 1);
    assert!(why.because[0].path.starts_with("emails"));
}

#[tokio::test(start_paused = true)]
async fn whom_no_plugin_is_asked_about_has_no_reasons() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    world.change(active(ada.id, false)).await;
    let reason = why(&world, "ada@example.com", ROLE).await.unknown;
    assert!(reason.is_some_and(|it| it.contains("inactive")));
    world.change(active(ada.id, true)).await;
    let refused = world
        .ask(post(with("bob", &json!({"displayName": "trap"}))))
        .await;
    assert!(refused.is_err());
    let bridge = Looking::at_each().bridge(&world);
    let told = bridge.explain(&tenant(), "ada@example.com", None).await;
    assert!(told.expect("an explanation")[0].why.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_story_tells_steps_verdict_and_whether_they_can_sign_in() {
    let world = World::new();
    world.create(with("ada", &json!({"title": "Agent"}))).await;
    let told = |who: &'static str| story(&world, who, ROLE);
    let ada = told("ada@example.com").await;
    assert_eq!(ada.steps.len(), 1);
    assert_eq!(
        (&*ada.steps[0].by, &ada.steps[0].not_counted),
        ("pure", &None)
    );
    let role = (Attribute::Role, None, Some("Agent".to_owned()));
    assert!(ada.steps[0].changed.contains(&role));
    assert_eq!(ada.verdict.as_deref(), Some("allowed"));
    // The double shows no login authenticator.
    assert_eq!(ada.sign_in.can, None);
    assert!(ada.sign_in.because.contains("login authenticator"));
    world.cxone().people[0]
        .1
        .set(Attribute::LoginAuthenticator, "Example SSO");
    let ada = told("ada@example.com").await;
    assert!(ada.sign_in.because.contains("invited"), "{:?}", ada.sign_in);
    world.cxone().people[0].1.active = Some(false);
    let ada = told("ada@example.com").await;
    assert_eq!(ada.sign_in.can, Some(false));
    world.cxone().people.clear();
    let ada = told("ada@example.com").await;
    assert_eq!(ada.sign_in.can, Some(false));
    assert!(ada.sign_in.because.contains("nobody"), "{:?}", ada.sign_in);
    world.fail(Call::Read, Fault::Away);
    world.cxone().down = true;
    let ada = told("ada@example.com").await;
    assert_eq!(ada.sign_in.can, None);
    assert!(ada.sign_in.because.contains("cannot be asked"));
}
