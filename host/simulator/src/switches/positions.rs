//! The positions of every switch that has named ones. The first is the default.

use super::position::positions;

positions! {
    /// How CXone is out of service.
    Outage {
        /// It answers.
        None = "none",
        /// The request is read, then the TCP connection is reset without an answer.
        Reset = "reset",
        /// Every request is answered 503.
        Unavailable = "503",
        /// No answer until the switch is turned to something else, then 503.
        Hang = "hang",
    }
}

positions! {
    /// Which requests bad weather meets.
    OutageScope {
        /// Every path but `/simulator/*`, logins included.
        All = "all",
        /// Only the users paths of SCIM and User Hub, so that logins and the searches for roles and teams go on.
        Users = "users",
    }
}

positions! {
    /// What a read shows of an e-mail that was written.
    EmailShown {
        /// The address as written.
        AsWritten = "as_written",
        /// An address written in this position awaits verification: a changed one still reads as before, and a
        /// created user has an empty `emails`. Turning the switch back shows what was written.
        Pending = "pending",
        /// The address in lower case.
        LowerCase = "lower_case",
    }
}

positions! {
    /// What a read shows of a phone number that was written.
    PhoneShown {
        /// The number as written.
        AsWritten = "as_written",
        /// Digits grouped by dashes, as in `+1-555-010-0000`.
        Reformatted = "reformatted",
    }
}

positions! {
    /// The body of an error on SCIM paths.
    ErrorProfile {
        /// RFC 7644 section 3.12.
        Scim = "scim",
        /// `code, details, hostName, entityType, errors`.
        UserHub = "user_hub",
        /// `timestamp, status, error, message, path`.
        Spring = "spring",
        /// `error, errorDescription`.
        Admin = "admin",
    }
}

positions! {
    /// The content type of answers on SCIM paths.
    ContentType {
        /// `application/scim+json`
        Scim = "scim",
        /// `application/json`
        Json = "json",
    }
}

positions! {
    /// How user names are compared, in the filter and for uniqueness.
    UserNameCompare {
        /// Without regard to case.
        Folded = "folded",
        /// Byte for byte.
        Exact = "exact",
    }
}

positions! {
    /// What user names are taken.
    UserNameForm {
        /// Something on each side of one `@`, without white space.
        Email = "email",
        /// Any text.
        Any = "any",
    }
}

positions! {
    /// Whether a user name can be changed over SCIM.
    UserNameChange {
        /// It can.
        Allowed = "allowed",
        /// 400, as the console has it while an employee is pending; whatever the employee's status.
        Refused = "refused",
        /// 400 for an employee whose status is PENDING.
        PendingRefused = "pending_refused",
    }
}

positions! {
    /// A filter that is not `userName eq "x"`.
    FilterOther {
        /// 400
        Refuse = "refuse",
        /// The filter is as if not there: everybody is listed.
        Ignore = "ignore",
    }
}

positions! {
    /// Query parameters of a list other than `filter`.
    ExtraParameters {
        /// As if not sent.
        Ignore = "ignore",
        /// 400
        Refuse = "refuse",
    }
}

positions! {
    /// Whether inactive users appear in lists.
    InactiveUsers {
        /// They do.
        Shown = "shown",
        /// They are found by id only, and their names stay taken.
        Hidden = "hidden",
    }
}

positions! {
    /// An `externalId` that was sent.
    ExternalId {
        /// Dropped.
        Ignored = "ignored",
        /// Kept and answered.
        Stored = "stored",
        /// It is User Hub's `externalIdentity`, which decides whether a person can sign in.
        Identity = "identity",
    }
}

positions! {
    /// What PATCH operations are taken.
    Patch {
        /// `schemas` and operations of a path and a value of type string; `op` is not looked at.
        Strict = "strict",
        /// Also any JSON value, objects without a path, and `op` remove.
        Lenient = "lenient",
    }
}

positions! {
    /// The answer to a PATCH that went well.
    PatchAnswer {
        /// 200 and the user.
        User = "user",
        /// 204
        Empty = "empty",
    }
}

positions! {
    /// An optional attribute that a PUT leaves out.
    PutAbsent {
        /// Cleared; role, team and login authenticator stay, for no user is without them.
        Cleared = "cleared",
        /// Left as it was.
        Kept = "kept",
    }
}

positions! {
    /// DELETE of a user.
    Delete {
        /// Not offered.
        Absent = "absent",
        /// 204, and the user is inactive.
        Deactivates = "deactivates",
    }
}

positions! {
    /// `/Groups`
    Groups {
        /// Not offered.
        Absent = "absent",
        /// A GET answers an empty list.
        Empty = "empty",
    }
}

positions! {
    /// The status for what is not offered.
    NotOffered {
        /// 404 for an unknown path, 405 for another method of a known one.
        ByKind = "by_kind",
        /// 404 for both.
        NotFound = "404",
        /// 405 for both.
        MethodNotAllowed = "405",
    }
}

positions! {
    /// A value for an optional field that the tenant has not enabled.
    DisabledField {
        /// As if not sent.
        Ignore = "ignore",
        /// 400
        Refuse = "refuse",
    }
}

positions! {
    /// What `value` of a role or a team means.
    RoleValue {
        /// An id, else a name.
        Either = "either",
        /// An id only.
        Id = "id",
        /// A name only.
        Name = "name",
    }
}

positions! {
    /// A role or team that the user already holds and a PUT or PATCH sends again.
    HeldRole {
        /// Taken, whatever has become of it.
        Accepted = "accepted",
        /// Must exist and be active, like a new one.
        Checked = "checked",
    }
}

positions! {
    /// `active: true` for an inactive user.
    Reactivation {
        /// The user is active again.
        Allowed = "allowed",
        /// 400
        Refused = "refused",
    }
}

positions! {
    /// The first page number of the roles search.
    RolePages {
        /// 1
        FromOne = "from_one",
        /// 0
        FromZero = "from_zero",
    }
}
