//! Between the generated types and [`native`](crate::native): what `register!` calls from a component's exports.

use crate::bindings::mapper::exports::jackfield::plugin::mapper;
use crate::bindings::mapper::jackfield::plugin::types;
use crate::bindings::rules::exports::jackfield::plugin::rules;
use crate::bindings::template_chooser::exports::jackfield::plugin::template_chooser;
use crate::error::Error;
use crate::groups::Group;
use crate::native;
use crate::outcome::{Decision, Verdict};
use crate::plugin::{Mapper, Rules, TemplateChooser};

/// What later versions add is nothing yet.
const NO_FACTS: &str = "{}";

/// Sends a panic's message and place to the log before the trap, where the message would be lost.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // `panicked at FILE:LINE:COLUMN:`, and the message on the next line: one line for the log.
        crate::log::error(panic.to_string().replacen('\n', " ", 1));
    }));
}

/// The export `mapper.to-target`.
///
/// # Errors
/// As [`native::to_target`].
pub fn to_target<P: Mapper>(input: mapper::Forward) -> Result<String, types::PluginError> {
    start();
    let input = native::Forward {
        connection: input.connection,
        idp: input.idp,
        source: input.source,
        remembered: input.remembered,
        draft: input.draft,
        groups: groups(input.groups),
        settings: input.settings,
        facts: input.facts,
    };
    native::to_target::<P>(input).map_err(plugin_error)
}

/// The export `mapper.to-source`.
///
/// # Errors
/// As [`native::to_source`].
pub fn to_source<P: Mapper>(input: mapper::Backward) -> Result<String, types::PluginError> {
    start();
    let input = native::Backward {
        connection: input.connection,
        idp: input.idp,
        target: input.target,
        remembered: input.remembered,
        draft: input.draft,
        settings: input.settings,
        facts: input.facts,
    };
    native::to_source::<P>(input).map_err(plugin_error)
}

/// The export `template-chooser.choose`.
///
/// # Errors
/// As [`native::choose`].
pub fn choose<P: TemplateChooser>(
    input: types::Occasion,
) -> Result<template_chooser::Choice, types::PluginError> {
    start();
    let choice = native::choose::<P>(occasion(input)).map_err(plugin_error)?;
    Ok(template_chooser::Choice {
        template: choice.template,
        reason: choice.reason,
        facts: NO_FACTS.to_owned(),
    })
}

/// The export `rules.decide`.
///
/// # Errors
/// As [`native::decide`].
pub fn decide<P: Rules>(input: types::Occasion) -> Result<rules::Decision, types::PluginError> {
    start();
    let Decision { verdict, warnings } =
        native::decide::<P>(occasion(input)).map_err(plugin_error)?;
    let verdict = match verdict {
        Verdict::Allow => rules::Verdict::Allow,
        Verdict::Amend(target) => rules::Verdict::Amend(target.to_json()),
        Verdict::Defer { detail, attribute } => {
            rules::Verdict::Defer(rules::Deferral { detail, attribute })
        }
        Verdict::Deny(denial) => rules::Verdict::Deny(rules::Denial {
            status: denial.status,
            scim_type: denial.scim_type,
            detail: denial.detail,
            attribute: denial.attribute,
            fix: denial.fix,
        }),
    };
    Ok(rules::Decision {
        verdict,
        warnings,
        facts: NO_FACTS.to_owned(),
    })
}

fn occasion(input: types::Occasion) -> native::Occasion {
    native::Occasion {
        connection: input.connection,
        idp: input.idp,
        operation: input.operation,
        source: input.source,
        source_before: input.source_before,
        target: input.target,
        held: input.held,
        groups: groups(input.groups),
        moment: input.moment,
        settings: input.settings,
        facts: input.facts,
    }
}

fn groups(groups: Vec<types::Group>) -> Vec<Group> {
    let group = |group: types::Group| Group {
        id: group.id,
        external_id: group.external_id,
        display_name: group.display_name,
    };
    groups.into_iter().map(group).collect()
}

fn plugin_error(error: Error) -> types::PluginError {
    types::PluginError {
        code: error.code().as_str().to_owned(),
        message: error.message().to_owned(),
        attribute: error.concerned().map(str::to_owned),
        facts: NO_FACTS.to_owned(),
    }
}
