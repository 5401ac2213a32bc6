//! PATCH (RFC 7644 section 3.5.2) over a resource in source space, for any resource type.
//!
//! `parse` takes a body apart into steps of one attribute each (N5, N7, N9, N10), `apply` does them on a copy: all or
//! nothing. Where the RFC leaves room, or clients do not follow it:
//! - A filtered path without match: `add` and `replace` make an element from the filter's equalities (N11); any other
//!   filter is 400 noTarget; `remove` changes nothing. Steps see what earlier ones made, so order does not matter.
//! - `replace` of a complex attribute leaves sub-attributes that it does not name, as section 3.5.2.3 says; that of a
//!   manager replaces it whole. `replace` of filtered elements keeps the filter's equalities.
//! - `remove` with a value array removes each value by itself (N12); bare `remove members` is the dialect's decision.
//!   `members.value` without a filter is `members`.
//! - Null and `""` unset (N16). Required attributes refuse: 400 mutability for `remove`, 400 invalidValue otherwise.
//!   `active` set to null changes nothing; removed, it is not told any more, and who may work and who may not stays so.
//! - Clearing an element's value removes the element if nothing but its labels (type, display, primary) would remain.
//! - A value set primary takes that from the others (RFC 7643 section 2.4).
//! - Read-only attributes and `password` are ignored, as in bodies (N17). Unknown attributes are 400 in paths, ignored in
//!   path-less values.

mod apply;
mod elements;
mod members;
mod parse;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::error::Error;
use crate::members::MemberStep;
use crate::normalise::{self, Write};
use crate::path::AttributePath;
use crate::resource::Resource;
use crate::schema::ResourceSchemas;

/// Operations that one request may carry. A client that changes members sends many values in few operations.
pub const MAX_OPERATIONS: usize = 2_000;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Replace,
    Remove,
}

/// One operation on one attribute.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) path: AttributePath,
    /// Null for a `remove` without value.
    pub(crate) value: Value,
    /// The operation in the request that it came from, for errors.
    pub(crate) place: String,
    /// Whether a neighbour may be joined to it ([`members`]).
    pub(crate) joinable: bool,
}

/// A PATCH body that is known to make sense for one resource type. `Debug` shows paths, no values.
#[derive(Clone)]
pub struct Patch {
    steps: Vec<Step>,
    schemas: &'static ResourceSchemas,
    dialect: Dialect,
}

impl Patch {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 invalidSyntax if it is no PatchOp or an operation is malformed, invalidPath for a bad path, invalidFilter for
    /// a bad filter in one, noTarget for a `remove` without path; 413 beyond [`MAX_OPERATIONS`].
    pub fn parse(
        body: Value,
        schemas: &'static ResourceSchemas,
        dialect: &Dialect,
    ) -> Result<Self, Error> {
        Ok(Self {
            steps: parse::steps(body, schemas)?,
            schemas,
            dialect: *dialect,
        })
    }

    /// Applies it.
    ///
    /// # Errors
    /// 400 noTarget, mutability or invalidValue as the module says; the resource is then unchanged.
    pub fn apply(&self, resource: &Resource) -> Result<Resource, Error> {
        let mut map = resource.as_map().clone();
        for step in &self.steps {
            apply::step(&mut map, step, &self.dialect).map_err(|error| error.at(&step.place))?;
        }
        let unsaid = map.get("active").is_some_and(Value::is_null);
        let after = normalise::resource(
            Value::Object(map),
            self.schemas,
            &self.dialect,
            Write::Replace,
        )?;
        if !unsaid {
            return Ok(after);
        }
        // Normalisation knows no nulls, and this one says that a person is inactive.
        let mut map = after.into_map();
        map.insert("active".to_owned(), Value::Null);
        Ok(Resource::from_map(map))
    }

    /// The patch without its operations on members, and those as steps that need no list of the members, so that a group
    /// of thousands is changed without being read. Doing both is doing [`Patch::apply`] on the whole group.
    ///
    /// `None` where the list is needed: a filter on members other than equalities of `value` joined by `or`, an `add` or
    /// `replace` with a filter, sub-attributes. An operation on members that fails whatever the list stays in the patch,
    /// whose `apply` then names it.
    #[must_use]
    pub fn split_members(&self) -> Option<(Self, Vec<MemberStep>)> {
        members::split(self)
    }

    /// Whether nothing is left to do: every operation named what is ignored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The attributes that it names, as [`AttributePath::key`].
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.steps.iter().map(|step| step.path.key())
    }
}

impl std::fmt::Debug for Patch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patch ")?;
        f.debug_list()
            .entries(self.steps.iter().map(|step| (step.op, &step.path)))
            .finish()
    }
}

#[cfg(test)]
mod tests;
