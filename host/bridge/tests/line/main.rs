//! The straight line over doubles of its ports: a strict ledger, a CXone that fails on demand, plugins that are pure functions.
//! Time is paused, so that outages of hours pass in no time.

#![allow(clippy::expect_used, clippy::panic)] // Helpers of tests; clippy's own exemption stops at #[test].

mod apart;
mod crash;
mod create;
mod explain;
mod fields;
mod forget;
mod groups;
mod harness;
mod interleave;
mod leave;
mod matching;
mod model;
mod observe;
mod owed;
mod owner;
mod plan;
mod plugin_fails;
mod rename;
mod retry;
mod storm;
mod swap;
mod twins;
mod unnamed;
mod unreachable;
mod update;
mod why;
