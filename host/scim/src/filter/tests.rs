use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::ScimType;
use crate::urn;

fn parse(text: &str) -> Result<Filter, Error> {
    Filter::parse(text, ResourceSchemas::user())
}

fn ada() -> Map<String, Value> {
    let ada = json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "u-Ada",
        "externalId": "Ada",
        "userName": "Ada@Example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "displayName": "Ada \"Countess\" Byron",
        "active": false,
        "title": "True",
        "emails": [
            {"type": "work", "value": "Ada@example.com", "primary": true},
            {"type": "home", "value": "ada@home.example"},
        ],
        "roles": [{"value": "agent", "primary": true}],
        (urn::ENTERPRISE_USER): {"department": "Voice", "manager": {"value": "u-grace"}},
        "urn:example:2.0:User": {"level": 3, "ok": true, "skills": ["tier1", "tier2"], "nick": "Countess"},
        "meta": {"lastModified": "2026-01-31T10:00:00Z"},
    });
    ada.as_object().unwrap().clone()
}

#[test]
fn what_matches() {
    let ada = ada();
    for text in [
        r#"userName eq "ada@example.com""#,
        r#"USERNAME Eq "ADA@EXAMPLE.COM""#,
        "  userName   eq   ada@example.com  ",
        r#"externalId eq "Ada""#,
        "externalId eq Ada",
        "(externalId eq Ada)",
        r#"emails[type eq "work"].value eq "ada@example.com""#,
        r#"emails[type eq "work" or type eq "home"].value ew "home.example""#,
        r#"emails[type eq "work"].primary eq "True""#,
        r#"emails[type eq work and value co "@example"]"#,
        r#"emails[type eq "work"].value pr and active eq false"#,
        r#"emails eq "ADA@home.example""#,
        r#"emails.value sw "ada@home""#,
        r#"emails[not (type eq "work")]"#,
        r#"emails.value ne "ada@example.com""#,
        "active eq False",
        r#"active eq "False""#,
        "active ne true",
        r#"title eq "true""#,
        "title eq True",
        r#"id eq "u-Ada" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "u-grace""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq u-grace and id eq u-Ada"#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq "byron""#,
        "manager.value eq u-grace",
        "manager pr",
        r#"displayName co "\"COUNTESS\"""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
        r#"nickName eq null"#,
        r#"nickName eq """#,
        r#"nickName ne "x""#,
        r#"userName ne null"#,
        "not (nickName pr)",
        "urn:example:2.0:User:level gt 2 and urn:example:2.0:User:level le 3.0",
        "urn:example:2.0:User:ok eq TRUE",
        r#"urn:example:2.0:User:ok eq "true""#,
        r#"urn:example:2.0:user:Skills eq "TIER2""#,
        r#"urn:example:2.0:User:skills[value eq "tier1"]"#,
        r#"meta.lastModified gt "2026-01-31T10:30:00+01:00""#,
        r#"meta.lastModified eq "2026-01-31T11:00:00+01:00""#,
        r#"userName gt "a" and userName lt "b""#,
        r#"roles[primary eq "True"]"#,
        "nickName pr or (active eq false and (title pr))",
    ] {
        let filter = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(filter.matches_map(&ada), "{text} -> {filter}");
    }
}

#[test]
fn what_does_not_match() {
    let ada = ada();
    for text in [
        r#"externalId eq "ada""#,
        "id eq u-ada",
        r#"emails[type eq "home"].value eq "ada@example.com""#,
        r#"emails[type eq "home" and primary eq true]"#,
        r#"userName eq "x\" or userName pr or \"""#,
        "userName eq null",
        "nickName pr",
        r#"nickName co "a""#,
        "active eq true",
        "not (active eq false)",
        r#"urn:example:2.0:User:none eq "x""#,
        "urn:example:2.0:User:level eq \"3\"",
        r#"meta.lastModified lt "2026-01-31T10:00:00Z""#,
        "groups pr",
    ] {
        let filter = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(!filter.matches_map(&ada), "{text} -> {filter}");
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    let deep = format!("{}title pr{}", "(".repeat(100_000), ")".repeat(100_000));
    let many = vec!["title pr"; 5_000].join(" or ");
    let long = format!("userName eq \"{}\"", "x".repeat(MAX_LENGTH));
    for text in [
        "",
        " ",
        "ada",
        "userName",
        "userName eq",
        "userName xx \"a\"",
        "userName eq \"a",
        "userName eq \"a\" and",
        "userName eq 'a'",
        "userName eq “a”",
        "userName eq \"a\" userName eq \"b\"",
        "(userName eq \"a\"",
        "userName eq \"a\")",
        "nope eq \"a\"",
        "userName.x eq \"a\"",
        "name eq \"Ada\"",
        "active gt true",
        "active co \"t\"",
        "active eq \"yes\"",
        "x509Certificates.value gt \"a\"",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"].value",
        "emails[type eq \"work\"].nope eq \"a\"",
        "emails[emails[type pr]]",
        "userName eq \"\\x\"",
        "userName eq \"\\ud800\"",
        "userName co \"\"",
        "userName gt null",
        "displayName eq Ada Byron",
        "not userName pr",
        "' or 1=1 --",
        "meta.created gt \"yesterday\"",
        "meta.created co \"2026\"",
        "(&(uid=*)(objectClass=*))",
        "userName pr \"a\"",
        "urn:ietf:params:scim:schemas:core:2.0:User pr eq \"a\"",
        "urn:example:2.0:User eq \"a\"",
        "and and and",
        &deep,
        &many,
        &long,
    ] {
        let error = parse(text).map(|filter| filter.to_string()).unwrap_err();
        let short: String = text.chars().take(60).collect();
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(ScimType::InvalidFilter)),
            "{short}"
        );
        assert!(
            error.detail.len() < 300 && !error.detail.is_empty(),
            "{short}: {}",
            error.detail
        );
    }
}

