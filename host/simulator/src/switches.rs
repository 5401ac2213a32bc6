//! The switches: one for each thing that nobody outside NiCE could tell, and a few for bad weather.
//!
//! Each row of the table below holds the field, its type, its default, and the UNKNOWN it stands for. The defaults are
//! ASSUMPTIONS: a first real tenant settles each by one probe, and then a default changes here and nowhere else.

pub(crate) mod position;
mod positions;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

pub use positions::{
    ContentType, Delete, DisabledField, EmailShown, ErrorProfile, ExternalId, ExtraParameters,
    FilterOther, Groups, HeldRole, InactiveUsers, NotOffered, Outage, OutageScope, Patch,
    PatchAnswer, PhoneShown, PutAbsent, Reactivation, RolePages, RoleValue, UserNameChange,
    UserNameCompare, UserNameForm,
};

use position::Position;

/// One row of the help of `simulate`.
#[derive(Debug, Clone)]
pub struct SwitchInfo {
    /// As written under `switches`.
    pub name: &'static str,
    /// The values that it takes.
    pub allowed: &'static [&'static str],
    /// The value at start, as written in JSON without quotes.
    pub default: String,
    /// What is not known about CXone, or what the switch is for.
    pub about: &'static str,
}

macro_rules! switches {
    ($($field:ident: $kind:ty = $default:expr, $about:literal;)*) => {
        /// All switches and where they stand.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Switches {
            $(#[doc = $about] pub $field: $kind,)*
        }

        impl Default for Switches {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Serialize for Switches {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(map.serialize_entry(stringify!($field), &self.$field.to_json())?;)*
                map.end()
            }
        }

        impl Switches {
            /// Turns one switch. The error names the switch and what it takes.
            pub(crate) fn turn(&mut self, name: &str, value: &Value) -> Result<(), String> {
                match name {
                    $(stringify!($field) => match Position::from_json(value) {
                        Some(position) => {
                            self.$field = position;
                            Ok(())
                        }
                        None => Err(not_allowed(name, value, <$kind as Position>::ALLOWED)),
                    },)*
                    _ => Err(format!("unknown switch `{name}`; known are {}", [$(stringify!($field)),*].join(", "))),
                }
            }

            /// Every switch with its values, default and reason, in the order of the documentation.
            pub fn describe() -> Vec<SwitchInfo> {
                let default = Self::default();
                vec![$(SwitchInfo {
                    name: stringify!($field),
                    allowed: <$kind as Position>::ALLOWED,
                    default: position::plain(&default.$field.to_json()).unwrap_or_default(),
                    about: $about,
                },)*]
            }
        }
    };
}

switches! {
    outage: Outage = Outage::None,
        "Weather, not an UNKNOWN: how CXone is out of service.";
    outage_scope: OutageScope = OutageScope::All,
        "Weather: which requests the outage meets.";
    outage_applies: bool = false,
        "Weather: whether a write met by the outage took effect before the answer was lost.";
    latency_ms: u64 = 0,
        "Weather: milliseconds before a request is handled.";
    token_lifetime_seconds: u64 = 3600,
        "Seconds that an access token lives; one hour is reported. Counts for tokens made after the switch is turned.";
    error_profile: ErrorProfile = ErrorProfile::Scim,
        "UNKNOWN: the error body of SCIM. ASSUMPTION: RFC 7644; neighbouring APIs of CXone use the other shapes.";
    content_type: ContentType = ContentType::Scim,
        "UNKNOWN: the content type of SCIM answers. ASSUMPTION: application/scim+json.";
    email_shown: EmailShown = EmailShown::AsWritten,
        "UNKNOWN: what a read shows while a changed e-mail awaits verification. ASSUMPTION: the new one.";
    phone_shown: PhoneShown = PhoneShown::AsWritten,
        "UNKNOWN: whether phone numbers are reformatted. ASSUMPTION: no.";
    user_name_compare: UserNameCompare = UserNameCompare::Folded,
        "UNKNOWN: whether user names are compared without regard to case. ASSUMPTION: yes.";
    user_name_form: UserNameForm = UserNameForm::Any,
        "User names have e-mail form, says the help; whether SCIM checks it is UNKNOWN. ASSUMPTION: it does not.";
    user_name_change: UserNameChange = UserNameChange::Allowed,
        "UNKNOWN: whether SCIM may rename an employee who is still pending. ASSUMPTION: yes.";
    filter_other_attributes: FilterOther = FilterOther::Refuse,
        "UNKNOWN: the answer to a filter that is not userName eq. ASSUMPTION: 400.";
    extra_parameters: ExtraParameters = ExtraParameters::Ignore,
        "UNKNOWN: the answer to startIndex, count and other parameters that are not documented. ASSUMPTION: ignored.";
    inactive_users: InactiveUsers = InactiveUsers::Shown,
        "UNKNOWN: whether a search finds deactivated users. ASSUMPTION: yes.";
    external_id: ExternalId = ExternalId::Ignored,
        "UNKNOWN: whether externalId, absent from the request schema, is stored. ASSUMPTION: no.";
    patch: Patch = Patch::Strict,
        "UNKNOWN: whether PATCH takes more than the documented path and string. ASSUMPTION: no.";
    patch_answer: PatchAnswer = PatchAnswer::User,
        "UNKNOWN: the answer to a PATCH. ASSUMPTION: 200 with the user.";
    put_absent: PutAbsent = PutAbsent::Cleared,
        "UNKNOWN: what PUT does to optional attributes left out. ASSUMPTION: clears them, as RFC 7644.";
    delete: Delete = Delete::Absent,
        "UNKNOWN: whether DELETE exists; the API document has none. ASSUMPTION: no.";
    groups: Groups = Groups::Absent,
        "UNKNOWN: whether /Groups exists; the API document has none. ASSUMPTION: no.";
    not_offered: NotOffered = NotOffered::ByKind,
        "UNKNOWN: the status for paths and methods that are not offered. ASSUMPTION: 404 and 405.";
    disabled_field: DisabledField = DisabledField::Ignore,
        "UNKNOWN: a value for an optional field that is not enabled. ASSUMPTION: ignored.";
    role_value: RoleValue = RoleValue::Either,
        "UNKNOWN: whether the value of a role or team is an id or a name. ASSUMPTION: either is taken.";
    held_role: HeldRole = HeldRole::Accepted,
        "UNKNOWN: a role or team already held that has since become inactive or gone. ASSUMPTION: taken again.";
    reactivation: Reactivation = Reactivation::Allowed,
        "UNKNOWN: whether active true revives a deactivated user. ASSUMPTION: yes.";
    role_pages: RolePages = RolePages::FromOne,
        "UNKNOWN: whether the roles search counts pageNo from 1 or from 0. ASSUMPTION: from 1.";
}

fn not_allowed(name: &str, value: &Value, allowed: &[&str]) -> String {
    format!(
        "switch `{name}` cannot be {value}; allowed: {}",
        allowed.join(", ")
    )
}
