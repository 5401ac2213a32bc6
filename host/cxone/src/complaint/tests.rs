use super::*;
use client::StatusCode;
use serde_json::json;

fn answer(status: u16, body: impl AsRef<[u8]>) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: None,
        body: body.as_ref().to_vec(),
    }
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
