//! Users as rows.

use bridge::name::fold;
use bridge::port::ledger::{LedgerError, folded_emails};
use bridge::user::{State, User};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::failure::{Trouble, corrupt, unwritable};
use super::refusals::{self, GUARDED, OBSERVED};
use super::{groups, intents, sql};

/// A user made ready to be written, on the caller's thread so that the writer's is left to SQLite.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) at: Place,
    /// The version that the row must have, and the one that it gets.
    version: i64,
    next: i64,
    external_id: Option<String>,
    link: Option<String>,
    folded_target_name: Option<String>,
    state: &'static str,
    folded_display_name: Option<String>,
    deleted: Option<Timestamp>,
    debt_rank: Option<i64>,
    debt_since: Option<i64>,
    hold: Option<i64>,
    emails: Vec<String>,
    document: String,
}

/// Which row a user is, and what must be free for it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) tenant: String,
    pub(super) connection: String,
    pub(super) folded_name: String,
    pub(super) live: bool,
}

/// The display name under which a user is found.
pub(super) fn folded_display_name(user: &User) -> Option<String> {
    user.source.display_name().map(fold)
}

/// A version as the store counts it. No row has one that does not fit.
pub(super) fn stored_version(version: u64) -> Result<i64, LedgerError> {
    i64::try_from(version).map_err(|_| LedgerError::Stale)
}

impl Place {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            tenant: user.scope.tenant.to_string(),
            connection: user.scope.connection.to_string(),
            folded_name: user.folded_name(),
            live: user.live(),
        }
    }

    /// The row's sequence if it has this version, `None` if there is none and 0 is named; else `Stale`.
    pub(super) fn at_version(
        &self,
        store: &Connection,
        version: i64,
    ) -> Result<Option<i64>, Trouble> {
        let mut statement = store.prepare_cached(sql::USER_VERSION)?;
        let row: Option<(i64, i64, bool)> = statement
            .query_row(params![self.id, self.tenant, self.connection], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        match row {
            None if version == 0 => Ok(None),
            Some((sequence, found, true)) if found == version => Ok(Some(sequence)),
            _ => Err(LedgerError::Stale.into()),
        }
    }

    /// `NameTaken` if another live user of the connection has the name that this one will have.
    pub(super) fn name_is_free(&self, store: &Connection) -> Result<(), Trouble> {
        if !self.live {
            return Ok(());
        }
        let mut statement = store.prepare_cached(sql::NAME_HOLDER)?;
        let holder: Option<String> = statement
            .query_row(
                params![self.tenant, self.connection, self.folded_name],
                |row| row.get(0),
            )
            .optional()?;
        match holder {
            Some(id) if id != self.id => Err(LedgerError::NameTaken.into()),
            _ => Ok(()),
        }
    }
}

impl Record {
    pub(super) fn of(user: &User) -> Result<Self, LedgerError> {
        let version = stored_version(user.version)?;
        let debt = user.debt.as_ref();
        let emails = if user.live() {
            folded_emails(&user.source)
        } else {
            Vec::new()
        };
        Ok(Self {
            at: Place::of(user),
            version,
            next: version.checked_add(1).ok_or(LedgerError::Stale)?,
            external_id: user.source.external_id().map(str::to_owned),
            link: user.link.clone(),
            folded_target_name: user.folded_target_name(),
            state: user.state.as_str(),
            folded_display_name: folded_display_name(user),
            deleted: user.deleted,
            // Without a rank nobody finds it to be paid.
            debt_rank: debt
                .filter(|debt| !debt.held)
                .map(|debt| i64::from(!debt.deactivation)),
            debt_since: debt.map(|debt| debt.since.as_microsecond()),
            hold: debt
                .filter(|debt| debt.held)
                .map(|debt| if debt.observed { OBSERVED } else { GUARDED }),
            emails,
            document: serde_json::to_string(user).map_err(|_| unwritable("a user"))?,
        })
    }

