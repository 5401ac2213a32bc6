//! Files of JSON lines, as recordings are. Lines are counted as in the file, from 1, so that a number is the one that editors and
//! `plugin replay` name.

use std::path::Path;

use serde_json::Value;

use crate::problem::Problem;

/// The lines that hold something, with their numbers.
fn written(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    numbered.filter(|(_, line)| !line.trim().is_empty())
}

/// Whether a text is to be read by lines: it is no document as a whole and looks like lines, or it is a recording of one line and
/// a line is named.
pub(super) fn are_meant(
    text: &str,
    file: &Path,
    part: Option<&str>,
    document: Option<&Value>,
) -> bool {
    let named: Option<usize> = part.and_then(|part| part.parse().ok());
    if let Some(document) = document {
        return named.is_some() && document.get("cases").is_none() && written(text).count() == 1;
    }
    let object = |line: &str| serde_json::from_str(line).is_ok_and(|line: Value| line.is_object());
    file.extension().is_some_and(|ending| ending == "jsonl")
        || written(text)
            .enumerate()
            .any(|(at, (number, line))| (at == 0 || Some(number) == named) && object(line))
}

/// The line that is named, or the only one, with its place.
///
/// # Errors
/// The line that is no JSON, or which there are.
pub(super) fn one(text: &str, file: &Path, part: Option<&str>) -> Result<(String, Value), Problem> {
    let file = file.display();
    let number: Option<usize> = part.and_then(|part| part.parse().ok());
    let mut found = written(text).filter(|(at, _)| part.is_none() || Some(*at) == number);
    if let (Some((at, line)), None) = (found.next(), found.next()) {
        let place = format!("{file}: line {at}");
        return match serde_json::from_str(line) {
            Ok(value) => Ok((place, value)),
            // Its own position within the line says less than the line.
            Err(error) => Err(Problem::new(format!("{place}: no JSON: {error}"))),
        };
    }
    let numbers: Vec<usize> = written(text).map(|(at, _)| at).collect();
    Err(Problem::new(match numbers[..] {
        [] => format!("{file}: is empty"),
        [only] => format!("{file}: has one line: name it as {file}#{only}"),
        [first, .., last] => {
            format!("{file}: has lines {first} to {last}: name one as {file}#{first}")
        }
    }))
}
