//! What a case gives: some members of an input and the directory, with everything that is not said filled in.

use serde_json::{Map, Value, json};

use super::{Export, known};

/// The members that are texts, and what they are when nobody says.
const TEXTS: [(&str, &str); 4] = [
    ("connection", "test"),
    ("idp", "generic"),
    ("operation", "create"),
    ("moment", "2026-01-01T00:00:00Z"),
];
/// The members that are documents, `{}` when nobody says.
const DOCUMENTS: [&str; 5] = ["source", "target", "draft", "settings", "facts"];
/// Documents that are absent when nobody says, or says `null`.
const OPTIONAL: [&str; 3] = ["remembered", "sourceBefore", "held"];

const FORWARD: &[&str] = &[
    "connection",
    "idp",
    "source",
    "remembered",
    "draft",
    "groups",
    "settings",
    "facts",
];
const BACKWARD: &[&str] = &[
    "connection",
    "idp",
    "target",
    "remembered",
    "draft",
    "settings",
    "facts",
];
const OCCASION: &[&str] = &[
    "connection",
    "idp",
    "operation",
    "source",
    "sourceBefore",
    "target",
    "held",
    "groups",
    "moment",
    "settings",
    "facts",
];

/// Members as they were given, checked, with short forms written out.
#[derive(Debug, Clone, Default)]
pub struct Given(Map<String, Value>);

impl Given {
    /// Checks `given` at this place; nothing is nothing given.
    ///
    /// # Errors
    /// The member that is unknown or of another type.
    pub fn parse(given: Option<&Value>, place: &str) -> Result<Self, String> {
        let Some(given) = given else {
            return Ok(Self::default());
        };
        let given = object(given, place)?;
        let names: Vec<&str> = TEXTS
            .map(|(name, _)| name)
            .into_iter()
            .chain(DOCUMENTS)
            .chain(OPTIONAL)
            .chain(["groups", "directory"])
            .collect();
        known(given, &names, place)?;
        let mut members = Map::new();
        for (name, value) in given {
            let place = format!("{place}.{name}");
            let value = match name.as_str() {
                "groups" => groups(value, &place)?,
                "directory" => directory(value, &place)?,
                name if OPTIONAL.contains(&name) && value.is_null() => Value::Null,
                name if TEXTS.iter().any(|(text, _)| *text == name) => text(value, &place)?,
                _ => Value::Object(object(value, &place)?.clone()),
            };
            members.insert(name.clone(), value);
        }
        Ok(Self(members))
    }

    /// These members over those of the whole file: each replaces the other's as a whole.
    #[must_use]
    pub fn over(self, shared: &Self) -> Self {
        let mut members = shared.0.clone();
        members.extend(self.0);
        Self(members)
    }

    /// The input of an export, complete; members that it does not take are left out.
    pub fn input(&self, export: Export) -> Value {
        let takes = match export {
            Export::ToTarget => FORWARD,
            Export::ToSource => BACKWARD,
            Export::Choose | Export::Decide => OCCASION,
        };
        let member = |name: &&str| {
            let given = self.0.get(*name).filter(|value| !value.is_null()).cloned();
            let value = given.or_else(|| default(name))?;
            Some(((*name).to_owned(), value))
        };
        Value::Object(takes.iter().filter_map(member).collect())
    }

