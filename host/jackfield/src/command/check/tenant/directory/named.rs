//! What the settings of a plugin name: roles and teams by group, and templates. The bundled plugins' settings are known; those of
//! another plugin that are alike are read alike.

use std::collections::{BTreeMap, BTreeSet};

use bridge::target::Attribute;
use bridge::template::Template;
use serde_json::Value;

/// Names in settings.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) roles: BTreeSet<String>,
    pub(super) teams: BTreeSet<String>,
    pub(super) templates: BTreeSet<String>,
}

impl Named {
    pub(super) fn in_settings(settings: &Value) -> Self {
        let mut named = Self::default();
        let rules = |member: &str| {
            let rules = settings.get(member).and_then(Value::as_array);
            rules.into_iter().flatten()
        };
        let fallback = settings.get("default");
        for rule in rules("groups").chain(fallback) {
            named.roles.extend(text(rule.get("role")));
            named.teams.extend(text(rule.get("team")));
        }
        let templates = rules("rules").map(|rule| rule.get("template"));
        named.templates.extend(templates.filter_map(text));
        if !named.templates.is_empty() || settings.get("rules").is_some() {
            named.templates.extend(text(fallback));
        }
        named
    }

    /// What they set.
    pub(super) fn sets(&self, templates: &BTreeMap<String, Template>) -> BTreeSet<Attribute> {
        let mut sets = BTreeSet::new();
        if !self.roles.is_empty() {
            sets.insert(Attribute::Role);
        }
        if !self.teams.is_empty() {
            sets.insert(Attribute::Team);
        }
        for template in self.templates.iter().filter_map(|name| templates.get(name)) {
            sets.extend(template.values.values.keys());
            sets.extend(&template.values.cleared);
        }
        sets
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_in_the_settings_of_mappers_and_choosers() {
        let mapper = json!({
            "groups": [{"group": "A", "role": "Manager"}, {"group": "B", "team": "Voice"}], "default": {"role": "Agent"},
        });
        let named = Named::in_settings(&mapper);
        assert_eq!(Vec::from_iter(&named.roles), ["Agent", "Manager"]);
        assert_eq!(Vec::from_iter(&named.teams), ["Voice"]);
        assert_eq!(
            Vec::from_iter(named.sets(&BTreeMap::new())),
            [Attribute::Role, Attribute::Team]
        );
        let chooser = json!({"rules": [{"when": {}, "template": "agents"}], "default": "others"});
        let named = Named::in_settings(&chooser);
        assert_eq!(Vec::from_iter(&named.templates), ["agents", "others"]);
        assert!(Named::in_settings(&json!({})).templates.is_empty());
    }
}
