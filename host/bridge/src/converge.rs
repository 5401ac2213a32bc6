//! Making CXone hold what is desired: look, compare, tell.

use jiff::Timestamp;

use crate::connection::Connection;
use crate::difference::{Difference, accept, difference};
use crate::ownership::{default_owner, hand_over};
use crate::port::cxone::{Change, Held, UpstreamError};
use crate::port::ledger::{Ledger, LedgerError};
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::user::{Owner, State, User};

/// What CXone was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
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
#[derive(Debug, Clone)]
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
    /// CXone has not taken it; whether it may have arrived.
    Owed { reason: String, uncertain: bool },
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
            UpstreamError::Unavailable {
                reason, uncertain, ..
            } => Undone::Owed { reason, uncertain },
            UpstreamError::Gone => Undone::Owed {
                reason: "CXone lost the user while it was written".to_owned(),
                uncertain: false,
            },
            UpstreamError::Refused {
                status,
                detail,
                duplicate,
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
) -> Result<Done, Undone> {
    let cxone = &connection.tenant.cxone;
    let mut desired = desired.clone();
    let mut looks = 0;
    loop {
        looks += 1;
        let Some(held) = locate(connection, user, &desired).await.map_err(look)? else {
            match cxone.create(&desired).await {
                Ok(held) => {
                    user.link = Some(held.id.clone());
                    return Ok(done(
                        user,
                        Told::Create,
                        false,
                        &desired,
                        &held,
                        Vec::new(),
                        desired.values.keys().copied().collect(),
                    ));
                }
                // Somebody was faster, or a request of ours did arrive: look again.
                Err(UpstreamError::Refused {
                    duplicate: true, ..
                }) if looks < 3 => continue,
                Err(error) => return Err(error.into()),
            }
        };
        let adopted = claim(connection, ledger, user, &mut desired, &held, now).await?;
        let Difference {
            change,
            handed_over,
            ..
        } = difference(user, &desired, &held.target);
        for attribute in &handed_over {
            hand_over(user, *attribute, now);
        }
        if change.is_empty() {
            return Ok(done(
                user,
                Told::Nothing,
                adopted,
                &desired,
                &held,
                handed_over,
                Vec::new(),
            ));
        }
        match cxone.replace(&held, &change).await {
            Ok(shows) => {
                let sent = change.set.keys().copied().collect();
                return Ok(done(
                    user,
                    Told::Replace,
                    adopted,
                    &desired,
                    &shows,
                    handed_over,
                    sent,
                ));
            }
            Err(UpstreamError::Gone) if looks < 3 => user.link = None,
            Err(error) => return Err(error.into()),
        }
    }
}

/// A look-up that CXone refuses is no answer: it must never pass for "nobody".
fn look(error: UpstreamError) -> Undone {
    match error {
        UpstreamError::Refused { status, detail, .. } => Undone::Owed {
            reason: format!("CXone answered a look-up with {status}: {detail}"),
            uncertain: false,
        },
        other => other.into(),
    }
}

