//! The positions of the switches about employees: states, names, templates, and what User Hub makes of them.

use serde_json::Value;

use super::position::{Position, plain, positions};

positions! {
    /// Where a created employee stands.
    NewUserStatus {
        /// ACTIVE
        Active = "active",
        /// UNREGISTERED: not invited yet.
        Unregistered = "unregistered",
        /// PENDING: an invitation went out by itself.
        Pending = "pending",
    }
}

positions! {
    /// The status that User Hub shows of a deactivated employee.
    DeactivatedStatus {
        /// DELETED, with `deletedDate`; lists leave it out unless asked.
        Deleted = "deleted",
        /// BLOCKED; lists show it.
        Blocked = "blocked",
        /// INACTIVE, a word that the documents have for teams only; lists show it.
        Inactive = "inactive",
    }
}

positions! {
    /// What SCIM says of a BLOCKED employee.
    BlockedActive {
        /// `active` true
        Active = "true",
        /// `active` false; writing true unblocks.
        Inactive = "false",
    }
}

positions! {
    /// The user name of a deactivated employee.
    InactiveNames {
        /// Stays taken.
        Taken = "taken",
        /// Can be another's; the deactivated one cannot come back meanwhile.
        Free = "free",
    }
}

positions! {
    /// What says that a user name is taken.
    DuplicateAnswer {
        /// 409
        Conflict = "409",
        /// 400, without `scimType`; only the words tell.
        Words = "400_words",
    }
}

positions! {
    /// What names of time zones are taken.
    TimeZoneForm {
        /// Any text.
        Any = "any",
        /// IANA's, as `America/New_York`.
        Iana = "iana",
        /// Windows', as `Eastern Standard Time` or `(GMT-05:00) Eastern Time (US & Canada)`.
        Windows = "windows",
    }
}

positions! {
    /// What values `userType` has.
    UserTypeValues {
        /// Any text.
        Any = "any",
        /// Agent, Supervisor, Admin, as the former product had them.
        Listed = "listed",
    }
}

positions! {
    /// A create that names no team.
    DefaultTeam {
        /// Lands in the default team.
        Used = "used",
        /// 400
        Required = "required",
    }
}

positions! {
    /// What `/Schemas` lists.
    SchemasShow {
        /// All attributes that there are.
        All = "all",
        /// Only those that the tenant has enabled.
        EnabledOnly = "enabled_only",
    }
}

/// The member of a SCIM request that names an employee template, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateAttribute(pub Option<String>);

impl Position for TemplateAttribute {
    const ALLOWED: &'static [&'static str] = &["absent", "employeeTemplate or any other name"];

    fn from_json(value: &Value) -> Option<Self> {
        match plain(value)?.as_str() {
            "" => None,
            "absent" => Some(Self(None)),
            name => Some(Self(Some(name.to_owned()))),
        }
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.as_deref().unwrap_or("absent"))
    }
}

positions! {
    /// A template that the tenant does not have.
    UnknownTemplate {
        /// 400
        Refused = "refused",
        /// As if none were named.
        Ignored = "ignored",
    }
}

positions! {
    /// A value that both the request and its template have.
    TemplateWins {
        /// The request's holds.
        No = "no",
        /// The template's holds.
        Yes = "yes",
    }
}

positions! {
    /// A template named on PUT.
    TemplateOnChange {
        /// As if not sent.
        Ignored = "ignored",
        /// Sets what it holds, as on create.
        Applied = "applied",
    }
}

positions! {
    /// How User Hub's search compares a filter without an operation.
    SearchFilter {
        /// Whole values, without regard to case.
        Folded = "folded",
        /// Byte for byte.
        Exact = "exact",
        /// Any part of a value, without regard to case.
        Like = "like",
        /// Not at all: filters and operations are as if not sent.
        Ignored = "ignored",
    }
}

positions! {
    /// Whether User Hub's search finds deactivated employees.
    SearchInactive {
        /// It does.
        Shown = "shown",
        /// It does not.
        Hidden = "hidden",
        /// Only when the filter asks for their status.
        ByStatus = "by_status",
    }
}

positions! {
    /// How User Hub refuses a write.
    UserHubRefusals {
        /// 200 with `success` false.
        Body = "body",
        /// 400, or what `duplicate_answer` says, in User Hub's error body.
        Status = "status",
    }
}

positions! {
    /// An optional member that User Hub's PUT leaves out.
    UserHubPutAbsent {
        /// Cleared; team and login authenticator stay.
        Cleared = "cleared",
        /// Left as it was.
        Kept = "kept",
    }
}

positions! {
    /// User Hub's PUT of a deactivated employee.
    InactiveEdit {
        /// Taken; the employee stays deactivated.
        Taken = "taken",
        /// Refused.
        Refused = "refused",
    }
}

positions! {
    /// The Admin API's answer when nothing is found.
    AdminEmpty {
        /// 200 and an empty list.
        List = "list",
        /// 204
        NoContent = "204",
    }
}
