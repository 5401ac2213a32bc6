//! What of the cache is not needed any more. Only files and folders of the cache's own names are touched.

use std::fs::{self, DirEntry, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How the names of engines' folders begin.
pub(super) const ENGINE: &str = "engine-";

/// How the names of entries end.
pub(super) const ENTRY: &str = ".code";

/// How the names of entries in the making begin.
pub(super) const DRAFT: &str = ".draft-";

/// Older drafts are of a process that has ended: no compilation takes so long.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// Removes the folders of other engines but the one used last.
pub(super) fn engines(root: &Path, ours: &Path) {
    // When an engine was used last is when its folder's time was set, here.
    let _ = fs::File::open(ours).and_then(|dir| dir.set_modified(SystemTime::now()));
    let mut others = listed(root, |entry, metadata| {
        let ours = entry.path() == ours;
        !ours && metadata.is_dir() && named(entry, |name| name.starts_with(ENGINE))
    });
    others.sort_by_key(|(_, metadata)| metadata.modified().ok());
    others.pop();
    for (other, _) in others {
        let _ = fs::remove_dir_all(other.path());
    }
}

/// Removes forgotten drafts, and entries, the least recently used first, until at most so many bytes are left. The bytes left.
pub(super) fn entries(dir: &Path, most: u64) -> u64 {
    let now = SystemTime::now();
    let forgotten = listed(dir, |entry, metadata| {
        let age = metadata.modified().ok();
        let age = age.and_then(|changed| now.duration_since(changed).ok());
        age.is_some_and(|age| age > FORGOTTEN) && named(entry, |name| name.starts_with(DRAFT))
    });
    for (draft, _) in forgotten {
        let _ = fs::remove_file(draft.path());
    }
    let mut entries = listed(dir, |entry, metadata| {
        metadata.is_file() && named(entry, |name| name.ends_with(ENTRY))
    });
    let mut bytes: u64 = entries.iter().map(|(_, metadata)| metadata.len()).sum();
    entries.sort_by_key(|(_, metadata)| metadata.modified().ok());
    for (entry, metadata) in entries {
        if bytes <= most {
            break;
        }
        if fs::remove_file(entry.path()).is_ok() {
            bytes = bytes.saturating_sub(metadata.len());
        }
    }
    bytes
}

fn named(entry: &DirEntry, wanted: impl Fn(&str) -> bool) -> bool {
    entry.file_name().to_str().is_some_and(wanted)
}

fn listed(dir: &Path, wanted: impl Fn(&DirEntry, &Metadata) -> bool) -> Vec<(DirEntry, Metadata)> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let there = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let metadata = entry.metadata().ok()?;
        wanted(&entry, &metadata).then_some((entry, metadata))
    });
    there.collect()
}
