use std::collections::BTreeSet;

use jsonschema::Validator;

use super::*;

fn plugins() -> BTreeMap<String, Value> {
    let own = json!({
        "$schema": DRAFT, "type": "object", "additionalProperties": false,
        "properties": {"rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}}, "again": {"$ref": "#"}},
        "$defs": {"Rule": {"type": "object", "required": ["when"], "properties": {"when": {"$ref": "#/$defs/When"}}}, "When": {"type": "string"}},
    });
    BTreeMap::from([("tenant-rules".to_owned(), own)])
}

fn validator(part: Part) -> Validator {
    jsonschema::validator_for(&schema(part, &plugins())).expect("a schema")
}

fn document(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("JSON")
}

/// The TOML examples of the page that are whole tables of a configuration.
fn examples() -> Vec<String> {
    blocks(include_str!("../../../../../docs/configuration.md"))
}

fn blocks(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split_once("```"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

/// The settings of the bundled plugins as docs/plugins.md shows them, against the schemas that the components carry.
#[test]
fn what_the_page_of_plugins_shows_is_of_their_schemas() {
    let engine = crate::app::engine().expect("an engine");
    let schema_of = |bundled: &bundled::Bundled| {
        let loaded = engine.load(bundled.name, bundled.bytes).expect("a plugin");
        (bundled.name.to_owned(), loaded.about().settings())
    };
    let plugins: BTreeMap<String, Value> = bundled::all().iter().map(schema_of).collect();
    let file = jsonschema::validator_for(&schema(Part::File, &plugins)).expect("a schema");
    let blocks = blocks(include_str!("../../../../../docs/plugins.md"));
    assert!(blocks.len() >= 4, "{}", blocks.len());
    for block in &blocks {
        let document = document(block);
        let wrong = file.iter_errors(&document);
        let wrong = wrong.filter(|error| !error.to_string().contains("is a required property"));
        let wrong: Vec<String> = wrong.map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{block}");
        // A setting that nobody knows is found, so that something is looked at.
        let misspelt = block.replacen(".settings]", ".settings]\nno_such_setting = 1", 1);
        let misspelt = misspelt.replacen(
            ".settings.attributes]",
            ".settings.attributes]\nnoSuchAttribute = 1",
            1,
        );
        assert_ne!(&misspelt, block);
        assert!(!file.is_valid(&self::document(&misspelt)), "{misspelt}");
    }
}

#[test]
fn what_the_page_shows_is_of_the_schema() {
    let (file, tenant) = (validator(Part::File), validator(Part::Tenant));
    let examples = examples();
    assert!(examples.len() >= 7, "{}", examples.len());
    for example in examples {
        let document = document(&example);
        let is_file = document.get("tenants").is_some() || document.get("listen").is_some();
        // An example shows a part: what it leaves out is no mistake of it.
        let part = if is_file { &file } else { &tenant };
        let wrong = part.iter_errors(&document);
        let wrong = wrong.filter(|error| !error.to_string().contains("is a required property"));
        let wrong: Vec<String> = wrong.map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{example}");
    }
}

const WHOLE: &str = r#"
[listen]
scim = "127.0.0.1:0"
[tenants.acme.cxone]
access_key_id = "x"
access_key_secret = "${env:X}"
api = "scim"
[tenants.acme.connections.entra]
idp = "entra"
token = "x"
mode = "${env:MODE}"
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
on_failure = { trap = "owe" }
settings = { rules = [{ when = "x" }] }
"#;

#[test]
fn mistakes_are_found_where_the_program_finds_them() {
    let file = validator(Part::File);
    let good = document(WHOLE);
    let wrong: Vec<String> = file.iter_errors(&good).map(|it| it.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    for (from, to) in [
        ("scim = \"127", "skim = \"127"),
        ("api = \"scim\"", "api = \"scimm\""),
        ("idp = \"entra\"\n", ""),
        (
            "tenants.acme.connections.entra]",
            "tenants.acme.connections.En_tra]",
        ),
        ("trap = \"owe\"", "trap = \"shrug\""),
        ("trap = \"owe\"", "tarp = \"owe\""),
        ("when = \"x\"", "wenn = \"x\""),
        ("when = \"x\"", "when = 1"),
        ("settings = { rules", "settings = { rulse"),
        (
            "settings = { rules",
            "settings = { again = { rulse = 1 }, rules",
        ),
    ] {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE, "{from}");
        assert!(!file.is_valid(&document(&text)), "{to}");
    }
    // Another plugin's settings are its own affair.
    let other = WHOLE
        .replace("tenant-rules", "acme.wasm")
        .replace("when", "wenn");
    assert!(file.is_valid(&document(&other)));
}

/// The keys that a schema knows at a place.
fn keys(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let table = schema.pointer(pointer).expect(pointer);
    let properties = table["properties"].as_object().expect(pointer);
    properties.keys().cloned().collect()
}

#[test]
fn schema_and_program_know_the_same_keys_and_each_is_described() {
    const CXONE: &str = "[tenants.x.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n";
    let schema = schema(Part::File, &plugins());
    let connection = "/$defs/tenant/properties/connections/additionalProperties";
    let auth = format!("{connection}/properties/auth");
    let below = |name: &str| format!("{connection}/properties/{name}");
    let in_connection = |name: &str| format!("{CXONE}[tenants.x.connections.y.{name}]");
    for (pointer, table, described) in [
        ("/properties/listen".to_owned(), "[listen]".to_owned(), true),
        ("/properties/ledger".to_owned(), "[ledger]".to_owned(), true),
        (
            "/properties/plugins".to_owned(),
            "[plugins]".to_owned(),
            true,
        ),
        (
            "/$defs/tenant".to_owned(),
            format!("{CXONE}[tenants.x]"),
            false,
        ),
        (
            "/$defs/tenant/properties/cxone".to_owned(),
            CXONE.to_owned(),
            true,
        ),
        (
            "/$defs/tenant/properties/templates/additionalProperties".to_owned(),
            format!("{CXONE}[tenants.x.templates.y]"),
            true,
        ),
        (
            connection.to_owned(),
            format!("{CXONE}[tenants.x.connections.y]"),
            true,
        ),
        (below("recording"), in_connection("recording"), true),
        (below("guard"), in_connection("guard"), false),
        (
            format!("{}/items", below("plugins")),
            format!("{CXONE}[[tenants.x.connections.y.plugins]]"),
            true,
        ),
        (auth.clone(), in_connection("auth"), false),
        (
            format!("{auth}/properties/basic"),
            in_connection("auth.basic"),
            false,
        ),
        (
            format!("{auth}/properties/oauth"),
            in_connection("auth.oauth"),
            false,
        ),
        (
            format!("{auth}/properties/workload_identity"),
            in_connection("auth.workload_identity"),
            false,
        ),
        (
            format!("{auth}/properties/entra"),
            in_connection("auth.entra"),
            false,
        ),
    ] {
        let text = format!("{table}\nno_such_key = 1\n");
        let message = super::super::tests::parse(&text)
            .expect_err(&table)
            .to_string();
        let (_, known) = message.split_once("known: ").expect(&message);
        let known: BTreeSet<String> = known.trim().split(", ").map(str::to_owned).collect();
        // What is taken apart before the rest is read is no key of the rest.
        let of_schema = keys(&schema, &pointer);
        assert_eq!(of_schema, known, "{pointer}");
        if described {
            let properties = &schema.pointer(&pointer).expect("a table")["properties"];
            for key in &of_schema {
                let description = properties[key]["description"].as_str().unwrap_or_default();
                assert!(description.len() > 10, "{pointer}: {key}: {description:?}");
            }
        }
    }
}

/// Every word that the schema offers is one that the program takes, and none is missing.
#[test]
fn the_words_are_those_of_the_program() {
    let schema = schema(Part::File, &plugins());
    let connection = "/$defs/tenant/properties/connections/additionalProperties/properties";
    let cxone = "/$defs/tenant/properties/cxone/properties";
    let mut checked = 0;
    for (pointer, from, key) in [
        (format!("{connection}/idp"), "idp = \"entra\"", "idp"),
        (
            format!("{connection}/mode"),
            "mode = \"${env:MODE}\"",
            "mode",
        ),
        (format!("{cxone}/api"), "api = \"scim\"", "api"),
    ] {
        let words = schema.pointer(&pointer).expect(&pointer)["anyOf"][0]["enum"].clone();
        let wrong = WHOLE.replace(from, &format!("{key} = \"zzz\""));
        let message = super::super::tests::parse(
            &wrong
                .replace("${env:X}", "x")
                .replace("${env:MODE}", "live"),
        );
        let message = message.expect_err(key).to_string();
        for word in words.as_array().expect("words") {
            let word = word.as_str().expect("a word");
            assert!(message.contains(word), "{key} {word}: {message}");
            checked += 1;
        }
    }
    assert!(checked > 8, "{checked}");
}
