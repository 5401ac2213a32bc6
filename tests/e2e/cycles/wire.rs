//! The same people and groups as each identity provider writes them (docs/idp.md, sections 1 to 6).

use serde_json::{Value, json};

use crate::world::TOKEN;

/// Name, given name, family name. The first two are in Tier1, the third in Tier2.
pub(super) const PEOPLE: [(&str, &str, &str); 3] = [
    ("ada", "Ada", "Byron"),
    ("grace", "Grace", "Hopper"),
    ("joan", "Joan", "Clarke"),
];

/// The mobile number of everybody. CXone shows it otherwise.
pub(super) const PHONE: &str = "+44 (20) 7946-0001";

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// How an identity provider writes.
pub(super) struct Format {
    /// Connection, dialect and mapper have this name.
    pub(super) idp: &'static str,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) media_type: Option<&'static str>,
    /// The operation that adds.
    pub(super) add: &'static str,
    /// The body that creates one of [`PEOPLE`].
    pub(super) user: fn(usize) -> Value,
    /// The body that creates a group.
    pub(super) group: fn(&str) -> Value,
}

impl Format {
    /// The part of a configuration that has this connection, with groups that give roles.
    pub(super) fn connection(&self) -> String {
        let idp = self.idp;
        let table = format!("tenants.acme.connections.{idp}");
        format!(
            "[{table}]\nidp = \"{idp}\"\ntoken = \"{TOKEN}\"\n[[{table}.plugins]]\nuse = \"{idp}\"\n\
             settings = {{ groups = [{{ group = \"Tier1\", role = \"Manager\", team = \"Voice\" }}, {{ group = \"Tier2\", role = \"Evaluator\" }}] }}\n\
             [[{table}.plugins]]\nuse = \"template-chooser\"\n\
             [[{table}.plugins]]\nuse = \"tenant-rules\"\nsettings = {{ user_name_form = \"any\" }}\n"
        )
    }
}

/// An address, in which case counts for nobody but a reader.
pub(super) fn mail(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    format!(
        "{}{}@Example.com",
        first.unwrap_or_default(),
        letters.as_str()
    )
}

/// The numbers in [`PEOPLE`] of a group's members.
pub(super) fn members(group: &str) -> std::ops::Range<usize> {
    if group == "Tier1" { 0..2 } else { 2..3 }
}

pub(super) fn login(number: usize) -> String {
    format!("{}@example.com", PEOPLE[number].0)
}

pub(super) const ENTRA: Format = Format {
    idp: "entra",
    headers: &[],
    media_type: Some("application/scim+json; charset=utf-8"),
    add: "Add",
    user: |number| {
        let (name, given, family) = PEOPLE[number];
        json!({
            "schemas": [CORE, ENT], "externalId": name, "userName": login(number), "active": true,
            "displayName": format!("{given} {family}"),
            "emails": [{"primary": true, "type": "work", "value": mail(name)}],
            "name": {"givenName": given, "familyName": family, "formatted": format!("{given} {family}")},
            "phoneNumbers": [{"type": "mobile", "value": PHONE}],
            ENT: {"employeeNumber": "1815", "manager": "u-grace"},
            "roles": [], "meta": {"resourceType": "User"},
        })
    },
    group: |name| {
        let old = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
        json!({
            "schemas": [GROUP, old], "externalId": format!("6f2a1c90-{name}"), "displayName": name,
            "meta": {"resourceType": "Group"},
        })
    },
};

pub(super) const OKTA: Format = Format {
    idp: "okta",
    headers: &[
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
    ],
    media_type: Some("application/scim+json; charset=utf-8"),
    add: "add",
    user: |number| {
        let (name, given, family) = PEOPLE[number];
        json!({
            "schemas": [CORE], "userName": login(number), "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": true, "value": mail(name), "type": "work"}],
            "phoneNumbers": [{"type": "mobile", "value": PHONE}],
            "displayName": format!("{given} {family}"), "locale": "en-US", "externalId": format!("00u{name}"),
            "groups": [], "password": "x7Qp!not-a-secret", "active": true,
        })
    },
    group: |name| json!({"schemas": [GROUP], "displayName": name, "members": []}),
};

pub(super) const ONELOGIN: Format = Format {
    idp: "onelogin",
    headers: &[],
    media_type: None,
    add: "add",
    user: |number| {
        let (name, given, family) = PEOPLE[number];
        let enterprise = "urn:scim:schemas:extension:enterprise:2.0";
        json!({
            "schemas": ["urn:scim:schemas:core:2.0", enterprise], "id": null, "userName": login(number),
            "name": {"familyName": family, "givenName": given}, "active": "true", "title": "",
            "emails": {"value": mail(name), "type": "work", "primary": true},
            "phoneNumbers": {"value": PHONE, "type": "mobile"},
            enterprise: {"department": "", "manager": {"managerId": "u-grace", "displayName": " "}},
        })
    },
    group: |name| json!({"schemas": [GROUP], "displayName": name}),
};

pub(super) const GOOGLE: Format = Format {
    idp: "google",
    headers: &[("user-agent", "Google-Auto-Provisioning")],
    media_type: Some("application/json"),
    add: "add",
    user: |number| {
        let (name, given, family) = PEOPLE[number];
        json!({
            "schemas": ["urn:scim:schemas:core:1.0", CORE], "userName": login(number),
            "emails": [{"primary": true, "value": mail(name), "type": "work"}],
            "phoneNumbers": [{"type": "mobile", "value": PHONE}],
            "displayName": format!("{given} {family}"), "name": {"givenName": given, "familyName": family}, "active": true,
        })
    },
    group: |name| json!({"schemas": [GROUP], "displayName": name}),
};

pub(super) const GENERIC: Format = Format {
    idp: "generic",
    headers: &[],
    media_type: Some("application/scim+json"),
    add: "add",
    user: |number| {
        let (name, given, family) = PEOPLE[number];
        json!({
            "schemas": [CORE], "externalId": name, "userName": login(number), "active": true,
            "name": {"givenName": given, "familyName": family},
            "emails": [{"primary": true, "type": "work", "value": mail(name)}],
            "phoneNumbers": [{"type": "mobile", "value": PHONE}],
        })
    },
    group: |name| json!({"schemas": [GROUP], "displayName": name}),
};
