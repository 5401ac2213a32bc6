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
        bulk: Some(1),
        mapped: vec![
            "urn:example:2.0:User:skill".to_owned(),
            "urn:example:2.0:User:desks[type eq \"a\"].room".to_owned(),
        ],
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

fn named(attributes: &Value, name: &str) -> Value {
    let attributes = attributes.as_array().unwrap();
    let found = attributes
        .iter()
        .find(|attribute| attribute["name"] == name);
    found.cloned().unwrap_or_default()
}

#[test]
fn what_cxone_demands_is_told_as_required() {
    let user = schema(BASE, urn::USER, &Capabilities::default()).unwrap();
    let mut required = Vec::new();
    for attribute in user["attributes"].as_array().unwrap() {
        let name = attribute["name"].as_str().unwrap();
        if attribute["required"] == true {
            required.push(name.to_owned());
        }
        for sub in attribute["subAttributes"].as_array().into_iter().flatten() {
            if sub["required"] == true {
                required.push(format!("{name}.{}", sub["name"].as_str().unwrap()));
            }
        }
    }
    required.sort_unstable();
    let wanted = "emails emails.value name name.familyName name.givenName userName";
    assert_eq!(required.join(" "), wanted);
    let enterprise = schema(BASE, urn::ENTERPRISE_USER, &Capabilities::default()).unwrap();
    assert!(!enterprise.to_string().contains("\"required\":true"));
    let group = schema(BASE, urn::GROUP, &Capabilities::default()).unwrap();
    let name = named(&group["attributes"], "displayName");
    assert_eq!(
        (&name["required"], &name["uniqueness"]),
        (&json!(true), &json!("server"))
    );
    assert_eq!(named(&group["attributes"], "members")["required"], false);
    assert_eq!(
        named(&user["attributes"], "groups")["mutability"],
        "readOnly"
    );
}

#[test]
fn what_the_mapper_reads_is_told() {
    let cxone = "urn:ietf:params:scim:schemas:extension:cxone:2.0:User";
    let capabilities = Capabilities {
        mapped: [
            "userName",
            "emails[type eq \"work\"].value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:skill",
            "urn:ietf:params:scim:schemas:extension:CXONE:2.0:User:Skill",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:desk.room",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:desk.floor",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:phones[type eq \"x\"].value",
            "urn:example:acme:team",
            "https://example.com/scim:team",
            "nope",
            "emails[",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Capabilities::default()
    };
    let all = schemas(BASE, &capabilities);
    let told: Vec<&str> = all["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| schema["id"].as_str().unwrap())
        .collect();
    let web = "https://example.com/scim";
    assert_eq!(
        told,
        [
            urn::USER,
            urn::ENTERPRISE_USER,
            cxone,
            "urn:example:acme",
            web,
            urn::GROUP
        ]
    );
    let user = resource_type(BASE, "User", &capabilities).unwrap();
    assert_eq!(
        user["schemaExtensions"],
        json!([{"schema": urn::ENTERPRISE_USER, "required": false}, {"schema": cxone, "required": false},
               {"schema": "urn:example:acme", "required": false}, {"schema": web, "required": false}])
    );
    let group = resource_type(BASE, "Group", &capabilities).unwrap();
    assert!(group.get("schemaExtensions").is_none());

    let extension = schema(BASE, &cxone.to_uppercase(), &capabilities).unwrap();
    assert_eq!(extension["name"], "CxoneUser");
    let attributes = &extension["attributes"];
    assert_eq!(attributes.as_array().unwrap().len(), 3);
    let skill = named(attributes, "skill");
    assert_eq!(
        (&skill["type"], &skill["multiValued"], &skill["mutability"]),
        (&json!("string"), &json!(false), &json!("readWrite"))
    );
    let desk = named(attributes, "desk");
    assert_eq!(
        (&desk["type"], &desk["multiValued"]),
        (&json!("complex"), &json!(false))
    );
    assert_eq!(named(&desk["subAttributes"], "floor")["type"], "string");
    assert_eq!(named(attributes, "phones")["multiValued"], true);

    let location =
        |urn: &str| schema(BASE, urn, &capabilities).unwrap()["meta"]["location"].clone();
    let base = BASE.trim_end_matches('/');
    assert_eq!(location(cxone), format!("{base}/Schemas/{cxone}"));
    assert_eq!(
        location(web),
        format!("{base}/Schemas/https:%2F%2Fexample.com%2Fscim")
    );
}

#[test]
fn the_configuration_tells_the_truth() {
    let least = Capabilities {
        etag: false,
        sort: false,
        ..Capabilities::default()
    };
    let most = Capabilities {
        bulk: Some(1_048_576),
        authentication_schemes: vec![
            AuthenticationScheme::OAUTH2.preferred(),
            AuthenticationScheme::BASIC,
        ],
        ..Capabilities::default()
    };
    for (capabilities, wanted) in [(least, false), (most, true)] {
        let config = service_provider_config(BASE, &capabilities);
        for (feature, supported) in [
            ("patch", true),
            ("filter", true),
            ("bulk", wanted),
            ("sort", wanted),
            ("etag", wanted),
            ("changePassword", false),
        ] {
            assert_eq!(config[feature]["supported"], supported, "{feature}");
        }
        assert_eq!(config["filter"]["maxResults"], MAX_COUNT);
        let (operations, bytes) = if wanted { (1000, 1_048_576) } else { (0, 0) };
        assert_eq!(config["bulk"]["maxOperations"], operations);
        assert_eq!(config["bulk"]["maxPayloadSize"], bytes);
        let schemes: Vec<(&Value, &Value)> = config["authenticationSchemes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|scheme| (&scheme["type"], &scheme["primary"]))
            .collect();
        if wanted {
            let (oauth2, basic) = (json!("oauth2"), json!("httpbasic"));
            assert_eq!(schemes, [(&oauth2, &json!(true)), (&basic, &json!(false))]);
        } else {
            assert_eq!(schemes, [(&json!("oauthbearertoken"), &json!(true))]);
        }
    }
}
