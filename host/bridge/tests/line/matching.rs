//! Who is whom on the first day of a real tenant: what is proposed, what a person's word does, and what it never does.

use std::sync::Arc;

use bridge::matching::{By, Paired, Pairs};
use bridge::name::UserId;
use bridge::policy::{Policy, Twins};
use bridge::refusal::Refusal;
use bridge::target::{Attribute, Target};
use bridge::template::Template;
use bridge::user::{State, User};
use serde_json::{Value, json};

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, scope, tenant};

/// Somebody in CXone under another user name than the identity provider's.
fn otherwise(name: &str, address: &str, role: &str) -> Target {
    let mut target = by_hand(name, role);
    target.set(Attribute::UserName, format!("{name}.old@example.com"));
    target.set(Attribute::Email, address);
    target
}

async fn pairs(world: &World) -> Pairs {
    let pairs = world.bridge.pairs(&scope("entra")).await;
    pairs.expect("an answer")
}

async fn pair(world: &World, wanted: &[(String, String)]) -> Paired {
    let paired = world.bridge.pair(&scope("entra"), wanted).await;
    paired.expect("an answer")
}

async fn one(world: &World, user: &str, cxone: &str) -> Paired {
    let user = format!("{user}@example.com");
    pair(world, &[(user, cxone.to_owned())]).await
}

fn named(world: &World, name: &str) -> User {
    let store = world.store();
    let name = format!("{name}@example.com");
    let user = store
        .users
        .iter()
        .find(|user| user.source.user_name() == name);
    user.expect("a user").clone()
}

