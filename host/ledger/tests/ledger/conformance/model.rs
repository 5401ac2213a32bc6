//! Random commits of groups beside a model that is too simple to be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge::group::{Group, MemberChange, Membership, Pending};
use bridge::name::{GroupId, UserId};
use bridge::port::ledger::{GroupLookup, Ledger, LedgerError};
use bridge::user::User;
use serde_json::json;

use super::Engine;
use crate::fixture::{acme, at, commit, deleted, group, people, scope, sorted, tenant, with};

/// Numbers from a seed (splitmix64): a failure names the seed and can be repeated.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits % bound as u64) as usize
    }

    fn some<T: Copy>(&mut self, items: &[T]) -> Vec<T> {
        let count = self.below(5);
        (0..count).map(|_| items[self.below(items.len())]).collect()
    }
}

/// What must be in the ledger.
#[derive(Default)]
struct Model {
    live: Vec<UserId>,
    groups: BTreeMap<GroupId, (Group, Vec<UserId>)>,
    /// Who is pending since which step, in any order within a step.
    pending: BTreeMap<UserId, usize>,
}

impl Model {
    /// The members after these changes, in the order of joining; those who stay keep their place.
    fn members(&self, before: &[UserId], changes: &[MemberChange]) -> Vec<UserId> {
        let mut now = before.to_vec();
        let add = |now: &mut Vec<UserId>, users: &[UserId]| {
            for user in users {
                if self.live.contains(user) && !now.contains(user) {
                    now.push(*user);
                }
            }
        };
        for change in changes {
            match change {
                MemberChange::Add(users) => add(&mut now, users),
                MemberChange::Remove(users) => now.retain(|user| !users.contains(user)),
                MemberChange::Set(users) => {
                    now.retain(|user| users.contains(user));
                    add(&mut now, users);
                }
            }
        }
        let stayed = before.iter().filter(|user| now.contains(user));
        let joined = now.iter().filter(|user| !before.contains(user));
        stayed.chain(joined).copied().collect()
    }

    fn unknown(&self, changes: &[MemberChange]) -> Vec<UserId> {
        let named = changes.iter().flat_map(|change| match change {
            MemberChange::Add(users) | MemberChange::Remove(users) | MemberChange::Set(users) => {
                users
            }
        });
        let mut unknown = sorted(named.filter(|user| !self.live.contains(user)).copied());
        unknown.dedup();
        unknown
    }

    fn mark(&mut self, users: &[UserId], step: usize) {
        for user in users {
            self.pending.entry(*user).or_insert(step);
        }
    }

    fn taken(&self, group: &Group) -> bool {
        let mut others = self.groups.values().map(|(other, _)| other);
        others.any(|other| other.id != group.id && other.folded_name() == group.folded_name())
    }

    async fn compare(&self, ledger: &dyn Ledger, everybody: &[UserId]) {
        let groups: Vec<_> = self.groups.values().map(|(group, _)| group).collect();
        let mut groups: Vec<Group> = groups.into_iter().cloned().collect();
        groups.sort_by_key(|group| group.sequence);
        assert_eq!(ledger.list_groups(&acme(), 0, 99).await, Ok(groups.clone()));
        assert_eq!(ledger.count_groups(&acme()).await, Ok(groups.len() as u64));
        let page = ledger.page_groups(&acme(), 1, 2).await;
        let expected = groups.iter().skip(1).take(2).cloned().collect();
        assert_eq!(page, Ok(expected));
        let mut memberships: BTreeMap<UserId, Vec<Membership>> = BTreeMap::new();
        for group in &groups {
            let (_, members) = &self.groups[&group.id];
            let found = ledger.members(&acme(), group.id).await;
            assert_eq!(found.as_ref(), Ok(members), "{}", group.display_name());
            for member in members {
                let theirs = memberships.entry(*member).or_default();
                theirs.push(group.membership());
            }
        }
        let found = ledger.memberships(&acme(), everybody).await;
        assert_eq!(found, Ok(memberships.clone()));
        for user in everybody {
            let lookup = GroupLookup::Member(*user);
            let found = ledger.find_groups(&acme(), &lookup).await.expect("groups");
            let found: Vec<_> = found.iter().map(Group::membership).collect();
            assert_eq!(
                Some(found).filter(|found| !found.is_empty()),
                memberships.remove(user)
            );
        }
        let pending = ledger.pending(&tenant("acme"), 999).await.expect("a list");
        let steps = pending
            .iter()
            .map(|pending| self.pending.get(&pending.user));
        let steps: Vec<_> = steps.collect();
        assert!(steps.is_sorted() && !steps.contains(&None), "{steps:?}");
        assert_eq!(pending.len(), self.pending.len());
    }
}

/// One run: the ledger, the model, and whom there is to name.
struct Run {
    ledger: Arc<dyn Ledger>,
    model: Model,
    dice: Dice,
    /// Users of this connection, live or deleted, of another one, and nobody.
    everybody: Vec<UserId>,
    users: BTreeMap<UserId, User>,
    /// Re-evaluations that were begun.
    begun: Vec<Pending>,
}

