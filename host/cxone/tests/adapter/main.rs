//! The SCIM adapter over real sockets. Each test names the part of the facts about CXone (`cxone.md`) it rests on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod access;
mod directory;
mod failures;
mod find;
mod plain;

mod server;
mod write;
