use serde_json::json;

use super::*;

fn read_text(name: &str, text: &str, part: &str, instead: &Instead) -> Result<Asked, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let named = format!("{}{part}", file.display());
    read(&named, &Export::ALL, instead, &mut std::io::empty())
}

#[test]
fn some_members_are_enough() {
    let mut stdin = r#"{"source": {"userName": "ada@example.com"}}"#.as_bytes();
    let exports = [Export::ToTarget, Export::ToSource];
    let asked = read("-", &exports, &Instead::default(), &mut stdin).unwrap();
    assert_eq!(asked.export, Export::ToTarget);
    assert_eq!(asked.input["source"]["userName"], "ada@example.com");
    assert_eq!(asked.input["idp"], "generic");
    let unclear = read_text("a.json", r#"{"source": {}}"#, "", &Instead::default());
    assert!(unclear.unwrap_err().to_string().contains("--export"));
    let instead = Instead {
        export: Some(Export::Decide),
        ..Instead::default()
    };
    let asked = read_text(
        "a.json",
        r#"{"target": {}, "groups": ["West"]}"#,
        "",
        &instead,
    )
    .unwrap();
    assert_eq!(asked.export, Export::Decide);
    assert_eq!(asked.input["groups"][0]["id"], "g1");
}

#[test]
fn a_case_is_named_behind_the_file() {
    let text = r#"{"cases": [
        {"name": "one # of two", "expect": {"verdict": "allow"}},
        {"name": "two", "given": {"target": {"team": "West"}}, "expect": {"verdict": "deny"}}
    ]}"#;
    let asked = read_text("a.json", text, "#one # of two", &Instead::default()).unwrap();
    assert_eq!(asked.expect.unwrap()["verdict"], "allow");
    let asked = read_text("a.json", text, "#two", &Instead::default()).unwrap();
    assert_eq!(asked.input["target"], json!({"team": "West"}));
    let which = read_text("a.json", text, "", &Instead::default()).unwrap_err();
    assert!(which.to_string().contains("a.json#two"), "{which}");
    assert!(read_text("a.json", text, "#three", &Instead::default()).is_err());
}

#[test]
fn a_line_of_a_recording_keeps_its_answers() {
    let line = |team: &str| {
        json!({"export": "decide", "input": {"target": {"team": team}}, "output": {"verdict": "allow"},
            "hostCalls": [{"call": "directory.default-role", "args": [], "answer": "Agent"}]})
        .to_string()
    };
    let asked = read_text("a.jsonl", &line("East"), "", &Instead::default()).unwrap();
    assert_eq!(asked.host_calls.map(|calls| calls.len()), Some(1));
    let two = format!("{}\n{}\n", line("East"), line("West"));
    let asked = read_text("a.jsonl", &two, "#2", &Instead::default()).unwrap();
    assert_eq!(asked.input["target"]["team"], "West");
    for part in ["", "#0", "#3"] {
        let which = read_text("a.jsonl", &two, part, &Instead::default());
        assert!(which.is_err(), "{part}");
    }
}

#[test]
fn lines_are_counted_as_in_the_file() {
    let line = |team: &str| json!({"export": "decide", "input": {"target": {"team": team}}});
    let usual = Instead::default();
    let team = |text: &str, part: &str| {
        read_text("a.jsonl", text, part, &usual).map(|asked| asked.input["target"]["team"].clone())
    };
    // One line may be named too, and blank ones are counted.
    let one = format!("\n{}\n", line("East"));
    assert_eq!(team(&one, "#2").unwrap(), "East");
    let wrong = team(&one, "#1").unwrap_err().to_string();
    assert!(wrong.contains("a.jsonl#2"), "{wrong}");
    // A first line that is broken, as a full disk leaves it, hides no other.
    let torn = format!("{{\"export\": \"dec\n\n{}\n", line("West"));
    assert_eq!(team(&torn, "#3").unwrap(), "West");
    for (part, says) in [
        ("#1", "a.jsonl: line 1: no JSON"),
        ("", "has lines 1 to 3"),
        ("#2", "has lines 1 to 3"),
    ] {
        let wrong = team(&torn, part).unwrap_err().to_string();
        assert!(wrong.contains(says), "{says}: {wrong}");
    }
    let wrong = format!("{}\n{{\"export\": \"x\", \"input\": {{}}}}\n", line("East"));
    let wrong = team(&wrong, "#2").unwrap_err().to_string();
    assert!(wrong.contains("a.jsonl: line 2: `export`"), "{wrong}");
    // A document in several lines has none of its own.
    let text = "{\n  \"export\": \"decide\",\n  \"input\": {}\n}\n";
    let wrong = read_text("a.json", text, "#1", &usual).unwrap_err();
    assert!(wrong.to_string().contains("no file of cases"), "{wrong}");
    let wrong = read_text("a.json", "{\n  \"export\"\n}\n", "#2", &usual).unwrap_err();
    assert!(wrong.to_string().contains("a.json: no JSON"), "{wrong}");
}

#[test]
fn settings_and_directory_can_be_others() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, directory) = (folder.path().join("s.toml"), folder.path().join("d.json"));
    std::fs::write(&settings, "skills = { voice = \"Voice\" }").unwrap();
    std::fs::write(&directory, r#"{"teams": ["West"]}"#).unwrap();
    let instead = Instead {
        export: None,
        settings: Some(settings),
        directory: Some(directory),
    };
    let text = r#"{"export": "decide", "input": {"settings": {"a": 1}}, "hostCalls": []}"#;
    let asked = read_text("a.json", text, "", &instead).unwrap();
    assert_eq!(
        asked.input["settings"],
        json!({"skills": {"voice": "Voice"}})
    );
    assert_eq!(
        asked.directory["teams"],
        json!([{"id": "1", "name": "West"}])
    );
    assert!(asked.host_calls.is_none());
}
