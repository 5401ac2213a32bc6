//! A tenant with two connections, over doubles, with processes that come and go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bridge::connection::{Connection, Tenant};
use bridge::guard::Guard;
use bridge::line::{Answer, Bridge};
use bridge::name::{Scope, TenantName, UserId};
use bridge::policy::{Mode, Policy};
use bridge::query::{Page, Query};
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::target::Target;
use bridge::template::Template;
use bridge::user::User;
use jiff::Timestamp;
use scim::dialect::GENERIC;
use scim::filter::Filter;
use scim::normalise::{self, Write};
use scim::patch::Patch;
use scim::schema::ResourceSchemas;
use serde_json::{Value, json};

use super::cxone::{Call, Fault, Line, People};
use super::ledger::{Memory, Store};
use super::life::{Chance, Life, now};
use super::plugins::Pure;

pub(crate) fn scope(connection: &str) -> Scope {
    Scope {
        tenant: tenant(),
        connection: connection.parse().expect("a name"),
    }
}

pub(crate) fn tenant() -> TenantName {
    "acme".parse().expect("a name")
}

pub(crate) fn person(name: &str) -> Value {
    json!({
        "userName": format!("{name}@example.com"), "active": true,
        "name": {"givenName": name, "familyName": "Example"},
        "emails": [{"type": "work", "value": format!("{name}@example.com"), "primary": true}],
    })
}

pub(crate) fn post(body: Value) -> Ask {
    Ask::Create(normalise::user(body, &GENERIC, Write::Create).expect("a user"))
}

pub(crate) fn put(id: UserId, body: Value) -> Ask {
    Ask::Replace(
        id,
        normalise::user(body, &GENERIC, Write::Replace).expect("a user"),
    )
}

pub(crate) fn patch(id: UserId, values: Value) -> Ask {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "value": values}],
    });
    Ask::Patch(
        id,
        Patch::parse(body, ResourceSchemas::user(), &GENERIC).expect("a patch"),
    )
}

pub(crate) fn active(id: UserId, active: bool) -> Ask {
    patch(id, json!({"active": active}))
}

/// What CXone's people would have made by hand.
pub(crate) fn by_hand(name: &str, role: &str) -> Target {
    let target = json!({
        "userName": format!("{name}@example.com"), "givenName": name, "familyName": "Example",
        "email": format!("{name}@example.com"), "role": role, "active": true,
    });
    Target::from_json(&target).expect("a target")
}

/// Whether something is owed that nothing holds.
fn owed(user: &User) -> bool {
    user.debt.as_ref().is_some_and(|debt| !debt.held)
}

