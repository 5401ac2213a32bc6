//! Groups in the histories: who was said to be a member, and what role the groups give in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::group_write::{GroupAnswer, GroupAsk};
use bridge::name::{GroupId, UserId};
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::{Owner, User};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::CONNECTIONS;
use crate::groups::{add, named, operations, remove, set};
use crate::harness::ledger::Store;
use crate::harness::world::{World, scope};

const NAMES: [&str; 4] = ["role Supervisor", "role Evaluator", "Tier1", "Tier2"];

/// One request about one member.
#[derive(Debug, Clone, Copy)]
struct Saying {
    began: Instant,
    /// None for one that was never answered, or with an error: it may have been done, and at any time.
    ended: Option<Instant>,
    member: bool,
}

/// What was said about groups.
#[derive(Debug, Default)]
pub(super) struct Sayings {
    members: BTreeMap<(GroupId, UserId), Vec<Saying>>,
    created: BTreeSet<GroupId>,
    asked_to_delete: BTreeSet<GroupId>,
    deleted: BTreeSet<GroupId>,
}

/// A request by chance, sent in a task of its own.
pub(super) fn ask(world: &World, sayings: &Arc<Mutex<Sayings>>) -> JoinHandle<()> {
    let chance = &world.chance;
    let pick = |bound: usize| {
        let bound = u64::try_from(bound).expect("small");
        usize::try_from(chance.below(bound)).expect("small")
    };
    let connection = CONNECTIONS[pick(2)];
    let (groups, everybody): (Vec<GroupId>, Vec<UserId>) = {
        let store = world.store();
        let groups = store.groups.iter().map(|kept| &kept.group);
        let groups = groups.filter(|group| group.scope == scope(connection));
        let mine = |user: &&User| user.live() && user.scope == scope(connection);
        let users = store.users.iter().filter(mine);
        (
            groups.map(|group| group.id).collect(),
            users.map(|user| user.id).collect(),
        )
    };
    let some: Vec<UserId> = everybody
        .iter()
        .copied()
        .filter(|_| chance.percent(50))
        .collect();
    let name = NAMES[pick(4)];
    let rename = json!([{"op": "replace", "path": "displayName", "value": name}]);
    let (ask, about, joins, leaves) = if groups.is_empty() || chance.percent(20) {
        (named(name, &some), None, Vec::new(), Vec::new())
    } else {
        let group = groups[pick(groups.len())];
        let (ask, joins, leaves) = match pick(10) {
            0..=3 => (add(group, &some), some, Vec::new()),
            4 | 5 if !everybody.is_empty() => {
                let leaver = everybody[pick(everybody.len())];
                (remove(group, leaver), Vec::new(), vec![leaver])
            }
            6 => {
                let leaves = everybody.iter().filter(|id| !some.contains(id));
                let leaves = leaves.copied().collect();
                (set(group, &some), some, leaves)
            }
            7 => (GroupAsk::Delete(group), Vec::new(), Vec::new()),
            _ => (operations(group, rename), Vec::new(), Vec::new()),
        };
        (ask, Some(group), joins, leaves)
    };
    let (bridge, sayings) = (Arc::clone(&world.bridge), Arc::clone(sayings));
    tokio::spawn(async move {
        let began = Instant::now();
        let deletes = matches!(ask, GroupAsk::Delete(_));
        if deletes {
            let mut sayings = sayings.lock().expect("no panic");
            sayings.asked_to_delete.extend(about);
        }
        let scope = scope(connection);
        let answer = bridge.write_group(&scope, ask, Condition::None);
        let answer = tokio::time::timeout(Duration::from_secs(900), answer).await;
        let answer = answer.ok().and_then(Result::ok);
        let ended = answer.is_some().then(Instant::now);
        let mut sayings = sayings.lock().expect("no panic");
        match &answer {
            Some(GroupAnswer::Created(group)) => {
                sayings.created.insert(group.id);
            }
            Some(GroupAnswer::Deleted) => sayings.deleted.extend(about),
            _ => {}
        }
        if let Some(group) = about {
            let said = [(joins, true), (leaves, false)];
            for (id, member) in said
                .into_iter()
                .flat_map(|(ids, member)| ids.into_iter().map(move |id| (id, member)))
            {
                let saying = Saying {
                    began,
                    ended,
                    member,
                };
                let all = sayings.members.entry((group, id)).or_default();
                all.push(saying);
            }
        }
    })
}

/// Groups are as they were said to be, nobody's membership is lost, and nobody waits to be evaluated.
pub(super) fn check(store: &Store, sayings: &Sayings) {
    assert_eq!(store.pending, Vec::new());
    let kept = |id: GroupId| store.groups.iter().find(|kept| kept.group.id == id);
    for id in &sayings.created {
        let gone = kept(*id).is_none();
        assert!(
            !gone || sayings.asked_to_delete.contains(id),
            "a group is lost"
        );
    }
    for id in &sayings.deleted {
        assert!(kept(*id).is_none(), "a group's deletion is lost");
    }
    for ((group, user), said) in &sayings.members {
        let Some(kept) = kept(*group) else {
            continue;
        };
        let live = |row: &User| row.id == *user && row.live();
        // The last word, where it is clear which one that was.
        let last = said.iter().find(|last| {
            let before = |other: &Saying| other.ended.is_some_and(|ended| ended < last.began);
            last.ended.is_some()
                && said.iter().filter(|other| before(other)).count() + 1 == said.len()
        });
        if let Some(last) = last
            && store.users.iter().any(live)
        {
            assert_eq!(
                kept.members.contains(user),
                last.member,
                "{user} in {group}"
            );
        }
    }
}

/// The role that a user's groups give: the first one's, as the plugins of the tests have it. Whoever was transferred has those of
/// before until there are others.
fn given(store: &Store, user: &User) -> Option<String> {
    let groups = store.groups.iter();
    let mine = groups.filter(|kept| kept.group.scope == user.scope);
    let mine = mine.filter(|kept| kept.members.contains(&user.id));
    let mut mine: Vec<_> = mine.map(|kept| kept.group.membership()).collect();
    if mine.is_empty() {
        mine = user.inherited.clone();
    }
    mine.into_iter().find_map(|group| {
        let role = group.display_name.strip_prefix("role ");
        role.map(str::to_owned)
    })
}

/// A settled user's role in CXone follows their groups, unless it is CXone's people's. Theirs it becomes, and a role that no
/// group gives stays, only where somebody else had the person before.
pub(super) fn check_role(store: &Store, user: &User, held: Option<&str>, by_hand: &[String]) {
    let others = |other: &User| {
        let same = other.link == user.link || other.folded_name() == user.folded_name();
        other.scope != user.scope && same
    };
    let link = user.link.as_ref();
    let somebodys =
        link.is_some_and(|link| by_hand.contains(link)) || store.users.iter().any(others);
    let owned = user.owners.get(&Attribute::Role);
    if owned.is_some_and(|owned| owned.owner == Owner::Cxone) {
        assert!(somebodys, "handed over by nobody: {user:?}");
        return;
    }
    match given(store, user) {
        Some(role) => assert_eq!(held, Some(role.as_str()), "{user:?}"),
        // None is given: CXone's own for newcomers, or none.
        None => assert!(
            somebodys || matches!(held, None | Some("Agent")),
            "{held:?} {user:?}"
        ),
    }
}
