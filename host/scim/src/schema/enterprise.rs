//! The enterprise extension of User (RFC 7643 section 4.3).

use super::{Attribute as A, Schema};
use crate::urn;

/// The enterprise extension of User.
pub static ENTERPRISE_USER: Schema = Schema {
    id: urn::ENTERPRISE_USER,
    name: "EnterpriseUser",
    description: "Attributes of users in an organization",
    attributes: ATTRIBUTES,
};

static ATTRIBUTES: &[A] = &[
    A::text(
        "employeeNumber",
        "Number or code of the person in the organization",
    ),
    A::text("costCenter", "Cost center"),
    A::text("organization", "Organization"),
    A::text("division", "Division"),
    A::text("department", "Department"),
    A::complex("manager", MANAGER, "The user's manager"),
];

// displayName is readOnly in RFC 7643; clients send it and expect it back, so it is kept (N14, N20).
static MANAGER: &[A] = &[
    A::text("value", "Identifier of the manager's User").exact(),
    A::link("$ref", &["User"], "URI of the manager's User"),
    A::text("displayName", "Name of the manager"),
];
