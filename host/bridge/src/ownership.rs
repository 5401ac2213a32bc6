//! Who decides an attribute's value in CXone, and whose a CXone user is.

use jiff::Timestamp;

use crate::port::cxone::Held;
use crate::port::plugins::Denial;
use crate::target::Attribute;
use crate::user::{Owned, Owner, State, User};

/// Whether a user is, or may become without further asking, somebody in CXone: nobody else may be the same person then.
pub(crate) fn claims(user: &User) -> bool {
    let somebody = user.link.is_some() || !user.uncertain.is_empty() || user.debt.is_some();
    user.live() && user.state != State::Offered && somebody
}

/// Whether a user was never anybody in CXone but by observing: CXone accepted nothing from this connection.
pub(crate) fn only_observed(user: &User) -> bool {
    let observed = user.debt.as_ref().is_some_and(|debt| debt.observed);
    observed && user.accepted.is_none()
}

/// Whether `other` claims what `user` asks for. What another connection only observes stands in nobody's way.
pub(crate) fn claims_before(other: &User, user: &User) -> bool {
    other.id != user.id && claims(other) && (other.scope == user.scope || !only_observed(other))
}

/// Whether `other`, linked to the same CXone user, owns them rather than `user`: a live one whom CXone accepted a write of, and
/// among those still waiting for their first the one who came first. So two that were acknowledged during an outage do not block
/// each other, and a deleted user's debt is void once their CXone user belongs to a live one.
pub(crate) fn outranks(other: &User, user: &User) -> bool {
    let settled = |user: &User| user.accepted.is_some();
    let came = |user: &User| match user.sequence {
        0 => i64::MAX,
        sequence => sequence,
    };
    claims_before(other, user) && (settled(other) || (!settled(user) && came(other) < came(user)))
}

/// The refusal of a CXone user who is another's.
pub(crate) fn belongs_to(owner: &User, user: &User) -> Box<Denial> {
    let place = if owner.scope == user.scope {
        "this connection".to_owned()
    } else {
        format!("connection {}", owner.scope.connection)
    };
    Box::new(Denial {
        rule: "one owner for each CXone user".to_owned(),
        status: 409,
        scim_type: Some("uniqueness".to_owned()),
        detail: format!("the CXone user of this name belongs to another user of {place}"),
        attribute: Some(Attribute::UserName.as_str().to_owned()),
        fix: "correct the user name, or transfer the user to this connection".to_owned(),
    })
}

/// The rule that nobody who is protected is touched.
const PROTECTED: &str = "protected users";

/// Whether a refusal says that somebody is protected.
pub(crate) fn says_protected(denial: &Denial) -> bool {
    denial.rule == PROTECTED
}

/// The refusal of somebody found in CXone who is protected.
pub(crate) fn protected_held(held: &Held) -> Box<Denial> {
    if !held.own {
        return protected();
    }
    Box::new(Denial {
        detail: "the CXone user of this name is the employee whom the access key belongs to: provisioning leaves them alone, \
                 or it could lock itself out"
            .to_owned(),
        fix: "take the user out of what the identity provider assigns".to_owned(),
        ..*protected()
    })
}

/// Why CXone is not told about somebody found there who is protected.
pub(crate) fn apart(held: &Held) -> &'static str {
    match held.own {
        true => "the access key's own employee: CXone is not told",
        false => "protected: CXone is not told",
    }
}

/// The refusal of a CXone user whom the configuration protects.
pub(crate) fn protected() -> Box<Denial> {
    Box::new(Denial {
        rule: PROTECTED.to_owned(),
        status: 403,
        scim_type: None,
        detail: "the CXone user of this name is protected: provisioning leaves them alone".to_owned(),
        attribute: Some(Attribute::UserName.as_str().to_owned()),
        fix: "take the user out of what the identity provider assigns, or out of `protected` in the configuration"
            .to_owned(),
    })
}

/// The default: CXone's help page says that user name, names, e-mail and status are edited in the identity provider only, and
/// that everything else, the role included, may be changed in CXone after creation. So what decides access or place is handed
/// over; the rest of a person's profile is the identity provider's.
pub(crate) fn default_owner(attribute: Attribute) -> Owner {
    match attribute {
        Attribute::Role
        | Attribute::Team
        | Attribute::LoginAuthenticator
        | Attribute::SecondaryRoles
        | Attribute::ExternalIdentity
        | Attribute::ApplicationAttributes => Owner::Handover,
        Attribute::UserName
        | Attribute::GivenName
        | Attribute::MiddleName
        | Attribute::FamilyName
        | Attribute::DisplayName
        | Attribute::Email
        | Attribute::MobileNumber
        | Attribute::TimeZone
        | Attribute::UserType => Owner::Idp,
    }
}

/// Who decides a user's attribute now: what the ledger noted, else handed over if the applied template set or cleared it, else the default.
pub(crate) fn owner(user: &User, attribute: Attribute) -> Owner {
    if let Some(owned) = user.owners.get(&attribute) {
        return owned.owner;
    }
    let from_template = user.template.as_ref().is_some_and(|template| {
        let values = &template.values;
        values.get(attribute).is_some() || values.cleared.contains(&attribute)
    });
    if from_template && !attribute.required() {
        Owner::Handover
    } else {
        default_owner(attribute)
    }
}

/// Notes that CXone's people decide an attribute from now on.
pub(crate) fn hand_over(user: &mut User, attribute: Attribute, now: Timestamp) {
    user.owners.insert(
        attribute,
        Owned {
            owner: Owner::Cxone,
            since: now,
        },
    );
}
