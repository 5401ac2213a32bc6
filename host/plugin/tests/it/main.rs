//! The plugin host against small guests, well-meaning and hostile.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chain;
mod facts;
mod guest;
mod hostile;
mod load;
mod logged;
mod pool;
mod scene;
