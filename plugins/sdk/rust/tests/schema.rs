//! The schema of case files, for editors: it takes what the readers take, and says what everything is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use serde_json::Value;

fn read(path: &str) -> Option<Value> {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_json::from_str(&std::fs::read_to_string(whole).unwrap()).ok()
}

/// What editors must refuse. Which export a case is of, no schema knows.
const REFUSED: [&str; 12] = [
    "bad-case-member.json",
    "bad-directory-member.json",
    "bad-expect-empty.json",
    "bad-expect-member.json",
    "bad-export-unknown.json",
    "bad-given-member.json",
    "bad-given-type.json",
    "bad-list.json",
    "bad-member.json",
    "bad-name-missing.json",
    "bad-no-cases.json",
    "bad-verdict.json",
];

#[test]
fn it_takes_and_refuses_what_the_readers_do() {
    let schema = read("cases.schema.json").unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let manifest = read("conformance/manifest.json").unwrap();
    for entry in manifest["files"].as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let Some(value) = read(&format!("conformance/{file}")) else {
            continue;
        };
        if entry["cases"].is_array() {
            let errors: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{file}: {errors:?}");
        } else if REFUSED.contains(&file) {
            assert!(!validator.is_valid(&value), "{file}");
        }
    }
    for file in [
        "../examples/cases/acme-skills.json",
        "../../host/workbench/templates/rust/mapper/cases/department.json",
        "../../host/workbench/templates/rust/rules/cases/domain.json",
        "../../host/workbench/templates/rust/template-chooser/cases/department.json",
    ] {
        assert!(validator.is_valid(&read(file).unwrap()), "{file}");
    }
}

/// Every member has words.
fn undescribed(path: &str, schema: &Value, found: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        for (name, member) in properties {
            let path = format!("{path}.{name}");
            if !member["description"].is_string() {
                found.push(path.clone());
            }
            undescribed(&path, member, found);
        }
    }
    if let Some(definitions) = schema["$defs"].as_object() {
        for (name, definition) in definitions {
            undescribed(name, definition, found);
        }
    }
    for alternative in schema["anyOf"].as_array().into_iter().flatten() {
        undescribed(path, alternative, found);
    }
}

#[test]
fn every_member_is_described() {
    let mut found = Vec::new();
    undescribed("", &read("cases.schema.json").unwrap(), &mut found);
    assert!(found.is_empty(), "{found:?}");
}
