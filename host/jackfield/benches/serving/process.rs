//! A child process that serves, and what the kernel says of it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A child that serves; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Child {
    /// Starts this program again, with an environment that tells it what it is, and waits until it listens.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .envs(environment.iter().copied())
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

    /// The CPU time that the threads which it has now have used, to the microsecond or so (`sum_exec_runtime` of each, as
    /// `schedstat` has it): for moments, in which no thread ends.
    #[allow(dead_code, reason = "not every benchmark looks at moments")]
    pub(crate) fn cpu_of_threads(&self) -> Duration {
        let path = format!("/proc/{}/task", self.process.id());
        let threads = std::fs::read_dir(path).expect("a Linux with /proc");
        let threads = threads.filter_map(|thread| {
            let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(threads.sum())
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

/// The child's side: ends this process when the parent does, which holds the other end of the input.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}
