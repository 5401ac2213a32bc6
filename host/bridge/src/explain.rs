//! The story of one user: what was said, what was made of it, what CXone holds, and what is the matter.

mod matter;
mod row;
mod sign_in;
mod step;
mod who;
mod why;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::decide::unavailable;
use crate::event::Event;
use crate::group::Membership;
use crate::line::Bridge;
use crate::name::{Scope, TenantName, UserId};
use crate::plan::{Foreseen, Foresight, HeldBy, Kind, Planned, Seen, Sight, background};
use crate::policy::Mode;
use crate::port::cxone::{Cxone, Held, UpstreamError};
use crate::port::plugins::Evaluated;
use crate::refusal::Refusal;
use crate::removal::name_in_cxone;
use crate::target::{Attribute, Target};
use crate::user::{Debt, State, User};

pub use row::{Fate, Row};
use row::{rows, wanted};
pub use sign_in::SignIn;
pub use step::StepTold;
pub use why::{Aim, Flip, NeverSaid, Said, Why};

/// How long it may take to find out why.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many of a user's events are told.
const EVENTS: usize = 12;

/// The person in CXone, as just read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// CXone's id.
    pub id: String,
    /// Whether they may work.
    pub active: Option<bool>,
    /// Whether they were invited and are not activated yet, where CXone says so.
    pub pending: Option<bool>,
    /// Whether it is the access key's own employee.
    pub own: bool,
}

/// Everything about one user of one connection. It is personal: for whoever asked, never for a log; its `Debug` shows no values.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Tenant and connection.
    pub scope: Scope,
    /// Whether the connection only observes.
    pub observes: bool,
    /// The SCIM id. Of somebody who was never stored, one that nobody else has.
    pub user: UserId,
    /// The user name, as the identity provider has it.
    pub user_name: String,
    /// Whether the user is in the ledger. If not, this is a create that was refused.
    pub stored: bool,
    /// When the resource was created.
    pub created: Timestamp,
    /// When the source last changed.
    pub modified: Timestamp,
    /// When the identity provider deleted it.
    pub deleted: Option<Timestamp>,
    /// What the identity provider said last.
    pub source: Value,
    /// Whether the source says that the person is active.
    pub source_active: bool,
    /// The groups that count.
    pub groups: Vec<Membership>,
    /// Whether these are the former connection's, since the present one has said nothing about the user's groups.
    pub groups_inherited: bool,
    /// The template that stands, or would.
    pub template: Option<String>,
    /// Whether the person is to be active in CXone; `None` where nothing was decided.
    pub wanted_active: Option<bool>,
    /// What each plugin and template did, in order, as the chain runs now.
    pub steps: Vec<StepTold>,
    /// What the rules say now; `None` where no plugin was asked.
    pub verdict: Option<String>,
    /// What plugins read and nobody of the connection ever says.
    pub never_said: Vec<NeverSaid>,
    /// Why a result is as it is, where that was asked.
    pub why: Option<Why>,
    /// Attribute by attribute.
    pub attributes: Vec<Row>,
    /// What would be done now.
    pub outcome: Planned,
    /// The person in CXone; `None` where there is none or CXone did not answer.
    pub held: Option<Person>,
    /// Why CXone did not say.
    pub no_answer: Option<String>,
    /// Where the user stands towards CXone.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// What is owed.
    pub debt: Option<Debt>,
    /// When that is tried next.
    pub next: Option<String>,
    /// CXone's id, as remembered.
    pub link: Option<String>,
    /// The user name in CXone, as last desired.
    pub target_name: Option<String>,
    /// The connection that the person was transferred to.
    pub transferred: Option<String>,
    /// The names under which a create of unknown outcome was sent.
    pub uncertain: Vec<String>,
    /// Whether groups changed and the user is about to be evaluated anew.
    pub pending: bool,
    /// Whether nobody here touches the person.
    pub protected: bool,
    /// The last events, newest first.
    pub events: Vec<Event>,
    /// What is the matter and what to do, in a line.
    pub matter: String,
    /// Whether the person can sign in to CXone.
    pub sign_in: SignIn,
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("scope", &self.scope)
            .field("user", &self.user)
            .field("outcome", &self.outcome)
            .field("state", &self.state)
            .field("attributes", &self.attributes)
            .finish_non_exhaustive()
    }
}

