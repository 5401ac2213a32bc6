//! Everybody in CXone, the inactive among them, by User Hub's lists (cxone.md 3.1), whichever API the adapter speaks.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::directory::Directory;
use bridge::name::fold;
use bridge::port::cxone::{CallOptions, Freshness, People, Person, Priority, UpstreamError};
use client::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::api::{Call, Denied, Service, unavailable};
use crate::complaint::{Personal, is_error};
use crate::directory::Directories;
use crate::flight::lock;
use crate::search::{Found, Paged};
use crate::session::Session;
use crate::snapshot::{Life, Snapshots};
use crate::user_hub::row;

/// The paged list.
pub(crate) const SEARCH: &str = "/user-management/v2/users/search";
/// The list without pages, which can have the inactive.
const LIST: &str = "/user-management/v1/users";
const WITH_INACTIVE: &str = "includeDeleted=true";

/// More people than this are not read: what they are kept in must stay bounded.
const MOST: usize = 200_000;
/// A list may take longer to read than one caller waits: it is read on, for who asks next.
const LONGEST: Duration = Duration::from_secs(600);
/// How old a list may be that serves the port while it is read anew.
const MEANWHILE: Duration = Duration::from_secs(300);

const LIFE: Life = Life {
    what: "the list of everybody",
    recent: Duration::from_secs(60),
    // Who is not in an old list may exist since.
    stale: Duration::from_secs(60),
    pause: Duration::ZERO,
};

/// What the lists come to.
#[derive(Debug)]
pub(crate) enum Listing {
    /// Everybody, or everybody whom the search shows.
    Whole {
        people: Arc<People>,
        /// Why the inactive may be missing: who is not in it may be there then.
        partial: Option<UpstreamError>,
        /// Nothing that happened since is in it.
        begun: Instant,
    },
    /// The access key may not read them, or they are not there; and what that comes to for whom it matters.
    Withheld(UpstreamError),
}

/// Everybody of one tenant. Clones share the list.
#[derive(Debug, Clone)]
pub(crate) struct Everybody {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    session: Session,
    directories: Arc<Directories>,
    listings: Snapshots<Listing>,
    /// The folded user names that we wrote, and when: an older list says nothing about them.
    written: Mutex<HashMap<String, Instant>>,
}

