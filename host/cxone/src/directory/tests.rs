use super::*;

#[test]
fn the_version_is_the_content() {
    let role = |name: &str, status: &str| Role {
        id: "1".to_owned(),
        name: name.to_owned(),
        status: status.to_owned(),
    };
    let of = |role: Role| version(&[role], &[], &[]);
    assert_eq!(of(role("Agent", "ACTIVE")), of(role("Agent", "ACTIVE")));
    assert_ne!(of(role("Agent", "ACTIVE")), of(role("Agent", "DRAFT")));
    assert_ne!(of(role("AgentA", "CTIVE")), of(role("Agent", "ACTIVE")));
    let with = |name: &str| {
        let authenticator = LoginAuthenticator {
            id: "la-1".to_owned(),
            name: name.to_owned(),
        };
        version(&[], &[], &[authenticator])
    };
    assert_ne!(with("SSO"), with("System"));
    assert_ne!(with("SSO"), version(&[], &[], &[]));
}

#[test]
fn roles_and_teams_are_read_as_the_documents_show_them() {
    // cxone.md 3.1
    let found =
        role(&json!({"roleId": "r-1", "roleName": "Agent", "status": "ACTIVE", "internal": false}));
    let wanted = Role {
        id: "r-1".to_owned(),
        name: "Agent".to_owned(),
        status: "ACTIVE".to_owned(),
    };
    assert_eq!(found, Some(wanted));
    let found =
        team(&json!({"id": "t-1", "name": "Default", "status": "ACTIVE", "isDefault": true}));
    let wanted = Team {
        id: "t-1".to_owned(),
        name: "Default".to_owned(),
    };
    assert_eq!(found, Some(wanted));
    assert_eq!(team(&json!({"name": "no id"})), None);
}
