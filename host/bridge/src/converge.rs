//! Making CXone hold what is desired: look, compare, tell.

use jiff::Timestamp;

pub(crate) use crate::claim::Claim;
use crate::claim::{claim, wanted};
use crate::connection::{Connection, Tenant};
use crate::difference::{Difference, accept, difference};
use crate::optional::{newcomer, withheld};
use crate::ownership::{hand_over, protected_held};
use crate::port::cxone::{CallOptions, Change, Held, UpstreamError};
use crate::port::ledger::Ledger;
use crate::rename::{self, Replaced};
use crate::target::{Attribute, Target};
use crate::twin;
pub(crate) use crate::undone::{Undone, looked};
use crate::user::{State, User};
use crate::whereabouts::{former, listed, locate};

/// How often CXone is looked at anew in one piece of work, where it changes under our hands.
pub(crate) const LOOKS: usize = 3;

/// What CXone was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Told {
    #[default]
    Nothing,
    Create,
    Replace,
    Deactivate,
}

impl Told {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Told::Nothing => "nothing",
            Told::Create => "create",
            Told::Replace => "replace",
            Told::Deactivate => "deactivate",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Done {
    pub(crate) told: Told,
    pub(crate) adopted: bool,
    pub(crate) sent: Vec<Attribute>,
    pub(crate) handed_over: Vec<Attribute>,
    pub(crate) unconfirmed: Vec<Attribute>,
    /// Why a part of it is owed still.
    pub(crate) owed: Option<String>,
}

/// Makes CXone hold the desired target for a user, whoever must be found, adopted or created for it. CXone is always asked for
/// the name before a create: a request of ours that seemed lost may have arrived.
pub(crate) async fn converge(
    connection: &Connection,
    ledger: &dyn Ledger,
    user: &mut User,
    desired: &Target,
    now: Timestamp,
    options: CallOptions,
) -> Result<Done, Undone> {
    let tenant = connection.tenant.as_ref();
    let cxone = tenant.cxone.as_ref();
    let former = former(ledger, user).await?;
    let mut taken = false;
    for look in 1..=LOOKS {
        let mut found = locate(cxone, user, &former, desired, options).await;
        if matches!(found, Ok(None)) && taken {
            found = Box::pin(listed(cxone, desired, options)).await;
        }
        let Some(held) = found.map_err(looked)? else {
            let twin = Box::pin(twin::check(tenant, ledger, user, desired, options));
            if let Some(denial) = twin.await? {
                return Err(Undone::Refused(denial));
            }
            match Box::pin(create(tenant, user, desired, options)).await {
                Ok((held, sent)) => {
                    let done = Done {
                        told: Told::Create,
                        sent,
                        ..Done::default()
                    };
                    return Ok(accepted(user, desired, &held, done));
                }
                // Somebody was faster, or a request of ours did arrive: look again.
                Err(UpstreamError::Refused {
                    duplicate: true, ..
                }) if look < LOOKS => {
                    taken = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
        };
        let compared = compare(connection, ledger, user, desired, &held, now);
        let compared = Box::pin(compared).await?;
        for attribute in &compared.difference.handed_over {
            hand_over(user, *attribute, now);
        }
        let change = compared.change(&held);
        let completing = &compared.difference.unconfirmed;
        let replaced = rename::replace(tenant, held, change, completing, options);
        let replaced = match Box::pin(replaced).await {
            Ok(replaced) => replaced,
            Err(rename::Failed::Gone) => {
                user.link = None;
                continue;
            }
            Err(rename::Failed::Undone(undone)) => return Err(undone),
        };
        return Ok(replaced_by(user, desired, compared, replaced));
    }
    Err(UpstreamError::Gone.into())
}

/// Creates somebody; answers what CXone shows, and what it was sent. That it may have arrived is noted first, in case this is cut
/// short.
async fn create(
    tenant: &Tenant,
    user: &mut User,
    desired: &Target,
    options: CallOptions,
) -> Result<(Held, Vec<Attribute>), UpstreamError> {
    let name = desired
        .get(Attribute::UserName)
        .unwrap_or_default()
        .to_owned();
    let news = user.uncertain.insert(name.clone());
    let newcomer = newcomer(tenant, desired);
    let template = user.template.as_ref().map(|template| &template.name);
    let named = template.filter(|name| tenant.templates.get(*name).is_some_and(|it| it.in_cxone));
    let created = tenant
        .cxone
        .create(&newcomer, named.map(String::as_str), options)
        .await;
    match created {
        Ok(held) => {
            user.link = Some(held.id.clone());
            Ok((held, newcomer.values.into_keys().collect()))
        }
        Err(error) => {
            let uncertain = matches!(
                error,
                UpstreamError::Unavailable {
                    uncertain: true,
                    ..
                }
            );
            if news && !uncertain {
                user.uncertain.remove(&name);
            }
            Err(error)
        }
    }
}

/// What somebody found in CXone comes to beside what is desired.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) claim: Claim,
    /// What CXone is to hold of this person.
    pub(crate) wanted: Target,
    pub(crate) difference: Difference,
}

/// Links a user to the person found and compares. Refused where the person is protected, or somebody else's.
pub(crate) async fn compare(
    connection: &Connection,
    ledger: &dyn Ledger,
    user: &mut User,
    desired: &Target,
    held: &Held,
    now: Timestamp,
) -> Result<Compared, Undone> {
    let tenant = &connection.tenant;
    if tenant.protects_held(held) {
        return Err(Undone::Refused(protected_held(held)));
    }
    let claim = claim(ledger, user, desired, held, now).await?;
    let wanted = match withheld(tenant, Attribute::Role) {
        true => desired.clone(),
        false => wanted(claim, desired, &tenant.default_role),
    };
    let difference = difference(user, &wanted, &held.target);
    Ok(Compared {
        claim,
        wanted,
        difference,
    })
}

impl Compared {
    /// What CXone is told. A replace says everything: given back as shown, what CXone accepted and shows otherwise would be taken
    /// back, and without what it requires CXone refuses. What it shows nothing of, a field that is not enabled, stays out.
    fn change(&self, held: &Held) -> Change {
        let mut change = self.difference.change.clone();
        if change.is_empty() {
            return change;
        }
        for attribute in &self.difference.unconfirmed {
            let value = self.wanted.get(*attribute).map(str::to_owned);
            if attribute.required() || held.target.get(*attribute).is_some() {
                change.set.insert(*attribute, value);
            }
        }
        change
    }
}

/// Notes what came of a replace. A rename that CXone does not take yet was not accepted.
fn replaced_by(user: &mut User, desired: &Target, compared: Compared, replaced: Replaced) -> Done {
    let mut taken = desired.clone();
    if replaced.owed.is_some() {
        let name = replaced.shows.target.get(Attribute::UserName);
        taken.set(Attribute::UserName, name.unwrap_or_default());
    }
    let done = Done {
        told: if replaced.told {
            Told::Replace
        } else {
            Told::Nothing
        },
        adopted: compared.claim == Claim::Adopted,
        sent: replaced.sent,
        handed_over: compared.difference.handed_over,
        owed: replaced.owed,
        ..Done::default()
    };
    accepted(user, &taken, &replaced.shows, done)
}

/// Notes what CXone accepted and what it shows.
fn accepted(user: &mut User, taken: &Target, shows: &Held, done: Done) -> Done {
    let unconfirmed = accept(user, taken, &shows.target);
    user.state = if unconfirmed.is_empty() {
        State::Settled
    } else {
        State::Unconfirmed
    };
    user.reason = (!unconfirmed.is_empty())
        .then(|| format!("CXone shows otherwise: {}", names(&unconfirmed)));
    Done {
        unconfirmed,
        ..done
    }
}

/// Attribute names in a row.
pub(crate) fn names<'a>(attributes: impl IntoIterator<Item = &'a Attribute>) -> String {
    let names: Vec<&str> = attributes.into_iter().map(|it| it.as_str()).collect();
    names.join(", ")
}
