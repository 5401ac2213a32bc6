//! Write Jackfield plugins in Rust.
//!
//! A plugin is a type that implements [`Plugin`] and one or more of [`Mapper`], [`TemplateChooser`] and [`Rules`], and a
//! line that registers it:
//!
//! ```
//! use jackfield_sdk::{Decision, Error, Occasion, Plugin, Rules};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! /// Every user name ends with the settings' domain.
//! struct OneDomain;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     /// What user names end with.
//!     domain: String,
//! }
//!
//! impl Plugin for OneDomain {
//!     type Settings = Settings;
//! }
//!
//! impl Rules for OneDomain {
//!     fn decide(input: Occasion<Settings>) -> Result<Decision, Error> {
//!         let domain = &input.settings.domain;
//!         if input.target.user_name().is_some_and(|name| name.ends_with(domain.as_str())) {
//!             return Ok(Decision::allow());
//!         }
//!         Ok(Decision::deny("userName", "the domain is not allowed")
//!             .scim_type("invalidValue")
//!             .fix(format!("use a user name of {domain}")))
//!     }
//! }
//!
//! jackfield_sdk::register!(OneDomain: rules);
//!
//! // Plain tests: no component, no host.
//! use jackfield_sdk::native;
//!
//! let occasion = native::Occasion {
//!     target: r#"{"userName":"ada@example.com"}"#.to_owned(),
//!     settings: r#"{"domain":"@example.org"}"#.to_owned(),
//!     ..native::Occasion::default()
//! };
//! let decision = native::decide::<OneDomain>(occasion)?;
//! assert_eq!(decision.denial().map(|denial| denial.fix.as_str()), Some("use a user name of @example.org"));
//! # Ok::<(), Error>(())
//! ```
//!
//! Built for `wasm32-unknown-unknown`, the crate becomes a component that imports nothing but [`log`] and [`directory`].
//! Everywhere else it is an ordinary crate: [`log`] collects, [`directory`] reads what a test set ([`testing`]), and
//! [`native`] takes and gives the very JSON texts that cross the component's boundary.
//!
//! An instance serves one call and is dropped: nothing that a plugin keeps survives.

#[cfg(all(target_family = "wasm", feature = "bump-allocator"))]
mod allocator;
#[doc(hidden)]
pub mod bindings;
#[cfg(not(target_family = "wasm"))]
pub mod cases;
#[doc(hidden)]
pub mod component;
pub mod directory;
mod document;
mod error;
mod facts;
mod groups;
pub mod log;
pub mod native;
mod outcome;
mod path;
mod plugin;
pub mod settings;
mod source;
mod target;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use document::{Document, Lazy};
pub use error::{Code, Error};
pub use facts::Facts;
pub use groups::{Group, Groups};
pub use outcome::{Choice, Decision, Denial, Verdict};
pub use path::{Path, PathError};
pub use plugin::{
    Backward, Forward, Mapper, NoSettings, Occasion, Package, Plugin, Rules, TemplateChooser,
};
pub use source::Source;
pub use target::{Attribute, Target};

