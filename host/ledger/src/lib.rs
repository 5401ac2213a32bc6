//! The engines of the ledger: `bridge::port::ledger::Ledger` on SQLite. No SQL or connection type leaves this crate.

mod location;
mod network;
mod sqlite;

pub use location::{BadLocation, Location};
pub use network::network_file_system;
pub use sqlite::{Glance, OpenError, Sqlite};
