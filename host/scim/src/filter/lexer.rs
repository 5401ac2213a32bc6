//! From a filter as clients write it to the bare structure that the grammar knows.
//!
//! Every attribute name becomes `a0`, `a1`, … and every value `"v0"`, `"v1"`, …; the originals are kept aside. So no
//! character of the client's reaches the grammar, quoted strings can't be misread, and names that the grammar would
//! refuse (`$ref`, a URN with a legacy dot) are ours to judge.

use crate::error::Error;

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    Quoted(String),
    Bare(String),
}

/// The structure, with the names and values that its placeholders stand for.
#[derive(Debug, Default)]
pub(super) struct Skeleton {
    pub(super) text: String,
    pub(super) names: Vec<String>,
    pub(super) values: Vec<Raw>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token<'t> {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Quoted(String),
    Word(&'t str),
}

/// What the next token may be.
enum Expect {
    Operand,
    Operator,
    Value,
    Conjunction,
}

const OPERATORS: &[&str] = &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

/// Quotation marks that quote nothing in a filter.
const QUOTES: &[char] = &['\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];

pub(super) fn skeleton(text: &str) -> Result<Skeleton, Error> {
    if text.len() > super::MAX_LENGTH {
        return Err(Error::invalid_filter(format!(
            "the filter is longer than {} bytes",
            super::MAX_LENGTH
        )));
    }
    let tokens = tokens(text)?;
    let mut out = Skeleton::default();
    let mut expect = Expect::Operand;
    // Where the innermost bracket opened in the output, and whether a sub-attribute after the bracket was drawn into it.
    let mut bracket = None;
    let mut drawn_in = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some((position, token)) = tokens.next() {
        expect = match (expect, token) {
            (Expect::Operand, Token::Open) => {
                out.text.push('(');
                Expect::Operand
            }
            (Expect::Operand, Token::Word(word))
                if word.eq_ignore_ascii_case("not")
                    && matches!(tokens.peek(), Some((_, Token::Open))) =>
            {
                out.text.push_str("not ");
                Expect::Operand
            }
            (Expect::Operand, Token::Word(word)) => {
                out.name(word);
                Expect::Operator
            }
            (Expect::Operator, Token::OpenBracket) => {
                out.text.push('[');
                bracket = Some(out.text.len());
                Expect::Operand
            }
            (Expect::Operator, Token::Word(word)) if word.eq_ignore_ascii_case("pr") => {
                out.text.push_str(" pr");
                out.close(&mut drawn_in);
                Expect::Conjunction
            }
            (Expect::Operator, Token::Word(word)) => {
                let operator = OPERATORS
                    .iter()
                    .find(|operator| operator.eq_ignore_ascii_case(word));
                let operator = operator.ok_or_else(|| {
                    at(
                        position,
                        "expected an operator: eq ne co sw ew gt ge lt le pr",
                    )
                })?;
                out.text.push_str(&format!(" {operator} "));
                Expect::Value
            }
            (Expect::Value, Token::Quoted(value)) => {
                out.value(Raw::Quoted(value));
                out.close(&mut drawn_in);
                Expect::Conjunction
            }
            // Not a bare word but the wrong quotes: taken as it stands it would match nobody, and the client would create a
            // duplicate of whom it did not find.
            (Expect::Value, Token::Word(word)) if word.starts_with(QUOTES) => {
                return Err(at(position, "a value is quoted by \", nothing else"));
            }
            (Expect::Value, Token::Word(word)) => {
                out.value(Raw::Bare(word.to_owned()));
                out.close(&mut drawn_in);
                Expect::Conjunction
            }
            (Expect::Conjunction, Token::Word(word)) if word.eq_ignore_ascii_case("and") => {
                out.text.push_str(" and ");
                Expect::Operand
            }
            (Expect::Conjunction, Token::Word(word)) if word.eq_ignore_ascii_case("or") => {
                out.text.push_str(" or ");
                Expect::Operand
            }
            (Expect::Conjunction, Token::Close) => {
                out.text.push(')');
                Expect::Conjunction
            }
            (Expect::Conjunction, Token::CloseBracket) => match (bracket.take(), tokens.peek()) {
                // `emails[f].sub op v` means `emails[(f) and sub op v]`: the same element fulfils both.
                (Some(opened), Some((_, Token::Word(word)))) if word.starts_with('.') => {
                    out.text.insert(opened, '(');
                    out.text.push_str(") and ");
                    out.name(&word[1..]);
                    tokens.next();
                    drawn_in = true;
                    Expect::Operator
                }
                _ => {
                    out.text.push(']');
                    Expect::Conjunction
                }
            },
            (Expect::Operand, _) => return Err(at(position, "expected an attribute name")),
            (Expect::Operator, _) => return Err(at(position, "expected an operator")),
            (Expect::Value, _) => return Err(at(position, "expected a value")),
            (Expect::Conjunction, _) => return Err(at(position, "expected and, or, or the end")),
        };
    }
    match expect {
        Expect::Conjunction => Ok(out),
        Expect::Operand => Err(Error::invalid_filter(
            "the filter ends where an attribute name is expected",
        )),
        Expect::Operator => Err(Error::invalid_filter(
            "the filter ends where an operator is expected",
        )),
        Expect::Value => Err(Error::invalid_filter(
            "the filter ends where a value is expected",
        )),
    }
}

impl Skeleton {
    fn name(&mut self, name: &str) {
        self.text.push_str(&format!("a{}", self.names.len()));
        self.names.push(name.to_owned());
    }

    fn value(&mut self, value: Raw) {
        self.text.push_str(&format!("\"v{}\"", self.values.len()));
        self.values.push(value);
    }

    fn close(&mut self, drawn_in: &mut bool) {
        if std::mem::take(drawn_in) {
            self.text.push(']');
        }
    }
}

fn at(position: usize, what: &str) -> Error {
    Error::invalid_filter(format!("character {} of the filter: {what}", position + 1))
}

/// The tokens with their byte offsets.
fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let position = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            return Ok(tokens);
        };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenBracket, 1),
            ']' => (Token::CloseBracket, 1),
            '"' => {
                let length = string_length(rest)
                    .ok_or_else(|| at(position, "the string has no closing quote"))?;
                let decoded = serde_json::from_str(&rest[..length]).map_err(|_| {
                    at(
                        position,
                        "the string is not a JSON string (see its escapes)",
                    )
                })?;
                (Token::Quoted(decoded), length)
            }
            _ => {
                let ends =
                    |character: char| character.is_whitespace() || "()[]\"".contains(character);
                let length = rest.find(ends).unwrap_or(rest.len());
                (Token::Word(&rest[..length]), length)
            }
        };
        tokens.push((position, token));
        rest = &rest[length..];
    }
}

/// The bytes of the string literal that begins `text`, both quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    let closing = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })?;
    Some(closing + 2)
}
