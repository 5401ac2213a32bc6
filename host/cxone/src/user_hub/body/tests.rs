use super::*;
use bridge::directory::{Role, Team};
use serde_json::json;

fn directory() -> Directory {
    let role = |id: &str, name: &str| Role {
        id: id.to_owned(),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
    };
    Directory {
        roles: vec![
            role("r-1", "Agent"),
            role("r-2", "Manager"),
            role("r-3", "Evaluator"),
        ],
        teams: vec![Team {
            id: "t-1".to_owned(),
            name: "Support".to_owned(),
        }],
        ..Directory::default()
    }
}

fn read() -> Value {
    json!({
        "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "middleName": "M", "lastName": "Lin",
        "displayName": "Ada L.", "fullName": "Ada Lin", "emailAddress": "ada@example.com", "type": "Agent",
        "mobileNumber": "+1 555 0101", "mobileNumber2": "+1 555 0102", "assignedGroup": "g-1", "rank": 3,
        "country": "US", "timeZone": "America/Denver", "role": "Agent", "roleUUID": "r-1",
        "secondaryRoleIds": ["r-3", "r-9"], "hireDate": "2020-01-01", "status": "ACTIVE",
        "acdInfos": [{"loginId": "7"}], "groupIds": ["g-7"], "impersonated": false, "billable": true,
        "teamId": "t-1", "externalIdentity": "ada-ext", "emailToBeVerified": "new@example.com",
        "views": [{"id": "v-1", "objectType": "VIEW"}], "loginAuthenticatorId": "la-1",
        "customAttributes": {"shift": {"id": "c-1", "values": [{"value": "late"}]}},
        "applicationAttributes": {"ACD": [{"name": "recording", "values": ["on"]}]}, "deletedDate": null,
    })
}

fn change(set: &[(Attribute, Option<&str>)]) -> Change {
    Change {
        set: set
            .iter()
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect(),
        ..Change::default()
    }
}

fn updated(read: &Value, set: &[(Attribute, Option<&str>)]) -> Value {
    update(read.as_object().unwrap(), &change(set), Some(&directory()))
}

// cxone.md 3.2: the body of the create, of which firstName, lastName, emailAddress and role are required.
#[test]
fn a_create_says_what_the_target_has() {
    let target = Target::from_json(&json!({
        "userName": "ada@example.com", "givenName": "Ada", "middleName": "M", "familyName": "Lin",
        "displayName": "Ada L.", "email": "ada@example.com", "mobileNumber": "+1 555 0101",
        "timeZone": "America/Denver", "userType": "Agent", "role": "manager", "team": "SUPPORT",
        "loginAuthenticator": "SSO", "secondaryRoles": ["Evaluator", "r-9"],
        "externalIdentity": "ada-ext", "applicationAttributes": ["ACD/recording=on"],
    }))
    .unwrap();
    assert_eq!(
        create(&target, Some("Agent"), Some(&directory())),
        Some(json!({
            "userName": "ada@example.com", "firstName": "Ada", "lastName": "Lin",
            "emailAddress": "ada@example.com", "mobileNumber": "+1 555 0101",
            "timeZone": "America/Denver", "role": "r-2", "teamId": "t-1",
            "secondaryRoleIds": ["r-3", "r-9"], "externalIdentity": "ada-ext",
            "applicationAttributes": {"ACD": [{"name": "recording", "values": ["on"]}]},
        }))
    );
}

#[test]
fn whoever_has_no_role_is_given_the_default_one() {
    let target = Target::from_json(&json!({"email": "ada@example.com"})).unwrap();
    let body = create(&target, Some("agent"), Some(&directory())).unwrap();
    assert_eq!(
        body,
        json!({"emailAddress": "ada@example.com", "role": "r-1"})
    );
    assert_eq!(create(&target, None, Some(&directory())), None);
}

