//! Masks: what stands in a personal value's place. A mask keeps what rules look at, which is form and equality, and tells nothing
//! else to whoever has no key.
//!
//! A value is masked word by word, a word being a run of letters and digits, by a keyed function of the word folded: letters
//! become letters of the same case and digits digits. So equal words have equal masks wherever they stand; a mask is as long as
//! its value; taking apart, joining and folding at the bounds of words commute with masking. What cuts a word in two does not.
//! In an e-mail address the domain stays, since rules are about it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::key::Key;

/// A keyed mask.
pub(crate) struct Mask(Hmac<Sha256>);

impl Mask {
    pub(crate) fn new(key: &Key) -> Self {
        // A key of any length is taken: this cannot fail.
        let mut block = [0; 64];
        block[..key.bytes().len()].copy_from_slice(key.bytes());
        Self(Hmac::new(&block.into()))
    }

    /// The mask of one word.
    pub(crate) fn word(&self, word: &str) -> String {
        let folded: String = word.chars().map(fold).collect();
        let number = folded.bytes().all(|byte| byte.is_ascii_digit());
        let mut stream = self.stream(&folded);
        let mask = |(at, character): (usize, char)| {
            let drawn = stream.next().unwrap_or_default();
            if character.is_numeric() {
                // A number stays as long as it is: it does not begin with 0 unless it did.
                let first = number && at == 0 && character != '0' && word.len() > 1;
                let digit = if first { 1 + drawn % 9 } else { drawn % 10 };
                char::from(b'0' + digit)
            } else if character.is_uppercase() {
                char::from(b'A' + drawn % 26)
            } else {
                char::from(b'a' + drawn % 26)
            }
        };
        word.chars().enumerate().map(mask).collect()
    }

    /// Bytes without end that only the key and the word decide.
    fn stream(&self, folded: &str) -> impl Iterator<Item = u8> {
        let mut keyed = self.0.clone();
        keyed.update(folded.as_bytes());
        (0_u32..).flat_map(move |block| {
            let mut keyed = keyed.clone();
            // No word holds this: no other word's first block is this word's second.
            keyed.update(b"\0");
            keyed.update(&block.to_be_bytes());
            let bytes: [u8; 32] = keyed.finalize().into_bytes().into();
            bytes
        })
    }
}

/// One character for one, whatever its case.
pub(crate) fn fold(character: char) -> char {
    match character.to_lowercase().next().unwrap_or(character) {
        // At the end of a word it is written otherwise.
        'ς' => 'σ',
        folded => folded,
    }
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A run of letters and digits.
    Word(&'a str),
    /// The same, within the domain of an e-mail address.
    Domain(&'a str),
    /// What stands between words.
    Between(&'a str),
}

/// A text in pieces: joined, they are the text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut domain = false;
    while let Some(first) = rest.chars().next() {
        let word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != word);
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        pieces.push(match (word, domain) {
            (true, true) => Piece::Domain(piece),
            (true, false) => Piece::Word(piece),
            (false, _) => Piece::Between(piece),
        });
        if !word {
            // A domain begins behind an `@` that stands between two words, and goes on over dots and hyphens.
            let goes_on = domain && piece.chars().all(|c| matches!(c, '.' | '-'));
            domain = goes_on || (piece == "@" && rest.len() < text.len());
        }
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(seed: u8, text: &str) -> String {
        let mask = Mask::new(&Key::of([seed; 32]));
        let pieces = pieces(text).into_iter().map(|piece| match piece {
            Piece::Word(word) => mask.word(word),
            Piece::Domain(kept) | Piece::Between(kept) => kept.to_owned(),
        });
        pieces.collect()
    }

    #[test]
    fn form_is_kept_and_nothing_else() {
        let masked = mask(1, "Ada.Lovelace@Example.com");
        assert!(masked.ends_with("@Example.com"), "{masked}");
        let (given, family) = ("Ada", "Lovelace");
        let words = mask(1, &format!("{family}, {given}"));
        let (masked_family, masked_given) = words.split_once(", ").expect("two words");
        assert_eq!(
            masked,
            format!("{masked_given}.{masked_family}@Example.com")
        );
        assert_eq!(masked_family.len(), family.len());
        let capital = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
        assert!(capital(masked_family) && capital(masked_given), "{words}");
        assert_ne!(masked_family, family);
        assert_ne!(masked, mask(2, "Ada.Lovelace@Example.com"));
    }

    #[test]
    fn masking_and_folding_commute() {
        for text in [
            "Ada Lovelace",
            "ZOË",
            "Łukasz O'Neil-ŚMIGŁY",
            "R2D2 X-17",
            "ΑΣ",
        ] {
            let lower = text.to_lowercase();
            assert_eq!(mask(3, text).to_lowercase(), mask(3, &lower), "{text}");
        }
    }

    #[test]
    fn digits_stay_digits_and_length_stays() {
        let masked = mask(4, "+1 201 555 0100, 0x1F, 7");
        let shape = |text: &str| -> String {
            let kind = |c: char| match c {
                '0'..='9' => '9',
                'A'..='Z' => 'A',
                'a'..='z' => 'a',
                other => other,
            };
            text.chars().map(kind).collect()
        };
        assert_eq!(shape(&masked), shape("+1 201 555 0100, 0x1F, 7"));
        let numbers = (100_u32..400).map(|number| mask(4, &number.to_string()));
        for number in numbers {
            assert!(!number.starts_with('0') && number.len() == 3, "{number}");
        }
        let long = "x".repeat(100);
        let masked = mask(4, &long);
        assert_eq!(masked.len(), 100);
        assert_ne!(
            masked[..32],
            masked[32..64],
            "the stream does not repeat itself"
        );
    }

    #[test]
    fn a_text_is_its_pieces() {
        use Piece::{Between, Domain, Word};
        assert_eq!(
            pieces("to a.b@x-y.org; c @d"),
            [
                Word("to"),
                Between(" "),
                Word("a"),
                Between("."),
                Word("b"),
                Between("@"),
                Domain("x"),
                Between("-"),
                Domain("y"),
                Between("."),
                Domain("org"),
                Between("; "),
                Word("c"),
                Between(" @"),
                Word("d"),
            ]
        );
        assert_eq!(pieces(""), []);
    }
}
