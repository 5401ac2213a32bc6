//! Recordings go after a time: a person who was removed is forgotten 30 days later, and what was recorded of them by then.
//!
//! Whoever records does it, for all files below a folder, so that those of a connection or tenant that is gone go too. A line says
//! when it was made, and the first of a file is its oldest. What is not ours stays: the folder is one that somebody wrote into the
//! configuration.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::key;

/// How old a recorded call may become: no older than what is personal about a deleted user (host/bridge/src/forget.rs).
const OLDEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often is looked.
pub(super) const EVERY: Duration = Duration::from_secs(60 * 60);

/// Removes what is too old by the next look from the recordings of every connection. What cannot be removed is told.
pub(super) fn clear(dir: &Path, now: SystemTime) {
    // Nothing is recorded before there is a key.
    if !dir.join(key::NAME).is_file() {
        return;
    }
    let tenants = listed(dir);
    let files = tenants.iter().flat_map(|tenant| listed(tenant));
    for file in files.filter(|file| file.extension().is_some_and(|it| it == "jsonl")) {
        if let Err(error) = look(&file, now) {
            let file = file.display();
            tracing::error!(%file, %error, "a recording of plugin calls is too old and cannot be removed");
        }
    }
}

fn look(file: &Path, now: SystemTime) -> io::Result<()> {
    let Some((first, last)) = ages(file, now) else {
        // It went, or was replaced; or it is no recording.
        return Ok(());
    };
    let old = OLDEST.saturating_sub(EVERY);
    let name = file.to_string_lossy();
    let newer = name
        .strip_suffix(".jsonl")
        .filter(|it| !it.ends_with(".old"));
    match newer {
        _ if last >= old => fs::remove_file(file),
        // What is added from now on is in another file, so that this one can go in time.
        Some(newer) if first >= old / 2 => fs::rename(file, format!("{newer}.old.jsonl")),
        None if first >= old => fs::remove_file(file),
        _ => Ok(()),
    }
}

/// How long ago the first call and the last were recorded; nothing where the file does not begin as a line of ours does.
fn ages(path: &Path, now: SystemTime) -> Option<(Duration, Duration)> {
    let mut file = File::open(path).ok()?;
    let ago = |then: SystemTime| now.duration_since(then).unwrap_or_default();
    let last = ago(file.metadata().ok()?.modified().ok()?);
    let mut start = [0; 64];
    let length = file.read(&mut start).ok()?;
    let start = String::from_utf8_lossy(start.get(..length)?);
    let (at, rest) = start.strip_prefix("{\"at\":\"")?.split_once('"')?;
    rest.strip_prefix(",\"tenant\":")?;
    let first = ago(SystemTime::from(at.parse::<Timestamp>().ok()?));
    Some((first.max(last), last))
}

fn listed(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn nothing_stays_longer_than_a_removed_person() {
        let dir = tempfile::tempdir().expect("a folder");
        let now = SystemTime::now();
        let file = |name: &str, first: u32, last: u32| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            let at = Timestamp::try_from(now - DAY * first).expect("a moment");
            fs::write(&path, format!("{{\"at\":\"{at}\",\"tenant\":\"acme\"}}\n"))
                .expect("written");
            let opened = File::options().append(true).open(&path).expect("there");
            opened.set_modified(now - DAY * last).expect("a time");
        };
        file("acme/young.jsonl", 14, 0);
        file("acme/half.jsonl", 15, 0);
        file("acme/kept.old.jsonl", 29, 16);
        file("acme/kept.jsonl", 2, 0);
        file("acme/over.old.jsonl", 30, 16);
        file("gone/idle.jsonl", 40, 30);
        file("gone/other.txt", 40, 40);
        let foreign = [
            "nginx/access.jsonl",
            "nginx/empty.jsonl",
            "nginx/moved.jsonl",
        ];
        for (name, text) in foreign.into_iter().zip([
            "{\"time\":\"2020-01-01T00:00:00Z\"}\n",
            "",
            "{\"at\":\"2020-01-01T00:00:00Z\",\"path\":\"/\"}\n",
        ]) {
            file(name, 40, 40);
            fs::write(dir.path().join(name), text).expect("written");
            let opened = File::options().append(true).open(dir.path().join(name));
            let opened = opened.expect("there");
            opened.set_modified(now - DAY * 40).expect("a time");
        }
        let left = || {
            let tenants = listed(dir.path());
            let files = tenants.iter().flat_map(|tenant| listed(tenant));
            let mut left: Vec<String> = files
                .map(|path| {
                    let name = path.strip_prefix(dir.path()).expect("below it");
                    name.to_string_lossy().into_owned()
                })
                .collect();
            left.sort();
            left
        };
        let before = left();
        clear(dir.path(), now);
        assert_eq!(left(), before, "without a key nothing was recorded there");
        fs::write(dir.path().join(".key"), [7; 32]).expect("written");
        clear(dir.path(), now);
        let mut expected = vec![
            "acme/half.old.jsonl",
            "acme/kept.jsonl",
            "acme/kept.old.jsonl",
            "acme/young.jsonl",
            "gone/other.txt",
        ];
        expected.extend(foreign);
        assert_eq!(left(), expected);
        assert!(dir.path().join(".key").exists());
    }
}
