use super::*;
use crate::scene;

#[test]
fn a_bundled_plugin_is_told_in_words_and_json() {
    let (subject, engine) = scene::bundled("tenant-rules");
    let (standing, text) = scene::written(|screen| inspect(&subject, &engine, false, screen));
    assert_eq!(standing, Standing::Good);
    for part in [
        "tenant-rules 0.1.0  rules",
        "contract  jackfield:plugin@0.1.0",
        "digest    sha256:",
        "  log: writes lines to the operator's log",
        "  directory: reads roles",
        "allowed_domains",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (_, json) = scene::json(|screen| inspect(&subject, &engine, true, screen));
    assert_eq!(json["kinds"], json!(["rules"]));
    assert_eq!(json["bytes"], subject.bytes.len());
    assert!(
        json["settings"]["properties"]["required"].is_object(),
        "{json}"
    );
    let imports: Vec<&str> = json["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["import"].as_str().unwrap())
        .collect();
    assert!(
        imports.contains(&"directory") && !imports.contains(&"types"),
        "{imports:?}"
    );
}

#[test]
fn a_mapper_tells_what_it_takes() {
    let (subject, engine) = scene::bundled("entra");
    let (_, text) = scene::written(|screen| inspect(&subject, &engine, false, screen));
    assert!(
        text.contains("\ntakes\n") && text.contains("  emails[type eq \"work\"].value"),
        "{text}"
    );
    assert!(!text.contains("directory"), "{text}");
}

#[test]
fn what_is_no_plugin_is_refused_with_the_reason() {
    let engine = scene::engine();
    let other = Subject::find("entra").unwrap().bytes;
    // The version in every name of the binary, of equal length: built for another contract.
    let mut later = other.clone();
    let (from, to) = (b"@0.1.0", b"@0.2.0");
    for at in 0..later.len() - from.len() {
        if later[at..].starts_with(from) {
            later[at..at + to.len()].copy_from_slice(to);
        }
    }
    for (bytes, why) in [
        (b"(module)".to_vec(), "not a WebAssembly binary"),
        (b"\0asm\x01\0\0\0".to_vec(), "core module"),
        (other[..other.len() / 2].to_vec(), "not a valid component"),
        (later, "0.2.0"),
    ] {
        let subject = Subject::fetched("some.wasm", bytes);
        let (standing, text) = scene::written(|screen| inspect(&subject, &engine, false, screen));
        assert_eq!(standing, Standing::Bad, "{why}");
        assert!(
            text.contains(why) && text.contains("supported components of"),
            "{text}"
        );
        let (standing, json) = scene::json(|screen| inspect(&subject, &engine, true, screen));
        assert_eq!(standing, Standing::Bad);
        assert!(json["refused"].as_str().unwrap().contains(why), "{json}");
    }
}
