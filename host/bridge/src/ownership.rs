//! Who decides an attribute's value in CXone.

use jiff::Timestamp;

use crate::target::Attribute;
use crate::user::{Owned, Owner, User};

/// The default: CXone's help page says that user name, names, e-mail and status are edited in the identity provider only, and
/// that everything else, the role included, may be changed in CXone after creation. So what decides access or place is handed
/// over; the rest of a person's profile is the identity provider's.
pub(crate) fn default_owner(attribute: Attribute) -> Owner {
    match attribute {
        Attribute::Role | Attribute::Team | Attribute::LoginAuthenticator => Owner::Handover,
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

/// Who decides a user's attribute now: what the ledger noted, else handed over if the applied template set it, else the default.
pub(crate) fn owner(user: &User, attribute: Attribute) -> Owner {
    if let Some(owned) = user.owners.get(&attribute) {
        return owned.owner;
    }
    let from_template = user
        .template
        .as_ref()
        .is_some_and(|template| template.values.get(attribute).is_some());
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
