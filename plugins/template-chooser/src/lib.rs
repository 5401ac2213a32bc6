//! Chooses the employee template by department, title, group or any attribute: rules in order, the first that matches wins.

mod condition;

use condition::Condition;
use jackfield_sdk::settings::OneOrMany;
use jackfield_sdk::{Choice, Error, Occasion, Plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// The chooser.
#[derive(Debug)]
pub struct TemplateChooser;

/// The chooser's settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// In order; the first that matches wins.
    rules: Vec<Rule>,
    /// The template where no rule matches; none if not said.
    default: Option<String>,
}

/// A template and whom it is for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Whom it is for; of a list, all must hold.
    when: OneOrMany<Condition>,
    /// The template's name.
    template: String,
}

impl Plugin for TemplateChooser {
    type Settings = Settings;

    fn validate(settings: &Settings) -> Result<(), String> {
        for (number, rule) in (1..).zip(&settings.rules) {
            let said = |message| format!("rule {number}: {message}");
            if rule.template.is_empty() {
                return Err(said("`template` is empty".to_owned()));
            }
            if rule.when.iter().next().is_none() {
                return Err(said(
                    "`when` is empty; for everybody else there is `default`".to_owned(),
                ));
            }
            rule.when
                .iter()
                .try_for_each(Condition::check)
                .map_err(said)?;
        }
        Ok(())
    }
}

impl jackfield_sdk::TemplateChooser for TemplateChooser {
    fn choose(input: Occasion<Settings>) -> Result<Choice, Error> {
        let source = input.source.get()?;
        for (number, rule) in (1..).zip(&input.settings.rules) {
            if rule
                .when
                .iter()
                .all(|condition| condition.holds(source, &input.groups))
            {
                let why: Vec<_> = rule.when.iter().map(Condition::subject).collect();
                return Ok(Choice::template(
                    &rule.template,
                    format!("rule {number}: {}", why.join(" and ")),
                ));
            }
        }
        Ok(match input.settings.default {
            Some(template) => Choice::template(template, "no rule matches: the default"),
            None => Choice::none("no rule matches and there is no default"),
        })
    }
}

jackfield_sdk::register!(TemplateChooser: template_chooser; schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
