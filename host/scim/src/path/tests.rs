use serde_json::json;

use super::*;
use crate::error::ScimType;
use crate::urn;

fn user(text: &str) -> Result<AttributePath, Error> {
    AttributePath::parse(text, ResourceSchemas::user())
}

#[test]
fn paths_become_canonical() {
    let ent = urn::ENTERPRISE_USER;
    let cxone = "urn:ietf:params:scim:schemas:extension:cxone:2.0:User";
    for (given, wanted) in [
        ("USERNAME".to_owned(), "userName".to_owned()),
        ("Name.GivenName".into(), "name.givenName".into()),
        (format!("{}:active", urn::USER), "active".into()),
        (
            format!("{}.name.familyName", urn::USER),
            "name.familyName".into(),
        ),
        (format!("{ent}:Department"), format!("{ent}:department")),
        (format!("{ent}.department"), format!("{ent}:department")),
        (
            format!("{ent}:manager.Value"),
            format!("{ent}:manager.value"),
        ),
        ("manager".into(), format!("{ent}:manager")),
        (
            "urn:scim:schemas:extension:enterprise:1.0:department".into(),
            format!("{ent}:department"),
        ),
        (ent.to_lowercase(), ent.into()),
        (cxone.into(), cxone.into()),
        (
            format!("{cxone}:skill.level"),
            format!("{cxone}:skill.level"),
        ),
        (format!("{cxone}.skill"), format!("{cxone}:skill")),
        (
            "urn:example:acme:skill".into(),
            "urn:example:acme:skill".into(),
        ),
        (
            r#"Emails[TYPE eq "work"].Value"#.into(),
            r#"emails[type eq "work"].value"#.into(),
        ),
        (
            r#"emails[value eq "a]b\"]c"]"#.into(),
            r#"emails[value eq "a]b\"]c"]"#.into(),
        ),
        (
            r#"roles[primary eq "True"].value"#.into(),
            "roles[primary eq true].value".into(),
        ),
        (
            format!("{}:emails[type eq work].value", urn::USER),
            r#"emails[type eq "work"].value"#.into(),
        ),
        ("groups.$ref".into(), "groups.$ref".into()),
    ] {
        let path = user(&given).unwrap_or_else(|error| panic!("{given}: {error}"));
        assert_eq!(path.to_string(), wanted, "{given}");
        assert_eq!(
            user(&path.to_string()).as_ref(),
            Ok(&path),
            "{given} read back"
        );
    }
}

#[test]
fn what_leads_nowhere_is_refused() {
    for given in [
        "",
        "nickname2",
        "name.nope",
        "userName.value",
        "name.givenName.x",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"]value",
        "userName[value eq \"x\"]",
        "name.givenName[a eq 1]",
        "a b",
        "x:y",
        "urn:x",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:nope",
        "1a",
        "emails[type eq \"work\"].nope",
    ] {
        let error = user(given).unwrap_err();
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(ScimType::InvalidPath)),
            "{given}"
        );
    }
    for given in [
        "emails[]",
        "emails[type]",
        "emails[nope eq 1]",
        "emails[type xx \"work\"]",
    ] {
        assert_eq!(
            user(given).unwrap_err().scim_type,
            Some(ScimType::InvalidFilter),
            "{given}"
        );
    }
}

#[test]
fn values_are_found() {
    let resource = json!({
        "userName": "ada@example.com",
        "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}],
        (urn::ENTERPRISE_USER): {"manager": {"value": "u-grace"}},
        "urn:example:2.0:User": {"skills": ["a", "b"]},
    });
    let map = resource.as_object().unwrap();
    for (path, wanted) in [
        ("userName", json!(["ada@example.com"])),
        ("emails.value", json!(["h", "w"])),
        (r#"emails[type eq "WORK"].value"#, json!(["w"])),
        ("manager.value", json!(["u-grace"])),
        ("urn:example:2.0:user:SKILLS", json!([["a", "b"]])),
        ("title", json!([])),
    ] {
        assert_eq!(json!(user(path).unwrap().values(map)), wanted, "{path}");
    }
}
