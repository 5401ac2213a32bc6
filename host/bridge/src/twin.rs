//! Twins: somebody in CXone whom nobody here is linked to, and who is likely the person about to be created. They may be known
//! there under another user name, and a second account would be the result.

use crate::connection::Tenant;
use crate::name::fold;
use crate::policy::Twins;
use crate::port::cxone::{CallOptions, Freshness, People, Person};
use crate::port::ledger::{Ledger, LedgerError};
use crate::port::plugins::Denial;
use crate::target::{Attribute, Target};
use crate::undone::{Undone, looked};
use crate::user::{State, User};

/// The attributes that tell a twin.
pub(crate) const TELLING: [Attribute; 2] = [Attribute::Email, Attribute::ExternalIdentity];

/// The refusal of a create while there is a likely twin. A recent list of people will do: it does not know whom we made a moment
/// ago, and those are linked.
pub(crate) async fn check(
    tenant: &Tenant,
    ledger: &dyn Ledger,
    user: &User,
    desired: &Target,
    options: CallOptions,
) -> Result<Option<Box<Denial>>, Undone> {
    if tenant.policy.twins == Twins::Allow {
        return Ok(None);
    }
    let people = tenant.cxone.people(Freshness::Recent, options).await;
    // Nobody can tell where there is no list.
    let Some(people) = people.map_err(looked)? else {
        return Ok(None);
    };
    let found = likely(tenant, ledger, user, desired, &people).await?;
    Ok(found.map(|(person, by)| refusal(person, by)))
}

/// The first likely twin among people, and the attribute that they share.
pub(crate) async fn likely<'a>(
    tenant: &Tenant,
    ledger: &dyn Ledger,
    user: &User,
    desired: &Target,
    people: &'a People,
) -> Result<Option<(&'a Person, Attribute)>, LedgerError> {
    for by in TELLING {
        let Some(value) = desired.get(by) else {
            continue;
        };
        for person in people.by(by, value) {
            if !known(tenant, ledger, user, desired, person).await? {
                return Ok(Some((person, by)));
            }
        }
    }
    Ok(None)
}

/// Whether a person is nobody's twin: somebody's here, about to be somebody's, or left alone.
async fn known(
    tenant: &Tenant,
    ledger: &dyn Ledger,
    user: &User,
    desired: &Target,
    person: &Person,
) -> Result<bool, LedgerError> {
    let name = person.target.get(Attribute::UserName);
    if person.own || tenant.protects(&person.id) || name.is_some_and(|name| tenant.protects(name)) {
        return Ok(true);
    }
    let folded = name.map(fold);
    // Of the very name: somebody was faster, and CXone is the judge. In another case it is none: whether it folds names is
    // UNKNOWN (cxone.md 1.5).
    if name.is_some() && name == desired.get(Attribute::UserName) {
        return Ok(true);
    }
    let mut uncertain = user.uncertain.iter().map(|name| fold(name));
    if folded.is_some() && uncertain.any(|name| Some(&name) == folded.as_ref()) {
        return Ok(true);
    }
    let tenant = &user.scope.tenant;
    let mut others = ledger.linked(tenant, &person.id).await?;
    if let Some(folded) = &folded {
        // Not linked yet, but CXone will be looked at for this name.
        others.extend(ledger.holders(tenant, folded).await?);
    }
    let somebody = |other: &User| other.live() && other.state != State::Offered;
    Ok(others
        .iter()
        .any(|other| somebody(other) && other.id != user.id))
}

pub(crate) fn refusal(person: &Person, by: Attribute) -> Box<Denial> {
    let (shared, correct) = match by {
        Attribute::Email => ("e-mail address", "correct the e-mail address"),
        _ => ("external identity", "correct the external identity"),
    };
    let name = person.target.get(Attribute::UserName).unwrap_or_default();
    Box::new(Denial {
        rule: "no likely twin".to_owned(),
        status: 409,
        scim_type: Some("uniqueness".to_owned()),
        detail: format!(
            "CXone has somebody of the same {shared} whom nobody here is linked to: {name:?}, id {}",
            person.id
        ),
        attribute: Some(by.as_str().to_owned()),
        fix: format!(
            "run `jackfield match` to link the two, or {correct}, or set twins = \"allow\" where people share one"
        ),
    })
}
