//! The demo, as a reader sees it.

use std::process::{Command, Stdio};

#[test]
fn the_demo_plays_the_whole_cycle_and_ends_with_0() {
    let output = Command::new(env!("CARGO_BIN_EXE_jackfield"))
        .args(["demo", "--once"])
        .stdin(Stdio::null())
        .output()
        .expect("the demo");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let wide: Vec<&str> = text
        .lines()
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert!(wide.is_empty(), "wider than 80 columns: {wide:?}");
    assert!(
        !text.contains('\u{1b}'),
        "no colour where there is no terminal"
    );

    // What Entra said, what plugins did, what CXone was told and holds: once each at least, and the three lessons.
    for part in [
        "Entra       POST /Users",
        "plugins     entra sets userName",
        "CXone told  GET /scim/v2/Users?filter=userName eq \"ada@example.com\" -> 200",
        "CXone holds ada@example.com",
        "template Voice agents",
        "CXone told  nothing",
        "answer      403 role: the role Agent is not active",
        "owed: kept on disk",
        "team Voice, inactive",
        "settled",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&part), "missing {part:?} in\n{text}");
    }
}
