//! The workbench of plugin authors: make, build, look into, run, test and measure a plugin.
//!
//! Each command is a function that writes to a [`Screen`](screen::Screen) and says how things stand
//! ([`Standing`](problem::Standing)), or why it could not look ([`Problem`](problem::Problem)). Arguments and exit codes are
//! those of `jackfield plugin`.

pub mod bench;
pub mod build;
mod call;
pub mod cases;
mod change;
pub mod dev;
mod embedded;
pub mod engine;
mod gauge;
pub mod input;
pub mod inspect;
mod kept;
pub mod laws;
mod native;
pub mod new;
pub mod problem;
pub mod project;
pub mod replay;
pub mod run;
pub mod running;
#[cfg(test)]
mod scene;
pub mod schema;
pub mod screen;
pub mod subject;
pub mod test;
mod watched;
