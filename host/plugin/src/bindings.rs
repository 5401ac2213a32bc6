//! The contract of `wit/`, as Rust.
//!
//! Generated from the world with every kind. Each kind's exports are looked up by themselves, so a component with any subset
//! of them works.

// The generated types have no `Debug`.
#[allow(missing_debug_implementations, unreachable_pub)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        imports: { default: trappable },
    });
}

pub(crate) use generated::Plugin;
pub(crate) use generated::exports::jackfield::plugin::{about, mapper, rules, template_chooser};
pub(crate) use generated::jackfield::plugin::{directory, log, types};

pub use generated::exports::jackfield::plugin::mapper::Forward;
pub use generated::jackfield::plugin::types::Group;
