use super::*;

const BASE: &str = "https://scim.example.com/acme/entra/scim/v2/";

/// Every key and value of a document, at every depth.
fn walk(value: &Value, see: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            see(key, value);
            walk(value, see);
        }),
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        _ => {}
    }
}

#[test]
fn no_nulls_and_camel_case() {
    let capabilities = Capabilities {
        groups: true,
        ..Capabilities::default()
    };
    for document in [
        service_provider_config(BASE, &capabilities),
        resource_types(BASE, &capabilities),
        schemas(BASE, &capabilities),
    ] {
        walk(&document, &mut |key, value| {
            assert!(!value.is_null(), "{key}");
            let first = key.chars().next();
            assert!(
                key == "Resources" || first.is_some_and(|first| first.is_ascii_lowercase()),
                "{key}"
            );
        });
    }
}

#[test]
fn groups_are_told_only_when_served() {
    let ids = |groups| {
        let capabilities = Capabilities {
            groups,
            ..Capabilities::default()
        };
        let list = schemas(BASE, &capabilities);
        let ids: Vec<String> = list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|schema| schema["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(list["totalResults"], ids.len());
        let types = resource_types(BASE, &capabilities)["Resources"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(
            resource_type(BASE, "Group", &capabilities).is_some(),
            groups
        );
        let user = schema(BASE, urn::USER, &capabilities).unwrap();
        let has_groups = user["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|attribute| attribute["name"] == "groups");
        assert_eq!(has_groups, groups);
        (ids, types)
    };
    assert_eq!(
        ids(false),
        (
            vec![urn::USER.to_owned(), urn::ENTERPRISE_USER.to_owned()],
            1
        )
    );
    assert_eq!(
        ids(true),
        (
            vec![
                urn::USER.to_owned(),
                urn::ENTERPRISE_USER.to_owned(),
                urn::GROUP.to_owned()
            ],
            2
        )
    );
}

#[test]
fn mapped_paths_can_be_discovered() {
    let user = schema(BASE, urn::USER, &Capabilities::default()).unwrap();
    let find = |attributes: &Value, name: &str| {
        attributes
            .as_array()
            .unwrap()
            .iter()
            .find(|attribute| attribute["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    let phones = find(&user["attributes"], "phoneNumbers");
    let kind = find(&phones["subAttributes"], "type");
    for label in ["work", "mobile", "fax"] {
        assert!(
            kind["canonicalValues"]
                .as_array()
                .unwrap()
                .contains(&json!(label)),
            "{label}"
        );
    }
    assert_eq!(find(&user["attributes"], "externalId")["caseExact"], true);
    assert!(find(&user["attributes"], "password").is_null());
    assert_eq!(
        find(&user["attributes"], "userName")["uniqueness"],
        "server"
    );
    assert_eq!(
        user["meta"]["location"],
        format!(
            "https://scim.example.com/acme/entra/scim/v2/Schemas/{}",
            urn::USER
        )
    );
}

#[test]
fn the_configuration_tells_the_truth() {
    let config = service_provider_config(BASE, &Capabilities::default());
    for (feature, supported) in [
        ("patch", true),
        ("filter", true),
        ("bulk", false),
        ("sort", false),
        ("etag", false),
        ("changePassword", false),
    ] {
        assert_eq!(config[feature]["supported"], supported, "{feature}");
    }
    assert_eq!(config["filter"]["maxResults"], MAX_COUNT);
}
