//! Jackfield as a program: configuration, commands, and the one place that joins the rooms ([`app`]).

pub mod app;
pub mod cli;
pub mod command;
pub mod config;
pub mod telemetry;
