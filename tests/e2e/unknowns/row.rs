//! A row of the table: a position, what it is tried with, and what is different there.

use serde_json::{Map, Value, json};

use super::life::{STEPS, Step};

/// CXone's APIs.
pub(super) const APIS: [&str; 2] = ["scim", "user-hub"];

/// A position, the tenant and the configuration that it is tried with, and what the steps come to that come to something else.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) switch: &'static str,
    pub(super) position: &'static str,
    apis: &'static [&'static str],
    also: Vec<(&'static str, &'static str)>,
    config: &'static str,
    tenant: &'static str,
    template: &'static str,
    /// Whether the template gives a team and a time zone.
    pub(super) template_sets: bool,
    rules: &'static str,
    pub(super) name: &'static str,
    pub(super) user_type: &'static str,
    /// Whether where CXone is has to be found.
    pub(super) looks: bool,
    /// Whether every token ends before every step.
    pub(super) expires: bool,
    pub(super) turns: Vec<(Step, &'static str)>,
    pub(super) hands: Vec<(Step, &'static str)>,
    differs: Vec<(Step, String)>,
}

/// A template that CXone has, too.
pub(super) const VOICE_IN_CXONE: &str =
    "team = \"Voice\"\ntimeZone = \"Europe/London\"\nin_cxone = true";
const VOICE: &str = "team = \"Voice\"\ntimeZone = \"Europe/London\"";

pub(super) fn row(switch: &'static str, position: &'static str) -> Row {
    Row {
        switch,
        position,
        apis: &APIS,
        also: Vec::new(),
        config: "",
        tenant: "{}",
        template: VOICE,
        template_sets: true,
        rules: "",
        name: "ada@example.com",
        user_type: "Agent",
        looks: false,
        expires: false,
        turns: Vec::new(),
        hands: Vec::new(),
        differs: Vec::new(),
    }
}

impl Row {
    /// By one of CXone's APIs only.
    pub(super) fn by(mut self, apis: &'static [&'static str]) -> Self {
        self.apis = apis;
        self
    }

    /// With keys of `[tenants.acme.cxone]`.
    pub(super) fn with(mut self, config: &'static str) -> Self {
        self.config = config;
        self
    }

    /// With other switches turned as well.
    pub(super) fn and(mut self, switch: &'static str, position: &'static str) -> Self {
        self.also.push((switch, position));
        self
    }

    /// In a tenant that the simulator's settings make another.
    pub(super) fn tenant(mut self, settings: &'static str) -> Self {
        self.tenant = settings;
        self
    }

    /// With another template than one that gives a team and a time zone.
    pub(super) fn template(mut self, template: &'static str) -> Self {
        self.template_sets = template.starts_with(VOICE);
        self.template = template;
        self
    }

    /// With settings of the rules plugin.
    pub(super) fn rules(mut self, rules: &'static str) -> Self {
        self.rules = rules;
        self
    }

    /// Of somebody of this user name.
    pub(super) fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Of somebody of this type.
    pub(super) fn of_type(mut self, user_type: &'static str) -> Self {
        self.user_type = user_type;
        self
    }

    /// With an access key alone: where CXone is has to be found.
    pub(super) fn looking(mut self) -> Self {
        self.looks = true;
        self
    }

    /// With every token ended before every step.
    pub(super) fn expiring(mut self) -> Self {
        self.expires = true;
        self
    }

    /// With the tenant's settings changed before a step.
    pub(super) fn turned(mut self, step: Step, settings: &'static str) -> Self {
        self.turns.push((step, settings));
        self
    }

    /// With people changed by hand before a step.
    pub(super) fn by_hand(mut self, step: Step, people: &'static str) -> Self {
        self.hands.push((step, people));
        self
    }

    /// A step comes to something else than usual.
    pub(super) fn but(mut self, step: Step, comes: impl Into<String>) -> Self {
        self.differs.push((step, comes.into()));
        self
    }

    /// Every write that leaves somebody active comes to this, behind its status.
    pub(super) fn each(mut self, comes: &str) -> Self {
        use Step::{Again, Create, Enable, Profile, Recreate, Rename, Role};
        for step in [Create, Profile, Again, Role, Rename, Enable, Recreate] {
            let status = if matches!(step, Create | Recreate) {
                201
            } else {
                200
            };
            self = self.but(step, format!("{status} {comes}"));
        }
        self
    }

    /// CXone cannot be used: nothing is refused, and nothing is lost.
    pub(super) fn owed(self) -> Self {
        self.each("owed")
            .but(Step::Nobody, "503: CXone must be asked for this user name")
            .but(Step::Disable, "200 owed")
            .but(
                Step::Adopt,
                "503: CXone must be asked for this user name; then 201 owed",
            )
            .but(Step::Delete, "204 owed")
            .but(Step::Last, "200 owed")
    }

    /// The same for every write, a leaver's too, and for Grace.
    pub(super) fn all(self, comes: &str) -> Self {
        let mut row = self.each(comes);
        for (step, status) in [
            (Step::Disable, 200),
            (Step::Adopt, 200),
            (Step::Delete, 204),
            (Step::Last, 200),
        ] {
            row = row.but(step, format!("{status} {comes}"));
        }
        row
    }

    /// Nobody is made or changed: refused in these words, which name the place.
    pub(super) fn none_taken(self, words: &str) -> Self {
        self.refused(words)
            .but(Step::Adopt, words)
            .but(Step::Last, words)
    }

    /// Ada is not made: refused in these words, which name the place.
    pub(super) fn refused(self, words: &str) -> Self {
        self.but(Step::Create, words).but(Step::Recreate, words)
    }

    pub(super) fn speaks(&self, api: &str) -> bool {
        self.apis.contains(&api)
    }

    /// Whether everything is as assumed: one life is all of these.
    pub(super) fn usual(&self) -> bool {
        let described = simulator::Switches::describe();
        let mut described = described.iter();
        let default = |switch: &simulator::SwitchInfo| {
            switch.name == self.switch && switch.default == self.position
        };
        described.any(default)
            && format!("{:?}", self.bare()) == format!("{:?}", row(self.switch, self.position))
    }

    /// The row, whatever API it is for.
    fn bare(&self) -> Self {
        self.clone().by(&APIS)
    }

    pub(super) fn title(&self) -> String {
        let also: String = self
            .also
            .iter()
            .map(|(name, at)| format!(", {name} {at}"))
            .collect();
        let with = match self.config {
            "" => String::new(),
            config => format!(" with {}", config.trim().replace('\n', ", ")),
        };
        format!("{} {}{also}{with}", self.switch, self.position)
    }

    /// What the tenant is turned to before the life begins.
    pub(super) fn settings(&self) -> Vec<Value> {
        let at = |position: &str| match position.parse::<u64>() {
            Ok(number) => json!(number),
            Err(_) => json!(position),
        };
        let mut switches = Map::new();
        switches.insert(self.switch.to_owned(), at(self.position));
        for (name, position) in &self.also {
            switches.insert((*name).to_owned(), at(position));
        }
        vec![
            serde_json::from_str(self.tenant).expect("JSON"),
            json!({"switches": switches}),
        ]
    }

    /// What turns the tenant to what is assumed.
    pub(super) fn mends(&self) -> Value {
        let described = simulator::Switches::describe();
        let default = |name: &str| {
            let found = described.iter().find(|switch| switch.name == name);
            let default = found
                .map(|switch| switch.default.clone())
                .unwrap_or_default();
            default
                .parse::<u64>()
                .map_or(json!(default), |number| json!(number))
        };
        let mut switches = Map::new();
        for name in self.also.iter().map(|(name, _)| *name).chain([self.switch]) {
            switches.insert(name.to_owned(), default(name));
        }
        json!({"switches": switches, "names_elsewhere": []})
    }

    /// The configuration behind `[tenants.acme.cxone]`.
    pub(super) fn connections(&self) -> String {
        let Self {
            config,
            template,
            rules,
            ..
        } = self;
        format!(
            r#"{config}
[tenants.acme.templates.voice]
{template}
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[[tenants.acme.connections.entra.plugins]]
use = "template-chooser"
settings = {{ default = "voice" }}
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
settings = {{ {rules} }}
"#
        )
    }

    /// What a step comes to.
    pub(super) fn comes(&self, step: Step) -> &str {
        // What is said last counts.
        let found = self.differs.iter().rev().find(|(at, _)| *at == step);
        let usual = || STEPS.iter().find(|(at, _)| *at == step);
        found.map_or_else(
            || usual().map_or("", |(_, comes)| *comes),
            |(_, comes)| comes,
        )
    }

    /// The name of a re-hire: the one that Ada left with.
    pub(super) fn recreated(&self, names: [String; 2]) -> String {
        let [old, new] = names;
        let renamed = self.comes(Step::Rename).starts_with('2');
        if renamed { new } else { old }
    }
}
