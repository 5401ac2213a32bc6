//! The one thread that writes recordings. Requests hand calls over and never wait: what is too much at once is dropped, and
//! counted.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, LazyLock, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use metrics::Counter;

use super::age;
use super::heard::Heard;
use super::key::{Key, make_folder};
use super::mask::Mask;
use super::{RecordingSettings, Recordings};

/// Calls that wait to be written.
const WAITING: usize = 1_024;

/// Bytes of them, about.
const WAITING_BYTES: usize = 32 << 20;

/// Where one connection's calls go.
pub(crate) struct Shelf {
    settings: RecordingSettings,
    tenant: String,
    connection: String,
    mask: OnceLock<Mask>,
    recorded: Counter,
    dropped: Counter,
    /// That it cannot be written was said, and is said again once it could.
    told: AtomicBool,
    /// How many files were begun.
    begun: AtomicU64,
}

impl Shelf {
    pub(crate) fn new(
        settings: RecordingSettings,
        tenant: &str,
        connection: &str,
        (recorded, dropped): (Counter, Counter),
    ) -> Self {
        Self {
            settings,
            tenant: tenant.to_owned(),
            connection: connection.to_owned(),
            mask: OnceLock::new(),
            recorded,
            dropped,
            told: AtomicBool::new(false),
            begun: AtomicU64::new(0),
        }
    }

    /// The how manieth file is written, and how many bytes it takes. Two files of half the size each: the newest half is always
    /// there.
    pub(crate) fn file(&self) -> (u64, u64) {
        (self.begun.load(Ordering::Relaxed), self.settings.bytes / 2)
    }

    fn write(&self, heard: Heard) {
        match self.try_write(heard) {
            Ok(()) => {
                self.recorded.increment(1);
                self.told.store(false, Ordering::Relaxed);
            }
            Err(error) => {
                self.dropped.increment(1);
                if !self.told.swap(true, Ordering::Relaxed) {
                    let connection = format!("{}/{}", self.tenant, self.connection);
                    tracing::error!(connection, %error, "plugin calls cannot be recorded");
                }
            }
        }
    }