impl Bridge {
    /// Explains whoever is meant: by user name (also a former one, or the one in CXone), SCIM id, CXone's id, external id or e-mail
    /// address, on any connection of the tenant, live or deleted, and also those whose create was refused. Live ones come first;
    /// nobody is an empty answer. With `why`, what that result hinges on is found out, too. It writes nothing anywhere.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a tenant that is not configured, and the ledger's. What CXone does not answer is in the
    /// explanation.
    pub async fn explain(
        &self,
        tenant: &TenantName,
        who: &str,
        why: Option<Aim>,
    ) -> Result<Vec<Explanation>, Refusal> {
        let mut connections = self.connections().into_iter();
        let first = connections.find(|connection| connection.scope.tenant == *tenant);
        let cxone = first.ok_or(Refusal::NotFound)?.tenant.cxone.clone();
        let users = self.meant(tenant, who).await?;
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let sight = Sight::of_each(cxone).await;
        let foresight = Foresight::new(self.ledger.as_ref(), &sight, self.now());
        // Somebody waits for it, and who has several users waits no longer.
        let why = why.map(|aim| (aim, Instant::now() + PATIENCE));
        let mut told = Vec::new();
        for user in users {
            told.push(Box::pin(self.explained(&foresight, user, why)).await?);
        }
        Ok(told)
    }

    async fn explained(
        &self,
        foresight: &Foresight<'_>,
        user: User,
        asked: Option<(Aim, Instant)>,
    ) -> Result<Explanation, Refusal> {
        let scope = user.scope.clone();
        let own = self.ledger.memberships(&scope, &[user.id]).await?;
        let own = own.into_values().next();
        let groups_inherited = own.is_none() && !user.inherited.is_empty();
        let groups = own.unwrap_or_else(|| user.inherited.clone());
        let connection = self.connection(&scope);
        let mut found = foreseen(foresight, connection.as_deref(), &user, groups.clone()).await?;
        if matches!(found.seen, Seen::NotLooked) {
            let names = names(connection.as_deref(), &user, found.evaluated.as_ref()).await;
            found.seen = match look(foresight.sight, &user, &names).await {
                Ok(Some(held)) => Seen::Held(Box::new(held)),
                Ok(None) if user.link.is_none() && names.is_empty() => Seen::NotLooked,
                Ok(None) => Seen::Nobody,
                Err(error) => Seen::NoAnswer(unavailable(&error)),
            };
        }
        let held = match &found.seen {
            Seen::Held(held) => Some(held.as_ref()),
            Seen::NotLooked | Seen::Nobody | Seen::NoAnswer(_) => None,
        };
        let protected = connection.as_ref().is_some_and(|connection| {
            let tenant = &connection.tenant;
            tenant.protects_user(&user) || held.is_some_and(|held| tenant.protects_held(held))
        });
        let pending = self.ledger.pending_of(&scope, user.id).await?.is_some();
        let mut events = Vec::new();
        if user.version > 0 {
            events = self.ledger.events(&scope, Some(user.id), EVENTS).await?;
        }
        let (mut why, mut never_said) = (None, Vec::new());
        if let Some(connection) = connection.as_deref() {
            never_said = self.never_said(connection, &user).await?;
            if let Some(asked) = asked {
                let why_so = self.why(foresight, connection, &user, groups.clone(), asked);
                why = Some(Box::pin(why_so).await?);
            }
        }
        let evaluated = found.evaluated.as_ref();
        let steps = evaluated.map(step::told).unwrap_or_default();
        let verdict = evaluated.map(|it| why::verdict(&it.verdict));
        let template = found.planned.template.clone();
        let applied = user.template.as_ref().map(|template| template.name.clone());
        let nobody = matches!(found.seen, Seen::Nobody);
        let mut explanation = Explanation {
            observes: connection.is_some_and(|connection| connection.mode == Mode::Observe),
            user: user.id,
            user_name: user.source.user_name().to_owned(),
            stored: user.version > 0,
            created: user.created,
            modified: user.modified,
            deleted: user.deleted,
            source: Value::Object(user.source.as_map().clone()),
            source_active: user.source.active(),
            groups,
            groups_inherited,
            template: template.or(applied),
            wanted_active: wanted(&found).and_then(|wanted| wanted.active),
            steps,
            verdict,
            never_said,
            why,
            attributes: rows(&user, &found, held.map(|held| &held.target)),
            sign_in: SignIn::of(&found.seen),
            held: held.map(person),
            no_answer: match &found.seen {
                Seen::NoAnswer(reason) => Some(reason.clone()),
                Seen::NotLooked | Seen::Nobody | Seen::Held(_) => None,
            },
            outcome: found.planned,
            state: user.state,
            reason: user.reason,
            next: user.debt.as_ref().map(next),
            debt: user.debt,
            link: user.link,
            target_name: user.target_name,
            transferred: user.transferred.map(|other| other.to_string()),
            uncertain: user.uncertain.into_iter().collect(),
            pending,
            protected,
            events,
            matter: String::new(),
            scope,
        };
        explanation.matter = matter::of(&explanation);
        if nobody {
            explanation.sign_in.because =
                format!("CXone has nobody of them: {}", explanation.matter);
        }
        Ok(explanation)
    }
}

