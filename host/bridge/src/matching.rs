//! Matching: who of a connection's users, whom nobody in CXone belongs to yet, is whom there. A match is a proposal; only a
//! person's word makes two of them one, unless their user names agree: those find each other by themselves.

mod find;
mod link;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::connection::Connection;
use crate::decide::unavailable;
use crate::event::Event;
use crate::line::Bridge;
use crate::name::{Scope, UserId, fold};
use crate::policy::Mode;
use crate::port::cxone::{CallOptions, Freshness, People, Person, Priority, UpstreamError};
use crate::port::ledger::{Lookup, asked_name};
use crate::refusal::Refusal;
use crate::search::BATCH;
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::user::{State, User};

use find::{Found, Free, Known, Subject, find};
pub use link::{Linked, Paired, Unpaired};

/// How long a list of everybody may take: many pages, and nobody waits but the operator.
const LISTING: Duration = Duration::from_secs(300);

/// What two of them have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The user name in CXone: they find each other without being linked.
    UserName,
    /// The e-mail address, and a name.
    Email,
    /// The external identity, and a name.
    ExternalIdentity,
    /// They are linked already, and CXone has not been told yet.
    Link,
}

/// A user of the connection. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The SCIM id; `None` for a create that was refused.
    pub id: Option<UserId>,
    /// The user name, as the identity provider has it.
    pub user_name: String,
    /// Whether the identity provider has them active.
    pub active: bool,
}

/// Somebody in CXone. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Somebody {
    /// CXone's id.
    pub id: String,
    /// The user name there.
    pub user_name: String,
    /// First and last name.
    pub name: String,
    /// CXone's word for where they stand, such as `ACTIVE`.
    pub status: Option<String>,
}

/// Two who are certainly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The user.
    pub user: Who,
    /// The person in CXone.
    pub person: Somebody,
    /// What says so.
    pub by: By,
}

/// A user who may be one of several, or one whom too little speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguous {
    /// The user.
    pub user: Who,
    /// The persons who may be meant.
    pub people: Vec<Somebody>,
    /// Why a person must decide.
    pub reason: String,
}

/// A user whom nobody in CXone is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// The user.
    pub user: Who,
    /// Why there is no pair.
    pub reason: String,
}

/// Who is whom. It is personal: for whoever asked, never for a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairs {
    /// Tenant and connection.
    pub scope: Scope,
    /// Whether the connection only observes.
    pub observes: bool,
    /// How many people CXone lists; `None` where the access key may not read the list: only user names are matched then.
    pub listed: Option<usize>,
    /// Those who are certainly one: by user name they find each other, by e-mail address or external identity they are proposals.
    pub certain: Vec<Pair>,
    /// Those of whom a person must decide.
    pub ambiguous: Vec<Ambiguous>,
    /// Those whom nobody in CXone is like.
    pub unmatched: Vec<Unmatched>,
    /// How many people in CXone nobody here is, or is certain to be.
    pub left_over: usize,
}

impl Pairs {
    /// What there is to accept: each user, by SCIM id or user name, with CXone's id.
    pub fn proposed(&self) -> Vec<(String, String)> {
        let proposal = |pair: &&Pair| matches!(pair.by, By::Email | By::ExternalIdentity);
        let proposed = self.certain.iter().filter(proposal);
        proposed
            .map(|pair| (pair.user.key(), pair.person.id.clone()))
            .collect()
    }
}

impl Who {
    /// What the user is named by in a command.
    pub fn key(&self) -> String {
        self.id
            .map_or_else(|| self.user_name.clone(), |id| id.to_string())
    }
}

