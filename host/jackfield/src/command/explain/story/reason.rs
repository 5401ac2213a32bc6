//! Why something is as it is, in sentences.

use bridge::explain::{Aim, Flip, Said, Why};

use super::Page;

/// How many changes are told.
const TOLD: usize = 8;

/// The reason, after everything else: it was asked for.
pub(super) fn write(page: &mut Page, why: &Why) {
    page.line("");
    page.labelled("why", first(why));
    if why.unknown.is_some() {
        return;
    }
    for (index, flip) in why.flips.iter().take(TOLD).enumerate() {
        let label = if index == 0 { "otherwise" } else { "" };
        page.labelled(label, otherwise(why.aim, flip));
    }
    if why.flips.len() > TOLD {
        let more = why.flips.len() - TOLD;
        page.labelled("", format_args!("and {more} more; --json has them all"));
    }
    if !why.unsaid.is_empty() {
        let text = format!(
            "{} would make a difference, and nothing is said there",
            why.unsaid.join(", ")
        );
        page.labelled("unsaid", text);
    }
    if !why.indifferent.is_empty() {
        page.labelled("no matter", why.indifferent.join(", "));
    }
    let cut = if why.cut_short {
        ", and there was more to try"
    } else {
        ""
    };
    let runs = why.runs;
    page.labelled("tried", format_args!("the plugins ran {runs} times{cut}"));
}

fn first(why: &Why) -> String {
    if let Some(reason) = &why.unknown {
        return format!("{}: cannot be said: {reason}", why.aim);
    }
    let value = match &why.value {
        Some(value) => format!("{} {value:?}", why.aim),
        None => format!("no {}", why.aim),
    };
    let set_by = match &why.set_by {
        Some(by) => format!(" (set by {by})"),
        None => String::new(),
    };
    let because: Vec<String> = why.because.iter().map(is).collect();
    let because = match because.as_slice() {
        [] if why.cut_short => "nothing that was tried changes it".to_owned(),
        [] => "whatever is said: nothing that the identity provider says changes it".to_owned(),
        because => format!("because {}", because.join(" and ")),
    };
    format!("{value}{set_by} {because}")
}

fn is(said: &Said) -> String {
    match (said.path.as_str(), &said.value) {
        ("group", Some(group)) => format!("they are in group {group:?}"),
        (path, Some(value)) => format!("{path} is {value:?}"),
        (path, None) => format!("{path} is not said"),
    }
}

fn otherwise(aim: Aim, flip: &Flip) -> String {
    let instead = flip.instead.iter().map(|said| match &said.value {
        None if said.path.starts_with("not in group") => said.path.clone(),
        Some(group) if said.path == "group" => format!("in group {group:?}"),
        Some(value) => format!("{} {value:?}", said.path),
        None => format!("without {}", said.path),
    });
    let instead: Vec<String> = instead.collect();
    let result = match &flip.result {
        Some(result) => format!("{aim} {result:?}"),
        None => format!("no {aim}"),
    };
    format!("{}: {result}", instead.join(" and "))
}
