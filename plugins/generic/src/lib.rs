//! Any SCIM 2.0 client's users as CXone's, and back: every attribute of RFC 7643, section 4.1, and of CXone's own extension that
//! CXone has a place for.

use mapping::{Mapped, Table};

/// The mapper.
#[derive(Debug)]
pub struct Generic;

impl Mapped for Generic {
    fn table() -> Table {
        Table::standard()
    }
}

mapping::mapper!(Generic);

#[cfg(test)]
mod tests;
