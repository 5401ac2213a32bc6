//! Recording: plugin calls as lines of JSON, so that another build can be run over what happened.

use std::path::PathBuf;

/// What is recorded of a connection's plugin calls, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingSettings {
    /// The folder of all recordings. A connection's are in `TENANT/CONNECTION.jsonl` there, the key of masks in `key`.
    pub dir: PathBuf,
    /// The part of requests that is recorded, 0 to 1: all calls of a request's chain or none. Failures are recorded at 0, too.
    pub sample: f64,
    /// Bytes that the connection's recordings take at most, the older ones included.
    pub bytes: u64,
    /// Whether personal values are masked.
    pub values: Values,
}

/// How values are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Values {
    /// Personal values are masked.
    #[default]
    Masked,
    /// As they are, by the operator's explicit choice. What a failure records by itself is masked all the same.
    Clear,
}
