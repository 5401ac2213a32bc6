//! Rules of life.
