//! OneLogin's users as CXone's, and back.
//!
//! What is sent is the JSON template of the app, which the customer writes (idp.md 3): whatever the standard table looks for can
//! be put there, CXone's own extension too. The vendor's templates have names, display name and one e-mail of type `work`.

use mapping::{Mapped, Table};

/// The mapper.
#[derive(Debug)]
pub struct Onelogin;

impl Mapped for Onelogin {
    fn table() -> Table {
        Table::standard()
    }
}

mapping::mapper!(Onelogin);

#[cfg(test)]
mod tests;
