//! Which source attributes a chain reads.

use std::collections::BTreeSet;

use serde_json::Value;

use super::entry::Entry;
use crate::inspect::Kind;

/// The schemas that discovery shows anyway (RFC 7643, section 8.7).
const KNOWN: [&str; 2] = [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
];

/// The paths of mappers' tables, and those into extensions that anybody's settings name.
pub(super) fn of(entries: &[Entry]) -> Vec<String> {
    let mut paths = BTreeSet::new();
    for entry in entries {
        if entry.member.loaded.declared().kinds.contains(&Kind::Mapper) {
            paths.extend(entry.member.loaded.about().takes.iter().cloned());
        }
        // Written by us from a `Value`: it parses.
        let settings = serde_json::from_str(&entry.member.settings).unwrap_or_default();
        from_settings(&settings, &mut paths);
    }
    paths.into_iter().collect()
}

/// Which plugin reads which path, in the order of the chain.
pub(super) fn by_plugin(entries: &[Entry]) -> Vec<(String, String)> {
    let each = entries.iter().flat_map(|entry| {
        let paths = of(std::slice::from_ref(entry));
        paths
            .into_iter()
            .map(|path| (entry.member.name.to_string(), path))
    });
    each.collect()
}

/// The longest text of the settings that may be some attribute's value.
const LONGEST: usize = 80;

/// The short texts of all settings that are no paths. Where settings may hold a secret nobody knows which of their texts it is.
pub(super) fn vocabulary(entries: &[Entry]) -> Vec<String> {
    let mut texts = BTreeSet::new();
    let told = entries.iter().filter(|it| !it.member.settings_secret);
    for entry in told {
        let settings = serde_json::from_str(&entry.member.settings).unwrap_or_default();
        texts_of(&settings, &mut texts);
    }
    texts.into_iter().collect()
}

/// Values, and the keys of tables: a look-up's keys are what it looks for.
fn texts_of(settings: &Value, into: &mut BTreeSet<String>) {
    let mut add = |text: &str| {
        let path = text.starts_with("urn:") || text.contains('[');
        if !text.is_empty() && text.len() <= LONGEST && !path {
            into.insert(text.to_owned());
        }
    };
    match settings {
        Value::String(text) => add(text),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, into)),
        Value::Object(members) => {
            members.keys().for_each(|key| add(key));
            members.values().for_each(|value| texts_of(value, into));
        }
        _ => {}
    }
}

fn from_settings(settings: &Value, into: &mut BTreeSet<String>) {
    match settings {
        Value::String(text) if leads_into_an_extension(text.trim()) => {
            into.insert(text.trim().to_owned());
        }
        Value::Array(values) => values.iter().for_each(|value| from_settings(value, into)),
        Value::Object(members) => members
            .values()
            .for_each(|value| from_settings(value, into)),
        _ => {}
    }
}

/// Whether a text reads as an attribute path (RFC 7644, section 3.10) under the URN of an extension that discovery does not
/// know by itself. Settings hold other texts too; a schema's own URN looks like a path and is none.
fn leads_into_an_extension(text: &str) -> bool {
    let head = text.split('[').next().unwrap_or_default();
    let Some((urn, attribute)) = head.rsplit_once(':') else {
        return false;
    };
    let (Some(scheme), Some(rest)) = (urn.get(..4), urn.get(4..)) else {
        return false;
    };
    scheme.eq_ignore_ascii_case("urn:")
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        && !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(urn))
        && !attribute.eq_ignore_ascii_case("User")
        && !attribute.eq_ignore_ascii_case("Group")
        && attribute.split('.').count() <= 2
        && attribute.split('.').all(is_name)
        && !text.contains(char::is_control)
}

/// RFC 7643, section 2.1; `$ref` is the one name that starts otherwise.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_into_extensions_are_found_wherever_settings_name_them() {
        let settings = json!({
            "attributes": {
                "team": "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:skill",
                "role": {"first": [
                    " URN:example:people:1.0:crew[type eq \"x:y\"].value ",
                    {"lookup": "urn:example:people:1.0:crew.value", "table": {"a": "urn:example:people:1.0:crew.value"}},
                ]},
                "email": "emails[type eq \"work\"].value",
                "displayName": "displayName",
            },
            "rules": [{"when": {"attribute": "urn:example:people:1.0:rank"}}],
        });
        let mut paths = BTreeSet::new();
        from_settings(&settings, &mut paths);
        let expected = [
            "URN:example:people:1.0:crew[type eq \"x:y\"].value",
            "urn:example:people:1.0:crew.value",
            "urn:example:people:1.0:rank",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User:skill",
        ];
        assert_eq!(paths.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_known_or_no_path_is_left_out() {
        for text in [
            "urn:ietf:params:scim:schemas:core:2.0:User:title",
            "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:department",
            "urn:ietf:params:scim:schemas:extension:cxone:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "urn:skill",
            "urn::skill",
            "urn:example:two words",
            "urn:example people:rank",
            "urn:example:a.b.c",
            "urn:example:1.0",
            "https://example.com:skill",
            "urn:",
            "",
        ] {
            assert!(!leads_into_an_extension(text), "{text}");
        }
    }
}