impl Somebody {
    fn of(person: &Person) -> Self {
        let text = |attribute| person.target.get(attribute).unwrap_or_default();
        let name = format!(
            "{} {}",
            text(Attribute::GivenName),
            text(Attribute::FamilyName)
        );
        Self {
            id: person.id.clone(),
            user_name: text(Attribute::UserName).to_owned(),
            name: name.trim().to_owned(),
            status: person.status.clone(),
        }
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Who")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Somebody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Somebody")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Bridge {
    /// Pairs a connection's users whom nobody in CXone belongs to, and those whose create was refused, with CXone's people whom
    /// no live user of the tenant is linked to. It writes nothing anywhere.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a connection that is not configured; [`Refusal::Unavailable`] where CXone does not answer; a
    /// plugin's and the ledger's.
    pub async fn pairs(&self, scope: &Scope) -> Result<Pairs, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        let (subjects, emails) = self.subjects(&connection).await?;
        let options = CallOptions {
            priority: Priority::Background,
            deadline: Instant::now() + LISTING,
        };
        let cxone = &connection.tenant.cxone;
        let listed = cxone.people(Freshness::Now, options).await;
        let listed = listed.map_err(|error| away(&error))?;
        let people = match &listed {
            Some(people) => people.people.clone(),
            None => named(&connection, &subjects).await?,
        };
        let mut known = Vec::with_capacity(people.len());
        for person in people {
            let free = self.free(&connection, &person).await?;
            known.push(Known { person, free });
        }
        let found = find(&subjects, &known, &emails);
        let mut pairs = Pairs {
            scope: scope.clone(),
            observes: connection.mode == Mode::Observe,
            listed: listed.as_ref().map(|people| people.people.len()),
            certain: Vec::new(),
            ambiguous: Vec::new(),
            unmatched: Vec::new(),
            left_over: known.iter().filter(|it| it.free == Free::Yes).count(),
        };
        for (subject, found) in subjects.into_iter().zip(found) {
            let user = subject.who;
            let somebody = |at: usize| known.get(at).map(|it| Somebody::of(&it.person));
            match found {
                Found::Certain(by, at) => {
                    if let Some(person) = somebody(at) {
                        let free = known.get(at).is_some_and(|it| it.free == Free::Yes);
                        pairs.left_over = pairs.left_over.saturating_sub(usize::from(free));
                        pairs.certain.push(Pair { user, person, by });
                    }
                }
                Found::Ambiguous(people, reason) => {
                    let people = people.into_iter().filter_map(somebody).collect();
                    let reason = reason.to_owned();
                    pairs.ambiguous.push(Ambiguous {
                        user,
                        people,
                        reason,
                    });
                }
                Found::Nobody(reason) => {
                    let reason = reason.to_owned();
                    pairs.unmatched.push(Unmatched { user, reason });
                }
            }
        }
        Ok(pairs)
    }

    /// Whoever of a connection is nobody in CXone yet, and the e-mail addresses of those who are somebody.
    async fn subjects(
        &self,
        connection: &Connection,
    ) -> Result<(Vec<Subject>, BTreeSet<String>), Refusal> {
        let (mut subjects, mut emails) = (Vec::new(), BTreeSet::new());
        let mut after = 0;
        loop {
            let batch = self
                .ledger
                .list_users(&connection.scope, after, BATCH)
                .await?;
            let Some(last) = batch.last() else {
                break;
            };
            after = last.sequence;
            for user in batch {
                if user.accepted.is_some() {
                    emails.extend(user.source.emails().map(fold));
                } else if user.transferred.is_none() {
                    let who = Who {
                        id: Some(user.id),
                        user_name: user.source.user_name().to_owned(),
                        active: user.source.active(),
                    };
                    let link = user.link;
                    let target = mapped(connection, user.source).await?;
                    subjects.push(Subject { who, link, target });
                }
            }
        }
        for refusal in self.refused_creates(&connection.scope).await? {
            let source = asked(&refusal);
            let who = Who {
                id: None,
                user_name: source.user_name().to_owned(),
                active: source.active(),
            };
            let target = mapped(connection, source).await?;
            subjects.push(Subject {
                who,
                link: None,
                target,
            });
        }
        Ok((subjects, emails))
    }

