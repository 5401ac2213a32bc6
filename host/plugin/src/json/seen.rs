//! The directory as choosers and rules see it: a whole one from JSON, and each answer of its functions to JSON and back, for
//! recordings and their replay.

use std::sync::Arc;

use bridge::directory::{Directory, LoginAuthenticator, Role, Team};
use bridge::template::Template;
use serde_json::{Map, Value, json};

use super::BadInvocation;
use crate::bindings::directory;
use crate::host::View;

/// Members of a directory.
const MEMBERS: [&str; 6] = [
    "version",
    "roles",
    "teams",
    "loginAuthenticators",
    "templates",
    "defaultRole",
];

/// The directory that stands beside an input. Where it is absent it is the one that case files know: the role Agent and
/// nothing else.
pub(crate) fn view(given: &Value) -> Result<View, BadInvocation> {
    let bad = |what: String| BadInvocation::Member(what);
    let none = Map::new();
    let given = match given {
        Value::Null => &none,
        Value::Object(members) => members,
        _ => return Err(bad("the directory is no JSON object".to_owned())),
    };
    if let Some(unknown) = given.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
        return Err(bad(format!(
            "the directory has an unknown member {unknown:?}; known are {}",
            MEMBERS.join(", ")
        )));
    }
    let list = |name: &str| match given.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.as_slice())),
        Some(_) => Err(bad(format!("{name} of the directory is no list"))),
    };
    let text = |name: &str, absent: &str| match given.get(name) {
        None | Some(Value::Null) => Ok(absent.to_owned()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(bad(format!("{name} of the directory is no string"))),
    };
    let roles = match list("roles")? {
        Some(roles) => named("roles", roles)?,
        None => named("roles", &[json!("Agent")])?,
    };
    let teams = named("teams", list("teams")?.unwrap_or_default())?;
    let authenticators = list("loginAuthenticators")?.unwrap_or_default();
    let login_authenticators = named("loginAuthenticators", authenticators)?;
    let templates = list("templates")?.unwrap_or_default().iter();
    let templates = templates.map(|name| match name {
        Value::String(name) => Ok((name.clone(), Template::default())),
        _ => Err(bad(
            "templates of the directory is no list of names".to_owned()
        )),
    });
    Ok(View {
        directory: Arc::new(Directory {
            roles: roles
                .into_iter()
                .map(|it| Role {
                    id: it.id,
                    name: it.name,
                    status: it.status,
                })
                .collect(),
            teams: teams
                .into_iter()
                .map(|it| Team {
                    id: it.id,
                    name: it.name,
                })
                .collect(),
            login_authenticators: login_authenticators
                .into_iter()
                .map(|it| LoginAuthenticator {
                    id: it.id,
                    name: it.name,
                })
                .collect(),
            version: text("version", "1")?,
            ..Directory::default()
        }),
        default_role: Arc::from(text("defaultRole", "Agent")?),
        templates: Arc::new(templates.collect::<Result<_, _>>()?),
    })
}

/// A role, a team or a login authenticator.
struct Named {
    id: String,
    name: String,
    status: String,
}

/// Each by its members, or by its name alone: then its place is its id, and it is active.
fn named(list: &str, items: &[Value]) -> Result<Vec<Named>, BadInvocation> {
    let item = |(item, place): (&Value, usize)| {
        let wrong = |what: &str| {
            BadInvocation::Member(format!("{list} of the directory: entry {place} {what}"))
        };
        let text = |name: &str| match item.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&format!("has a {name} that is no string"))),
        };
        match item {
            Value::String(name) => Ok(Named {
                id: place.to_string(),
                name: name.clone(),
                status: "ACTIVE".to_owned(),
            }),
            Value::Object(_) => Ok(Named {
                id: text("id")?.unwrap_or_else(|| place.to_string()),
                name: text("name")?.ok_or_else(|| wrong("has no name"))?,
                status: text("status")?.unwrap_or_else(|| "ACTIVE".to_owned()),
            }),
            _ => Err(wrong("is neither a name nor a JSON object")),
        }
    };
    items.iter().zip(1..).map(item).collect()
}

/// What a function of the directory answers.
pub(crate) trait Answer: Sized {
    /// As JSON.
    fn to_json(&self) -> Value;
    /// From JSON; none where it is something else.
    fn from_json(answer: &Value) -> Option<Self>;
}

