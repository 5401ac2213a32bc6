//! New users start from the template of their department.

use std::collections::BTreeMap;

use jackfield_sdk::{Choice, Error, Occasion, Plugin, TemplateChooser};
use schemars::JsonSchema;
use serde::Deserialize;

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// The plugin.
pub struct DepartmentChooser;

/// The plugin's settings: what is written here is shown to whoever configures it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The template of each department.
    templates: BTreeMap<String, String>,
    /// The template of everybody else; none if not said.
    default: Option<String>,
}

impl Plugin for DepartmentChooser {
    type Settings = Settings;
}

impl TemplateChooser for DepartmentChooser {
    /// The template, and why: the reason is shown to the operator and must not hold values of the person.
    fn choose(input: Occasion<Settings>) -> Result<Choice, Error> {
        let Settings { templates, default } = &input.settings;
        let department = input.source.get()?.str(DEPARTMENT);
        if let Some(template) = department.and_then(|department| templates.get(department)) {
            return Ok(Choice::template(template, "by department"));
        }
        Ok(match default {
            Some(template) => Choice::template(template, "the default"),
            None => Choice::none("no template for the department"),
        })
    }
}

jackfield_sdk::register!(DepartmentChooser: template_chooser);
