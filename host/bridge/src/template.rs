//! Templates: what somebody starts with in CXone.

use crate::target::Target;

/// A template that a chooser may name. What it neither sets nor clears it ignores (cxone.md 4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// What it sets and what it clears.
    pub values: Target,
    /// Whether CXone itself knows a template of this name, which a create then names.
    pub in_cxone: bool,
}
