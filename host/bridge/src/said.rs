//! What an identity provider's request amounts to in source space, before anybody else is asked.

use jiff::Timestamp;
use scim::etag::{self, Matches};
use scim::patch::Patch;
use scim::replace::{carried_by, replace};
use scim::resource::Resource;

use crate::connection::Connection;
use crate::event::EventKind;
use crate::name::{Scope, UserId, fold};
use crate::port::plugins::Operation;
use crate::refusal::Refusal;
use crate::source::Source;
use crate::user::{State, User};

/// A write request, parsed and normalised.
#[derive(Debug, Clone)]
pub enum Ask {
    /// POST.
    Create(Resource),
    /// PUT.
    Replace(UserId, Resource),
    /// PATCH.
    Patch(UserId, Patch),
    /// DELETE.
    Delete(UserId),
    /// No request of its own: what a refused one would have made of the source, asked again.
    Restate(UserId, Source),
}

/// What a request demands of the resource as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// That its entity tag is one of these (`If-Match`).
    IfMatch(Matches),
    /// That it is at this revision still: nobody has said anything since.
    Revision(u64),
}

impl Condition {
    /// Holds it against a revision, if there is a resource.
    pub(crate) fn check(&self, revision: Option<u64>) -> Result<(), Refusal> {
        let holds = match self {
            Condition::None => true,
            Condition::IfMatch(tags) => {
                revision.is_some_and(|revision| tags.matches(&etag::of(revision)))
            }
            Condition::Revision(wanted) => revision == Some(*wanted),
        };
        holds.then_some(()).ok_or(Refusal::Changed)
    }
}

impl Ask {
    /// What requests must wait for each other on.
    pub(crate) fn turn(&self, scope: &Scope) -> String {
        match self {
            Ask::Create(body) => format!("{scope} {}", fold(body.user_name().unwrap_or_default())),
            Ask::Replace(id, _) | Ask::Patch(id, _) | Ask::Delete(id) | Ask::Restate(id, _) => {
                id.to_string()
            }
        }
    }
}

/// What the request does to the person's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The user is active afterwards: mappers, template and rules have their say.
    Active,
    /// The user was active and is not any more.
    Deactivates,
    /// The user was inactive and stays so: CXone is told nothing.
    StaysInactive,
    /// The person in CXone is protected, or another connection's by now: CXone is told nothing.
    Apart,
}

/// A request as applied to the remembered source.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// The user with the new source. `version` still names the row it was made from.
    pub(crate) user: User,
    /// The row before; `None` for a newcomer.
    pub(crate) before: Option<User>,
    pub(crate) operation: Operation,
    pub(crate) kind: EventKind,
    pub(crate) effect: Effect,
    /// Whether the answer is 201.
    pub(crate) creates: bool,
}

impl Said {
    /// The source before, where the identity provider ever wrote one.
    pub(crate) fn source_before(&self) -> Option<Source> {
        self.before
            .as_ref()
            .filter(|user| user.state != State::Offered)
            .map(|user| user.source.clone())
    }
}

/// Applies a request to the remembered user. `before` is the live user of that id, or of that name for a create.
pub(crate) fn apply(
    connection: &Connection,
    before: Option<User>,
    ask: &Ask,
    now: Timestamp,
) -> Result<Said, Refusal> {
    let mut user = match (&before, ask) {
        (Some(user), _) => user.clone(),
        (None, Ask::Create(body)) => User::new(connection.scope.clone(), body.clone().into(), now),
        (None, _) => return Err(Refusal::NotFound),
    };
    // A POST over somebody who was only found begins anew: what CXone shows is nothing that the identity provider said.
    let known = before
        .as_ref()
        .filter(|user| user.state != State::Offered || !matches!(ask, Ask::Create(_)));
    let was_active = known.is_some_and(|user| user.source.active());
    let (mut operation, mut kind) = match ask {
        Ask::Create(body) => {
            if was_active {
                return Err(name_taken());
            }
            if known.is_none() {
                // Who was only found is found again when the create is carried out; a deferred one is nobody in CXone until then.
                (user.link, user.target_name, user.shown) = (None, None, None);
                user.state = State::Deferred;
            }
            user.source = body.clone().into();
            user.carried.extend(carried_by(body));
            (Operation::Create, EventKind::Created)
        }
        Ask::Replace(_, body) => {
            let before = user.source.resource();
            user.source = replace(before, body.clone(), &user.carried, connection.dialect).into();
            user.carried.extend(carried_by(body));
            (Operation::Replace, EventKind::Replaced)
        }
        Ask::Patch(_, patch) => {
            user.source = patch.apply(user.source.resource())?.into();
            (Operation::Update, EventKind::Updated)
        }
        Ask::Restate(_, source) => {
            user.source = source.clone();
            (Operation::Update, EventKind::Updated)
        }
        Ask::Delete(_) => {
            user.deleted = Some(now);
            (Operation::Deactivate, EventKind::Deleted)
        }
    };
    let is_active = user.live() && user.source.active();
    let mut effect = match (was_active, is_active) {
        (_, true) => Effect::Active,
        (true, false) => Effect::Deactivates,
        (false, false) => Effect::StaysInactive,
    };
    if effect == Effect::Active && known.is_some() && !was_active {
        (operation, kind) = (Operation::Revive, EventKind::Revived);
    }
    if effect == Effect::Active && user.link.is_none() {
        // Deferred, refused or owed so far: whatever the request is called, it is the person's creation that is judged.
        operation = Operation::Create;
    }
    if effect == Effect::Deactivates && kind != EventKind::Deleted {
        (operation, kind) = (Operation::Deactivate, EventKind::Deactivated);
    }
    if keep_apart(connection, &mut user) {
        effect = Effect::Apart;
    }
    if before
        .as_ref()
        .is_none_or(|before| before.source != user.source || before.live() != user.live())
    {
        user.modified = now;
        if before.is_some() {
            user.revision += 1;
        }
    }
    Ok(Said {
        user,
        before,
        operation,
        kind,
        effect,
        creates: matches!(ask, Ask::Create(_)),
    })
}

/// Notes why CXone is not told about a user: the person there is protected, or was transferred. Whoever was only found is no
/// concern of this.
pub(crate) fn keep_apart(connection: &Connection, user: &mut User) -> bool {
    let reason = match &user.transferred {
        Some(other) => format!("transferred to connection {other}: CXone is not told"),
        None if user.state != State::Offered && connection.tenant.protects_user(user) => {
            "protected: CXone is not told".to_owned()
        }
        None => return false,
    };
    user.state = State::Deferred;
    user.reason = Some(reason);
    user.debt = None;
    true
}

pub(crate) fn name_taken() -> Refusal {
    Refusal::Taken("a user with this userName exists already".to_owned())
}
