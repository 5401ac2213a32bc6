//! `jackfield plugin dev`: runs the cases on each save.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use plugin::Engine;

use crate::native::{self, Output, Until};
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
    let mut changes = Changes::new(&absolute, changes);
    screen.paint(
        Paint::Faint,
        format!("watching {}; Ctrl-C ends it", absolute.display()),
    );
    let run = |_: &[PathBuf], changes: &mut Changes<'_>, screen: &mut Screen<'_>| {
        once(&absolute, component, engine, changes, screen)
    };
    run(&[], &mut changes, screen)?;
    on_each(&mut changes, QUIET, run, screen)?;
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

/// Changes of the author's files. What a run itself writes is among what tools write, so it is none.
struct Changes<'a> {
    dir: &'a Path,
    paths: Receiver<PathBuf>,
    /// Those that came while a round ran.
    seen: BTreeSet<PathBuf>,
}

impl<'a> Changes<'a> {
    fn new(dir: &'a Path, paths: Receiver<PathBuf>) -> Self {
        Self {
            dir,
            paths,
            seen: BTreeSet::new(),
        }
    }

    /// Whether there are any that no round has had.
    fn any(&mut self) -> bool {
        while let Ok(path) = self.paths.try_recv() {
            self.take(path);
        }
        !self.seen.is_empty()
    }

    fn take(&mut self, path: PathBuf) {
        // cargo writes its lock by itself while it builds.
        let locks = path == self.dir.join("Cargo.lock");
        if !locks && watched::is_authors(self.dir, &path) {
            self.seen.insert(path);
        }
    }

    /// The next ones, until it is quiet; `None` when there will be no more.
    fn batch(&mut self, quiet: Duration) -> Option<Vec<PathBuf>> {
        loop {
            let change = if self.seen.is_empty() {
                self.paths
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.paths.recv_timeout(quiet)
            };
            match change {
                Ok(path) => self.take(path),
                Err(RecvTimeoutError::Disconnected) if self.seen.is_empty() => return None,
                Err(_) => return Some(std::mem::take(&mut self.seen).into_iter().collect()),
            }
        }
    }
}

/// Runs on each batch of changes, told by their paths, until nobody can send any more.
///
/// # Errors
/// What the run could not do.
fn on_each<'a>(
    changes: &mut Changes<'a>,
    quiet: Duration,
    mut run: impl FnMut(&[PathBuf], &mut Changes<'a>, &mut Screen<'_>) -> Result<(), Problem>,
    screen: &mut Screen<'_>,
) -> Result<(), Problem> {
    while let Some(batch) = changes.batch(quiet) {
        let names: Vec<String> = batch
            .iter()
            .map(|path| {
                let inside = path.strip_prefix(changes.dir).unwrap_or(path);
                inside.display().to_string()
            })
            .collect();
        screen.say("");
        screen.paint(Paint::Bold, format!("changed: {}", names.join(", ")));
        run(&batch, changes, screen)?;
    }
    Ok(())
}

/// One round, which a change ends. A mistake in a file is told and waited out: the next save may mend it.
fn once(
    dir: &Path,
    component: bool,
    engine: &Engine,
    changes: &mut Changes<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), Problem> {
    let project = match Project::read(dir) {
        Ok(project) => project,
        Err(problem) => {
            screen.paint(Paint::Bad, problem.to_string());
            return Ok(());
        }
    };
    let mut changed = || changes.any();
    let until = Until::Changed(&mut changed);
    match native::run(&project, Output::Through, until, screen).map(native::told) {
        Ok(Some((paint, words))) => screen.paint(paint, words),
        // Another round follows at once.
        Ok(None) => return Ok(()),
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
            let run = |batch: &[PathBuf], _: &mut Changes<'_>, _: &mut Screen<'_>| {
                rounds.push(batch.to_vec());
                Ok(())
            };
            let mut changes = Changes::new(Path::new("/p"), changes);
            on_each(&mut changes, QUIET, run, screen).unwrap();
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
            let run = |_: &[PathBuf], _: &mut Changes<'_>, _: &mut Screen<'_>| {
                rounds += 1;
                done.send(()).unwrap();
                Ok(())
            };
            let mut changes = Changes::new(Path::new("/p"), changes);
            on_each(&mut changes, Duration::from_millis(1), run, screen).unwrap();
        });
        writer.join().unwrap();
        assert_eq!(rounds, 2);
    }

    #[test]
    fn a_save_during_a_round_ends_it_and_begins_the_next() {
        let (sender, changes) = channel();
        let mut changes = Changes::new(Path::new("/p"), changes);
        assert!(!changes.any());
        sender.send(PathBuf::from("/p/target/a")).unwrap();
        assert!(!changes.any(), "what tools write is no save");
        sender.send(PathBuf::from("/p/src/a.rs")).unwrap();
        assert!(changes.any() && changes.any(), "until a round has it");
        drop(sender);
        let saved = changes.batch(Duration::from_millis(1));
        assert_eq!(saved, Some(vec![PathBuf::from("/p/src/a.rs")]));
        assert_eq!(changes.batch(Duration::from_millis(1)), None);
    }
}
