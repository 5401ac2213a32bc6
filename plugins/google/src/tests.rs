use jackfield_sdk::native;

use super::*;

mapping::laws!(Google);

const ADA: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com",
    "emails":[{"primary":true,"value":"ada@example.com","type":"work"}],"displayName":"Ada Byron",
    "name":{"givenName":"Ada","familyName":"Byron"},"timezone":"Europe/London","roles":[{"value":"Agent"}],"active":true}"#;

fn map(settings: &str) -> String {
    let target = native::to_target::<Google>(native::Forward {
        source: ADA.to_owned(),
        settings: settings.to_owned(),
        ..native::Forward::default()
    });
    target.unwrap()
}

#[test]
fn what_google_sends_is_mapped_and_nothing_else() {
    let expected = concat!(
        r#"{"userName":"ada@example.com","givenName":"Ada","familyName":"Byron","displayName":"Ada Byron","#,
        r#""email":"ada@example.com","active":true}"#
    );
    assert_eq!(map("{}"), expected);
}

#[test]
fn rows_and_groups_add_what_is_missing() {
    let settings = r#"{"attributes":{"timeZone":"timezone"},"groups":[{"group":"A","role":"Manager"}],"default":{"role":"Agent"}}"#;
    let expected = concat!(
        r#"{"userName":"ada@example.com","givenName":"Ada","familyName":"Byron","displayName":"Ada Byron","#,
        r#""email":"ada@example.com","timeZone":"Europe/London","role":"Agent","active":true}"#
    );
    assert_eq!(map(settings), expected);
}
