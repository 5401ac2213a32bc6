//! tenant-rules
