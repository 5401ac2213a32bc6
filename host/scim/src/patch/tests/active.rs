//! What a PATCH says of `active` and what stays.

use super::*;

#[test]
fn who_is_inactive_stays_so_when_that_is_removed() {
    let removed = json!([{"op": "remove", "path": "active"}]);
    let after = |before: Value, operations: &Value| {
        let before = Resource::from_map(before.as_object().unwrap().clone());
        let after = patched(&before, operations.clone());
        let after = Resource::from_map(after.as_object().unwrap().clone());
        (after.active(), after.as_map().clone())
    };
    let base = json!({"schemas": [urn::USER], "userName": "ada@example.com"});
    let with = |active: Value| {
        let mut user = base.clone();
        user["active"] = active;
        user
    };
    for (active, stays) in [
        (json!(true), None),
        (json!(false), Some(false)),
        (Value::Null, Some(false)),
    ] {
        assert_eq!(after(with(active), &removed).0, stays);
    }
    assert_eq!(after(base.clone(), &removed).0, None);
    // Nothing else than a word on it changes that.
    let inactive = Value::Object(after(with(json!(false)), &removed).1);
    let title = json!([{"op": "replace", "path": "title", "value": "Lead"}]);
    assert_eq!(after(inactive.clone(), &title).0, Some(false));
    let back = json!([{"op": "replace", "path": "active", "value": true}]);
    assert_eq!(after(inactive.clone(), &back).0, Some(true));
    let put = normalise::user(base.clone(), &GENERIC, Write::Replace).unwrap();
    let before = Resource::from_map(inactive.as_object().unwrap().clone());
    let put = crate::replace::replace(&before, put, &Default::default(), &GENERIC);
    assert_eq!(put.active(), Some(false));
}
