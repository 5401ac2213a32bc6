//! Texts that fit a width.

/// Breaks a text at blanks, or after a comma or slash where a word is longer than a line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let taken = line.chars().count();
        if taken > 0 && taken + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        while word.chars().count() > width {
            let at = word
                .char_indices()
                .take(width)
                .filter(|(_, c)| matches!(c, ',' | '/' | '&' | '{' | '['))
                .last();
            let at = at.map_or_else(
                || {
                    word.char_indices()
                        .nth(width)
                        .map_or(word.len(), |(at, _)| at)
                },
                |(at, c)| at + c.len_utf8(),
            );
            let rest = word.split_off(at);
            lines.push(std::mem::replace(&mut word, rest));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_asked() {
        let text = format!("short words and {} then more", "long/".repeat(40));
        let lines = wrap(&text, 30);
        assert!(
            lines.iter().all(|line| line.chars().count() <= 30),
            "{lines:?}"
        );
        let squeezed = |text: &str| text.replace(' ', "");
        assert_eq!(squeezed(&lines.concat()), squeezed(&text));
    }
}
