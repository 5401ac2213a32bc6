//! Foreseeing one user: evaluated, looked up and compared as the queue does it, and then not told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::connection::Connection;
use crate::converge::{Undone, compare};
use crate::decide::{Decision, evaluation, following, judged, unavailable};
use crate::difference::nothing_to_tell;
use crate::group::Membership;
use crate::leave::whom;
use crate::line::suppose;
use crate::name::{ConnectionName, UserId, fold};
use crate::observe::came_back;
use crate::optional::newcomer;
use crate::ownership::{apart, belongs_to, outranks, owner, says_protected};
use crate::policy::Twins;
use crate::port::cxone::Held;
use crate::port::ledger::{Ledger, LedgerError};
use crate::removal::name_in_cxone;
use crate::said::keep_apart;
use crate::target::{Attribute, Target};
use crate::twin;
use crate::user::{Debt, Owner, User};
use crate::whereabouts::{former, locate};

use super::foreseen::{Foreseen, Seen, changed};
use super::outcome::{Changed, HeldBy, Kind, Likely, Planned};
use super::sight::{Sight, background};

/// What everybody is judged by.
#[derive(Debug)]
pub(crate) struct Foresight<'a> {
    ledger: &'a dyn Ledger,
    pub(crate) sight: &'a Sight,
    pub(crate) now: Timestamp,
    /// Who would be made or adopted, by folded name or CXone's id, and for which connection.
    spoken_for: Mutex<HashMap<String, ConnectionName>>,
}

impl<'a> Foresight<'a> {
    /// By what is seen, at one moment.
    pub(crate) fn new(ledger: &'a dyn Ledger, sight: &'a Sight, now: Timestamp) -> Self {
        Self {
            ledger,
            sight,
            now,
            spoken_for: Mutex::default(),
        }
    }

    /// Foresees users of one connection.
    pub(crate) async fn all(
        &self,
        connection: &Connection,
        users: &[User],
    ) -> Result<Vec<Planned>, LedgerError> {
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let mut groups = self.ledger.memberships(&connection.scope, &ids).await?;
        let mut foreseen = Vec::with_capacity(users.len());
        for user in users {
            let own = groups.remove(&user.id);
            let own = own.unwrap_or_else(|| user.inherited.clone());
            let found = Box::pin(self.one(connection, user, own)).await?;
            foreseen.push(self.told_apart(connection, found));
        }
        Ok(foreseen)
    }

    /// Two who were acknowledged while nobody could compare them may ask for one person: only one of them gets them.
    fn told_apart(&self, connection: &Connection, found: Foreseen) -> Planned {
        let planned = found.planned;
        let person = match planned.kind {
            Kind::Create => found.user.folded_target_name(),
            Kind::Adopt => planned.cxone_id.clone(),
            _ => None,
        };
        let Some(person) = person else {
            return planned;
        };
        let spoken_for = self.spoken_for.lock();
        let mut spoken_for = spoken_for.unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = spoken_for.get(&person) {
            let reason = format!("a user of connection {other} is to be the same person in CXone");
            return Planned {
                changes: Vec::new(),
                stays: Vec::new(),
                ..planned.because(Kind::Apart, reason)
            };
        }
        spoken_for.insert(person, connection.scope.connection.clone());
        planned
    }

