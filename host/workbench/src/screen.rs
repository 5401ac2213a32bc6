//! Where a command writes: text for people, in colours where wanted, or JSON for tools. What plugins say cannot steer the
//! terminal.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

/// What a piece of text means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// A heading, a name.
    Bold,
    /// Beside the matter.
    Faint,
    /// All is well; less than half of a limit.
    Good,
    /// Look here; a limit comes near.
    Warn,
    /// Failed; a limit is all but reached.
    Bad,
}

impl Paint {
    /// The colour of danger of a part of a limit, in percent.
    pub fn danger(percent: f64) -> Self {
        match percent {
            below if below < 50.0 => Paint::Good,
            below if below < 80.0 => Paint::Warn,
            _ => Paint::Bad,
        }
    }

    fn style(self) -> Style {
        let style = Style::new();
        let colour = |colour: AnsiColor| style.fg_color(Some(colour.into()));
        match self {
            Paint::Plain => style,
            Paint::Bold => style.bold(),
            Paint::Faint => style.dimmed(),
            Paint::Good => colour(AnsiColor::Green),
            Paint::Warn => colour(AnsiColor::Yellow),
            Paint::Bad => colour(AnsiColor::Red),
        }
    }
}

/// The output of a command. A reader that went away is no reason to fail: what cannot be written is dropped.
pub struct Screen<'a> {
    out: &'a mut (dyn Write + Send),
    colour: bool,
}

impl std::fmt::Debug for Screen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("colour", &self.colour)
            .finish_non_exhaustive()
    }
}

impl<'a> Screen<'a> {
    /// Writes there, in colours or without.
    pub fn new(out: &'a mut (dyn Write + Send), colour: bool) -> Self {
        Self { out, colour }
    }

    /// A line.
    pub fn say(&mut self, text: impl AsRef<str>) {
        self.line(&[(Paint::Plain, text.as_ref())]);
    }

    /// A line of one colour.
    pub fn paint(&mut self, paint: Paint, text: impl AsRef<str>) {
        self.line(&[(paint, text.as_ref())]);
    }

    /// A line of pieces.
    pub fn line(&mut self, pieces: &[(Paint, &str)]) {
        let mut line = String::new();
        for (paint, text) in pieces {
            let text = harmless(text);
            if self.colour && *paint != Paint::Plain {
                let style = paint.style();
                // Writing to a String cannot fail.
                let _ = write!(line, "{style}{text}{style:#}");
            } else {
                line.push_str(&text);
            }
        }
        let _ = writeln!(self.out, "{line}");
        let _ = self.out.flush();
    }

    /// A JSON document.
    pub fn json(&mut self, document: &Value) {
        let _ = writeln!(self.out, "{}", escaped(&format!("{document:#}")));
        let _ = self.out.flush();
    }
}

/// A control character other than the line feed, or one that turns the direction of what follows (UAX #9, section 2).
fn steers(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (character.is_control() && character != '\n')
}

fn harmless(text: &str) -> String {
    let shown = |character| match steers(character) {
        true => char::REPLACEMENT_CHARACTER,
        false => character,
    };
    text.chars().map(shown).collect()
}

/// Outside of strings JSON has line feeds alone.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if steers(character) {
            // None of them is beyond the basic plane.
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

/// A count with its thousands set apart, and the unit that people read.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of them.
pub(crate) fn several(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{} {one}s", count(number as u64)),
    }
}

/// Bytes as people read them.
pub(crate) fn bytes(number: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let number = number as f64;
    match number {
        few if few < 1024.0 => format!("{few} B"),
        some if some < 1024.0 * 1024.0 => format!("{:.1} KiB", some / 1024.0),
        many => format!("{:.1} MiB", many / 1024.0 / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_steers_no_terminal() {
        let mut out = Vec::new();
        let mut screen = Screen::new(&mut out, true);
        screen.paint(Paint::Bad, "a\u{1b}[2J\u{202e}b");
        screen.json(&serde_json::json!({"a": "\u{9b}\u{202e}"}));
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\u{1b}[31ma\u{fffd}[2J\u{fffd}b\u{1b}[0m\n{\n  \"a\": \"\\u009b\\u202e\"\n}\n"
        );
    }

    #[test]
    fn no_colour_is_no_escape() {
        let mut out = Vec::new();
        Screen::new(&mut out, false).line(&[(Paint::Bad, "a"), (Paint::Bold, "b")]);
        assert_eq!(out, b"ab\n");
    }

    #[test]
    fn danger_begins_at_half_and_at_four_fifths() {
        let paints = [0.0, 49.9, 50.0, 79.9, 80.0, 100.0].map(Paint::danger);
        use Paint::{Bad, Good, Warn};
        assert_eq!(paints, [Good, Good, Warn, Warn, Bad, Bad]);
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0, 1, 1_500].map(|it| several(it, "call")),
            ["0 calls", "1 call", "1,500 calls"]
        );
        assert_eq!(
            [5, 2_048, 3 << 20].map(bytes),
            ["5 B", "2.0 KiB", "3.0 MiB"]
        );
    }
}
