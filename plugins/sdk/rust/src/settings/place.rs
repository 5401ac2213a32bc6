//! Where in a JSON text something went wrong, as a path of keys.
//!
//! A deserialiser that tracks its path is compiled once more for every type of settings, and was a tenth of a component.
//! Errors of `serde_json` carry a position, and the keys that lead there are found by reading the text up to it.

/// The path to what was read last when `line` and `column` (from 1, in bytes) were reached: `.rules[0].when`, empty for the
/// whole document.
pub(super) fn place(text: &str, line: usize, column: usize) -> String {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let read = text.as_bytes();
    let read = read.get(..before.saturating_add(column)).unwrap_or(read);
    let mut path = String::new();
    for step in steps(read) {
        match step {
            Step::Object(Some(key)) => {
                path.push('.');
                path.push_str(&String::from_utf8_lossy(key));
            }
            Step::List(Some(index)) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
            Step::Object(None) | Step::List(None) => {}
        }
    }
    path
}

/// An object or list that is open, and the member that is read.
enum Step<'a> {
    /// The key as written, escapes included.
    Object(Option<&'a [u8]>),
    List(Option<usize>),
}

/// What is open at the end of a JSON text that was cut off anywhere.
fn steps(text: &[u8]) -> Vec<Step<'_>> {
    let mut open = Vec::new();
    let mut rest = text;
    let mut key_next = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if let Some(Step::List(index @ None)) = open.last_mut()
            && !byte.is_ascii_whitespace()
            && byte != b']'
        {
            *index = Some(0);
        }
        match byte {
            b'{' => {
                open.push(Step::Object(None));
                key_next = true;
            }
            b'[' => open.push(Step::List(None)),
            b'}' | b']' => drop(open.pop()),
            b':' => key_next = false,
            b',' => match open.last_mut() {
                Some(Step::List(Some(index))) => *index += 1,
                Some(Step::Object(key)) => {
                    *key = None;
                    key_next = true;
                }
                _ => {}
            },
            b'"' => {
                let (string, after) = string(rest);
                rest = after;
                if let Some(Step::Object(key)) = open.last_mut()
                    && key_next
                {
                    *key = Some(string);
                }
            }
            _ => {}
        }
    }
    open
}

/// Splits at the quote that ends a string.
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    match end {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn the_path_leads_to_what_was_read_last() {
        let text = r#"{"a":1,"b":{"c":[ {"d":"x,y]}\"" },[2,3]]},"e" :null}"#;
        for (until, path) in [
            ("", ""),
            ("{", ""),
            ("{\"a\"", ".a"),
            ("\"a\":1", ".a"),
            ("1,", ""),
            ("\"b\":", ".b"),
            ("\"c\":[", ".b.c"),
            ("[ {", ".b.c[0]"),
            ("{\"d\":\"x,y]}", ".b.c[0].d"),
            ("]}\\\"\"", ".b.c[0].d"),
            ("\" }", ".b.c[0]"),
            ("[2,3", ".b.c[1][1]"),
            ("[2,3]", ".b.c[1]"),
            ("[2,3]]", ".b.c"),
            ("[2,3]]}", ".b"),
            ("\"e\"", ".e"),
            ("null}", ""),
        ] {
            let column = text.find(until).expect(until) + until.len();
            assert_eq!(place(text, 1, column), path, "{until}");
        }
    }

    #[test]
    fn lines_count() {
        assert_eq!(place("{\n \"a\": {\n  \"b\": 1 }}", 3, 8), ".a.b");
        assert_eq!(place("{}", 7, 9), "");
    }
}
