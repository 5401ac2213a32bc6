use jackfield_sdk::native;

use super::*;

mapping::laws!(Onelogin);

#[test]
fn a_template_with_cxones_extension_is_mapped() {
    let target = native::to_target::<Onelogin>(native::Forward {
        source: r#"{"userName":"ada@example.com","name":{"familyName":"Byron","givenName":"Ada"},
            "emails":{"value":"ada@example.com","type":"work","primary":true},"title":"","roles":[{"value":"Agent"}],
            "urn:ietf:params:scim:schemas:extension:nice:2.0:User":{"team":"Voice","loginAuthenticator":{"value":"SSO"}}}"#
            .to_owned(),
        ..native::Forward::default()
    });
    let expected = concat!(
        r#"{"userName":"ada@example.com","givenName":"Ada","familyName":"Byron","email":"ada@example.com","role":"Agent","#,
        r#""team":"Voice","loginAuthenticator":"SSO"}"#
    );
    assert_eq!(target.unwrap(), expected);
}
