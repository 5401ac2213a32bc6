//! An acknowledged write survives `kill -9`.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use bridge::event::EventKind;
use bridge::group::{Group, MemberChange};
use bridge::name::{GroupId, UserId};
use bridge::port::ledger::{Ledger, Opening};
use bridge::user::User;
use ledger::Sqlite;

use crate::fixture::{LEASE, acme, at, event, group, intent, person, tenant, waiting, with};
use crate::sqlite::reopened;

/// Names the ledger to the process that will be killed.
const FILE: &str = "LEDGER_CRASH_TEST_FILE";

/// How many acknowledgements are awaited before the kill, in each round.
const ROUNDS: [usize; 6] = [1, 20, 90, 250, 400, 700];

#[test]
fn every_acknowledged_write_survives_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    let mut acknowledged = Vec::new();
    for enough in ROUNDS {
        acknowledged.extend(killed_after(enough, &path));
        check(&path, &acknowledged);
    }
}

/// Runs the other process until it has acknowledged this many writes; answers all that it acknowledged.
fn killed_after(enough: usize, path: &Path) -> Vec<Written> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::writes_until_it_is_killed", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut acknowledged = Vec::new();
    while acknowledged.len() < enough {
        let line = lines
            .next()
            .expect("the process ended early")
            .expect("a line");
        acknowledged.extend(read(&line));
    }
    child.kill().expect("a kill"); // SIGKILL
    child.wait().expect("an end");
    // What it had said before it died counts too; its last line may be torn.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| read(&line)));
    acknowledged
}

/// What was acknowledged: a user who is a member of a group, and the group's version.
struct Written {
    user: UserId,
    group: GroupId,
    version: u64,
}

fn read(line: &str) -> Option<Written> {
    let (_, written) = line.split_once("acknowledged ")?;
    let mut words = written.split(' ');
    let written = Written {
        user: UserId::parse(words.next()?)?,
        group: GroupId::parse(words.next()?)?,
        version: words.next()?.parse().ok()?,
    };
    // The mark of a line that is whole.
    (words.next() == Some(".")).then_some(written)
}

fn check(path: &Path, acknowledged: &[Written]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let ledger = reopened(path, "after").expect("a ledger");
        let pending = waiting(&ledger, &tenant("acme")).await;
        let pending: HashSet<_> = pending.into_iter().collect();
        for Written {
            user: id,
            group,
            version,
        } in acknowledged
        {
            let group = ledger.group(&acme(), *group).await.expect("a read");
            let group = group.expect("an acknowledged group");
            assert!(group.version >= *version, "{} went back", group.id);
            let members = ledger.members(&acme(), group.id).await.expect("members");
            assert!(members.contains(id), "{id} has left {}", group.id);
            assert_eq!(members.len() as u64, group.version - 1, "{}", group.id);
            assert!(pending.contains(id), "{id} joined and is not pending");
            let user = ledger.user(&acme(), *id).await.expect("a read");
            assert!(user.is_some(), "user {id} was acknowledged and is lost");
            let events = ledger.events(&acme(), Some(*id), 9).await.expect("events");
            assert_eq!(
                events.len(),
                1,
                "user {id} without their event, or with two"
            );
        }
        let listed = ledger
            .list_users(&acme(), 0, usize::MAX)
            .await
            .expect("a list");
        assert_eq!(ledger.count_users(&acme()).await, Ok(listed.len() as u64));
        let half = listed.len() / 2;
        let page = ledger.page_users(&acme(), half as u64, usize::MAX).await;
        assert_eq!(page.as_deref(), Ok(&listed[half..]));
        // Intents that the kill left open are there to be settled, and can be.
        for open in ledger
            .expired(&tenant("acme"), at(0))
            .await
            .expect("intents")
        {
            assert_eq!(ledger.user(&acme(), open.intent.user.id).await, Ok(None));
            let fence = ledger
                .seize(&open, "after", at(0), LEASE)
                .await
                .expect("a seizure");
            ledger
                .abandon(fence, open.intent.user.id, vec![])
                .await
                .expect("the lock");
        }
    });
}

/// The other process: sixteen writers, every second write under an intent. Without the variable there is nothing to do.
#[test]
fn writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let ledger = Arc::new(Sqlite::open(path, "before").expect("a ledger"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let writers: Vec<_> = (0..16)
            .map(|_| tokio::spawn(write(Arc::clone(&ledger))))
            .collect();
        for writer in writers {
            writer.await.expect("a writer");
        }
    });
}

async fn write(ledger: Arc<Sqlite>) {
    let mut team = group(&acme(), &UserId::new().to_string());
    team = regroup(&ledger, team, vec![]).await;
    for number in 0_u64.. {
        let mut user = person(&acme(), &UserId::new().to_string());
        user.target_name = Some(user.source.user_name().to_owned());
        let user = if number % 2 == 0 {
            let created = vec![event(&user, EventKind::Created)];
            ledger.commit(user, created).await.expect("a commit")
        } else {
            intended(&ledger, user).await
        };
        if number % 4 == 0 {
            let name = team.folded_name();
            team = with(&team, "displayName", format!("{name}!").into());
        }
        team = regroup(&ledger, team, vec![MemberChange::Add(vec![user.id])]).await;
        // The test's own capture of output does not reach this handle; one call is one line.
        let line = format!("acknowledged {} {} {} .\n", user.id, team.id, team.version);
        std::io::stdout()
            .write_all(line.as_bytes())
            .expect("the pipe");
    }
}

async fn regroup(ledger: &Sqlite, group: Group, changes: Vec<MemberChange>) -> Group {
    let answer = ledger.commit_group(group, changes, vec![]).await;
    answer.expect("a commit").group
}

async fn intended(ledger: &Sqlite, user: User) -> User {
    let wanted = intent(&user, &[user.source.user_name()]);
    let opening = ledger.open(&wanted, "before", at(0), LEASE).await;
    let Ok(Opening::Granted { fence }) = opening else {
        panic!("not granted: {opening:?}");
    };
    let told = vec![event(&user, EventKind::Told)];
    ledger.close(fence, user, told).await.expect("the lock")
}
