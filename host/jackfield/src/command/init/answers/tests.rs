use std::cell::RefCell;

use clap::Parser;
use client::ExposeSecret;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn arguments(line: &[&str]) -> Arguments {
    let words = ["init"].iter().chain(line);
    Line::try_parse_from(words)
        .expect("a command line")
        .arguments
}

/// Answers in turn, and remembers the questions.
struct Script {
    answers: RefCell<Vec<&'static str>>,
    asked: RefCell<Vec<String>>,
}

impl Script {
    fn new(answers: &[&'static str]) -> Self {
        Self {
            answers: RefCell::new(answers.iter().rev().copied().collect()),
            asked: RefCell::default(),
        }
    }

    fn next(&self, question: &str) -> Result<&'static str, String> {
        self.asked.borrow_mut().push(question.to_owned());
        self.answers
            .borrow_mut()
            .pop()
            .ok_or_else(|| "interrupted".to_owned())
    }
}

impl Ask for Script {
    fn choose(&self, question: &str, among: &[String]) -> Result<usize, String> {
        let wanted = self.next(question)?;
        let found = among.iter().position(|it| it.starts_with(wanted));
        found.ok_or_else(|| format!("no {wanted}"))
    }

    fn line(
        &self,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String, String> {
        loop {
            let line = match (self.next(question)?, default) {
                ("", Some(default)) => default,
                (line, _) => line,
            };
            if check(line).is_ok() {
                return Ok(line.to_owned());
            }
        }
    }

    fn hidden(&self, question: &str) -> Result<String, String> {
        self.next(question).map(str::to_owned)
    }
}

const ALL: [&str; 6] = [
    "--idp",
    "okta",
    "--tenant",
    "acme",
    "--access-key-id",
    "key",
];

#[test]
fn everything_can_be_a_flag() {
    let answers = gather(&arguments(&ALL), Some(" sesame\n".to_owned()), None);
    let answers = answers.unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(answers.provider.name, "okta");
    assert_eq!(answers.tenant.to_string(), "acme");
    assert_eq!(
        answers.connection.to_string(),
        "okta",
        "the provider's name"
    );
    assert_eq!(answers.access_key_id, "key");
    assert_eq!(answers.access_key_secret.expose_secret(), "sesame");
}

#[test]
fn a_file_goes_before_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, "from the file\n").expect("a file");
    let path = path.to_str().expect("a path");
    let line = [
        &ALL[..],
        &["--access-key-secret-file", path, "--connection", "hr"],
    ]
    .concat();
    let answers = gather(&arguments(&line), Some("sesame".to_owned()), None);
    let answers = answers.unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(answers.access_key_secret.expose_secret(), "from the file");
    assert_eq!(answers.connection.to_string(), "hr");
}

#[test]
fn what_is_missing_is_said_all_at_once() {
    let missing = |line: &[&str], secret: Option<&str>| {
        let answers = gather(&arguments(line), secret.map(str::to_owned), None);
        match answers {
            Err(NoAnswer::Missing(flags)) => flags.join(" "),
            _ => panic!("nothing is missing"),
        }
    };
    let all = missing(&[], None);
    assert_eq!(
        all,
        "--idp --tenant --access-key-id --access-key-secret-file (or the variable JACKFIELD_ACCESS_KEY_SECRET)"
    );
    assert_eq!(missing(&ALL[2..], Some("x")), "--idp");
    assert!(missing(&ALL, None).starts_with("--access-key-secret-file"));
}

#[test]
fn credentials_that_cannot_be_are_refused() {
    for (id, secret, expected) in [
        ("key", " ", "the access key secret is empty"),
        ("key", "a\nb", "the access key secret is more than one line"),
        ("${env:HOME}", "x", "the access key id has a ${"),
    ] {
        let line = ["--idp", "okta", "--tenant", "acme", "--access-key-id", id];
        match gather(&arguments(&line), Some(secret.to_owned()), None) {
            Err(NoAnswer::Bad(reason)) => assert!(reason.starts_with(expected), "{reason}"),
            _ => panic!("{expected}"),
        }
    }
    let line = [&ALL[..], &["--access-key-secret-file", "/nowhere/at/all"]].concat();
    assert!(
        matches!(gather(&arguments(&line), None, None), Err(NoAnswer::Bad(reason)) if reason.starts_with("/nowhere/at/all cannot be read"))
    );
}

#[test]
fn only_what_is_missing_is_asked_for() {
    let script = Script::new(&["Okta", "a_b", "acme", "", "key", "sesame"]);
    let answers = gather(&arguments(&[]), None, Some(&script));
    let answers = answers.unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(
        answers.tenant.to_string(),
        "acme",
        "asked again after a name that is none"
    );
    assert_eq!(answers.connection.to_string(), "okta");
    assert_eq!(script.asked.borrow().len(), 6);
    let script = Script::new(&["acme"]);
    let line = [
        "--idp",
        "jumpcloud",
        "--access-key-id",
        "key",
        "--connection",
        "x",
    ];
    let answers = gather(&arguments(&line), Some("sesame".to_owned()), Some(&script));
    let answers = answers.unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(answers.provider.idp, "generic");
    assert_eq!(script.asked.borrow().len(), 1);
}

#[test]
fn whoever_goes_away_ends_it() {
    let script = Script::new(&["Okta"]);
    let answers = gather(&arguments(&[]), None, Some(&script));
    assert!(matches!(answers, Err(NoAnswer::Bad(reason)) if reason == "interrupted"));
}