    /// Writes the row, if it still has the version; answers its sequence. Who is deleted leaves all groups.
    pub(super) fn store(&self, store: &Connection) -> Result<i64, Trouble> {
        let sequence = self.at.at_version(store, self.version)?;
        self.at.name_is_free(store)?;
        let statement = if sequence.is_some() {
            sql::UPDATE_USER
        } else {
            sql::INSERT_USER
        };
        let listed = self.at.live && self.state != State::Offered.as_str();
        store.prepare_cached(statement)?.execute(params![
            self.at.id,
            self.at.tenant,
            self.at.connection,
            self.next,
            self.at.folded_name,
            self.external_id,
            self.link,
            self.folded_target_name,
            self.state,
            self.deleted.map(|at| at.as_microsecond()),
            listed,
            self.debt_rank,
            self.debt_since,
            self.document,
            self.folded_display_name,
            self.hold,
        ])?;
        let (tenant, connection) = (&self.at.tenant, &self.at.connection);
        if let Some(at) = self.deleted {
            groups::leave_all(store, &self.at.id, at)?;
            refusals::of_user_is_past(store, tenant, connection, &self.at.id)?;
        } else if listed {
            refusals::of_name_is_past(store, tenant, connection, &self.at.folded_name)?;
        }
        match sequence {
            Some(sequence) => {
                self.store_emails(store, sequence, &emails(store, sequence)?)?;
                Ok(sequence)
            }
            None => {
                let sequence = store.last_insert_rowid();
                self.store_emails(store, sequence, &[])?;
                Ok(sequence)
            }
        }
    }

    /// Writes the row, and empties what its events say.
    pub(super) fn forget(&self, store: &Connection) -> Result<(), Trouble> {
        intents::not_in_the_way(store, &self.at)?;
        self.store(store)?;
        let key = params![self.at.tenant, self.at.connection, self.at.id];
        store.prepare_cached(sql::FORGET_EVENTS)?.execute(key)?;
        Ok(())
    }

    fn store_emails(
        &self,
        store: &Connection,
        sequence: i64,
        before: &[String],
    ) -> Result<(), Trouble> {
        if before == self.emails {
            return Ok(());
        }
        if !before.is_empty() {
            store
                .prepare_cached(sql::DELETE_EMAILS)?
                .execute([sequence])?;
        }
        let mut insert = store.prepare_cached(sql::INSERT_EMAIL)?;
        for email in &self.emails {
            insert.execute(params![sequence, self.at.tenant, self.at.connection, email])?;
        }
        Ok(())
    }
}

/// The addresses under which a row is found; in the order of `folded_emails`, both being that of the bytes.
fn emails(store: &Connection, sequence: i64) -> Result<Vec<String>, Trouble> {
    let mut statement = store.prepare_cached(sql::EMAILS)?;
    let emails = statement.query_map([sequence], |row| row.get(0))?;
    Ok(emails.collect::<Result<_, _>>()?)
}

/// Whether there is a row of this id.
pub(super) fn is_stored(store: &Connection, id: &str) -> Result<bool, Trouble> {
    Ok(store.prepare_cached(sql::USER_IS_STORED)?.exists([id])?)
}

/// The users that a statement of `sql` gives.
pub(super) fn users(
    store: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Vec<User>, Trouble> {
    let mut statement = store.prepare_cached(statement)?;
    let mut rows = statement.query(params)?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        users.push(user(row)?);
    }
    Ok(users)
}

fn user(row: &Row<'_>) -> Result<User, Trouble> {
    let sequence: i64 = row.get(0)?;
    let version: i64 = row.get(1)?;
    let document: &[u8] = row.get_ref(2)?.as_bytes().map_err(rusqlite::Error::from)?;
    let mut user: User = serde_json::from_slice(document)
        .map_err(|error| corrupt(&format!("the user with sequence {sequence}"), &error))?;
    user.sequence = sequence;
    user.version = u64::try_from(version).map_err(|_| {
        LedgerError::Failed(format!(
            "the user with sequence {sequence} has a negative version"
        ))
    })?;
    Ok(user)
}