impl Answer for String {
    fn to_json(&self) -> Value {
        Value::from(self.as_str())
    }

    fn from_json(answer: &Value) -> Option<Self> {
        answer.as_str().map(str::to_owned)
    }
}

impl<T: Answer> Answer for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, Answer::to_json)
    }

    fn from_json(answer: &Value) -> Option<Self> {
        match answer {
            Value::Null => Some(None),
            there => T::from_json(there).map(Some),
        }
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn to_json(&self) -> Value {
        self.iter().map(Answer::to_json).collect()
    }

    fn from_json(answer: &Value) -> Option<Self> {
        answer.as_array()?.iter().map(T::from_json).collect()
    }
}

/// A record of texts, the last of which is `facts`, left out where it is empty.
macro_rules! answer {
    ($record:ty: $($member:ident),+) => {
        impl Answer for $record {
            fn to_json(&self) -> Value {
                let mut members = Map::new();
                $(members.insert(stringify!($member).to_owned(), Value::from(self.$member.as_str()));)+
                if self.facts != super::EMPTY {
                    members.insert("facts".to_owned(), super::value(&self.facts));
                }
                Value::Object(members)
            }

            fn from_json(answer: &Value) -> Option<Self> {
                let facts = answer.get("facts").map_or(super::EMPTY.to_owned(), Value::to_string);
                Some(Self {
                    $($member: answer.get(stringify!($member))?.as_str()?.to_owned(),)+
                    facts,
                })
            }
        }
    };
}

answer!(directory::Role: id, name, status);
answer!(directory::Team: id, name);
answer!(directory::LoginAuthenticator: id, name);
answer!(directory::Template: name);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_directory_has_the_role_agent_alone() {
        let view = view(&Value::Null).expect("a directory");
        let role = view.directory.role("agent").expect("the role");
        assert_eq!((role.id.as_str(), role.active()), ("1", true));
        assert_eq!(
            (&*view.default_role, view.directory.teams.len()),
            ("Agent", 0)
        );
    }

    #[test]
    fn entries_stand_as_names_or_as_objects() {
        let view = view(&json!({
            "version": "7", "defaultRole": "Lead", "templates": ["Gold"],
            "roles": ["Agent", {"name": "Lead", "status": "DRAFT"}], "teams": [{"id": "t", "name": "West"}],
            "loginAuthenticators": ["Entra"],
        }))
        .expect("a directory");
        let lead = view.directory.role("2").expect("by place");
        assert_eq!(
            (lead.name.as_str(), lead.status.as_str()),
            ("Lead", "DRAFT")
        );
        assert_eq!(
            view.directory.team("west").map(|team| team.id.as_str()),
            Some("t")
        );
        assert!(
            view.directory.login_authenticator("1").is_some()
                && view.templates.contains_key("Gold")
        );
    }

    #[test]
    fn a_wrong_member_is_named() {
        for (directory, says) in [
            (json!({"role": []}), "unknown member \"role\""),
            (json!({"teams": {}}), "teams of the directory is no list"),
            (
                json!({"teams": [{"id": "1"}]}),
                "teams of the directory: entry 1 has no name",
            ),
            (json!({"templates": [1]}), "no list of names"),
        ] {
            let message = view(&directory).map(drop).expect_err("wrong").to_string();
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn an_answer_survives_the_round_trip() {
        let role = directory::Role {
            id: "1".to_owned(),
            name: "Agent".to_owned(),
            status: "ACTIVE".to_owned(),
            facts: r#"{"more":1}"#.to_owned(),
        };
        let answers = Some(vec![role]);
        let json = answers.to_json();
        assert_eq!(
            json,
            json!([{"id": "1", "name": "Agent", "status": "ACTIVE", "facts": {"more": 1}}])
        );
        let back: Option<Vec<directory::Role>> = Answer::from_json(&json).expect("it reads");
        assert_eq!(back.to_json(), json);
        assert!(
            <Option<directory::Team>>::from_json(&Value::Null)
                .expect("it reads")
                .is_none()
        );
        assert!(<Vec<directory::Team>>::from_json(&json!([{"id": 1}])).is_none());
    }
}
