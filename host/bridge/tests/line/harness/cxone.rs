//! CXone in memory: people, faults on demand or by chance, and a memory of what it was told.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bridge::directory::{Directory, LoginAuthenticator, Role};
use bridge::name::fold;
use bridge::port::cxone::{
    CallOptions, Change, Cxone, Freshness, Held, People as Listed, Person, UpstreamError,
};
use bridge::target::{Attribute, Target};
use serde_json::Value;

use super::life::{Chance, Life};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Find,
    Read,
    Create,
    Replace,
    Directory,
    People,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It did not arrive, and that is certain.
    Away,
    /// No answer; whether it took effect.
    Lost {
        applied: bool,
    },
    Refused,
    /// Refused since the employee is pending.
    Pending,
    /// It did not arrive, and CXone asks to be left alone for so many seconds.
    Throttled(u64),
    Duplicate,
    Gone,
    /// It takes this many seconds, and works.
    Slow(u64),
    /// It is accepted and has no effect; a look-up finds nobody.
    Ignored,
}

#[derive(Debug)]
pub(crate) struct People {
    pub(crate) people: Vec<(String, Target)>,
    /// Changes and creates that took effect, in order: the call and the user name.
    pub(crate) told: Vec<(Call, String)>,
    /// All calls that were made.
    pub(crate) calls: usize,
    pub(crate) down: bool,
    pub(crate) faults: VecDeque<(Call, Fault)>,
    /// Whether CXone itself refuses a second person of a name.
    pub(crate) unique: bool,
    pub(crate) roles: Vec<&'static str>,
    /// The roles of a snapshot that is some seconds old, where they differ.
    pub(crate) recent: Option<Vec<&'static str>>,
    /// The login authenticators that the tenant states.
    pub(crate) authenticators: Vec<&'static str>,
    /// How many calls in a hundred fail by chance.
    pub(crate) chaos: u64,
    /// Whether there is a list of everybody.
    pub(crate) listed: bool,
    /// The access key's own employees, and those who are pending and shown so, by id.
    pub(crate) own: BTreeSet<String>,
    pub(crate) pending: BTreeSet<String>,
    /// What the API cannot write.
    pub(crate) cannot_carry: &'static [Attribute],
    /// How CXone shows a value that it was written.
    pub(crate) shows: BTreeMap<(Attribute, String), String>,
    /// The template of each create.
    pub(crate) templates: Vec<Option<String>>,
    /// Under what terms each call was made.
    pub(crate) terms: Vec<(Call, CallOptions)>,
    made: usize,
}

impl Default for People {
    fn default() -> Self {
        Self {
            people: Vec::new(),
            told: Vec::new(),
            calls: 0,
            down: false,
            faults: VecDeque::new(),
            unique: true,
            roles: vec!["Agent", "Supervisor"],
            recent: None,
            authenticators: Vec::new(),
            chaos: 0,
            listed: true,
            own: BTreeSet::new(),
            pending: BTreeSet::new(),
            cannot_carry: &[],
            shows: BTreeMap::new(),
            templates: Vec::new(),
            terms: Vec::new(),
            made: 0,
        }
    }
}

impl People {
    /// Somebody whom CXone's people make.
    pub(crate) fn put(&mut self, target: Target) -> String {
        self.made += 1;
        let id = format!("cx-{}", self.made);
        self.people.push((id.clone(), target));
        id
    }

    pub(crate) fn named(&self, name: &str) -> Vec<&Target> {
        let same = |target: &Target| target.get(Attribute::UserName).map(fold) == Some(fold(name));
        let people = self.people.iter().map(|(_, target)| target);
        people.filter(|target| same(target)).collect()
    }

