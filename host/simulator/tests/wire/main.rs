//! The simulator over real HTTP: what research tells of CXone's wire, every switch in every position, the three paths
//! for people and tests. One file per subject; `support` starts a simulator and speaks HTTP/1.1 to it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod control;
mod create;
mod discovery;
mod hand;
mod hub_read;
mod hub_write;
mod keys;
mod login;
mod oauth;
mod outage;
mod patch;
mod people_switches;
mod read_and_replace;
mod settings_file;
mod support;
mod switches;
mod tenant_switches;
mod user_hub;
mod weather;
