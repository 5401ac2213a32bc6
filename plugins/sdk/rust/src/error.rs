//! What a plugin answers when it cannot do its work.

use std::fmt;

/// A plugin's failure. It is no decision: to refuse a user, answer [`Decision::deny`](crate::Decision::deny).
///
/// The host answers the write with 503 and the message is logged, so it must not hold values of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: Code,
    message: String,
    attribute: Option<String>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The settings make no sense.
    Settings,
    /// The input cannot be handled.
    Input,
    /// A fault of the plugin's own.
    Internal,
}

impl Code {
    /// The code as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Input => "input",
            Self::Internal => "internal",
        }
    }
}

impl Error {
    /// The settings make no sense.
    pub fn settings(message: impl Into<String>) -> Self {
        Self::new(Code::Settings, message)
    }

    /// The input cannot be handled.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Code::Input, message)
    }

    /// A fault of the plugin's own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            attribute: None,
        }
    }

    /// Names the attribute concerned.
    #[must_use]
    pub fn attribute(mut self, attribute: impl Into<String>) -> Self {
        self.attribute = Some(attribute.into());
        self
    }

    /// What kind of failure it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The line for the operator.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The attribute concerned, if one was named.
    pub fn concerned(&self) -> Option<&str> {
        self.attribute.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attribute {
            Some(attribute) => write!(f, "{}: {attribute}: {}", self.code.as_str(), self.message),
            None => write!(f, "{}: {}", self.code.as_str(), self.message),
        }
    }
}

impl std::error::Error for Error {}
