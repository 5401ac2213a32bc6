//! Open intents as rows: the locks, their leases and their fencing numbers.

use std::time::Duration;

use bridge::name::TenantName;
use bridge::port::ledger::{Intent, LedgerError, OpenIntent, Opening};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::failure::{Trouble, corrupt, unwritable};
use super::record::{Place, stored_version};
use super::sql;

/// An intent made ready to be opened.
#[derive(Debug)]
pub(super) struct Wanted {
    at: Place,
    version: i64,
    names: Vec<String>,
    holder: Holder,
    document: String,
}

/// Who takes a lock, and until when.
#[derive(Debug)]
pub(super) struct Holder {
    owner: String,
    lease_until: String,
}

impl Holder {
    pub(super) fn new(owner: &str, now: Timestamp, lease: Duration) -> Self {
        let lease_until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        Self {
            owner: owner.to_owned(),
            lease_until: lease_until.to_string(),
        }
    }
}

impl Wanted {
    pub(super) fn of(intent: &Intent, holder: Holder) -> Result<Self, LedgerError> {
        let mut names = intent.names.clone();
        names.sort();
        names.dedup();
        Ok(Self {
            at: Place::of(&intent.user),
            version: stored_version(intent.user.version)?,
            names,
            holder,
            document: serde_json::to_string(intent).map_err(|_| unwritable("an intent"))?,
        })
    }

    /// Takes the lock, or says who has it.
    pub(super) fn open(&self, store: &Connection) -> Result<Opening, Trouble> {
        self.at.at_version(store, self.version)?;
        self.at.name_is_free(store)?;
        if let Some(open) = self.in_the_way(store)? {
            return Ok(Opening::Busy(Box::new(open)));
        }
        let fence = next_fence(store, &self.at.tenant)?;
        store.prepare_cached(sql::INSERT_INTENT)?.execute(params![
            self.at.id,
            self.at.tenant,
            self.at.connection,
            self.at.live.then_some(&self.at.folded_name),
            fence,
            self.holder.owner,
            self.holder.lease_until,
            self.document,
        ])?;
        let mut insert = store.prepare_cached(sql::INSERT_INTENT_NAME)?;
        for name in &self.names {
            insert.execute(params![self.at.tenant, name, self.at.id])?;
        }
        Ok(Opening::Granted {
            fence: number(fence)?,
        })
    }

    /// The open intent on the user, on one of the names in CXone, or on the source's name.
    fn in_the_way(&self, store: &Connection) -> Result<Option<OpenIntent>, Trouble> {
        let at = &self.at;
        if let Some(open) = intent(store, sql::INTENT, [&at.id])? {
            return Ok(Some(open));
        }
        for name in &self.names {
            if let Some(open) = intent(store, sql::INTENT_OF_NAME, [&at.tenant, name])? {
                return Ok(Some(open));
            }
        }
        if !at.live {
            return Ok(None);
        }
        let source_name = params![at.tenant, at.connection, at.folded_name, at.id];
        intent(store, sql::INTENT_OF_SOURCE_NAME, source_name)
    }
}

/// `Stale` if a commit of this user would meet an open intent: one on the user, or one of another user that will take the
/// source's name when it is closed. CXone may have been told of that one, so it must not find its name gone.
pub(super) fn not_in_the_way(store: &Connection, at: &Place) -> Result<(), Trouble> {
    let mut own = store.prepare_cached(sql::INTENT_IS_OPEN)?;
    let mut name = store.prepare_cached(sql::SOURCE_NAME_IS_RESERVED)?;
    if own.exists([&at.id])?
        || at.live && name.exists(params![at.tenant, at.connection, at.folded_name, at.id])?
    {
        return Err(LedgerError::Stale.into());
    }
    Ok(())
}

/// Takes over an intent whose lease has run out.
pub(super) fn seize(
    store: &Connection,
    user: &str,
    fence: u64,
    now: Timestamp,
    holder: &Holder,
) -> Result<u64, Trouble> {
    let open = intent(store, sql::INTENT, [user])?.ok_or(LedgerError::Stale)?;
    if open.fence != fence || open.lease_until > now {
        return Err(LedgerError::Stale.into());
    }
    let fence = next_fence(store, open.intent.user.scope.tenant.as_str())?;
    let seized = params![user, fence, holder.owner, holder.lease_until];
    store.prepare_cached(sql::SEIZE_INTENT)?.execute(seized)?;
    number(fence)
}

/// Frees the lock, if the fencing number is still its own.
pub(super) fn end(store: &Connection, user: &str, fence: u64) -> Result<(), Trouble> {
    let mut statement = store.prepare_cached(sql::INTENT_FENCE)?;
    let found: Option<i64> = statement.query_row([user], |row| row.get(0)).optional()?;
    if found.is_none_or(|found| u64::try_from(found) != Ok(fence)) {
        return Err(LedgerError::Stale.into());
    }
    // The names go with it (ON DELETE CASCADE).
    store.prepare_cached(sql::DELETE_INTENT)?.execute([user])?;
    Ok(())
}

/// Those of a tenant whose lease has run out, in the order of their grants.
pub(super) fn expired(
    store: &Connection,
    tenant: &TenantName,
    now: Timestamp,
) -> Result<Vec<OpenIntent>, Trouble> {
    // All are read: there are never more open than calls to CXone under way.
    let mut open = intents(store, sql::INTENTS, [tenant.as_str()])?;
    open.retain(|open| open.lease_until <= now);
    Ok(open)
}

/// Ends all leases: their holders are gone. Answers how many there were.
pub(super) fn void_leases(store: &Connection) -> Result<usize, rusqlite::Error> {
    let long_ago = Timestamp::UNIX_EPOCH.to_string();
    store.execute("UPDATE intents SET lease_until = ?1", [long_ago])
}

fn next_fence(store: &Connection, tenant: &str) -> Result<i64, Trouble> {
    let mut statement = store.prepare_cached(sql::NEXT_FENCE)?;
    Ok(statement.query_row([tenant], |row| row.get(0))?)
}

fn number(fence: i64) -> Result<u64, Trouble> {
    let negative = |_| LedgerError::Failed("a fencing number is negative".to_owned());
    Ok(u64::try_from(fence).map_err(negative)?)
}

fn intent(
    store: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Option<OpenIntent>, Trouble> {
    Ok(intents(store, statement, params)?.into_iter().next())
}

fn intents(
    store: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Vec<OpenIntent>, Trouble> {
    let mut statement = store.prepare_cached(statement)?;
    let mut rows = statement.query(params)?;
    let mut intents = Vec::new();
    while let Some(row) = rows.next()? {
        intents.push(read(row)?);
    }
    Ok(intents)
}

fn read(row: &Row<'_>) -> Result<OpenIntent, Trouble> {
    let lease_until: String = row.get(2)?;
    let document: &[u8] = row.get_ref(3)?.as_bytes().map_err(rusqlite::Error::from)?;
    let user: String = row.get(4)?;
    Ok(OpenIntent {
        intent: serde_json::from_slice(document)
            .map_err(|error| corrupt(&format!("the intent on user {user}"), &error))?,
        owner: row.get(1)?,
        fence: number(row.get(0)?)?,
        lease_until: lease_until.parse().map_err(|_| {
            LedgerError::Failed(format!("the lease of the intent on user {user} is no time"))
        })?,
    })
}
