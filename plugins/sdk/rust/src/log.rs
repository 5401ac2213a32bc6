//! Lines for the operator's log. They must not hold values of the person.
//!
//! Natively, lines go to [`testing::logs`](crate::testing::logs).

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For whoever looks into the plugin.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Something went wrong.
    Error,
}

impl Level {
    /// The level as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes a line. The host cuts it at 1 KiB and drops what comes after 100 lines of a call.
pub fn write(level: Level, message: impl AsRef<str>) {
    sink(level, message.as_ref());
}

/// Writes a line for whoever looks into the plugin.
pub fn debug(message: impl AsRef<str>) {
    write(Level::Debug, message);
}

/// Writes a line worth knowing.
pub fn info(message: impl AsRef<str>) {
    write(Level::Info, message);
}

/// Writes a line worth a look.
pub fn warn(message: impl AsRef<str>) {
    write(Level::Warn, message);
}

/// Writes a line about something that went wrong.
pub fn error(message: impl AsRef<str>) {
    write(Level::Error, message);
}

#[cfg(target_family = "wasm")]
fn sink(level: Level, message: &str) {
    use crate::bindings::about::jackfield::plugin::log;

    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::write(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn sink(level: Level, message: &str) {
    crate::testing::collect(level, message);
}
