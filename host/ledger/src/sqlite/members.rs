//! Members as rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use bridge::group::{MemberChange, Membership};
use bridge::name::{GroupId, Scope, UserId};
use bridge::port::ledger::LedgerError;
use rusqlite::{Connection, Params, params};

use super::failure::Trouble;
use super::sql;

/// What changes of members come to in the end. Only the rows of users that are named are looked at, unless all are replaced: a
/// group may have a hundred thousand members, and a patch of one is to cost as much as one.
#[derive(Debug)]
pub(super) struct Plan {
    /// Who was no member and is to be one, in the order of joining.
    pub(super) joins: Vec<UserId>,
    /// Who was a member and is none any more.
    pub(super) leaves: Vec<UserId>,
    /// Who is no live user of the connection.
    pub(super) unknown: Vec<UserId>,
}

impl Plan {
    /// `group` is the sequence of one that exists.
    pub(super) fn of(
        store: &Connection,
        scope: &Scope,
        group: Option<i64>,
        changes: &[MemberChange],
    ) -> Result<Self, Trouble> {
        let mut roll = Roll {
            store,
            scope,
            group,
            whole: group.is_none(),
            standings: HashMap::new(),
            named: Vec::new(),
            unknown: Vec::new(),
            turn: 0,
        };
        for change in changes {
            match change {
                MemberChange::Add(users) => roll.add(users)?,
                MemberChange::Remove(users) => roll.remove(users)?,
                MemberChange::Set(users) => roll.set(users)?,
            }
        }
        Ok(roll.sum())
    }

    /// Whether nobody joins and nobody leaves.
    pub(super) fn is_nothing(&self) -> bool {
        self.joins.is_empty() && self.leaves.is_empty()
    }

    /// Writes it.
    pub(super) fn store(&self, store: &Connection, group: i64) -> Result<(), Trouble> {
        let mut delete = store.prepare_cached(sql::DELETE_MEMBER)?;
        for user in &self.leaves {
            delete.execute(params![user.to_string(), group])?;
        }
        if self.joins.is_empty() {
            return Ok(());
        }
        let mut last = store.prepare_cached(sql::LAST_JOINED)?;
        let last: Option<i64> = last.query_row([group], |row| row.get(0))?;
        let mut insert = store.prepare_cached(sql::INSERT_MEMBER)?;
        for (user, joined) in self.joins.iter().zip(last.unwrap_or(0) + 1..) {
            insert.execute(params![group, joined, user.to_string()])?;
        }
        Ok(())
    }
}

/// How somebody who was named stands to the group.
#[derive(Debug)]
struct Standing {
    /// A member before.
    was: bool,
    /// A member now.
    is: bool,
    /// A live user of the connection. Members are.
    live: bool,
    /// When in the course of the changes they joined last.
    turn: usize,
}

struct Roll<'a> {
    store: &'a Connection,
    scope: &'a Scope,
    group: Option<i64>,
    /// Whether all members are in `standings`.
    whole: bool,
    standings: HashMap<UserId, Standing>,
    /// The keys of `standings`, in the order of their coming.
    named: Vec<UserId>,
    unknown: Vec<UserId>,
    turn: usize,
}

