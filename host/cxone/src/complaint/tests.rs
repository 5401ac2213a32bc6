use super::*;
use client::StatusCode;
use serde_json::json;

fn answer(status: u16, body: impl AsRef<[u8]>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer::new(status, body.as_ref().to_vec())
}

fn told(body: impl AsRef<[u8]>) -> String {
    words(&answer(400, body), &Personal::default())
}

// cxone.md 3.4: User Hub 400, User Hub 401, Admin, RFC 7644; 2.2: the token service; 3.2: success and message.
#[test]
fn every_shape_is_told_in_its_words() {
    let scim = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "scimType": "invalidValue", "detail": "role is inactive"});
    assert_eq!(told(scim.to_string()), "role is inactive (invalidValue)");
    let hub = json!({"code": "BAD_REQUEST", "details": "team is unknown", "hostName": "x", "entityType": "User", "errors": []});
    assert_eq!(told(hub.to_string()), "team is unknown (BAD_REQUEST)");
    let spring = json!({"timestamp": "t", "status": 401, "error": "Unauthorized", "message": "token expired", "path": "/x"});
    assert_eq!(told(spring.to_string()), "token expired");
    let admin = json!({"error": "invalid_request", "error_Description": "profile missing"});
    assert_eq!(told(admin.to_string()), "profile missing");
    let list = json!({"errors": [{"field": "role", "message": "no role"}, "no team"]});
    assert_eq!(told(list.to_string()), "no role; no team");
    assert_eq!(
        told(json!({"success": false, "msg": "no"}).to_string()),
        "no"
    );
    assert_eq!(told("upstream connect error"), "upstream connect error");
    assert_eq!(told("<html><body>502"), "a web page instead of an answer");
    assert_eq!(told(""), "no explanation");
    assert_eq!(told("{}"), "no explanation");
    assert_eq!(told([0xff, 0xfe]), "\u{fffd}\u{fffd}");
}

#[test]
fn texts_are_cut_and_cleaned() {
    let text = told("bad\r\n\u{1b}[31m\u{202e}line \t  end\u{0}");
    assert_eq!(text, "bad [31mline end");
    let text = told("x".repeat(1000));
    assert_eq!(text.chars().count(), 301);
    assert!(text.ends_with('…'));
}

#[test]
fn the_persons_values_are_withheld() {
    let body = json!({
        "userName": "Ada.Lin",
        "name": {"givenName": "Ada", "familyName": "Straße Lin"},
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "+1 (555) 0100000", "type": "mobile"}],
        "roles": [{"value": "r-1", "display": "Agent"}],
        "timezone": "America/Denver",
    });
    let personal = Personal::of(&body);
    let shown = |text: &str| clean(text, &personal);
    assert_eq!(
        shown("user ADA.LIN has role Agent in America/Denver"),
        "user (withheld) has role Agent in America/Denver"
    );
    assert_eq!(
        shown("Ada STRAßE LIN, adamant"),
        "(withheld) (withheld), adamant"
    );
    assert_eq!(shown("e-mail: 'ada@example.com'."), "e-mail: '(withheld)'.");
    assert_eq!(
        shown("e-mail ada+1@example.org taken"),
        "e-mail (withheld) taken"
    );
    assert_eq!(
        shown("phone +1 (555) 0100000 is bad"),
        "phone (withheld) is bad"
    );
    assert!(!shown("phone +1-555-010-0000 is bad").contains("555"));
    // A value that the cut would split is hidden whole.
    let text = format!("{}ada@example.com", "x ".repeat(147));
    assert!(!shown(&text).contains("ada"), "{}", shown(&text));
}

#[test]
fn a_taken_user_name_is_recognised() {
    let is = |status, body: Value| duplicate(&answer(status, body.to_string()));
    assert!(is(409, json!({})));
    assert!(is(
        400,
        json!({"details": "User with this username already exists"})
    ));
    assert!(is(
        400,
        json!({"scimType": "uniqueness", "detail": "taken"})
    ));
    assert!(!is(400, json!({"details": "role does not exist"})));
    assert!(!is(400, json!({"details": "duplicate team"})));
}

// cxone.md 3.2, 3.4: User Hub's writes say so under a status of success, in any of their members.
#[test]
fn a_taken_user_name_is_recognised_in_every_member() {
    for body in [
        json!({"success": false, "message": "User already exists"}),
        json!({"success": false, "message": "Bad request", "error": "USER_ALREADY_EXISTS"}),
        json!({"success": false, "msg": "userName must be unique"}),
        json!({"code": "DUPLICATE_USER", "details": "cannot be saved", "errors": []}),
        json!({"status": 400, "error": "Bad Request", "message": "Username exists", "path": "/x"}),
        json!({"error": "user_not_unique", "errorDescription": "no"}),
    ] {
        assert!(duplicate(&answer(200, body.to_string())), "{body}");
    }
    let other = json!({"success": false, "message": "Role not found", "error": "ROLE"});
    assert!(!duplicate(&answer(200, other.to_string())));
}

// cxone.md 4: a user name cannot be changed while the employee is pending; 3.4: the shapes.
#[test]
fn a_name_that_waits_for_an_activation_is_recognised() {
    let words = "Username cannot be changed while the employee is Pending";
    for body in [
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "scimType": "mutability", "detail": words}),
        json!({"code": "BAD_REQUEST", "details": words, "errors": []}),
        json!({"status": 400, "error": "Bad Request", "message": words, "path": "/x"}),
        json!({"error": "invalid_request", "errorDescription": words}),
        json!({"success": false, "msg": "user name of an invited user"}),
        json!({"code": "USER_NAME_OF_PENDING_USER", "details": "no"}),
        json!(
            "the user name cannot be edited: the user has not activated the account, not yet activated"
        ),
    ] {
        assert!(pending(&answer(400, body.to_string())), "{body}");
    }
    for body in [
        json!({"details": "the approval of the role is pending"}),
        json!({"details": "the user name has no @"}),
        json!({"details": "the user name already exists, of a pending user"}),
        json!({}),
    ] {
        assert!(!pending(&answer(400, body.to_string())), "{body}");
    }
}

#[test]
fn errors_are_recognised_under_any_status() {
    assert!(is_error(&json!({"success": false, "message": "x"})));
    assert!(is_error(&json!({"error": "x", "errorDescription": "y"})));
    assert!(is_error(
        &json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"]})
    ));
    assert!(!is_error(
        &json!({"id": "1", "userName": "a", "errors": "x"})
    ));
    assert!(!is_error(&json!({"id": "1", "userName": "a"})));
    assert!(!is_error(&json!([])));
}
