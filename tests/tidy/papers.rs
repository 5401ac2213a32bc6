//! The papers: what they name exists, and what the code cites is in them.

use std::collections::BTreeSet;
use std::fs;

use crate::{clean, files, lines, read, root, rust};

fn documents() -> Vec<String> {
    let mut found = files(&["docs"], ".md");
    found.extend(
        ["README.md".to_owned()]
            .into_iter()
            .filter(|name| root().join(name).exists()),
    );
    found
}

/// A document's lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    lines(text).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The anchor of a heading, as the forges make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn anchors(document: &str) -> BTreeSet<String> {
    prose(document)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| anchor(line.trim_start_matches('#')))
        .collect()
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut complaints = Vec::new();
    for path in documents() {
        let text = read(&path);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (at, line) in prose(&text) {
            for link in line.split("](").skip(1) {
                let link = link.split(')').next().unwrap_or_default();
                if link.contains("://") || link.starts_with("mailto:") {
                    continue;
                }
                let (file, heading) = link.split_once('#').unwrap_or((link, ""));
                let target = root().join(folder).join(file);
                let there = if file.is_empty() {
                    text.clone()
                } else {
                    fs::read_to_string(&target).unwrap_or_default()
                };
                let missing = !file.is_empty() && !target.exists();
                if missing || !(heading.is_empty() || anchors(&there).contains(heading)) {
                    complaints.push(format!("{path}:{at}: {link} leads nowhere"));
                }
            }
        }
    }
    clean(complaints);
}

/// Documents name files as `` `host/x/y.rs` `` and tests as `` `host/x/y.rs::name` ``.
#[test]
fn files_and_tests_that_documents_name_exist() {
    let mut complaints = Vec::new();
    for path in documents() {
        let text = read(&path);
        for (at, line) in prose(&text) {
            for named in line.split('`').skip(1).step_by(2) {
                let (file, test) = named.split_once("::").unwrap_or((named, ""));
                let ours = ["host/", "plugins/", "tests/", "wit/", "docs/"];
                let whole = file.contains('.') && !file.contains(['*', '{', ' ', '…']);
                if !whole || !ours.iter().any(|folder| file.starts_with(folder)) {
                    continue;
                }
                if !root().join(file).exists() {
                    complaints.push(format!("{path}:{at}: there is no {file}"));
                } else if !test.is_empty() && !read(file).contains(&format!("fn {test}(")) {
                    complaints.push(format!("{path}:{at}: there is no {test} in {file}"));
                }
            }
        }
    }
    clean(complaints);
}

/// What the papers have to cite: the numbers of headings (`## 1. …`, `### 1.3 …`) and the first cells of tables.
fn places(document: &str) -> BTreeSet<String> {
    let places = prose(document).filter_map(|(_, line)| {
        let rest = line.trim_start_matches(['#', '|']);
        let first = rest.split_whitespace().next()?.trim_end_matches('.');
        (rest != line).then(|| first.to_owned())
    });
    places.collect()
}

/// `N19`, `E-05`: a letter, and one or two digits.
fn code(word: &str) -> bool {
    let digits = match word.as_bytes() {
        [b'N', digits @ ..] if digits.len() <= 2 => digits,
        [
            b'E' | b'G' | b'J' | b'K' | b'L' | b'O' | b'P',
            b'-',
            digits @ ..,
        ] if digits.len() == 2 => digits,
        _ => return false,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn section(word: &str) -> bool {
    let plain =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    word.split('.').count() <= 2 && word.split('.').all(plain)
}

#[test]
fn what_the_code_cites_is_in_the_papers() {
    let papers = ["idp.md", "cxone.md"].map(|name| (name, places(&read(&format!("docs/{name}")))));
    let mut complaints = Vec::new();
    for path in rust() {
        for (at, line) in lines(&read(&path)) {
            // The rules and fixtures of idp.md have names of their own, wherever they stand.
            for word in line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
                if code(word) && !papers[0].1.contains(word) {
                    complaints.push(format!("{path}:{at}: docs/idp.md has no {word}"));
                }
            }
            for (name, places) in &papers {
                let Some((_, cited)) = line.split_once(&format!("{name} ")) else {
                    continue;
                };
                let words = cited.split([' ', ',', ')', ':', ';']);
                let words = words.filter(|word| !matches!(*word, "" | "and" | "to" | "section"));
                for word in words.map(|word| word.trim_end_matches('.')) {
                    if !section(word) && !code(word) {
                        break;
                    }
                    if !places.contains(word) {
                        complaints.push(format!("{path}:{at}: docs/{name} has no {word}"));
                    }
                }
            }
        }
    }
    clean(complaints);
}

#[test]
fn papers_that_the_code_names_exist() {
    let mut complaints = Vec::new();
    for path in rust() {
        for (at, line) in lines(&read(&path)) {
            let comment = line.split_once("//").map_or("", |(_, comment)| comment);
            for word in comment.split(|c: char| c.is_whitespace() || "`()[],;:\"'".contains(c)) {
                let name = word
                    .trim_end_matches('.')
                    .rsplit('/')
                    .next()
                    .unwrap_or_default();
                let paper = name.ends_with(".md") && name.len() > 3;
                if paper && !root().join("docs").join(name).exists() && !root().join(name).exists()
                {
                    complaints.push(format!("{path}:{at}: there is no docs/{name}"));
                }
            }
        }
    }
    clean(complaints);
}