impl Everybody {
    pub(crate) fn new(session: Session, directories: Arc<Directories>) -> Self {
        let inner = Inner {
            session,
            directories,
            listings: Snapshots::new(LIFE).aged_from_end(),
            written: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// As the port has it: `None` where they cannot be read. A recent list that is being read anew may be five minutes old:
    /// twins are linked in any case, and a plan is a plan. Where only the search can be read the inactive may be missing.
    pub(crate) async fn people(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError> {
        let listing = match self.meanwhile(freshness, options) {
            Some(listing) => listing,
            None => self.get(freshness, options).await?,
        };
        match listing.as_ref() {
            Listing::Whole { people, .. } => Ok(Some(Arc::clone(people))),
            Listing::Withheld(_) => Ok(None),
        }
    }

    /// The list that serves until a new one is read, which is begun.
    fn meanwhile(&self, freshness: Freshness, options: CallOptions) -> Option<Arc<Listing>> {
        let (listing, age) = self.inner.listings.last()?;
        let whole = matches!(*listing, Listing::Whole { .. });
        if freshness == Freshness::Now || age >= MEANWHILE || !whole {
            return None;
        }
        if age >= LIFE.recent {
            drop(self.reading(freshness, options));
        }
        Some(listing)
    }

    /// A list on its way, which comes whether or not somebody waits for it.
    fn reading(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> JoinHandle<Result<Arc<Listing>, UpstreamError>> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            let by = Instant::now() + LONGEST;
            let fetch = Box::pin(inner.fetch(options, by));
            inner.listings.get(freshness, by, fetch).await
        })
    }

    /// Everybody, as read no longer ago than a minute.
    pub(crate) async fn get(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Listing>, UpstreamError> {
        let reading = self.reading(freshness, options);
        match tokio::time::timeout_at(options.deadline, reading).await {
            Ok(Ok(listing)) => listing,
            Ok(Err(_)) => Err(unavailable("the list of everybody could not be read")),
            Err(_) => Err(unavailable(
                "the list of everybody is still being read: try again",
            )),
        }
    }

    /// A list that was begun after the last time that we wrote this user name.
    pub(crate) async fn knowing(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Arc<Listing>, UpstreamError> {
        let listing = self.get(Freshness::Recent, options).await?;
        let written = lock(&self.inner.written).get(&fold(user_name)).copied();
        match (listing.as_ref(), written) {
            (Listing::Whole { begun, .. }, Some(written)) if *begun <= written => {
                self.get(Freshness::Now, options).await
            }
            _ => Ok(listing),
        }
    }

    /// Whether we wrote a user name of late.
    pub(crate) fn noted(&self, user_name: &str) -> bool {
        lock(&self.inner.written).contains_key(&fold(user_name))
    }

    /// Notes that a user name is about to be written.
    pub(crate) fn note(&self, user_name: &str) {
        let now = Instant::now();
        let mut written = lock(&self.inner.written);
        // By then every list in use is a newer one.
        written.retain(|_, at| now < *at + LIFE.recent + LONGEST);
        written.insert(fold(user_name), now);
    }
}

impl Inner {
    async fn fetch(&self, options: CallOptions, by: Instant) -> Result<Listing, UpstreamError> {
        let (taken, begun) = (Timestamp::now(), Instant::now());
        // Each page has the time of one call.
        let terms = || {
            let patient = CallOptions {
                deadline: by,
                ..options
            };
            self.session.terms(patient)
        };
        let own = own_id(&self.session, terms()).await?;
        let directory = self.directories.get(Freshness::Recent, terms()).await.ok();
        let read = |item: &Value| person(item, directory.as_deref(), own.as_deref());
        let mut people = match self.search(&terms, &read).await? {
            Ok(people) => people,
            Err(denied) => return Ok(Listing::Withheld(denied.error)),
        };
        // Assumption (cxone.md 3.1: whether the search has the inactive is UNKNOWN): if it shows one it shows all. Else
        // the other list is asked, of which the documents say so.
        let inactive = |person: &Person| person.status.as_deref() == Some(row::DELETED);
        let mut partial = None;
        if !people.iter().any(inactive) {
            match self.list(terms(), &read).await? {
                Ok(others) => {
                    let known: HashSet<String> = people.iter().map(|it| it.id.clone()).collect();
                    people.extend(others.into_iter().filter(|it| !known.contains(&it.id)));
                }
                Err(denied) => {
                    let tenant = &self.session.settings().name;
                    tracing::debug!(tenant, error = %denied.error, "the inactive may be missing in the list of everybody");
                    partial = Some(denied.error);
                }
            }
        }
        if people.len() > MOST {
            return Err(unavailable(format!(
                "{LIST}: there are more than {MOST} items"
            )));
        }
        Ok(Listing::Whole {
            people: Arc::new(People { people, taken }),
            partial,
            begun,
        })
    }

    /// Assumption (cxone.md 3.1): ordered by user name, pages neither repeat nor skip anybody; a server that does not take
    /// the order is asked without.
    async fn search(
        &self,
        terms: &impl Fn() -> CallOptions,
        read: &impl Fn(&Value) -> Option<(String, Person)>,
    ) -> Result<Found<Vec<Person>>, UpstreamError> {
        let mut search = Paged {
            route: SEARCH,
            member: "users",
            order: Some(json!({ "userName": "ASC" })),
            most: MOST,
        };
        let api = self.session.api();
        match search.all(api, terms, read).await {
            Err(UpstreamError::Refused { .. }) => {
                search.order = None;
                let found = search.all(api, terms, read).await;
                found.map_err(not_for_good)
            }
            found => found,
        }
    }

    /// It is one answer, however many they are: where it cannot be had for good, the search must do.
    async fn list(
        &self,
        options: CallOptions,
        read: &impl Fn(&Value) -> Option<(String, Person)>,
    ) -> Result<Found<Vec<Person>>, UpstreamError> {
        let call = Call {
            method: Method::GET,
            service: Service::UserHub,
            route: LIST,
            path: LIST.to_owned(),
            query: Some(WITH_INACTIVE.to_owned()),
            media_type: "application/json",
            body: None,
            write: false,
            repeatable: true,
            personal: &Personal::default(),
            options,
        };
        let without = |error| {
            Ok(Err(Denied {
                missing: false,
                error: not_for_good(error),
            }))
        };
        let answer = match self.session.api().ask_if_had(&call).await? {
            Ok(answer) => answer,
            Err(denied) => return without(denied.error),
        };
        let json = answer.json().unwrap_or_default();
        match json.get("users") {
            Some(Value::Array(users)) if !is_error(&json) => {
                let people = users.iter().filter_map(read);
                Ok(Ok(people.map(|(_, person)| person).collect()))
            }
            _ => without(unavailable(format!("{LIST}: the answer is no list"))),
        }
    }
}

/// A list that is refused says nothing against whom it was wanted for.
fn not_for_good(error: UpstreamError) -> UpstreamError {
    match error {
        UpstreamError::Refused { status, detail, .. } => unavailable(format!(
            "the list of everybody is refused: status {status}, {detail}"
        )),
        other => other,
    }
}

fn person(
    item: &Value,
    directory: Option<&Directory>,
    own: Option<&str>,
) -> Option<(String, Person)> {
    let user = item.as_object()?;
    let id = row::id(user)?;
    let person = Person {
        target: row::target(user, directory),
        status: row::status(user),
        own: own == Some(id.as_str()),
        id: id.clone(),
    };
    Some((id, person))
}

/// The id of the access key's own employee, where it can be told. A leaver's way does not wait for it: who it was last is
/// left alone then, and whom the configuration protects in any case.
pub(crate) async fn own_id(
    session: &Session,
    options: CallOptions,
) -> Result<Option<String>, UpstreamError> {
    let employee = match session.own_employee(options).await {
        Err(_) if options.priority == Priority::Deactivation => session.last_employee(),
        told => told?,
    };
    Ok(employee.map(|employee| employee.id))
}

impl Listing {
    /// Those of a user name, the best first; an error where nobody can tell, as that nobody has it where the inactive may
    /// be missing.
    pub(crate) fn of_name(&self, user_name: &str) -> Result<Vec<&Person>, UpstreamError> {
        use bridge::target::Attribute::UserName;
        let people = self.people()?;
        let named = |person: &&Person| person.target.get(UserName).is_some();
        if !people.people.is_empty() && !people.people.iter().any(|person| named(&person)) {
            return Err(unavailable(format!("{SEARCH}: nobody has a user name")));
        }
        let mut found: Vec<&Person> = people.by(UserName, user_name).collect();
        if let (true, Some(error)) = (found.is_empty(), self.partial()) {
            return Err(error.clone());
        }
        found.sort_by_key(|person| {
            let exact = person.target.get(UserName) == Some(user_name);
            (!exact, person.target.active != Some(true))
        });
        Ok(found)
    }

    /// Who has this id; an error where nobody can tell.
    pub(crate) fn of_id(&self, id: &str) -> Result<Option<&Person>, UpstreamError> {
        let people = &self.people()?.people;
        Ok(people.iter().find(|person| person.id == id))
    }

    fn partial(&self) -> Option<&UpstreamError> {
        match self {
            Listing::Whole { partial, .. } => partial.as_ref(),
            Listing::Withheld(_) => None,
        }
    }

    pub(crate) fn people(&self) -> Result<&People, UpstreamError> {
        match self {
            Listing::Whole { people, .. } => Ok(people),
            Listing::Withheld(error) => Err(error.clone()),
        }
    }
}