impl Run {
    fn changes(&mut self) -> Vec<MemberChange> {
        (0..self.dice.below(4))
            .map(|_| {
                let users = self.dice.some(&self.everybody);
                match self.dice.below(5) {
                    0 | 1 => MemberChange::Add(users),
                    2 | 3 => MemberChange::Remove(users),
                    _ => MemberChange::Set(users),
                }
            })
            .collect()
    }

    fn any_group(&mut self) -> Option<(Group, Vec<UserId>)> {
        let count = self.model.groups.len().max(1);
        let groups = &self.model.groups;
        groups.values().nth(self.dice.below(count)).cloned()
    }

    async fn commit_group(&mut self, step: usize, before: Option<(Group, Vec<UserId>)>) {
        let fresh = before.is_none();
        let (old, members) =
            before.unwrap_or_else(|| (group(&acme(), &format!("Group {}", step % 7)), vec![]));
        let changes = self.changes();
        let mut new = match self.dice.below(6) {
            0 => with(&old, "displayName", json!(format!("Group {}", step % 7))),
            1 => with(&old, "externalId", json!(self.dice.below(2))),
            2 => with(&old, "description", json!(self.dice.below(2))),
            _ => old.clone(),
        };
        new.modified = at(step as i64);
        let answer = self
            .ledger
            .commit_group(new.clone(), changes.clone(), vec![])
            .await;
        if self.model.taken(&new) {
            assert_eq!(answer, Err(LedgerError::NameTaken));
            return;
        }
        let answer = answer.expect("a commit");
        let after = self.model.members(&members, &changes);
        assert_eq!(sorted(answer.unknown), self.model.unknown(&changes));
        let shown = !fresh && old.membership() != new.membership();
        let moved = |user: &&UserId| shown || members.contains(user) != after.contains(user);
        let all = sorted(members.iter().chain(&after).filter(moved).copied());
        let mut touched = all;
        touched.dedup();
        assert_eq!(sorted(answer.touched), touched);
        let changed = fresh || old.source != new.source || sorted(&members) != sorted(&after);
        let version = old.version + u64::from(changed);
        assert_eq!(answer.group.version, version);
        let expected = if changed { new } else { old };
        let expected = Group {
            version,
            sequence: answer.group.sequence,
            ..expected
        };
        assert_eq!(answer.group, expected);
        self.model.mark(&touched, step);
        self.model.groups.insert(expected.id, (expected, after));
    }

    async fn delete_group(&mut self, step: usize, (group, members): (Group, Vec<UserId>)) {
        let answer = self.ledger.delete_group(&group, vec![]).await;
        assert_eq!(answer.as_ref(), Ok(&members));
        self.model.groups.remove(&group.id);
        self.model.mark(&members, step);
    }

    async fn delete_user(&mut self, step: usize) {
        // The last few stay, so that there is somebody left.
        if self.model.live.len() < 5 {
            return;
        }
        let id = self
            .model
            .live
            .remove(self.dice.below(self.model.live.len()));
        let user = commit(&*self.ledger, deleted(&self.users[&id], step as i64)).await;
        for (group, members) in self.model.groups.values_mut() {
            if members.contains(&id) {
                members.retain(|member| *member != id);
                group.version += 1;
                group.modified = group.modified.max(at(step as i64));
            }
        }
        self.model.pending.remove(&id);
        self.users.insert(id, user);
    }

    async fn evaluate(&mut self) {
        let done = std::mem::take(&mut self.begun);
        for pending in &done {
            let now = self.ledger.pending_of(&acme(), pending.user).await;
            if now.expect("a read").as_ref() == Some(pending) {
                self.model.pending.remove(&pending.user);
            }
        }
        self.ledger.evaluated(done).await.expect("an end");
        let begun = self.ledger.pending(&tenant("acme"), 3).await;
        self.begun = begun.expect("a list");
    }

    async fn step(&mut self, step: usize) {
        let group = self.any_group();
        match (self.dice.below(20), group) {
            (0, Some(group)) => self.delete_group(step, group).await,
            (1, _) => self.delete_user(step).await,
            (2..5, _) => self.evaluate().await,
            (5..8, _) => self.commit_group(step, None).await,
            (_, group) => self.commit_group(step, group).await,
        }
    }
}

impl Run {
    async fn begin(ledger: Arc<dyn Ledger>, seed: u64) -> Self {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let live = people(&*ledger, &acme(), names).await;
        let [other] = people(&*ledger, &scope("acme/okta"), ["a"]).await;
        let mut users = BTreeMap::new();
        for id in live {
            let user = ledger.user(&acme(), id).await.expect("a read");
            users.insert(id, user.expect("a user"));
        }
        let mut everybody = live.to_vec();
        everybody.extend([other, UserId::new()]);
        Self {
            ledger,
            model: Model {
                live: live.to_vec(),
                ..Model::default()
            },
            dice: Dice::new(seed),
            everybody,
            users,
            begun: Vec::new(),
        }
    }
}

/// The seeds are fixed, so that a failure comes again.
pub(crate) async fn random_commits_are_as_in_the_model<E: Engine>(first: E) {
    let mut engine = first;
    for seed in 1..=3 {
        let mut run = Run::begin(engine.ledger(), seed).await;
        for step in 1..250 {
            run.step(step).await;
            run.model.compare(&*run.ledger, &run.everybody).await;
        }
        assert!(!run.model.groups.is_empty());
        engine = E::create().await;
    }
}
