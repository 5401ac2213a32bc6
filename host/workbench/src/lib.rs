//! The workbench of plugin authors: make, build, look into, run, test and measure a plugin.
//!
//! Each command is a function that writes to a [`Screen`](screen::Screen) and says how things stand
//! ([`Standing`](problem::Standing)), or why it could not look ([`Problem`](problem::Problem)). Arguments and exit codes are
//! those of `jackfield plugin`.

pub mod cases;
mod embedded;
pub mod problem;
pub mod project;
pub mod screen;
mod watched;
mod worlds;
