//! Entity tags (RFC 7644 section 3.14, RFC 7232): `W/"n"`, where n counts the changes of a resource.

/// The tag of the n-th state of a resource. It is weak: two answers with the same tag may differ in their bytes.
#[must_use]
pub fn of(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// What an `If-Match` or `If-None-Match` header asks for, or the `version` of a bulk operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// `*`: whatever there is.
    Any,
    /// One of these, as given but for `W/`.
    List(Vec<String>),
}

impl Matches {
    /// Reads a header. What is no tag stands in the list as it is and matches nothing; one without quotation marks is taken
    /// for one with them.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        let mut tags = Vec::new();
        let (mut quoted, mut start) = (false, 0);
        for (at, byte) in header.bytes().enumerate() {
            // A comma may stand in a tag.
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    tags.extend(header.get(start..at).and_then(opaque));
                    start = at + 1;
                }
                _ => {}
            }
        }
        tags.extend(header.get(start..).and_then(opaque));
        Self::List(tags)
    }

    /// Whether a tag of ours is asked for, weak or strong (RFC 7232 section 2.3.2): ours are weak, and RFC 7644 sends them in
    /// If-Match.
    #[must_use]
    pub fn matches(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => opaque(tag).is_some_and(|tag| tags.contains(&tag)),
        }
    }
}

/// A tag without what makes it weak, in quotation marks.
fn opaque(tag: &str) -> Option<String> {
    let tag = tag.trim();
    let tag = tag
        .strip_prefix("W/")
        .or_else(|| tag.strip_prefix("w/"))
        .unwrap_or(tag);
    if tag.is_empty() {
        None
    } else if tag.starts_with('"') {
        Some(tag.to_owned())
    } else {
        Some(format!("\"{tag}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        for (header, wanted) in [
            ("*", true),
            (" * ", true),
            ("W/\"3\"", true),
            ("\"3\"", true),
            ("w/\"3\"", true),
            ("3", true),
            ("\"1\", W/\"3\"", true),
            ("\"1\",,\"3\" ,", true),
            ("\"1,\"", false),
            ("\"x, W/\"3\"", false),
            ("W/\"33\"", false),
            ("\"3", false),
            ("\"*\"", false),
            ("", false),
            ("\"\"", false),
        ] {
            assert_eq!(Matches::parse(header).matches(&of(3)), wanted, "{header}");
        }
        assert_eq!(
            Matches::parse("\"a,b\", W/\"c\""),
            Matches::List(vec!["\"a,b\"".to_owned(), "\"c\"".to_owned()])
        );
        assert_eq!(of(0), "W/\"0\"");
    }
}
