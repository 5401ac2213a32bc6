//! Patches of groups: some join and leave again, in a group of nobody and in one of a crowd.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::people::{CROWD, FEW, crowd};
use crate::{Size, table};

/// How many join or leave in one patch, and how many such patches there are in a turn.
const PATCHES: [(usize, usize); 3] = [(1, 100), (100, 6), (10_000, 2)];
/// A process that uses no tick of CPU time for so long has nothing more to do.
const QUIET: Duration = Duration::from_millis(600);

/// What one patch costs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Costs {
    /// Milliseconds from the request to its answer.
    pub(crate) answer: Vec<f64>,
    /// Milliseconds of CPU time until then.
    pub(crate) own: Vec<f64>,
    /// Milliseconds of CPU time until everybody whom it touched was evaluated.
    pub(crate) cpu: Vec<f64>,
    /// Milliseconds until then.
    pub(crate) settled: Vec<f64>,
}

/// Patches the groups of one size and prints what that costs.
pub(crate) async fn patches(size: &Size, rounds: usize) {
    let members = crowd(size.users);
    let groups = [
        (0, size.load.group(FEW).await),
        (members, size.load.group(CROWD).await),
    ];
    // Those behind the crowd are in no group.
    let strangers = size.load.ids.get(members..).unwrap_or_default();
    let mut rows = Vec::new();
    for (count, patches) in PATCHES {
        if count > strangers.len() {
            println!("\n{count} members in one patch: too few users for that");
            continue;
        }
        let joining = strangers.get(..count).unwrap_or_default();
        let mut costs = [const { Vec::<Costs>::new() }; 2];
        // Big ones take their time, and are steady.
        let rounds = if count >= 10_000 {
            rounds.min(3)
        } else {
            rounds
        };
        for round in 0..=rounds {
            for (of_group, (_, group)) in costs.iter_mut().zip(&groups) {
                let turn = turn(size, group, joining, patches).await;
                // The first round warms up.
                if round > 0 {
                    of_group.push(turn);
                }
            }
        }
        for ((members, _), of_group) in groups.iter().zip(&costs) {
            rows.push((count, *members, of_group.clone()));
        }
    }
    table::patches(size.users, &rows);
}

/// Has them join and leave in turns. Evaluations are the queue's work and go on after an answer, so the CPU time is that of the
/// whole turn until there is quiet, for each patch.
async fn turn(size: &Size, group: &str, users: &[String], patches: usize) -> Costs {
    let mut costs = Costs::default();
    let before = size.child.cpu();
    let started = Instant::now();
    for at in 0..patches {
        let body = patch(if at % 2 == 0 { "Add" } else { "Remove" }, users);
        let (asked, idle) = (Instant::now(), size.child.cpu_of_threads());
        size.load.patch(group, body).await;
        let own = size.child.cpu_of_threads().saturating_sub(idle);
        costs.answer.push(asked.elapsed().as_secs_f64() * 1e3);
        costs.own.push(own.as_secs_f64() * 1e3);
        if users.len() > 1 {
            quiet(size).await;
        }
    }
    let ended = quiet(size).await;
    let used = size.child.cpu().saturating_sub(before);
    costs.cpu = vec![used.as_secs_f64() * 1e3 / patches as f64];
    let waited = if users.len() > 1 { patches } else { 1 };
    let busy = ended.saturating_duration_since(started);
    let busy = busy.saturating_sub(QUIET * (waited as u32 - 1));
    costs.settled = vec![busy.as_secs_f64() * 1e3 / patches as f64];
    costs
}

/// Waits until the child does nothing any more; answers since when.
async fn quiet(size: &Size) -> Instant {
    let (mut used, mut since) = (size.child.cpu(), Instant::now());
    while since.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = size.child.cpu();
        if now > used {
            (used, since) = (now, Instant::now());
        }
    }
    since
}

/// A PATCH in Entra's words.
fn patch(op: &str, users: &[String]) -> String {
    let members: Vec<Value> = users.iter().map(|user| json!({"value": user})).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": op, "path": "members", "value": members}],
    })
    .to_string()
}
