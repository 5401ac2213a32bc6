//! One attribute: what is wanted, what is held, who decides, and what becomes of it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ownership::owner;
use crate::plan::{Foreseen, Kind, Planned, joined};
use crate::target::{Attribute, Target};
use crate::user::{Owner, User};

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// CXone holds what it should, or nobody has an opinion.
    Nothing,
    /// It would be sent, or cleared.
    Send,
    /// CXone's people decide it.
    Stays,
    /// CXone accepted it and shows otherwise.
    Unconfirmed,
    /// It is not sent: the tenant or the API has no such field.
    LeftOut,
    /// Nobody can say: CXone, a plugin or a rule stands in the way.
    Unknown,
}

/// One attribute of the person. Values of a list are joined by a comma. Its `Debug` shows no values.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The attribute.
    pub attribute: Attribute,
    /// What the plugins would have CXone hold.
    pub wanted: Option<String>,
    /// Which plugin or template set that.
    pub set_by: Option<String>,
    /// What CXone last accepted from us.
    pub accepted: Option<String>,
    /// What CXone holds.
    pub held: Option<String>,
    /// Who decides it.
    pub owner: Owner,
    /// Since when, where that is not so from the beginning.
    pub since: Option<Timestamp>,
    /// What becomes of it.
    pub fate: Fate,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("attribute", &self.attribute)
            .field("owner", &self.owner)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

/// What CXone is to hold; of somebody refused or deferred, as far as the chain came.
pub(super) fn wanted(found: &Foreseen) -> Option<&Target> {
    let evaluated = found.evaluated.as_ref();
    let wanted = found.wanted.as_ref();
    wanted.or_else(|| evaluated.map(|evaluated| &evaluated.target))
}

/// The attributes that anybody says something about.
pub(super) fn rows(user: &User, found: &Foreseen, held: Option<&Target>) -> Vec<Row> {
    let target = wanted(found);
    let evaluated = found.evaluated.as_ref();
    let set_by = evaluated.map_or_else(
        || user.provenance.clone(),
        |evaluated| evaluated.provenance(),
    );
    let planned = &found.planned;
    let value = |target: Option<&Target>, attribute| target?.get(attribute).map(joined);
    let row = |attribute: Attribute| {
        let row = Row {
            attribute,
            wanted: value(target, attribute),
            set_by: set_by.get(&attribute).cloned(),
            accepted: value(user.accepted.as_ref(), attribute),
            held: value(held, attribute),
            owner: owner(&found.user, attribute),
            since: user.owners.get(&attribute).map(|owned| owned.since),
            fate: fate(planned, attribute),
        };
        let silent = row.wanted.is_none() && row.accepted.is_none() && row.held.is_none();
        (!silent || row.fate == Fate::LeftOut).then_some(row)
    };
    Attribute::ALL.into_iter().filter_map(row).collect()
}

fn fate(planned: &Planned, attribute: Attribute) -> Fate {
    let changed = |change: &crate::plan::Changed| change.attribute == attribute.as_str();
    if planned.left_out.contains(&attribute) {
        Fate::LeftOut
    } else if planned.changes.iter().any(changed) {
        Fate::Send
    } else if planned
        .stays
        .iter()
        .any(|stays| stays.attribute == attribute)
    {
        Fate::Stays
    } else if planned.unconfirmed.contains(&attribute) {
        Fate::Unconfirmed
    } else if matches!(
        planned.kind,
        Kind::Unknown | Kind::Refuse | Kind::Defer | Kind::Twin
    ) {
        Fate::Unknown
    } else {
        Fate::Nothing
    }
}
