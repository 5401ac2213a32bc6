//! Chooses templates.

use jackfield_sdk::{Choice, Error, NoSettings, Occasion, Plugin};

/// The chooser.
#[derive(Debug)]
pub struct TemplateChooser;

impl Plugin for TemplateChooser {
    type Settings = NoSettings;
}

impl jackfield_sdk::TemplateChooser for TemplateChooser {
    fn choose(_: Occasion<NoSettings>) -> Result<Choice, Error> {
        Ok(Choice::none("no rule matches"))
    }
}

jackfield_sdk::register!(TemplateChooser: template_chooser);
