//! Making CXone hold what is desired: look, compare, tell.

use jiff::Timestamp;

use crate::connection::Connection;
use crate::difference::{Difference, accept, difference};
use crate::name::fold;
use crate::ownership::{belongs_to, default_owner, hand_over, outranks, protected};
use crate::port::cxone::{CallOptions, Cxone, Held, UpstreamError};
use crate::port::ledger::{Ledger, LedgerError};
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::{Owner, State, User};

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
}

/// Why it did not come about.
#[derive(Debug)]
pub(crate) enum Undone {
    /// CXone has not taken it; whether it would take nothing else either.
    Owed { reason: String, away: bool },
    /// CXone said no.
    Refused(Box<Denial>),
    /// The ledger failed.
    Ledger(LedgerError),
}

impl From<LedgerError> for Undone {
    fn from(error: LedgerError) -> Self {
        Undone::Ledger(error)
    }
}

impl From<UpstreamError> for Undone {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Unavailable { reason, .. } => Undone::Owed { reason, away: true },
            UpstreamError::Gone => Undone::Owed {
                reason: "CXone lost the user while it was written".to_owned(),
                away: false,
            },
            UpstreamError::Refused {
                status,
                detail,
                duplicate,
                ..
            } => Undone::Refused(Box::new(Denial {
                rule: "CXone".to_owned(),
                status: if duplicate { 409 } else { 400 },
                scim_type: Some(
                    if duplicate {
                        "uniqueness"
                    } else {
                        "invalidValue"
                    }
                    .to_owned(),
                ),
                detail: format!("CXone refused it with {status}: {detail}"),
                attribute: duplicate.then(|| Attribute::UserName.as_str().to_owned()),
                fix: if duplicate {
                    "another CXone user has this user name: rename one of the two".to_owned()
                } else {
                    "correct what CXone names, then let the identity provider send it again"
                        .to_owned()
                },
            })),
        }
    }
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
    let cxone = &connection.tenant.cxone;
    for look in 1..=LOOKS {
        let Some(held) = locate(cxone.as_ref(), user, desired, options)
            .await
            .map_err(looked)?
        else {
            // Noted first: if this is cut short, the request may have arrived.
            let name = desired
                .get(Attribute::UserName)
                .unwrap_or_default()
                .to_owned();
            let news = user.uncertain.insert(name.clone());
            let error = match cxone.create(desired, None, options).await {
                Ok(held) => {
                    user.link = Some(held.id.clone());
                    let sent = desired.values.keys().copied().collect();
                    let claim = Claim::Own;
                    return Ok(done(
                        user,
                        Told::Create,
                        claim,
                        desired,
                        &held,
                        Vec::new(),
                        sent,
                    ));
                }
                Err(error) => error,
            };
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
            match error {
                // Somebody was faster, or a request of ours did arrive: look again.
                UpstreamError::Refused {
                    duplicate: true, ..
                } if look < LOOKS => continue,
                error => return Err(error.into()),
            }
        };
        let compared = compare(connection, ledger, user, desired, &held, now).await?;
        let (claim, wanted, found) = (compared.claim, compared.wanted, compared.difference);
        for attribute in &found.handed_over {
            hand_over(user, *attribute, now);
        }
        let mut change = found.change;
        if !change.is_empty() {
            // A replace says everything: given back as shown, what CXone accepted and shows otherwise would be taken back, and
            // without what it requires CXone refuses. What it shows nothing of, a field that is not enabled, stays out.
            for attribute in found.unconfirmed {
                if attribute.required() || held.target.get(attribute).is_some() {
                    let value = wanted.get(attribute).map(str::to_owned);
                    change.set.insert(attribute, value);
                }
            }
        }
        let (told, sent, shows) = if change.is_empty() {
            (Told::Nothing, Vec::new(), held)
        } else {
            match cxone.replace(&held, &change, options).await {
                Ok(shows) => (Told::Replace, change.set.into_keys().collect(), shows),
                Err(UpstreamError::Gone) => {
                    user.link = None;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
        };
        return Ok(done(
            user,
            told,
            claim,
            desired,
            &shows,
            found.handed_over,
            sent,
        ));
    }
    Err(UpstreamError::Gone.into())
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
    if connection.tenant.protects_held(held) {
        return Err(Undone::Refused(protected()));
    }
    let claim = claim(ledger, user, desired, held, now).await?;
    let wanted = wanted(claim, desired, &connection.tenant.default_role);
    let difference = difference(user, &wanted, &held.target);
    Ok(Compared {
        claim,
        wanted,
        difference,
    })
}

/// A look-up that CXone refuses is no answer: it must never pass for "nobody".
pub(crate) fn looked(error: UpstreamError) -> Undone {
    match error {
        UpstreamError::Refused { status, detail, .. } => Undone::Owed {
            reason: format!("CXone answered a look-up with {status}: {detail}"),
            away: false,
        },
        other => other.into(),
    }
}

/// The person in CXone: by id, and where CXone does not know that id, by name.
pub(crate) async fn locate(
    cxone: &dyn Cxone,
    user: &User,
    desired: &Target,
    options: CallOptions,
) -> Result<Option<Held>, UpstreamError> {
    if let Some(link) = &user.link
        && let Some(held) = cxone.read(link, options).await?
    {
        return Ok(Some(held));
    }
    let before = user
        .accepted
        .as_ref()
        .and_then(|target| target.get(Attribute::UserName));
    let wanted = desired.get(Attribute::UserName);
    let mut names: Vec<&str> = before.into_iter().collect();
    names.extend(user.uncertain.iter().map(String::as_str));
    names.retain(|name| Some(*name) != wanted);
    for name in names.into_iter().chain(wanted) {
        if let Some(held) = cxone.find(name, options).await? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// How a person found in CXone came to be a user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Theirs already, or made by a request of ours that seemed lost.
    Own,
    /// Made for a user of the connection that was deleted since.
    Recycled,
    /// Nobody's before.
    Adopted,
}

/// Links a user to the person found in CXone, unless that person belongs to somebody else. Until CXone has accepted the first
/// write this is done anew each time: the first attempt may have failed half way, and others may have been faster.
async fn claim(
    ledger: &dyn Ledger,
    user: &mut User,
    desired: &Target,
    held: &Held,
    now: Timestamp,
) -> Result<Claim, Undone> {
    let first = user.accepted.is_none();
    if !first && user.link.as_deref() == Some(held.id.as_str()) {
        return Ok(Claim::Own);
    }
    let linked = ledger.linked(&user.scope.tenant, &held.id).await?;
    if let Some(owner) = linked.iter().find(|other| outranks(other, user)) {
        return Err(Undone::Refused(belongs_to(owner, user)));
    }
    user.link = Some(held.id.clone());
    let recycled = linked
        .iter()
        .any(|other| other.scope == user.scope && !other.live())
        || (first && left_behind(ledger, user, held).await?);
    let claim = match (first, recycled) {
        (true, true) => Claim::Recycled,
        (true, false) if user.uncertain.is_empty() => Claim::Adopted,
        _ => Claim::Own,
    };
    if claim == Claim::Adopted {
        // What decides access stood there before us and stays with CXone's people.
        for attribute in Attribute::ALL {
            let stands = held
                .target
                .get(attribute)
                .is_some_and(|value| desired.get(attribute) != Some(value));
            if default_owner(attribute) == Owner::Handover && stands {
                hand_over(user, attribute, now);
            }
        }
    } else {
        // What stands there is ours: it counts as untouched. Nothing of the profile was accepted for this person yet.
        user.shown = Some(held.target.clone());
        if let Some(accepted) = &mut user.accepted {
            accepted.values.clear();
        }
    }
    Ok(claim)
}

/// Whether the person may stem from a create, of unknown outcome, for a user of this name who was deleted since.
async fn left_behind(ledger: &dyn Ledger, user: &User, held: &Held) -> Result<bool, LedgerError> {
    let name = held.target.get(Attribute::UserName).map(fold);
    let deleted = ledger.tombstones(&user.scope, &user.folded_name()).await?;
    let mut unsure = deleted.iter().filter(|other| other.link.is_none());
    Ok(unsure.any(|other| {
        let mut names = other.uncertain.iter().map(|name| fold(name));
        names.any(|uncertain| Some(uncertain) == name)
    }))
}

/// What the person found is compared with: a recycled name inherits no privilege, so where nothing names a role they get the
/// one that CXone gives a newcomer.
fn wanted(claim: Claim, desired: &Target, default_role: &str) -> Target {
    let mut wanted = desired.clone();
    if claim == Claim::Recycled && wanted.get(Attribute::Role).is_none() {
        wanted.set(Attribute::Role, default_role);
    }
    wanted
}

fn done(
    user: &mut User,
    told: Told,
    claim: Claim,
    desired: &Target,
    held: &Held,
    handed_over: Vec<Attribute>,
    sent: Vec<Attribute>,
) -> Done {
    let unconfirmed = accept(user, desired, &held.target);
    user.state = if unconfirmed.is_empty() {
        State::Settled
    } else {
        State::Unconfirmed
    };
    user.reason = (!unconfirmed.is_empty())
        .then(|| format!("CXone shows otherwise: {}", names(&unconfirmed)));
    Done {
        told,
        adopted: claim == Claim::Adopted,
        sent,
        handed_over,
        unconfirmed,
    }
}

/// Attribute names in a row.
pub(crate) fn names(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .map(|attribute| attribute.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
