//! A rule's answer, made fit for the identity provider and the operator.

use std::collections::BTreeMap;

use bridge::port::plugins::Denial;
use bridge::target::Target;
use bridge::template::Template;

use crate::bindings::rules;
use crate::call::Failure;
use crate::text::one_line;

/// Bytes of a denial's detail and fix each; of a warning; of a name.
const PROSE: usize = 1_000;
const REMARK: usize = 400;
const NAME: usize = 120;

/// Warnings of one rule that are kept.
const WARNINGS: usize = 20;

/// What is sent where a rule gives a status that is no refusal.
const FORBIDDEN: u16 = 403;

/// The scimTypes of RFC 7644, table 9. Identity providers act on them; another word would be an invention.
const SCIM_TYPES: [&str; 10] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
];

/// A verdict with its texts cleaned and its document read.
#[derive(Debug)]
pub(super) enum Decided {
    Allow,
    Amend(Target),
    Defer(String),
    Deny(Denial),
}

/// Reads a rule's verdict. `hide` takes the person's values out of what goes to the operator; a denial goes to the identity
/// provider, which knows them.
pub(super) fn read(
    rule: &str,
    verdict: rules::Verdict,
    hide: impl Fn(&str) -> String,
    target: impl FnOnce(String) -> Result<Target, Failure>,
) -> Result<Decided, Failure> {
    Ok(match verdict {
        rules::Verdict::Allow => Decided::Allow,
        rules::Verdict::Amend(document) => Decided::Amend(target(document)?),
        rules::Verdict::Defer(deferral) => {
            let detail = one_line(&hide(&one_line(&deferral.detail, REMARK)), REMARK);
            let concerned = deferral
                .attribute
                .map(|attribute| format!(" ({})", one_line(&hide(&attribute), NAME)))
                .unwrap_or_default();
            Decided::Defer(format!("{rule}: {detail}{concerned}"))
        }
        rules::Verdict::Deny(denial) => Decided::Deny(denied(rule, denial)),
    })
}

fn denied(rule: &str, denial: rules::Denial) -> Denial {
    let status = match denial.status {
        refusal @ 400..=499 => refusal,
        _ => FORBIDDEN,
    };
    let detail = match one_line(&denial.detail, PROSE) {
        empty if empty.is_empty() => format!("the rule {rule} refuses this"),
        detail => detail,
    };
    Denial {
        rule: rule.to_owned(),
        status,
        scim_type: denial
            .scim_type
            .filter(|scim_type| SCIM_TYPES.contains(&scim_type.as_str())),
        detail,
        attribute: denial
            .attribute
            .map(|attribute| one_line(&attribute, NAME))
            .filter(|attribute| !attribute.is_empty()),
        fix: one_line(&denial.fix, PROSE),
    }
}

/// The remarks of a rule for the operator, each with the rule's name in front.
pub(super) fn warnings(
    rule: &str,
    warnings: &[String],
    hide: impl Fn(&str) -> String,
) -> Vec<String> {
    let kept = warnings.iter().take(WARNINGS);
    kept.map(|text| one_line(&hide(&one_line(text, REMARK)), REMARK))
        .filter(|text| !text.is_empty())
        .map(|text| format!("{rule}: {text}"))
        .collect()
}

/// A template was chosen that does not exist.
pub(super) fn unknown_template(
    chooser: &str,
    template: &str,
    known: &BTreeMap<String, Template>,
) -> Denial {
    let template = one_line(template, NAME);
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    let known = match names.as_slice() {
        [] => "there are none".to_owned(),
        names => one_line(&names.join(", "), REMARK),
    };
    Denial {
        rule: chooser.to_owned(),
        status: 400,
        scim_type: Some("invalidValue".to_owned()),
        detail: format!("{chooser} chose the template {template:?}, which is not known"),
        attribute: None,
        fix: format!(
            "add the template or name a known one in the settings of {chooser} (known: {known})"
        ),
    }
}
