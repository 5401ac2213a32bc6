//! The plugin host against small guests, well-meaning and hostile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod chain;
mod counted;
mod facts;
mod guest;
mod hostile;
mod invoke;
mod load;
mod logged;
mod monitor;
mod passed;
mod policy;
mod pool;
mod recorded;
mod scene;
mod trial;