impl Roll<'_> {
    fn add(&mut self, users: &[UserId]) -> Result<(), Trouble> {
        for user in users {
            self.turn += 1;
            let turn = self.turn;
            let standing = self.standing(*user)?;
            if standing.live && !standing.is {
                standing.is = true;
                standing.turn = turn;
            }
        }
        Ok(())
    }

    fn remove(&mut self, users: &[UserId]) -> Result<(), Trouble> {
        for user in users {
            self.standing(*user)?.is = false;
        }
        Ok(())
    }

    fn set(&mut self, users: &[UserId]) -> Result<(), Trouble> {
        self.read_all()?;
        let wanted: HashSet<_> = users.iter().collect();
        for (user, standing) in &mut self.standings {
            standing.is &= wanted.contains(user);
        }
        self.add(users)
    }

    fn read_all(&mut self) -> Result<(), Trouble> {
        let Some(group) = self.group.filter(|_| !self.whole) else {
            return Ok(());
        };
        self.whole = true;
        for user in of(self.store, group)? {
            self.standings.entry(user).or_insert_with(|| {
                self.named.push(user);
                Standing {
                    was: true,
                    is: true,
                    live: true,
                    turn: 0,
                }
            });
        }
        Ok(())
    }

    fn standing(&mut self, user: UserId) -> Result<&mut Standing, Trouble> {
        if !self.standings.contains_key(&user) {
            let id = user.to_string();
            let was = self.was_member(&id)?;
            let live = was || self.is_live(&id)?;
            if !live {
                self.unknown.push(user);
            }
            self.named.push(user);
            let standing = Standing {
                was,
                is: was,
                live,
                turn: 0,
            };
            self.standings.insert(user, standing);
        }
        let lost = || LedgerError::Failed("a member was lost on the way".to_owned());
        Ok(self.standings.get_mut(&user).ok_or_else(lost)?)
    }

    fn was_member(&self, user: &str) -> Result<bool, Trouble> {
        let Some(group) = self.group.filter(|_| !self.whole) else {
            return Ok(false);
        };
        let mut statement = self.store.prepare_cached(sql::IS_MEMBER)?;
        Ok(statement.exists(params![user, group])?)
    }

    fn is_live(&self, user: &str) -> Result<bool, Trouble> {
        let (tenant, connection) = (self.scope.tenant.as_str(), self.scope.connection.as_str());
        let mut statement = self.store.prepare_cached(sql::LIVE_USER)?;
        Ok(statement.exists(params![user, tenant, connection])?)
    }

    fn sum(self) -> Plan {
        let mut joins = Vec::new();
        let mut leaves = Vec::new();
        for user in self.named {
            match self.standings.get(&user) {
                Some(now) if now.is && !now.was => joins.push((now.turn, user)),
                Some(now) if now.was && !now.is => leaves.push(user),
                _ => {}
            }
        }
        joins.sort_unstable();
        Plan {
            joins: joins.into_iter().map(|(_, user)| user).collect(),
            leaves,
            unknown: self.unknown,
        }
    }
}

/// The members of the group with this sequence.
pub(super) fn of(store: &Connection, group: i64) -> Result<Vec<UserId>, Trouble> {
    ids(store, sql::MEMBERS_OF, [group])
}

/// The members of a group, in the order in which they joined.
pub(super) fn of_group(
    store: &Connection,
    scope: &Scope,
    group: GroupId,
) -> Result<Vec<UserId>, Trouble> {
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    ids(
        store,
        sql::MEMBERS,
        params![tenant, connection, group.to_string()],
    )
}

/// The groups of each of these users, in the groups' sequence.
pub(super) fn memberships(
    store: &Connection,
    scope: &Scope,
    users: &[UserId],
) -> Result<BTreeMap<UserId, Vec<Membership>>, Trouble> {
    let asked: HashSet<_> = users.iter().map(UserId::to_string).collect();
    let asked = serde_json::json!(asked).to_string();
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let mut statement = store.prepare_cached(sql::MEMBERSHIPS)?;
    let mut rows = statement.query(params![tenant, connection, asked])?;
    let mut found: BTreeMap<UserId, Vec<(i64, Membership)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let user = user_id(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        let id = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let membership = Membership {
            id: GroupId::parse(id).ok_or_else(|| no_id("a group"))?,
            external_id: row.get(3)?,
            display_name: row.get(4)?,
        };
        found
            .entry(user)
            .or_default()
            .push((row.get(1)?, membership));
    }
    let in_sequence = |(user, mut groups): (_, Vec<(i64, Membership)>)| {
        groups.sort_unstable_by_key(|(sequence, _)| *sequence);
        (user, groups.into_iter().map(|(_, group)| group).collect())
    };
    Ok(found.into_iter().map(in_sequence).collect())
}

pub(super) fn ids(
    store: &Connection,
    statement: &str,
    params: impl Params,
) -> Result<Vec<UserId>, Trouble> {
    let mut statement = store.prepare_cached(statement)?;
    let mut rows = statement.query(params)?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(user_id(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
        )?);
    }
    Ok(ids)
}

/// The id that a column holds.
pub(super) fn user_id(text: &str) -> Result<UserId, LedgerError> {
    UserId::parse(text).ok_or_else(|| no_id("a user"))
}

fn no_id(whose: &str) -> LedgerError {
    LedgerError::Failed(format!(
        "the id of {whose} is none that this program writes; was the file changed by hand?"
    ))
}
