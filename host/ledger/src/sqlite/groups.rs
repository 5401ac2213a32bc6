//! Groups as rows.

use bridge::group::{Group, MemberChange, Membership, Regrouped};
use bridge::name::UserId;
use bridge::port::ledger::LedgerError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::events::Events;
use super::failure::{Trouble, corrupt, unwritable};
use super::members::{self, Plan};
use super::record::stored_version;
use super::{pending, sql};

/// A group made ready to be written, on the caller's thread so that the writer's is left to SQLite.
#[derive(Debug)]
pub(super) struct GroupRecord {
    group: Group,
    id: String,
    /// The version that the row must have, and the one that it gets.
    version: i64,
    next: i64,
    folded_name: String,
    membership: Membership,
    document: String,
}

impl GroupRecord {
    pub(super) fn of(group: Group) -> Result<Self, LedgerError> {
        let version = stored_version(group.version)?;
        Ok(Self {
            id: group.id.to_string(),
            version,
            next: version.checked_add(1).ok_or(LedgerError::Stale)?,
            folded_name: group.folded_name(),
            membership: group.membership(),
            document: serde_json::to_string(&group).map_err(|_| unwritable("a group"))?,
            group,
        })
    }

    /// Writes the row and its members, if it still has the version, and marks whom that touches.
    pub(super) fn store(
        &self,
        store: &Connection,
        changes: &[MemberChange],
        events: &Events,
    ) -> Result<Regrouped, Trouble> {
        let before = self.at_version(store)?;
        self.name_is_free(store)?;
        let sequence = before.as_ref().map(|group| group.sequence);
        let plan = Plan::of(store, &self.group.scope, sequence, changes)?;
        if let Some(group) = &before
            && group.source == self.group.source
            && plan.is_nothing()
        {
            return Ok(Regrouped {
                group: group.clone(),
                touched: Vec::new(),
                unknown: plan.unknown,
            });
        }
        let sequence = self.write(store, sequence)?;
        // Whoever is a member sees the group as this; the rest of it is nobody's business.
        let shown = before.is_some_and(|group| group.membership() != self.membership);
        let mut touched = if shown {
            members::of(store, sequence)?
        } else {
            plan.leaves.clone()
        };
        touched.extend(&plan.joins);
        plan.store(store, sequence)?;
        pending::mark(store, &self.group.scope, &touched)?;
        events.store(store)?;
        let group = Group {
            sequence,
            version: self.group.version + 1,
            ..self.group.clone()
        };
        Ok(Regrouped {
            group,
            touched,
            unknown: plan.unknown,
        })
    }

    /// Deletes the row and its members, if it still has the version; answers who they were.
    pub(super) fn delete(
        &self,
        store: &Connection,
        events: &Events,
    ) -> Result<Vec<UserId>, Trouble> {
        let group = self.at_version(store)?.ok_or(LedgerError::Stale)?;
        let members = members::of(store, group.sequence)?;
        // The members go with it (ON DELETE CASCADE).
        store
            .prepare_cached(sql::DELETE_GROUP)?
            .execute([group.sequence])?;
        pending::mark(store, &self.group.scope, &members)?;
        events.store(store)?;
        Ok(members)
    }

    /// The row if it has this version, `None` if there is none and 0 is named; else `Stale`.
    fn at_version(&self, store: &Connection) -> Result<Option<Group>, Trouble> {
        let mut rows = groups(store, sql::GROUP_OF_ID, [&self.id])?.into_iter();
        match rows.next() {
            None if self.version == 0 => Ok(None),
            Some(found)
                if found.version == self.group.version && found.scope == self.group.scope =>
            {
                Ok(Some(found))
            }
            _ => Err(LedgerError::Stale.into()),
        }
    }

    fn name_is_free(&self, store: &Connection) -> Result<(), Trouble> {
        let scope = &self.group.scope;
        let mut statement = store.prepare_cached(sql::GROUP_NAME_HOLDER)?;
        let key = params![
            scope.tenant.as_str(),
            scope.connection.as_str(),
            self.folded_name
        ];
        let holder: Option<String> = statement.query_row(key, |row| row.get(0)).optional()?;
        match holder {
            Some(id) if id != self.id => Err(LedgerError::NameTaken.into()),
            _ => Ok(()),
        }
    }

    fn write(&self, store: &Connection, sequence: Option<i64>) -> Result<i64, Trouble> {
        let statement = if sequence.is_some() {
            sql::UPDATE_GROUP
        } else {
            sql::INSERT_GROUP
        };
        store.prepare_cached(statement)?.execute(params![
            self.id,
            self.group.scope.tenant.as_str(),
            self.group.scope.connection.as_str(),
            self.next,
            moment(self.group.modified),
            self.folded_name,
            self.membership.display_name,
            self.membership.external_id,
            self.document,
        ])?;
        Ok(sequence.unwrap_or_else(|| store.last_insert_rowid()))
    }
}

/// Takes a user out of all groups, and with them the re-evaluation that was pending: there is nothing left to evaluate.
pub(super) fn leave_all(store: &Connection, user: &str, at: Timestamp) -> Result<(), Trouble> {
    let touched = store
        .prepare_cached(sql::TOUCH_GROUPS_OF)?
        .execute(params![user, moment(at)])?;
    if touched > 0 {
        store
            .prepare_cached(sql::DELETE_MEMBERSHIPS)?
            .execute([user])?;
    }
    store.prepare_cached(sql::DELETE_PENDING)?.execute([user])?;
    Ok(())
}

/// An instant as a text of constant length, so that SQLite can tell the later of two.
fn moment(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// The groups that a statement of `sql` gives.
pub(super) fn groups(
    store: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Vec<Group>, Trouble> {
    let mut statement = store.prepare_cached(statement)?;
    let mut rows = statement.query(params)?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        groups.push(group(row)?);
    }
    Ok(groups)
}

fn group(row: &Row<'_>) -> Result<Group, Trouble> {
    let sequence: i64 = row.get(0)?;
    let version: i64 = row.get(1)?;
    let modified: String = row.get(2)?;
    let document: &[u8] = row.get_ref(3)?.as_bytes().map_err(rusqlite::Error::from)?;
    let wrong = |what| {
        LedgerError::Failed(format!(
            "the group with sequence {sequence} has no proper {what}"
        ))
    };
    let mut group: Group = serde_json::from_slice(document)
        .map_err(|error| corrupt(&format!("the group with sequence {sequence}"), &error))?;
    group.sequence = sequence;
    group.version = u64::try_from(version).map_err(|_| wrong("version"))?;
    group.modified = modified
        .parse()
        .map_err(|_| wrong("time of modification"))?;
    Ok(group)
}
