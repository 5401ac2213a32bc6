use super::*;
use crate::scene;

fn tried(plugin: &str, options: &Options) -> (Standing, Value) {
    let (mut subject, engine) = scene::bundled(plugin);
    let folder = tempfile::tempdir().unwrap();
    subject.dir = Some(folder.path().to_owned());
    let options = Options {
        json: true,
        ..options.clone()
    };
    scene::json(|screen| laws(&subject, &options, &engine, screen).unwrap())
}

#[test]
fn the_laws_hold_of_a_bundled_mapper() {
    let (standing, json) = tried("entra", &Options::default());
    assert_eq!(standing, Standing::Good, "{json:#}");
    assert_eq!((&json["tried"], &json["seed"]), (&json!(201), &json!(1)));
}

#[test]
fn an_attribute_that_is_not_written_back_is_found_and_can_be_meant() {
    // What is joined cannot be taken apart again.
    let settings = json!({"attributes": {"displayName": {"join": ["nickName", "title"]}}});
    let options = Options {
        settings: Some(settings),
        ..Options::default()
    };
    let (standing, json) = tried("entra", &options);
    assert_eq!(standing, Standing::Bad);
    let violation = &json["violations"][0];
    assert_eq!(violation["law"], "forth");
    assert_eq!(violation["attributes"], json!(["displayName"]));
    let (source, other) = (&violation["source"], &violation["other"]);
    assert_eq!(source, &json!({}), "the smallest: {json:#}");
    assert_eq!(
        other.as_object().unwrap().len(),
        1,
        "the smallest: {json:#}"
    );
    let meant = Options {
        one_way: vec!["displayName".to_owned()],
        ..options
    };
    let (standing, json) = tried("entra", &meant);
    assert_eq!(standing, Standing::Good, "{json:#}");
}

#[test]
fn equal_seeds_try_equal_inputs() {
    let options = Options {
        settings: Some(json!({"attributes": {"displayName": {"join": ["nickName", "title"]}}})),
        ..Options::default()
    };
    assert_eq!(
        tried("entra", &options).1["violations"][0]["other"],
        tried("entra", &options).1["violations"][0]["other"]
    );
}

#[test]
fn settings_that_are_missing_are_said_to_be() {
    let (subject, engine) = scene::bundled("tenant-rules");
    let (problem, _) =
        scene::written(|screen| laws(&subject, &Options::default(), &engine, screen).unwrap_err());
    assert!(problem.to_string().contains("no mapper"), "{problem}");
    let (subject, engine) = scene::bundled("entra");
    let options = Options {
        settings: Some(json!({"attributes": 1})),
        ..Options::default()
    };
    let (problem, _) =
        scene::written(|screen| laws(&subject, &options, &engine, screen).unwrap_err());
    let problem = problem.to_string();
    assert!(
        problem.contains("--settings") && problem.contains("(settings)"),
        "{problem}"
    );
}

#[test]
fn a_trap_breaks_a_law_and_is_kept_as_an_input() {
    let mut subject = scene::guest("trap");
    let folder = tempfile::tempdir().unwrap();
    subject.dir = Some(folder.path().to_owned());
    let engine = scene::engine();
    let (standing, text) =
        scene::written(|screen| laws(&subject, &Options::default(), &engine, screen).unwrap());
    assert_eq!(standing, Standing::Bad);
    assert!(
        text.contains("ends: every call ends with an answer"),
        "{text}"
    );
    assert!(text.contains("  source: {}\n"), "the smallest: {text}");
    let file = folder.path().join(".jackfield/failed/law-ends.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(kept["export"], "to-target");
}
