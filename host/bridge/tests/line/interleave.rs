//! Ten thousand interleavings of duplicate creates, matches and deletes of one person: whatever overtakes whatever, CXone has one
//! user. Chance chooses who asks what and when, how long everything takes, what gets lost on the way to CXone, whether CXone
//! itself minds two users of one name, and whether one process serves or two do over one ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::line::{Answer, Bridge};
use bridge::name::UserId;
use bridge::query::Query;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::user::{State, User};
use scim::filter::Filter;
use scim::schema::ResourceSchemas;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::harness::cxone::Call;
use crate::harness::life::Chance;
use crate::harness::seeds::every_seed;
use crate::harness::world::{World, by_hand, person, post, scope, tenant};

const INTERLEAVINGS: u64 = 10_000;
const NAME: &str = "ada@example.com";

/// What the identity provider was told, and when.
#[derive(Debug, Default)]
struct Heard {
    /// When the first 201 for an id arrived.
    created: BTreeMap<UserId, Instant>,
    /// When its deletion was first asked for.
    asked_to_delete: BTreeMap<UserId, Instant>,
    /// Whose deletion was answered.
    deleted: BTreeSet<UserId>,
    /// Each match that was answered: when it was asked, when it was answered, and who was found.
    matches: Vec<(Instant, Instant, Vec<UserId>)>,
}

/// One identity provider's worker. Entra has several, and its retries make more.
struct Client {
    bridge: Arc<Bridge>,
    heard: Arc<Mutex<Heard>>,
    chance: Arc<Chance>,
    /// Whether one process serves.
    alone: bool,
}

impl Client {
    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().expect("no panic")
    }

    /// The same person, said in one of three ways: identical requests, another profile, another spelling of the name.
    fn body(&self) -> Value {
        let mut body = person("ada");
        match self.chance.below(4) {
            0 => body["displayName"] = json!(format!("Ada {}", self.chance.below(3))),
            1 => body["userName"] = json!("Ada@Example.COM"),
            _ => {}
        }
        body
    }

    async fn create(&self) -> Option<UserId> {
        let ask = post(self.body());
        let answer = self
            .bridge
            .write(&scope("entra"), ask, Condition::None)
            .await;
        match answer {
            Ok(Answer::Created(user)) => {
                let now = Instant::now();
                self.heard().created.entry(user.id).or_insert(now);
                Some(user.id)
            }
            Ok(other) => panic!("a create is answered {other:?}"),
            // Somebody was faster; or CXone, or the lock, was not to be had.
            Err(Refusal::Taken(_) | Refusal::Unavailable { .. }) => None,
            Err(Refusal::Denied(denial)) if denial.status == 409 && !self.alone => None,
            Err(other) => panic!("a create is refused: {other}"),
        }
    }

    async fn search(&self) -> Option<UserId> {
        let filter = format!("userName eq \"{NAME}\"");
        let query = Query {
            filter: Some(Filter::parse(&filter, ResourceSchemas::user()).expect("a filter")),
            sort: None,
            start_index: 1,
            count: 10,
        };
        let asked = Instant::now();
        let found = self.bridge.search(&scope("entra"), &query).await.ok()?;
        let ids: Vec<UserId> = found.found.iter().map(|user| user.id).collect();
        let first = ids.first().copied();
        self.heard().matches.push((asked, Instant::now(), ids));
        first
    }

    async fn delete(&self, id: UserId) {
        let now = Instant::now();
        self.heard().asked_to_delete.entry(id).or_insert(now);
        let ask = Ask::Delete(id);
        let answer = self
            .bridge
            .write(&scope("entra"), ask, Condition::None)
            .await;
        match answer {
            Ok(Answer::Deleted) => {
                self.heard().deleted.insert(id);
            }
            Ok(other) => panic!("a deletion is answered {other:?}"),
            // Another one was faster; or the lock was not to be had.
            Err(Refusal::NotFound | Refusal::Unavailable { .. }) => {}
            Err(other) => panic!("a deletion is refused: {other}"),
        }
    }

    async fn pause(&self) {
        let most = [0, 1, 20, 300][usize::try_from(self.chance.below(4)).expect("small")];
        tokio::time::sleep(Duration::from_millis(self.chance.below(most + 1))).await;
    }

    /// What a worker may do with somebody who was assigned to the application, or taken out of it.
    async fn work(self) {
        self.pause().await;
        match self.chance.below(8) {
            0..=2 => {
                self.create().await;
            }
            // As every identity provider does: look first, create who is not there.
            3 | 4 => {
                if self.search().await.is_none() {
                    self.pause().await;
                    self.create().await;
                }
            }
            5 => {
                if let Some(id) = self.search().await {
                    self.delete(id).await;
                }
            }
            6 => {
                if let Some(id) = self.create().await {
                    self.pause().await;
                    self.delete(id).await;
                }
            }
            _ => {
                if let Some(id) = self.create().await {
                    self.delete(id).await;
                    self.create().await;
                }
            }
        }
    }
}

