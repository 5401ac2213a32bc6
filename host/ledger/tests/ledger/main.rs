//! The ledger from outside: what the port promises, on every engine, and what SQLite promises beyond it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)] // Helpers of tests; clippy's own exemption stops at #[test].

mod conformance;
mod crash;
mod file;
mod fixture;
mod glance;
mod sqlite;
