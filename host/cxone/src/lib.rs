//! CXone behind the bridge's port: its SCIM API, its access-key tokens, its directory of roles and teams.
//!
//! What NICE does not say is an assumption and is marked so, with the section of the facts about CXone it stands for
//! (`cxone.md`); a first real tenant settles each with one probe.

mod access;
mod api;
mod claims;
mod complaint;
mod directory;
mod employee;
mod examine;
mod flight;
mod outcome;
mod people;
mod place;
mod probe;
mod schemas;
mod scim;
mod search;
mod secret;
mod session;
mod settings;
mod snapshot;
mod token;
mod upstreams;
mod user_hub;
mod wire;

pub use claims::Claims;
pub use employee::Employee;
pub use examine::{Examination, Inside, KeyRole, Seen, TeamSeen};
pub use place::{Found, Place, PlaceError, Step};
pub use probe::{Observation, Probed, SETTLES, UserProbed};
pub use scim::ScimAdapter;
pub use secret::Secret;
pub use session::{PlaceCache, Session};
pub use settings::{
    Assume, Auth, BASIC_SCIM_PATH, BadSettings, PlaceSettings, RoleValue, SCIM_PATH, Settings,
    Stated,
};
pub use user_hub::UserHubAdapter;
