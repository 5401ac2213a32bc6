//! Tests 15 to 20 and 23 to 25: requests that Microsoft's tool sends to the endpoint itself.

use serde_json::{Value, json};

use super::{CORE, ENT, GROUP, World, ada, encoded, group, holds, id, patched, person, shows};

/// What Entra maps without anybody's doing (idp.md 1.3), as it writes target attributes.
const USER_PATHS: [&str; 24] = [
    "userName",
    "active",
    "displayName",
    "title",
    "preferredLanguage",
    "externalId",
    "name.givenName",
    "name.familyName",
    "name.formatted",
    "emails[type eq \"work\"].value",
    "addresses[type eq \"work\"].formatted",
    "addresses[type eq \"work\"].streetAddress",
    "addresses[type eq \"work\"].locality",
    "addresses[type eq \"work\"].region",
    "addresses[type eq \"work\"].postalCode",
    "addresses[type eq \"work\"].country",
    "phoneNumbers[type eq \"work\"].value",
    "phoneNumbers[type eq \"mobile\"].value",
    "phoneNumbers[type eq \"fax\"].value",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "roles",
    "id",
];
const GROUP_PATHS: [&str; 4] = ["displayName", "externalId", "members", "id"];

/// Attributes that RFC 7643 section 3.1 has for every resource, listed or not.
const COMMON: [&str; 2] = ["id", "externalid"];

/// The names that a schema's attributes have in Entra, in lower case.
fn flattened(schema: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    let prefix = match schema["id"].as_str() {
        Some(CORE | GROUP) | None => String::new(),
        Some(urn) => format!("{}:", urn.to_lowercase()),
    };
    let mut names = Vec::new();
    for attribute in schema["attributes"].as_array().into_iter().flatten() {
        let name = format!("{prefix}{}", text(&attribute["name"]));
        names.push(name.clone());
        let subs: Vec<&Value> = attribute["subAttributes"]
            .as_array()
            .into_iter()
            .flatten()
            .collect();
        if attribute["multiValued"] == false {
            names.extend(
                subs.iter()
                    .map(|sub| format!("{name}.{}", text(&sub["name"]))),
            );
            continue;
        }
        let kinds = subs.iter().find(|sub| sub["name"] == "type");
        for kind in kinds
            .and_then(|kind| kind["canonicalValues"].as_array())
            .into_iter()
            .flatten()
        {
            let element = format!("{name}[type eq \"{}\"]", text(kind));
            names.extend(
                subs.iter()
                    .map(|sub| format!("{element}.{}", text(&sub["name"]))),
            );
        }
    }
    names
}

