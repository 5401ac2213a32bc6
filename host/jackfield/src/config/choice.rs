//! Keys that take one of a few words.

use toml::Spanned;

use super::mistake::{Mistake, Text, hint};

/// What the word that is given for a key means; the default where none is given.
pub(super) fn choice<T: Copy + Default>(
    key: &str,
    given: Option<&Spanned<String>>,
    known: &[(&str, T)],
    text: &Text<'_>,
) -> Result<T, Mistake> {
    let Some(given) = given else {
        return Ok(T::default());
    };
    if let Some((_, meaning)) = known.iter().find(|(word, _)| word == given.get_ref()) {
        return Ok(*meaning);
    }
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    // What is filled in may be a secret that got into the wrong place.
    let (message, hint) = if text.filled_in(given.span()) {
        let known = format!("known: {}", words.join(", "));
        (
            format!("the {key} that is filled in here is not known"),
            known,
        )
    } else {
        let message = format!("the {key} {:?} is not known", given.get_ref());
        (message, hint(given.get_ref(), &words))
    };
    Err(text.at(given.span(), message, Some(hint)))
}
