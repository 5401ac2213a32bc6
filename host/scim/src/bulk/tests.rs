use proptest::prelude::*;
use serde_json::json;

use super::*;

const BASE: &str = "https://scim.example.com/acme/generic/scim/v2";

fn bulk(operations: Value) -> Bulk {
    parse(operations).unwrap()
}

fn parse(operations: Value) -> Result<Bulk, Error> {
    Bulk::parse(json!({"schemas": [urn::BULK_REQUEST], "Operations": operations}))
}

fn post(name: &str, kind: &str, refers_to: &[&str]) -> Value {
    let members: Vec<Value> = refers_to
        .iter()
        .map(|name| json!({"value": format!("bulkId:{name}")}))
        .collect();
    json!({"method": "POST", "path": kind, "bulkId": name, "data": {"members": members}})
}

/// Runs a job in which a POST of `name` makes `id-name`, and those fail whose bulkId is in `failing`.
fn run(bulk: Bulk, failing: &[&str]) -> (Vec<Operation>, Value) {
    let mut run = Run::new(bulk, BASE);
    let mut seen = Vec::new();
    while let Some(operation) = run.begin() {
        let name = operation.bulk_id.clone().unwrap_or_default();
        run.end(if failing.contains(&name.as_str()) {
            Outcome::failure(&Error::uniqueness("userName is taken"))
        } else {
            let (status, id) = match operation.method {
                Method::Post => (201, Some(format!("id-{name}"))),
                Method::Delete => (204, None),
                Method::Put | Method::Patch => (200, None),
            };
            Outcome {
                status,
                id,
                version: Some("W/\"1\"".to_owned()),
                response: None,
            }
        });
        seen.push(operation);
    }
    (seen, run.response())
}

fn statuses(response: &Value) -> Vec<&str> {
    let operations = response["Operations"].as_array().unwrap();
    operations
        .iter()
        .map(|operation| operation["status"].as_str().unwrap())
        .collect()
}

#[test]
fn operations_are_read_tolerantly() {
    let body = json!({"operations": [
        {"METHOD": "post", "path": "/Users", "bulkId": 7, "data": {"userName": "ada@example.com"}},
        {"method": "PUT", "path": "Users/u1/", "version": "W/\"3\"", "data": {}},
        {"method": "Delete", "path": "//groups/bulkId:x", "data": {"x": 1}, "bulkId": "", "version": null},
    ], "failOnErrors": 0});
    let bulk = Bulk::parse(body).unwrap();
    assert_eq!(bulk.fail_on_errors, Some(1));
    let shown: Vec<_> = bulk
        .operations
        .iter()
        .map(|operation| {
            let id = operation.endpoint.id.as_deref();
            (
                operation.method,
                operation.bulk_id.as_deref(),
                operation.endpoint.resource_type,
                id,
                operation.version.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Method::Post, Some("7"), ResourceType::User, None, None),
            (
                Method::Put,
                None,
                ResourceType::User,
                Some("u1"),
                Some("W/\"3\"")
            ),
            (
                Method::Delete,
                None,
                ResourceType::Group,
                Some("bulkId:x"),
                None
            ),
        ]
    );
    assert_eq!(bulk.operations[2].data, Value::Null);
    assert!(!format!("{bulk:?}").contains("ada@"));
    assert_eq!(
        Bulk::parse(json!({"Operations": []})).unwrap().operations,
        []
    );
}

#[test]
fn a_wrong_form_is_refused_before_anything_is_done() {
    let good = post("a", "/Users", &[]);
    for (bad, wanted) in [
        (json!(7), "Operations[1]: expected an object"),
        (json!({"path": "/Users"}), "Operations[1]: method: "),
        (
            json!({"method": "GET", "path": "/Users"}),
            "Operations[1]: method: ",
        ),
        (
            json!({"method": "POST", "bulkId": "b", "data": {}}),
            "Operations[1]: path: missing",
        ),
        (
            json!({"method": "POST", "path": 7, "bulkId": "b", "data": {}}),
            "Operations[1]: path: expected a string",
        ),
        (
            json!({"method": "POST", "path": "/Me", "bulkId": "b", "data": {}}),
            "Operations[1]: path: expected /Users",
        ),
        (
            json!({"method": "PUT", "path": "/Users/u1/x", "data": {}}),
            "Operations[1]: path: expected /Users",
        ),
        (
            json!({"method": "PUT", "path": "/Users/.search", "data": {}}),
            "Operations[1]: path: expected /Users",
        ),
        (
            json!({"method": "POST", "path": "/Users/u1", "bulkId": "b", "data": {}}),
            "Operations[1]: path: a POST",
        ),
        (
            json!({"method": "DELETE", "path": "/Users"}),
            "Operations[1]: path: the resource's id",
        ),
        (
            json!({"method": "POST", "path": "/Users", "data": {}}),
            "Operations[1]: bulkId: a POST needs one",
        ),
        (
            json!({"method": "POST", "path": "/Users", "bulkId": "b"}),
            "Operations[1]: data: ",
        ),
        (
            json!({"method": "PATCH", "path": "/Users/u1", "data": "canary"}),
            "Operations[1]: data: ",
        ),
        (good.clone(), "Operations[1]: bulkId: \"a\" is given twice"),
    ] {
        let error = parse(json!([good, bad])).unwrap_err();
        assert_eq!(error.status, 400, "{bad}");
        assert!(error.detail.starts_with(wanted), "{bad}: {error}");
        assert!(!error.detail.contains("canary"));
    }
    for body in [
        json!([]),
        json!({}),
        json!({"Operations": {}}),
        json!({"schemas": [urn::PATCH_OP], "Operations": []}),
        json!({"Operations": [], "failOnErrors": "x"}),
        json!({"Operations": [], "failOnErrors": -1}),
        json!({"Operations": [], "failOnErrors": true}),
    ] {
        assert_eq!(
            Bulk::parse(body.clone()).unwrap_err().scim_type,
            Some(ScimType::InvalidSyntax),
            "{body}"
        );
    }
}

