//! A plugin of every kind, as an author writes and tests one.

use jackfield_sdk::settings::OneOrMany;
use jackfield_sdk::testing::{self, Directory};
use jackfield_sdk::{
    Choice, Code, Decision, Error, Forward, Mapper, Occasion, Plugin, Rules, Target,
    TemplateChooser, Verdict, directory, log, native, settings,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

struct Everything;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Settings {
    /// Whom it greets.
    names: OneOrMany<String>,
    limit: u8,
}

impl Plugin for Everything {
    type Settings = Settings;
    const NAME: Option<&'static str> = Some("everything");

    fn validate(settings: &Settings) -> Result<(), String> {
        if settings.limit > 9 {
            Err("limit: at most 9".to_owned())
        } else {
            Ok(())
        }
    }
}

impl Mapper for Everything {
    fn to_target(input: Forward<Settings>) -> Result<Target, Error> {
        let mut target = input.draft;
        if let Some(remembered) = &input.remembered {
            target.set_display_name(remembered.get()?.str("userName").unwrap_or_default());
        }
        target.set_user_name(
            input
                .settings
                .names
                .iter()
                .cloned()
                .collect::<Vec<_>>()
                .join("+"),
        );
        Ok(target)
    }
}

impl TemplateChooser for Everything {
    fn choose(_: Occasion<Settings>) -> Result<Choice, Error> {
        Ok(directory::templates()
            .first()
            .map_or(Choice::none("none"), |name| Choice::template(name, "first")))
    }
}

impl Rules for Everything {
    fn decide(input: Occasion<Settings>) -> Result<Decision, Error> {
        log::warn(format!("{} on {}", input.operation, directory::version()));
        let mut target = input.target;
        target.set_role(directory::default_role());
        Ok(Decision::amend(target).warn("amended"))
    }
}

jackfield_sdk::register!(Everything: mapper, template_chooser, rules);

#[test]
fn a_mapper_reads_the_remembered_source_when_it_asks() {
    let target = native::to_target::<Everything>(native::Forward {
        remembered: Some(r#"{"userName":"before"}"#.to_owned()),
        draft: r#"{"team":"Blue"}"#.to_owned(),
        settings: r#"{"names":["a","b"]}"#.to_owned(),
        ..native::Forward::default()
    });
    assert_eq!(
        target.unwrap(),
        r#"{"userName":"a+b","displayName":"before","team":"Blue"}"#
    );
}

#[test]
fn to_source_is_what_is_there_byte_for_byte() {
    for (draft, remembered, expected) in [
        ("{}", Some("{ \"a\":1.0 }"), "{ \"a\":1.0 }"),
        ("{ }", None, "{ }"),
        ("{\"b\": 2}", Some("{ \"a\":1.0 }"), "{\"b\": 2}"),
    ] {
        let source = native::to_source::<Everything>(native::Backward {
            target: r#"{"userName":"other"}"#.to_owned(),
            remembered: remembered.map(str::to_owned),
            draft: draft.to_owned(),
            ..native::Backward::default()
        });
        assert_eq!(source.unwrap(), expected);
    }
}

#[test]
fn the_test_sets_the_directory_and_takes_the_log() {
    testing::set_directory(Directory {
        default_role: "Manager".to_owned(),
        templates: vec!["T".to_owned()],
        version: "v7".to_owned(),
        ..Directory::default()
    });
    let decision = native::decide::<Everything>(native::Occasion::default()).unwrap();
    let Verdict::Amend(target) = &decision.verdict else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (target.role(), decision.warnings.as_slice()),
        (Some("Manager"), ["amended".to_owned()].as_slice())
    );
    assert_eq!(
        testing::logs(),
        [(log::Level::Warn, "create on v7".to_owned())]
    );
    assert_eq!(
        native::choose::<Everything>(native::Occasion::default()).unwrap(),
        Choice::template("T", "first")
    );
    assert_eq!(
        directory::find_role("MANAGER")
            .map(|role| role.id)
            .as_deref(),
        Some("role-manager")
    );
    assert!(directory::find_team("team-default").is_some());
}

#[test]
fn settings_are_checked_and_errors_name_the_place() {
    for (written, said) in [
        (r#"{"limit":10}"#, "settings: limit: at most 9"),
        (
            r#"{"limit":"x"}"#,
            "settings.limit: invalid type: string \"x\", expected u8",
        ),
        (
            r#"{"names":[1]}"#,
            "settings.names[0]: invalid type: integer `1`, expected a string",
        ),
        (
            r#"{"names":1}"#,
            "settings.names: invalid type: integer `1`, expected one or a list",
        ),
        ("[", "settings: EOF while parsing"),
    ] {
        let input = native::Forward {
            settings: written.to_owned(),
            ..native::Forward::default()
        };
        let error = native::to_target::<Everything>(input).unwrap_err();
        assert_eq!(error.code(), Code::Settings);
        assert!(
            error.message().starts_with(said),
            "{written}: {}",
            error.message()
        );
    }
}

#[test]
fn documents_that_are_none_are_errors_without_values() {
    for broken in ["[\"Secret\"]", "{\"Secret\"", "\"Secret\""] {
        let input = native::Forward {
            source: broken.to_owned(),
            ..native::Forward::default()
        };
        let error = native::to_target::<Everything>(input).unwrap_err();
        assert_eq!(error.code(), Code::Input);
        assert!(!error.message().contains("Secret"), "{error}");
    }
}

#[test]
fn it_describes_itself_and_closes_the_settings() {
    let about: Value = serde_json::from_str(&settings::describe::<Everything>()).unwrap();
    assert_eq!(about["name"], "everything");
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["settings"]["additionalProperties"], false);
    assert_eq!(
        about["settings"]["properties"]["names"]["anyOf"][1]["type"],
        "array"
    );
}
