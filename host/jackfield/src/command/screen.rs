//! What a terminal is shown: names come from identity providers and from CXone, and must not steer it.

use std::fmt::Write as _;

/// A control character other than the line feed, or one that turns the direction of what follows (UAX #9, section 2).
fn steers(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && character != '\n')
}

/// The text with U+FFFD for each such character.
pub(super) fn harmless(text: &str) -> String {
    let shown = |character| match steers(character) {
        true => char::REPLACEMENT_CHARACTER,
        false => character,
    };
    text.chars().map(shown).collect()
}

/// The JSON text with an escape for each such character: outside of strings it has line feeds alone.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if steers(character) {
            // Writing to a String cannot fail, and none of them is beyond the basic plane.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const STEERING: &str =
        "\0\u{7}\t\r\u{1b}\u{7f}\u{80}\u{9b}\u{9f}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}";

    #[test]
    fn a_name_steers_no_terminal() {
        let count = STEERING.chars().count();
        assert_eq!(harmless(STEERING), "\u{fffd}".repeat(count));
        assert_eq!(harmless("Ada\u{1b}[2J\nBob"), "Ada\u{fffd}[2J\nBob");
        let plain = "Zoë 李 שרה 👩‍💻 a\u{a0}b";
        assert_eq!(harmless(plain), plain);
    }

    #[test]
    fn json_keeps_what_it_says() {
        let document = json!({"name": STEERING, STEERING: ["Zoë", 1]});
        let text = escaped(&format!("{document:#}"));
        assert!(!text.chars().any(steers), "{text:?}");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read, document);
    }
}
