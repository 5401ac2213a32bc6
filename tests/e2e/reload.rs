//! Reloading: each tenant is swapped alone and whole, whoever is in the middle of something ends on what they began with, and
//! what is wrong never replaces what is right.

mod alone;
mod compile;
mod latch;
mod leaving;
mod process;
mod provenance;
mod registry;
pub(crate) mod site;
mod swap;
mod traffic;
