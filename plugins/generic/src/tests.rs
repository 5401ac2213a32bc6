use jackfield_sdk::native;

use super::*;

mapping::laws!(Generic);

const EVERYTHING: &str = r#"{"userName":"ada@example.com","name":{"givenName":"Ada","middleName":"King","familyName":"Byron"},
    "displayName":"Ada Byron","emails":[{"type":"work","value":"ada@example.com"}],
    "phoneNumbers":[{"type":"mobile","value":"+44 7700 900123"}],"preferredLanguage":"en-GB","timezone":"Europe/London",
    "userType":"Employee","roles":[{"value":"Evaluator"},{"primary":true,"value":"Agent"}],"active":true,
    "urn:ietf:params:scim:schemas:extension:nice:2.0:User":{"team":{"value":"Voice","display":"Voice"},"loginAuthenticator":"SSO"}}"#;

const TARGET: &str = concat!(
    r#"{"userName":"ada@example.com","givenName":"Ada","middleName":"King","familyName":"Byron","displayName":"Ada Byron","#,
    r#""email":"ada@example.com","mobileNumber":"+44 7700 900123","timeZone":"Europe/London","userType":"Employee","#,
    r#""role":"Agent","team":"Voice","loginAuthenticator":"SSO","active":true}"#
);

#[test]
fn everything_that_cxone_has_a_place_for_is_mapped() {
    let target = native::to_target::<Generic>(native::Forward {
        source: EVERYTHING.to_owned(),
        ..native::Forward::default()
    });
    assert_eq!(target.unwrap(), TARGET);
}

#[test]
fn somebody_found_in_cxone_is_shown_with_everything() {
    let source = native::to_source::<Generic>(native::Backward {
        target: TARGET.to_owned(),
        ..native::Backward::default()
    });
    let expected = concat!(
        r#"{"userName":"ada@example.com","name":{"givenName":"Ada","middleName":"King","familyName":"Byron"},"displayName":"Ada Byron","#,
        r#""emails":[{"type":"work","value":"ada@example.com"}],"phoneNumbers":[{"type":"mobile","value":"+44 7700 900123"}],"#,
        r#""timezone":"Europe/London","userType":"Employee","roles":[{"primary":true,"value":"Agent"}],"active":true,"#,
        r#""urn:ietf:params:scim:schemas:extension:nice:2.0:User":{"team":"Voice","loginAuthenticator":"SSO"}}"#
    );
    assert_eq!(source.unwrap(), expected);
}
