//! Thousands of histories by chance: concurrent writes about users and groups through two connections, transfers between them, a
//! failing CXone, dying processes, connections that only observe for a while. Whatever happened, once CXone is well and the queue has worked, the promises hold. A failure
//! names its seed; `MODEL_SEED=n` repeats it.

mod groups;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::line::{Answer, Bridge};
use bridge::name::{UserId, fold};
use bridge::policy::Twins;
use bridge::said::{Ask, Condition};
use bridge::source::Source;
use bridge::target::Attribute;
use bridge::user::{State, User};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::plugins::mapped;
use crate::harness::seeds::every_seed;
use crate::harness::world::{World, active, by_hand, patch, person, post, put, scope, tenant};
use crate::model::groups::Sayings;

const HISTORIES: u64 = 2_000;
const NAMES: [&str; 3] = ["ada", "bob", "eve"];
const CONNECTIONS: [&str; 2] = ["entra", "okta"];

/// What was promised to the identity providers.
#[derive(Debug, Default)]
struct Promises {
    /// The newest version that was acknowledged, with its source.
    sources: BTreeMap<UserId, (u64, Source)>,
    deleted: BTreeSet<UserId>,
    /// Whom a request was about that was never answered, or with an error: by id or by name. It may have been done.
    open: BTreeSet<String>,
}

impl Promises {
    fn note(&mut self, about: String, answer: Option<&Answer>, id: Option<UserId>) {
        match answer {
            Some(Answer::Created(user) | Answer::Changed(user)) => {
                let newest = self.sources.entry(user.id).or_default();
                if user.version >= newest.0 {
                    *newest = (user.version, user.source.clone());
                }
            }
            Some(Answer::Deleted) => self.deleted.extend(id),
            None => {
                self.open.insert(about);
            }
        }
    }
}

/// A request by chance: for which connection, what, and about whom.
fn request(world: &World, renames: bool) -> (&'static str, Ask, String, Option<UserId>) {
    let pick = |bound: usize| {
        let bound = u64::try_from(bound).expect("small");
        usize::try_from(world.chance.below(bound)).expect("small")
    };
    let connection = CONNECTIONS[pick(2)];
    let name = NAMES[pick(3)];
    let body = || {
        let mut body = person(name);
        body["displayName"] = json!(format!("Name {}", pick(1000)));
        if world.chance.percent(15) {
            body["active"] = json!(false);
        }
        body
    };
    let known: Vec<User> = {
        let store = world.store();
        let mine = |user: &&User| user.live() && user.scope == scope(connection);
        store.users.iter().filter(mine).cloned().collect()
    };
    if known.is_empty() || world.chance.percent(30) {
        let name = fold(&format!("{name}@example.com"));
        return (
            connection,
            post(body()),
            format!("{connection} {name}"),
            None,
        );
    }
    let user = &known[pick(known.len())];
    let mut whole = body();
    whole["userName"] = json!(user.source.user_name());
    let rename = json!({"userName": format!("{name}@example.com")});
    let ask = match pick(10) {
        0..=2 => patch(
            user.id,
            json!({"displayName": format!("Name {}", pick(1000))}),
        ),
        3 => put(user.id, whole),
        4 | 5 => active(user.id, false),
        6 | 7 => active(user.id, true),
        8 if renames => patch(user.id, rename),
        _ => Ask::Delete(user.id),
    };
    (connection, ask, user.id.to_string(), Some(user.id))
}

/// Everybody, or somebody, goes from one connection to the other.
fn transfer(world: &World) -> JoinHandle<()> {
    let [from, to] = match world.chance.percent(50) {
        true => CONNECTIONS,
        false => [CONNECTIONS[1], CONNECTIONS[0]],
    };
    let names = match world.chance.below(6) {
        at @ 0..=2 => vec![format!(
            "{}@example.com",
            NAMES[usize::try_from(at).expect("small")]
        )],
        _ => Vec::new(),
    };
    let bridge = Arc::clone(&world.bridge);
    tokio::spawn(async move {
        let (from, to) = (scope(from).connection, scope(to).connection);
        let tenant = tenant();
        let done = bridge.transfer(&tenant, &from, &to, &names);
        let done = tokio::time::timeout(Duration::from_secs(900), done).await;
        assert!(done.is_err() || matches!(done, Ok(Ok(_))), "{done:?}");
    })
}

