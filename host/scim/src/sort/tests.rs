use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::ScimType;
use crate::filter::Filter;

fn sort(by: &str, order: &str) -> Result<Option<Sort>, Error> {
    Sort::from_query(Some(by), Some(order), ResourceSchemas::user())
}

/// The ids of `resources` in order.
fn sorted(by: &str, order: &str, resources: &[Value]) -> Vec<String> {
    let sort = sort(by, order).unwrap().unwrap();
    let mut keyed: Vec<_> = resources
        .iter()
        .map(|resource| (sort.key(resource.as_object().unwrap()), &resource["id"]))
        .collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    keyed
        .into_iter()
        .map(|(_, id)| id.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn values_have_their_types_order() {
    let urn = "urn:example:2.0:User";
    let enterprise = crate::urn::ENTERPRISE_USER;
    for (by, resources, wanted) in [
        (
            "userName",
            json!([{"id": "1", "userName": "b"}, {"id": "2", "userName": "A"}, {"id": "3", "userName": "C"}, {"id": "4", "userName": "ä"}]),
            "2134",
        ),
        (
            "externalId",
            json!([{"id": "1", "externalId": "b"}, {"id": "2", "externalId": "a"}, {"id": "3", "externalId": "C"}, {"id": "4"}]),
            "3214",
        ),
        (
            "META.lastmodified",
            json!([{"id": "1", "meta": {"lastModified": "2026-01-31T11:00:00+01:00"}}, {"id": "2", "meta": {"lastModified": "2026-01-31T10:30:00Z"}},
                   {"id": "3", "meta": {"lastModified": "2026-01-31T09:59:59"}}, {"id": "4", "meta": {}}]),
            "3124",
        ),
        (
            "urn:example:2.0:User:level",
            json!([{"id": "1", (urn): {"level": 10}}, {"id": "2", (urn): {"level": 9.5}}, {"id": "3", (urn): {"Level": -1}},
                   {"id": "4", (urn): {"level": "1"}}]),
            "3214",
        ),
        (
            "active",
            json!([{"id": "1"}, {"id": "2", "active": true}, {"id": "3", "active": false}]),
            "321",
        ),
        (
            "emails",
            json!([{"id": "1", "emails": [{"value": "z"}, {"value": "a", "primary": true}]}, {"id": "2", "emails": [{"value": "B"}, {"value": "a"}]},
                   {"id": "3", "emails": [{"display": "x"}, {"value": "c"}]}, {"id": "4", "emails": []}]),
            "1234",
        ),
        (
            "emails[type eq \"work\"].value",
            json!([{"id": "1", "emails": [{"value": "z", "type": "work"}, {"value": "a"}]}, {"id": "2", "emails": [{"value": "b"}]},
                   {"id": "3", "emails": [{"value": "c", "type": "Work"}]}]),
            "312",
        ),
        (
            "name.familyName",
            json!([{"id": "1", "name": {"familyName": "Hopper"}}, {"id": "2", "name": {"familyName": ""}}, {"id": "3", "name": {"familyName": "byron"}}]),
            "312",
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            json!([{"id": "1", (enterprise): {"manager": {"value": "b"}}}, {"id": "2", (enterprise): {"manager": {"value": "B"}}}, {"id": "3"}]),
            "213",
        ),
    ] {
        let resources = resources.as_array().unwrap();
        assert_eq!(sorted(by, "", resources).concat(), wanted, "{by}");
        let mut backwards = sorted(by, "DESCENDING", resources);
        backwards.reverse();
        assert_eq!(backwards.concat(), wanted, "{by}");
    }
}

#[test]
fn a_missing_value_is_last_and_first() {
    let resources = [json!({"id": "1"}), json!({"id": "2", "title": "x"})];
    assert_eq!(sorted("title", "ascending", &resources), ["2", "1"]);
    assert_eq!(sorted("title", "Descending", &resources), ["1", "2"]);
}

#[test]
fn big_numbers_are_told_apart() {
    let urn = "urn:example:2.0:User";
    let resources = [
        json!({"id": "1", (urn): {"n": 9_007_199_254_740_993_i64}}),
        json!({"id": "2", (urn): {"n": 9_007_199_254_740_992.0}}),
        json!({"id": "3", (urn): {"n": u64::MAX}}),
        json!({"id": "4", (urn): {"n": u64::MAX - 1}}),
    ];
    let by = format!("{urn}:n");
    assert_eq!(sorted(&by, "", &resources), ["2", "1", "4", "3"]);
}

#[test]
fn what_cannot_be_sorted_by_is_refused() {
    for (by, order, wanted) in [
        ("nope", "", ScimType::InvalidPath),
        ("name", "", ScimType::InvalidPath),
        ("name.nope", "", ScimType::InvalidPath),
        ("addresses", "", ScimType::InvalidPath),
        ("password", "", ScimType::InvalidPath),
        ("urn:example:2.0:User", "", ScimType::InvalidPath),
        ("userName", "up", ScimType::InvalidValue),
    ] {
        let error = sort(by, order).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(wanted)), "{by}");
        assert!(error.detail.starts_with("sort"), "{error}");
    }
    let schemas = ResourceSchemas::user();
    for (by, order) in [(None, Some("up")), (Some(" "), None), (None, None)] {
        assert_eq!(Sort::from_query(by, order, schemas).unwrap(), None);
    }
    let by_groups = sort("groups.display", "").unwrap().unwrap();
    assert!(by_groups.mentions("Groups") && !by_groups.mentions("display"));
}

