use client::Url;

use super::*;

fn role(name: &str) -> Role {
    Role {
        id: name.to_owned(),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
    }
}

fn proposal(names: &[&str]) -> Option<String> {
    let roles: Vec<Role> = names.iter().map(|name| role(name)).collect();
    let active: Vec<&Role> = roles.iter().collect();
    proposed(&active).map(|role| role.name.clone())
}

#[test]
fn newcomers_are_never_made_administrators() {
    for (names, expected) in [
        (
            &["Administrator", "AGENT", "Sales Agent"][..],
            Some("AGENT"),
        ),
        (
            &["Administrator", "Evaluator", "Sales Agent"],
            Some("Sales Agent"),
        ),
        (
            &["Administrator", "Manager", "Evaluator"],
            Some("Evaluator"),
        ),
        (&["Agent Administrator", "Evaluator"], Some("Evaluator")),
        (&["Administrator", "Supervisor", "SCIM Access Key"], None),
        (&[], None),
    ] {
        assert_eq!(proposal(names).as_deref(), expected, "{names:?}");
    }
}

#[test]
fn a_role_is_given_even_where_none_can_be_read() {
    assert_eq!(default_role(None), "Agent");
    let mut directory = Directory::default();
    assert_eq!(default_role(Some(&directory)), "Agent", "none is active");
    directory.roles = vec![role("Administrator")];
    assert_eq!(default_role(Some(&directory)), "Agent", "none is harmless");
    directory.roles = vec![role("Sales Agent"), role("Agent")];
    directory.roles[1].status = "DRAFT".to_owned();
    assert_eq!(default_role(Some(&directory)), "Sales Agent");
}

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

#[test]
fn flags_are_written_as_they_were_given() {
    let stated = PlaceSettings {
        area: Some("na1".to_owned()),
        ..PlaceSettings::default()
    };
    assert_eq!(stated_keys(&stated), [("area", Value::from("na1"))]);
    let stated = PlaceSettings {
        base_url: Some(url("http://127.0.0.1:9090")),
        ..PlaceSettings::default()
    };
    assert_eq!(
        stated_keys(&stated),
        [("base_url", Value::from("http://127.0.0.1:9090"))]
    );
    let stated = PlaceSettings {
        discovery_urls: vec![url("http://127.0.0.1:9090/")],
        ..PlaceSettings::default()
    };
    let urls = vec![Value::from("http://127.0.0.1:9090")];
    assert_eq!(
        stated_keys(&stated),
        [("discovery_urls", Value::from(urls))]
    );
}