/// What would become of a user, where there is a connection to say so and the user is anybody's.
async fn foreseen(
    foresight: &Foresight<'_>,
    connection: Option<&Connection>,
    user: &User,
    groups: Vec<Membership>,
) -> Result<Foreseen, Refusal> {
    let nothing = |kind, reason: &str| Foreseen {
        planned: Planned::of(user).because(kind, reason),
        user: user.clone(),
        evaluated: None,
        wanted: None,
        seen: Seen::NotLooked,
    };
    let Some(connection) = connection else {
        let reason = "the configuration has no such connection any more";
        return Ok(nothing(Kind::Unknown, reason));
    };
    if user.state == State::Offered {
        let reason = "found in CXone by name; the identity provider has not written them yet";
        return Ok(nothing(Kind::Nothing, reason));
    }
    Ok(foresight.one(connection, user, groups).await?)
}

/// Every name that somebody may have in CXone. What the identity provider calls them is none: it may be another person's there.
async fn names(
    connection: Option<&Connection>,
    user: &User,
    evaluated: Option<&Evaluated>,
) -> Vec<String> {
    let name = |target: &Target| target.get(Attribute::UserName).map(str::to_owned);
    let accepted = user.accepted.as_ref().and_then(name);
    let mut names = Vec::from_iter(user.target_name.clone());
    names.extend(accepted);
    names.extend(user.uncertain.iter().cloned());
    names.extend(evaluated.map(|it| &it.target).and_then(name));
    if let Some(connection) = connection.filter(|_| names.is_empty()) {
        let mut named = user.clone();
        if name_in_cxone(connection, &mut named, true).await.is_ok() {
            names.extend(named.target_name);
        }
    }
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// The person, for show: by id, else by name.
async fn look(sight: &Sight, user: &User, names: &[String]) -> Result<Option<Held>, UpstreamError> {
    if let Some(link) = &user.link
        && let Some(held) = sight.read(link, background()).await?
    {
        return Ok(Some(held));
    }
    for name in names {
        if let Some(held) = sight.find(name, background()).await? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

fn person(held: &Held) -> Person {
    Person {
        id: held.id.clone(),
        active: held.target.active,
        pending: held.pending,
        own: held.own,
    }
}

/// When a debt is tried next.
fn next(debt: &Debt) -> String {
    let next = match HeldBy::of_debt(debt) {
        Some(HeldBy::Observe) => "when the connection goes live",
        Some(HeldBy::Guard) => "when it is released",
        None => "within seconds, for as long as it takes",
    };
    next.to_owned()
}
