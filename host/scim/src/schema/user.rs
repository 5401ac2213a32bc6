//! The core User schema (RFC 7643 section 4.1).

use super::{Attribute as A, Schema, Type};
use crate::urn;

/// The core User schema.
pub static USER: Schema = Schema {
    id: urn::USER,
    name: "User",
    description: "A user account",
    attributes: ATTRIBUTES,
};

const PLACES: &[&str] = &["work", "home", "other"];
const PHONES: &[&str] = &["work", "home", "mobile", "fax", "pager", "other"];
const MESSENGERS: &[&str] = &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"];

static ATTRIBUTES: &[A] = &[
    A::text(
        "userName",
        "Name that the user signs in with, unique without regard to case",
    )
    .required()
    .unique(),
    A::complex("name", NAME, "Parts of the user's name"),
    A::text("displayName", "Name as shown to people"),
    A::text("nickName", "Casual name"),
    A::link("profileUrl", &["external"], "URL of a profile page"),
    A::text("title", "Job title"),
    A::text("userType", "Relation to the organization"),
    A::text(
        "preferredLanguage",
        "Languages in the form of Accept-Language",
    ),
    A::text("locale", "Locale for numbers, dates and currency"),
    A::text("timezone", "IANA time zone"),
    A::truth("active", "Whether the account may be used"),
    A::text("password", "Never stored").never().exact(),
    A::many("emails", EMAILS, "E-mail addresses"),
    A::many("phoneNumbers", PHONE_NUMBERS, "Telephone numbers"),
    A::many("ims", IMS, "Instant messaging addresses"),
    A::many("photos", PHOTOS, "URLs of photos"),
    A::many("addresses", ADDRESSES, "Postal addresses"),
    A::many("groups", GROUPS, "Groups that the user belongs to").read_only(),
    A::many(
        "entitlements",
        LABELS,
        "Things that the user is entitled to",
    ),
    A::many("roles", LABELS, "Roles of the user"),
    A::many("x509Certificates", CERTIFICATES, "X.509 certificates"),
];

static NAME: &[A] = &[
    A::text("formatted", "Full name for display"),
    A::text("familyName", "Family name"),
    A::text("givenName", "Given name"),
    A::text("middleName", "Middle names"),
    A::text("honorificPrefix", "Title before the name"),
    A::text("honorificSuffix", "Suffix after the name"),
];

const DISPLAY: A = A::text("display", "Text as shown to people");
const TYPE: A = A::text("type", "Label of the value's purpose");
const PRIMARY: A = A::truth(
    "primary",
    "Whether this is the preferred value; at most one is",
);

static EMAILS: &[A] = &[
    A::text("value", "E-mail address"),
    DISPLAY,
    TYPE.usually(PLACES),
    PRIMARY,
];
static PHONE_NUMBERS: &[A] = &[
    A::text("value", "Telephone number, kept as given"),
    DISPLAY,
    TYPE.usually(PHONES),
    PRIMARY,
];
static IMS: &[A] = &[
    A::text("value", "Address"),
    DISPLAY,
    TYPE.usually(MESSENGERS),
    PRIMARY,
];
static PHOTOS: &[A] = &[
    A::link("value", &["external"], "URL"),
    DISPLAY,
    TYPE.usually(&["photo", "thumbnail"]),
    PRIMARY,
];
static LABELS: &[A] = &[A::text("value", "Value"), DISPLAY, TYPE, PRIMARY];
static CERTIFICATES: &[A] = &[
    A::new("value", Type::Binary, "DER in base64"),
    DISPLAY,
    TYPE,
    PRIMARY,
];

static ADDRESSES: &[A] = &[
    A::text(
        "formatted",
        "Full address, or what a client puts there (Entra: the office)",
    ),
    A::text("streetAddress", "Street, number, box"),
    A::text("locality", "City"),
    A::text("region", "State or region"),
    A::text("postalCode", "Postal code"),
    A::text("country", "Country in ISO 3166-1 alpha-2"),
    TYPE.usually(PLACES),
    PRIMARY,
];

static GROUPS: &[A] = &[
    A::text("value", "Identifier of the group")
        .read_only()
        .exact(),
    A::link("$ref", &["Group"], "URI of the group").read_only(),
    A::text("display", "Name of the group").read_only(),
    A::text("type", "How the user belongs to it")
        .read_only()
        .usually(&["direct", "indirect"]),
];
