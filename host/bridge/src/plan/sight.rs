//! CXone as somebody sees it who only looks: one list of everybody where that can be had, else each user by itself. It takes no
//! writes, so whatever is handed it cannot make any.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::Instant;

use crate::decide::unavailable;
use crate::directory::Directory;
use crate::name::fold;
use crate::port::cxone::{
    CallOptions, Change, Cxone, Freshness, Held, People, Person, Priority, UpstreamError,
};
use crate::target::{Attribute, Target};
use crate::twin::TELLING;

/// How long a list of everybody may take: many pages, and nobody waits but the operator.
const LISTING: Duration = Duration::from_secs(300);
/// After so many calls in a row that CXone did not answer nobody else is asked about.
const ENOUGH: usize = 2;

/// What is seen of CXone.
#[derive(Debug)]
pub(crate) struct Sight {
    cxone: Arc<dyn Cxone>,
    /// Pinned; or why there is none.
    directory: Result<Arc<Directory>, String>,
    list: Option<List>,
    /// Why there is no list, where there might be one.
    unlisted: Option<String>,
    /// How many calls in a row CXone did not answer, and the last reason.
    away: Mutex<(usize, String)>,
}

#[derive(Debug)]
struct List {
    people: Arc<People>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// The attributes that the list shows of anybody. What it shows of nobody it does not show.
    shows: BTreeSet<Attribute>,
    /// What tells a twin, folded.
    telling: HashSet<(Attribute, String)>,
}

/// What a list says about an id or a name.
enum Entry<'a> {
    Nobody,
    Person(&'a Person),
    /// CXone itself must be asked: somebody deleted there may be hidden from a look-up or not.
    Unsure,
}

impl Sight {
    /// Sees everybody at once, as far as CXone lets us.
    pub(crate) async fn of_everybody(cxone: Arc<dyn Cxone>) -> Self {
        let mut sight = Self::of_each(cxone).await;
        let patient = CallOptions {
            priority: Priority::Background,
            deadline: Instant::now() + LISTING,
        };
        match sight.cxone.people(Freshness::Now, patient).await {
            Ok(Some(people)) => sight.list = Some(List::of(people)),
            Ok(None) => {
                let reason = "CXone gives no list of its users: the access key may not read one";
                sight.unlisted = Some(reason.to_owned());
            }
            Err(error) => {
                let reason = unavailable(&error);
                sight.unlisted = Some(format!("CXone gave no list of its users: {reason}"));
            }
        }
        sight
    }

    /// Sees each user by itself.
    pub(crate) async fn of_each(cxone: Arc<dyn Cxone>) -> Self {
        let directory = cxone.directory(Freshness::Now, background()).await;
        Self {
            directory: directory.map_err(|error| unavailable(&error)),
            cxone,
            list: None,
            unlisted: None,
            away: Mutex::default(),
        }
    }

    /// The directory of the whole plan, or why it cannot be read.
    pub(crate) fn pinned(&self) -> Result<Arc<Directory>, String> {
        self.directory.clone()
    }

    /// The list, where there is one.
    pub(crate) fn listed(&self) -> Option<&People> {
        self.list.as_ref().map(|list| list.people.as_ref())
    }

    /// Why there is no list.
    pub(crate) fn unlisted(&self) -> Option<&str> {
        self.unlisted.as_deref()
    }

    /// Whether what is seen of somebody may be less than a read by id shows.
    pub(crate) fn poor(&self) -> bool {
        self.list.is_some()
    }

    /// Whether an attribute that is not seen of somebody could have been.
    pub(crate) fn shows(&self, attribute: Attribute) -> bool {
        let list = self.list.as_ref();
        list.is_none_or(|list| list.shows.contains(&attribute))
    }

    /// Those among whom a twin may be; `None` where there is certainly none, or nobody can tell.
    pub(crate) async fn twins_of(
        &self,
        desired: &Target,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        if let Some(list) = &self.list {
            let shared = |by: &Attribute| {
                let value = desired.get(*by);
                value.is_some_and(|value| list.telling.contains(&(*by, fold(value))))
            };
            let any = TELLING.iter().any(shared);
            return Ok(any.then(|| Arc::clone(&list.people)));
        }
        if self.unlisted.is_some() {
            return Ok(None);
        }
        self.ask(|cxone| cxone.people(Freshness::Recent, background()))
            .await
    }

    /// Somebody as a read by id shows them.
    pub(crate) async fn in_full(&self, id: &str) -> Result<Option<Held>, UpstreamError> {
        self.ask(|cxone| cxone.read(id, background())).await
    }

