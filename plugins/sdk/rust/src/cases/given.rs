//! What a case gives, with what it leaves out filled in.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::directory::{LoginAuthenticator, Role, Team};
use crate::groups::Group;
use crate::native;
use crate::testing::Directory;

type Document = Map<String, Value>;

/// The members of every input, and the directory.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Given {
    connection: String,
    idp: String,
    operation: String,
    moment: String,
    source: Document,
    target: Document,
    draft: Document,
    settings: Document,
    facts: Document,
    remembered: Option<Document>,
    source_before: Option<Document>,
    held: Option<Document>,
    groups: Vec<Word<GroupWords>>,
    directory: Words,
}

impl Default for Given {
    fn default() -> Self {
        let rest = native::Occasion::default();
        Self {
            connection: rest.connection,
            idp: rest.idp,
            operation: rest.operation,
            moment: rest.moment,
            source: Document::new(),
            target: Document::new(),
            draft: Document::new(),
            settings: Document::new(),
            facts: Document::new(),
            remembered: None,
            source_before: None,
            held: None,
            groups: Vec::new(),
            directory: Words::default(),
        }
    }
}

/// The directory as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Words {
    version: String,
    roles: Vec<Word<RoleWords>>,
    teams: Vec<Word<Named>>,
    login_authenticators: Vec<Word<Named>>,
    templates: Vec<String>,
    default_role: String,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            version: "1".to_owned(),
            roles: vec![Word(RoleWords::from("Agent".to_owned()))],
            teams: Vec::new(),
            login_authenticators: Vec::new(),
            templates: Vec::new(),
            default_role: "Agent".to_owned(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[derive(Default)]
struct GroupWords {
    id: Option<String>,
    external_id: Option<String>,
    display_name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleWords {
    id: Option<String>,
    name: String,
    #[serde(default = "active")]
    status: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: Option<String>,
    name: String,
}

fn active() -> String {
    "ACTIVE".to_owned()
}

impl From<String> for GroupWords {
    fn from(display_name: String) -> Self {
        Self {
            display_name,
            ..Self::default()
        }
    }
}

impl From<String> for RoleWords {
    fn from(name: String) -> Self {
        Self {
            id: None,
            name,
            status: active(),
        }
    }
}

impl From<String> for Named {
    fn from(name: String) -> Self {
        Self { id: None, name }
    }
}

/// A name, or an object.
#[derive(Clone, Debug)]
struct Word<T>(T);

impl<'de, T: DeserializeOwned + From<String>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrObject<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned + From<String>> Visitor<'de> for NameOrObject<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or an object")
            }

            fn visit_str<E>(self, name: &str) -> Result<Word<T>, E> {
                Ok(Word(T::from(name.to_owned())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Word<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Word)
            }
        }

        deserializer.deserialize_any(NameOrObject(PhantomData))
    }
}

/// The id of the one at this place, counted from 0, where it has none of its own.
fn id(own: &Option<String>, prefix: &str, place: usize) -> String {
    own.clone()
        .unwrap_or_else(|| format!("{prefix}{}", place.saturating_add(1)))
}

fn text(document: &Document) -> String {
    // Writing a map of JSON values to a string cannot fail.
    serde_json::to_string(document).unwrap_or_default()
}

impl Given {
    pub(super) fn forward(&self) -> native::Forward {
        native::Forward {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            source: text(&self.source),
            remembered: self.remembered.as_ref().map(text),
            draft: text(&self.draft),
            groups: self.groups(),
            settings: text(&self.settings),
            facts: text(&self.facts),
        }
    }

    pub(super) fn backward(&self) -> native::Backward {
        native::Backward {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            target: text(&self.target),
            remembered: self.remembered.as_ref().map(text),
            draft: text(&self.draft),
            settings: text(&self.settings),
            facts: text(&self.facts),
        }
    }

    pub(super) fn occasion(&self) -> native::Occasion {
        native::Occasion {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            operation: self.operation.clone(),
            source: text(&self.source),
            source_before: self.source_before.as_ref().map(text),
            target: text(&self.target),
            held: self.held.as_ref().map(text),
            groups: self.groups(),
            moment: self.moment.clone(),
            settings: text(&self.settings),
            facts: text(&self.facts),
        }
    }

    fn groups(&self) -> Vec<Group> {
        let group = |(place, Word(group)): (usize, &Word<GroupWords>)| Group {
            id: id(&group.id, "g", place),
            external_id: group.external_id.clone(),
            display_name: group.display_name.clone(),
        };
        self.groups.iter().enumerate().map(group).collect()
    }

    pub(super) fn directory(&self) -> Directory {
        let words = &self.directory;
        let role = |(place, Word(role)): (usize, &Word<RoleWords>)| Role {
            id: id(&role.id, "", place),
            name: role.name.clone(),
            status: role.status.clone(),
        };
        let team = |(place, Word(team)): (usize, &Word<Named>)| Team {
            id: id(&team.id, "", place),
            name: team.name.clone(),
        };
        let authenticator = |(place, Word(one)): (usize, &Word<Named>)| LoginAuthenticator {
            id: id(&one.id, "", place),
            name: one.name.clone(),
        };
        let authenticators = words.login_authenticators.iter().enumerate();
        Directory {
            roles: words.roles.iter().enumerate().map(role).collect(),
            default_role: words.default_role.clone(),
            teams: words.teams.iter().enumerate().map(team).collect(),
            login_authenticators: authenticators.map(authenticator).collect(),
            templates: words.templates.clone(),
            version: words.version.clone(),
        }
    }
}
