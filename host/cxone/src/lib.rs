//! CXone behind the bridge's port: its SCIM API, its access-key tokens, its directory of roles and teams.
//!
//! What NICE does not say is an assumption and is marked so, with the section of the facts about CXone it stands for
//! (`cxone.md`); a first real tenant settles each with one probe.

mod api;
mod complaint;
mod directory;
mod flight;
mod scim;
mod settings;
mod token;
mod wire;

pub use scim::ScimAdapter;
pub use settings::{Auth, BadSettings, SCIM_PATH, Settings};