    pub(crate) fn held(&self, id: &str) -> Option<Held> {
        let (id, target) = self.people.iter().find(|(known, _)| known == id)?;
        let mut target = target.clone();
        for ((attribute, written), shown) in &self.shows {
            if target.get(*attribute) == Some(written) {
                target.set(*attribute, shown.as_str());
            }
        }
        Some(Held {
            id: id.clone(),
            target,
            own: self.own.contains(id),
            pending: self.pending.contains(id).then_some(true),
            raw: Value::Null,
        })
    }

    fn create(&mut self, target: &Target) -> Result<Held, UpstreamError> {
        let name = target.get(Attribute::UserName).unwrap_or_default();
        if self.unique && !self.named(name).is_empty() {
            return Err(refused(true));
        }
        self.told.push((Call::Create, name.to_owned()));
        let mut target = target.clone();
        target.active = Some(true);
        if target.get(Attribute::Role).is_none() {
            target.set(Attribute::Role, "Agent");
        }
        let id = self.put(target);
        self.held(&id).ok_or(UpstreamError::Gone)
    }

    fn replace(&mut self, id: &str, change: &Change) -> Result<Held, UpstreamError> {
        if let Some(Some(name)) = change.set.get(&Attribute::UserName) {
            let other =
                |target: &Target| target.get(Attribute::UserName).map(fold) == Some(fold(name));
            let mut others = self.people.iter().filter(|(other, _)| other != id);
            if self.unique && others.any(|(_, target)| other(target)) {
                return Err(refused(true));
            }
        }
        let person = self.people.iter_mut().find(|(known, _)| known == id);
        let (_, target) = person.ok_or(UpstreamError::Gone)?;
        for (attribute, value) in &change.set {
            target.set(*attribute, value.as_deref().unwrap_or_default());
        }
        target.active = change.active.or(target.active);
        let name = target.get(Attribute::UserName).unwrap_or_default();
        self.told.push((Call::Replace, name.to_owned()));
        self.held(id).ok_or(UpstreamError::Gone)
    }

    fn fault(&mut self, call: Call, chance: &Chance) -> Option<Fault> {
        self.calls += 1;
        if self.down {
            return Some(Fault::Away);
        }
        if let Some(at) = self.faults.iter().position(|(wanted, _)| *wanted == call) {
            return self.faults.remove(at).map(|(_, fault)| fault);
        }
        if !chance.percent(self.chaos) {
            return None;
        }
        Some(match chance.below(10) {
            0..=2 => Fault::Away,
            3..=5 => Fault::Lost { applied: true },
            6 | 7 => Fault::Lost { applied: false },
            8 => Fault::Slow(chance.below(30)),
            _ => Fault::Away,
        })
    }
}

fn refused(duplicate: bool) -> UpstreamError {
    UpstreamError::Refused {
        status: if duplicate { 409 } else { 400 },
        detail: "no".to_owned(),
        duplicate,
        pending: false,
    }
}

fn unavailable(uncertain: bool, seconds: Option<u64>) -> UpstreamError {
    UpstreamError::Unavailable {
        reason: "CXone is ill".to_owned(),
        uncertain,
        retry_after: seconds.map(Duration::from_secs),
    }
}

/// One process's way to CXone.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) people: Arc<Mutex<People>>,
    pub(crate) life: Arc<Life>,
    pub(crate) chance: Arc<Chance>,
}

