use plugin::{FailurePolicy, OnFailure, PluginMode, Values};
use registry::Reference;

use crate::config::tests::parse;
use crate::config::*;

/// A configuration whose connection has these plugins; the first line is line 8.
fn table(lines: &str) -> Result<Vec<Plugin>, Mistakes> {
    let text = format!(
        "[tenants.acme.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n[tenants.acme.connections.okta]\nidp = \"okta\"\n\
         token = \"x\"\n[[tenants.acme.connections.okta.plugins]]\n{lines}\n"
    );
    let config = parse(&text)?;
    let connection = &config.tenants[0].connections[0];
    Ok(connection.plugins.clone())
}

fn one(lines: &str) -> Plugin {
    table(lines).expect(lines).remove(0)
}

const REFERENCE: &str = "oci://registry.example.com:5000/team/rules@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn nothing_said_is_enforced_and_rejects() {
    let plugin = one("use = \"okta\"");
    assert_eq!(plugin.name, "okta");
    assert_eq!(plugin.mode, PluginMode::Enforce);
    assert_eq!(plugin.on_failure, FailurePolicy::default());
    assert_eq!(plugin.on_failure.trap, OnFailure::Reject);
    assert!(!plugin.settings_secret);
    let config = parse(super::super::tests::SAMPLE).expect("a configuration");
    let recording = config.tenants[0].connections[0].recording;
    assert_eq!(recording, Recording::FAILURES);
}

#[test]
fn a_plugin_is_named_watched_and_given_a_way_out() {
    let plugin = one(&format!(
        "use = \"{REFERENCE}\"\nname = \"our rules\"\nmode = \"monitor\"\non_failure = \"owe\""
    ));
    assert_eq!(plugin.name, "our rules");
    assert_eq!(
        plugin.component,
        Component::Oci(Reference::parse(REFERENCE).expect("a reference"))
    );
    assert_eq!(plugin.mode, PluginMode::Monitor);
    assert_eq!(plugin.on_failure.busy, OnFailure::Owe);
    assert_eq!(plugin.on_failure.not_loaded, OnFailure::Owe);
    let plugin = one("use = \"okta\"\non_failure = { trap = \"pass\", busy = \"owe\" }");
    let expected = FailurePolicy {
        trap: OnFailure::Pass,
        busy: OnFailure::Owe,
        ..FailurePolicy::default()
    };
    assert_eq!(plugin.on_failure, expected);
}

#[test]
fn settings_that_were_filled_in_are_known() {
    let secret = |lines: &str| one(lines).settings_secret;
    assert!(!secret("use = \"okta\"\nsettings = { a = \"b\" }"));
    assert!(secret(
        "use = \"okta\"\nsettings = { a = [{ b = \"<${env:CXONE_ACCESS_KEY_ID}>\" }] }"
    ));
    assert!(!secret("use = \"${env:CXONE_ACCESS_KEY_ID}\""));
    let second = "use = \"okta\"\n[[tenants.acme.connections.okta.plugins]]\nuse = \"tenant-rules\"\n\
                  settings = { a = \"${env:CXONE_ACCESS_KEY_ID}\" }";
    let plugins = table(second).expect("a configuration");
    let secret: Vec<bool> = plugins.iter().map(|it| it.settings_secret).collect();
    assert_eq!(secret, [false, true]);
}

#[test]
fn mistakes_name_their_place() {
    let tag = "oci://r.example.com/rules:1.0";
    let short = "oci://r.example.com/rules@sha256:0123";
    for (lines, expected) in [
        (
            "use = \"https://x\"",
            ":8:7: \"https://x\" is no reference to a registry".to_owned(),
        ),
        (
            &*format!("use = \"{tag}\""),
            format!(":8:7: {tag:?} is not pinned"),
        ),
        (&*format!("use = \"{short}\""), format!(":8:7: {short:?}: ")),
        (
            "use = \"${env:CXONE_ACCESS_KEY_SECRET}://x\"",
            ":8:7: what is filled in here is no reference".to_owned(),
        ),
        (
            "use = \"okta\"\nmode = \"observe\"",
            ":9:8: the mode \"observe\" is not known\n  hint: known: enforce, monitor".to_owned(),
        ),
        (
            "use = \"okta\"\non_failure = \"ow\"",
            ":9:14: the on_failure \"ow\" is not known\n  hint: did you mean \"owe\"?".to_owned(),
        ),
        (
            "use = \"okta\"\non_failure = { traps = \"owe\" }",
            ":9:16: a plugin does not end with \"traps\"\n  hint: did you mean \"trap\"?"
                .to_owned(),
        ),
        (
            "use = \"okta\"\non_failure = { trap = \"ignore\" }",
            ":9:23: the on_failure \"ignore\" is not known".to_owned(),
        ),
        (
            "use = \"okta\"\non_failure = 1",
            ":9:14: invalid type".to_owned(),
        ),
        (
            "use = \"okta\"\nname = \" \"",
            ":9:8: a plugin's name is a line".to_owned(),
        ),
        (
            "use = \"okta\"\nname = \"${env:CXONE_ACCESS_KEY_SECRET}\"",
            ":9:8: a plugin's name is a line".to_owned(),
        ),
        (
            "use = \"okta\"\n[[tenants.acme.connections.okta.plugins]]\nuse = \"google\"\nname = \"okta\"",
            ":11:8: another plugin of the connection has this name".to_owned(),
        ),
        (
            "use = \"okta\"\n[[tenants.acme.connections.okta.plugins]]\nuse = \"okta\"",
            ":10:7: another plugin of the connection has this name\n  hint: without a name, `use` is it".to_owned(),
        ),
    ] {
        let message = table(lines).expect_err(lines).to_string();
        assert!(
            message.contains(&expected),
            "{message:?} should have {expected:?}"
        );
        assert!(!message.contains("canary"), "{message}");
    }
}

#[test]
fn recordings_are_bounded() {
    let recording = |lines: &str| {
        let text = format!("use = \"okta\"\n[tenants.acme.connections.okta.recording]\n{lines}");
        let text = format!(
            "[tenants.acme.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n[tenants.acme.connections.okta]\nidp = \"okta\"\n\
             token = \"x\"\n[[tenants.acme.connections.okta.plugins]]\n{text}\n"
        );
        let config = parse(&text).map_err(|mistakes| mistakes.to_string())?;
        Ok::<_, String>(config.tenants[0].connections[0].recording)
    };
    let default = Recording {
        sample: 0.0,
        bytes: 16 << 20,
        values: Values::Masked,
    };
    assert_eq!(recording(""), Ok(default));
    let all = recording("sample = 1\nbytes = 1000000\nvalues = \"clear\"");
    let expected = Recording {
        sample: 1.0,
        bytes: 1_000_000,
        values: Values::Clear,
    };
    assert_eq!(all, Ok(expected));
    for (lines, expected) in [
        ("sample = 1.5", ":10:10: a sample is a part of all calls"),
        ("sample = nan", ":10:10: a sample is a part of all calls"),
        ("bytes = 10", ":10:9: the recordings take at least"),
        ("bytes = -1", ":10:9: invalid value"),
        (
            "values = \"plain\"",
            ":10:10: the values \"plain\" is not known",
        ),
        ("rate = 1", ":10:1: the key \"rate\" is not known here"),
    ] {
        let message = recording(lines).expect_err(lines);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
}
