//! What the tests stand on.

pub(crate) mod cxone;
mod groups;
pub(crate) mod ledger;
pub(crate) mod life;
mod memory;
pub(crate) mod plugins;
mod refusals;
pub(crate) mod seeds;
mod store;
pub(crate) mod world;