#[test]
fn limits_are_told_with_413() {
    let delete = json!({"method": "DELETE", "path": "/Users/u1"});
    assert!(parse(vec![delete.clone(); MAX_OPERATIONS].into()).is_ok());
    let error = parse(vec![delete; MAX_OPERATIONS + 1].into()).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (413, Some(ScimType::TooMany))
    );
    assert!(error.detail.contains("maxOperations (1000)"), "{error}");
    let error = payload_too_large(1_048_576);
    assert!(error.status == 413 && error.detail.contains("maxPayloadSize (1048576"));
}

/// RFC 7644 section 3.7.2: a group of a user who is made in the same request, in both orders.
#[test]
fn references_are_resolved_forwards_and_backwards() {
    let user = json!({"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "Alice"}});
    let group = json!({"method": "POST", "path": "/Groups", "bulkId": "ytrewq", "data": {
        "displayName": "Tour Guides", "note": "see bulkId:qwerty", "members": [{"type": "User", "value": "bulkId:qwerty"}]}});
    let patch = json!({"method": "PATCH", "path": "/Groups/bulkId:ytrewq", "data": {"Operations": [
        {"op": "add", "path": "members", "value": ["bulkId:qwerty", "bulkId:", "u9"]}]}});
    for operations in [
        json!([user, group, patch]),
        json!([group, user, patch]),
        json!([patch, group, user]),
    ] {
        let places: Vec<usize> = [&user, &group, &patch]
            .iter()
            .map(|wanted| {
                let all = operations.as_array().unwrap();
                all.iter().position(|one| one == *wanted).unwrap()
            })
            .collect();
        let bulk = bulk(operations);
        assert_eq!(bulk.order().sequence, places);
        let (seen, response) = run(bulk, &[]);
        assert_eq!(seen[1].data["members"][0]["value"], "id-qwerty");
        assert_eq!(seen[1].data["note"], "see bulkId:qwerty");
        assert_eq!(seen[2].endpoint.id.as_deref(), Some("id-ytrewq"));
        assert_eq!(
            seen[2].data["Operations"][0]["value"],
            json!(["id-qwerty", "bulkId:", "u9"])
        );
        let mut statuses = statuses(&response);
        statuses.sort_unstable();
        assert_eq!(statuses, ["200", "201", "201"]);
        assert_eq!(
            response["Operations"][places[0]],
            json!({"method": "POST", "bulkId": "qwerty", "location": format!("{BASE}/Users/id-qwerty"), "version": "W/\"1\"", "status": "201"})
        );
    }
}

#[test]
fn what_is_done_to_one_resource_stays_in_order() {
    let add = json!({"method": "PATCH", "path": "/Groups/g1", "data": {"Operations": [{"op": "add", "path": "members", "value": "bulkId:a"}]}});
    let clear = json!({"method": "PATCH", "path": "/Groups/g1", "data": {"Operations": [{"op": "replace", "path": "members", "value": []}]}});
    let other = json!({"method": "DELETE", "path": "/Groups/g2"});
    let bulk = bulk(json!([add, clear, other, post("a", "/Users", &[])]));
    assert_eq!(bulk.order().sequence, [2, 3, 0, 1]);
}

#[test]
fn circles_and_what_nobody_makes_are_named() {
    let bulk = bulk(json!([
        post("a", "/Groups", &["b"]),
        post("b", "/Groups", &["a"]),
        post("c", "/Groups", &["a"]),
        post("d", "/Groups", &["d"]),
        post("e", "/Groups", &["nobody"]),
        {"method": "PATCH", "path": "/Groups/g1", "bulkId": "f", "data": {"Operations": []}},
        post("g", "/Groups", &["f"]),
        post("h", "/Groups", &["e"]),
        {"method": "PATCH", "path": "/Groups/g1", "data": {"x": "bulkId:c"}},
        {"method": "DELETE", "path": "/Groups/g1"},
        post("i", "/Groups", &["j"]),
        post("j", "/Users", &[]),
    ]));
    let (seen, response) = run(bulk, &[]);
    assert_eq!(
        statuses(&response),
        [
            "409", "409", "409", "409", "400", "200", "400", "409", "409", "204", "201", "201"
        ]
    );
    assert_eq!(seen.len(), 4);
    for (index, wanted) in [
        (0, "bulkId:a: a circular reference"),
        (2, "bulkId:a: the operation that makes it failed"),
        (3, "bulkId:d: a circular reference"),
        (4, "bulkId:nobody: no POST"),
        (6, "bulkId:f: no POST"),
    ] {
        let detail = response["Operations"][index]["response"]["detail"]
            .as_str()
            .unwrap();
        assert!(detail.starts_with(wanted), "{detail}");
    }
    assert_eq!(
        response["Operations"][4]["response"]["scimType"],
        "invalidValue"
    );
    assert!(response["Operations"][4].get("location").is_none());
    assert_eq!(
        response["Operations"][8]["location"],
        format!("{BASE}/Groups/g1")
    );
}

#[test]
fn a_failure_fails_those_that_refer_to_it_and_no_others() {
    let operations = json!([
        post("a", "/Users", &[]),
        post("b", "/Groups", &["a"]),
        post("c", "/Groups", &["b"]),
        post("d", "/Users", &[]),
    ]);
    let (_, response) = run(bulk(operations.clone()), &["a"]);
    assert_eq!(statuses(&response), ["409", "409", "409", "201"]);
    assert_eq!(
        response["Operations"][0]["response"],
        Error::uniqueness("userName is taken").to_json()
    );
    for (limit, wanted) in [
        (1, vec!["409"]),
        (2, vec!["409", "409"]),
        (4, vec!["409", "409", "409", "201"]),
    ] {
        let mut bulk = bulk(operations.clone());
        bulk.fail_on_errors = Some(limit);
        assert_eq!(statuses(&run(bulk, &["a"]).1), wanted, "{limit}");
    }
}

#[test]
fn the_largest_request_is_ordered_at_once() {
    let operations: Vec<Value> = (0..MAX_OPERATIONS)
        .map(|index| {
            let before: Vec<String> = (index + 1..MAX_OPERATIONS)
                .map(|other| other.to_string())
                .collect();
            let names: Vec<&str> = before.iter().take(40).map(String::as_str).collect();
            post(&index.to_string(), "/Groups", &names)
        })
        .collect();
    let sequence = bulk(operations.into()).order().sequence;
    assert!(sequence.into_iter().rev().eq(0..MAX_OPERATIONS));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_operation_comes_once_and_after_what_it_needs(
        edges in proptest::collection::vec((0_usize..8, 0_usize..8), 0..10),
        patches in proptest::collection::vec((0_usize..8, 0_usize..3), 0..6),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let mut operations: Vec<Value> = (0..8)
            .map(|index| {
                let needs: Vec<String> = edges.iter().filter(|(from, _)| *from == index).map(|(_, to)| to.to_string()).collect();
                let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
                post(&index.to_string(), "/Groups", &needs)
            })
            .collect();
        for (needs, group) in patches {
            let patch = json!({"method": "PATCH", "path": format!("/Groups/g{group}"), "data": {"x": format!("bulkId:{needs}")}});
            operations.insert(shuffle.index(operations.len()), patch);
        }
        let bulk = bulk(operations.into());
        let order = bulk.order();
        let mut all = order.sequence.clone();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..bulk.operations.len()));
        // Who is in a circle is found by walking.
        let needs = |name: &str| -> BTreeSet<String> {
            let maker = bulk.operations.iter().find(|operation| operation.bulk_id.as_deref() == Some(name));
            maker.map(|maker| maker.references().into_iter().map(str::to_owned).collect()).unwrap_or_default()
        };
        let place = |index: usize| order.sequence.iter().position(|other| *other == index).unwrap();
        for (index, operation) in bulk.operations.iter().enumerate() {
            let mut reached: BTreeSet<String> = BTreeSet::new();
            let mut open: Vec<String> = operation.references().into_iter().map(str::to_owned).collect();
            while let Some(name) = open.pop() {
                if reached.insert(name.clone()) {
                    open.extend(needs(&name));
                }
            }
            let is_circular = operation.bulk_id.as_ref().is_some_and(|name| reached.contains(name));
            if is_circular {
                prop_assert!(order.refused.contains_key(&index));
            }
            if !order.refused.contains_key(&index) {
                for name in operation.references() {
                    let maker = bulk.operations.iter().position(|other| other.bulk_id.as_deref() == Some(name)).unwrap();
                    prop_assert!(place(maker) < place(index));
                }
            }
            if operation.method == Method::Patch {
                for (later, other) in bulk.operations.iter().enumerate().skip(index + 1) {
                    prop_assert!(other.endpoint != operation.endpoint || place(index) < place(later));
                }
            }
        }
        let acyclic = bulk.operations.iter().enumerate().all(|(index, _)| !order.refused.contains_key(&index));
        let (seen, _) = run(bulk.clone(), &[]);
        prop_assert!(!acyclic || seen.len() == bulk.operations.len());
    }
}
