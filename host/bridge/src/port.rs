//! The ports: what the line needs of the rooms on the third floor.

pub mod cxone;
pub mod ledger;
pub mod plugins;
