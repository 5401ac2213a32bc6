//! `${env:NAME}` and `${file:PATH}` in string values. What is filled in is never read again for references.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Text};
use super::sources::Sources;

/// Fills in every string value of a table; keys stay as they are.
pub(super) fn fill<'i>(
    table: Spanned<DeTable<'i>>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<Spanned<DeTable<'i>>, Mistake> {
    let span = table.span();
    let mut table = table.into_inner();
    fill_table(&mut table, text, sources)?;
    Ok(Spanned::new(span, table))
}

fn fill_table(
    table: &mut DeTable<'_>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<(), Mistake> {
    for (_, value) in table.iter_mut() {
        fill_value(value, text, sources)?;
    }
    Ok(())
}

fn fill_value(
    value: &mut Spanned<DeValue<'_>>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<(), Mistake> {
    let span = value.span();
    match value.get_mut() {
        DeValue::String(string) => {
            if string.contains("${") {
                *string = Cow::Owned(expand(string, &span, text, sources)?);
            }
        }
        DeValue::Table(table) => fill_table(table, text, sources)?,
        DeValue::Array(array) => {
            for item in array.iter_mut() {
                fill_value(item, text, sources)?;
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
    Ok(())
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
