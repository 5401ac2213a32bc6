//! The bridge: from what an identity provider says to what CXone holds.

pub mod directory;
pub mod event;
pub mod name;
pub mod port;
pub mod source;
pub mod target;
pub mod user;
