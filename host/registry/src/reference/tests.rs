use super::*;

const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn what_is_read_is_printed() {
    for text in [
        format!("oci://registry.example.com/acme/rules@sha256:{HEX}"),
        format!("oci://127.0.0.1:5000/rules@sha256:{HEX}"),
        format!("oci://registry/a-b__c.d/e_f--g@sha256:{HEX}"),
        format!("oci://registry.example.com/acme/rules:1.2.0@sha256:{HEX}"),
    ] {
        let reference = Reference::parse(&text).expect(&text);
        assert_eq!(reference.to_string(), text);
        assert_eq!(reference.digest().hex(), HEX);
    }
    for text in [
        "oci://registry.example.com/acme/rules:1.2.0",
        "oci://localhost:5000/rules:latest",
        "oci://localhost:5000/rules:_x-Y.9",
    ] {
        let tagged = Reference::parse_tagged(text).expect(text);
        assert_eq!(tagged.to_string(), text);
    }
}

#[test]
fn a_port_is_not_a_tag() {
    let tagged = Tagged::parse("oci://localhost:5000/rules:1").expect("a place");
    assert_eq!(
        (tagged.registry(), tagged.tag.as_str()),
        ("localhost:5000", "1")
    );
}

#[test]
fn a_tag_alone_is_refused_with_the_way_out() {
    for text in [
        "oci://registry.example.com/rules:1.2.0",
        "oci://registry.example.com/rules",
    ] {
        let error = Reference::parse(text).expect_err(text);
        assert_eq!(error, ReferenceError::NotPinned(text.to_owned()));
        let said = error.to_string();
        assert!(
            said.contains("jackfield plugin push") && said.contains("@sha256:HEX"),
            "{said}"
        );
    }
}

#[test]
fn nothing_is_pushed_to_a_digest_or_nowhere() {
    let digest = format!("oci://registry.example.com/rules@sha256:{HEX}");
    let both = format!("oci://registry.example.com/rules:1@sha256:{HEX}");
    for text in ["oci://registry.example.com/rules", &digest, &both] {
        let error = Tagged::parse(text).expect_err(text);
        assert_eq!(error, ReferenceError::NotTagged(text.to_owned()));
    }
}

#[test]
fn each_part_is_checked() {
    use ReferenceError as E;
    type Expected = fn(&E) -> bool;
    let cases: &[(&str, Expected)] = &[
        ("rules.wasm", |e| matches!(e, E::Scheme(_))),
        ("https://registry.example.com/rules", |e| {
            matches!(e, E::Scheme(_))
        }),
        ("oci://", |e| matches!(e, E::Registry { .. })),
        ("oci:///rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://-x/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://a..b/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://a:0/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://a:70000/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://a:+1/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://[::1]:5000/rules:1", |e| {
            matches!(e, E::Registry { .. })
        }),
        ("oci://a?b/rules:1", |e| matches!(e, E::Registry { .. })),
        ("oci://a", |e| matches!(e, E::Name { .. })),
        ("oci://a/", |e| matches!(e, E::Name { .. })),
        ("oci://a/Rules:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/b//c:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/../b:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/b___c:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/b.:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/b?c:1", |e| matches!(e, E::Name { .. })),
        ("oci://a/b:", |e| matches!(e, E::Tag { .. })),
        ("oci://a/b:.1", |e| matches!(e, E::Tag { .. })),
        ("oci://a/b:1/2", |e| matches!(e, E::Tag { .. })),
    ];
    for (text, expected) in cases {
        let error = Tagged::parse(text).expect_err(text);
        assert!(expected(&error), "{text}: {error:?}");
    }
    let long = format!("oci://a/{}:1", "b".repeat(256));
    assert!(matches!(Tagged::parse(&long), Err(E::Name { .. })));
    let short = format!("oci://a/b@sha256:{}", &HEX[1..]);
    assert!(matches!(Reference::parse(&short), Err(E::Digest { .. })));
}

#[test]
fn a_password_is_neither_taken_nor_repeated() {
    for text in [
        format!("oci://ann:swordfish@registry.example.com/rules@sha256:{HEX}"),
        "https://ann:swordfish@registry.example.com/rules".to_owned(),
    ] {
        let error = Reference::parse(&text).expect_err("credentials");
        assert_eq!(error, ReferenceError::Credentials);
        assert!(!format!("{error} {error:?}").contains("swordfish"));
    }
}