#[test]
fn debug_shows_no_values() {
    let sort = sort("title", "").unwrap().unwrap();
    let key = sort.key(json!({"title": "canary"}).as_object().unwrap());
    assert!(!format!("{key:?}").contains("canary"));
}

/// Attributes of every type, with values of that type and now and then of another.
fn resource() -> impl Strategy<Value = Value> {
    let text = "[aAbBäÄßσςΣ ]{0,3}".prop_map(Value::from);
    let time = "2026-01-0[1-3]T0[0-2]:00:00(Z|\\+01:00|-00:30|)".prop_map(Value::from);
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-3_i8..3).prop_map(|small| json!(f64::from(small) / 2.0)),
        (-3_i8..3).prop_map(|small| json!(small)),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Value::Number)),
    ];
    let open = prop_oneof![
        text.clone(),
        number,
        any::<bool>().prop_map(Value::from),
        Just(json!([])),
        Just(json!({"value": "a"}))
    ];
    (text.clone(), text, time, open, any::<Option<bool>>()).prop_map(|(name, exact, time, open, active)| {
        json!({"userName": name, "externalId": exact, "meta": {"lastModified": time}, "urn:example:2.0:User": {"x": open}, "active": active})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn keys_are_totally_ordered_as_filters_compare(
        resources in proptest::collection::vec(resource(), 3),
        by in "(userName|externalId|meta\\.lastModified|urn:example:2\\.0:User:x|active)",
        descending in any::<bool>(),
    ) {
        let sort = sort(&by, if descending { "descending" } else { "ascending" }).unwrap().unwrap();
        let keys: Vec<SortKey> = resources.iter().map(|resource| sort.key(resource.as_object().unwrap())).collect();
        for (left, right) in [(0, 1), (0, 2), (1, 2)] {
            prop_assert_eq!(keys[left].cmp(&keys[right]), keys[right].cmp(&keys[left]).reverse());
            prop_assert_eq!(keys[left] == keys[right], keys[left].cmp(&keys[right]).is_eq());
        }
        let mut order = keys.clone();
        order.sort();
        prop_assert!(order[0] <= order[1] && order[1] <= order[2] && order[0] <= order[2]);
        // What a filter on the other's value says agrees.
        let value = |resource: &Value| match by.as_str() {
            "meta.lastModified" => resource["meta"]["lastModified"].clone(),
            "urn:example:2.0:User:x" => Value::Null,
            name => resource[name].clone(),
        };
        let (left, right) = (value(&resources[0]), value(&resources[1]));
        if let (Value::String(a), Value::String(b)) = (&left, &right) && !a.is_empty() && !b.is_empty() && by != "active" {
            // A time without an offset is not before or after one with it, to a filter.
            let has_offset = |text: &str| text.parse::<ScimDateTime>().is_ok_and(|time| time.has_offset());
            if has_offset(a) == has_offset(b) {
                let filter = Filter::parse(&format!("{by} lt {right}"), ResourceSchemas::user()).unwrap();
                let before = if descending { keys[0] > keys[1] } else { keys[0] < keys[1] };
                prop_assert_eq!(filter.matches_map(resources[0].as_object().unwrap()), before, "{} {}", left, right);
            }
        }
    }
}