    /// What the directory shows, complete.
    pub fn directory(&self) -> Value {
        let role = || json!({"id": "1", "name": "Agent", "status": "ACTIVE"});
        let mut all = json!({
            "version": "1", "roles": [role()], "teams": [], "loginAuthenticators": [], "templates": [], "defaultRole": "Agent",
        });
        if let (Some(all), Some(given)) = (
            all.as_object_mut(),
            self.0.get("directory").and_then(Value::as_object),
        ) {
            all.extend(
                given
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        all
    }
}

/// What a member is when nobody says; `None` for those that are absent then.
fn default(name: &str) -> Option<Value> {
    if let Some((_, text)) = TEXTS.iter().find(|(text, _)| *text == name) {
        return Some(json!(text));
    }
    match name {
        "groups" => Some(json!([])),
        name if OPTIONAL.contains(&name) => None,
        _ => Some(json!({})),
    }
}

/// Groups; a text is a group's name, and an id that is missing is `g` and the place in the list.
fn groups(given: &Value, place: &str) -> Result<Value, String> {
    let group = |(at, group): (usize, &Value)| {
        let place = format!("{place}[{at}]");
        let id = format!("g{}", at + 1);
        if let Value::String(name) = group {
            return Ok(json!({"id": id, "displayName": name}));
        }
        let group = named(group, &place, &["id", "externalId", "displayName"])?;
        let mut whole = Map::new();
        whole.insert(
            "id".to_owned(),
            group.get("id").cloned().unwrap_or(json!(id)),
        );
        whole.extend(
            group
                .get_key_value("externalId")
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let name = group.get("displayName").cloned().unwrap_or(json!(""));
        whole.insert("displayName".to_owned(), name);
        Ok(Value::Object(whole))
    };
    list(given, place)?.iter().enumerate().map(group).collect()
}

fn directory(given: &Value, place: &str) -> Result<Value, String> {
    let given = object(given, place)?;
    known(
        given,
        &[
            "version",
            "roles",
            "teams",
            "loginAuthenticators",
            "templates",
            "defaultRole",
        ],
        place,
    )?;
    let mut whole = Map::new();
    for (name, value) in given {
        let place = format!("{place}.{name}");
        let value = match name.as_str() {
            "version" | "defaultRole" => text(value, &place)?,
            "templates" => {
                let names = list(value, &place)?.iter().enumerate();
                names
                    .map(|(at, name)| text(name, &format!("{place}[{at}]")))
                    .collect::<Result<_, _>>()?
            }
            "roles" => entries(value, &place, Some("ACTIVE"))?,
            _ => entries(value, &place, None)?,
        };
        whole.insert(name.clone(), value);
    }
    Ok(Value::Object(whole))
}

/// Roles, teams or login authenticators; a text is the name, and an id that is missing is the place in the list.
fn entries(given: &Value, place: &str, status: Option<&str>) -> Result<Value, String> {
    let names: &[&str] = match status {
        Some(_) => &["id", "name", "status"],
        None => &["id", "name"],
    };
    let entry = |(at, entry): (usize, &Value)| {
        let place = format!("{place}[{at}]");
        let entry = match entry {
            Value::String(name) => Map::from_iter([("name".to_owned(), json!(name))]),
            entry => named(entry, &place, names)?.clone(),
        };
        let Some(name) = entry.get("name") else {
            return Err(format!("`{place}` needs a `name`"));
        };
        let mut whole = Map::new();
        let id = entry
            .get("id")
            .cloned()
            .unwrap_or_else(|| json!((at + 1).to_string()));
        whole.insert("id".to_owned(), id);
        whole.insert("name".to_owned(), name.clone());
        if let Some(status) = status {
            let status = entry.get("status").cloned().unwrap_or(json!(status));
            whole.insert("status".to_owned(), status);
        }
        Ok(Value::Object(whole))
    };
    list(given, place)?.iter().enumerate().map(entry).collect()
}

/// An object with these members at most, all texts.
fn named<'a>(
    value: &'a Value,
    place: &str,
    names: &[&str],
) -> Result<&'a Map<String, Value>, String> {
    let members = value
        .as_object()
        .ok_or_else(|| format!("`{place}` must be a name or an object"))?;
    known(members, names, place)?;
    for (name, value) in members {
        text(value, &format!("{place}.{name}"))?;
    }
    Ok(members)
}

fn text(value: &Value, place: &str) -> Result<Value, String> {
    match value {
        Value::String(_) => Ok(value.clone()),
        _ => Err(format!("`{place}` must be a text")),
    }
}

pub(super) fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("`{place}` must be an object"))
}

fn list<'a>(value: &'a Value, place: &str) -> Result<&'a Vec<Value>, String> {
    value
        .as_array()
        .ok_or_else(|| format!("`{place}` must be a list"))
}
