//! The one writer: a thread that does what has gathered in its queue in one transaction.
//!
//! A commit waits for the disk, and the disk takes about as long for fifty users as for one. So the thread takes all requests
//! that wait, does each under a savepoint, commits once, and answers only then. Also a refusal waits for the commit: it may rest
//! on what a neighbour in the group wrote.

use std::io;
use std::thread::{self, JoinHandle};

use bridge::port::ledger::LedgerError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::Trouble;

/// How many requests may wait; further callers wait for a place.
const QUEUE: usize = 1024;

/// How many requests share a transaction at most: bounds how long the first of them waits.
const GROUP: usize = 128;

/// The handle of the writer thread. Dropping it lets the thread finish what is queued, and waits for it.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. The connection is its own from here on.
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || run(&connection, requests))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Does a piece of work in a transaction. `Ok` is durable; on `Err` nothing of it is left. The work may be called twice:
    /// again on its own, when the group that it was in is lost as a whole.
    pub(super) async fn submit<T, F>(&self, work: F) -> Result<T, LedgerError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    {
        let stopped = || LedgerError::Failed("the ledger's writer has stopped".to_owned());
        let (reply, answer) = oneshot::channel();
        let request = Box::new(Submitted {
            work,
            outcome: None,
            reply,
        });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(request).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// How many requests are in the queue.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        let used = |queue: &mpsc::Sender<_>| queue.max_capacity() - queue.capacity();
        self.queue.as_ref().map_or(0, used)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the ledger's writer ended in a panic");
        }
    }
}

/// A request in the queue, whatever it answers.
trait Request: Send {
    /// Does the work and keeps the outcome; whether it is to be kept in the transaction.
    fn attempt(&mut self, connection: &Connection) -> bool;

    /// Tells the caller: the outcome if the transaction was committed, else why it was not.
    fn answer(self: Box<Self>, lost: Option<LedgerError>);
}

struct Submitted<T, F> {
    work: F,
    outcome: Option<Result<T, LedgerError>>,
    reply: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T, F> Request for Submitted<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, Trouble> + Send,
{
    fn attempt(&mut self, connection: &Connection) -> bool {
        let outcome = (self.work)(connection).map_err(|Trouble(error)| error);
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>, lost: Option<LedgerError>) {
        let answer = match (self.outcome, lost) {
            // The request's own error says more than that of the transaction, which may be its consequence.
            (Some(Err(error)), _) | (_, Some(error)) => Err(error),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(LedgerError::Failed("a request was not tried".to_owned())),
        };
        // A caller that has gone away needs no answer; what it asked for is done all the same.
        let _ = self.reply.send(answer);
    }
}

fn run(connection: &Connection, mut requests: mpsc::Receiver<Box<dyn Request>>) {
    let mut group = Vec::with_capacity(GROUP);
    while requests.blocking_recv_many(&mut group, GROUP) > 0 {
        let mut lost = together(connection, &mut group).err();
        if let Some(error) = &lost
            && group.len() > 1
        {
            // A full disk or the like took the whole transaction. Whoever can be served alone is.
            tracing::warn!(%error, requests = group.len(), "the ledger lost a group commit and repeats its requests singly");
            for mut request in group.drain(..) {
                let lost = together(connection, std::slice::from_mut(&mut request)).err();
                request.answer(lost);
            }
            continue;
        }
        for request in group.drain(..) {
            request.answer(lost.clone());
        }
        if let Some(error) = lost.take() {
            tracing::error!(%error, "the ledger could not commit");
        }
    }
}

/// Does a group in one transaction. On `Err` nothing of it is in the store.
fn together(connection: &Connection, group: &mut [Box<dyn Request>]) -> Result<(), LedgerError> {
    let done = attempt(connection, group);
    if done.is_err() && !connection.is_autocommit() {
        // Should this fail as well, the next BEGIN does too, and says so.
        let _ = control(connection, "ROLLBACK");
    }
    done.map_err(|Trouble(error)| error)
}

fn attempt(connection: &Connection, group: &mut [Box<dyn Request>]) -> Result<(), Trouble> {
    control(connection, "BEGIN IMMEDIATE")?;
    for request in group {
        control(connection, "SAVEPOINT request")?;
        if !request.attempt(connection) {
            // SQLite ends the whole transaction on a full disk and some I/O errors (lang_transaction.html, section 3).
            if connection.is_autocommit() {
                let text = "the transaction was rolled back by SQLite";
                return Err(LedgerError::Failed(text.to_owned()).into());
            }
            control(connection, "ROLLBACK TO request")?;
        }
        control(connection, "RELEASE request")?;
    }
    control(connection, "COMMIT")
}

fn control(connection: &Connection, statement: &str) -> Result<(), Trouble> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}
