//! The whole product over real HTTP: identity provider's requests in, the simulated CXone behind. One binary, so that it is
//! linked once and the guests are compiled once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod adoption;
mod authentication;
mod bad_input;
mod binary;
mod check;
mod crash;
mod cxone;
mod cycles;
mod deactivation;
mod demo;
mod failure_policy;
mod faults;
mod fixtures;
mod groups;
mod guests;
mod hesitant;
mod hostile;
mod init;
mod matching;
mod metrics;
mod normalise_rules;
mod outage;
mod ownership;
mod place;
mod plan;
mod protocol;
mod refusals;
#[allow(dead_code, reason = "the tests of host/registry use all of it")]
#[path = "../../host/registry/tests/registry/server.rs"]
mod registry_server;
mod reload;
mod retry;
mod rules_of_life;
mod smoke;
mod transfer;
mod unknowns;
mod validators;
mod wire;
mod workbench;
mod world;