pub(crate) struct World {
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) cxone: Arc<Mutex<People>>,
    pub(crate) plugins: Arc<Pure>,
    pub(crate) chance: Arc<Chance>,
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) life: Arc<Life>,
    /// The configuration's `protected`; heeded from the next start.
    pub(crate) protected: BTreeSet<String>,
    /// How many removals the guard lets pass within an hour; heeded from the next start.
    pub(crate) removals: usize,
    /// The tenant's decisions and templates; heeded from the next start.
    pub(crate) policy: Policy,
    pub(crate) templates: BTreeMap<String, Template>,
    /// The connections that only observe; heeded from the next start.
    pub(crate) observing: BTreeSet<&'static str>,
    slow_ledger: bool,
    starts: usize,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded(1, false)
    }

    pub(crate) fn seeded(seed: u64, slow_ledger: bool) -> Self {
        let store = Arc::default();
        let cxone = Arc::default();
        let chance = Arc::new(Chance::new(seed));
        let plugins = Arc::new(Pure::default());
        let life = Arc::new(Life::default());
        let mut world = Self {
            bridge: Arc::new(Bridge::new(
                Arc::new(Memory {
                    store: Arc::clone(&store),
                    life: Arc::clone(&life),
                    chance: None,
                }),
                Vec::new(),
                String::new(),
                now,
            )),
            store,
            cxone,
            plugins,
            chance,
            life,
            protected: BTreeSet::new(),
            removals: 1_000,
            policy: Policy::default(),
            templates: BTreeMap::new(),
            observing: BTreeSet::new(),
            slow_ledger,
            starts: 0,
        };
        world.start();
        world
    }

    /// A new process on the same ledger and CXone.
    pub(crate) fn start(&mut self) {
        self.starts += 1;
        self.life = Arc::new(Life::default());
        let connections = self.connections();
        let ledger = Arc::new(Memory {
            store: Arc::clone(&self.store),
            life: Arc::clone(&self.life),
            chance: self.slow_ledger.then(|| Arc::clone(&self.chance)),
        });
        let owner = format!("process {}", self.starts);
        self.bridge = Arc::new(Bridge::new(ledger, connections, owner, now));
    }

    /// The connections as they are configured now.
    pub(crate) fn connections(&self) -> Vec<Connection> {
        let tenant = Arc::new(Tenant {
            name: tenant(),
            cxone: Arc::new(Line {
                people: Arc::clone(&self.cxone),
                life: Arc::clone(&self.life),
                chance: Arc::clone(&self.chance),
            }),
            default_role: "Agent".to_owned(),
            templates: Arc::new(self.templates.clone()),
            protected: self.protected.clone(),
            policy: self.policy.clone(),
        });
        let connection = |name| Connection {
            scope: scope(name),
            takes: Vec::new(),
            mode: match self.observing.contains(name) {
                true => Mode::Observe,
                false => Mode::Live,
            },
            guard: Guard::new(self.removals, Duration::from_secs(3600)),
            dialect: &GENERIC,
            plugins: self.plugins.clone(),
            tenant: Arc::clone(&tenant),
        };
        ["entra", "okta"].map(connection).into()
    }

    /// The process dies where it stands; another one starts and, as with SQLite, finds the leases void.
    pub(crate) async fn restart(&mut self) {
        self.life.end();
        // What was on its way to CXone arrives now or never.
        tokio::time::sleep(Duration::from_millis(100)).await;
        for open in &mut self.store().intents {
            open.lease_until = Timestamp::UNIX_EPOCH;
        }
        self.start();
    }

    /// Another process, on a configuration that was changed.
    pub(crate) async fn configured(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::new();
        change(&mut world);
        world.restart().await;
        world
    }

    /// What a start does for connections that are live.
    pub(crate) async fn go_live(&self) -> usize {
        let mut concerned = 0;
        for connection in ["entra", "okta"] {
            let went = self.bridge.go_live(&scope(connection)).await;
            concerned += went.expect("a ledger");
        }
        concerned
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().expect("no panic")
    }

    pub(crate) fn cxone(&self) -> MutexGuard<'_, People> {
        self.cxone.lock().expect("no panic")
    }

    /// The next call of this kind fails so.
    pub(crate) fn fail(&self, call: Call, fault: Fault) {
        self.cxone().faults.push_back((call, fault));
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Result<Answer, Refusal> {
        self.bridge
            .write(&scope("entra"), ask, Condition::None)
            .await
    }

    /// A create that must be answered 201.
    pub(crate) async fn create(&self, body: Value) -> User {
        match self.ask(post(body)).await {
            Ok(Answer::Created(user)) => user,
            other => panic!("not created: {other:?}"),
        }
    }

    /// A change that must be answered 200.
    pub(crate) async fn change(&self, ask: Ask) -> User {
        match self.ask(ask).await {
            Ok(Answer::Changed(user)) => user,
            other => panic!("not changed: {other:?}"),
        }
    }

    pub(crate) async fn delete(&self, id: UserId) {
        assert_eq!(self.ask(Ask::Delete(id)).await, Ok(Answer::Deleted));
    }

    pub(crate) async fn find(&self, connection: &str, name: &str) -> Result<Page<User>, Refusal> {
        let filter = format!("userName eq \"{name}@example.com\"");
        let query = Query {
            filter: Some(Filter::parse(&filter, ResourceSchemas::user()).expect("a filter")),
            sort: None,
            start_index: 1,
            count: 10,
        };
        self.bridge.search(&scope(connection), &query).await
    }

    /// The row, live or deleted.
    pub(crate) fn row(&self, id: UserId) -> User {
        let store = self.store();
        let row = store.users.iter().find(|user| user.id == id);
        row.expect("a row").clone()
    }

    /// The only person of a name in CXone.
    pub(crate) fn held(&self, name: &str) -> Target {
        let cxone = self.cxone();
        let people = cxone.named(&format!("{name}@example.com"));
        assert_eq!(people.len(), 1, "one person is called {name}");
        people[0].clone()
    }

    /// Lets the queue work until nothing is owed or locked, at most for a time.
    pub(crate) async fn drain(&self, most: Duration) -> bool {
        let queue = tokio::spawn(Arc::clone(&self.bridge).work_off(tenant()));
        let groups = tokio::spawn(Arc::clone(&self.bridge).re_evaluate(tenant()));
        let end = tokio::time::Instant::now() + most;
        let drained = loop {
            let idle = {
                let store = self.store();
                store.intents.is_empty()
                    && store.pending.is_empty()
                    && !store.users.iter().any(owed)
            };
            if idle || tokio::time::Instant::now() > end {
                break idle;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        queue.abort();
        groups.abort();
        drained
    }

    /// CXone is well again and the queue has done its work.
    pub(crate) async fn settle(&self) {
        {
            let mut cxone = self.cxone();
            (cxone.down, cxone.chaos) = (false, 0);
            cxone.faults.clear();
        }
        if !self.drain(Duration::from_secs(600)).await {
            let store = self.store();
            let owed: Vec<_> = store.users.iter().filter(|user| owed(user)).collect();
            let (intents, pending) = (&store.intents, &store.pending);
            panic!("work is left: {owed:?} {pending:?} {intents:?}");
        }
        assert_eq!(self.store().wrongs, Vec::<String>::new());
    }
}
