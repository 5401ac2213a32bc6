//! The side that starts compiling processes.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::{Compile, NoCode, ON_DEMAND};
use crate::engine::Allocator;
use crate::text::one_line;

/// Wall clock of one compilation: twice its CPU time, for a machine with other work.
const DEADLINE: Duration = Duration::from_secs(120);

/// Children at a time, over the whole process: each may take [`super::MEMORY`].
const CHILDREN: usize = 2;

/// Bytes of code that are taken; the largest plugin's are 33 MB.
const MOST_CODE: u64 = 256 << 20;

/// Bytes of standard error that are read.
const MOST_WORDS: u64 = 4 << 10;

/// How often a process that has said everything is looked after.
const GLANCE: Duration = Duration::from_millis(2);

/// Signals by their number, which all systems with a kernel like Linux's share.
const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;
const SIGXCPU: i32 = 24;

/// Compiles in a child process: a program that ends up in [`super::child`]. The child sees no environment and is ended when
/// its time is up.
#[derive(Debug, Clone)]
pub struct ChildCompiler {
    program: PathBuf,
    args: Vec<String>,
    deadline: Duration,
}

impl ChildCompiler {
    /// A child is `program` with `args`.
    pub fn new(program: PathBuf, args: Vec<String>) -> Self {
        Self {
            program,
            args,
            deadline: DEADLINE,
        }
    }

    /// Ends a child that takes longer. 120 s where nothing is said.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    fn run(&self, child: &mut Child, order: Vec<Vec<u8>>) -> Result<Vec<u8>, NoCode> {
        let until = Instant::now() + self.deadline;
        let (Some(mut input), Some(output), Some(words)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(NoCode::NotNow(
                "the compiling process has no pipes".to_owned(),
            ));
        };
        let (send, code) = mpsc::channel();
        let (send_words, words_read) = mpsc::channel();
        let spawned = spawn("plugin-order", move || {
            for part in order {
                // A child that refuses what it has read so far reads no further; what it says tells why.
                if input.write_all(&part).is_err() {
                    return;
                }
            }
        })
        .and_then(|()| {
            spawn("plugin-code", move || {
                drop(send.send(read(output, MOST_CODE)))
            })
        })
        .and_then(|()| {
            spawn("plugin-words", move || {
                drop(send_words.send(read(words, MOST_WORDS)));
            })
        });
        spawned.map_err(|reason| {
            NoCode::NotNow(format!(
                "no thread to talk to the compiling process: {reason}"
            ))
        })?;
        let code = code.recv_timeout(until.saturating_duration_since(Instant::now()));
        let late = || {
            NoCode::NotNow(format!(
                "compiling took longer than {} s",
                self.deadline.as_secs_f32()
            ))
        };
        let Ok(code) = code else {
            return Err(late());
        };
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < until => thread::sleep(GLANCE),
                Ok(None) => return Err(late()),
                Err(reason) => {
                    let lost = format!("the compiling process is lost: {reason}");
                    return Err(NoCode::NotNow(lost));
                }
            }
        };
        if status.success() {
            return match code {
                Ok(code) if code.is_empty() => {
                    Err("the compiling process wrote no code".to_owned())
                }
                Ok(code) => Ok(code),
                Err(reason) => Err(format!("the code cannot be read: {reason}")),
            }
            .map_err(NoCode::Refused);
        }
        let words = words_read.recv_timeout(Duration::from_secs(1));
        let words = words.ok().and_then(Result::ok).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        Err(reason(status, &words))
    }
}

impl Compile for ChildCompiler {
    fn compile(&self, component: &[u8], allocator: Allocator) -> Result<Vec<u8>, NoCode> {
        let _turn = Turn::take();
        let mut child = Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|reason| {
                let program = self.program.display();
                NoCode::NotNow(format!(
                    "the compiling process {program} does not start: {reason}"
                ))
            })?;
        let order = match allocator {
            Allocator::Pooling => vec![component.to_vec()],
            Allocator::OnDemand => vec![ON_DEMAND.to_vec(), component.to_vec()],
        };
        let done = self.run(&mut child, order);
        // It has ended, unless it is late or lost: then this is its end. Whatever it is, nobody stays behind unwaited for.
        let _ = child.kill();
        let _ = child.wait();
        done
    }
}

/// How many children there are.
static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// The right to have a child.
struct Turn;

impl Turn {
    /// Waits until there is one.
    fn take() -> Self {
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |running: &mut usize| *running >= CHILDREN;
        let running = ENDED.wait_while(running, full);
        *running.unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        *running = running.saturating_sub(1);
        ENDED.notify_one();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let named = thread::Builder::new().name(name.to_owned());
    named.spawn(work).map(drop)
}

/// Everything up to so many bytes; more is an error, and the pipe is closed on whoever goes on writing.
fn read(pipe: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("more than {most} bytes")));
    }
    Ok(bytes)
}

/// Why there is no code.
fn reason(status: ExitStatus, words: &str) -> NoCode {
    let words = one_line(words, 400);
    NoCode::Refused(match status.signal() {
        None => words,
        Some(SIGXCPU) => "compiling ran out of CPU time".to_owned(),
        Some(SIGABRT) if words.contains("memory allocation") => {
            "compiling ran out of memory".to_owned()
        }
        Some(signal @ (SIGHUP | SIGINT | SIGKILL | SIGTERM)) => {
            return NoCode::NotNow(format!(
                "the compiling process was ended from outside by signal {signal}; for want of memory, the system does that"
            ));
        }
        Some(signal) => format!("the compiling process was ended by signal {signal}: {words}"),
    })
}
