//! `[tenants.NAME.cxone.assume]`: what nobody outside NiCE could tell, and a probe of the tenant settled.
//!
//! What is unknown of CXone is a switch of the simulator, so its switches are the vocabulary. An adapter reads few of them, the
//! others it does right by in every position; they are taken here all the same, so that what `check --probe` prints can be
//! pasted.

use std::collections::BTreeMap;

use cxone::{Assume, RoleValue};
use serde_json::json;
use simulator::{SwitchInfo, Switches};
use toml::{Spanned, Value};

use crate::config::mistake::{Mistake, Text, hint};

const ROLE_VALUE: &str = "role_value";
const TEMPLATE_ATTRIBUTE: &str = "template_attribute";

/// Checks what is assumed.
pub(super) fn check(
    given: &BTreeMap<Spanned<String>, Spanned<Value>>,
    text: &Text<'_>,
) -> Result<Assume, Mistake> {
    let mut assume = Assume::default();
    for (key, value) in given {
        let wrong = |message: String, hint: String| Err(text.at(value.span(), message, Some(hint)));
        match key.get_ref().as_str() {
            ROLE_VALUE => match value.get_ref().as_str() {
                // Where either is taken the id is the surer one: a name can change.
                Some("id" | "either") => assume.role_value = RoleValue::Id,
                Some("name") => assume.role_value = RoleValue::Name,
                _ => {
                    return wrong(
                        no_position(ROLE_VALUE),
                        "known: id, name, either".to_owned(),
                    );
                }
            },
            TEMPLATE_ATTRIBUTE => match value.get_ref().as_str() {
                Some("absent") => assume.template_attribute = None,
                Some(name) if is_attribute(name) => {
                    assume.template_attribute = Some(name.to_owned());
                }
                _ => {
                    let hint = "write the attribute's name as SCIM has it, such as \"template\"";
                    let message = format!("{TEMPLATE_ATTRIBUTE} is no attribute's name");
                    return wrong(message, hint.to_owned());
                }
            },
            name => {
                let Some(switch) = unknowns().find(|switch| switch.name == name) else {
                    let mut known = vec![ROLE_VALUE, TEMPLATE_ATTRIBUTE];
                    known.extend(
                        unknowns()
                            .map(|it| it.name)
                            .filter(|it| *it != ROLE_VALUE && *it != TEMPLATE_ATTRIBUTE),
                    );
                    let message = format!("the key {name:?} is not known here");
                    return Err(text.at(key.span(), message, Some(hint(name, &known))));
                };
                if !stands_at(&switch, value.get_ref()) {
                    let known = format!("known: {}", switch.allowed.join(", "));
                    return wrong(no_position(name), known);
                }
            }
        }
    }
    Ok(assume)
}

fn no_position(name: &str) -> String {
    format!("{name} is assumed to be what it cannot be")
}

/// The switches that stand for something unknown, and not for weather.
fn unknowns() -> impl Iterator<Item = SwitchInfo> {
    let all = Switches::describe().into_iter();
    all.filter(|switch| switch.about.contains("UNKNOWN") && !switch.about.starts_with("Weather"))
}

/// Whether a switch can be turned to a value: the switch itself is asked.
fn stands_at(switch: &SwitchInfo, value: &Value) -> bool {
    let Ok(value) = serde_json::to_value(value) else {
        return false;
    };
    let settings = json!({"switches": {switch.name: value}});
    simulator::Settings::from_text(&settings.to_string(), "json").is_ok()
}

/// A name, or an extension's URN and a name.
fn is_attribute(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:$".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}

#[cfg(test)]
mod tests;
