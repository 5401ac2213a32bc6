//! `jackfield plugin inspect`: what a component is, asks for and takes, or why this host refuses it.

use plugin::{Declared, Digest, Engine, LoadError, Loaded};
use serde_json::{Value, json};

use crate::problem::Standing;
use crate::schema;
use crate::screen::{Paint, Screen, bytes};
use crate::subject::Subject;

/// What this host supports, for a component that it refuses.
const SUPPORTED: &str = "components of jackfield:plugin 0.1 that export about and one or more of mapper, template-chooser \
                         and rules, and import nothing but log and directory";

/// Tells what a component is.
pub fn inspect(
    subject: &Subject,
    engine: &Engine,
    json: bool,
    screen: &mut Screen<'_>,
) -> Standing {
    if !json {
        subject.warn(screen);
    }
    let loaded = match subject.load(engine) {
        Ok(loaded) => loaded,
        Err(error) => return refused(subject, engine, &error, json, screen),
    };
    if json {
        screen.json(&document(subject, &loaded));
        return Standing::Good;
    }
    text(subject, &loaded, screen);
    Standing::Good
}

/// The same for tools.
pub fn document(subject: &Subject, loaded: &Loaded) -> Value {
    let about = loaded.about();
    let permissions: Vec<Value> = permissions(loaded.declared())
        .into_iter()
        .map(|(import, words)| json!({"import": import, "allows": words}))
        .collect();
    json!({
        "plugin": subject.name,
        "name": about.name,
        "version": about.version,
        "description": about.description,
        "kinds": kinds(loaded.declared()),
        "contract": contract(loaded.declared()),
        "digest": loaded.digest().to_string(),
        "bytes": subject.bytes.len(),
        "stale": subject.stale,
        "permissions": permissions,
        "takes": about.takes,
        "settings": about.settings(),
    })
}

/// What a registry shows of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it does.
    pub description: String,
    /// Its kinds.
    pub kinds: Vec<String>,
    /// The interfaces that it imports.
    pub imports: Vec<String>,
    /// The interfaces that it exports.
    pub exports: Vec<String>,
}

/// What a registry shows of it.
pub fn facts(loaded: &Loaded) -> Facts {
    let (about, declared) = (loaded.about(), loaded.declared());
    let contract = contract(declared);
    let (package, version) = contract.split_once('@').unwrap_or((&contract, ""));
    let kinds: Vec<String> = kinds(declared).into_iter().map(str::to_owned).collect();
    let exports = ["about"]
        .into_iter()
        .chain(kinds.iter().map(String::as_str));
    Facts {
        name: about.name.clone(),
        version: about.version.clone(),
        description: about.description.clone(),
        exports: exports
            .map(|name| format!("{package}/{name}@{version}"))
            .collect(),
        imports: declared.imports.clone(),
        kinds,
    }
}

/// The lines that `build` ends with, too: name, version, kinds, size, digest.
pub(crate) fn heading(subject: &Subject, loaded: &Loaded, screen: &mut Screen<'_>) {
    let about = loaded.about();
    screen.line(&[
        (Paint::Bold, &about.name),
        (Paint::Plain, &format!(" {}", about.version)),
        (
            Paint::Faint,
            &format!("  {}", kinds(loaded.declared()).join(", ")),
        ),
    ]);
    if !about.description.is_empty() {
        screen.say(&about.description);
    }
    screen.say(format!("contract  {}", contract(loaded.declared())));
    screen.say(format!("size      {}", bytes(subject.bytes.len() as u64)));
    screen.say(format!("digest    {}", loaded.digest()));
}

fn text(subject: &Subject, loaded: &Loaded, screen: &mut Screen<'_>) {
    heading(subject, loaded, screen);
    screen.say("");
    screen.paint(Paint::Bold, "may");
    let permissions = permissions(loaded.declared());
    if permissions.is_empty() {
        screen.say("  nothing but compute");
    }
    for (import, words) in permissions {
        screen.say(format!("  {import}: {words}"));
    }
    screen.paint(
        Paint::Faint,
        "  no plugin has files, network, clock, randomness or environment",
    );
    let about = loaded.about();
    if !about.takes.is_empty() {
        screen.say("");
        screen.paint(Paint::Bold, "takes");
        for path in &about.takes {
            screen.say(format!("  {path}"));
        }
    }
    screen.say("");
    screen.paint(Paint::Bold, "settings");
    let rows = schema::rows(&about.settings());
    if rows.is_empty() {
        screen.say("  none");
        return;
    }
    let wide = |of: fn(&schema::Row) -> &str| {
        let widths = rows.iter().map(|row| of(row).chars().count());
        widths.max().unwrap_or(0).min(48)
    };
    let (keys, holds) = (wide(|row| &row.key), wide(|row| &row.holds));
    for row in &rows {
        let must = match (&row.default, row.required) {
            (Some(default), _) => format!("default {default}"),
            (None, true) => "required".to_owned(),
            (None, false) => "optional".to_owned(),
        };
        screen.line(&[
            (Paint::Plain, &format!("  {:keys$}  ", row.key)),
            (Paint::Faint, &format!("{:holds$}  {must}", row.holds)),
            (
                Paint::Plain,
                &match row.about.is_empty() {
                    true => String::new(),
                    false => format!("  {}", row.about),
                },
            ),
        ]);
    }
}

fn refused(
    subject: &Subject,
    engine: &Engine,
    error: &LoadError,
    json: bool,
    screen: &mut Screen<'_>,
) -> Standing {
    let digest = Digest::of(&subject.bytes);
    // What its binary says is known also where it does not compile or answer.
    let declared = plugin::inspect(&subject.bytes, engine.limits()).ok();
    if json {
        screen.json(&json!({
            "plugin": subject.name,
            "digest": digest.to_string(),
            "bytes": subject.bytes.len(),
            "kinds": declared.as_ref().map(kinds),
            "refused": error.to_string(),
            "supported": SUPPORTED,
        }));
        return Standing::Bad;
    }
    screen.line(&[
        (Paint::Bold, &subject.name),
        (Paint::Bad, "  is refused by this host"),
    ]);
    screen.paint(Paint::Bad, format!("  {error}"));
    if let Some(declared) = declared {
        screen.say(format!("kinds     {}", kinds(&declared).join(", ")));
    }
    screen.say(format!("size      {}", bytes(subject.bytes.len() as u64)));
    screen.say(format!("digest    {digest}"));
    screen.say(format!("supported {SUPPORTED}"));
    Standing::Bad
}

fn kinds(declared: &Declared) -> Vec<&'static str> {
    declared.kinds.iter().map(|kind| kind.as_str()).collect()
}

/// The version of the contract that it was built for, from what it imports: every plugin imports the types at least.
fn contract(declared: &Declared) -> String {
    let version = declared
        .imports
        .iter()
        .find_map(|import| import.split_once('@'));
    let version = version.map_or("0.1", |(_, version)| version);
    format!("jackfield:plugin@{version}")
}

/// What its imports allow it, in words. `types` allows nothing.
fn permissions(declared: &Declared) -> Vec<(String, &'static str)> {
    let permission = |import: &String| {
        let name = import
            .split_once('/')
            .map_or(import.as_str(), |(_, name)| name);
        let name = name.split('@').next().unwrap_or_default();
        let words = match name {
            "types" => return None,
            "log" => "writes lines to the operator's log",
            "directory" => {
                "reads roles, teams, login authenticators and templates of the tenant, and its default role"
            }
            _ => "is unknown to this program",
        };
        Some((name.to_owned(), words))
    };
    declared.imports.iter().filter_map(permission).collect()
}

#[cfg(test)]
mod tests;