#[test]
fn a_filter_on_the_password_is_sensitive() {
    for text in ["password eq \"x\"", "userName eq \"a\" or (PASSWORD pr)"] {
        let error = parse(text).unwrap_err();
        assert_eq!(
            (error.status, error.scim_type),
            (403, Some(ScimType::Sensitive)),
            "{text}"
        );
    }
}

#[test]
fn values_stay_out_of_errors_and_debug() {
    let error = parse(r#"userName eq "canary" canary"#).unwrap_err();
    assert!(!error.detail.contains("canary"), "{error}");
    let filter = parse(r#"userName eq "canary" and emails[value eq "canary"]"#).unwrap();
    assert!(!format!("{filter:?}").contains("canary"), "{filter:?}");
}

#[test]
fn equalities_are_found_for_indexes() {
    for (text, wanted) in [
        (r#"userName eq "Ada""#, Some((Indexed::UserName, "Ada"))),
        (
            r#"active eq true and userName eq "Ada""#,
            Some((Indexed::UserName, "Ada")),
        ),
        (
            r#"userName eq "Ada" and id eq "u1""#,
            Some((Indexed::Id, "u1")),
        ),
        (r#"externalId eq x"#, Some((Indexed::ExternalId, "x"))),
        (r#"displayName eq x"#, Some((Indexed::DisplayName, "x"))),
        (r#"emails eq x"#, Some((Indexed::Email, "x"))),
        (
            r#"emails[type eq "work"].value eq "x""#,
            Some((Indexed::Email, "x")),
        ),
        (r#"emails[type eq "work" or value eq "x"]"#, None),
        (r#"userName eq "Ada" or active eq true"#, None),
        (r#"userName eq "Ada" or userName eq "Bo""#, None),
        (r#"userName eq "Ada" or userName eq "Ada""#, None),
        (r#"emails[value eq "x" or value eq "y"]"#, None),
        (
            r#"(userName eq "Ada" and active eq true) and title pr"#,
            Some((Indexed::UserName, "Ada")),
        ),
        (r#"active eq true and (id eq "u1" or id eq "u2")"#, None),
        (r#"not (userName eq "Ada")"#, None),
        (r#"userName ne "Ada""#, None),
        ("userName pr", None),
    ] {
        assert_eq!(parse(text).unwrap().equality(), wanted, "{text}");
    }
}

#[test]
fn groups_are_found_by_members_and_name() {
    for (text, wanted) in [
        ("members eq u1", Some((Indexed::Member, "u1"))),
        (r#"members.value eq "u1""#, Some((Indexed::Member, "u1"))),
        (r#"Members[Value eq "u1"]"#, Some((Indexed::Member, "u1"))),
        (
            r#"members[type eq "User"].value eq "u1""#,
            Some((Indexed::Member, "u1")),
        ),
        (
            r#"displayName eq "Tier1""#,
            Some((Indexed::DisplayName, "Tier1")),
        ),
        (
            r#"members eq "u1" and displayName eq "Tier1""#,
            Some((Indexed::DisplayName, "Tier1")),
        ),
        // E-32 for groups: Entra's question whether somebody is a member.
        (
            r#"id eq "g1" and members eq "u1""#,
            Some((Indexed::Id, "g1")),
        ),
        (
            r#"members eq "u1" and id eq "g1""#,
            Some((Indexed::Id, "g1")),
        ),
        (r#"members eq "u1" or members eq "u2""#, None),
        (r#"members[value eq "u1" or value eq "u2"]"#, None),
        (r#"members.type eq "User""#, None),
        ("members pr", None),
    ] {
        let filter = Filter::parse(text, ResourceSchemas::group()).unwrap();
        assert_eq!(filter.equality(), wanted, "{text}");
    }
    let group = json!({"id": "g1", "displayName": "Tier1", "members": [{"value": "u1", "type": "User"}, {"value": "u2"}]});
    for (text, wanted) in [
        ("members eq u2", true),
        ("members eq U2", false),
        (r#"members[value eq "u1"] and id eq "g1""#, true),
        (r#"members eq "u1" and id eq "g2""#, false),
        (r#"members eq "u9" and id eq "g1""#, false),
    ] {
        let filter = Filter::parse(text, ResourceSchemas::group()).unwrap();
        assert_eq!(
            filter.matches_map(group.as_object().unwrap()),
            wanted,
            "{text}"
        );
    }
    let user = json!({"userName": "a", "groups": [{"value": "g1", "display": "Tier1"}]});
    for (text, wanted) in [("groups eq g1", true), ("groups.value eq \"G1\"", false)] {
        let filter = parse(text).unwrap();
        assert_eq!(
            filter.matches_map(user.as_object().unwrap()),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn what_a_filter_mentions() {
    for (text, groups, value) in [
        ("userName eq a", false, false),
        ("groups eq a", true, false),
        (
            "not (userName eq a or (title pr and groups.display co \"x\"))",
            true,
            false,
        ),
        ("groups[value eq \"a\"]", true, false),
        ("GROUPS pr", true, false),
        ("emails[value eq \"groups\"]", false, false),
        ("urn:example:2.0:User:groups eq a", false, false),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:groups eq a",
            true,
            false,
        ),
    ] {
        let filter = parse(text).unwrap();
        assert_eq!(filter.mentions("Groups"), groups, "{text}");
        assert_eq!(filter.mentions("value"), value, "{text}");
    }
}

#[test]
fn folding_a_part_gives_a_part() {
    assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
    assert_eq!(fold("STRASSE ÄÖ"), "strasse äö");
}

/// Filters in the grammar, over attributes of every type.
fn expression() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z0-9 \"\\\\\\]\\[()é]{1,8}".prop_map(|text| Value::from(text).to_string());
    let term = prop_oneof![
        (
            "(userName|externalId|name\\.givenName|emails|emails\\.type|nickName|urn:example:x)",
            "(eq|ne|co|sw|ew|gt|ge|lt|le)",
            text.clone()
        )
            .prop_map(|(name, operator, value)| format!("{name} {operator} {value}")),
        "(userName|emails|manager|active|\\$ref)".prop_filter_map("known", |name| (name != "$ref")
            .then(|| format!("{name} pr"))),
        "active (eq|ne) (true|FALSE|\"True\")",
        "urn:example:2\\.0:User:level (eq|gt) -?[1-9][0-9]{0,3}",
        "(title|emails\\.value) (eq|ne) (null|\"\")",
        text.prop_map(|value| format!(
            "emails[type eq \"work\" and not (primary eq true)].value eq {value}"
        )),
    ];
    term.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|terms| format!("({})", terms.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|terms| format!("({})", terms.join(" OR "))),
            inner.prop_map(|term| format!("NOT({term})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn display_reads_back_the_same(text in expression()) {
        let filter = parse(&text).unwrap();
        let again = parse(&filter.to_string()).unwrap();
        prop_assert_eq!(again.to_string(), filter.to_string());
        prop_assert_eq!(&again, &filter);
        prop_assert_eq!(again.matches_map(&ada()), filter.matches_map(&ada()));
    }

    #[test]
    fn never_panics(text in "[a-zA-Z.:$ \"\\\\\\[\\]()0-9]{0,60}") {
        if let Ok(filter) = parse(&text) {
            let _ = filter.matches_map(&ada());
        }
    }

    #[test]
    fn not_is_the_opposite(text in expression()) {
        let not = parse(&format!("not ({text})")).unwrap();
        prop_assert_eq!(not.matches_map(&ada()), !parse(&text).unwrap().matches_map(&ada()));
    }
}

#[test]
fn a_filter_has_so_many_comparisons_and_no_more() {
    let filter = |terms: usize| {
        let terms: Vec<String> = (0..terms).map(|at| format!("title eq \"{at}\"")).collect();
        Filter::parse(&terms.join(" or "), ResourceSchemas::user())
    };
    assert!(filter(MAX_TERMS).is_ok());
    let error = filter(MAX_TERMS + 1).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
}