    /// Foresees one user, whose groups these are.
    pub(crate) async fn one(
        &self,
        connection: &Connection,
        user: &User,
        groups: Vec<Membership>,
    ) -> Result<Foreseen, LedgerError> {
        let mut found = Foreseen {
            planned: Planned::of(user),
            user: user.clone(),
            evaluated: None,
            wanted: None,
            seen: Seen::NotLooked,
        };
        if keep_apart(connection, &mut found.user) {
            let reason = found.user.reason.clone().unwrap_or_default();
            return Ok(found.because(Kind::Apart, reason));
        }
        if !user.live() || !user.source.active() {
            return self.leaving(connection, found).await;
        }
        let directory = match self.sight.pinned() {
            Ok(directory) => directory,
            Err(reason) => {
                let reason = format!("CXone's roles and teams cannot be read: {reason}");
                return Ok(found.because(Kind::Unknown, reason));
            }
        };
        let mut asked = evaluation(
            connection,
            following(user),
            user,
            groups,
            self.now,
            directory.clone(),
        );
        asked.trial = true;
        let decision = match connection.plugins.evaluate(asked).await {
            Ok(evaluated) => {
                found.planned.warnings.clone_from(&evaluated.warnings);
                found.evaluated = Some(evaluated.clone());
                Ok(judged(connection, user, evaluated, &directory))
            }
            Err(failure) => Err(failure.to_string()),
        };
        let stopped = match decision {
            Ok(Decision::Go(desired, evaluated)) => {
                suppose(&connection.tenant, &mut found.user, &desired, &evaluated);
                return self.telling(connection, found, desired).await;
            }
            Ok(Decision::No(denial)) if says_protected(&denial) => {
                found.because(Kind::Apart, denial.detail)
            }
            Ok(Decision::No(denial)) => found.refused(&denial),
            Ok(Decision::Wait(reason, _)) => found.because(Kind::Defer, reason),
            Ok(Decision::Later(outage)) => found.because(Kind::Unknown, outage.reason),
            Err(reason) => found.because(Kind::Unknown, reason),
        };
        // A removal that CXone has not taken is delivered all the same, unless they may come back.
        let owed = |debt: &Debt| debt.deactivation && !debt.held;
        let removed = user.undelivered || user.debt.as_ref().is_some_and(owed);
        if !removed || stopped.planned.kind == Kind::Apart {
            return Ok(stopped);
        }
        let kind = stopped.planned.kind;
        let mut left = self.leaving(connection, stopped).await?;
        if left.planned.kind == Kind::Nothing {
            left.planned.kind = kind;
        }
        Ok(left)
    }

    /// Somebody who is to be as desired.
    async fn telling(
        &self,
        connection: &Connection,
        mut found: Foreseen,
        desired: Target,
    ) -> Result<Foreseen, LedgerError> {
        found.wanted = Some(desired.clone());
        let template = found.user.template.as_ref();
        found.planned.template = template.map(|template| template.name.clone());
        let left_out = found.user.left_out.iter().copied();
        found.planned.left_out = left_out.collect();
        if let Some(other) = self.rival(&found.user).await? {
            let denial = belongs_to(&other, &found.user);
            return Ok(found.because(Kind::Apart, denial.detail));
        }
        let former = former(self.ledger, &found.user).await?;
        let located = locate(self.sight, &found.user, &former, &desired, background());
        let mut held = match located.await {
            Ok(Some(held)) => held,
            Ok(None) => return self.creating(connection, found, &desired).await,
            Err(error) => return Ok(found.unseen(unavailable(&error))),
        };
        if self.sight.poor() {
            let told = nothing_to_tell(&found.user, &desired);
            if told {
                self.as_shown_last(&found.user, &mut held);
            }
            if self.hinges(&found.user, &desired, &held, told) {
                held = match self.sight.in_full(&held.id).await {
                    Ok(Some(held)) => held,
                    Ok(None) => {
                        let reason = "CXone lists the user and does not show them by id";
                        return Ok(found.unseen(reason.to_owned()));
                    }
                    Err(error) => return Ok(found.unseen(unavailable(&error))),
                };
            }
        }
        let before = &mut found.user;
        let compared = compare(connection, self.ledger, before, &desired, &held, self.now).await;
        found.planned.cxone_id = Some(held.id.clone());
        found.seen = Seen::Held(Box::new(held.clone()));
        match compared {
            Ok(compared) => {
                let pending_rename = connection.tenant.policy.pending_rename;
                Ok(found.compared(compared, &held, pending_rename))
            }
            Err(Undone::Refused(denial)) => Ok(found.because(Kind::Apart, denial.detail)),
            Err(Undone::Owed(outage)) => Ok(found.because(Kind::Unknown, outage.reason)),
            Err(Undone::Ledger(error)) => Err(error),
        }
    }

    /// Somebody who is to be made, unless a likely twin is in the way.
    async fn creating(
        &self,
        connection: &Connection,
        mut found: Foreseen,
        desired: &Target,
    ) -> Result<Foreseen, LedgerError> {
        let tenant = connection.tenant.as_ref();
        let people = match self.sight.twins_of(desired).await {
            Ok(people) => people,
            Err(error) => return Ok(found.unseen(unavailable(&error))),
        };
        found.seen = Seen::Nobody;
        if let Some(people) = people {
            let likely = twin::likely(tenant, self.ledger, &found.user, desired, &people).await?;
            found.planned.twin = likely.map(|(person, by)| Likely {
                id: person.id.clone(),
                user_name: person.target.get(Attribute::UserName).map(str::to_owned),
                by,
            });
            if let Some((person, by)) = likely
                && tenant.policy.twins == Twins::Refuse
            {
                found = found.refused(&twin::refusal(person, by));
                found.planned.kind = Kind::Twin;
                return Ok(found);
            }
        }
        let newcomer = newcomer(tenant, desired);
        let values = newcomer.values.iter();
        let changes = values.map(|(attribute, value)| changed(*attribute, None, Some(value)));
        found.planned.changes = changes.collect();
        found.planned.kind = Kind::Create;
        Ok(found)
    }

