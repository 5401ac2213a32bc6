//! The tables. Evidence: "vendor" is the provider's documentation, "seen" an implementer's log or issue, "open" what
//! nobody confirmed.

use super::{BareRemoval, Dialect, PatchAnswer, PutPolicy, Row};

pub(super) const fn row(
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
            "E-26 E-29 E-30",
        ),
        row(
            "a group is made with the directory synchroniser's URN and without members",
            "the URN is dropped",
            "N6",
            "vendor: use-scim-to-provision-users-and-groups",
            "E-25",
        ),
        row(
            "members come and go by two dialects within a minute",
            "both at once, whatever the compliance flag says",
            "N12 N13",
            "vendor: application-provisioning-config-problem-scim-compatibility",
            "E-26 E-27 E-28",
        ),
        row(
            "a group is renamed, its externalId replaced",
            "both; a name of another group's is 409",
            "N22",
            "vendor: use-scim-to-provision-users-and-groups; seen: langwatch 7141",
            "E-29 E-30",
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
        row(
            "takes 200 or 204 for a group's PATCH, 200 with the resource for PUT",
            "200 with the resource",
            "N24",
            "vendor: scim-20",
            "O-10 O-12",
        ),
        row(
            "a custom app makes a group with members: [] and puts all of them",
            "members: [] is none, what is put is all of them; its own name is no conflict",
            "N19 N22",
            "seen: capture of a custom app; lightdash 15035",
            "O-09 O-10",
        ),
        row(
            "the group's name with its id, without a path, beside every change of members",
            "the id is ignored, the rest done",
            "N9 N17",
            "vendor: scim-20",
            "O-11 O-12",
        ),
        row(
            "push now replaces the members, of an empty group by []",
            "these and no others",
            "N12",
            "vendor: scim-20; seen: SCIM-SDK 757, scimgateway 113",
            "O-13 O-14 O-15",
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
        row(
            "members by PATCH, never in the template",
            "a PUT of a group without members leaves them",
            "N13 N19",
            "vendor: KB0013904; seen: authentik 11249",
            "L-05",
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
        row(
            "whether updates are PUT or PATCH is open, and no groups were seen",
            "both, and groups as for everybody",
            "N19",
            "open",
            "",
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
            "J-05",
        ),
        row(
            "PUT without an attribute",
            "clears it, but for required ones and active",
            "N19",
            "RFC 7644 section 3.5.1; vendor: PingFederate updates users so",
            "L-02",
        ),
        row(
            "JumpCloud makes a test user and a test group and deletes both",
            "201 and 204, as for any other",
            "N24",
            "vendor: JumpCloud",
            "J-01",
        ),
        row(
            "JumpCloud and PingFederate change a group by PATCH, Rippling by PUT unless told otherwise",
            "both; the resource is answered",
            "N24",
            "vendor: Ping; seen: JumpCloud; open: Rippling",
            "J-04 J-05",
        ),
        row(
            "PingFederate finds a group by reading all of them",
            "pages in a stable order",
            "N23",
            "vendor: Ping",
            "P-03",
        ),
        row(
            "Rippling and authentik read what the service can do and choose PATCH or PUT by it",
            "PATCH is told, PUT works too",
            "N24",
            "seen: authentik; open: Rippling",
            "R-01",
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
