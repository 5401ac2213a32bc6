//! The sacred way out: what CXone holds, with active false. No plugin, rule, template or mapping has a say.

use crate::connection::Connection;
use crate::converge::{Done, LOOKS, Told, Undone, looked};
use crate::ownership::{apart, outranks};
use crate::port::cxone::{CallOptions, Change, Cxone, Held, UpstreamError};
use crate::port::ledger::Ledger;
use crate::target::{Attribute, Target};
use crate::user::{State, User};

/// Deactivates a user in CXone, unless there is nobody to deactivate or the person is somebody else's by now. CXone's objection
/// is no end of it: a leaver must not stay, so it is kept, retried and shown.
pub(crate) async fn leave(
    connection: &Connection,
    ledger: &dyn Ledger,
    user: &mut User,
    options: CallOptions,
) -> Result<Done, Undone> {
    let cxone = connection.tenant.cxone.as_ref();
    for _ in 0..LOOKS {
        let Some(held) = whom(cxone, user, options).await.map_err(looked)? else {
            return Ok(left(user, Told::Nothing));
        };
        if connection.tenant.protects_held(&held) {
            user.state = State::Deferred;
            user.reason = Some(apart(&held).to_owned());
            return Ok(Done::default());
        }
        let linked = ledger.linked(&user.scope.tenant, &held.id).await?;
        if linked.iter().any(|other| outranks(other, user)) {
            if user.accepted.is_none() {
                // Found once, somebody else's before the first write: this user is nobody in CXone.
                (user.link, user.target_name) = (None, None);
            }
            return Ok(left(user, Told::Nothing));
        }
        if user.link.is_none() && user.accepted.is_none() && !user.uncertain.is_empty() {
            // A create of ours that seemed lost: it did arrive, so this is nobody whom we adopt.
            user.accepted = Some(Target::default());
        }
        user.link = Some(held.id.clone());
        if held.target.active == Some(false) {
            shows_inactive(user, held.target);
            return Ok(left(user, Told::Nothing));
        }
        let mut change = deactivation(user, &held);
        let mut answer = cxone.replace(&held, &change, options).await;
        if let Err(UpstreamError::Refused { status, .. }) = answer {
            // A role that is gone since, say: nothing that somebody holds may keep them in.
            tracing::warn!(scope = %user.scope, user = %user.id, status, "deactivation refused: sent again with what CXone requires alone");
            let all = Attribute::ALL.into_iter();
            change.kept_back = all.filter(|it| !it.required()).collect();
            answer = cxone.replace(&held, &change, options).await;
        }
        match answer {
            Ok(shows) if shows.target.active == Some(true) => {
                return Err(Undone::stuck(
                    "CXone accepted the deactivation and shows the user active",
                ));
            }
            Ok(shows) => {
                shows_inactive(user, shows.target);
                return Ok(left(user, Told::Deactivate));
            }
            Err(UpstreamError::Gone) => {}
            Err(UpstreamError::Refused { status, detail, .. }) => {
                return Err(Undone::stuck(format!(
                    "CXone refused the deactivation with {status}: {detail}"
                )));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(UpstreamError::Gone.into())
}

/// The person: by id, and where CXone does not know it, by every name that they may have there.
pub(crate) async fn whom(
    cxone: &dyn Cxone,
    user: &User,
    options: CallOptions,
) -> Result<Option<Held>, UpstreamError> {
    if let Some(link) = &user.link
        && let Some(held) = cxone.read(link, options).await?
    {
        return Ok(Some(held));
    }
    let mut names: Vec<&String> = user.uncertain.iter().collect();
    names.retain(|name| user.target_name.as_ref() != Some(name));
    for name in user.target_name.iter().chain(names) {
        if let Some(held) = cxone.find(name, options).await? {
            return Ok(Some(held));
        }
    }
    Ok(None)
}

/// The change. CXone takes no replace without what it requires, and may not show all of that: an address that awaits
/// verification, say. What it accepted is told again then, and failing that what the identity provider said.
fn deactivation(user: &User, held: &Held) -> Change {
    let mut change = Change::deactivation();
    let required = Attribute::ALL.into_iter().filter(|it| it.required());
    for attribute in required.filter(|it| held.target.get(*it).is_none()) {
        let accepted = user.accepted.as_ref();
        let mut said = user.source.emails();
        let known = accepted.and_then(|target| target.get(attribute));
        let known = known.or_else(|| said.next().filter(|_| attribute == Attribute::Email));
        if let Some(value) = known {
            change.set.insert(attribute, Some(value.to_owned()));
        }
    }
    change
}

/// Everything else that CXone shows may stem from a request of ours that seemed lost: what it showed when it last accepted the
/// profile stays the measure of who changed it since.
fn shows_inactive(user: &mut User, shows: Target) {
    user.shown.get_or_insert(shows).active = Some(false);
}

fn left(user: &mut User, told: Told) -> Done {
    if let Some(accepted) = &mut user.accepted {
        accepted.active = Some(false);
    }
    if user.live() && user.source.active() {
        // Active again in the meantime, but a rule waits: the reason is noted already.
        user.state = State::Deferred;
    } else {
        user.state = State::Settled;
        user.reason = None;
    }
    Done {
        told,
        ..Done::default()
    }
}
