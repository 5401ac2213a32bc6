//! The child's side: fills its ledger, then serves.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bridge::port::ledger::Ledger;
use tokio::net::TcpListener;

use crate::process::end_with_parent;
use crate::serving::{bridge, chain, serve};
use crate::{DIRECTORY, USERS, people};

/// Serves so many users. The address goes to the standard output.
pub(crate) fn run() {
    end_with_parent();
    let users = std::env::var(USERS).expect("a size");
    let users: usize = users.parse().expect("a number");
    let directory = std::env::var(DIRECTORY).expect("a directory");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let directory = Path::new(&directory);
        let file = directory.join(format!("{users}.db"));
        let ledger = ledger::Sqlite::open(&file, "bench").expect("a ledger");
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        let started = Instant::now();
        people::settle(Arc::clone(&ledger), directory, users).await;
        let files = [file, directory.join(format!("{users}.db-wal"))];
        let sizes = files.iter().filter_map(|file| file.metadata().ok());
        let size = sizes.map(|file| file.len()).sum::<u64>() >> 20;
        eprintln!(
            "{users} users: {:.0} s to fill, {size} MiB",
            started.elapsed().as_secs_f64()
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        serve(listener, bridge(ledger, Arc::new(chain()))).await;
    });
}