/// The process's own work: debts, and users whose groups changed.
fn queues(world: &World) -> [JoinHandle<()>; 2] {
    [
        tokio::spawn(Arc::clone(&world.bridge).work_off(tenant())),
        tokio::spawn(Arc::clone(&world.bridge).re_evaluate(tenant())),
    ]
}

/// Another process after the last one died; perhaps one for which a connection only observes, or does so no longer.
async fn restart(world: &mut World) {
    for connection in CONNECTIONS {
        if world.chance.percent(20) {
            world.observing.insert(connection);
        } else if world.chance.percent(50) {
            world.observing.remove(connection);
        }
    }
    world.restart().await;
    world.go_live().await;
}

async fn history(seed: u64) {
    let mut world = World::seeded(seed, true);
    let unique = world.chance.percent(50);
    if world.chance.percent(50) {
        world.policy.twins = Twins::Allow;
    }
    // One in ten only looks until the end.
    let looks_on = world.chance.percent(10);
    if looks_on {
        world.observing.extend(CONNECTIONS);
    }
    world.start();
    {
        let chaos = world.chance.below(40);
        let mut cxone = world.cxone();
        (cxone.unique, cxone.chaos) = (unique, chaos);
        cxone.roles.push("Evaluator");
        for name in NAMES {
            if world.chance.percent(20) {
                cxone.put(by_hand(name, "Supervisor"));
            }
        }
    }
    let by_hand: Vec<String> = world
        .cxone()
        .people
        .iter()
        .map(|(id, _)| id.clone())
        .collect();
    let sayings = Arc::new(Mutex::new(Sayings::default()));
    let promises = Arc::new(Mutex::new(Promises::default()));
    let mut asked: Vec<JoinHandle<()>> = Vec::new();
    let mut workers = queues(&world);
    for _ in 0..8 + world.chance.below(18) {
        let pause = [0, 1, 10, 60, 1_500][usize::try_from(world.chance.below(5)).expect("small")];
        tokio::time::sleep(Duration::from_millis(world.chance.below(pause + 1))).await;
        if world.chance.percent(6) {
            if world.chance.percent(50) {
                // In the midst of something rather than at once.
                let steps = 1 + u32::try_from(world.chance.below(12)).expect("small");
                world.life.die_in(steps);
                tokio::time::sleep(Duration::from_millis(world.chance.below(200))).await;
            }
            workers.iter().for_each(JoinHandle::abort);
            match looks_on {
                true => world.restart().await,
                false => restart(&mut world).await,
            }
            workers = queues(&world);
        }
        if world.chance.percent(25) {
            let connection = CONNECTIONS[usize::from(world.chance.percent(50))];
            let name = NAMES[usize::try_from(world.chance.below(3)).expect("small")];
            let found = world.find(connection, name);
            let _ = tokio::time::timeout(Duration::from_secs(60), found).await;
        }
        if world.chance.percent(35) {
            asked.push(groups::ask(&world, &sayings));
            continue;
        }
        if world.chance.percent(5) {
            asked.push(transfer(&world));
            continue;
        }
        let (connection, ask, about, id) = request(&world, unique);
        let bridge: Arc<Bridge> = Arc::clone(&world.bridge);
        let promises = Arc::clone(&promises);
        asked.push(tokio::spawn(async move {
            let scope = scope(connection);
            let answer = tokio::time::timeout(
                Duration::from_secs(900),
                bridge.write(&scope, ask, Condition::None),
            );
            let answer = answer.await.ok().and_then(Result::ok);
            let mut promises = promises.lock().expect("no panic");
            promises.note(about, answer.as_ref(), id);
        }));
    }
    for task in asked {
        task.await.expect("an end");
    }
    workers.iter().for_each(JoinHandle::abort);
    if looks_on {
        assert_eq!(world.cxone().told, [], "CXone is only read");
    }
    // An aborted worker may hold an intent, as a process that ended.
    world.observing.clear();
    world.restart().await;
    world.go_live().await;
    // Removals that a transfer found and holds, or that came up while a connection observed: they were meant.
    for connection in CONNECTIONS {
        let released = world.bridge.release(&scope(connection)).await;
        released.expect("a release");
    }
    world.settle().await;
    check(
        &world,
        &promises.lock().expect("no panic"),
        &by_hand,
        unique,
    );
    groups::check(&world.store(), &sayings.lock().expect("no panic"));
    nothing_left_to_tell(&world).await;
}

