//! Reading an expression backwards: writing a text where the expression would read it.

use jackfield_sdk::{Path, Source};

use crate::expression::Expression;

impl Expression {
    /// Writes a text at the expression's primary path: its own, that of the first alternative, or, for a look-up, the key that
    /// becomes the text. Tells whether there was such a place; whether the text reads back is for the caller to see.
    pub(crate) fn write(&self, source: &mut Source, text: &str, boolean: bool) -> bool {
        match self {
            Self::Path(path) => {
                let Ok(path) = Path::parse(path) else {
                    return false;
                };
                let boolean = boolean || source.at(&path).is_some_and(|value| value.is_boolean());
                match (boolean, text) {
                    (true, "true") => source.set_at(&path, true.into()),
                    (true, "false") => source.set_at(&path, false.into()),
                    _ => source.set_at(&path, text.into()),
                }
                .is_ok()
            }
            Self::First(alternatives) => alternatives
                .first()
                .is_some_and(|one| one.write(source, text, boolean)),
            Self::Lower(of) | Self::Upper(of) | Self::Trim(of) => of.write(source, text, boolean),
            Self::Lookup { from, table, .. } => table
                .iter()
                .find(|(_, value)| *value == text)
                .is_some_and(|(key, _)| from.write(source, key, boolean)),
            Self::Constant(_) | Self::Join { .. } | Self::Group(_) => false,
        }
    }
}
