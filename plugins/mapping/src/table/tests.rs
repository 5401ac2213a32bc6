use super::*;
use crate::expression::{constant, first, group, join, lookup, lower, path};

fn source(text: &str) -> Source {
    text.parse().unwrap()
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

#[test]
fn absent_and_empty_values_leave_the_draft() {
    let table = Table::new()
        .row(Attribute::DisplayName, path("displayName"))
        .row(Attribute::UserName, path("userName"));
    let draft = target(r#"{"displayName":"kept","team":"Blue"}"#);
    let mapped = table
        .to_target(
            &source(r#"{"displayName":"","userName":"ada@example.com"}"#),
            &Groups::default(),
            draft,
        )
        .unwrap();
    assert_eq!(
        mapped.to_json(),
        r#"{"userName":"ada@example.com","displayName":"kept","team":"Blue"}"#
    );
}

#[test]
fn active_is_a_boolean_or_an_error_that_names_it() {
    let table = Table::new().row(Attribute::Active, path("active"));
    let map = |text| table.to_target(&source(text), &Groups::default(), Target::new());
    assert_eq!(map(r#"{"active":"False"}"#).unwrap().active(), Some(false));
    let error = map(r#"{"active":"Secret"}"#).unwrap_err();
    assert_eq!(error.concerned(), Some("active"));
    assert!(!error.to_string().contains("Secret"));
}

#[test]
fn backwards_writes_the_primary_path_and_makes_what_is_missing() {
    let table = Table::new()
        .row(Attribute::UserName, path("userName"))
        .row(Attribute::GivenName, path("name.givenName"))
        .row(
            Attribute::Email,
            first([path("emails[type eq \"work\"].value"), path("emails.value")]),
        )
        .row(Attribute::Role, path("roles[primary eq true].value"))
        .row(
            Attribute::Team,
            path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
        )
        .row(Attribute::Active, path("active"));
    let wanted = r#"{"userName":"ada@example.com","givenName":"Ada","email":"ada@example.com","role":"Agent","team":"Blue","active":true}"#;
    let made = table.to_source(&target(wanted), Source::new()).unwrap();
    assert_eq!(
        made.clone().into_json(),
        concat!(
            r#"{"userName":"ada@example.com","name":{"givenName":"Ada"},"#,
            r#""emails":[{"type":"work","value":"ada@example.com"}],"roles":[{"primary":true,"value":"Agent"}],"#,
            r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Blue"},"active":true}"#
        )
    );
    assert_eq!(
        table
            .to_target(&made, &Groups::default(), Target::new())
            .unwrap()
            .to_json(),
        wanted
    );
}

#[test]
fn backwards_leaves_what_would_not_read_back() {
    let text =
        r#"{"title":"Clerk","name":{"givenName":"Ada","familyName":"Byron"},"userName":"ADA"}"#;
    let table = Table::new()
        .row(
            Attribute::DisplayName,
            join([path("name.givenName"), path("name.familyName")], " "),
        )
        .row(
            Attribute::UserType,
            lookup(path("title"), [("Clerk", "Agent")], None),
        )
        .row(Attribute::UserName, lower(path("userName")))
        .row(Attribute::Team, constant("Blue"))
        .row(
            Attribute::Role,
            first([group([("CX", "Manager")]), path("title")]),
        );
    // None of these can be written so that it reads back; the source comes back byte for byte.
    let wanted = target(
        r#"{"displayName":"A B","userType":"Chief","userName":"Byron","team":"Red","role":"Manager"}"#,
    );
    assert_eq!(
        table.to_source(&wanted, source(text)).unwrap().into_json(),
        text
    );
}

#[test]
fn backwards_through_a_look_up_writes_the_key() {
    let table = Table::new().row(
        Attribute::Role,
        lookup(
            path("title"),
            [("Clerk", "Agent"), ("Lead", "Manager")],
            Some("Agent"),
        ),
    );
    let written = table
        .to_source(
            &target(r#"{"role":"Manager"}"#),
            source(r#"{"title":"Clerk"}"#),
        )
        .unwrap();
    assert_eq!(written.str("title"), Some("Lead"));
}

#[test]
fn a_write_that_would_spoil_a_row_before_it_is_taken_back() {
    let table = Table::new()
        .row(Attribute::DisplayName, path("displayName"))
        .row(Attribute::UserType, path("displayName"));
    let written = table
        .to_source(
            &target(r#"{"displayName":"Ada","userType":"Agent"}"#),
            source(r#"{"displayName":"old"}"#),
        )
        .unwrap();
    assert_eq!(written.into_json(), r#"{"displayName":"Ada"}"#);
}

#[test]
fn an_operators_rows_replace_add_and_remove() {
    let rows =
        serde_json::from_str(r#"{"displayName":"nickName","team":"title","userName":""}"#).unwrap();
    let table = Table::new()
        .row(Attribute::UserName, path("userName"))
        .row(Attribute::DisplayName, path("displayName"))
        .with(rows);
    let expected = Table::new()
        .row(Attribute::DisplayName, path("nickName"))
        .row(Attribute::Team, path("title"));
    assert_eq!(table, expected);
}

#[test]
fn paths_are_every_path_once() {
    let table = Table::new()
        .row(
            Attribute::Email,
            first([path("emails.value"), lower(path("userName"))]),
        )
        .row(Attribute::UserName, path("userName"))
        .row(Attribute::Team, constant("Blue"))
        .row(
            Attribute::Role,
            first([
                group([("A", "B")]),
                lookup(join([path("title"), path("emails.value")], " "), [], None),
            ]),
        );
    assert_eq!(table.paths(), ["emails.value", "userName", "title"]);
}
