use serde_json::json;

use super::*;
use crate::urn;

const ENT: &str = urn::ENTERPRISE_USER;

fn projected(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let user = json!({
        "schemas": [urn::USER, ENT], "id": "u1", "userName": "ada", "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"value": "x", "type": "work"}, {"value": "y"}],
        (ENT): {"department": "Voice", "manager": {"value": "u2", "displayName": "Grace"}},
        "meta": {"resourceType": "User", "location": "l"},
    });
    let Value::Object(mut map) = user else {
        panic!("an object")
    };
    Projection::from_query(attributes, excluded, ResourceSchemas::user()).apply(&mut map);
    for always in ["schemas", "id"] {
        assert!(map.shift_remove(always).is_some(), "{always} stays");
    }
    Value::Object(map)
}

#[test]
fn only_what_is_named() {
    for (names, wanted) in [
        ("USERNAME", json!({"userName": "ada"})),
        ("id", json!({})),
        ("nope", json!({})),
        (
            "userName,name.givenName",
            json!({"userName": "ada", "name": {"givenName": "Ada"}}),
        ),
        (
            "name.givenName, name",
            json!({"name": {"givenName": "Ada", "familyName": "Byron"}}),
        ),
        ("emails.type", json!({"emails": [{"type": "work"}]})),
        ("emails.display", json!({})),
        ("meta.location", json!({"meta": {"location": "l"}})),
    ] {
        assert_eq!(projected(Some(names), None), wanted, "{names}");
        assert_eq!(
            projected(Some(names), Some("userName")),
            wanted,
            "{names} counts, not excludedAttributes"
        );
    }
    let department = json!({(ENT): {"department": "Voice"}});
    assert_eq!(
        projected(Some(&format!("{ENT}:department")), None),
        department
    );
    assert_eq!(projected(Some("department"), None), department);
    assert_eq!(
        projected(Some(&format!("{ENT}:manager.value")), None),
        json!({(ENT): {"manager": {"value": "u2"}}})
    );
    assert_eq!(
        projected(Some(&ENT.to_lowercase()), None)[ENT]["department"],
        json!("Voice")
    );
    assert_eq!(
        projected(Some(&format!("{}:userName", urn::USER)), None),
        json!({"userName": "ada"})
    );
    assert_eq!(projected(Some(urn::USER), None)["userName"], json!("ada"));
}

#[test]
fn all_but_what_is_named() {
    let all = projected(None, None);
    assert_eq!(projected(None, Some("nope,id,schemas")), all);
    assert_eq!(projected(Some(" "), Some("")), all);
    assert!(projected(None, Some("EMAILS")).get("emails").is_none());
    assert_eq!(
        projected(None, Some("emails.type"))["emails"],
        json!([{"value": "x"}, {"value": "y"}])
    );
    assert!(projected(None, Some(ENT)).get(ENT).is_none());
    assert_eq!(
        projected(None, Some(&format!("{ENT}:manager")))[ENT],
        json!({"department": "Voice"})
    );
}

#[test]
fn a_caller_can_ask_before_it_collects() {
    let groups = |attributes, excluded| {
        Projection::from_query(attributes, excluded, ResourceSchemas::group()).wants("members")
    };
    assert!(
        groups(None, None)
            && groups(Some("members.value"), None)
            && groups(None, Some("members.display"))
    );
    assert!(!groups(None, Some("Members")) && !groups(Some("displayName"), None));
}
