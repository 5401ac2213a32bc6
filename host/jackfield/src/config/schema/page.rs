//! What docs/configuration.md says of each key: the page is where descriptions are written, and written once.

use std::collections::BTreeMap;

/// The page.
const PAGE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/configuration.md"
));

/// The last cell of every row of the key tables below a heading, by key, as plain text.
pub(super) fn descriptions(heading: &str) -> BTreeMap<String, String> {
    let mut lines = PAGE.lines().skip_while(|line| *line != heading).skip(1);
    let mut told = BTreeMap::new();
    let mut keys = false;
    for line in lines.by_ref().take_while(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        match (line.starts_with('|'), cells.as_slice()) {
            (true, [first, .., last]) if keys => {
                for key in first.split('`').skip(1).step_by(2) {
                    told.insert(key.to_owned(), plain(last.trim()));
                }
            }
            (true, [first, ..]) => keys = first.trim() == "key",
            _ => keys = false,
        }
    }
    told
}

/// Links become their words; what marks code stays, it reads well.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((words, behind)) = link.split_once("](") else {
            break;
        };
        let Some((_, after)) = behind.split_once(')') else {
            break;
        };
        plain.push_str(before);
        plain.push_str(words);
        rest = after;
    }
    plain.push_str(rest);
    plain
}
