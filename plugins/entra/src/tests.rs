use jackfield_sdk::{Error, Group, Target, native};

use super::*;

mapping::laws!(Entra);

/// What Entra's default mappings send for a user with everything filled in.
const ADA: &str = r#"{
    "schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "externalId":"ada","userName":"Ada@example.com","active":true,"displayName":"Ada Byron","title":"Lead",
    "emails":[{"primary":false,"type":"home","value":"ada@home.example"},{"primary":true,"type":"work","value":"ada@example.com"}],
    "preferredLanguage":"en-GB","name":{"givenName":"Ada","familyName":"Byron","formatted":"Ada Byron"},
    "phoneNumbers":[{"type":"work","value":"+44 20 7946 0001"},{"type":"mobile","value":"+44 (0) 7700 900-123"}],
    "timezone":"Europe/London","userType":"Employee","roles":[{"value":"Evaluator"},{"primary":true,"value":"Agent"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7","department":"Support","manager":{"value":"1"}}
}"#;

fn map(source: &str, settings: &str) -> Result<String, Error> {
    native::to_target::<Entra>(native::Forward {
        source: source.to_owned(),
        settings: settings.to_owned(),
        groups: vec![Group {
            id: "1".to_owned(),
            external_id: None,
            display_name: "CX Supervisors".to_owned(),
        }],
        ..native::Forward::default()
    })
}

#[test]
fn the_default_table_maps_a_full_user() {
    let expected = concat!(
        r#"{"userName":"Ada@example.com","givenName":"Ada","familyName":"Byron","displayName":"Ada Byron","email":"ada@example.com","#,
        r#""mobileNumber":"+44 (0) 7700 900-123","timeZone":"Europe/London","userType":"Employee","role":"Agent","active":true}"#
    );
    assert_eq!(map(ADA, "{}").unwrap(), expected);
}

#[test]
fn an_email_is_the_work_one_or_the_primary_or_the_first() {
    for (emails, expected) in [
        (
            r#"[{"type":"home","primary":true,"value":"h"},{"type":"work","value":"w"}]"#,
            Some("w"),
        ),
        (
            r#"[{"type":"home","value":"h"},{"type":"other","primary":true,"value":"p"},{"type":"work","value":""}]"#,
            Some("p"),
        ),
        (
            r#"[{"type":"home","value":"h"},{"type":"other","value":"o"}]"#,
            Some("h"),
        ),
        ("[]", None),
    ] {
        let target: Target = map(&format!(r#"{{"emails":{emails}}}"#), "{}")
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(target.email(), expected, "{emails}");
    }
}

#[test]
fn settings_change_the_table_row_by_row() {
    let settings = r#"{"attributes":{
        "mobileNumber":"",
        "team":{"from":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"},
        "role":{"group":[{"name":"cx supervisors","value":"Manager"}]}
    }}"#;
    let target: Target = map(ADA, settings).unwrap().parse().unwrap();
    assert_eq!(target.team(), Some("Support"));
    assert_eq!(target.role(), Some("Manager"));
    assert_eq!(target.mobile_number(), None);
    assert_eq!(target.user_name(), Some("Ada@example.com"));
}

#[test]
fn somebody_whom_entra_never_wrote_gets_a_source() {
    let made = native::to_source::<Entra>(native::Backward {
        target: r#"{"userName":"ada@example.com","email":"ada@example.com","mobileNumber":"+44 7700 900123","role":"Agent","active":true}"#
            .to_owned(),
        ..native::Backward::default()
    });
    let expected = concat!(
        r#"{"userName":"ada@example.com","emails":[{"type":"work","value":"ada@example.com"}],"#,
        r#""phoneNumbers":[{"type":"mobile","value":"+44 7700 900123"}],"roles":[{"primary":true,"value":"Agent"}],"active":true}"#
    );
    assert_eq!(made.unwrap(), expected);
}
