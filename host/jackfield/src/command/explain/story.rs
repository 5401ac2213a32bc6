//! How an explanation reads: who it is, source, target and held side by side, what happened, and what is the matter.

mod reason;

use std::fmt::{Display, Write as _};

use bridge::explain::{Explanation, Fate, Row};
use bridge::target::Attribute;
use bridge::user::Owner;
use serde_json::{Map, Value};

use crate::command::plan::meaning;
use crate::command::wrap::wrap;

/// Where the text begins.
const MARGIN: usize = 14;
/// Where a line of text ends; the table may be wider.
const WIDTH: usize = 100;
/// The widest that a column of the table gets by its values.
const WIDEST: usize = 40;

/// The story of one user.
pub(super) fn of(it: &Explanation) -> String {
    let mut page = Page::default();
    page.who(it);
    page.table(it);
    page.chain(it);
    page.towards_cxone(it);
    page.events(it);
    page.labelled("matter", &it.matter);
    page.sign_in(it);
    if let Some(why) = &it.why {
        reason::write(&mut page, why);
    }
    page.text
}

#[derive(Debug, Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: impl Display) {
        let line = line.to_string();
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    fn labelled(&mut self, label: &str, text: impl Display) {
        let width = MARGIN - 2;
        for (index, part) in wrap(&text.to_string(), WIDTH - MARGIN).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.line(format_args!("  {label:<width$}{part}"));
        }
    }

    fn who(&mut self, it: &Explanation) {
        let name = match it.user_name.as_str() {
            "" => "somebody who was deleted and forgotten",
            name => name,
        };
        self.line(format_args!("{name} on {}", it.scope));
        if it.stored {
            let id = match &it.link {
                Some(link) => format!("{}, in CXone {link}", it.user),
                None => format!("{}, in CXone none", it.user),
            };
            self.labelled("id", id);
        }
        let active = if it.source_active {
            "active"
        } else {
            "inactive"
        };
        let said = match (it.stored, it.deleted) {
            (false, _) => format!("a create at {} that was refused", it.created),
            (true, Some(at)) => format!("created {}, deleted {at}", it.created),
            (true, None) => format!(
                "created {}, last changed {}; {active}",
                it.created, it.modified
            ),
        };
        self.labelled("source", said);
        let groups: Vec<&str> = it
            .groups
            .iter()
            .map(|group| group.display_name.as_str())
            .collect();
        let inherited = if it.groups_inherited {
            " (of the former connection)"
        } else {
            ""
        };
        let groups = match groups.as_slice() {
            [] => "none".to_owned(),
            groups => format!("{}{inherited}", groups.join(", ")),
        };
        self.labelled("groups", groups);
        if let Some(template) = &it.template {
            self.labelled("template", template);
        }
        if it.observes {
            self.labelled("mode", "observe: CXone is only read");
        }
    }

    /// Source, target and held side by side, with who set what and who decides it.
    fn table(&mut self, it: &Explanation) {
        let source = it.source.as_object().cloned().unwrap_or_default();
        let mut rows = vec![[
            "".to_owned(),
            "source".to_owned(),
            "target".to_owned(),
            "CXone".to_owned(),
            "set by".to_owned(),
            "decided by".to_owned(),
        ]];
        let dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        for row in &it.attributes {
            let said = usual(&source, row.attribute);
            rows.push([
                row.attribute.to_string(),
                dash(said),
                dash(row.wanted.clone().or_else(|| row.accepted.clone())),
                dash(row.held.clone()),
                dash(row.set_by.clone()),
                decided(row),
            ]);
        }
        let truth = |active: Option<bool>| active.map(|active| active.to_string());
        rows.push([
            "active".to_owned(),
            dash(truth(Some(it.source_active && it.deleted.is_none()))),
            dash(truth(it.wanted_active)),
            dash(truth(it.held.as_ref().and_then(|held| held.active))),
            "-".to_owned(),
            "-".to_owned(),
        ]);
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().min(WIDEST).max(*width);
            }
        }
        self.line("");
        for row in &rows {
            let mut line = " ".to_owned();
            for (width, cell) in widths.iter().zip(row) {
                let _ = write!(line, " {cell:<width$} ");
            }
            self.line(line);
        }
        let rest = beside(&source);
        if !rest.is_empty() {
            self.line("");
            self.labelled("also said", rest.join("; "));
        }
        self.line("");
    }

    /// What each plugin did, in order.
    fn chain(&mut self, it: &Explanation) {
        for (index, step) in it.steps.iter().enumerate() {
            let label = if index == 0 { "plugins" } else { "" };
            let changes = step.changed.iter().map(|(attribute, before, after)| {
                let after = after.as_deref().unwrap_or("nothing");
                match before {
                    Some(before) => format!("{attribute} {before:?} to {after:?}"),
                    None => attribute.to_string(),
                }
            });
            let changes: Vec<String> = changes.collect();
            let did = match (changes.is_empty(), &step.not_counted) {
                (true, None) => "changed nothing".to_owned(),
                (true, Some(why)) => why.clone(),
                (false, None) => format!("set {}", changes.join(", ")),
                (false, Some(why)) => format!("{why}: would set {}", changes.join(", ")),
            };
            self.labelled(label, format_args!("{} {did}", step.by));
        }
        if let Some(verdict) = it
            .verdict
            .as_deref()
            .filter(|verdict| *verdict != "allowed")
        {
            self.labelled("rules", verdict);
        }
        for (index, never) in it.never_said.iter().enumerate() {
            let label = if index == 0 { "never said" } else { "" };
            let text = format!("{}, which {} reads", never.path, never.plugin);
            self.labelled(label, text);
        }
    }

    fn sign_in(&mut self, it: &Explanation) {
        let can = match it.sign_in.can {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let because = &it.sign_in.because;
        self.labelled("can sign in", format_args!("{can}, because {because}"));
    }

    fn towards_cxone(&mut self, it: &Explanation) {
        let held = match (&it.held, &it.no_answer) {
            (Some(held), _) => {
                let mut notes = vec![format!("id {}", held.id)];
                notes.extend(held.pending.filter(|it| *it).map(|_| {
                    "invited and not activated yet: the user name cannot be changed".to_owned()
                }));
                notes.extend(held.own.then(|| "the access key's own employee".to_owned()));
                notes.join("; ")
            }
            (None, Some(reason)) => format!("cannot be asked: {reason}"),
            (None, None) => "has nobody".to_owned(),
        };
        self.labelled("CXone", held);
        let reason = it.reason.as_ref().map(|reason| format!(": {reason}"));
        self.labelled(
            "state",
            format_args!("{}{}", it.state, reason.unwrap_or_default()),
        );
        if let Some(debt) = &it.debt {
            let what = if debt.deactivation {
                "a deactivation"
            } else {
                "a change"
            };
            let next = it.next.as_deref().unwrap_or("by itself");
            let attempts = debt.attempts;
            self.labelled(
                "owed",
                format_args!(
                    "{what} since {}, tried {attempts} times; next: {next}",
                    debt.since
                ),
            );
        }
        if let Some(other) = &it.transferred {
            self.labelled("transferred", format_args!("to {other}"));
        }
        if !it.uncertain.is_empty() {
            let names = it.uncertain.join(", ");
            self.labelled(
                "uncertain",
                format_args!("a create of {names} may have arrived"),
            );
        }
        if it.pending {
            self.labelled("pending", "groups changed: evaluated anew within seconds");
        }
        if it.protected {
            self.labelled("protected", "yes: nobody here touches the person");
        }
        let outcome = &it.outcome;
        let reason = outcome.reason.as_ref().map(|reason| format!(": {reason}"));
        self.labelled(
            "now",
            format_args!("{}{}", meaning(outcome.kind), reason.unwrap_or_default()),
        );
        for warning in &outcome.warnings {
            self.labelled("remark", warning);
        }
    }

    fn events(&mut self, it: &Explanation) {
        for (index, event) in it.events.iter().enumerate() {
            let label = if index == 0 { "events" } else { "" };
            let mut said: Vec<String> = steps(&event.detail).collect();
            let detail = event.detail.as_object().map(flat).unwrap_or_default();
            // What was asked is the source, or would have been.
            let rest = detail
                .into_iter()
                .filter(|(path, _)| !path.starts_with("asked") && !path.starts_with("steps"));
            said.extend(rest.map(|(path, value)| format!("{path} {value}")));
            let detail = match said.as_slice() {
                [] => String::new(),
                said => format!(": {}", said.join("; ")),
            };
            self.labelled(label, format_args!("{} {}{detail}", event.at, event.kind));
        }
    }
}

