//! The SCIM service provider and the admin side, over HTTP.
//!
//! A request comes in by [`server`], is taken apart and admitted by [`ScimService`], finds its handler in `call` and leaves
//! through `respond`. `error` is the only place that turns what went wrong into a status.

mod address;
mod admin;
mod authenticate;
mod body;
mod call;
mod discovery;
mod error;
mod groups;
mod respond;
mod scim_service;
pub mod server;
mod users;

pub use admin::AdminService;
pub use authenticate::Credential;
pub use scim_service::ScimService;
