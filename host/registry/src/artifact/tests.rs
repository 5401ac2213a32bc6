use super::*;

fn facts() -> PushFacts {
    PushFacts {
        name: "acme-rules".into(),
        version: "1.2.0".into(),
        description: "Refuses two teams.".into(),
        kinds: vec!["mapper".into(), "rules".into()],
        imports: vec!["jackfield:plugin/log@0.1.0".into()],
        exports: vec!["jackfield:plugin/rules@0.1.0".into()],
        target: Some("jackfield:plugin/rules-plugin@0.1.0".into()),
    }
}

fn signatures() -> Vec<String> {
    vec!["one==".into(), "two==".into()]
}

fn artifact() -> Artifact {
    Artifact::new(b"bytes", &facts(), &signatures()).expect("an artifact")
}

fn manifest() -> Value {
    serde_json::from_slice(&artifact().manifest).expect("JSON")
}

#[test]
fn what_is_written_is_read() {
    let named = read(&artifact().manifest).expect("a plugin");
    let expected = Named {
        component: Digest::of(b"bytes"),
        size: 5,
        signatures: signatures(),
    };
    assert_eq!(named, expected);
    let unsigned = Artifact::new(b"bytes", &facts(), &[]).expect("an artifact");
    assert!(
        read(&unsigned.manifest)
            .expect("a plugin")
            .signatures
            .is_empty()
    );
}

#[test]
fn equal_plugins_have_equal_bytes() {
    let (one, two) = (artifact(), artifact());
    assert_eq!((&one.manifest, &one.config), (&two.manifest, &two.config));
    let other = Artifact::new(b"Bytes", &facts(), &signatures()).expect("an artifact");
    assert_ne!(other.manifest, one.manifest);
}

/// The CNCF's layout, "Config" and "Example Manifest".
#[test]
fn the_config_is_the_cncfs() {
    let artifact = artifact();
    let config: Value = serde_json::from_slice(&artifact.config).expect("JSON");
    let expected = json!({
        "created": "1970-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [Digest::of(b"bytes").as_str()],
        "component": {
            "exports": ["jackfield:plugin/rules@0.1.0"],
            "imports": ["jackfield:plugin/log@0.1.0"],
            "target": "jackfield:plugin/rules-plugin@0.1.0",
        },
    });
    assert_eq!(config, expected);
    let manifest = manifest();
    assert_eq!(
        manifest["config"]["mediaType"],
        "application/vnd.wasm.config.v0+json"
    );
    assert_eq!(
        manifest["config"]["digest"],
        Digest::of(&artifact.config).as_str()
    );
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(
        manifest["annotations"],
        json!({
            "org.opencontainers.image.title": "acme-rules",
            "org.opencontainers.image.version": "1.2.0",
            "org.opencontainers.image.description": "Refuses two teams.",
            "dev.jackfield.kinds": "mapper rules",
            "dev.jackfield.signature": "one== two==",
        })
    );
}

#[test]
fn anything_else_is_refused_by_what_it_is() {
    let changed = |pointer: &str, to: Value| {
        let mut document = manifest();
        *document.pointer_mut(pointer).expect(pointer) = to;
        document
    };
    let layer = manifest()["layers"][0].clone();
    let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
    let image = "application/vnd.oci.image.config.v1+json";
    for (document, why) in [
        (json!("text"), "no OCI image manifest"),
        (json!({ "schemaVersion": 2 }), "no OCI image manifest"),
        (
            json!({ "schemaVersion": 2, "manifests": [] }),
            "index of several images",
        ),
        (changed("/schemaVersion", json!(1)), "no OCI image manifest"),
        (
            changed("/mediaType", json!("text/plain")),
            "no OCI image manifest",
        ),
        (changed("/config/mediaType", json!(image)), image),
        (changed("/layers", json!([])), "0 layers"),
        (changed("/layers", json!([layer, layer])), "2 layers"),
        (changed("/layers/0/mediaType", json!(tar)), tar),
        (
            changed("/layers/0/digest", json!("sha512:00")),
            "no SHA-256 digest",
        ),
        (changed("/layers/0/digest", json!("../x")), "no SHA-256"),
        (changed("/layers/0/size", json!(0)), "empty"),
        (changed("/layers/0/size", json!(-1)), "empty"),
    ] {
        match read(document.to_string().as_bytes()) {
            Err(Unfit::Other(said)) => assert!(said.contains(why), "{said}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    assert!(matches!(read(b"{"), Err(Unfit::Other(_))));
    let large = changed("/layers/0/size", json!(LONGEST_COMPONENT + 1));
    assert_eq!(read(large.to_string().as_bytes()), Err(Unfit::TooLarge));
}

#[test]
fn a_manifest_that_nobody_would_believe_is_not_written() {
    let facts = PushFacts {
        description: "x".repeat(LONGEST_MANIFEST),
        ..facts()
    };
    assert!(Artifact::new(b"bytes", &facts, &[]).is_none());
}

#[test]
fn a_registrys_text_keeps_to_one_line() {
    assert_eq!(shown("a\r\nb\u{1b}[31m"), "a  b [31m");
    assert_eq!(shown(&"x".repeat(1000)).len(), 200);
}
