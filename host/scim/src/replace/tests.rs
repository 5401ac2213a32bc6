use serde_json::json;

use super::*;
use crate::dialect::{GENERIC, OKTA, ONELOGIN};
use crate::normalise::{self, Write};

const ENT: &str = urn::ENTERPRISE_USER;

fn user(body: Value) -> Resource {
    normalise::user(body, &GENERIC, Write::Replace).unwrap()
}

fn before() -> Resource {
    user(
        json!({"userName": "ada01", "active": true, "title": "Lead", "nickName": "Countess",
                "name": {"givenName": "Ada"}, (ENT): {"department": "Voice", "costCenter": "7"}}),
    )
}

#[test]
fn generic_replaces_all_but_what_is_required() {
    let after = replace(
        &before(),
        user(json!({"title": "Boss"})),
        &BTreeSet::new(),
        &GENERIC,
    );
    assert_eq!(
        Value::Object(after.into_map()),
        json!({"schemas": [urn::USER], "title": "Boss", "userName": "ada01", "active": true})
    );
}

#[test]
fn l02_a_template_clears_only_what_it_carried() {
    let carried = carried_by(&user(
        json!({"userName": "x", "title": "x", (ENT): {"costCenter": "1"}}),
    ));
    assert_eq!(
        carried.iter().map(String::as_str).collect::<Vec<_>>(),
        ["title", &format!("{ENT}:costCenter"), "userName"]
    );
    for dialect in [&OKTA, &ONELOGIN] {
        let put = user(json!({"userName": "ada02", "active": "False", "title": ""}));
        let after = replace(&before(), put, &carried, dialect);
        assert_eq!(
            Value::Object(after.into_map()),
            json!({"schemas": [urn::USER, ENT], "userName": "ada02", "active": false, "nickName": "Countess",
                   "name": {"givenName": "Ada"}, (ENT): {"department": "Voice"}})
        );
    }
}

#[test]
fn o04_a_merged_body_comes_back_as_it_was() {
    let mut merged = Value::Object(before().into_map());
    merged["id"] = json!("u1");
    merged["meta"] = json!({"resourceType": "User"});
    merged["title"] = json!("Boss");
    let after = replace(&before(), user(merged), &carried_by(&before()), &OKTA);
    assert_eq!(after.as_map()["title"], json!("Boss"));
    assert_eq!(after.as_map().len(), before().as_map().len());
}

#[test]
fn a_group_keeps_its_name() {
    let group = |body| normalise::group(body, &GENERIC, Write::Replace).unwrap();
    let before = group(json!({"displayName": "Tier1", "members": [{"value": "u1"}]}));
    let after = replace(
        &before,
        group(json!({"members": []})),
        &BTreeSet::new(),
        &GENERIC,
    );
    assert_eq!(
        Value::Object(after.into_map()),
        json!({"schemas": [urn::GROUP], "members": [], "displayName": "Tier1"})
    );
}
