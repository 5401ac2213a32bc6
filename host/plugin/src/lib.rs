//! The plugin host: WebAssembly components that map attributes, choose templates and enforce rules, each call in a store of
//! its own, under limits, with nothing importable but [the contract](../../../wit/worlds.wit).
//!
//! [`Engine`] is one per process. [`Engine::load`] turns a component's bytes into a [`Loaded`] plugin, once for each digest.
//! [`Chain`] joins the loaded plugins of one connection with their settings and is what the bridge calls.

mod about;
mod bindings;
mod cache;
mod call;
mod chain;
mod code;
pub mod compile;
mod component;
mod document;
mod engine;
mod host;
mod inspect;
mod invoke;
mod json;
mod limits;
mod loaded;
mod observe;
mod personal;
mod pool;
mod record;
mod settings;
mod tape;
mod text;

pub use about::About;
pub use bindings::{Forward, Group};
pub use cache::CacheError;
pub use call::{Failure, Report};
pub use chain::{Chain, ConnectionFacts, FailurePolicy, OnFailure, PluginMode, PluginSource};
pub use component::{ComponentBytes, ComponentsHeld};
pub use engine::{Allocator, Engine, EngineError, EngineSettings};
pub use inspect::{Declared, Kind, Refusal, inspect};
pub use invoke::{Invocation, Invoked};
pub use json::{BadInvocation, Export};
pub use limits::{LargeLimits, Limits};
pub use loaded::{Digest, LoadError, Loaded};
pub use pool::PoolSize;
pub use record::{RecordingSettings, Run, Unreadable, Values, flush_recordings, read_recordings};
