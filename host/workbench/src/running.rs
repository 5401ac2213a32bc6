//! A tool that runs what an author wrote, which may never end: in a process group of its own, so that everything it started ends
//! with it.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How often it is looked whether the tool has ended.
const TICK: Duration = Duration::from_millis(20);

/// The group of the tool that runs now. While its leader is not waited for, no other group has the number.
static RUNNING: Mutex<Option<Pid>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the tool that runs, for a program that ends itself: Ctrl-C does not reach a group that is not the terminal's. Until what
/// is returned is dropped, nothing is told of the end.
#[derive(Debug)]
#[must_use]
pub struct Ended {
    _held: MutexGuard<'static, Option<Pid>>,
}

/// As [`Ended`] says.
pub fn end() -> Ended {
    let held = running();
    kill(*held);
    Ended { _held: held }
}

fn kill(group: Option<Pid>) {
    if let Some(group) = group {
        // It has ended by itself, which was wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// For how long a tool may run.
pub(crate) struct Patience<'a> {
    /// It is ended after this time.
    pub(crate) limit: Option<Duration>,
    /// After this time it is said that it still runs.
    pub(crate) notice: Duration,
    /// Says so.
    pub(crate) say: &'a mut dyn FnMut(),
    /// Whether nobody waits for it any more.
    pub(crate) over: &'a mut dyn FnMut() -> bool,
}

/// How a tool ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By itself, with 0 or not.
    Itself(bool),
    /// It took too long.
    Late(Duration),
    /// Nobody waited for it any more.
    Over,
}

/// Runs a tool to its end, or as long as there is patience.
///
/// # Errors
/// That it cannot be started.
pub(crate) fn run(command: &mut Command, patience: Patience<'_>) -> io::Result<Outcome> {
    let mut child = {
        let mut running = running();
        let child = command.process_group(0).spawn()?;
        *running = Some(Pid::from_child(&child));
        child
    };
    let began = Instant::now();
    let mut said = false;
    let outcome = loop {
        {
            let mut running = running();
            if let Some(status) = child.try_wait()? {
                *running = None;
                return Ok(Outcome::Itself(status.success()));
            }
        }
        if (patience.over)() {
            break Outcome::Over;
        }
        if let Some(limit) = patience.limit.filter(|limit| began.elapsed() >= *limit) {
            break Outcome::Late(limit);
        }
        if !said && began.elapsed() >= patience.notice {
            said = true;
            (patience.say)();
        }
        thread::sleep(TICK);
    };
    let mut running = running();
    kill(*running);
    child.wait()?;
    *running = None;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// Runs a shell's words, and waits until nothing that it started holds its output any more.
    fn shell(words: &str, limit: Option<Duration>, over: bool) -> (Outcome, String, usize) {
        let (mut read, write) = io::pipe().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", words]).stdout(write);
        let mut notices = 0;
        let patience = Patience {
            limit,
            notice: Duration::ZERO,
            say: &mut || notices += 1,
            over: &mut || over,
        };
        let outcome = run(&mut command, patience).unwrap();
        drop(command);
        let mut text = String::new();
        read.read_to_string(&mut text).unwrap();
        (outcome, text, notices)
    }

    // One test: the tools of a program run one after another.
    #[test]
    fn a_tool_ends_with_everything_that_it_started() {
        assert_eq!(shell("echo a", None, false).0, Outcome::Itself(true));
        assert_eq!(shell("exit 3", None, false).0, Outcome::Itself(false));
        // Without an end of its own: the read in `shell` would wait for it.
        let endless = "sleep 1000000 & sleep 1000000";
        let limit = Duration::from_millis(100);
        let (outcome, _, notices) = shell(endless, Some(limit), false);
        assert_eq!((outcome, notices), (Outcome::Late(limit), 1));
        assert_eq!(shell(endless, None, true).0, Outcome::Over);
        assert_eq!(*running(), None);
    }
}