// cxone.md 3.2: the body of the update. Reads have more (3.1): middleName, displayName, type, status and the like.
#[test]
fn an_update_gives_back_what_is_not_ours() {
    assert_eq!(
        updated(&read(), &[(Attribute::FamilyName, Some("Byron"))]),
        json!({
            "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "lastName": "Byron",
            "emailAddress": "ada@example.com", "role": "r-1", "assignedGroup": "g-1",
            "emailToBeVerified": "new@example.com",
            "customAttributes": {"shift": {"id": "c-1", "values": [{"value": "late"}]}},
            "mobileNumber": "+1 555 0101", "rank": 3, "timeZone": "America/Denver", "teamId": "t-1",
            "hireDate": "2020-01-01", "acdInfos": [{"loginId": "7"}], "groupIds": ["g-7"],
            "applicationAttributes": {"ACD": [{"name": "recording", "values": ["on"]}]},
            "externalIdentity": "ada-ext", "billable": true, "secondaryRoleIds": ["r-3", "r-9"],
            "views": [{"id": "v-1", "objectType": "VIEW"}],
        })
    );
}

// cxone.md 3.2: id, userName, firstName, lastName, emailAddress, role, assignedGroup, emailToBeVerified.
#[test]
fn what_an_update_requires_is_always_there() {
    let bare = json!({
        "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "lastName": "Lin",
        "emailAddress": "ada@example.com", "role": "r-1", "assignedGroup": null,
    });
    assert_eq!(
        updated(&bare, &[(Attribute::TimeZone, Some("UTC"))]),
        json!({
            "id": "u-1", "userName": "ada@example.com", "firstName": "Ada", "lastName": "Lin",
            "emailAddress": "ada@example.com", "role": "r-1", "assignedGroup": "",
            "emailToBeVerified": "", "timeZone": "UTC",
        })
    );
}

#[test]
fn an_external_identity_is_written_only_where_it_is_wanted() {
    let mut without = read();
    without
        .as_object_mut()
        .unwrap()
        .shift_remove("externalIdentity");
    let body = updated(&without, &[(Attribute::Email, Some("ada@example.org"))]);
    assert_eq!(body.get("externalIdentity"), None);
    let body = updated(&without, &[(Attribute::ExternalIdentity, Some("ada-ext"))]);
    assert_eq!(body["externalIdentity"], "ada-ext");
}

#[test]
fn clearing_empties_and_no_role_is_taken_away() {
    let body = updated(
        &read(),
        &[
            (Attribute::MobileNumber, None),
            (Attribute::Team, None),
            (Attribute::Role, None),
            (Attribute::SecondaryRoles, None),
            (Attribute::ExternalIdentity, None),
            (Attribute::ApplicationAttributes, None),
        ],
    );
    for cleared in ["mobileNumber", "teamId", "externalIdentity"] {
        assert_eq!(body[cleared], "", "{cleared}");
    }
    assert_eq!(body["role"], "r-1");
    assert_eq!(body["secondaryRoleIds"], json!([]));
    assert_eq!(body["applicationAttributes"], json!({}));
}

// cxone.md 4: one primary role, and secondary ones beside it.
#[test]
fn a_new_primary_role_keeps_the_others_and_is_none_of_them() {
    let body = updated(&read(), &[(Attribute::Role, Some("Evaluator"))]);
    assert_eq!(body["role"], "r-3");
    assert_eq!(body["secondaryRoleIds"], json!(["r-9"]));
    let body = updated(
        &read(),
        &[(Attribute::SecondaryRoles, Some("Manager\nr-1"))],
    );
    assert_eq!(body["role"], "r-1");
    assert_eq!(body["secondaryRoleIds"], json!(["r-2"]));
}

#[test]
fn what_no_body_has_needs_no_update() {
    assert!(!is_of_update(&change(&[
        (Attribute::DisplayName, Some("Ada")),
        (Attribute::MiddleName, None),
        (Attribute::UserType, Some("x")),
        (Attribute::LoginAuthenticator, Some("SSO")),
    ])));
    assert!(!is_of_update(&Change::deactivation()));
    assert!(is_of_update(&change(&[(Attribute::Team, None)])));
}
