//! Plugins in registries, against Debian's own (docker-registry 2.8) on loopback, and against one that misbehaves.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod access;
mod hostile;
mod misbehaving;
mod offline;
mod plugins;
mod pushing;
mod server;
mod tls;
mod trust;