fn check(world: &World, promises: &Promises, by_hand: &[String], unique: bool) {
    let store = world.store();
    let cxone = world.cxone();
    assert!(store.intents.is_empty(), "a lock is left");
    let rows = || {
        store
            .users
            .iter()
            .filter(|user| user.state != State::Offered)
    };

    let names: Vec<String> = cxone
        .people
        .iter()
        .filter_map(|(_, target)| target.get(Attribute::UserName).map(fold))
        .collect();
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(
        distinct.len(),
        names.len(),
        "two people of one name (unique: {unique})"
    );
    for (id, _) in cxone.people.iter().skip(by_hand.len()) {
        let known = store
            .users
            .iter()
            .any(|user| user.link.as_ref() == Some(id));
        assert!(known, "nobody knows {id}, whom we made");
    }

    let mut owners: BTreeMap<&str, UserId> = BTreeMap::new();
    for user in rows().filter(|user| user.live() && user.accepted.is_some()) {
        if let Some(link) = &user.link {
            assert_eq!(owners.insert(link, user.id), None, "two owners of {link}");
        }
    }

    for user in rows() {
        let held = user.link.as_ref().and_then(|link| cxone.held(link));
        let elsewhere = user
            .link
            .as_deref()
            .and_then(|link| owners.get(link))
            .is_some_and(|id| *id != user.id);
        assert!(user.debt.is_none());
        if user.transferred.is_some() {
            assert!(user.link.is_none() && user.accepted.is_none(), "{user:?}");
            continue;
        }
        if !(user.live() && user.source.active()) {
            let gone = held.is_none_or(|held| held.target.active == Some(false));
            assert!(gone || elsewhere, "a leaver stayed: {user:?}");
            continue;
        }
        match user.state {
            State::Settled => {
                let held = held
                    .unwrap_or_else(|| panic!("not in CXone: {user:?}"))
                    .target;
                assert_eq!(held.active, Some(true), "not active: {user:?}");
                groups::check_role(&store, user, held.get(Attribute::Role), by_hand);
                for (attribute, value) in mapped(&user.source).values {
                    assert_eq!(held.get(attribute), Some(value.as_str()), "{user:?}");
                }
            }
            // Acknowledged while nobody could compare, and the name was another's when CXone was told.
            State::Refused => {
                let reason = user.reason.as_deref().unwrap_or_default();
                let twin = world.policy.twins == Twins::Refuse && reason.contains("no likely twin");
                let conflict = reason.contains("one owner") || reason.contains("409") || twin;
                assert!(conflict, "refused for nothing: {user:?}");
            }
            _ => panic!("left in between: {user:?}"),
        }
    }

    for (id, (version, source)) in &promises.sources {
        let user = store
            .users
            .iter()
            .find(|user| user.id == *id)
            .expect("an acknowledged user");
        assert!(user.version >= *version);
        let name = format!("{} {}", user.scope.connection, fold(source.user_name()));
        let unsure = promises.open.contains(&id.to_string()) || promises.open.contains(&name);
        assert!(
            unsure || user.source == *source,
            "an acknowledged write is lost: {user:?}"
        );
    }
    for id in &promises.deleted {
        assert!(
            store
                .users
                .iter()
                .any(|user| user.id == *id && !user.live()),
            "a deletion is lost"
        );
    }
}

/// Asking again for what is there already tells CXone nothing.
async fn nothing_left_to_tell(world: &World) {
    let told = world.cxone().told.len();
    let settled: Vec<User> = world.store().users.clone();
    for user in settled
        .iter()
        .filter(|user| user.live() && user.state == State::Settled)
    {
        let values: Value = json!({"active": user.source.active()});
        let answer = world
            .bridge
            .write(&user.scope, patch(user.id, values), Condition::None)
            .await;
        assert!(matches!(answer, Ok(Answer::Changed(_))), "{answer:?}");
    }
    assert_eq!(world.cxone().told.len(), told);
}

#[test]
fn every_history_ends_well() {
    every_seed(HISTORIES, history);
}
