//! The adapters over real sockets. Each test names the part of the facts about CXone (`cxone.md`) it rests on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod access;
mod conformance;
mod directory;
mod employee;
mod examine;
mod failures;
mod find;
mod hub;
mod login;
mod people;
mod place;
mod plain;
mod probe;
mod server;
mod user_hub_find;
mod user_hub_leave;
mod user_hub_write;
mod write;
