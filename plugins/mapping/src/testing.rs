//! The laws of a mapper, on generated users. Every mapper that is a table is held to them by one line: `mapping::laws!(Okta);`
//!
//! - `to_source(to_target(s), s) = s`, byte for byte, whatever the settings.
//! - `to_target(to_source(t, s)) = t` on every member whose row can be written. What groups decide, what is joined and what is
//!   constant says nothing of the source.
//! - Equal input gives equal bytes.

mod generate;

use std::fmt::Debug;

use jackfield_sdk::{Attribute, Error, Package, Target, native};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use proptest::{prop_assert, prop_assert_eq};

use crate::expression::Expression;
use crate::mapper::Mapped;
use generate::{Circumstances, circumstances, source, target};

/// Cases for each law and each settings.
const CASES: u32 = 128;

/// Settings that the laws hold under: none, every operation, and the three ends of a user in no group.
const SETTINGS: [&str; 5] = [
    "{}",
    r#"{"attributes":{
        "displayName":{"join":["name.givenName","name.familyName"]},
        "email":{"first":[{"lower":"emails[type eq \"work\"].value"},"userName"]},
        "mobileNumber":{"trim":"phoneNumbers.value"},
        "userType":{"lookup":"title","table":{"Team Lead":"Agent","Clerk":"Staff"},"default":"Other"},
        "team":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "role":{"first":[{"group":[{"name":"CX Supervisors","value":"Manager"}]},"roles.value"]},
        "loginAuthenticator":{"constant":"SSO"},
        "timeZone":""
    }}"#,
    r#"{"groups":[{"group":"CX Supervisors","role":"Manager","team":"Leads"},{"group":["CX Agents","0f-2"],"team":"Blue"}]}"#,
    r#"{"groups":[{"group":"cx supervisors","role":"Manager"}],"no_group":"keep"}"#,
    r#"{"groups":[{"group":"CX Agents","role":"Agent"}],"no_group":"deactivate","default":{"team":"Lobby"}}"#,
];

/// Tests a mapper against the laws.
#[macro_export]
macro_rules! laws {
    ($mapper:ident) => {
        mod laws {
            #[test]
            fn there_and_back_is_the_same_source_byte_for_byte() {
                $crate::testing::there_and_back::<super::$mapper>();
            }

            #[test]
            fn back_and_there_is_the_target_on_every_attribute_that_can_be_written() {
                $crate::testing::back_and_there::<super::$mapper>();
            }

            #[test]
            fn equal_input_gives_equal_bytes() {
                $crate::testing::equal_bytes::<super::$mapper>();
            }
        }
    };
}

/// The first law.
pub fn there_and_back<M: Mapped + Package>() {
    hold::<M, _>(
        (source(), circumstances()),
        |settings, (source, circumstances)| {
            let there = to_target::<M>(settings, &source, &circumstances)?;
            prop_assert_eq!(to_source::<M>(settings, &there, &source)?, source);
            Ok(())
        },
    );
}

/// The second law.
pub fn back_and_there<M: Mapped + Package>() {
    hold::<M, _>(
        (source(), target(), circumstances()),
        |written, (source, target, circumstances)| {
            let settings = jackfield_sdk::settings::parse::<M>(written).map_err(failed)?;
            let back = to_source::<M>(written, &target.to_json(), &source)?;
            let there = to_target::<M>(written, &back, &circumstances)?;
            let there: Target = there.parse().map_err(failed)?;
            for (attribute, expression) in M::table().with(settings.attributes.clone()).rows() {
                if settings.by_group(attribute) {
                    continue;
                }
                if attribute == Attribute::Active {
                    let same = target
                        .active()
                        .is_none_or(|active| there.active() == Some(active));
                    prop_assert!(same, "active");
                } else if let Some(text) = target.get(attribute)
                    && can_be_written(expression, text)
                {
                    prop_assert_eq!(there.get(attribute), Some(text), "{}", attribute);
                }
            }
            Ok(())
        },
    );
}

/// The third law.
pub fn equal_bytes<M: Mapped + Package>() {
    hold::<M, _>(
        (source(), target(), circumstances()),
        |settings, (source, target, circumstances)| {
            let there = to_target::<M>(settings, &source, &circumstances)?;
            prop_assert_eq!(to_target::<M>(settings, &source, &circumstances)?, there);
            let target = target.to_json();
            let back = to_source::<M>(settings, &target, &source)?;
            prop_assert_eq!(to_source::<M>(settings, &target, &source)?, back);
            Ok(())
        },
    );
}

/// Runs a law under every settings; fails with the smallest case that breaks it.
fn hold<M: Mapped + Package, S: Strategy>(cases: S, law: impl Fn(&str, S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    for settings in SETTINGS {
        let mut runner = TestRunner::new(Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        });
        let held = runner.run(&cases, |case| law(settings, case));
        assert!(
            held.is_ok(),
            "{} with the settings {settings}: {}",
            <M as Package>::NAME,
            held.err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        );
    }
}

/// Whether a text can be written where the expression reads it. An absent or empty one says nothing.
fn can_be_written(expression: &Expression, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    match expression {
        Expression::Path(_) => true,
        Expression::First(alternatives) => alternatives
            .first()
            .is_some_and(|one| can_be_written(one, text)),
        Expression::Lower(of) => text == text.to_lowercase() && can_be_written(of, text),
        Expression::Upper(of) => text == text.to_uppercase() && can_be_written(of, text),
        Expression::Trim(of) => text == text.trim() && can_be_written(of, text),
        Expression::Lookup { from, table, .. } => table
            .iter()
            .find(|(_, value)| *value == text)
            .is_some_and(|(key, _)| can_be_written(from, key)),
        Expression::Constant(_) | Expression::Join { .. } | Expression::Group(_) => false,
    }
}

fn to_target<M: Mapped>(
    settings: &str,
    source: &str,
    circumstances: &Circumstances,
) -> Result<String, TestCaseError> {
    let input = native::Forward {
        source: source.to_owned(),
        settings: settings.to_owned(),
        groups: circumstances.groups.clone(),
        facts: circumstances.facts.clone(),
        ..native::Forward::default()
    };
    native::to_target::<M>(input).map_err(failed)
}

fn to_source<M: Mapped>(
    settings: &str,
    target: &str,
    remembered: &str,
) -> Result<String, TestCaseError> {
    let input = native::Backward {
        target: target.to_owned(),
        remembered: Some(remembered.to_owned()),
        draft: remembered.to_owned(),
        settings: settings.to_owned(),
        ..native::Backward::default()
    };
    native::to_source::<M>(input).map_err(failed)
}

fn failed(error: Error) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}
