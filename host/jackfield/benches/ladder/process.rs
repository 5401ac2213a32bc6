//! A rung as a child process, and what the kernel says of it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{DIRECTORY, RUNG, Rung};

/// A child that serves; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Child {
    /// Starts a rung and waits until it listens.
    pub(crate) fn start(rung: Rung, directory: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .env(RUNG, rung.name())
            .env(DIRECTORY, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let mut address = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output)
            .read_line(&mut address)
            .expect("its address");
        let address = address.trim().parse().expect("an address");
        Self { process, address }
    }

    /// The CPU time that it has used, user and system, of all threads, in ticks of 10 ms (proc_pid_stat(5), fields 14 and 15;
    /// USER_HZ is 100 on every Linux).
    pub(crate) fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(')').expect("a program's name");
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().expect("ticks"))
            .sum();
        Duration::from_millis(10 * ticks)
    }

    /// Its memory in MiB (proc_pid_status(5), VmRSS).
    pub(crate) fn memory(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        kib.and_then(|kib| kib.parse::<f64>().ok()).expect("VmRSS") / 1024.0
    }

    fn proc(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.process.id());
        std::fs::read_to_string(path).expect("a Linux with /proc")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It ends by itself when its input closes; this makes sure.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
