//! Which attributes are personal.
//!
//! What is not listed is: an extension may hold anything. What stays in clear is what rules are about and a person shares with
//! others, that is their place in the organisation, and words of the protocol.

use bridge::target::Attribute;
use serde_json::{Map, Value};

/// What a value tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// What they are called: each word of it is theirs, wherever it stands.
    Name,
    /// Something else that is theirs: as a whole.
    Personal,
    /// Shared with others. What is theirs within it is masked all the same.
    Shared,
    /// A word of the protocol or of a standard's list: it stays as it is.
    Word,
}

/// Calls back with each text and number of a document, and what it is.
pub(crate) type Visit<'v> = dyn FnMut(Class, &mut Value) + 'v;

/// The enterprise extension (RFC 7643, section 4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What an attribute of the core schema is (RFC 7643, section 4.1).
fn core(name: &str) -> Class {
    match name {
        "userName" | "name" | "displayName" | "nickName" | "emails" => Class::Name,
        "title" | "userType" | "roles" | "groups" | "entitlements" => Class::Shared,
        "schemas" | "active" | "locale" | "timezone" | "preferredLanguage" => Class::Word,
        // id, externalId, phoneNumbers, ims, photos, addresses, profileUrl, x509Certificates, password, and what nobody knows.
        _ => Class::Personal,
    }
}

fn enterprise(name: &str) -> Class {
    match name {
        "costCenter" | "organization" | "division" | "department" => Class::Shared,
        "manager" => Class::Name,
        // employeeNumber, and what nobody knows.
        _ => Class::Personal,
    }
}

/// What a member within a complex attribute is.
fn within(class: Class, name: &str) -> Class {
    match name {
        "type" | "primary" | "country" => Class::Word,
        // Its words are those of every address.
        "$ref" => Class::Personal,
        _ => class,
    }
}

/// What an attribute of the target is.
fn of_target(name: &str) -> Class {
    match Attribute::parse(name) {
        Some(
            Attribute::UserName
            | Attribute::GivenName
            | Attribute::MiddleName
            | Attribute::FamilyName
            | Attribute::DisplayName
            | Attribute::Email,
        ) => Class::Name,
        Some(Attribute::TimeZone) => Class::Word,
        Some(
            Attribute::UserType
            | Attribute::Role
            | Attribute::Team
            | Attribute::LoginAuthenticator
            | Attribute::SecondaryRoles
            | Attribute::ApplicationAttributes,
        ) => Class::Shared,
        Some(Attribute::MobileNumber | Attribute::ExternalIdentity) => Class::Personal,
        // `active` is no text; a member that the host would refuse may hold anything.
        None => Class::Personal,
    }
}

/// Goes through a source.
pub(crate) fn source(document: &mut Value, visit: &mut Visit<'_>) {
    let Value::Object(members) = document else {
        return values(Class::Personal, document, visit);
    };
    for (name, value) in members {
        match value {
            Value::Object(extension) if name.eq_ignore_ascii_case(ENTERPRISE) => {
                members_of(extension, enterprise, visit);
            }
            Value::Object(meta) if name == "meta" => members_of(meta, of_meta, visit),
            value => values(core(name), value, visit),
        }
    }
}

/// RFC 7643, section 3.1.
fn of_meta(name: &str) -> Class {
    match name {
        "location" => Class::Personal,
        _ => Class::Word,
    }
}

/// Goes through a target.
pub(crate) fn target(document: &mut Value, visit: &mut Visit<'_>) {
    match document {
        Value::Object(members) => members_of(members, of_target, visit),
        other => values(Class::Personal, other, visit),
    }
}

/// Goes through `facts`.
pub(crate) fn facts(document: &mut Value, visit: &mut Visit<'_>) {
    let Value::Object(members) = document else {
        return values(Class::Personal, document, visit);
    };
    for (name, value) in members {
        match name.as_str() {
            "accepted" => target(value, visit),
            "defaultRole" => values(Class::Shared, value, visit),
            _ => values(Class::Personal, value, visit),
        }
    }
}

fn members_of(
    members: &mut Map<String, Value>,
    class: impl Fn(&str) -> Class,
    visit: &mut Visit<'_>,
) {
    for (name, value) in members {
        values(class(name), value, visit);
    }
}

/// Goes through a value of one class.
pub(crate) fn values(class: Class, value: &mut Value, visit: &mut Visit<'_>) {
    match value {
        Value::String(_) | Value::Number(_) => visit(class, value),
        Value::Array(items) => items.iter_mut().for_each(|item| values(class, item, visit)),
        Value::Object(members) => members
            .iter_mut()
            .for_each(|(name, value)| values(within(class, name), value, visit)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn classes(document: Value, walk: impl Fn(&mut Value, &mut Visit<'_>)) -> Vec<(String, Class)> {
        let mut document = document;
        let mut found = Vec::new();
        walk(&mut document, &mut |class, value: &mut Value| {
            found.push((value.to_string().replace('"', ""), class));
        });
        found
    }

    #[test]
    fn every_attribute_of_the_source_has_a_class() {
        let found = classes(
            json!({
                "schemas": ["a"], "id": "b", "externalId": "c", "userName": "d", "name": {"givenName": "e", "formatted": "f"},
                "displayName": "g", "nickName": "h", "emails": [{"value": "i", "type": "j", "display": "k"}],
                "phoneNumbers": [{"value": "l"}], "addresses": [{"locality": "m", "country": "n"}], "ims": [{"value": "o"}],
                "photos": [{"value": "p"}], "profileUrl": "q", "title": "r", "userType": "s", "locale": "t", "timezone": "u",
                "roles": [{"value": "v"}], "groups": [{"display": "w"}], "active": true, "shoeSize": 44,
                ENTERPRISE: {"department": "x", "employeeNumber": "y", "manager": {"value": "z", "displayName": "za", "$ref": "zf"}},
                "urn:example:people:1.0:User": {"department": "zb", "nested": {"deep": ["zc"]}},
                "meta": {"location": "zd", "created": "ze"},
            }),
            source,
        );
        let of = |class| {
            let of = found.iter().filter(|(_, found)| *found == class);
            of.map(|(value, _)| value.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(of(Class::Name), "d e f g h i k z za");
        assert_eq!(of(Class::Shared), "r s v w x");
        assert_eq!(of(Class::Word), "a j n t u ze");
        assert_eq!(of(Class::Personal), "b c l m o p q 44 y zf zb zc zd");
    }

    #[test]
    fn every_attribute_of_the_target_has_a_class() {
        for attribute in Attribute::ALL {
            let found = classes(json!({attribute.as_str(): "x"}), target);
            let shared = !matches!(found[0].1, Class::Name | Class::Personal);
            let expected = !attribute.required()
                && !matches!(
                    attribute,
                    Attribute::MiddleName
                        | Attribute::DisplayName
                        | Attribute::MobileNumber
                        | Attribute::ExternalIdentity
                );
            assert_eq!(shared, expected, "{attribute}");
        }
        let found = classes(json!({"ssn": "x"}), target);
        assert_eq!(found[0].1, Class::Personal);
        let found = classes(
            json!({"accepted": {"email": "x"}, "defaultRole": "y", "z": ["z"]}),
            facts,
        );
        let found: Vec<Class> = found.into_iter().map(|(_, class)| class).collect();
        assert_eq!(found, [Class::Name, Class::Shared, Class::Personal]);
    }
}