/// Makes a component of a plugin: `register!(MyPlugin: mapper, rules);`
///
/// The kinds are `mapper`, `template_chooser` and `rules`. `about` comes by itself, from the crate's manifest and the
/// settings' type. Off wasm nothing is exported and the kinds are only checked.
///
/// `register!(MyPlugin: mapper; schema = include_str!("../settings.schema.json"));` takes the settings' schema from a file
/// instead of deriving it inside the component, which is then a third smaller and compiles the faster for it. The
/// file is written and kept true by a test that calls `testing::schema_is_current`.
#[macro_export]
macro_rules! register {
    ($plugin:ty : $($kind:ident),+ $(; schema = $schema:expr)? $(,)?) => {
        impl $crate::Package for $plugin {
            const NAME: &'static str = env!("CARGO_PKG_NAME");
            const VERSION: &'static str = env!("CARGO_PKG_VERSION");
            const DESCRIPTION: &'static str = env!("CARGO_PKG_DESCRIPTION");
            $( const SCHEMA: ::std::option::Option<&'static str> = ::std::option::Option::Some($schema); )?
        }

        const _: () = {
            $( $crate::__kind!($kind, $plugin); )+
        };

        // Only for wasm: the exports' names are no symbols that a native linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the component's exports are raw functions")]
        const _: () = {
            struct Component;

            impl $crate::bindings::about::exports::jackfield::plugin::about::Guest for Component {
                fn describe() -> ::std::string::String {
                    $crate::component::start();
                    $crate::settings::describe::<$plugin>()
                }
            }

            $crate::bindings::about::export!(Component with_types_in $crate::bindings::about);
            $( $crate::__export!($kind, $plugin); )+
        };
    };
}

/// Checks that a plugin is of a kind.
#[doc(hidden)]
#[macro_export]
macro_rules! __kind {
    (mapper, $plugin:ty) => {
        const fn mapper<P: $crate::Mapper>() {}
        mapper::<$plugin>();
    };
    (template_chooser, $plugin:ty) => {
        const fn template_chooser<P: $crate::TemplateChooser>() {}
        template_chooser::<$plugin>();
    };
    (rules, $plugin:ty) => {
        const fn rules<P: $crate::Rules>() {}
        rules::<$plugin>();
    };
    ($kind:ident, $plugin:ty) => {
        compile_error!(concat!(
            "unknown kind `",
            stringify!($kind),
            "`: the kinds are mapper, template_chooser and rules"
        ));
    };
}

/// Exports one kind from a component.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    (mapper, $plugin:ty) => {
        impl $crate::bindings::mapper::exports::jackfield::plugin::mapper::Guest for Component {
            fn to_target(
                input: $crate::bindings::mapper::exports::jackfield::plugin::mapper::Forward,
            ) -> ::std::result::Result<::std::string::String, $crate::bindings::mapper::jackfield::plugin::types::PluginError> {
                $crate::component::to_target::<$plugin>(input)
            }

            fn to_source(
                input: $crate::bindings::mapper::exports::jackfield::plugin::mapper::Backward,
            ) -> ::std::result::Result<::std::string::String, $crate::bindings::mapper::jackfield::plugin::types::PluginError> {
                $crate::component::to_source::<$plugin>(input)
            }
        }

        $crate::bindings::mapper::export!(Component with_types_in $crate::bindings::mapper);
    };
    (template_chooser, $plugin:ty) => {
        impl $crate::bindings::template_chooser::exports::jackfield::plugin::template_chooser::Guest for Component {
            fn choose(
                input: $crate::bindings::mapper::jackfield::plugin::types::Occasion,
            ) -> ::std::result::Result<
                $crate::bindings::template_chooser::exports::jackfield::plugin::template_chooser::Choice,
                $crate::bindings::mapper::jackfield::plugin::types::PluginError,
            > {
                $crate::component::choose::<$plugin>(input)
            }
        }

        $crate::bindings::template_chooser::export!(Component with_types_in $crate::bindings::template_chooser);
    };
    (rules, $plugin:ty) => {
        impl $crate::bindings::rules::exports::jackfield::plugin::rules::Guest for Component {
            fn decide(
                input: $crate::bindings::mapper::jackfield::plugin::types::Occasion,
            ) -> ::std::result::Result<
                $crate::bindings::rules::exports::jackfield::plugin::rules::Decision,
                $crate::bindings::mapper::jackfield::plugin::types::PluginError,
            > {
                $crate::component::decide::<$plugin>(input)
            }
        }

        $crate::bindings::rules::export!(Component with_types_in $crate::bindings::rules);
    };
    ($kind:ident, $plugin:ty) => {};
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../../README.md")]
pub struct Readme;
