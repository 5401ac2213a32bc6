//! `[tenants.NAME.templates.NAME]`: what a template sets, clears and ignores.

use std::collections::BTreeMap;

use bridge::target::{Attribute, Target};
use bridge::template::Template;
use toml::{Spanned, Value};

use super::attributes::{set, shared_attribute, shared_names};
use super::mistake::{Mistake, Text, hint};

const CLEAR: &str = "clear";
const IGNORE: &str = "ignore";
const IN_CXONE: &str = "in_cxone";

/// What a template comes to, and where `in_cxone = true` is written.
pub(super) struct Checked {
    pub(super) template: Template,
    pub(super) in_cxone: Option<std::ops::Range<usize>>,
}

/// Checks a template. What it ignores has no place in the outcome: it is what is neither set nor cleared.
pub(super) fn check(
    keys: BTreeMap<Spanned<String>, Spanned<Value>>,
    text: &Text<'_>,
) -> Result<Checked, Mistake> {
    let mut values = Target::default();
    let mut ignored = Vec::new();
    let mut cleared = Vec::new();
    let mut in_cxone = None;
    for (key, value) in &keys {
        match key.get_ref().as_str() {
            CLEAR => cleared = attributes(CLEAR, value, text)?,
            IGNORE => ignored = attributes(IGNORE, value, text)?,
            IN_CXONE => match value.get_ref() {
                Value::Boolean(true) => in_cxone = Some(value.span()),
                Value::Boolean(false) => {}
                _ => {
                    let message = format!("{IN_CXONE} is true or false");
                    return Err(text.at(value.span(), message, None));
                }
            },
            name => set(&mut values, attribute(name, key, text)?, value, text)?,
        }
    }
    for (key, value) in &keys {
        let listed = match key.get_ref().as_str() {
            CLEAR => &cleared,
            IGNORE => &ignored,
            _ => continue,
        };
        for attribute in listed {
            let elsewhere = key.get_ref() == IGNORE && cleared.contains(attribute);
            if elsewhere || values.get(*attribute).is_some() {
                let message = format!("{attribute} is in two places of the template");
                let hint = "it is set, or cleared, or ignored".to_owned();
                return Err(text.at(value.span(), message, Some(hint)));
            }
        }
    }
    for attribute in cleared {
        values.clear(attribute);
    }
    Ok(Checked {
        template: Template {
            values,
            in_cxone: in_cxone.is_some(),
        },
        in_cxone,
    })
}

fn attributes(
    key: &str,
    list: &Spanned<Value>,
    text: &Text<'_>,
) -> Result<Vec<Attribute>, Mistake> {
    let items = list.get_ref().as_array().map(Vec::as_slice);
    let names: Option<Vec<&str>> = items
        .unwrap_or(&[Value::Boolean(false)])
        .iter()
        .map(Value::as_str)
        .collect();
    let Some(names) = names else {
        let hint = format!("write {key} = [\"middleName\"]");
        let message = format!("{key} takes a list of attributes");
        return Err(text.at(list.span(), message, Some(hint)));
    };
    names
        .into_iter()
        .map(|name| attribute(name, list, text))
        .collect()
}

/// The attribute of this name; the mistake is placed where `place` is.
fn attribute<T>(name: &str, place: &Spanned<T>, text: &Text<'_>) -> Result<Attribute, Mistake> {
    shared_attribute(name).ok_or_else(|| {
        let mut known = shared_names();
        known.extend([CLEAR, IGNORE, IN_CXONE]);
        let message = format!("a template cannot set {name:?}");
        text.at(place.span(), message, Some(hint(name, &known)))
    })
}

#[cfg(test)]
mod tests;