    /// Asks CXone, unless it has left us without an answer before.
    async fn ask<'a, T, F>(
        &'a self,
        call: impl FnOnce(&'a dyn Cxone) -> F,
    ) -> Result<T, UpstreamError>
    where
        F: Future<Output = Result<T, UpstreamError>> + Send,
    {
        let lock = || self.away.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let (calls, reason) = &*lock();
            if *calls >= ENOUGH {
                return Err(UpstreamError::Unavailable {
                    reason: reason.clone(),
                    uncertain: false,
                    retry_after: None,
                });
            }
        }
        let answer = call(self.cxone.as_ref()).await;
        let mut away = lock();
        match &answer {
            Err(UpstreamError::Unavailable { reason, .. }) => *away = (away.0 + 1, reason.clone()),
            _ => *away = (0, String::new()),
        }
        answer
    }
}

/// Nobody waits for it but the operator.
pub(crate) fn background() -> CallOptions {
    CallOptions::of(Priority::Background)
}

impl List {
    fn of(people: Arc<People>) -> Self {
        let (mut by_id, mut by_name) = (HashMap::new(), HashMap::<String, Vec<usize>>::new());
        let (mut shows, mut telling) = (BTreeSet::new(), HashSet::new());
        for (at, person) in people.people.iter().enumerate() {
            by_id.insert(person.id.clone(), at);
            if let Some(name) = person.target.get(Attribute::UserName) {
                by_name.entry(fold(name)).or_default().push(at);
            }
            shows.extend(person.target.values.keys().copied());
            for by in TELLING {
                let value = person.target.get(by);
                telling.extend(value.map(|value| (by, fold(value))));
            }
        }
        Self {
            people,
            by_id,
            by_name,
            shows,
            telling,
        }
    }

    fn read(&self, id: &str) -> Entry<'_> {
        let at = self.by_id.get(id).copied();
        match at.and_then(|at| self.people.people.get(at)) {
            None => Entry::Nobody,
            Some(person) if deleted(person) => Entry::Unsure,
            Some(person) => Entry::Person(person),
        }
    }

    /// As CXone's own look-up: as written, then folded.
    fn find(&self, name: &str) -> Entry<'_> {
        let places = self.by_name.get(&fold(name)).into_iter().flatten();
        let named: Vec<&Person> = places
            .filter_map(|at| self.people.people.get(*at))
            .collect();
        let exact = |person: &&&Person| person.target.get(Attribute::UserName) == Some(name);
        let present = || named.iter().filter(|person| !deleted(person));
        match present().find(exact).or_else(|| present().next()) {
            Some(person) => Entry::Person(person),
            None if named.is_empty() => Entry::Nobody,
            None => Entry::Unsure,
        }
    }
}

fn deleted(person: &Person) -> bool {
    let status = person.status.as_deref();
    status.is_some_and(|status| status.eq_ignore_ascii_case("DELETED"))
}

fn held(person: &Person) -> Held {
    let status = person.status.as_deref();
    Held {
        id: person.id.clone(),
        target: person.target.clone(),
        own: person.own,
        pending: status.map(|status| status.eq_ignore_ascii_case("PENDING")),
        raw: Value::Null,
    }
}

fn only_looks() -> UpstreamError {
    UpstreamError::Unavailable {
        reason: "nothing is written while a plan is made".to_owned(),
        uncertain: false,
        retry_after: None,
    }
}

#[async_trait]
impl Cxone for Sight {
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError> {
        match self.list.as_ref().map(|list| list.find(user_name)) {
            Some(Entry::Nobody) => Ok(None),
            Some(Entry::Person(person)) => Ok(Some(held(person))),
            Some(Entry::Unsure) | None => self.ask(|cxone| cxone.find(user_name, options)).await,
        }
    }

    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError> {
        match self.list.as_ref().map(|list| list.read(id)) {
            Some(Entry::Person(person)) => Ok(Some(held(person))),
            // Somebody whom we know of and the list does not may be hidden from it.
            Some(Entry::Nobody | Entry::Unsure) | None => {
                self.ask(|cxone| cxone.read(id, options)).await
            }
        }
    }

    async fn create(
        &self,
        _: &Target,
        _: Option<&str>,
        _: CallOptions,
    ) -> Result<Held, UpstreamError> {
        Err(only_looks())
    }

    async fn replace(&self, _: &Held, _: &Change, _: CallOptions) -> Result<Held, UpstreamError> {
        Err(only_looks())
    }

    async fn directory(
        &self,
        _: Freshness,
        _: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError> {
        self.pinned().map_err(|reason| UpstreamError::Unavailable {
            reason,
            uncertain: false,
            retry_after: None,
        })
    }

    async fn people(
        &self,
        _: Freshness,
        _: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        Ok(self.list.as_ref().map(|list| Arc::clone(&list.people)))
    }

    fn cannot_carry(&self) -> &'static [Attribute] {
        self.cxone.cannot_carry()
    }

    fn place(&self) -> Option<String> {
        self.cxone.place()
    }
}
