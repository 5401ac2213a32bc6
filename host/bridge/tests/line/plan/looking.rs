//! CXone for one who only looks: with a list of everybody or without, and a memory of what it was asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bridge::connection::{Connection, Tenant};
use bridge::directory::{Directory, Role};
use bridge::guard::Guard;
use bridge::line::Bridge;
use bridge::policy::Mode;
use bridge::port::cxone::{
    CallOptions, Change, Cxone, Freshness, Held, People, Person, Priority, UpstreamError,
};
use bridge::target::{Attribute, Target};
use scim::dialect::GENERIC;

use crate::harness::cxone::Line;
use crate::harness::ledger::Memory;
use crate::harness::life::now;
use crate::harness::world::{World, scope, tenant};

/// How CXone lets itself be looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looking {
    /// The attributes that the list does not show; `None` where there is no list.
    list: Option<BTreeSet<Attribute>>,
    /// A user name that the list calls deleted.
    deleted: Option<String>,
    directory: bool,
    noted: Arc<Mutex<Noted>>,
}

#[derive(Debug, Default)]
struct Noted {
    asked: Vec<&'static str>,
    wrongs: Vec<String>,
}

impl Looking {
    pub(crate) fn at_a_list() -> Self {
        Self::at_a_list_without(&[])
    }

    pub(crate) fn at_a_list_without(hidden: &[Attribute]) -> Self {
        Self {
            list: Some(hidden.iter().copied().collect()),
            ..Self::default()
        }
    }

    pub(crate) fn at_each() -> Self {
        Self::default()
    }

    pub(crate) fn calling_deleted(self, user_name: &str) -> Self {
        Self {
            deleted: Some(user_name.to_owned()),
            ..self
        }
    }

    /// Roles and teams can be read whatever happens to people.
    pub(crate) fn with_a_directory(self) -> Self {
        Self {
            directory: true,
            ..self
        }
    }

    /// What CXone was asked, in order.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.noted.lock().expect("no panic").asked.clone()
    }

    /// What nobody who only looks may do.
    pub(crate) fn wrongs(&self) -> Vec<String> {
        self.noted.lock().expect("no panic").wrongs.clone()
    }

    /// A bridge over a world's ledger and CXone that lets no removal pass.
    pub(crate) fn bridge(&self, world: &World) -> Arc<Bridge> {
        let cxone = Shown {
            looking: self.clone(),
            line: Line {
                people: Arc::clone(&world.cxone),
                life: Arc::clone(&world.life),
                chance: Arc::clone(&world.chance),
            },
        };
        let tenant = Arc::new(Tenant {
            name: tenant(),
            cxone: Arc::new(cxone),
            default_role: "Agent".to_owned(),
            templates: Arc::new(world.templates.clone()),
            protected: world.protected.clone(),
            policy: world.policy.clone(),
        });
        let connections = ["entra", "okta"].map(|name| Connection {
            scope: scope(name),
            takes: Vec::new(),
            mode: match world.observing.contains(name) {
                true => Mode::Observe,
                false => Mode::Live,
            },
            guard: Guard::new(0, Duration::from_secs(3600)),
            dialect: &GENERIC,
            plugins: world.plugins.clone(),
            tenant: Arc::clone(&tenant),
        });
        let ledger = Arc::new(Memory {
            store: Arc::clone(&world.store),
            life: Arc::clone(&world.life),
            chance: None,
        });
        let owner = "whoever looks".to_owned();
        Arc::new(Bridge::new(ledger, connections.into(), owner, now))
    }

    fn note(&self, call: &'static str, options: CallOptions) {
        let mut noted = self.noted.lock().expect("no panic");
        noted.asked.push(call);
        if matches!(call, "create" | "replace") {
            noted.wrongs.push(format!("{call} was called"));
        }
        if options.priority != Priority::Background {
            noted.wrongs.push(format!("{call} pushed to the front"));
        }
    }
}

#[derive(Debug)]
struct Shown {
    looking: Looking,
    line: Line,
}

#[async_trait]
impl Cxone for Shown {
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        self.looking.note("find", options);
        self.line.find(user_name, options).await
    }

    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        self.looking.note("read", options);
        self.line.read(id, options).await
    }

    async fn create(
        &self,
        target: &Target,
        template: Option<&str>,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        self.looking.note("create", options);
        self.line.create(target, template, options).await
    }

    async fn replace(
        &self,
        held: &Held,
        change: &Change,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        self.looking.note("replace", options);
        self.line.replace(held, change, options).await
    }

    async fn directory(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        self.looking.note("directory", options);
        if !self.looking.directory {
            return self.line.directory(freshness, options).await;
        }
        let role = Role {
            id: "1".to_owned(),
            name: "Agent".to_owned(),
            status: "ACTIVE".to_owned(),
        };
        Ok(Arc::new(Directory {
            roles: vec![role],
            ..Directory::default()
        }))
    }

    async fn people(
        &self,
        _: Freshness,
        options: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        self.looking.note("people", options);
        let Some(hidden) = &self.looking.list else {
            return Ok(None);
        };
        let cxone = self.line.people.lock().expect("no panic");
        let people = cxone.people.iter().map(|(id, target)| {
            let mut target = target.clone();
            target
                .values
                .retain(|attribute, _| !hidden.contains(attribute));
            let name = target.get(Attribute::UserName);
            let deleted = name.is_some() && name == self.looking.deleted.as_deref();
            Person {
                id: id.clone(),
                status: deleted.then(|| "DELETED".to_owned()),
                target,
                own: false,
            }
        });
        Ok(Some(Arc::new(People {
            people: people.collect(),
            taken: now(),
        })))
    }

    fn cannot_carry(&self) -> &'static [Attribute] {
        self.line.cannot_carry()
    }
}
