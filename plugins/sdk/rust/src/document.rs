//! Documents as they cross the boundary: JSON texts, parsed when they are first looked at.

use std::cell::OnceCell;
use std::fmt;

use serde_json::{Map, Value};

use crate::error::Error;

/// Something that travels as a JSON object.
pub trait Document: Sized {
    /// Parses the text.
    ///
    /// # Errors
    /// When it is not what it should be. The message holds no values: they are a person's.
    fn parse(text: String) -> Result<Self, Error>;
}

/// Parses a JSON object. Syntax errors of `serde_json` name a position and no value.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, Error> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Error::input("the document is not a JSON object")),
        Err(error) => Err(Error::input(format!("the document is not JSON: {error}"))),
    }
}

/// A document that is parsed when it is first looked at: a plugin that never asks never pays.
pub struct Lazy<T> {
    text: String,
    parsed: OnceCell<T>,
}

impl<T: Document> Lazy<T> {
    /// A document from its JSON text.
    pub fn new(text: String) -> Self {
        Self {
            text,
            parsed: OnceCell::new(),
        }
    }

    /// The document.
    ///
    /// # Errors
    /// When the text is not such a document; the host never hands out one.
    pub fn get(&self) -> Result<&T, Error> {
        if let Some(parsed) = self.parsed.get() {
            return Ok(parsed);
        }
        let parsed = T::parse(self.text.clone())?;
        Ok(self.parsed.get_or_init(|| parsed))
    }

    /// The document, by value.
    ///
    /// # Errors
    /// As [`Lazy::get`].
    pub fn into_inner(self) -> Result<T, Error> {
        match self.parsed.into_inner() {
            Some(parsed) => Ok(parsed),
            None => T::parse(self.text),
        }
    }

    /// The JSON text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text is an object without members, told without parsing.
    pub fn is_empty(&self) -> bool {
        let inside = self.text.trim().strip_prefix('{');
        inside
            .and_then(|rest| rest.strip_suffix('}'))
            .is_some_and(|rest| rest.trim().is_empty())
    }
}

impl<T> fmt::Debug for Lazy<T> {
    /// Shows the length only: documents hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lazy({} bytes)", self.text.len())
    }
}