/// Who set what, as an event has it: what was watched only, or failed, is told too.
fn steps(detail: &Value) -> impl Iterator<Item = String> {
    let steps = detail["steps"].as_array().into_iter().flatten();
    steps.filter_map(|step| {
        let by = step["by"].as_str()?;
        let names = |member: &str| {
            let names = step[member].as_array().into_iter().flatten();
            let names: Vec<&str> = names.filter_map(Value::as_str).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        let failed = step["failed"].as_str();
        failed
            .map(|ending| format!("{by} failed ({ending}) and was passed by"))
            .or_else(|| Some(format!("{by} set {}", names("changed")?)))
            .or_else(|| Some(format!("{by} would set {}", names("would_change")?)))
    })
}

fn decided(row: &Row) -> String {
    let owner = match row.owner {
        Owner::Idp => "the identity provider",
        Owner::Handover => "the identity provider, until CXone's people change it",
        Owner::Cxone => "CXone's people",
    };
    let since = row.since.map(|since| format!(" since {since}"));
    let fate = match row.fate {
        Fate::Nothing | Fate::Unknown => "",
        Fate::Send => "; WOULD BE SENT",
        Fate::Stays => "; stays as CXone has it",
        Fate::Unconfirmed => "; CXone accepted it and shows otherwise",
        Fate::LeftOut => "; NOT SENT: no such field",
    };
    format!("{owner}{}{fate}", since.unwrap_or_default())
}

/// Where an attribute usually comes from; plugins may take it from elsewhere.
fn usual(source: &Map<String, Value>, attribute: Attribute) -> Option<String> {
    let text = |value: Option<&Value>| value?.as_str().map(str::to_owned);
    let name = |part| text(source.get("name")?.get(part));
    let of_list = |list: &str, kind: Option<&str>| {
        let elements = source.get(list)?.as_array()?;
        let wanted = elements.iter().find(|element| match kind {
            Some(kind) => element["type"] == kind,
            None => element["primary"] == true,
        });
        let wanted = wanted.or_else(|| elements.first().filter(|_| kind.is_none()));
        text(wanted?.get("value"))
    };
    match attribute {
        Attribute::UserName => text(source.get("userName")),
        Attribute::GivenName => name("givenName"),
        Attribute::MiddleName => name("middleName"),
        Attribute::FamilyName => name("familyName"),
        Attribute::DisplayName => text(source.get("displayName")),
        Attribute::Email => of_list("emails", None),
        Attribute::MobileNumber => of_list("phoneNumbers", Some("mobile")),
        Attribute::TimeZone => text(source.get("timezone")),
        Attribute::UserType => text(source.get("userType")),
        Attribute::Role => of_list("roles", None),
        Attribute::Team
        | Attribute::LoginAuthenticator
        | Attribute::SecondaryRoles
        | Attribute::ExternalIdentity
        | Attribute::ApplicationAttributes => None,
    }
}

/// What the source says beside what the table has.
fn beside(source: &Map<String, Value>) -> Vec<String> {
    let shown = [
        "schemas",
        "userName",
        "active",
        "displayName",
        "timezone",
        "userType",
        "name.givenName",
        "name.middleName",
        "name.familyName",
    ];
    let rest = flat(source).into_iter();
    let rest = rest.filter(|(path, _)| {
        !shown.contains(&path.as_str())
            && !path.starts_with("schemas")
            && !path.ends_with(".primary")
    });
    rest.map(|(path, value)| format!("{path} {value}"))
        .collect()
}

/// Every value with its path, `emails[0].value` say. An empty object or list says nothing.
fn flat(document: &Map<String, Value>) -> Vec<(String, String)> {
    fn walk(path: String, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Null => {}
            Value::Object(members) => {
                for (name, value) in members {
                    walk(format!("{path}.{name}"), value, found);
                }
            }
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                if !texts.is_empty() {
                    found.push((path, texts.join(", ")));
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    walk(format!("{path}[{index}]"), value, found);
                }
            }
            Value::String(text) => found.push((path, text.clone())),
            other => found.push((path, other.to_string())),
        }
    }
    let mut found = Vec::new();
    for (name, value) in document {
        walk(name.clone(), value, &mut found);
    }
    found
}
