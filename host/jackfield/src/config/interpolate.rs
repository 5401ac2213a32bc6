//! `${env:NAME}` and `${file:PATH}` in string values. What is filled in is never read again for references.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Text};
use super::sources::Sources;

/// The files of values that are one `${file:PATH}` and nothing else, by where the value begins: they can be read again.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<usize, PathBuf>);

impl Files {
    /// The file that the value at a place is the content of.
    pub(super) fn of(&self, span: &Range<usize>) -> Option<&Path> {
        self.0.get(&span.start).map(PathBuf::as_path)
    }
}

/// Fills in every string value of a value; keys stay as they are.
pub(super) fn fill(
    value: &mut Spanned<DeValue<'_>>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<Files, Mistake> {
    let mut fill = Fill {
        text,
        sources,
        files: Files::default(),
    };
    fill.value(value)?;
    Ok(fill.files)
}

/// Whether a string in it is to be filled in.
pub(super) fn refers(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(string) => string.contains("${"),
        DeValue::Table(table) => table.values().any(|value| refers(value.get_ref())),
        DeValue::Array(array) => array.iter().any(|value| refers(value.get_ref())),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            false
        }
    }
}

struct Fill<'a> {
    text: &'a Text<'a>,
    sources: &'a dyn Sources,
    files: Files,
}

impl Fill<'_> {
    fn table(&mut self, table: &mut DeTable<'_>) -> Result<(), Mistake> {
        for (_, value) in table.iter_mut() {
            self.value(value)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &mut Spanned<DeValue<'_>>) -> Result<(), Mistake> {
        let span = value.span();
        match value.get_mut() {
            DeValue::String(string) => {
                if let Some(path) = only_file(string)
                    && let Some(path) = self.sources.place(path)
                {
                    self.files.0.insert(span.start, path);
                }
                if string.contains("${") {
                    *string = Cow::Owned(expand(string, &span, self.text, self.sources)?);
                }
            }
            DeValue::Table(table) => self.table(table)?,
            DeValue::Array(array) => {
                for item in array.iter_mut() {
                    self.value(item)?;
                }
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
        Ok(())
    }
}

/// The path, where a value is one `${file:PATH}` and nothing else.
fn only_file(string: &str) -> Option<&str> {
    let path = string.trim().strip_prefix("${file:")?.strip_suffix('}')?;
    (!path.contains('}')).then_some(path)
}

fn expand(
    string: &str,
    span: &Range<usize>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<String, Mistake> {
    let hint = || Some("write ${env:NAME} or ${file:PATH}".to_owned());
    let mut expanded = String::new();
    let mut rest = string;
    while let Some((before, reference)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((reference, after)) = reference.split_once('}') else {
            return Err(text.at(span.clone(), "a ${ has no }".to_owned(), hint()));
        };
        let value = match reference.split_once(':') {
            Some(("env", name)) => sources.env(name),
            Some(("file", path)) => sources.file(path),
            _ => {
                return Err(text.at(
                    span.clone(),
                    format!("${{{reference}}} is no reference"),
                    hint(),
                ));
            }
        };
        expanded.push_str(&value.map_err(|reason| text.at(span.clone(), reason, None))?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(expanded)
}
