//! A skill that the identity provider sends decides the team, and the template that a newcomer starts from; and some teams are
//! not provisioning's to give.

use std::collections::BTreeMap;

use jackfield_sdk::{
    Backward, Choice, Decision, Error, Forward, Mapper, Occasion, Plugin, Rules, Source, Target,
    TemplateChooser, directory, log,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where the identity provider says it.
const SKILL: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill";

/// The plugin.
#[derive(Debug)]
pub struct AcmeSkills;

/// The plugin's settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The team of each skill.
    skills: BTreeMap<String, String>,
    /// The template that a newcomer with the skill starts from.
    #[serde(default)]
    templates: BTreeMap<String, String>,
    /// Teams that provisioning never gives, by name or id.
    #[serde(default)]
    forbidden_teams: Vec<String>,
}

impl Plugin for AcmeSkills {
    type Settings = Settings;

    fn takes() -> Vec<String> {
        vec![SKILL.to_owned()]
    }
}

impl Mapper for AcmeSkills {
    fn to_target(input: Forward<Settings>) -> Result<Target, Error> {
        let mut target = input.draft;
        if let Some(skill) = input.source.str(SKILL) {
            match input.settings.skills.get(skill) {
                Some(team) => drop(target.set_team(team)),
                // Not which: it is the person's.
                None => log::info("a skill is not in `skills`: the team is left as it is"),
            }
        }
        Ok(target)
    }

    fn to_source(input: Backward<Settings>) -> Result<Source, Error> {
        let mut source = input.start()?;
        let Some(team) = input.target.team() else {
            return Ok(source);
        };
        let skills = &input.settings.skills;
        let stands_for = |skill: &str| skills.get(skill).is_some_and(|of| of == team);
        // Several skills may have one team: what the identity provider said stays where it is still true.
        if !source.str(SKILL).is_some_and(stands_for)
            && let Some(skill) = skills.keys().find(|skill| stands_for(skill))
        {
            source.set(SKILL, skill.as_str())?;
        }
        Ok(source)
    }
}

impl TemplateChooser for AcmeSkills {
    fn choose(input: Occasion<Settings>) -> Result<Choice, Error> {
        let skill = input.source.get()?.str(SKILL);
        let template = skill.and_then(|skill| input.settings.templates.get(skill));
        Ok(match template {
            Some(template) => Choice::template(template, "by skill"),
            None => Choice::none("no template for the skill"),
        })
    }
}

impl Rules for AcmeSkills {
    fn decide(input: Occasion<Settings>) -> Result<Decision, Error> {
        let Some(team) = input.target.team() else {
            return Ok(Decision::allow());
        };
        let forbidden = &input.settings.forbidden_teams;
        if !forbidden.iter().any(|other| same_team(team, other)) {
            return Ok(Decision::allow());
        }
        Ok(
            Decision::deny("team", "the team is not given by provisioning")
                .scim_type("invalidValue")
                .fix("name another team, or take this one out of `forbidden_teams` in the plugin's settings"),
        )
    }
}

/// Whether two words mean one team: one may be its name, the other its id.
fn same_team(one: &str, other: &str) -> bool {
    let id = |word: &str| directory::find_team(word).map(|team| team.id);
    one.to_lowercase() == other.to_lowercase() || id(one).is_some_and(|of| id(other) == Some(of))
}

jackfield_sdk::register!(AcmeSkills: mapper, template_chooser, rules);
