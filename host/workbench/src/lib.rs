//! The workbench of plugin authors: make, build, look into, run, test and measure a plugin.
//!
//! Each command is a function that writes to a [`Screen`](screen::Screen) and says how things stand
//! ([`Standing`](problem::Standing)), or why it could not look ([`Problem`](problem::Problem)). Arguments and exit codes are
//! those of `jackfield plugin`.

pub mod build;
pub mod cases;
mod embedded;
pub mod engine;
mod fill;
pub mod inspect;
pub mod new;
pub mod problem;
pub mod project;
pub mod schema;
pub mod screen;
pub mod subject;
mod watched;
mod worlds;