    fn try_write(&self, heard: Heard) -> io::Result<()> {
        let mask = match self.mask.get() {
            Some(mask) => mask,
            // Nothing is written that could not be masked; the next call tries again.
            None => {
                let key = Key::of_folder(&self.settings.dir)?;
                self.mask.get_or_init(|| Mask::new(&key))
            }
        };
        let mut line = heard.line(&self.tenant, &self.connection, mask);
        line.push('\n');
        self.append(&line)
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let place = Recordings::of(&self.settings.dir, &self.tenant, &self.connection);
        let (_, most) = self.file();
        let length = line.len() as u64;
        if length > most {
            return Err(io::Error::other(format!(
                "a call of {length} bytes is more than half of the {} bytes that may be taken",
                self.settings.bytes
            )));
        }
        let mut file = open(&place.newer)?;
        let mut there = file.metadata()?.len();
        if there + length > most {
            std::fs::rename(&place.newer, &place.older)?;
            file = open(&place.newer)?;
            there = 0;
        }
        // One write for a line: another process that writes here leaves it whole.
        file.write_all(line.as_bytes())?;
        // The one before was full, or it went with age.
        if there == 0 {
            self.begun.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn open(path: &PathBuf) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

/// What is bounded in number and in bytes, and never waited for.
struct Queue<T> {
    jobs: SyncSender<T>,
    bytes: AtomicUsize,
    most: usize,
}

impl<T> Queue<T> {
    fn new(waiting: usize, most: usize) -> (Self, Receiver<T>) {
        let (jobs, taken) = sync_channel(waiting);
        let bytes = AtomicUsize::new(0);
        (Self { jobs, bytes, most }, taken)
    }

    /// Takes a job of so many bytes, if there is room. Whoever has done it gives the bytes back.
    fn offer(&self, job: T, bytes: usize) -> bool {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let taken = before.saturating_add(bytes) <= self.most && self.jobs.try_send(job).is_ok();
        if !taken {
            self.done(bytes);
        }
        taken
    }

    fn done(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

enum Job {
    /// Sees to it that nothing in this folder becomes too old.
    Clear(PathBuf),
    Write(Arc<Shelf>, Box<Heard>, usize),
    /// Tells when everything before it is written.
    Tell(SyncSender<()>),
}

/// Started by the first connection whose calls may be recorded.
static WRITER: LazyLock<Option<Arc<Queue<Job>>>> = LazyLock::new(|| {
    let (queue, taken) = Queue::new(WAITING, WAITING_BYTES);
    let queue = Arc::new(queue);
    let own = Arc::clone(&queue);
    let started = thread::Builder::new()
        .name("plugin-recorder".to_owned())
        .spawn(move || work(&taken, &own));
    match started {
        Ok(_) => Some(queue),
        Err(error) => {
            tracing::error!(%error, "the thread that records plugin calls does not start: none is recorded");
            None
        }
    }
});

fn work(taken: &Receiver<Job>, queue: &Queue<Job>) {
    let mut dirs = BTreeSet::new();
    let mut look = Instant::now() + age::EVERY;
    loop {
        let job = match taken.recv_timeout(look.saturating_duration_since(Instant::now())) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if Instant::now() >= look {
            look = Instant::now() + age::EVERY;
            dirs.iter()
                .for_each(|dir: &PathBuf| age::clear(dir, SystemTime::now()));
        }
        let Some(job) = job else {
            continue;
        };
        match job {
            Job::Clear(dir) => {
                if !dirs.contains(&dir) {
                    age::clear(&dir, SystemTime::now());
                    dirs.insert(dir);
                }
            }
            Job::Write(shelf, heard, bytes) => {
                shelf.write(*heard);
                queue.done(bytes);
            }
            Job::Tell(whom) => drop(whom.send(())),
        }
    }
}

/// Has this folder looked after from now on. It waits for room in the queue.
pub(crate) fn clear(dir: PathBuf) {
    if let Some(queue) = WRITER.as_ref() {
        // The thread ends with the process.
        let _ = queue.jobs.send(Job::Clear(dir));
    }
}

/// Hands a call over. It does not wait.
pub(crate) fn write(shelf: &Arc<Shelf>, heard: Heard) {
    let bytes = heard.bytes();
    let taken = WRITER.as_ref().is_some_and(|queue| {
        let job = Job::Write(Arc::clone(shelf), Box::new(heard), bytes);
        queue.offer(job, bytes)
    });
    if !taken {
        shelf.dropped.increment(1);
    }
}

/// Waits until everything is written that was recorded so far, at most for so long; answers whether it is. It blocks: for the end
/// of a process, and for tests.
pub fn flush_recordings(most: Duration) -> bool {
    let Some(queue) = LazyLock::get(&WRITER).and_then(Option::as_ref) else {
        return true;
    };
    let (tell, told) = sync_channel(1);
    let began = Instant::now();
    let mut job = Job::Tell(tell);
    loop {
        match queue.jobs.try_send(job) {
            Ok(()) => break,
            Err(TrySendError::Full(back)) if began.elapsed() < most => {
                job = back;
                thread::sleep(Duration::from_millis(5));
            }
            Err(_) => return false,
        }
    }
    let left = most.saturating_sub(began.elapsed());
    told.recv_timeout(left).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Values;

    #[test]
    fn a_file_that_went_with_age_counts_like_one_that_was_full() {
        let dir = tempfile::tempdir().expect("a folder");
        let settings = RecordingSettings {
            dir: dir.path().to_owned(),
            sample: 0.0,
            bytes: 100,
            values: Values::Masked,
        };
        let numbers = (Counter::noop(), Counter::noop());
        let shelf = Shelf::new(settings, "acme", "entra", numbers);
        let write = |line| {
            shelf.append(line).expect("written");
            shelf.file().0
        };
        let line = "01234567890123456789\n";
        assert_eq!([write(line), write(line), write(line)], [1, 1, 2]);
        let place = Recordings::of(dir.path(), "acme", "entra");
        std::fs::rename(&place.newer, &place.older).expect("moved");
        assert_eq!([write(line), write(line)], [3, 3]);
    }

    #[test]
    fn what_is_too_much_at_once_is_not_taken() {
        let (queue, taken) = Queue::new(2, 100);
        assert!(queue.offer("one", 60));
        assert!(!queue.offer("too large", 41), "in bytes");
        assert!(queue.offer("two", 40));
        assert!(!queue.offer("three", 0), "in number");
        assert_eq!(taken.try_recv(), Ok("one"));
        assert!(!queue.offer("four", 1), "it is not done yet");
        queue.done(60);
        assert!(queue.offer("five", 60));
        assert_eq!(taken.try_iter().collect::<Vec<_>>(), ["two", "five"]);
    }
}
