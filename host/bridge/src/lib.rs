//! The bridge: from what an identity provider says to what CXone holds.
//!
//! Start at [`line`]: one function is a request's whole way. It asks [`said`] what the request does to the remembered source,
//! [`decide`] what CXone should hold, and [`work`] to tell CXone under a durable lock; [`converge`] looks, compares
//! ([`difference`], [`ownership`]) and tells, [`leave`] deactivates. [`owed`] repeats the second half for what CXone
//! could not take, [`guard`] holds a storm of removals. Groups are written by [`group_write`], and [`regroup`] brings about what that
//! means for their members. [`transfer`] gives people to another connection, [`forget`] empties the deleted.
//! [`plan`] foresees what would become of everybody and [`explain`] tells one user's story; both only look. Reads are in [`query`] and
//! [`group_query`], over [`search`]. What is needed of ledger, CXone and plugins are the traits in [`port`]; this room knows no HTTP, SQL or wasmtime.

mod bells;
mod bridge;
mod claim;
pub mod connection;
mod constraint;
mod converge;
mod decide;
mod difference;
pub mod directory;
pub mod event;
pub mod explain;
mod flights;
mod forget;
pub mod group;
mod group_query;
pub mod group_write;
pub mod guard;
mod leave;
pub mod line;
pub mod matching;
pub mod name;
mod observe;
mod optional;
mod owed;
mod ownership;
pub mod plan;
pub mod policy;
pub mod port;
pub mod query;
pub mod refusal;
mod regroup;
mod removal;
mod rename;
pub mod retry;
pub mod said;
mod search;
pub mod source;
pub mod target;
pub mod template;
mod time_zone;
pub mod transfer;
mod turns;
mod twin;
mod undone;
pub mod user;
mod whereabouts;
mod work;
