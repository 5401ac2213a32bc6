//! SCIM 2.0 as a library without input or output: resources, schemas, attribute paths, filters, PATCH, lists, errors
//! and discovery (RFC 7643, RFC 7644), tolerant of what identity providers really send.
//!
//! Nothing here opens a socket, reads a clock or draws a random number; equal input gives equal output.
//! Documents are `serde_json` maps that keep their order. The grammar of filters is the `scim_v2` crate's; their
//! evaluation, PATCH and normalisation are ours, because only they need the schemas.
//!
//! A request body travels [`json::parse`] -> [`normalise`] or [`patch`] -> [`replace`] -> [`answer`] -> [`projection`].
//! What is tolerated, and on whose evidence, stands in [`dialect`].

pub mod answer;
pub mod bulk;
pub mod dialect;
pub mod discovery;
pub mod error;
pub mod etag;
pub mod filter;
pub mod json;
pub mod list;
pub mod members;
pub mod normalise;
pub mod patch;
pub mod path;
pub mod projection;
pub mod replace;
pub mod resource;
pub mod schema;
pub mod search_request;
pub mod sort;
pub mod urn;

pub use dialect::Dialect;
pub use error::{Error, ScimType};
pub use filter::Filter;
pub use patch::Patch;
pub use path::AttributePath;
pub use resource::Resource;
pub use schema::{ResourceSchemas, ResourceType};
