use super::*;
use crate::scene;

const CASES: &str = r#"{"cases": [
    {"name": "one", "given": {"source": {"userName": "ada@example.com"}},
     "expect": {"target": {"userName": "ada@example.com"}}},
    {"name": "two", "expect": {"target": {}}}
]}"#;

fn tried(folder: &Path, options: &Options) -> (Result<Standing, Problem>, String) {
    let (mut subject, engine) = scene::bundled("entra");
    subject.dir = Some(folder.to_owned());
    scene::written(|screen| bench(&subject, options, &engine, screen))
}

fn benched(folder: &Path, options: &Options) -> (Standing, String) {
    let (standing, text) = tried(folder, options);
    (standing.unwrap(), text)
}

#[test]
fn more_fuel_than_the_baseline_is_a_regression() {
    let folder = tempfile::tempdir().unwrap();
    embedded::write(&folder.path().join("cases/a.json"), CASES.as_bytes()).unwrap();
    let usual = Options {
        rounds: 1,
        ..Options::default()
    };
    let (problem, text) = tried(folder.path(), &usual);
    let problem = problem.unwrap_err().to_string();
    assert!(
        problem.contains("bench.json: there is no baseline"),
        "{problem}"
    );
    assert!(text.contains("a: two"), "the figures all the same: {text}");
    let save = Options {
        save: true,
        ..usual.clone()
    };
    assert_eq!(benched(folder.path(), &save).0, Standing::Good);
    let (standing, text) = benched(folder.path(), &usual);
    assert_eq!(standing, Standing::Good, "fuel is exact: {text}");
    assert_eq!(text.matches(" = ").count(), 2, "{text}");

    // The baseline of a build that took a tenth less, and had another case.
    let file = folder.path().join(FILE);
    let mut baseline: Baseline =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let one = baseline.cases.get_mut("a: one").unwrap();
    one.fuel = one.fuel * 10 / 11;
    let two = baseline.cases.remove("a: two").unwrap();
    baseline.cases.insert("a: three".to_owned(), two);
    std::fs::write(&file, serde_json::to_string(&baseline).unwrap()).unwrap();
    let (standing, text) = benched(folder.path(), &usual);
    assert_eq!(standing, Standing::Bad, "{text}");
    for part in [
        "+10.0 %",
        "new",
        "gone  a: three",
        "over 5 % more fuel in 1 case",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let wide = Options {
        tolerance: 10.5,
        ..usual.clone()
    };
    assert_eq!(benched(folder.path(), &wide).0, Standing::Good);
    let json = Options {
        json: true,
        ..usual
    };
    let (standing, text) = benched(folder.path(), &json);
    assert_eq!(standing, Standing::Bad);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["cases"][0]["worse"], true);
}

#[test]
fn a_baseline_that_was_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    embedded::write(&folder.path().join("cases/a.json"), CASES.as_bytes()).unwrap();
    let options = Options {
        baseline: Some(folder.path().join("none.json")),
        rounds: 1,
        ..Options::default()
    };
    let problem = tried(folder.path(), &options).0.unwrap_err();
    assert!(problem.to_string().contains("none.json"), "{problem}");
}

#[test]
fn a_wrong_answer_is_no_measure() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases/a.json");
    embedded::write(&cases, CASES.as_bytes()).unwrap();
    let (usual, save) = (
        Options {
            rounds: 1,
            ..Options::default()
        },
        Options {
            rounds: 1,
            save: true,
            ..Options::default()
        },
    );
    assert_eq!(benched(folder.path(), &save).0, Standing::Good);
    let baseline = std::fs::read(folder.path().join(FILE)).unwrap();
    let wrong = CASES.replace(
        r#""two", "expect": {"target": {}}"#,
        r#""two", "expect": {"target": {"team": "West"}}"#,
    );
    assert_ne!(wrong, CASES);
    std::fs::write(&cases, wrong).unwrap();
    for options in [&usual, &save] {
        let (standing, text) = benched(folder.path(), options);
        assert_eq!(standing, Standing::Bad, "{text}");
        assert_eq!(text.matches("FAILS").count(), 1, "{text}");
        assert!(
            text.contains("1 case without the expected answer"),
            "{text}"
        );
    }
    assert_eq!(
        std::fs::read(folder.path().join(FILE)).unwrap(),
        baseline,
        "not saved"
    );
}

#[test]
fn nothing_is_said_of_a_component_that_is_older_than_its_sources() {
    let (mut subject, engine) = scene::bundled("entra");
    subject.stale = Some("lib.rs is newer than it".to_owned());
    let ((), text) = scene::written(|screen| {
        let problem = bench(&subject, &Options::default(), &engine, screen).unwrap_err();
        assert!(problem.to_string().contains("lib.rs"), "{problem}");
        let usual = crate::laws::Options::default();
        let problem = crate::laws::laws(&subject, &usual, &engine, screen).unwrap_err();
        assert!(problem.to_string().contains("lib.rs"), "{problem}");
    });
    assert_eq!(text, "");
}
