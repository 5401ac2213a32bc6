//! `[tenants.NAME.connections.NAME.recording]`: what is kept of plugin calls.

use plugin::Values;

use super::choice::choice;
use super::file;
use super::mistake::{Mistake, Text};

/// What is recorded of the plugin calls of a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recording {
    /// The part of the calls that succeed, 0 to 1. Failures are recorded in any case.
    pub sample: f64,
    /// The bytes that the recordings of the connection may take.
    pub bytes: u64,
    /// Whether personal values are masked.
    pub values: Values,
}

impl Recording {
    /// Where there is no table: failures, masked, at most 1 MiB of them.
    pub const FAILURES: Self = Self {
        sample: 0.0,
        bytes: 1 << 20,
        values: Values::Masked,
    };
    /// What `bytes` is where nothing is said: 16 MiB.
    const BYTES: u64 = 16 << 20;
    /// A failure's input is worth more than this.
    const FEWEST: u64 = 64 << 10;
}

const VALUES: [(&str, Values); 2] = [("masked", Values::Masked), ("clear", Values::Clear)];

/// Checks the table.
pub(super) fn check(given: &file::Recording, text: &Text<'_>) -> Result<Recording, Mistake> {
    let sample = given.sample.as_ref().map_or(0.0, |it| *it.get_ref());
    if let Some(place) = &given.sample
        && !(0.0..=1.0).contains(&sample)
    {
        let message = "a sample is a part of all calls, from 0 to 1".to_owned();
        let hint = Some("0.01 records one call in a hundred".to_owned());
        return Err(text.at(place.span(), message, hint));
    }
    let bytes = given.bytes.as_ref();
    let bytes = bytes.map_or(Recording::BYTES, |it| *it.get_ref());
    if let Some(place) = &given.bytes
        && bytes < Recording::FEWEST
    {
        let message = format!("the recordings take at least {} bytes", Recording::FEWEST);
        return Err(text.at(place.span(), message, None));
    }
    Ok(Recording {
        sample,
        bytes,
        values: choice("values", given.values.as_ref(), &VALUES, text)?,
    })
}
