//! The tables. Evidence: "vendor" is the provider's documentation, "seen" an implementer's log or issue.

use super::{BareRemoval, Dialect, PatchAnswer, PutPolicy, Row};

const fn row(
    habit: &'static str,
    decision: &'static str,
    rule: &'static str,
    evidence: &'static str,
    fixtures: &'static str,
) -> Row {
    Row {
        habit,
        decision,
        rule,
        evidence,
        fixtures,
    }
}

/// What is done for every client.
pub const EVERYBODY: &[Row] = &[
    row(
        "names, operators and op in any case",
        "canonical spelling",
        "N3 N5 N7",
        "vendor: Entra, Ping",
        "E-08 P-01",
    ),
    row(
        "words without quotes in filters",
        "taken as text",
        "N3",
        "vendor: Entra",
        "E-04",
    ),
    row(
        "emails[…].value eq in filters",
        "same element fulfils both",
        "N3",
        "vendor: Entra",
        "E-03",
    ),
    row(
        "booleans as text",
        "boolean where the schema says so",
        "N8",
        "vendor: Entra; seen: scimmy 86",
        "E-08 E-09 L-04",
    ),
    row(
        "legacy and pseudo-2.0 URNs",
        "canonical URN",
        "N6",
        "vendor: OneLogin; seen: scimitar 142",
        "L-02 L-03 G-03",
    ),
    row(
        "extension URN missing from schemas",
        "added",
        "N6",
        "vendor: Entra",
        "E-07",
    ),
    row(
        "null and empty strings",
        "unset, never for required",
        "N16",
        "vendor: Entra validator",
        "E-06 E-22",
    ),
    row(
        "object for an array, array for an object",
        "wrapped, unwrapped",
        "N15",
        "seen: OneLogin templates",
        "L-02",
    ),
    row(
        "manager as text, object, array, managerId",
        "an object with value",
        "N14",
        "vendor: Entra; seen: scimple 1242",
        "E-05 E-17 E-18 L-02",
    ),
    row(
        "flat keys, URN keys and value paths without path",
        "one operation each",
        "N9",
        "vendor: Entra; seen: scim-patch 132",
        "E-13 E-14",
    ),
    row(
        "value that is a JSON document in a string",
        "read",
        "N9",
        "seen: Keycloak, scim-for-keycloak 172",
        "K-01",
    ),
    row(
        "core URN before a path, dot after a URN",
        "stripped",
        "N10",
        "seen: Ping",
        "P-02",
    ),
    row(
        "filtered path that selects nothing",
        "element is made from the filter's equalities",
        "N11",
        "seen: SCIM-SDK 416, scim-patch 176",
        "E-15 E-16",
    ),
    row(
        "remove with a value array",
        "each value by itself",
        "N12",
        "vendor: Entra; seen: azure-docs 30826",
        "E-27 J-05",
    ),
    row(
        "id, meta, groups, password in bodies",
        "ignored; the password leaves no trace",
        "N17",
        "vendor: Okta",
        "O-03 O-04 O-08",
    ),
];

const NO_WIPE: Row = row(
    "remove members without filter and value",
    "refused",
    "N12",
    "seen: authentik 24173, one such request empties a team",
    "E-27",
);

/// Microsoft Entra ID, both of its PATCH dialects at once.
pub static ENTRA: Dialect = Dialect {
    name: "entra",
    put: PutPolicy::ReplaceAll,
    bare_member_removal: BareRemoval::Refuse,
    group_patch_answer: PatchAnswer::NoContent,
    json_roles: true,
    rows: &[
        row(
            "expects 204 for a group's PATCH",
            "204 without body",
            "N24",
            "vendor: use-scim-to-provision-users-and-groups",
            "E-26",
        ),
        row(
            "roles as JSON documents in strings",
            "objects",
            "N18",
            "vendor: customize-application-attributes",
            "E-21",
        ),
        row(
            "never sends PUT",
            "as the RFC says",
            "N19",
            "vendor: use-scim-to-provision-users-and-groups",
            "",
        ),
        NO_WIPE,
    ],
};

/// Okta, custom apps (PUT only) and templates (PUT and PATCH).
pub static OKTA: Dialect = Dialect {
    name: "okta",
    put: PutPolicy::ClearCarried,
    bare_member_removal: BareRemoval::Refuse,
    group_patch_answer: PatchAnswer::Resource,
    json_roles: false,
    rows: &[
        row(
            "PUT is what it read, with its own values merged in",
            "clears only what it carried before",
            "N19",
            "seen: capture of a custom app",
            "O-04 O-05",
        ),
        row(
            "sends a random password and groups: []",
            "dropped",
            "N17",
            "vendor: scim-20",
            "O-03",
        ),
        NO_WIPE,
    ],
};

/// OneLogin, whose body is a template that the customer wrote.
pub static ONELOGIN: Dialect = Dialect {
    name: "onelogin",
    put: PutPolicy::ClearCarried,
    bare_member_removal: BareRemoval::Refuse,
    group_patch_answer: PatchAnswer::Resource,
    json_roles: false,
    rows: &[
        row(
            "PUT carries the template's attributes only",
            "clears only what it carried before",
            "N19",
            "seen: authentik 11249",
            "L-02 L-03",
        ),
        row(
            "empty strings for macros without value",
            "unset",
            "N16",
            "vendor: define-user-schema",
            "L-02",
        ),
        NO_WIPE,
    ],
};

/// Google Workspace's automatic provisioning.
pub static GOOGLE: Dialect = Dialect {
    name: "google",
    put: PutPolicy::ReplaceAll,
    bare_member_removal: BareRemoval::Refuse,
    group_patch_answer: PatchAnswer::Resource,
    json_roles: false,
    rows: &[
        row(
            "schemas with a 1.0 URN beside the 2.0 one",
            "canonical URN once",
            "N6",
            "seen: scimitar 142",
            "G-03",
        ),
        NO_WIPE,
    ],
};

/// Any other client: the RFC, and every leniency.
pub static GENERIC: Dialect = Dialect {
    name: "generic",
    put: PutPolicy::ReplaceAll,
    bare_member_removal: BareRemoval::Clear,
    group_patch_answer: PatchAnswer::Resource,
    json_roles: true,
    rows: &[
        row(
            "remove members without filter and value",
            "clears",
            "N12",
            "RFC 7644 section 3.5.2.2",
            "",
        ),
        row(
            "roles as JSON documents in strings",
            "objects",
            "N18",
            "a client behind Entra's mappings",
            "E-21",
        ),
    ],
};
