//! The protocol beyond single users: order, search, bulk, entity tags, discovery, methods (RFC 7644).

use serde_json::{Value, json};

use crate::world::{Reply, World, ada, person, reply};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Five people and two groups; the third person has no title.
async fn people() -> (World, Vec<String>) {
    let world = World::start().await;
    let mut ids = Vec::new();
    for (name, given, title) in [
        ("carla", "Carla", Some("b")),
        ("ada", "Ada", Some("C")),
        ("eve", "Eve", None),
        ("bob", "bob", Some("a")),
        ("dan", "Dan", Some("B")),
    ] {
        let mut body = person(name, given, "Example");
        match title {
            Some(title) => body["title"] = json!(title),
            None => {
                body.as_object_mut().expect("an object").remove("title");
            }
        }
        ids.push(world.created(body).await);
    }
    for name in ["Tier1", "Agents"] {
        group(&world, name, &[]).await;
    }
    (world, ids)
}

async fn group(world: &World, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    let reply = world.scim("POST", "/Groups", Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["id"].as_str().expect("an id").to_owned()
}

fn names(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.body["schemas"], json!([LIST]));
    let resources = reply.body["Resources"].as_array().expect("resources");
    let name = |resource: &Value| {
        let name = resource["userName"]
            .as_str()
            .or(resource["displayName"].as_str());
        name.expect("a name")
            .trim_end_matches("@example.com")
            .to_owned()
    };
    resources.iter().map(name).collect()
}

async fn with(
    world: &World,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: Option<Value>,
) -> Reply {
    let url = format!("http://{}/acme/entra/scim/v2{path}", world.app.scim);
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = world
        .http
        .request(method, url)
        .bearer_auth(crate::world::TOKEN);
    request = request
        .header(header.0, header.1)
        .header("content-type", "application/scim+json");
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    reply(request).await
}

