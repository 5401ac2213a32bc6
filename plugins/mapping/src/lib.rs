//! Mappings as tables: which member of the target comes from what in the source.
//!
//! A [`Table`] is written in Rust by a mapper's author and changed in the configuration by an operator ([`Rows`]). Read
//! forwards it sets the target's members. Read backwards it writes what the target says into the source, wherever that can
//! be read forwards again; everything else stays as it was. So a table's mapper keeps both laws of the contract by itself.
//!
//! ```
//! use mapping::{Attribute, Mapped, Table, path};
//!
//! /// Users of a provider that sends the mobile number as a note.
//! struct Notes;
//!
//! impl Mapped for Notes {
//!     fn table() -> Table {
//!         Table::standard().row(Attribute::MobileNumber, path("urn:example:notes:1.0:User:mobile"))
//!     }
//! }
//!
//! mapping::mapper!(Notes);
//!
//! use jackfield_sdk::native;
//!
//! let target = native::to_target::<Notes>(native::Forward {
//!     source: r#"{"userName":"ada@example.com","urn:example:notes:1.0:User":{"mobile":"+44 7700 900123"}}"#.to_owned(),
//!     ..native::Forward::default()
//! })?;
//! assert_eq!(target, r#"{"userName":"ada@example.com","mobileNumber":"+44 7700 900123"}"#);
//! # Ok::<(), jackfield_sdk::Error>(())
//! ```

mod expression;
mod groups;
mod inverse;
mod mapper;
mod settings;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[doc(hidden)]
pub use jackfield_sdk;
pub use jackfield_sdk::Attribute;

pub use expression::{
    Expression, GroupValue, constant, first, group, join, lookup, lower, path, trim, upper,
};
pub use groups::{Fallback, GroupRule, NoGroup};
pub use mapper::{Mapped, SCHEMA, Settings, to_source, to_target};
pub use settings::Rows;
pub use table::Table;

/// The manual's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/plugins.md")]
pub struct Manual;