    /// The requests of a connection that were refused and would have made somebody.
    async fn refused_creates(&self, scope: &Scope) -> Result<Vec<Event>, Refusal> {
        let mut refusals = self.ledger.refusals(&scope.tenant, usize::MAX).await?;
        refusals.retain(|event| event.scope == *scope && event.user.is_none());
        Ok(refusals)
    }

    /// The refused create of a user name, among those that were read: many are looked for, and there may be many.
    async fn refused_create(
        &self,
        scope: &Scope,
        name: &str,
        refused: &[Event],
    ) -> Result<Option<Event>, Refusal> {
        let wanted = Some(fold(name));
        match refused.iter().find(|event| asked_name(event) == wanted) {
            Some(event) if self.ledger.stands(event).await? => Ok(Some(event.clone())),
            // Another attempt was refused meanwhile, or it was given up.
            Some(_) => {
                let now = self.refused_creates(scope).await?;
                Ok(now.into_iter().find(|event| asked_name(event) == wanted))
            }
            None => Ok(None),
        }
    }

    /// Whether a person may become somebody's.
    async fn free(&self, connection: &Connection, person: &Person) -> Result<Free, Refusal> {
        let tenant = &connection.tenant;
        let name = person.target.get(Attribute::UserName);
        let protected = person.own
            || tenant.protects(&person.id)
            || name.is_some_and(|name| tenant.protects(name));
        if protected {
            return Ok(Free::Protected);
        }
        let linked = self.ledger.linked(&tenant.name, &person.id).await?;
        let mut owned = linked.iter().any(somebody);
        if let Some(name) = name.filter(|_| !owned) {
            // Whoever of another connection has the name in CXone will be looked for there.
            let holders = self.ledger.holders(&tenant.name, &fold(name)).await?;
            owned = holders
                .iter()
                .any(|other| somebody(other) && other.scope != connection.scope);
        }
        Ok(if owned { Free::Taken } else { Free::Yes })
    }

    /// The live user of a connection whom a name or a SCIM id means.
    async fn named_user(&self, scope: &Scope, who: &str) -> Result<Option<User>, Refusal> {
        if let Some(id) = UserId::parse(who) {
            return Ok(self.ledger.user(scope, id).await?.filter(User::live));
        }
        let lookup = Lookup::Name(fold(who));
        Ok(self.ledger.find_users(scope, &lookup).await?.pop())
    }
}

/// Whether somebody here is a person in CXone for good: who was only found is nobody's.
fn somebody(user: &User) -> bool {
    user.live() && user.state != State::Offered && user.transferred.is_none()
}

/// What CXone would hold of a source by the mappers alone.
async fn mapped(connection: &Connection, source: Source) -> Result<Target, Refusal> {
    Ok(connection.plugins.to_target(source).await?)
}

/// The source that a refused request asked for.
pub(crate) fn asked(refusal: &Event) -> Source {
    let asked = refusal.detail.get("asked").and_then(|it| it.as_object());
    Source::from(asked.cloned().unwrap_or_default())
}

/// Those whom CXone finds by the user names of these.
async fn named(connection: &Connection, subjects: &[Subject]) -> Result<Vec<Person>, Refusal> {
    let mut people = People::default();
    for subject in subjects.iter().filter(|subject| subject.link.is_none()) {
        let Some(name) = subject.target.get(Attribute::UserName) else {
            continue;
        };
        let options = CallOptions::of(Priority::Background);
        let held = connection.tenant.cxone.find(name, options).await;
        if let Some(held) = held.map_err(|error| away(&error))? {
            people.people.push(Person {
                id: held.id,
                target: held.target,
                status: None,
                own: held.own,
            });
        }
    }
    Ok(people.people)
}

fn away(error: &UpstreamError) -> Refusal {
    Refusal::Unavailable {
        detail: format!(
            "CXone must be asked who is in it and cannot be: {}",
            unavailable(error)
        ),
        retry_after: None,
    }
}
