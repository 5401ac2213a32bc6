//! How the demo reads: a column of labels, a column of text, 80 wide, colour on a terminal only.

use std::io::IsTerminal;

use bridge::event::Event;
use bridge::group::Membership;
use bridge::target::Attribute;
use bridge::user::User;
use serde_json::Value;

use super::idp::Idp;
use super::stage::{Stage, TOKEN};
use crate::command::wrap::wrap;
use crate::command::{say, say_styled};

const WIDTH: usize = 80;
/// Where the text begins.
const MARGIN: usize = 14;

/// The page.
pub(super) struct Page {
    colour: bool,
}

impl Page {
    /// A page on standard output. `NO_COLOR` is heeded (no-color.org).
    pub(super) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            colour: wanted && std::io::stdout().is_terminal(),
        }
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// The title.
    pub(super) fn title(&self, idp: &Idp, stage: &Stage) {
        self.heading(&format!(
            "Jackfield demo: {} provisions NiCE CXone (simulated, on this machine)",
            idp.name
        ));
        self.line("SCIM", &stage.base_url());
        self.line("CXone", &stage.cxone_url());
        let sent = match idp.user_agent {
            Some(user_agent) => format!("{}, User-Agent {user_agent}", idp.media_type),
            None => idp.media_type.to_owned(),
        };
        self.line("sent as", &sent);
        self.line(
            "plugins",
            &format!(
                "{}: WebAssembly, each call in a sandbox",
                stage.plugins().join(", ")
            ),
        );
        self.line("settings", idp.settings);
    }

    /// A line that stands out.
    pub(super) fn heading(&self, text: &str) {
        say_styled(self.styled("1", text));
    }

    /// An empty line.
    pub(super) fn blank(&self) {
        say("");
    }

    /// A step's heading.
    pub(super) fn step(&self, number: usize, title: &str) {
        say("");
        for (index, part) in wrap(title, WIDTH - 4).into_iter().enumerate() {
            let mark = if index == 0 {
                format!("{number:>2}. ")
            } else {
                "    ".to_owned()
            };
            say_styled(self.styled("1", &format!("{mark}{part}")));
        }
    }

    /// A labelled text, wrapped.
    pub(super) fn line(&self, label: &str, text: &str) {
        for (index, part) in wrap(text, WIDTH - MARGIN).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let padded = format!("  {label:<width$}", width = MARGIN - 2);
            say_styled(format_args!("{}{part}", self.styled("36", &padded)));
        }
    }

    /// What each plugin did, as the ledger's event tells.
    pub(super) fn plugins(&self, event: &Event) {
        let mut label = "plugins";
        let steps = event.detail["steps"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            let template = |step: &Value| {
                step["by"]
                    .as_str()
                    .is_some_and(|by| by.starts_with("template "))
            };
            let chooses =
                steps.get(index + 1).is_some_and(template) && event.detail["template"].is_string();
            let changed: Vec<&str> = step["changed"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let by = step["by"].as_str().unwrap_or_default();
            let did = match changed.as_slice() {
                [] if chooses => "chooses a template:".to_owned(),
                [] => "lets it pass".to_owned(),
                changed => format!("sets {}", changed.join(", ")),
            };
            self.line(label, &format!("{by} {did}"));
            label = "";
        }
    }

    /// Source and target side by side, with who set what, and the groups.
    pub(super) fn side_by_side(&self, idp: &Idp, user: &User, groups: &[Membership]) {
        let empty = bridge::target::Target::default();
        let target = user.accepted.as_ref().unwrap_or(&empty);
        let source = user.source.as_map();
        let name = |part| source.get("name").and_then(|name| text(name.get(part)));
        let of_type = |list, kind| element(source.get(list), kind);
        let rows = [
            (
                Attribute::UserName,
                "userName",
                text(source.get("userName")),
            ),
            (Attribute::GivenName, "name.givenName", name("givenName")),
            (Attribute::FamilyName, "name.familyName", name("familyName")),
            (
                Attribute::DisplayName,
                "displayName",
                text(source.get("displayName")),
            ),
            (Attribute::Email, "emails[work]", of_type("emails", "work")),
            (
                Attribute::MobileNumber,
                "phoneNumbers[mobile]",
                of_type("phoneNumbers", "mobile"),
            ),
            (Attribute::Role, "roles", of_type("roles", "")),
            (Attribute::Team, "", None),
        ];
        self.blank();
        let active = if user.source.active() {
            "active"
        } else {
            "inactive"
        };
        self.heading(&format!(
            "{}: {active}; towards CXone {}",
            user.source.user_name(),
            user.state
        ));
        let said = format!("source, as {} says it", idp.name);
        say_styled(self.styled("4", &row(&said, "", "target, for CXone", "set by")));
        for (attribute, name, said) in rows {
            let said = said.unwrap_or_else(|| "-".to_owned());
            let wanted = target.get(attribute).unwrap_or("-");
            let by = user.provenance.get(&attribute).map_or("-", String::as_str);
            // What has no name of its own in a source is named as it is in the target.
            let name = if name.is_empty() {
                attribute.as_str()
            } else {
                name
            };
            say(row(name, &said, wanted, by));
        }
        let groups: Vec<&str> = groups
            .iter()
            .map(|group| group.display_name.as_str())
            .collect();
        let groups = if groups.is_empty() {
            "-".to_owned()
        } else {
            groups.join(", ")
        };
        say(row("groups", &groups, "-", "-"));
    }

    /// What the reader can do now.
    pub(super) fn curtain(&self, stage: &Stage) {
        say("");
        say_styled(self.styled(
            "1",
            "It stays up. Be the identity provider in another terminal (Ctrl-C ends it):",
        ));
        say("");
        say(format_args!("  curl -H 'Authorization: Bearer {TOKEN}' \\"));
        say(format_args!("    '{}/Users?count=1'", stage.base_url()));
        say("");
        say("and see what CXone holds and was told:");
        say("");
        say(format_args!("  curl {}/simulator/state", stage.cxone_url()));
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// The value of the element of a type, or of any.
fn element(value: Option<&Value>, kind: &str) -> Option<String> {
    let elements = value?.as_array()?;
    text(
        elements
            .iter()
            .find(|element| kind.is_empty() || element["type"] == kind)?
            .get("value"),
    )
}

/// A line of the table. A name without a value may be as long as both.
fn row(name: &str, said: &str, wanted: &str, by: &str) -> String {
    let left = if said.is_empty() {
        format!("{name:<38}")
    } else {
        format!("{name:<21}{:<17}", cut(said, 17))
    };
    format!("  {left} {:<17} {by}", cut(wanted, 17))
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        text.to_owned()
    } else {
        text.chars().take(width - 2).chain("..".chars()).collect()
    }
}
