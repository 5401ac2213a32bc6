//! Text from a plugin, made fit for a line of log or a message.

/// One line of at most `bytes` bytes: control characters and those that turn or break a line are written as escapes, and what
/// is too long is cut with an ellipsis.
pub(crate) fn one_line(text: &str, bytes: usize) -> String {
    const ELLIPSIS: char = '…';
    let mut line = String::with_capacity(text.len().min(bytes));
    for character in text.trim().chars() {
        let before = line.len();
        if unfit(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        if line.len() > bytes {
            line.truncate(before);
            while line.len() + ELLIPSIS.len_utf8() > bytes && line.pop().is_some() {}
            line.push(ELLIPSIS);
            break;
        }
    }
    line
}

/// Control characters, line and paragraph separators, and the characters that change the direction of writing, with which a
/// line can be made to read differently from what it says.
fn unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(
            one_line("a\n{\"level\":\"fatal\"}\u{1b}[31m", 100),
            "a\\n{\"level\":\"fatal\"}\\u{1b}[31m"
        );
        assert_eq!(
            one_line("\u{202e}evil\u{2028}.", 100),
            "\\u{202e}evil\\u{2028}."
        );
        assert_eq!(one_line("  Zoë  ", 100), "Zoë");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        assert_eq!(one_line("ëëëëë", 10), "ëëëëë");
        assert_eq!(one_line("ëëëëëë", 10), "ëëë…");
        assert!(one_line(&"x\n".repeat(10_000), 1024).len() <= 1024);
    }
}