impl Line {
    async fn call<T>(
        &self,
        call: Call,
        options: CallOptions,
        effect: impl Fn(&mut People) -> Result<T, UpstreamError>,
        unchanged: impl Fn(&People) -> Option<T>,
    ) -> Result<T, UpstreamError> {
        self.life.step().await;
        let fault = {
            let mut people = self.people.lock().expect("no panic");
            people.terms.push((call, options));
            people.fault(call, &self.chance)
        };
        let way = Duration::from_millis(1 + self.chance.below(40));
        tokio::time::sleep(way).await;
        // What a process sent before it died may arrive, but not after others have begun to look.
        if self.life.dead() && self.chance.percent(50) {
            self.life.step().await;
        }
        let act = || effect(&mut self.people.lock().expect("no panic"));
        let writes = matches!(call, Call::Create | Call::Replace);
        let answer = match fault {
            None => act(),
            Some(Fault::Away) => Err(unavailable(false, None)),
            Some(Fault::Throttled(seconds)) => Err(unavailable(false, Some(seconds))),
            Some(Fault::Lost { applied }) => {
                if applied && writes {
                    let _ = act();
                }
                Err(unavailable(writes, None))
            }
            Some(Fault::Refused) => Err(refused(false)),
            Some(Fault::Pending) => Err(UpstreamError::Refused {
                status: 400,
                detail: "no".to_owned(),
                duplicate: false,
                pending: true,
            }),
            Some(Fault::Duplicate) => Err(refused(true)),
            Some(Fault::Gone) => Err(UpstreamError::Gone),
            Some(Fault::Slow(seconds)) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                self.life.step().await;
                act()
            }
            Some(Fault::Ignored) => {
                unchanged(&self.people.lock().expect("no panic")).ok_or(UpstreamError::Gone)
            }
        };
        tokio::time::sleep(way).await;
        self.life.step().await;
        answer
    }
}

#[async_trait]
impl Cxone for Line {
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        let look = |people: &People| {
            let same = |target: &Target| {
                target.get(Attribute::UserName).map(fold) == Some(fold(user_name))
            };
            let found = people.people.iter().find(|(_, target)| same(target));
            found.and_then(|(id, _)| people.held(id))
        };
        let effect = |people: &mut People| Ok(look(people));
        self.call(Call::Find, options, effect, |_| Some(None)).await
    }

    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        let effect = |people: &mut People| Ok(people.held(id));
        self.call(Call::Read, options, effect, |_| None).await
    }

    async fn create(
        &self,
        target: &Target,
        template: Option<&str>,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let effect = |people: &mut People| {
            people.templates.push(template.map(str::to_owned));
            people.create(target)
        };
        self.call(Call::Create, options, effect, |_| None).await
    }

    async fn replace(
        &self,
        held: &Held,
        change: &Change,
        options: CallOptions,
    ) -> Result<Held, UpstreamError> {
        let effect = |people: &mut People| people.replace(&held.id, change);
        let unchanged = |people: &People| people.held(&held.id);
        self.call(Call::Replace, options, effect, unchanged).await
    }

    async fn directory(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        let snapshot = |people: &mut People| {
            let names = match (&people.recent, freshness) {
                (Some(recent), Freshness::Recent) => recent,
                _ => &people.roles,
            };
            let roles = names.iter().map(|name| Role {
                id: format!("id of {name}"),
                name: (*name).to_owned(),
                status: "ACTIVE".to_owned(),
            });
            let authenticators = people.authenticators.iter().map(|name| LoginAuthenticator {
                id: format!("id of {name}"),
                name: (*name).to_owned(),
            });
            Ok(Arc::new(Directory {
                roles: roles.collect(),
                login_authenticators: authenticators.collect(),
                version: format!("{names:?}"),
                ..Directory::default()
            }))
        };
        self.call(Call::Directory, options, snapshot, |_| None)
            .await
    }

    async fn people(
        &self,
        _: Freshness,
        options: CallOptions,
    ) -> Result<Option<Arc<Listed>>, UpstreamError> {
        let list = |people: &mut People| {
            let person = |(id, target): &(String, Target)| Person {
                id: id.clone(),
                target: target.clone(),
                status: None,
                own: people.own.contains(id),
            };
            let everybody = people.people.iter().map(person).collect();
            Ok(people.listed.then(|| {
                Arc::new(Listed {
                    people: everybody,
                    ..Listed::default()
                })
            }))
        };
        self.call(Call::People, options, list, |_| None).await
    }

    fn cannot_carry(&self) -> &'static [Attribute] {
        self.people.lock().expect("no panic").cannot_carry
    }
}
