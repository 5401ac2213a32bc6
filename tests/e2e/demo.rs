//! The demo, as a reader sees it.

use std::process::{Command, Output, Stdio};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jackfield"))
        .arg("demo")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the demo")
}

/// Plays a cycle to its end; every part has to be on the page, whatever its line breaks.
fn plays(arguments: &[&str], parts: &[&str]) {
    let output = demo(arguments);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let wide: Vec<&str> = text
        .lines()
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert!(wide.is_empty(), "wider than 80 columns: {wide:?}");
    assert!(
        !text.contains('\u{1b}'),
        "no colour where there is no terminal"
    );
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = flat(&text);
    for part in parts {
        assert!(page.contains(&flat(part)), "missing {part:?} in\n{text}");
    }
}

// For each: what it said in its own words, what plugins did, what CXone was told and holds, and what came of it.

#[test]
fn entras_cycle_is_played_to_its_end_and_is_the_default() {
    plays(
        &["--once"],
        &[
            "Entra       POST /Users",
            "plugins     entra sets userName",
            "CXone told  GET /scim/v2/Users?filter=userName eq \"ada@example.com\" -> 200",
            "CXone holds ada@example.com",
            "template Voice agents",
            "\"op\":\"Replace\", \"path\":\"displayName\"",
            "\"op\":\"replace\", \"value\":{\"displayName\"",
            "CXone told  nothing",
            "answer      403 role: the role Agent is not active",
            "schemas.microsoft.com/2006/11/ResourceManagement/",
            "\"op\":\"Add\", \"path\":\"members\", \"value\":[{\"$ref\":null",
            "CXone holds grace@example.com, \"Grace Hopper\", mobile +442079460001, role Manager, team Leads, active",
            "owed: kept on disk",
            "team Voice, inactive",
            "state       settled",
            "Entra       DELETE /Users/",
            "ada@example.com: deleted by Entra",
            "grace@example.com: active; towards CXone settled",
            "source, as Entra says it               target, for CXone set by",
            "phoneNumbers[mobile] +442079460001     +442079460001     entra",
            "roles                -                 Manager           entra",
            "groups               CX Supervisors",
        ],
    );
}

#[test]
fn oktas_cycle_is_put_all_through() {
    plays(
        &["--idp", "okta", "--once"],
        &[
            "application/scim+json; charset=utf-8, User-Agent Okta SCIM Client 1.0.0",
            "Okta        GET /Users?startIndex=1&count=2",
            "eq \"ada@example.com\"&startIndex=1&count=100",
            "\"groups\":[], \"password\":\"x7Qp!not-a-secret\"",
            "plugins     okta sets userName",
            "answer      201 the resource, without a password",
            "answer      200 the resource Okta PUT /Users/",
            "\"meta\":{\"resourceType\":\"User\"",
            "CXone told  nothing answer 200 the resource",
            "Okta        GET /Groups?filter=displayName eq \"CX Supervisors\"&startIndex=1&count=100",
            "Okta        PUT /Groups/",
            "CXone holds ada@example.com, \"Ada Lovelace\", mobile -, role Manager, team Leads, active",
            "\"active\":false, \"meta\"",
            "Okta never sends DELETE",
            "roles                -                 Manager           okta",
            "groups               CX Supervisors",
            "grace@example.com: inactive; towards CXone settled",
        ],
    );
}

#[test]
fn onelogins_cycle_is_its_template_and_loose_queries() {
    plays(
        &["--idp", "onelogin", "--once"],
        &[
            "OneLogin    GET /Users?filter=userName+eq+%22ada%40example.com%22&",
            "\"emails\":{\"value\":\"ada@example.com\"",
            "\"managerId\":\"\", \"displayName\":\" \"",
            "plugins     onelogin sets userName",
            "CXone told  nothing answer 200 the resource",
            "curl        POST /Groups",
            "OneLogin    GET /Groups",
            "CXone holds ada@example.com, \"Ada Lovelace\", mobile -, role Manager, team Leads, active",
            "\"active\":\"false\"",
            "OneLogin    DELETE /Users/",
            "ada@example.com: inactive; towards CXone settled",
            "team                 -                 Leads             onelogin",
            "groups               CX Supervisors",
            "grace@example.com: deleted by OneLogin",
        ],
    );
}

#[test]
fn googles_cycle_has_no_groups_and_says_so() {
    plays(
        &["--idp", "google", "--once"],
        &[
            "application/json, User-Agent Google-Auto-Provisioning",
            "Google pushes no groups",
            "Google      GET /Users CXone told nothing",
            "\"schemas\":[\"urn:scim:schemas:core:1.0\"",
            "plugins     google sets userName",
            "role Agent, team Voice, active",
            "CXone holds ada@example.com, \"Ada Lovelace\", mobile -, role Manager, team Leads, active",
            "CXone told  nothing answer 200 the resource",
            "Google      DELETE /Users/",
            "ada@example.com: inactive; towards CXone settled",
            "roles                -                 Manager           google",
            "grace@example.com: deleted by Google",
        ],
    );
}

#[test]
fn a_client_that_keeps_to_the_rfcs_is_played_too() {
    plays(
        &["--idp", "generic", "--once"],
        &[
            "client      GET /ServiceProviderConfig",
            "client      PUT /Users/",
            "client      PATCH /Users/",
            "plugins     generic sets userName",
            "CXone told  nothing answer 200 the resource",
            "CXone holds grace@example.com, \"Grace Hopper\", mobile -, role Manager, team Leads, active",
            "members[value eq",
            "CXone holds grace@example.com, \"Grace Hopper\", mobile -, role Agent, team Voice, active",
            "client      DELETE /Users/",
            "answer      404",
            "ada@example.com: inactive; towards CXone settled",
            "groups               CX Supervisors",
        ],
    );
}

#[test]
fn an_identity_provider_that_is_not_known_is_a_usage_error_with_the_list() {
    let output = demo(&["--idp", "jumpcloud", "--once"]);
    assert_eq!(output.status.code(), Some(64));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("entra, okta, onelogin, google, generic"),
        "{text}"
    );
}
