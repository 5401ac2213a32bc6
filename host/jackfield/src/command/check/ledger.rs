//! The ledger: whether it can be where it is to be, and be written there. It is only looked at.

use std::path::Path;

use ledger::{Glance, Location};

use super::service::Service;
use super::{Area, Finding};

/// Less than this is soon full.
const SCARCE: u64 = 512 << 20;
/// With less than this nothing can be acknowledged for long.
const NONE: u64 = 64 << 20;

/// The findings, and the ledger for looking, where it can be looked at.
pub(super) fn check(
    location: &Location,
    service: Option<&Service>,
) -> (Vec<Finding>, Option<Glance>) {
    let Location::Sqlite(path) = location;
    let mut findings = vec![directory(path), space(path)];
    let held = match service {
        Some(_) => None,
        None => Glance::holder(path),
    };
    let (finding, glance) = file(path, service, held);
    findings.push(finding);
    (findings, glance)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn directory(path: &Path) -> Finding {
    let folder = folder(path);
    let place = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match ledger::network_file_system(&place) {
        Ok(Some(system)) => {
            let said = format!(
                "{} is on {system}, a network file system, where SQLite's locks cannot be relied on",
                path.display()
            );
            let fix = "move the ledger to a local disk and name that in url under [ledger]";
            return Finding::failure(Area::Ledger, "directory", said).fix(fix);
        }
        Ok(None) => {}
        Err(error) => {
            let said = format!("{} cannot be looked at: {error}", folder.display());
            let fix = "make the directory, and let this user write in it";
            return Finding::failure(Area::Ledger, "directory", said).fix(fix);
        }
    }
    // Nameless, so that it is gone whatever happens.
    match tempfile::tempfile_in(folder) {
        Ok(_) => Finding::ok(
            Area::Ledger,
            "directory",
            format!(
                "{} is on a local disk and can be written in",
                folder.display()
            ),
        ),
        Err(error) => {
            let said = format!("{} cannot be written in: {error}", folder.display());
            let fix = "make the directory, and let the user that Jackfield runs as write in it";
            Finding::failure(Area::Ledger, "directory", said).fix(fix)
        }
    }
}

fn space(path: &Path) -> Finding {
    match ledger::free_space(path) {
        Ok(free) => {
            let said = format!("{} MiB are free", free >> 20);
            let fix = "free some space on the ledger's disk: on a full one nothing is acknowledged";
            match free {
                0..NONE => Finding::failure(Area::Ledger, "space", said).fix(fix),
                NONE..SCARCE => Finding::warning(Area::Ledger, "space", said).fix(fix),
                // How much it is changes from one moment to the next.
                _ => Finding::ok(Area::Ledger, "space", "enough is free"),
            }
        }
        Err(error) => Finding::warning(
            Area::Ledger,
            "space",
            format!("nobody tells how much is free: {error}"),
        ),
    }
}

fn file(path: &Path, service: Option<&Service>, held: Option<String>) -> (Finding, Option<Glance>) {
    let glance = match Glance::open(path) {
        Ok(glance) => glance,
        Err(error) => {
            let said = error.to_string();
            let fix = "name another file in url under [ledger], or restore it from a backup";
            return (Finding::failure(Area::Ledger, "file", said).fix(fix), None);
        }
    };
    let shown = path.display();
    let finding = match (&glance, service, held) {
        (_, Some(service), _) if !service.ready => {
            let said = format!("the running service cannot use {shown}");
            let fix = "look into its log";
            Finding::failure(Area::Ledger, "file", said).fix(fix)
        }
        (_, Some(_), _) => Finding::ok(
            Area::Ledger,
            "file",
            format!("{shown} is used by the running service"),
        ),
        (_, None, Some(holder)) => {
            let said = format!(
                "{shown} is in use by {holder}, which does not answer at the admin listener"
            );
            let fix = "end that process, or start it anew with this configuration";
            Finding::failure(Area::Ledger, "file", said).fix(fix)
        }
        (None, None, None) => Finding::ok(
            Area::Ledger,
            "file",
            format!("{shown} is not there yet, and will be made"),
        ),
        (Some(glance), None, None) if glance.schema < glance.newest => {
            let said = format!(
                "{shown} has schema {}, and will be brought to {}",
                glance.schema, glance.newest
            );
            Finding::ok(Area::Ledger, "file", said)
        }
        (Some(glance), None, None) => Finding::ok(
            Area::Ledger,
            "file",
            format!("{shown} has schema {}", glance.schema),
        ),
    };
    (finding, glance)
}
