//! The switches: one for each thing that nobody outside NiCE could tell, and a few for bad weather.
//!
//! Each row of the table below holds the field, its type, its default, and the UNKNOWN it stands for. The defaults are
//! ASSUMPTIONS: a first real tenant settles each by one probe, and then a default changes here and nowhere else.

mod access;
mod people;
pub(crate) mod position;
mod positions;
mod weather;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

pub use access::{
    BasicCredentials, Discovery, LoginRefused, RefreshTokens, Scim, TokenForm, UserHub,
};
pub use people::{
    AdminEmpty, BlockedActive, DeactivatedStatus, DefaultTeam, DuplicateAnswer, InactiveEdit,
    InactiveNames, NewUserStatus, SchemasShow, SearchFilter, SearchInactive, TemplateAttribute,
    TemplateOnChange, TemplateWins, TimeZoneForm, UnknownTemplate, UserHubPutAbsent,
    UserHubRefusals, UserTypeValues,
};
pub use positions::{
    ContentType, Delete, DisabledField, EmailShown, ErrorProfile, ExternalId, ExtraParameters,
    FilterOther, Groups, HeldRole, InactiveUsers, NotOffered, Outage, OutageScope, Patch,
    PatchAnswer, PhoneShown, PutAbsent, Reactivation, RolePages, RoleValue, UserNameChange,
    UserNameCompare, UserNameForm,
};

pub use weather::{AnswerForm, Burst, CutAnswer, RetryAfter, Skew, TokenState};

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
        "Weather: which requests bad weather meets.";
    outage_applies: bool = false,
        "Weather: whether a write met by bad weather took effect before the answer was lost.";
    latency_ms: u64 = 0,
        "Weather: milliseconds before a request is handled.";
    throttle: u64 = 0,
        "Weather: every how many requests one is answered 429; 0 is never, 1 is always. Rate limits are UNKNOWN.";
    retry_after: RetryAfter = RetryAfter::None,
        "Weather: the Retry-After of 429 and 503; a reliable one is not to be counted on, it is reported.";
    errors_5xx: Burst = Burst::None,
        "Weather: a status of the 5xx kind, for a number of requests or until turned.";
    answer: AnswerForm = AnswerForm::Normal,
        "Weather: what comes instead of the answer.";
    cut_answer: CutAnswer = CutAnswer::None,
        "Weather: how the connection ends in the middle of an answer; what was asked took effect.";
    slow_body_ms: u64 = 0,
        "Weather: milliseconds before each eighth of an answer's body.";
    clock_skew_seconds: Skew = Skew(0),
        "Weather: seconds that CXone's clock is ahead of the true time, in Date and in the claims of tokens.";
    tokens: TokenState = TokenState::Valid,
        "Weather: what becomes of tokens.";
    token_lifetime_seconds: u64 = 3600,
        "Seconds that an access token lives; one hour is reported. Counts for tokens made after the switch is turned.";
    token_form: TokenForm = TokenForm::Jwt,
        "Tokens are JWTs with claims, it is reported; nobody promises it.";
    refresh_tokens: RefreshTokens = RefreshTokens::Kept,
        "UNKNOWN: whether a refresh token can be used again. ASSUMPTION: yes.";
    login_refused: LoginRefused = LoginRefused::Unauthorized,
        "UNKNOWN: the status for a wrong access key. ASSUMPTION: 401.";
    basic_credentials: BasicCredentials = BasicCredentials::AccessKey,
        "UNKNOWN: what user and password of the basic-auth paths are. ASSUMPTION: id and secret of the access key.";
    discovery: Discovery = Discovery::WithAndWithout,
        "That the configuration document needs no tenantId is reported by one client. ASSUMPTION: it does not.";
    scim: Scim = Scim::Present,
        "UNKNOWN: which plans come with SCIM. ASSUMPTION: the tenant's does.";
    user_hub: UserHub = UserHub::Present,
        "UNKNOWN: whether a key made for SCIM may use User Hub. ASSUMPTION: yes.";
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
    new_user_status: NewUserStatus = NewUserStatus::Active,
        "UNKNOWN: the status of an employee created over SCIM, and whether an invitation goes out. ASSUMPTION: ACTIVE, none.";
    deactivated_status: DeactivatedStatus = DeactivatedStatus::Deleted,
        "UNKNOWN: what deactivation does to the status. ASSUMPTION: DELETED.";
    blocked_active: BlockedActive = BlockedActive::Active,
        "UNKNOWN: what active is for a BLOCKED employee. ASSUMPTION: true.";
    inactive_names: InactiveNames = InactiveNames::Taken,
        "UNKNOWN: whether a deactivated employee's user name stays taken. ASSUMPTION: yes.";
    duplicate_answer: DuplicateAnswer = DuplicateAnswer::Conflict,
        "UNKNOWN: the answer when a user name is taken. ASSUMPTION: 409.";
    time_zone_form: TimeZoneForm = TimeZoneForm::Any,
        "UNKNOWN: which names of time zones are taken. ASSUMPTION: any; IANA's are likely.";
    user_type_values: UserTypeValues = UserTypeValues::Any,
        "UNKNOWN: the values of Type. ASSUMPTION: any.";
    longest_value: u64 = 0,
        "UNKNOWN: the longest name, address or number, in characters; longer ones are refused. ASSUMPTION: 0, no limit.";
    default_team: DefaultTeam = DefaultTeam::Used,
        "UNKNOWN: a create that names no team. ASSUMPTION: the default team.";
    schemas_show: SchemasShow = SchemasShow::All,
        "UNKNOWN: whether Schemas lists what is not enabled. ASSUMPTION: yes.";
    template_attribute: TemplateAttribute = TemplateAttribute(None),
        "UNKNOWN: the member of a create that names an employee template. ASSUMPTION: none.";
    unknown_template: UnknownTemplate = UnknownTemplate::Refused,
        "UNKNOWN: a template that does not exist. ASSUMPTION: 400.";
    template_wins: TemplateWins = TemplateWins::No,
        "UNKNOWN: whether a template's value holds against the request's. ASSUMPTION: no.";
    template_on_change: TemplateOnChange = TemplateOnChange::Ignored,
        "UNKNOWN: what a PUT does with a template. ASSUMPTION: nothing.";
    search_filter: SearchFilter = SearchFilter::Folded,
        "UNKNOWN: how User Hub's search compares. ASSUMPTION: whole values, without regard to case.";
    search_inactive: SearchInactive = SearchInactive::Shown,
        "UNKNOWN: whether User Hub's search finds deactivated employees. ASSUMPTION: yes.";
    user_hub_refusals: UserHubRefusals = UserHubRefusals::Body,
        "UNKNOWN: the status of a write that User Hub refuses; the body has success. ASSUMPTION: 200.";
    user_hub_put_absent: UserHubPutAbsent = UserHubPutAbsent::Cleared,
        "UNKNOWN: what User Hub's PUT does to what it leaves out. ASSUMPTION: clears it.";
    inactive_edit: InactiveEdit = InactiveEdit::Taken,
        "UNKNOWN: whether User Hub's PUT takes a deactivated employee. ASSUMPTION: yes.";
    admin_empty: AdminEmpty = AdminEmpty::List,
        "204 for nothing found is reported of the Admin API. ASSUMPTION: an empty list.";
}

fn not_allowed(name: &str, value: &Value, allowed: &[&str]) -> String {
    format!(
        "switch `{name}` cannot be {value}; allowed: {}",
        allowed.join(", ")
    )
}
