//! Entra ID's users as CXone's, and back.
//!
//! The default mappings of a non-gallery application (Microsoft's "Tutorial: Develop and plan provisioning for a SCIM
//! endpoint"; idp.md 1.3) send names, display name, the work e-mail, phones by type and `active`: all of it where the standard
//! table looks. Time zone, type, roles and extensions come when an administrator maps them.

use mapping::{Mapped, Table};

/// The mapper.
#[derive(Debug)]
pub struct Entra;

impl Mapped for Entra {
    fn table() -> Table {
        Table::standard()
    }
}

mapping::mapper!(Entra);

#[cfg(test)]
mod tests;
