use super::*;
use crate::scene;

const CASES: &str = r#"{
  "given": {"source": {"userName": "ada@example.com"}},
  "cases": [
    {"name": "the name goes over", "expect": {"target": {"userName": "ada@example.com"}}},
    {"name": "another is expected", "expect": {"target": {"userName": "ida@example.com", "team": "West"}}},
    {"name": "a failure is expected", "export": "to-target", "given": {"settings": {"attributes": 1}},
     "expect": {"error": {"code": "settings"}}},
    {"name": "none is expected", "given": {"settings": {"attributes": 1}}, "expect": {"target": {}}}
  ]
}"#;

fn tested(folder: &Path, options: &Options) -> (Standing, String) {
    let (mut subject, engine) = scene::bundled("entra");
    subject.dir = Some(folder.to_owned());
    let (table, text) =
        scene::written(|screen| component(&subject, options, &engine, screen).unwrap());
    if options.json {
        return (Standing::of(table.good), table.document.to_string());
    }
    (Standing::of(table.good), text)
}

#[test]
fn a_failing_case_says_what_came_and_how_to_repeat_it() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases");
    crate::embedded::write(&cases.join("a.json"), CASES.as_bytes()).unwrap();
    let (standing, text) = tested(folder.path(), &Options::default());
    assert_eq!(standing, Standing::Bad);
    for part in [
        "ok    the name goes over",
        "FAIL  another is expected",
        "target.userName  expected \"ida@example.com\"  came \"ada@example.com\"",
        "target.team  expected \"West\"  came nothing",
        "ok    a failure is expected",
        "FAIL  none is expected",
        "target  expected {}  came nothing",
        "to-target answered an error (settings)",
        "component: 2 of 4 cases pass, 2 failed",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(
        text.matches("settings.attributes").count(),
        1,
        "once: {text}"
    );
    // What the command names repeats the failure.
    let again = text.lines().find(|line| line.contains("again  ")).unwrap();
    let (_, file) = again.split_once("--input ").unwrap();
    assert!(file.ends_with("a-another-is-expected.json"), "{file}");
    let (subject, engine) = scene::bundled("entra");
    let loaded = subject.ready(&engine).unwrap();
    let instead = crate::input::Instead::default();
    let asked = crate::input::read(file, &Export::ALL, &instead, &mut std::io::empty()).unwrap();
    let (standing, text) =
        scene::written(|screen| crate::run::run(&subject, &loaded, &asked, false, screen).unwrap());
    assert_eq!(standing, Standing::Bad, "{text}");
    assert!(text.contains("expected \"ida@example.com\""), "{text}");
}

#[test]
fn what_failed_before_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases/a.json");
    crate::embedded::write(&file, CASES.as_bytes()).unwrap();
    let left = || {
        std::fs::read_dir(folder.path().join(".jackfield/failed"))
            .unwrap()
            .count()
    };
    let _ = tested(folder.path(), &Options::default());
    assert_eq!(left(), 2);
    let good = r#"{"cases": [{"name": "a", "expect": {"target": {}}}]}"#;
    std::fs::write(&file, good).unwrap();
    let (standing, text) = tested(folder.path(), &Options::default());
    assert_eq!((standing, left()), (Standing::Good, 0), "{text}");
}

#[test]
fn a_table_is_told_to_tools() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.json");
    std::fs::write(&file, CASES).unwrap();
    let options = Options {
        json: true,
        cases: Some(file),
        ..Options::default()
    };
    let (standing, text) = tested(folder.path(), &options);
    assert_eq!(standing, Standing::Bad);
    let table: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&table["passed"], &table["failed"]), (&json!(2), &json!(2)));
    assert_eq!(table["cases"][1]["differs"][0]["member"], "target");
    assert!(
        table["cases"][3]["message"]
            .as_str()
            .unwrap()
            .contains("settings")
    );
    assert!(table["cases"][0]["fuel"].as_u64() > Some(0));
}

#[test]
fn without_cases_the_flag_is_named() {
    let (subject, engine) = scene::bundled("entra");
    let (problem, _) = scene::written(|screen| {
        component(&subject, &Options::default(), &engine, screen)
            .err()
            .unwrap()
    });
    assert!(problem.to_string().contains("--cases"), "{problem}");
}
