use proptest::prelude::*;

use super::*;
use crate::error::ScimType;

fn refused(text: &[u8]) -> String {
    let error = parse(text, Limits::default()).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidSyntax))
    );
    error.detail
}

#[test]
fn what_readers_could_disagree_about_is_refused() {
    for (text, wanted) in [
        (
            &br#"{"active":true,"active":false}"#[..],
            "key \"active\" is given twice",
        ),
        (
            br#"{"userName":"a","USERNAME":"b"}"#,
            "key \"USERNAME\" is given twice",
        ),
        (br#"{"name":{"a":1,"A":2}}"#, "given twice"),
        (br#"{"a":1} x"#, "trailing characters"),
        (
            b"{\"a\":\n\"\xff\"}",
            "line 2, column 2: the body is not valid UTF-8",
        ),
        (br#"{"a":"x\u0000y"}"#, "NUL"),
        (br#"{"a\u0000":"x"}"#, "NUL"),
        (br#"{"a":"\ud800"}"#, "line 1"),
        (br#"{"a":1e999}"#, "number out of range"),
        (br#"{"a":"#, "EOF"),
        (b"", "EOF"),
        (br#"{'a':1}"#, "key must be a string"),
    ] {
        let detail = refused(text);
        assert!(
            detail.contains(wanted),
            "{detail} for {}",
            String::from_utf8_lossy(text)
        );
        assert!(detail.starts_with("line "), "{detail}");
    }
}

#[test]
fn depth_is_counted_in_objects_and_arrays() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(nested(32).as_bytes(), Limits::default()).is_ok());
    assert!(refused(nested(33).as_bytes()).contains("nested deeper than 32 levels"));
    assert!(refused(nested(1_000_000).as_bytes()).contains("nested deeper"));
    assert!(parse(nested(120).as_bytes(), Limits { max_depth: 1_000 }).is_err());
}

#[test]
fn values_stay_out_of_errors() {
    let detail = refused(br#"{"userName":"canary@example.com","userName":"canary@example.com"}"#);
    assert!(!detail.contains("canary"), "{detail}");
    let detail = refused(br#"{"userName":"canary@example.com" "x"}"#);
    assert!(!detail.contains("canary"), "{detail}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_serde_json(document in crate::json::tests::value()) {
        let text = serde_json::to_vec(&document).unwrap();
        let plain: Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(parse(&text, Limits::default()).unwrap(), plain);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, Limits::default());
    }
}

/// Documents whose keys differ by more than case and whose strings hold no NUL.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |number| Number::from_f64(number)
            .map(Value::Number)),
        "[^\u{0}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-z0-9é]{0,8}", inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}
