use super::*;

#[test]
fn names_have_no_case() {
    let user = ResourceSchemas::user();
    assert_eq!(
        user.core_attribute("USERNAME")
            .map(|attribute| attribute.name),
        Some("userName")
    );
    assert_eq!(
        user.core_attribute("ExternalID")
            .map(|attribute| attribute.name),
        Some("externalId")
    );
    assert!(user.core_attribute("members").is_none());
    let manager = user
        .schema("urn:scim:schemas:extension:enterprise:1.0")
        .and_then(|schema| schema.attribute("MANAGER"));
    assert_eq!(
        manager
            .and_then(|manager| manager.sub("Value"))
            .map(|sub| sub.name),
        Some("value")
    );
    assert!(
        ResourceSchemas::group()
            .schema(urn::ENTERPRISE_USER)
            .is_none()
    );
}

#[test]
fn case_rules_are_those_of_the_papers() {
    let user = ResourceSchemas::user();
    for (name, exact) in [
        ("userName", false),
        ("id", true),
        ("externalId", true),
        ("displayName", false),
    ] {
        assert_eq!(
            user.core_attribute(name)
                .map(|attribute| attribute.case_exact),
            Some(exact),
            "{name}"
        );
    }
}

#[test]
fn the_longest_known_urn_is_stripped() {
    let user = ResourceSchemas::user();
    for (text, schema, rest) in [
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            urn::USER,
            ":userName",
        ),
        (
            "urn:scim:schemas:core:2.0:User:userName",
            urn::USER,
            ":userName",
        ),
        ("urn:scim:schemas:core:2.0:userName", urn::USER, ":userName"),
        (
            "URN:ietf:params:scim:schemas:extension:Enterprise:2.0:User.department",
            urn::ENTERPRISE_USER,
            ".department",
        ),
        (
            "urn:scim:schemas:extension:enterprise:1.0:department",
            urn::ENTERPRISE_USER,
            ":department",
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            urn::ENTERPRISE_USER,
            "",
        ),
    ] {
        let found = user
            .strip_schema(text)
            .map(|(schema, rest)| (schema.id, rest));
        assert_eq!(found, Some((schema, rest)), "{text}");
    }
    assert!(
        user.strip_schema("urn:ietf:params:scim:schemas:core:2.0:UserX:a")
            .is_none()
    );
    assert!(user.strip_schema("userName").is_none());
}
