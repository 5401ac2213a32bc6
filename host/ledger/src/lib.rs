//! The engines of the ledger: `bridge::port::ledger::Ledger` on SQLite. No SQL or connection type leaves this crate.

mod location;
mod network;
mod space;
mod sqlite;

pub use location::{BadLocation, Location};
pub use network::network_file_system;
pub use space::free_space;
pub use sqlite::{Glance, OpenError, Sqlite};
