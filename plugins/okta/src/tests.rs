use jackfield_sdk::{Target, native};

use super::*;

mapping::laws!(Okta);

fn map(source: &str) -> Target {
    let input = native::Forward {
        source: source.to_owned(),
        ..native::Forward::default()
    };
    native::to_target::<Okta>(input).unwrap().parse().unwrap()
}

#[test]
fn a_user_of_an_app_is_mapped() {
    let target = map(
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com",
            "name":{"givenName":"Ada","middleName":"K","familyName":"Byron"},"displayName":"Ada Byron",
            "emails":[{"primary":true,"value":"ada@example.com","type":"work"}],
            "phoneNumbers":[{"primary":true,"value":"+44 7700 900123","type":"work"}],
            "locale":"en-US","timezone":"Europe/London","title":"Lead","userType":"Employee",
            "externalId":"00uADA0001","active":true}"#,
    );
    let expected = concat!(
        r#"{"userName":"ada@example.com","givenName":"Ada","middleName":"K","familyName":"Byron","displayName":"Ada Byron","#,
        r#""email":"ada@example.com","mobileNumber":"+44 7700 900123","timeZone":"Europe/London","userType":"Employee","active":true}"#
    );
    assert_eq!(target.to_json(), expected);
}

#[test]
fn the_primary_email_counts_whatever_its_type() {
    for (emails, expected) in [
        (
            r#"[{"type":"work","primary":false,"value":"w"},{"type":"home","primary":true,"value":"p"}]"#,
            "p",
        ),
        (
            r#"[{"type":"home","value":"h"},{"type":"work","value":"w"}]"#,
            "w",
        ),
        (r#"[{"type":"home","value":"h"}]"#, "h"),
    ] {
        let target = map(&format!(r#"{{"emails":{emails}}}"#));
        assert_eq!(target.email(), Some(expected), "{emails}");
    }
}

#[test]
fn a_mobile_number_goes_before_the_primary_one() {
    for (phones, expected) in [
        (
            r#"[{"type":"work","primary":true,"value":"w"},{"type":"mobile","value":"m"}]"#,
            Some("m"),
        ),
        (r#"[{"type":"work","primary":true,"value":"w"}]"#, Some("w")),
        (r#"[{"type":"work","value":"w"}]"#, None),
    ] {
        let target = map(&format!(r#"{{"phoneNumbers":{phones}}}"#));
        assert_eq!(target.mobile_number(), expected, "{phones}");
    }
}
