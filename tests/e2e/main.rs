//! The whole product over real HTTP: identity provider's requests in, the simulated CXone behind. One binary, so that it is
//! linked once and the guests are compiled once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod demo;
mod fixtures;
mod normalise_rules;
mod smoke;
mod wire;
mod world;
