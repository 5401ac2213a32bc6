//! The SCIM service provider and the admin side, over HTTP.
//!
//! A request comes in by [`server`], is taken apart by [`ScimService`] and admitted by [`Authenticator`], finds its handler in
//! `call` and leaves through `respond`. `error` is the only place that turns what went wrong into a status.

mod address;
mod admin;
mod asked;
mod authenticate;
mod body;
mod bulk;
mod call;
mod command;
mod discovery;
mod entity_tag;
mod error;
mod groups;
mod process;
mod respond;
mod scim_service;
mod search;
pub mod server;
mod token_endpoint;
mod users;

pub use admin::AdminService;
pub use authenticate::{
    Authenticator, BadHash, Client, Credentials, EntraTenant, FetchKeys, OAuth,
    PROVISIONING_AUDIENCE, Secret, SigningKey, User, WorkloadIdentity,
};
pub use command::Command;
pub use process::{Kept, Process, Reloaded, Swap};
pub use scim_service::ScimService;
