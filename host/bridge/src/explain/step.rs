//! What one plugin or template did, for the reader.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::port::plugins::{Evaluated, Standing};
use crate::target::Attribute;

/// One plugin or template of the chain, as it ran just now. Its `Debug` shows no values.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTold {
    /// The plugin's name, or `template NAME`.
    pub by: String,
    /// What it changed, or would have where it did not count: attribute, before, after.
    pub changed: Vec<(Attribute, Option<String>, Option<String>)>,
    /// Why it did not count: it is only monitored, or it failed and is passed by.
    pub not_counted: Option<String>,
}

impl fmt::Debug for StepTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepTold")
            .field("by", &self.by)
            .field("not_counted", &self.not_counted)
            .finish_non_exhaustive()
    }
}

/// The steps of a chain.
pub(super) fn told(evaluated: &Evaluated) -> Vec<StepTold> {
    let steps = evaluated.steps.iter().map(|step| StepTold {
        by: step.by.clone(),
        changed: step
            .changed
            .iter()
            .map(|it| (it.attribute, it.before.clone(), it.after.clone()))
            .collect(),
        not_counted: match step.standing {
            Standing::Applied => None,
            Standing::Monitored => Some("monitored".to_owned()),
            Standing::Failed(ending) => Some(format!("failed ({ending}) and passed by")),
        },
    });
    steps.collect()
}
