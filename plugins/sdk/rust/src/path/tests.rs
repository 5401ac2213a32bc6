use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Extension, attribute, filter, sub-attribute.
type Parts<'a> = (
    Option<&'a str>,
    &'a str,
    Vec<(&'a str, Literal<'a>)>,
    Option<&'a str>,
);

fn read(text: &str) -> Parts<'_> {
    let path = Path::parse(text).unwrap();
    let filter = path
        .filter
        .into_iter()
        .map(|c| (c.attribute, c.literal))
        .collect();
    (path.extension, path.attribute, filter, path.sub)
}

fn text(text: &str) -> Literal<'_> {
    Literal::Text(Cow::Borrowed(text))
}

#[test]
fn each_form_is_read() {
    assert_eq!(read("userName"), (None, "userName", vec![], None));
    assert_eq!(
        read("name.givenName"),
        (None, "name", vec![], Some("givenName"))
    );
    assert_eq!(
        read("manager.$ref"),
        (None, "manager", vec![], Some("$ref"))
    );
    assert_eq!(
        read("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"),
        (None, "name", vec![], Some("givenName"))
    );
    let manager = format!("{ENTERPRISE}:manager.value");
    assert_eq!(
        read(&manager),
        (Some(ENTERPRISE), "manager", vec![], Some("value"))
    );
    assert_eq!(
        read("emails[type eq \"a:b].c \\\" d\" and primary EQ true].value"),
        (
            None,
            "emails",
            vec![
                ("type", text("a:b].c \" d")),
                ("primary", Literal::Boolean(true))
            ],
            Some("value")
        )
    );
    assert_eq!(
        read("emails[type eq work]"),
        (None, "emails", vec![("type", text("work"))], None)
    );
    let elements = "urn:example:ext:2.0:User:sites[kind eq \"x:y\"].code";
    assert_eq!(
        read(elements),
        (
            Some("urn:example:ext:2.0:User"),
            "sites",
            vec![("kind", text("x:y"))],
            Some("code")
        )
    );
}

#[test]
fn malformed_paths_are_refused_and_named() {
    for path in [
        "",
        "a b",
        "name.",
        ".value",
        "name.given.Name",
        "1st",
        "foo:userName",
        "emails[",
        "emails[]",
        "emails[type]",
        "emails[type eq]",
        "emails[type eq \"work\"",
        "emails[type eq \"work]",
        "emails[type eq \"\\q\"]",
        "emails[type co \"work\"]",
        "emails[type eq \"a\" or type eq \"b\"]",
        "emails[type eq \"work\"]value",
        "emails[type eq \"work\"].a.b",
        "emails[\"work\" eq type]",
    ] {
        let error = Path::parse(path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("`{path}` is not an attribute path: ")),
            "{error}"
        );
    }
}
