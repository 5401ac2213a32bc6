//! Paging and lists (RFC 7644 section 3.4.2).

use serde_json::{Value, json};

use crate::error::{Error, shown};
use crate::urn;

/// Resources in a page when the client does not say.
pub const DEFAULT_COUNT: usize = 200;
/// Resources in a page at most, whatever the client says.
pub const MAX_COUNT: usize = 1_000;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The first resource's place, from 1.
    pub start_index: usize,
    /// Resources at most; 0 asks for the total only.
    pub count: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            start_index: 1,
            count: DEFAULT_COUNT,
        }
    }
}

impl Paging {
    /// From the query's `startIndex` and `count`, clamped as the RFC says: below 1 means 1, a negative count 0, a count
    /// above [`MAX_COUNT`] that.
    ///
    /// # Errors
    /// 400 invalidValue for what is not a whole number.
    pub fn from_query(start_index: Option<&str>, count: Option<&str>) -> Result<Self, Error> {
        let start_index = integer("startIndex", start_index)?.map_or(1, |start| start.max(1));
        let count = integer("count", count)?.map_or(DEFAULT_COUNT, |count| count.min(MAX_COUNT));
        Ok(Self { start_index, count })
    }

    /// How many resources come before the page.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.start_index.saturating_sub(1)
    }
}

/// A whole number; negative ones count as 0, those too big for us as the biggest.
fn integer(name: &str, text: Option<&str>) -> Result<Option<usize>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid_value(format!(
            "{}: expected a whole number",
            shown(name)
        )));
    }
    Ok(Some(if negative {
        0
    } else {
        digits.parse().unwrap_or(usize::MAX)
    }))
}

/// A ListResponse. `total` counts what matches, not what is in the page.
#[must_use]
pub fn list_response(total: usize, start_index: usize, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [urn::LIST_RESPONSE],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_clamped() {
        for (start, count, wanted) in [
            (None, None, (1, 200)),
            (Some("6"), Some("5"), (6, 5)),
            (Some("-1"), Some("-1"), (1, 0)),
            (Some("0"), Some("0"), (1, 0)),
            (Some(""), Some("1000000000"), (1, 1000)),
            (Some("99999999999999999999999"), Some("+7"), (usize::MAX, 7)),
        ] {
            let paging = Paging::from_query(start, count).unwrap();
            assert_eq!((paging.start_index, paging.count), wanted);
        }
        for bad in ["x", "1.5", "1e3", "-", "0x1", "１"] {
            assert_eq!(
                Paging::from_query(Some(bad), None).unwrap_err().status,
                400,
                "{bad}"
            );
            assert_eq!(
                Paging::from_query(None, Some(bad)).unwrap_err().status,
                400,
                "{bad}"
            );
        }
    }

    #[test]
    fn counts_are_integers() {
        let list = list_response(11, 6, vec![json!({"id": "a"})]);
        assert_eq!(
            (
                &list["totalResults"],
                &list["startIndex"],
                &list["itemsPerPage"]
            ),
            (&json!(11), &json!(6), &json!(1))
        );
        assert_eq!(list_response(0, 1, Vec::new())["Resources"], json!([]));
    }
}
