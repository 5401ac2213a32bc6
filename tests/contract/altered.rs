//! Contracts that are altered on purpose: what breaks plugins is refused, what does not is let through.

use crate::contract::Contract;
use crate::{holds, published};

/// A file, a passage of it, and what takes its place.
type Change<'a> = (&'a str, &'a str, &'a str);

/// The contract's first version, changed and with a later number.
fn altered(changes: &[Change<'_>]) -> (Contract, Contract) {
    let old = published("0.1.0");
    let mut new = old.numbered("0.1.1");
    for (file, from, to) in changes {
        new = new.with(file, from, to);
    }
    (old, new)
}

/// What a change breaks.
fn broken(changes: &[Change<'_>]) -> Vec<String> {
    let (old, new) = altered(changes);
    holds::broken(&old, &new)
}

#[test]
fn what_breaks_plugins_is_refused() {
    // The change; what is said of it; and whether `semver_check` would have seen it, too.
    let changes: [(&[Change<'_>], &str, bool); 12] = [
        (
            &[(
                "types.wit",
                "        display-name: string,",
                "        display-name: string,\n        nested: bool,",
            )],
            "types.group was record { id: string, external-id: option<string>, display-name: string, facts: types.document } and is \
             record { id: string, external-id: option<string>, display-name: string, nested: bool, facts: types.document }",
            true,
        ),
        (
            &[(
                "rules.wit",
                "        defer(deferral),",
                "        defer(deferral),\n        ask(string),",
            )],
            "rules.verdict was variant { allow, amend(rules.document), defer(rules.deferral), deny(rules.denial) } and is variant { \
             allow, amend(rules.document), defer(rules.deferral), ask(string), deny(rules.denial) }",
            true,
        ),
        (
            &[(
                "host.wit",
                "enum level { debug,",
                "enum level { trace, debug,",
            )],
            "log.level was enum { debug, info, warn, error } and is enum { trace, debug, info, warn, error }",
            true,
        ),
        (
            &[(
                "host.wit",
                "    find-team: func(name-or-id: string) -> option<team>;",
                "",
            )],
            "directory.find-team is gone",
            true,
        ),
        (
            &[(
                "mapper.wit",
                "    to-source: func(input: backward) -> result<document, plugin-error>;",
                "",
            )],
            "mapper.to-source is gone",
            false,
        ),
        (
            &[(
                "about.wit",
                "describe: func() -> string;",
                "describe: func() -> string;\n    health: func() -> bool;",
            )],
            "about.health is new in an interface that plugins export: give it one of its own",
            true,
        ),
        (
            &[(
                "rules.wit",
                "decide: func(input: occasion)",
                "decide: func(input: document)",
            )],
            "rules.decide was func(input: rules.occasion) -> result<rules.decision, rules.plugin-error> and is func(input: \
             rules.document) -> result<rules.decision, rules.plugin-error>",
            true,
        ),
        (
            &[(
                "host.wit",
                "write: func(level: level, message: string);",
                "write: func(level: level, text: string);",
            )],
            "log.write was func(level: log.level, message: string) and is func(level: log.level, text: string)",
            true,
        ),
        (
            &[(
                "worlds.wit",
                "world rules-only {\n    import log;\n    import directory;",
                "world rules-only {\n    import log;",
            )],
            "world rules-plugin no longer imports directory",
            true,
        ),
        (
            &[(
                "worlds.wit",
                "world mapper-plugin {",
                "world mapper-plugin {\n    export rules;",
            )],
            "world mapper-plugin exports rules too: make a world of its own for it",
            true,
        ),
        (
            &[(
                "worlds.wit",
                "world rules-plugin {\n    include about-only;",
                "world rules-plugin {",
            )],
            "world rules-plugin no longer exports about",
            false,
        ),
        (
            &[(
                "worlds.wit",
                "world template-chooser-plugin {",
                "world chooser-plugin {",
            )],
            "world template-chooser-plugin is gone",
            false,
        ),
    ];
    for (change, said, seen) in changes {
        let broken = broken(change);
        assert!(
            broken.iter().any(|line| line == said),
            "{change:?}: {broken:#?}"
        );
        let judged = broken.iter().any(|line| line.starts_with("semver_check"));
        assert_eq!(judged, seen, "{change:?}: {broken:#?}");
    }
}

const SCHEDULE: &str = "/// The tenant's hours.\ninterface schedule {\n    /// Whether it is open.\n    open: func() -> bool;\n}\n\n";

#[test]
fn what_breaks_no_plugin_is_let_through() {
    let schedule = format!("{SCHEDULE}/// The tenant's roles,");
    let changes: [(&str, Vec<Change<'_>>); 6] = [
        (
            "words",
            vec![(
                "host.wit",
                "/// Its name. CXone compares",
                "/// What it is called. CXone compares",
            )],
        ),
        (
            "an interface",
            vec![("host.wit", "/// The tenant's roles,", &schedule)],
        ),
        (
            "what a world imports",
            vec![
                ("host.wit", "/// The tenant's roles,", &schedule),
                (
                    "worlds.wit",
                    "world rules-only {\n    import log;",
                    "world rules-only {\n    import log;\n    import schedule;",
                ),
            ],
        ),
        (
            "a function of the host",
            vec![(
                "host.wit",
                "    version: func() -> string;",
                "    version: func() -> string;\n    /// Its age.\n    age: func() -> u32;",
            )],
        ),
        (
            "a kind, in a world that nobody needs",
            vec![
                ("host.wit", "/// The tenant's roles,", &schedule),
                (
                    "worlds.wit",
                    "/// A plugin of every kind",
                    "/// A part that says when.\nworld schedule-only {\n    import log;\n    export schedule;\n}\n\n/// A plugin of every kind",
                ),
            ],
        ),
        (
            "a world of what there is",
            vec![(
                "worlds.wit",
                "/// A plugin of every kind",
                "/// A mapper with rules.\nworld mapper-rules-plugin {\n    include about-only;\n    include mapper-only;\n    include rules-only;\n}\n\n/// A plugin of every kind",
            )],
        ),
    ];
    for (what, change) in changes {
        let broken = broken(&change);
        assert!(broken.is_empty(), "{what}: {broken:#?}");
    }
}

#[test]
fn a_number_stands_for_one_contract() {
    let old = published("0.1.0");
    let more = old.clone().with(
        "host.wit",
        "    version: func() -> string;",
        "    version: func() -> string;\n    /// Its age.\n    age: func() -> u32;",
    );
    let said = |new: &Contract| holds::misnumbered(&old, new).unwrap_or_default();
    assert!(said(&more).contains("give wit/ a later number"));
    assert_eq!(said(&more.numbered("0.1.1")), "");
    assert_eq!(said(&more.numbered("0.1.10")), "");
    assert!(said(&old.numbered("0.0.9")).contains("0.0.9 is older than 0.1.0"));
    let words = old.clone().with(
        "host.wit",
        "/// Its name. CXone",
        "/// What it is called. CXone",
    );
    assert_eq!(said(&words), "");
}