fn with(name: &str, attribute: &str, value: Value) -> Value {
    let mut body = person(name);
    body[attribute] = value;
    body
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_full_already_goes_live_without_a_second_account_or_a_lost_role() {
    let mut world = World::configured(|world| world.observing = ["entra"].into()).await;
    let (bob, cat) = {
        let mut cxone = world.cxone();
        cxone.put(by_hand("ada", "Supervisor"));
        let bob = cxone.put(otherwise("bob", "BOB@example.com", "Supervisor"));
        let cat = cxone.put(otherwise("cat", "cat@example.com", "Agent"));
        cxone.put(otherwise("kit", "cat@example.com", "Agent"));
        (bob, cat)
    };
    for name in ["ada", "bob", "cat", "dan"] {
        world.create(with(name, "title", json!("Agent"))).await;
    }
    let found = pairs(&world).await;
    assert_eq!((found.observes, found.listed), (true, Some(4)));
    let certain: Vec<_> = found
        .certain
        .iter()
        .map(|pair| (pair.user.user_name.as_str(), pair.by))
        .collect();
    assert_eq!(
        certain,
        [
            ("ada@example.com", By::UserName),
            ("bob@example.com", By::Email)
        ]
    );
    assert_eq!(found.ambiguous.len(), 1);
    assert_eq!(found.ambiguous[0].user.user_name, "cat@example.com");
    assert_eq!(found.ambiguous[0].people.len(), 2);
    assert_eq!(found.unmatched.len(), 1);
    assert_eq!(found.unmatched[0].user.user_name, "dan@example.com");
    assert_eq!(found.left_over, 2);

    let proposed = found.proposed();
    assert_eq!(
        proposed,
        [(named(&world, "bob").id.to_string(), bob.clone())]
    );
    let paired = pair(&world, &proposed).await;
    assert_eq!((paired.linked.len(), paired.unpaired.len()), (1, 0));
    assert_eq!(one(&world, "cat", &cat).await.linked.len(), 1);
    let again = pairs(&world).await;
    assert!(again.proposed().is_empty() && again.ambiguous.is_empty());
    assert_eq!(
        again
            .certain
            .iter()
            .filter(|pair| pair.by == By::Link)
            .count(),
        2
    );
    assert_eq!(world.cxone().told, [], "nobody was told anything");
    let row = named(&world, "bob");
    assert_eq!((row.state, row.link.as_ref()), (State::Owed, Some(&bob)));
    assert!(row.debt.is_some_and(|debt| debt.held && debt.observed));
    let shown = row.shown.expect("what the rules are told that CXone holds");
    assert_eq!(shown.get(Attribute::Role), Some("Supervisor"));

    world.observing.clear();
    world.restart().await;
    world.go_live().await;
    world.settle().await;
    assert_eq!(world.cxone().people.len(), 5, "dan alone was made");
    let created: Vec<_> = world
        .cxone()
        .told
        .iter()
        .filter(|(call, _)| *call == Call::Create)
        .cloned()
        .collect();
    assert_eq!(created, [(Call::Create, "dan@example.com".to_owned())]);
    for (name, role) in [
        ("ada", "Supervisor"),
        ("bob", "Supervisor"),
        ("cat", "Agent"),
    ] {
        assert_eq!(world.held(name).get(Attribute::Role), Some(role), "{name}");
        assert_eq!(named(&world, name).state, State::Settled, "{name}");
    }
    let after = pairs(&world).await;
    assert_eq!(
        (after.certain.len(), after.unmatched.len(), after.left_over),
        (0, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_refused_for_a_twin_becomes_a_user_by_a_persons_word() {
    let world = World::new();
    let bob = world
        .cxone()
        .put(otherwise("bob", "bob@example.com", "Supervisor"));
    let refused = world.ask(post(person("bob"))).await;
    assert!(matches!(refused, Err(Refusal::Denied(_))), "{refused:?}");
    let found = pairs(&world).await;
    assert_eq!(found.certain.len(), 1);
    assert_eq!(
        (found.certain[0].by, found.certain[0].user.id),
        (By::Email, None)
    );
    let paired = pair(&world, &found.proposed()).await;
    assert_eq!(paired.linked.len(), 1, "{paired:?}");
    assert_eq!(paired.linked[0].state, State::Settled);
    assert_eq!(world.held("bob").get(Attribute::Role), Some("Supervisor"));
    assert_eq!(world.cxone().people.len(), 1);
    assert_eq!(named(&world, "bob").link, Some(bob));
    assert!(world.store().refusals.is_empty());
    // The identity provider finds him, and goes on.
    let row = world
        .find("entra", "bob")
        .await
        .expect("an answer")
        .found
        .remove(0);
    let changed = world
        .change(patch(row.id, json!({"displayName": "Bob"})))
        .await;
    assert_eq!(changed.state, State::Settled);
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn somebody_acknowledged_and_refused_since_is_linked_and_brought_about() {
    let world = World::new();
    world.cxone().down = true;
    world.create(person("bob")).await;
    let bob = world
        .cxone()
        .put(otherwise("bob", "bob@example.com", "Agent"));
    world.settle().await;
    assert_eq!(named(&world, "bob").state, State::Refused);
    assert_eq!(one(&world, "bob", &bob).await.linked.len(), 1);
    assert_eq!(named(&world, "bob").state, State::Settled);
    assert_eq!(
        world.held("bob").get(Attribute::Email),
        Some("bob@example.com")
    );
    assert_eq!(world.cxone().people.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_cannot_be_is_refused_with_the_reason() {
    let world = World::configured(|world| {
        world.policy = Policy {
            twins: Twins::Allow,
            ..Policy::default()
        };
        world.protected.insert("boss.old@example.com".to_owned());
    })
    .await;
    let (own, boss, taken, free, namesake) = {
        let mut cxone = world.cxone();
        let own = cxone.put(by_hand("key", "Administrator"));
        cxone.own.insert(own.clone());
        let boss = cxone.put(otherwise("boss", "boss@example.com", "Supervisor"));
        let taken = cxone.put(by_hand("taken", "Agent"));
        let free = cxone.put(otherwise("free", "free@example.com", "Agent"));
        (own, boss, taken, free, cxone.put(by_hand("ben", "Agent")))
    };
    world.create(person("taken")).await;
    let refused = |name| world.ask(post(with(name, "title", json!("Wizard"))));
    for name in ["ada", "ben"] {
        assert!(refused(name).await.is_err());
    }
    world.fail(Call::Create, Fault::Lost { applied: false });
    world.create(person("maybe")).await;
    let before = world.store().users.clone();
    for (user, cxone, says) in [
        ("ada", "cx-99", "knows no user of the id cx-99"),
        ("ada", own.as_str(), "whom the access key belongs to"),
        ("ada", boss.as_str(), "protected"),
        ("ada", taken.as_str(), "already"),
        ("nobody", free.as_str(), "no such user"),
        ("taken", free.as_str(), "somebody else in CXone"),
        ("ben", free.as_str(), namesake.as_str()),
        ("maybe", free.as_str(), "may have arrived"),
    ] {
        let paired = one(&world, user, cxone).await;
        assert_eq!(paired.linked, [], "{user} {cxone}");
        let reason = &paired.unpaired[0].reason;
        assert!(reason.contains(says), "{user} {cxone}: {reason}");
    }
    assert_eq!(world.store().users, before);
    // The role is refused still: whoever is linked waits as one who is refused, and nobody is made.
    let paired = one(&world, "ada", &free).await;
    assert_eq!(paired.linked[0].state, State::Refused);
    let twice = one(&world, "ada", &free).await;
    assert!(twice.unpaired[0].reason.contains("already"), "{twice:?}");
    world.cxone().roles.push("Wizard");
    let all = bridge::retry::Which::All;
    let retried = world.bridge.retry(&tenant(), &all, false).await;
    assert_eq!(retried.expect("an answer").retried.len(), 3);
    assert_eq!(named(&world, "ada").link, Some(free));
    assert_eq!(
        world.held("ada").get(Attribute::Role),
        Some("Agent"),
        "his people decide it"
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_list_of_people_only_user_names_are_matched() {
    let world = World::configured(|world| world.observing = ["entra"].into()).await;
    {
        let mut cxone = world.cxone();
        cxone.listed = false;
        cxone.put(otherwise("bob", "bob@example.com", "Agent"));
    }
    world.create(person("bob")).await;
    world.create(person("ada")).await;
    world.cxone().put(by_hand("ada", "Agent"));
    let found = pairs(&world).await;
    assert_eq!(found.listed, None);
    assert_eq!(found.certain.len(), 1);
    assert_eq!(found.certain[0].by, By::UserName);
    assert_eq!(found.unmatched.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn cxone_out_of_reach_is_said_and_changes_nothing() {
    let world = World::new();
    let bob = world
        .cxone()
        .put(otherwise("bob", "bob@example.com", "Agent"));
    assert!(world.ask(post(person("bob"))).await.is_err());
    world.cxone().down = true;
    let refused = world.bridge.pairs(&scope("entra")).await;
    assert!(
        matches!(refused, Err(Refusal::Unavailable { .. })),
        "{refused:?}"
    );
    let paired = one(&world, "bob", &bob).await;
    assert!(paired.unpaired[0].reason.contains("CXone"), "{paired:?}");
    assert!(world.store().users.is_empty());
    // What fails after the link is made is owed.
    world.cxone().down = false;
    world.fail(Call::Replace, Fault::Away);
    let paired = one(&world, "bob", &bob).await;
    assert_eq!(paired.linked[0].state, State::Owed);
    world.settle().await;
    assert_eq!(named(&world, "bob").state, State::Settled);
    assert_eq!(world.cxone().people.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn somebody_inactive_in_cxone_comes_back_only_if_the_identity_provider_has_them_active() {
    let mut world = World::configured(|world| world.observing = ["entra"].into()).await;
    let mut gone = otherwise("gone", "gone@example.com", "Agent");
    gone.active = Some(false);
    let (here, away) = {
        let mut cxone = world.cxone();
        let here = cxone.put(Target {
            active: Some(false),
            ..otherwise("here", "here@example.com", "Agent")
        });
        (here, cxone.put(gone))
    };
    world.create(person("here")).await;
    let id: UserId = world.create(person("gone")).await.id;
    world.change(active(id, false)).await;
    assert_eq!(one(&world, "here", &here).await.linked.len(), 1);
    let linked = one(&world, "gone", &away).await;
    assert_eq!(linked.linked.len(), 1, "{linked:?}");
    world.observing.clear();
    world.restart().await;
    world.go_live().await;
    world.settle().await;
    assert_eq!(world.held("here").active, Some(true));
    assert_eq!(world.held("gone.old").active, Some(false));
    assert_eq!(world.cxone().people.len(), 2);
}

/// A process that ends anywhere in between leaves either a request that is refused still, or a link that is brought about.
#[tokio::test(start_paused = true)]
async fn a_link_is_made_whole_or_not_at_all() {
    for steps in 1..60 {
        let mut world = World::new();
        let bob = world
            .cxone()
            .put(otherwise("bob", "bob@example.com", "Supervisor"));
        assert!(world.ask(post(person("bob"))).await.is_err());
        world.life.die_in(steps);
        let bridge = Arc::clone(&world.bridge);
        let wanted = [("bob@example.com".to_owned(), bob.clone())];
        let dying = tokio::spawn(async move { bridge.pair(&scope("entra"), &wanted).await });
        let patience = std::time::Duration::from_secs(30);
        let _ = tokio::time::timeout(patience, dying).await;
        world.restart().await;
        world.settle().await;
        let linked = world
            .store()
            .users
            .iter()
            .any(|user| user.link.as_ref() == Some(&bob));
        let (people, refusals) = (world.cxone().people.len(), world.store().refusals.len());
        assert_eq!(
            (people, refusals),
            (1, usize::from(!linked)),
            "{steps} steps"
        );
        let name = if linked { "bob" } else { "bob.old" };
        assert_eq!(
            world.held(name).get(Attribute::Role),
            Some("Supervisor"),
            "{steps} steps"
        );
    }
}

/// What a template sets is handed over, like what decides access: what stands there before the first write stays, however the two
/// found each other.
#[tokio::test(start_paused = true)]
async fn a_template_changes_nobody_who_was_there_before() {
    let world = World::configured(|world| {
        let mut desk = Template::default();
        desk.values.set(Attribute::TimeZone, "Europe/London");
        world.templates.insert("desk".to_owned(), desk);
    })
    .await;
    let bob = {
        let mut cxone = world.cxone();
        let mut there = [
            by_hand("ada", "Agent"),
            otherwise("bob", "bob@example.com", "Agent"),
        ];
        for target in &mut there {
            target.set(Attribute::TimeZone, "Europe/Paris");
        }
        let [ada, bob] = there;
        cxone.put(ada);
        cxone.put(bob)
    };
    let mut matched = by_hand("cat", "Agent");
    matched.set(Attribute::TimeZone, "Europe/Paris");
    world.cxone().put(matched);
    world.create(with("ada", "userType", json!("desk"))).await;
    let refused = world
        .ask(post(with("bob", "userType", json!("desk"))))
        .await;
    assert!(refused.is_err());
    assert_eq!(one(&world, "bob", &bob).await.linked.len(), 1);
    let cat = world
        .find("entra", "cat")
        .await
        .expect("an answer")
        .found
        .remove(0);
    world
        .change(patch(cat.id, json!({"userType": "desk"})))
        .await;
    world.create(with("dan", "userType", json!("desk"))).await;
    for name in ["ada", "bob", "cat"] {
        assert_eq!(
            world.held(name).get(Attribute::TimeZone),
            Some("Europe/Paris"),
            "{name}"
        );
    }
    assert_eq!(
        world.held("dan").get(Attribute::TimeZone),
        Some("Europe/London")
    );
}

/// Somebody who left before they were linked leaves by being linked.
#[tokio::test(start_paused = true)]
async fn a_leaver_who_is_linked_does_not_stay() {
    for (observes, removals) in [(false, 9), (false, 0), (true, 9)] {
        let mut world = World::configured(|world| {
            world.removals = removals;
            world.observing.extend(observes.then_some("entra"));
        })
        .await;
        let bob = otherwise("bob", "bob@example.com", "Agent");
        let bob = world.cxone().put(bob);
        world.create(with("bob", "active", json!(false))).await;
        let linked = one(&world, "bob", &bob).await.linked;
        let debt = named(&world, "bob").debt;
        if removals > 0 && !observes {
            assert_eq!((linked[0].state, debt), (State::Settled, None));
        } else {
            let debt = debt.expect("a debt");
            assert!(debt.deactivation && debt.held && debt.observed == observes);
            assert!(world.drain(std::time::Duration::from_secs(60)).await);
            assert_eq!(world.held("bob.old").active, Some(true), "held");
            world.observing.clear();
            world.restart().await;
            world.go_live().await;
            world
                .bridge
                .release(&scope("entra"))
                .await
                .expect("a ledger");
        }
        world.settle().await;
        assert_eq!(
            world.held("bob.old").active,
            Some(false),
            "{observes} {removals}"
        );
    }
}