/// The person in CXone: by id, and where CXone does not know that id, by name.
async fn locate(
    connection: &Connection,
    user: &User,
    desired: &Target,
) -> Result<Option<Held>, UpstreamError> {
    let cxone = &connection.tenant.cxone;
    if let Some(link) = &user.link
        && let Some(held) = cxone.read(link).await?
    {
        return Ok(Some(held));
    }
    let before = user
        .accepted
        .as_ref()
        .and_then(|target| target.get(Attribute::UserName));
    let wanted = desired.get(Attribute::UserName);
    for name in [before.filter(|before| Some(*before) != wanted), wanted]
        .into_iter()
        .flatten()
    {
        if let Some(held) = cxone.find(name).await? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// Links a user to the person found in CXone, unless that person belongs to somebody else. Answers whether a person nobody
/// owned was adopted.
async fn claim(
    connection: &Connection,
    ledger: &dyn Ledger,
    user: &mut User,
    desired: &mut Target,
    held: &Held,
    now: Timestamp,
) -> Result<bool, Undone> {
    let offered = user.state == State::Offered;
    if user.link.as_deref() == Some(held.id.as_str()) && !offered {
        return Ok(false);
    }
    let others: Vec<User> = ledger
        .linked(&user.scope.tenant, &held.id)
        .await?
        .into_iter()
        .filter(|other| other.id != user.id)
        .collect();
    if let Some(owner) = others
        .iter()
        .find(|other| other.live() && other.state != State::Offered)
    {
        let place = if owner.scope == user.scope {
            "this connection".to_owned()
        } else {
            format!("connection {}", owner.scope.connection)
        };
        return Err(Undone::Refused(Box::new(Denial {
            rule: "one owner for each CXone user".to_owned(),
            status: 409,
            scim_type: Some("uniqueness".to_owned()),
            detail: format!("the CXone user of this name belongs to another user of {place}"),
            attribute: Some(Attribute::UserName.as_str().to_owned()),
            fix: "correct the user name, or transfer the user to this connection".to_owned(),
        })));
    }
    let mine = user.uncertain || user.accepted.is_some();
    let recycled = others
        .iter()
        .any(|other| other.scope == user.scope && !other.live());
    user.link = Some(held.id.clone());
    if mine || recycled {
        // What stands there is ours: it counts as untouched.
        user.shown = Some(held.target.clone());
    }
    if mine {
        return Ok(false);
    }
    if recycled {
        // A recycled name inherits no privilege.
        let default_role = &connection.tenant.default_role;
        if desired.get(Attribute::Role).is_none() && !default_role.is_empty() {
            desired.set(Attribute::Role, default_role.as_str());
        }
        return Ok(false);
    }
    // Adopted: what decides access stood there before us and stays with CXone's people.
    for attribute in Attribute::ALL {
        let stands = held
            .target
            .get(attribute)
            .is_some_and(|value| desired.get(attribute) != Some(value));
        if default_owner(attribute) == Owner::Handover && stands {
            hand_over(user, attribute, now);
        }
    }
    Ok(true)
}

fn done(
    user: &mut User,
    told: Told,
    adopted: bool,
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
        adopted,
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

/// Deactivates a user in CXone: what CXone holds, with active false. No plugin, rule, template or mapping has a say.
pub(crate) async fn leave(
    connection: &Connection,
    ledger: &dyn Ledger,
    user: &mut User,
) -> Result<Done, Undone> {
    let cxone = &connection.tenant.cxone;
    let nothing = Done {
        told: Told::Nothing,
        adopted: false,
        sent: Vec::new(),
        handed_over: Vec::new(),
        unconfirmed: Vec::new(),
    };
    let mut told = nothing.clone();
    for _ in 0..3 {
        let held = match &user.link {
            Some(link) => cxone.read(link).await.map_err(look)?,
            None => None,
        };
        let held = match (held, &user.target_name) {
            (Some(held), _) => held,
            (None, None) => break,
            (None, Some(name)) => match cxone.find(name).await.map_err(look)? {
                None => break,
                // Found by name only: never somebody else's.
                Some(held) => {
                    let owners = ledger.linked(&user.scope.tenant, &held.id).await?;
                    if owners
                        .iter()
                        .any(|other| other.id != user.id && other.live())
                    {
                        break;
                    }
                    held
                }
            },
        };
        user.link = Some(held.id.clone());
        let shows = if held.target.active == Some(false) {
            held
        } else {
            match cxone.replace(&held, &Change::deactivation()).await {
                Ok(shows) => {
                    told.told = Told::Deactivate;
                    shows
                }
                Err(UpstreamError::Gone) => continue,
                // A leaver must not stay because CXone objects to something: kept, retried and shown.
                Err(UpstreamError::Refused { status, detail, .. }) => {
                    let reason = format!("CXone refused the deactivation with {status}: {detail}");
                    return Err(Undone::Owed {
                        reason,
                        uncertain: false,
                    });
                }
                Err(error) => return Err(error.into()),
            }
        };
        user.shown = Some(shows.target);
        break;
    }
    if let Some(accepted) = &mut user.accepted {
        accepted.active = Some(false);
    }
    user.state = State::Settled;
    user.reason = None;
    Ok(told)
}