    /// Somebody who is to be inactive.
    async fn leaving(
        &self,
        connection: &Connection,
        mut found: Foreseen,
    ) -> Result<Foreseen, LedgerError> {
        let user = &found.user;
        let somebody = user.link.is_some()
            || user.accepted.is_some()
            || !user.uncertain.is_empty()
            || user.debt.as_ref().is_some_and(|debt| debt.deactivation);
        if !somebody {
            found.planned.kind = Kind::Nothing;
            return Ok(found);
        }
        if let Err(reason) = name_in_cxone(connection, &mut found.user, true).await {
            return Ok(found.because(Kind::Unknown, reason));
        }
        let user = &found.user;
        let mut held = match whom(self.sight, user, background()).await {
            Ok(Some(held)) => held,
            Ok(None) => {
                (found.planned.kind, found.seen) = (Kind::Nothing, Seen::Nobody);
                return Ok(found);
            }
            Err(error) => return Ok(found.unseen(unavailable(&error))),
        };
        if self.sight.poor() && held.target.active.is_none() {
            held = match self.sight.in_full(&held.id).await {
                Ok(Some(full)) => full,
                Ok(None) => held,
                Err(error) => return Ok(found.unseen(unavailable(&error))),
            };
        }
        let tenant = &user.scope.tenant;
        let linked = self.ledger.linked(tenant, &held.id).await?;
        let anothers = linked.iter().any(|other| outranks(other, user))
            || (found.planned.held == Some(HeldBy::Observe)
                && came_back(self.ledger, user).await?);
        let active = held.target.active != Some(false);
        found.planned.cxone_id = Some(held.id.clone());
        let protects = connection.tenant.protects_held(&held);
        let why = apart(&held);
        found.seen = Seen::Held(Box::new(held));
        if protects {
            return Ok(found.because(Kind::Apart, why));
        }
        // Somebody deleted whose person is a live user's by now is past.
        if !active || anothers {
            found.planned.kind = Kind::Nothing;
            return Ok(found);
        }
        found.planned.kind = Kind::Deactivate;
        found.planned.changes = vec![Changed {
            attribute: "active".to_owned(),
            from: Some("true".to_owned()),
            to: Some("false".to_owned()),
        }];
        Ok(found)
    }

    /// Somebody else of the tenant who is to be the same person, and came first.
    async fn rival(&self, user: &User) -> Result<Option<User>, LedgerError> {
        let Some(name) = user.folded_target_name() else {
            return Ok(None);
        };
        let accepted = user.accepted.as_ref();
        let accepted = accepted.and_then(|target| target.get(Attribute::UserName));
        if accepted.map(fold).as_ref() == Some(&name) {
            return Ok(None);
        }
        let others = self.ledger.holders(&user.scope.tenant, &name).await?;
        Ok(others.into_iter().find(|other| outranks(other, user)))
    }

    /// Takes what the list shows of nobody for what CXone showed last, of somebody who has got all that was said: reading everybody
    /// by id would say the same.
    fn as_shown_last(&self, user: &User, held: &mut Held) {
        let shown = user.shown.iter().flat_map(|shown| &shown.values);
        for (attribute, value) in shown {
            if held.target.get(*attribute).is_none() && !self.sight.shows(*attribute) {
                held.target.set(*attribute, value.as_str());
            }
        }
    }

    /// Whether the comparison hinges on what the list does not show of this person.
    fn hinges(&self, user: &User, desired: &Target, held: &Held, told: bool) -> bool {
        let accepted = user.accepted.as_ref();
        let missing = Attribute::ALL.into_iter().filter(|attribute| {
            held.target.get(*attribute).is_none()
                && owner(user, *attribute) != Owner::Cxone
                && (self.sight.shows(*attribute) || !told)
        });
        let mut opinions = missing.filter(|attribute| {
            desired.get(*attribute).is_some()
                || accepted.is_some_and(|target| target.get(*attribute).is_some())
                || user.attempted.contains_key(attribute)
        });
        held.target.active.is_none() || opinions.next().is_some()
    }
}