async fn interleaving(seed: u64) {
    let mut world = World::seeded(seed, true);
    let stood_there = world.chance.percent(20);
    {
        let mut cxone = world.cxone();
        cxone.unique = world.chance.percent(50);
        if world.chance.percent(60) {
            cxone.chaos = world.chance.below(40);
        }
        if stood_there {
            cxone.put(by_hand("ada", "Supervisor"));
        }
    }
    let mut processes = vec![Arc::clone(&world.bridge)];
    if world.chance.percent(40) {
        world.start();
        processes.push(Arc::clone(&world.bridge));
    }
    let heard = Arc::new(Mutex::new(Heard::default()));
    let at_work: Vec<JoinHandle<()>> = (0..3 + world.chance.below(5))
        .map(|_| {
            let at = world.chance.below(processes.len() as u64);
            let client = Client {
                bridge: Arc::clone(&processes[usize::try_from(at).expect("small")]),
                heard: Arc::clone(&heard),
                chance: Arc::clone(&world.chance),
                alone: processes.len() == 1,
            };
            tokio::spawn(client.work())
        })
        .collect();
    let queues = processes.iter().map(|bridge| {
        let work = Arc::clone(bridge).work_off(tenant());
        tokio::spawn(work)
    });
    let queues: Vec<JoinHandle<()>> = queues.collect();
    for worker in at_work {
        worker.await.expect("an end");
    }
    for queue in queues {
        queue.abort();
    }
    // What an aborted queue held is taken over, as from a process that ended.
    world.restart().await;
    world.settle().await;
    check(&world, &heard.lock().expect("no panic"), stood_there);
}

fn check(world: &World, heard: &Heard, stood_there: bool) {
    let (store, cxone) = (world.store(), world.cxone());
    let people = cxone.named(NAME);
    let made = cxone.told.iter().filter(|(call, _)| *call == Call::Create);
    let made = made.count();
    assert!(
        made <= usize::from(!stood_there),
        "{made} users were created"
    );
    assert_eq!(people.len(), made + usize::from(stood_there));

    let owns = |user: &&User| user.live() && user.state != State::Offered;
    let owners: Vec<&User> = store.users.iter().filter(owns).collect();
    assert!(owners.len() <= 1, "two live users of one name: {owners:?}");
    for user in &owners {
        assert_eq!(user.state, State::Settled, "{user:?}");
        assert_eq!(people.len(), 1, "an acknowledged user is not in CXone");
        assert_eq!(people[0].active, Some(true), "{user:?}");
        let link = user.link.as_deref().and_then(|link| cxone.held(link));
        assert!(link.is_some(), "linked to nobody: {user:?}");
    }
    let ever = store
        .users
        .iter()
        .any(|user| user.link.is_some() && !user.live());
    if owners.is_empty() && ever {
        assert!(
            people
                .iter()
                .all(|target| target.active == Some(false) || stood_there),
            "the deleted user is active in CXone"
        );
    }

    for id in heard.created.keys() {
        let row = store.users.iter().find(|user| user.id == *id);
        let row = row.expect("an acknowledged create is lost");
        assert!(
            row.live() || heard.asked_to_delete.contains_key(id),
            "deleted by nobody: {row:?}"
        );
    }
    for id in &heard.deleted {
        let row = store.users.iter().find(|user| user.id == *id);
        assert!(row.is_some_and(|user| !user.live()), "a deletion is lost");
    }
    for (asked, answered, found) in &heard.matches {
        assert!(found.len() <= 1, "a match finds two: {found:?}");
        for (id, created) in &heard.created {
            let there = created < asked
                && heard
                    .asked_to_delete
                    .get(id)
                    .is_none_or(|deleted| deleted > answered);
            assert!(!there || found == &[*id], "a match misses {id}: {found:?}");
        }
    }
}

#[test]
fn ten_thousand_interleavings_make_one_user() {
    every_seed(INTERLEAVINGS, interleaving);
}
