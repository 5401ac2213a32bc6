//! Foreseeing one user: evaluated, looked up and compared as the queue does it, and then not told.

use crate::connection::Connection;
use crate::converge::{Claim, Compared, Undone, compare, locate};
use crate::decide::{Decision, evaluation, following, judged, unavailable};
use crate::difference::{nothing_to_tell, same};
use crate::group::Membership;
use crate::leave::whom;
use crate::line::note;
use crate::name::{UserId, fold};
use crate::ownership::{belongs_to, outranks, owner, protected};
use crate::port::cxone::Held;
use crate::port::ledger::{Ledger, LedgerError};
use crate::port::plugins::{Denial, Evaluated};
use crate::said::keep_apart;
use crate::target::{Attribute, Target};
use crate::user::{Owner, User};
use jiff::Timestamp;

use super::outcome::{Changed, Kind, Planned, Stays};
use super::sight::{Sight, background};

/// What everybody is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Foresight<'a> {
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) sight: &'a Sight,
    pub(crate) now: Timestamp,
}

/// What was seen of a person in CXone.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    /// Nobody looked: it did not come to that.
    NotLooked,
    /// CXone's word that there is nobody.
    Nobody,
    /// Why CXone did not say.
    NoAnswer(String),
    /// The person.
    Held(Box<Held>),
}

/// What would become of a user, with all that led to it.
#[derive(Debug)]
pub(crate) struct Foreseen {
    pub(crate) planned: Planned,
    /// The user as they would be just before CXone is told.
    pub(crate) user: User,
    /// What the chain came to.
    pub(crate) evaluated: Option<Evaluated>,
    /// What CXone is to hold.
    pub(crate) wanted: Option<Target>,
    pub(crate) seen: Seen,
}

impl Foresight<'_> {
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
            foreseen.push(Box::pin(self.one(connection, user, own)).await?.planned);
        }
        Ok(foreseen)
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
        let asked = evaluation(
            connection,
            following(user),
            user,
            groups,
            self.now,
            directory.clone(),
        );
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
                note(&mut found.user, &desired, &evaluated);
                return self.telling(connection, found, desired).await;
            }
            Ok(Decision::No(denial)) if *denial == *protected() => {
                found.because(Kind::Apart, denial.detail)
            }
            Ok(Decision::No(denial)) => found.refused(&denial),
            Ok(Decision::Wait(reason, _)) => found.because(Kind::Defer, reason),
            Ok(Decision::Later(reason)) | Err(reason) => found.because(Kind::Unknown, reason),
        };
        // A removal that CXone has not taken is delivered all the same, unless they may come back.
        let removed = user.debt.as_ref().is_some_and(|debt| debt.deactivation);
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
        let applied = |user: &User| user.template.as_ref().map(|template| template.name.clone());
        found.planned.template = applied(&found.user);
        if let Some(other) = self.rival(&found.user).await? {
            let denial = belongs_to(&other, &found.user);
            return Ok(found.because(Kind::Apart, denial.detail));
        }
        let mut held = match locate(self.sight, &found.user, &desired, background()).await {
            Ok(Some(held)) => held,
            Ok(None) => return Ok(found.created(&desired)),
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
            Ok(compared) => Ok(found.compared(compared, &held)),
            Err(Undone::Refused(denial)) => Ok(found.because(Kind::Apart, denial.detail)),
            Err(Undone::Owed { reason, .. }) => Ok(found.because(Kind::Unknown, reason)),
            Err(Undone::Ledger(error)) => Err(error),
        }
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
        let anothers = linked.iter().any(|other| outranks(other, user));
        let active = held.target.active != Some(false);
        found.planned.cxone_id = Some(held.id.clone());
        let protects = connection.tenant.protects_held(&held);
        found.seen = Seen::Held(Box::new(held));
        if protects {
            return Ok(found.because(Kind::Apart, "protected: CXone is not told"));
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

impl Foreseen {
    fn because(mut self, kind: Kind, reason: impl Into<String>) -> Self {
        self.planned = self.planned.because(kind, reason);
        self
    }

    fn unseen(mut self, reason: String) -> Self {
        self.seen = Seen::NoAnswer(reason.clone());
        self.because(Kind::Unknown, reason)
    }

    fn refused(mut self, denial: &Denial) -> Self {
        self.planned.rule = Some(denial.rule.clone());
        self.planned.attribute.clone_from(&denial.attribute);
        self.planned.fix = Some(denial.fix.clone());
        self.because(Kind::Refuse, denial.detail.clone())
    }

    fn created(mut self, desired: &Target) -> Self {
        let values = desired.values.iter();
        let changes = values.map(|(attribute, value)| changed(*attribute, None, Some(value)));
        self.planned.changes = changes.collect();
        self.planned.kind = Kind::Create;
        self.seen = Seen::Nobody;
        self
    }

    fn compared(mut self, compared: Compared, held: &Held) -> Self {
        let Compared {
            claim,
            wanted,
            difference,
        } = compared;
        let planned = &mut self.planned;
        let holds = |attribute| held.target.get(attribute);
        for (attribute, value) in &difference.change.set {
            let change = changed(*attribute, holds(*attribute), value.as_deref());
            planned.changes.push(change);
        }
        if let Some(active) = difference.change.active {
            planned.changes.push(Changed {
                attribute: "active".to_owned(),
                from: held.target.active.map(|active| active.to_string()),
                to: Some(active.to_string()),
            });
        }
        for attribute in Attribute::ALL {
            let theirs = owner(&self.user, attribute) == Owner::Cxone
                || difference.handed_over.contains(&attribute);
            let (wants, holds) = (wanted.get(attribute), holds(attribute));
            if theirs && wants.is_some() && !same(attribute, wants, holds) {
                planned.stays.push(Stays {
                    attribute,
                    held: holds.map(joined),
                    wanted: wants.map(joined),
                });
            }
        }
        planned.unconfirmed = difference.unconfirmed;
        planned.kind = match (claim, difference.change.active) {
            (Claim::Adopted, _) => Kind::Adopt,
            (_, Some(true)) => Kind::Revive,
            (_, Some(false)) => Kind::Deactivate,
            (_, None) if difference.change.set.is_empty() => Kind::Nothing,
            (_, None) => Kind::Replace,
        };
        self.wanted = Some(wanted);
        self
    }
}

fn changed(attribute: Attribute, from: Option<&str>, to: Option<&str>) -> Changed {
    Changed {
        attribute: attribute.as_str().to_owned(),
        from: from.map(joined),
        to: to.map(joined),
    }
}

/// The values of a list on one line.
pub(crate) fn joined(value: &str) -> String {
    value.replace('\n', ", ")
}
