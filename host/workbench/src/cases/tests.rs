use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

fn conformance() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../plugins/sdk/conformance"
    ))
}

fn manifest() -> Value {
    let text = std::fs::read_to_string(conformance().join("manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn files_are_read_as_all_readers_read_them() {
    let manifest = manifest();
    let files = manifest["files"].as_array().unwrap();
    let mut good = 0;
    for entry in files {
        let file = conformance().join(entry["file"].as_str().unwrap());
        let exports: Vec<Export> = match entry["exports"].as_array() {
            None => Export::ALL.to_vec(),
            Some(names) => names
                .iter()
                .map(|name| Export::parse(name.as_str().unwrap()).unwrap())
                .collect(),
        };
        let read = read(&file, &exports);
        if let Some(says) = entry["says"].as_array() {
            let error = read.expect_err(&entry.to_string()).to_string();
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name), "{error}");
            for text in says {
                assert!(error.contains(text.as_str().unwrap()), "{entry}: {error}");
            }
            continue;
        }
        good += 1;
        let cases = read.unwrap();
        let expected = entry["cases"].as_array().unwrap();
        assert_eq!(cases.len(), expected.len(), "{entry}");
        for (case, expected) in cases.iter().zip(expected) {
            assert_eq!(case.name, expected["name"].as_str().unwrap());
            assert_eq!(case.export.as_str(), expected["export"], "{}", case.name);
            assert_eq!(case.input, expected["input"], "{}", case.name);
            if let Some(directory) = expected.get("directory") {
                assert_eq!(case.directory, *directory, "{}", case.name);
            }
        }
    }
    assert!(good >= 5 && files.len() > good, "{good} of {}", files.len());
}

#[test]
fn outputs_are_compared_as_all_readers_compare_them() {
    let manifest = manifest();
    let comparisons = manifest["comparisons"].as_array().unwrap();
    assert!(comparisons.len() > 20, "{}", comparisons.len());
    for entry in comparisons {
        let log: Vec<String> =
            serde_json::from_value(entry.get("log").cloned().unwrap_or(json!([]))).unwrap();
        let differing: Vec<String> =
            compare(entry["expect"].as_object().unwrap(), &entry["output"], &log)
                .into_iter()
                .map(|difference| difference.member)
                .collect();
        assert_eq!(json!(differing), entry["differs"], "{}", entry["name"]);
    }
}

#[test]
fn large_whole_numbers_are_not_rounded() {
    assert!(!equal(
        &json!(9_007_199_254_740_993_u64),
        &json!(9_007_199_254_740_992_u64)
    ));
    assert!(equal(&json!(1), &json!(1.0)));
    assert!(!equal(&json!(1), &json!(-1)));
}

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let one =
        |name: &str| format!(r#"{{"cases":[{{"name":"{name}","expect":{{"target":{{}}}}}}]}}"#);
    assert!(read(folder.path(), &Export::ALL).is_err());
    for name in ["b", "a"] {
        std::fs::write(folder.path().join(name).with_extension("json"), one(name)).unwrap();
    }
    std::fs::write(folder.path().join("notes.md"), "no cases").unwrap();
    let names: Vec<String> = read(folder.path(), &Export::ALL)
        .unwrap()
        .into_iter()
        .map(|case| case.name)
        .collect();
    assert_eq!(names, ["a", "b"]);
}
