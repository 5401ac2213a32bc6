//! The real binary, in processes of its own.

use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) fn jackfield() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jackfield"));
    command.stdin(Stdio::null()).env_remove("JACKFIELD_LOG");
    command
}

/// A process; ended with the value.
pub(crate) struct Process {
    child: Child,
    /// The addresses that it said, by the first word of the line.
    said: Vec<(String, String)>,
    /// Kept open and not read on: what these commands say later, if anything, fits into the pipe.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a command and waits until it has said all these first words.
    fn start(command: &mut Command, words: &[&str], log: Stdio) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("a process");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        while !words
            .iter()
            .all(|word| said.iter().any(|(known, _)| known == word))
        {
            let line = lines
                .next()
                .expect("the process ended too early")
                .expect("a line");
            let word = line.split([' ', ',']).next().unwrap_or_default().to_owned();
            let address = line.split(' ').next_back().unwrap_or_default().to_owned();
            said.push((word, address));
        }
        Self {
            child,
            said,
            _output: lines,
        }
    }

    pub(crate) fn simulator() -> Self {
        Self::start(
            jackfield().args(["simulate", "--listen", "127.0.0.1:0"]),
            &["CXone"],
            Stdio::null(),
        )
    }

    pub(crate) fn service(config: &Path) -> Self {
        Self::serving(config, Stdio::null())
    }

    /// The same, with its log in a file.
    pub(crate) fn logged(config: &Path, log: &Path) -> Self {
        let log = std::fs::File::create(log).expect("a file");
        Self::serving(config, log.into())
    }

    fn serving(config: &Path, log: Stdio) -> Self {
        Self::start(
            jackfield().arg("serve").arg("--config").arg(config),
            &["SCIM", "admin"],
            log,
        )
    }

    /// What it said after this word.
    pub(crate) fn address(&self, word: &str) -> &str {
        let found = self.said.iter().find(|(known, _)| known == word);
        found
            .map(|(_, address)| address.as_str())
            .expect("an address")
    }

    /// Tells it something.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("a process to tell");
    }

    /// What it holds in memory, in bytes (proc(5), `/proc/PID/statm`: the second number, in pages).
    pub(crate) fn resident(&self) -> usize {
        let path = format!("/proc/{}/statm", self.child.id());
        let text = std::fs::read_to_string(path).expect("statm");
        let pages = text.split(' ').nth(1).expect("a number");
        pages.parse::<usize>().expect("a number") * 4096
    }

    /// SIGKILL: it gets no say.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("an end");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `serve` with a configuration that is wrong, and gives back what it says. It must end with 2, within 30 s.
pub(crate) fn refuses_to_serve(config: &str) -> String {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("jackfield.toml");
    std::fs::write(&path, config).expect("a file");
    let mut child = jackfield()
        .arg("serve")
        .arg("--config")
        .arg(&path)
        .current_dir(directory.path())
        .env("E2E_SECRET", "env-secret")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let patience = Instant::now() + Duration::from_secs(30);
    let status = loop {
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        if Instant::now() > patience {
            let _ = child.kill();
            panic!("it serves:\n{config}");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut told = String::new();
    child
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut told)
        .expect("text");
    assert_eq!(status.code(), Some(2), "{told}");
    told
}
