//! docs/operations.md, the code that counts, and the list that Prometheus is told, name the same metrics.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

fn top() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).to_owned()
}

#[test]
fn the_page_has_a_row_for_every_metric_and_no_other() {
    let page = std::fs::read_to_string(top().join("docs/operations.md")).expect("the page");
    let (_, section) = page.split_once("\n## Metrics\n").expect("a section");
    let section = section.lines().take_while(|line| !line.starts_with("## "));
    let told: Vec<&str> = section.filter(|line| line.starts_with("| `")).collect();
    let known = METRICS_TOLD.iter().map(|(name, kind, labels, what)| {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        format!("| `{name}` | {kind} | {} | {what} |", labels.join(", "))
    });
    let known: Vec<String> = known.collect();
    assert_eq!(told, known);
}

/// Every text of the host's sources that has the form of a metric's name.
fn counted() -> BTreeSet<String> {
    let mut open = vec![top().join("host")];
    let mut names = BTreeSet::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let name = path.to_string_lossy();
        if !name.ends_with(".rs")
            || name.contains("/tests")
            || name.contains("/telemetry")
            || name.contains("/workbench/")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source");
        let quoted = text.split('"').skip(1).step_by(2);
        let form = |it: &&str| {
            it.starts_with("jackfield_") && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        names.extend(quoted.filter(form).map(str::to_owned));
    }
    let measured = std::fs::read_to_string(top().join("host/jackfield/src/telemetry/measure.rs"));
    let measured = measured.expect("a source");
    let quoted = measured.split('"').skip(1).step_by(2);
    let ours = quoted.filter(|it| it.starts_with("jackfield_"));
    names.extend(ours.map(str::to_owned));
    names
}

#[test]
fn every_metric_that_is_counted_is_told_and_every_one_told_is_counted() {
    let told = METRICS_TOLD.iter().map(|(name, ..)| (*name).to_owned());
    assert_eq!(counted(), told.collect::<BTreeSet<_>>());
}
