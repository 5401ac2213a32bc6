//! CXone, simulated: SCIM, logins and the User Hub reads as far as they are known, over real HTTP.
//!
//! What is not known about CXone is a switch ([`Switches`]), its default an assumption. What the tenant's administrator
//! decides is in [`Settings`]. Both change while it runs, by `PUT /simulator/settings`; `GET /simulator/state` shows
//! everything, `POST /simulator/reset` starts anew. `docs/simulator.md` is the manual.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let running = simulator::Simulator::start(listener, simulator::Settings::default())?;
//! let base_url = running.base_url();
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is kept beyond the process. A world that is only for trying things out has no secrets worth the name:
//! `/simulator/*` is open to whoever reaches the listener, so bind it to loopback.

mod access_keys;
mod admin;
mod answer;
mod auth;
mod calls;
mod claims;
mod clock;
mod control;
mod directory;
mod discovery;
mod draft;
mod handle;
mod oauth;
mod paced;
mod patch;
mod request;
mod schemas;
mod scim;
mod server;
mod settings;
mod socket;
pub mod switches;
mod template;
mod tenant;
mod user;
mod user_hub;
mod users;
mod weather;
mod world;

pub use server::{Running, Simulator};
pub use settings::{
    AccessKey, ClientApp, Hosts, LoginAuthenticator, OptionalField, Permission, Role, RoleStatus,
    Settings, SettingsError, Team, TeamStatus, Template,
};
pub use switches::{SwitchInfo, Switches};