fn tag(reply: &Reply) -> String {
    let header = reply.headers["etag"].to_str().expect("a tag").to_owned();
    if !reply.body.is_null() {
        assert_eq!(
            reply.body["meta"]["version"],
            json!(header),
            "header and meta agree"
        );
    }
    header
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_sorted_by_any_attribute_in_either_direction() {
    let (world, _) = people().await;
    for (query, order) in [
        ("", ["carla", "ada", "eve", "bob", "dan"]),
        ("?sortBy=userName", ["ada", "bob", "carla", "dan", "eve"]),
        (
            "?sortBy=userName&sortOrder=descending",
            ["eve", "dan", "carla", "bob", "ada"],
        ),
        // Case does not matter for a title, equal ones stay in the order of creation, and who has none comes last.
        ("?sortBy=title", ["bob", "carla", "dan", "ada", "eve"]),
        (
            "?sortBy=title&sortOrder=descending",
            ["eve", "ada", "carla", "dan", "bob"],
        ),
        (
            "?sortBy=name.givenName",
            ["ada", "bob", "carla", "dan", "eve"],
        ),
        ("?sortBy=emails", ["ada", "bob", "carla", "dan", "eve"]),
        (
            "?sortBy=meta.created&filter=active%20eq%20true",
            ["carla", "ada", "eve", "bob", "dan"],
        ),
    ] {
        let list = world.scim("GET", &format!("/Users{query}"), None).await;
        assert_eq!(names(&list), order, "{query}");
    }
    let page = world
        .scim("GET", "/Users?sortBy=userName&startIndex=2&count=2", None)
        .await;
    assert_eq!(names(&page), ["bob", "carla"]);
    assert_eq!(
        (&page.body["totalResults"], &page.body["startIndex"]),
        (&json!(5), &json!(2))
    );
    let groups = world.scim("GET", "/Groups?sortBy=displayName", None).await;
    assert_eq!(names(&groups), ["Agents", "Tier1"]);
    let bad = world.scim("GET", "/Users?sortBy=no%20path", None).await;
    assert_eq!(
        (bad.status, &bad.body["scimType"]),
        (400, &json!("invalidPath"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_by_post_are_those_by_get() {
    let (world, _) = people().await;
    let search = |mut body: Value| {
        body["schemas"] = json!([SEARCH]);
        Some(body)
    };
    let body = json!({"filter": "title pr and userName ne \"ada@example.com\"", "sortBy": "userName", "attributes": ["userName"], "count": 2});
    let list = world.scim("POST", "/Users/.search", search(body)).await;
    assert_eq!(names(&list), ["bob", "carla"]);
    assert_eq!(list.body["totalResults"], 3);
    let shown: Vec<&String> = list.body["Resources"][0]
        .as_object()
        .expect("one")
        .keys()
        .collect();
    assert_eq!(shown, ["schemas", "id", "userName"]);
    let body = json!({"excludedAttributes": ["members"], "filter": "displayName sw \"T\""});
    let list = world.scim("POST", "/Groups/.search", search(body)).await;
    assert_eq!(names(&list), ["Tier1"]);
    assert_eq!(list.body["Resources"][0].get("members"), None);
    for (body, status, kind) in [
        (json!({"filter": "userName eq"}), 400, "invalidFilter"),
        (json!({"count": "many"}), 400, "invalidSyntax"),
    ] {
        let bad = world
            .scim("POST", "/Users/.search", search(body.clone()))
            .await;
        assert_eq!(
            (bad.status, &bad.body["scimType"]),
            (status, &json!(kind)),
            "{body} {}",
            bad.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_searches_users_and_groups() {
    let (world, _) = people().await;
    let all = world.scim("GET", "?count=3&startIndex=4", None).await;
    assert_eq!(names(&all), ["bob", "dan", "Tier1"]);
    assert_eq!(all.body["totalResults"], 7);
    let body = json!({"schemas": [SEARCH], "sortBy": "meta.created", "sortOrder": "descending", "count": 3});
    let newest = world.scim("POST", "/.search", Some(body)).await;
    assert_eq!(names(&newest), ["Agents", "Tier1", "dan"]);
    // An attribute of one type alone: the other has no match.
    let users = world
        .scim("GET", "?filter=userName%20sw%20%22a%22", None)
        .await;
    assert_eq!(names(&users), ["ada"]);
    let nothing = world.scim("GET", "?filter=nonsense%20pr", None).await;
    assert_eq!(
        (nothing.status, &nothing.body["scimType"]),
        (400, &json!("invalidFilter"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_found_by_what_clients_match_on() {
    let (world, ids) = people().await;
    let tier = group(&world, "Tier2", &[&ids[0], &ids[1]]).await;
    for filter in [
        format!("members eq \"{}\"", ids[0]),
        format!("members.value eq \"{}\"", ids[1]),
        format!("members[value eq \"{}\"]", ids[1]),
        format!("id eq \"{tier}\" and members eq \"{}\"", ids[0]),
        format!("members eq \"{}\" and id eq \"{tier}\"", ids[0]),
        "displayName eq \"TIER2\"".to_owned(),
        "displayName co \"ier2\" and members pr".to_owned(),
    ] {
        let query = format!(
            "/Groups?filter={}",
            filter.replace(' ', "%20").replace('"', "%22")
        );
        assert_eq!(
            names(&world.scim("GET", &query, None).await),
            ["Tier2"],
            "{filter}"
        );
    }
    let filter = format!("/Users?filter=groups.value%20eq%20%22{tier}%22");
    assert_eq!(
        names(&world.scim("GET", &filter, None).await),
        ["carla", "ada"]
    );
    let user = world.scim("GET", &format!("/Users/{}", ids[0]), None).await;
    let url = format!("http://{}/acme/entra/scim/v2/Groups/{tier}", world.app.scim);
    assert_eq!(
        user.body["groups"],
        json!([{"value": tier, "$ref": url, "display": "Tier2", "type": "direct"}])
    );
    let none = world
        .scim(
            "GET",
            &format!("/Users/{}?excludedAttributes=groups", ids[0]),
            None,
        )
        .await;
    assert_eq!(none.body.get("groups"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn entity_tags_guard_writes_and_spare_reads() {
    let world = World::start().await;
    let made = world.scim("POST", "/Users", Some(ada())).await;
    let path = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
    let first = tag(&made);
    let read = world.scim("GET", &path, None).await;
    assert_eq!(tag(&read), first);
    let spared = with(&world, "GET", &path, ("if-none-match", &first), None).await;
    assert_eq!((spared.status, spared.body.is_null()), (304, true));
    let rename = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "Lead"}]});
    let changed = with(
        &world,
        "PATCH",
        &path,
        ("if-match", &first),
        Some(rename.clone()),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let second = tag(&changed);
    assert_ne!(second, first);
    for (method, body) in [
        ("PATCH", Some(rename.clone())),
        ("PUT", Some(ada())),
        ("DELETE", None),
    ] {
        let stale = with(&world, method, &path, ("if-match", &first), body).await;
        assert_eq!(stale.status, 412, "{method}: {}", stale.body);
        assert_eq!(stale.body["status"], "412");
    }
    let same = world
        .patch(
            &path[7..],
            json!([{"op": "replace", "path": "title", "value": "Lead"}]),
        )
        .await;
    assert_eq!(tag(&same), second, "what changes nothing keeps the tag");
    let fresh = with(&world, "GET", &path, ("if-none-match", &first), None).await;
    assert_eq!(fresh.status, 200);
    let gone = with(&world, "DELETE", &path, ("if-match", "*"), None).await;
    assert_eq!(gone.status, 204, "{}", gone.body);

    let id = group(&world, "Tier1", &[]).await;
    let path = format!("/Groups/{id}");
    let first = tag(&world.scim("GET", &path, None).await);
    let member = world.created(person("bob", "Bob", "Example")).await;
    let add = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "add", "path": "members", "value": [{"value": member}]}]});
    let added = with(
        &world,
        "PATCH",
        &path,
        ("if-match", &first),
        Some(add.clone()),
    )
    .await;
    assert_eq!(added.status, 204, "{}", added.body);
    let stale = with(&world, "PATCH", &path, ("if-match", &first), Some(add)).await;
    assert_eq!(stale.status, 412);
    assert_eq!(tag(&world.scim("GET", &path, None).await), tag(&added));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_request_makes_users_and_a_group_of_them() {
    let world = World::start().await;
    let bob = person("bob", "Bob", "Example");
    let mut broken = person("eve", "Eve", "Example");
    broken["userName"] = json!("");
    let body = json!({"schemas": [BULK], "Operations": [
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data":
            {"schemas": [GROUP], "displayName": "Tier1", "members": [{"value": "bulkId:a"}, {"value": "bulkId:b"}]}},
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": ada()},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": bob},
        {"method": "POST", "path": "/Users", "bulkId": "e", "data": broken},
        {"method": "PATCH", "path": "/Users/bulkId:a", "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "title", "value": "Lead"}]}},
        {"method": "DELETE", "path": "/Users/00919288221112222"},
    ]});
    let reply = world.scim("POST", "/Bulk", Some(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(
        reply.body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    );
    let operations = reply.body["Operations"].as_array().expect("operations");
    let statuses: Vec<&str> = operations
        .iter()
        .map(|one| one["status"].as_str().expect("a status"))
        .collect();
    assert_eq!(statuses, ["201", "201", "201", "400", "200", "404"]);
    assert_eq!(operations[3]["response"]["scimType"], "invalidValue");
    let url = operations[1]["location"].as_str().expect("a location");
    let path = url.split_once("/scim/v2").expect("a path").1;
    let made = world.scim("GET", path, None).await;
    assert_eq!(
        (&made.body["title"], &made.body["groups"][0]["display"]),
        (&json!("Lead"), &json!("Tier1"))
    );
    assert_eq!(json!(tag(&made)), operations[4]["version"]);
    assert_eq!(
        names(&world.scim("GET", "/Users", None).await),
        ["ada", "bob"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_request_ends_at_fail_on_errors_and_knows_its_limits() {
    let world = World::start().await;
    let missing = || json!({"method": "DELETE", "path": "/Users/00919288221112222"});
    let body = json!({"schemas": [BULK], "failOnErrors": 2, "Operations": [
        missing(), missing(), {"method": "POST", "path": "/Users", "bulkId": "a", "data": ada()},
    ]});
    let reply = world.scim("POST", "/Bulk", Some(body)).await;
    assert_eq!(reply.body["Operations"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        names(&world.scim("GET", "/Users", None).await),
        Vec::<String>::new()
    );
    let many: Vec<Value> = (0..1_001).map(|_| missing()).collect();
    let many = world
        .scim(
            "POST",
            "/Bulk",
            Some(json!({"schemas": [BULK], "Operations": many})),
        )
        .await;
    assert_eq!(many.status, 413, "{}", many.body);
    let circular = json!({"schemas": [BULK], "Operations": [
        {"method": "PATCH", "path": "/Users/bulkId:nobody", "data": {"Operations": []}},
    ]});
    let reply = world.scim("POST", "/Bulk", Some(circular)).await;
    assert_eq!(
        reply.body["Operations"][0]["status"], "400",
        "{}",
        reply.body
    );
    let large = json!({"schemas": [BULK], "Operations": [], "x": "x".repeat(1024 * 1024)});
    assert_eq!(world.scim("POST", "/Bulk", Some(large)).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_tells_the_truth() {
    let world = World::start().await;
    let config = world.scim("GET", "/ServiceProviderConfig", None).await.body;
    for (what, value) in [
        ("/patch/supported", json!(true)),
        ("/bulk/supported", json!(true)),
        ("/bulk/maxOperations", json!(1000)),
        ("/bulk/maxPayloadSize", json!(1024 * 1024)),
        ("/filter/supported", json!(true)),
        ("/sort/supported", json!(true)),
        ("/etag/supported", json!(true)),
        ("/changePassword/supported", json!(false)),
        ("/authenticationSchemes/0/type", json!("oauthbearertoken")),
    ] {
        assert_eq!(config.pointer(what), Some(&value), "{what}");
    }
    let user = world
        .scim("GET", &format!("/Schemas/{CORE}"), None)
        .await
        .body;
    let attributes = user["attributes"].as_array().expect("attributes");
    let required = |name: &str| {
        let attribute = attributes
            .iter()
            .find(|attribute| attribute["name"] == name);
        attribute.unwrap_or_else(|| panic!("{name}"))["required"].clone()
    };
    // What CXone requires of a user, and nothing else.
    for name in ["userName", "name", "emails"] {
        assert_eq!(required(name), true, "{name}");
    }
    for name in ["displayName", "title", "phoneNumbers", "active", "roles"] {
        assert_eq!(required(name), false, "{name}");
    }
    assert!(
        !attributes
            .iter()
            .any(|attribute| attribute["name"] == "password")
    );
    let types = world.scim("GET", "/ResourceTypes", None).await.body;
    assert_eq!(types["totalResults"], 2);
    for path in [
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        &format!("/Schemas/{GROUP}"),
    ] {
        let reply = world.scim("GET", path, None).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.body.to_string().contains("null"), "{path}");
        let refused = world
            .scim("GET", &format!("{path}?filter=id%20pr"), None)
            .await;
        assert_eq!(refused.status, 403, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_the_mapper_reads_is_told() {
    let urn = "urn:ietf:params:scim:schemas:extension:cxone:2.0:User";
    let connections = format!(
        r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings.attributes]
team = "{urn}:skill"
"#
    );
    let world = World::with(&connections).await;
    let schema = world.scim("GET", &format!("/Schemas/{urn}"), None).await;
    assert_eq!(schema.status, 200, "{}", schema.body);
    assert_eq!(schema.body["attributes"][0]["name"], "skill");
    let user = world.scim("GET", "/ResourceTypes/User", None).await.body;
    let extensions = user["schemaExtensions"].as_array().expect("extensions");
    assert!(
        extensions
            .iter()
            .any(|extension| extension["schema"] == urn),
        "{user}"
    );
}
