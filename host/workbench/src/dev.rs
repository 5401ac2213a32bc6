//! `jackfield plugin dev`: runs the cases on each save.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use plugin::Engine;

use crate::native::{self, Output};
use crate::problem::{Problem, Standing};
use crate::project::Project;
use crate::screen::{Paint, Screen};
use crate::test::{self, Options};
use crate::watched;

/// How long nothing must change before the cases run: an editor writes a file in several steps, a checkout many files.
const QUIET: Duration = Duration::from_millis(80);

/// Watches a plugin's directory, and runs its cases at first and on each change, until the program is ended. With `component`
/// it builds, and runs them against the component, too.
///
/// # Errors
/// A directory that is no plugin's, or cannot be watched.
pub fn dev(
    dir: &Path,
    component: bool,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    let absolute = dir
        .canonicalize()
        .map_err(|error| Problem::file(dir, &error))?;
    let (_watcher, changes) = watch(&absolute)
        .map_err(|error| Problem::new(format!("{} cannot be watched: {error}", dir.display())))?;
    screen.paint(
        Paint::Faint,
        format!("watching {}; Ctrl-C ends it", absolute.display()),
    );
    let run = |_: &[PathBuf], screen: &mut Screen<'_>| once(&absolute, component, engine, screen);
    run(&[], screen)?;
    on_each(&absolute, &changes, QUIET, run, screen)?;
    Ok(Standing::Good)
}

/// The paths that change below a directory, until the watcher is dropped.
fn watch(dir: &Path) -> notify::Result<(impl Watcher, Receiver<PathBuf>)> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in event.paths {
            // Nobody reads any more: the program ends.
            let _ = sender.send(path);
        }
    })?;
    watcher.watch(dir, RecursiveMode::Recursive)?;
    Ok((watcher, changes))
}

/// Runs on each batch of changes that mean something, told by their paths, until nobody can send any more. What the run itself
/// writes is among what tools write, so it does not run for ever.
///
/// # Errors
/// What the run could not do.
pub fn on_each(
    dir: &Path,
    changes: &Receiver<PathBuf>,
    quiet: Duration,
    mut run: impl FnMut(&[PathBuf], &mut Screen<'_>) -> Result<(), Problem>,
    screen: &mut Screen<'_>,
) -> Result<(), Problem> {
    while let Some(batch) = batch(dir, changes, quiet) {
        let names: Vec<String> = batch
            .iter()
            .map(|path| path.strip_prefix(dir).unwrap_or(path).display().to_string())
            .collect();
        screen.say("");
        screen.paint(Paint::Bold, format!("changed: {}", names.join(", ")));
        run(&batch, screen)?;
    }
    Ok(())
}

/// The next changes, until it is quiet; `None` when there will be no more.
fn batch(dir: &Path, changes: &Receiver<PathBuf>, quiet: Duration) -> Option<Vec<PathBuf>> {
    let mut batch = BTreeSet::new();
    loop {
        let change = if batch.is_empty() {
            changes.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            changes.recv_timeout(quiet)
        };
        match change {
            Ok(path) if watched::is_authors(dir, &path) => {
                batch.insert(path);
            }
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return Some(batch.into_iter().collect()),
            Err(RecvTimeoutError::Disconnected) if batch.is_empty() => return None,
            Err(RecvTimeoutError::Disconnected) => return Some(batch.into_iter().collect()),
        }
    }
}

/// One round. A mistake in a file is told and waited out: the next save may mend it.
fn once(
    dir: &Path,
    component: bool,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<(), Problem> {
    let project = match Project::read(dir) {
        Ok(project) => project,
        Err(problem) => {
            screen.paint(Paint::Bad, problem.to_string());
            return Ok(());
        }
    };
    match native::run(&project, Output::Through) {
        Ok(true) => screen.paint(Paint::Good, "natively: passed"),
        Ok(false) => screen.paint(Paint::Bad, "natively: failed"),
        Err(problem) => screen.paint(Paint::Bad, problem.to_string()),
    }
    if component {
        let tested = crate::build::component(&project, screen).and_then(|built| match built {
            Some(subject) => {
                test::component(&subject, &Options::default(), engine, screen).map(drop)
            }
            None => Ok(()),
        });
        if let Err(problem) = tested {
            screen.paint(Paint::Bad, problem.to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene;

    fn rounds(paths: &[&str]) -> (Vec<Vec<PathBuf>>, String) {
        let (sender, changes) = channel();
        for path in paths {
            sender.send(PathBuf::from(path)).unwrap();
        }
        drop(sender);
        let mut rounds = Vec::new();
        let ((), text) = scene::written(|screen| {
            let run = |batch: &[PathBuf], _: &mut Screen<'_>| {
                rounds.push(batch.to_vec());
                Ok(())
            };
            on_each(Path::new("/p"), &changes, QUIET, run, screen).unwrap();
        });
        (rounds, text)
    }

    #[test]
    fn what_is_saved_at_once_is_one_round() {
        let (rounds, text) = rounds(&[
            "/p/src/b.rs",
            "/p/src/a.rs",
            "/p/src/b.rs",
            "/p/target/x",
            "/p/.jackfield/failed/x.json",
        ]);
        assert_eq!(
            rounds,
            [[PathBuf::from("/p/src/a.rs"), PathBuf::from("/p/src/b.rs")]]
        );
        assert!(text.contains("changed: src/a.rs, src/b.rs"), "{text}");
    }

    #[test]
    fn a_save_is_seen_and_a_look_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().canonicalize().unwrap();
        let (old, new) = (dir.join("old.rs"), dir.join("new.rs"));
        std::fs::write(&old, "a").unwrap();
        let (watcher, changes) = watch(&dir).unwrap();
        std::fs::read(&old).unwrap();
        std::fs::write(&new, "b").unwrap();
        // The second save comes after the look, so a look would have come before it.
        let first = changes.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(first, new);
        drop(watcher);
        assert!(
            changes.iter().all(|path| path == new),
            "nothing else, and an end"
        );
    }

    #[test]
    fn what_tools_write_starts_no_round() {
        let (rounds, text) = rounds(&[
            "/p/target/a",
            "/p/a.wasm",
            "/p/sdk/src/lib.rs",
            "/p/.git/index",
        ]);
        assert!(rounds.is_empty() && text.is_empty(), "{rounds:?} {text}");
    }

    #[test]
    fn a_change_after_quiet_is_another_round() {
        let (sender, changes) = channel();
        let (done, told) = channel();
        let writer = std::thread::spawn(move || {
            for path in ["/p/a.rs", "/p/b.rs"] {
                sender.send(PathBuf::from(path)).unwrap();
                // The next save comes when the round is over.
                told.recv().unwrap();
            }
        });
        let mut rounds = 0;
        scene::written(|screen| {
            let run = |_: &[PathBuf], _: &mut Screen<'_>| {
                rounds += 1;
                done.send(()).unwrap();
                Ok(())
            };
            on_each(
                Path::new("/p"),
                &changes,
                Duration::from_millis(1),
                run,
                screen,
            )
            .unwrap();
        });
        writer.join().unwrap();
        assert_eq!(rounds, 2);
    }
}
