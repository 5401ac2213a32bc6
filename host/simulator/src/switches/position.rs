//! What a switch can be set to, read from and shown as JSON.

use serde_json::Value;

/// A value of a switch.
pub(crate) trait Position: Sized {
    /// What may be written, for messages and help.
    const ALLOWED: &'static [&'static str];

    /// Reads the value, or nothing when it is not one of [`Position::ALLOWED`].
    fn from_json(value: &Value) -> Option<Self>;

    /// As it is shown by `GET /simulator/state`.
    fn to_json(&self) -> Value;
}

impl Position for bool {
    const ALLOWED: &'static [&'static str] = &["false", "true"];

    fn from_json(value: &Value) -> Option<Self> {
        match plain(value)?.as_str() {
            "false" => Some(false),
            "true" => Some(true),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Position for u64 {
    const ALLOWED: &'static [&'static str] = &["a whole number from 0 to 86400000"];

    fn from_json(value: &Value) -> Option<Self> {
        value.as_u64().filter(|number| *number <= 86_400_000)
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

/// A scalar as text: `503` and `"503"` mean the same position, as do `true` and `"true"`.
pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// An enum whose variants are the positions of one switch; the first is the default.
macro_rules! positions {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident = $first_text:literal,
        $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$variant_doc])* $variant,)*
        }

        impl $crate::switches::position::Position for $name {
            const ALLOWED: &'static [&'static str] = &[$first_text, $($text,)*];

            fn from_json(value: &serde_json::Value) -> Option<Self> {
                match $crate::switches::position::plain(value)?.as_str() {
                    $first_text => Some(Self::$first),
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }

            fn to_json(&self) -> serde_json::Value {
                serde_json::Value::from(match self {
                    Self::$first => $first_text,
                    $(Self::$variant => $text,)*
                })
            }
        }
    };
}

pub(crate) use positions;