fn no_nulls(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().all(no_nulls),
        Value::Object(members) => members.values().all(no_nulls),
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t15_schema_discoverability_test() {
    const NAME: &str = "Schema_Discoverability_Test";
    let world = World::start().await;
    let schemas = world.scim("GET", "/Schemas", None).await;
    holds(&format!("{NAME}: 200"), schemas.status == 200, &schemas);
    holds(
        &format!("{NAME}: Resources"),
        schemas.body["Resources"].is_array(),
        &schemas,
    );
    holds(
        &format!("{NAME}: no null anywhere"),
        no_nulls(&schemas.body),
        &schemas,
    );
    for (urns, paths) in [
        (&[CORE, ENT][..], &USER_PATHS[..]),
        (&[GROUP], &GROUP_PATHS),
    ] {
        let all = schemas.body["Resources"].as_array().into_iter().flatten();
        let ours: Vec<&Value> = all
            .filter(|schema| urns.iter().any(|urn| schema["id"] == *urn))
            .collect();
        holds(
            &format!("{NAME}: {urns:?} are there"),
            ours.len() == urns.len(),
            &schemas,
        );
        let names: Vec<String> = ours.into_iter().flat_map(flattened).collect();
        for path in paths {
            let path = path.to_lowercase();
            let known = names.contains(&path) || COMMON.contains(&path.as_str());
            holds(&format!("{NAME}: {path}"), known, &schemas);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t16_scim_null_update_test() {
    const NAME: &str = "SCIM_Null_Update_Test";
    const OPTIONAL: [&str; 5] = [
        "title",
        "displayName",
        "preferredLanguage",
        "nickName",
        "externalId",
    ];
    let world = World::start().await;
    let mut body = ada();
    body["nickName"] = json!("Ada");
    let path = format!(
        "/Users/{}",
        id(&world.scim("POST", "/Users", Some(body)).await)
    );
    let department = format!("{ENT}:department");
    let said = world.scim("GET", &path, None).await;
    for name in OPTIONAL {
        holds(
            &format!("{NAME}: {name} is there first"),
            said.body[name].is_string(),
            &said,
        );
    }
    for (phase, empty) in [("with \"\"", json!("")), ("with null", json!(null))] {
        let names = OPTIONAL.into_iter().chain([department.as_str()]);
        let operations: Vec<Value> = names
            .map(|path| json!({"op": "replace", "path": path, "value": empty}))
            .collect();
        let name = format!("{NAME}, {phase}");
        let read = patched(&world, &name, &path, Value::Array(operations)).await;
        for attribute in OPTIONAL {
            holds(
                &format!("{name}: {attribute} is absent"),
                read.body.get(attribute).is_none(),
                &read,
            );
        }
        holds(
            &format!("{name}: department is absent"),
            read.body[ENT].get("department").is_none(),
            &read,
        );
        holds(
            &format!("{name}: the rest stays"),
            read.body["userName"] == "ada@example.com"
                && read.body[ENT]["employeeNumber"] == "1815",
            &read,
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t17_scim_user_create_test() {
    const NAME: &str = "SCIM_User_Create_Test";
    let world = World::start().await;
    let made = world.scim("POST", "/Users", Some(ada())).await;
    holds(
        &format!("{NAME}: 200 or 201"),
        matches!(made.status, 200 | 201),
        &made,
    );
    holds(&format!("{NAME}: an id"), !id(&made).is_empty(), &made);
    holds(
        &format!("{NAME}: userName as sent"),
        made.body["userName"] == ada()["userName"],
        &made,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t18_scim_user_update_test() {
    const NAME: &str = "SCIM_User_Update_Test";
    let world = World::start().await;
    let path = format!(
        "/Users/{}",
        id(&world.scim("POST", "/Users", Some(ada())).await)
    );
    let mut operations = Vec::new();
    let mut wanted = Vec::new();
    // Every single-valued text; userName keeps the form that the tenant's rules ask for.
    for (number, name) in [
        "userName",
        "externalId",
        "displayName",
        "nickName",
        "title",
        "preferredLanguage",
        "userType",
        "name.formatted",
        "name.givenName",
        "name.familyName",
        "name.middleName",
        "name.honorificPrefix",
        "name.honorificSuffix",
    ]
    .into_iter()
    .enumerate()
    {
        let value = match name {
            "userName" => json!("Qwerty.0@Example.com"),
            "preferredLanguage" => json!("en-IE"),
            _ => json!(format!("  Value no. {number} / \u{e4}\u{df}\u{1F600} ")),
        };
        operations.push(json!({"op": "replace", "path": name, "value": value}));
        wanted.push((format!("/{}", name.replace('.', "/")), value));
    }
    for name in [
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
    ] {
        operations.push(json!({"op": "replace", "path": format!("{ENT}:{name}"), "value": format!("new {name}")}));
        wanted.push((format!("/{ENT}/{name}"), json!(format!("new {name}"))));
    }
    // Not reformatted, says Microsoft's page.
    operations.push(json!({"op": "replace", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "0044 (20) 7946.0003 ext 4"}));
    wanted.push((
        "/phoneNumbers/0/value".to_owned(),
        json!("0044 (20) 7946.0003 ext 4"),
    ));
    let read = patched(&world, NAME, &path, Value::Array(operations)).await;
    let wanted: Vec<(&str, Value)> = wanted
        .iter()
        .map(|(pointer, value)| (pointer.as_str(), value.clone()))
        .collect();
    shows(NAME, &read, &wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn t19_scim_group_create_test() {
    const NAME: &str = "SCIM_Group_Create_Test";
    let world = World::start().await;
    let made = world.scim("POST", "/Groups", Some(group("Tier1"))).await;
    holds(
        &format!("{NAME}: 200 or 201"),
        matches!(made.status, 200 | 201),
        &made,
    );
    holds(&format!("{NAME}: an id"), !id(&made).is_empty(), &made);
    holds(
        &format!("{NAME}: displayName as sent"),
        made.body["displayName"] == "Tier1",
        &made,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t20_scim_group_update_test() {
    const NAME: &str = "SCIM_Group_Update_Test";
    let world = World::start().await;
    let path = format!(
        "/Groups/{}",
        id(&world.scim("POST", "/Groups", Some(group("Tier1"))).await)
    );
    let operations = json!([{"op": "replace", "path": "displayName", "value": "  QX \u{e4} "}, {"op": "replace", "path": "externalId", "value": "qx-1"}]);
    let read = patched(&world, NAME, &path, operations).await;
    shows(
        NAME,
        &read,
        &[
            ("/displayName", json!("  QX \u{e4} ")),
            ("/externalId", json!("qx-1")),
        ],
    );
}

/// Pages of five through eleven resources.
async fn pages(world: &World, name: &str, endpoint: &str) {
    let mut seen = Vec::new();
    for page in 0..3_u64 {
        let start = page * 5 + 1;
        let list = world
            .scim(
                "GET",
                &format!("/{endpoint}?startIndex={start}&count=5"),
                None,
            )
            .await;
        let name = format!("{name}, page {page}");
        holds(&format!("{name}: 200"), list.status == 200, &list);
        holds(
            &format!("{name}: startIndex {start}"),
            list.body["startIndex"] == start,
            &list,
        );
        holds(
            &format!("{name}: totalResults 11"),
            list.body["totalResults"] == 11,
            &list,
        );
        let ids = list.body["Resources"].as_array().into_iter().flatten();
        let ids: Vec<Value> = ids.map(|one| one["id"].clone()).collect();
        holds(
            &format!("{name}: as many as itemsPerPage says"),
            list.body["itemsPerPage"] == ids.len(),
            &list,
        );
        holds(
            &format!("{name}: nobody twice"),
            ids.iter().all(|id| !seen.contains(id)),
            &list,
        );
        seen.extend(ids);
    }
    assert_eq!(seen.len(), 11, "{name}: everybody");
}

#[tokio::test(flavor = "multi_thread")]
async fn t23_scim_user_pagination_test() {
    let world = World::start().await;
    for number in 1..=11 {
        world
            .created(person(&format!("user{number}"), "User", "Example"))
            .await;
    }
    pages(&world, "SCIM_User_Pagination_Test", "Users").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t24_scim_group_pagination_test() {
    const NAME: &str = "SCIM_Group_Pagination_Test";
    let world = World::start().await;
    for number in 1..=11 {
        let made = world
            .scim("POST", "/Groups", Some(group(&format!("Group {number}"))))
            .await;
        holds(&format!("{NAME}: created"), made.status == 201, &made);
    }
    pages(&world, NAME, "Groups").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t25_scim_update_manager_test() {
    const NAME: &str = "SCIM_Update_Manager_Test";
    let world = World::start().await;
    let mut body = ada();
    body[ENT]
        .as_object_mut()
        .expect("an object")
        .remove("manager");
    let made = id(&world.scim("POST", "/Users", Some(body)).await);
    let grace = world.created(person("grace", "Grace", "Hopper")).await;
    let joan = world.created(person("joan", "Joan", "Clarke")).await;
    let (path, pointer) = (format!("/Users/{made}"), format!("/{ENT}/manager/value"));
    for (phase, op, value, wanted) in [
        ("set", "add", json!(grace), json!(grace)),
        ("change", "replace", json!(joan), json!(joan)),
        ("remove", "replace", json!(""), json!(null)),
    ] {
        let name = format!("{NAME}, {phase}");
        let operations = json!([{"op": op, "path": format!("{ENT}:manager"), "value": value}]);
        let read = patched(&world, &name, &path, operations).await;
        shows(&name, &read, &[(pointer.as_str(), wanted.clone())]);
        let filter = encoded(&format!("id eq \"{made}\" and {ENT}:manager eq \"{joan}\""));
        let list = world
            .scim(
                "GET",
                &format!("/Users?filter={filter}&attributes=id"),
                None,
            )
            .await;
        let counted = usize::from(phase == "change");
        holds(
            &format!("{name}: the reference check"),
            list.body["totalResults"] == counted,
            &list,
        );
    }
}
