//! The core Group schema (RFC 7643 section 4.2).

use super::{Attribute as A, Schema};
use crate::urn;

/// The core Group schema.
pub static GROUP: Schema = Schema {
    id: urn::GROUP,
    name: "Group",
    description: "A set of users",
    attributes: ATTRIBUTES,
};

static ATTRIBUTES: &[A] = &[
    A::text(
        "displayName",
        "Name of the group, unique without regard to case",
    )
    .required()
    .unique(),
    A::many("members", MEMBERS, "Members of the group"),
];

// Ids are compared exactly (idp.md N4), whatever RFC 7643 section 8.7.1 says of members.value. Members are users: an id of
// anything else is passed over (N13).
static MEMBERS: &[A] = &[
    A::text("value", "Identifier of the member")
        .immutable()
        .exact(),
    A::link("$ref", &["User"], "URI of the member").immutable(),
    A::text("type", "Kind of the member")
        .immutable()
        .usually(&["User"]),
    A::text("display", "Name of the member, not kept").read_only(),
];
