//! Mappings as tables: which member of the target comes from what in the source.
//!
//! A [`Table`] is written in Rust by a mapper's author and changed in the configuration by an operator ([`Rows`]). Read
//! forwards it sets the target's members. Read backwards it writes what the target says into the source, wherever that can
//! be read forwards again; everything else stays as it was. So a table's mapper keeps both laws of the contract by itself.
//!
//! ```
//! use jackfield_sdk::{Attribute, Groups, Source, Target};
//! use mapping::{Table, first, path};
//!
//! let table = Table::new().row(Attribute::Email, first([path("emails[type eq \"work\"].value"), path("emails.value")]));
//! let source: Source = r#"{"emails":[{"type":"home","value":"ada@example.com"}]}"#.parse()?;
//! let mut target = table.to_target(&source, &Groups::default(), Target::new())?;
//! assert_eq!(target.email(), Some("ada@example.com"));
//!
//! target.set_email("byron@example.com");
//! let source = table.to_source(&target, source)?;
//! assert_eq!(source.str("emails[type eq \"work\"].value"), Some("byron@example.com"));
//! # Ok::<(), jackfield_sdk::Error>(())
//! ```

mod expression;
mod inverse;
mod settings;
mod table;

pub use expression::{
    Expression, GroupValue, constant, first, group, join, lookup, lower, path, trim, upper,
};
pub use settings::Rows;
pub use table::Table;
