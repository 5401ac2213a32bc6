//! Why a plugin is not had from a registry, or not brought there.

use crate::LONGEST_COMPONENT;
use crate::artifact::Unfit;
use crate::credentials::CredentialsError;
use crate::digest::Digest;
use crate::remote::Trouble;

/// Why a plugin is not fetched. Every text names the reference (or the file) and what to do. Texts of a registry are
/// cut to a line; users and passwords are in none.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nothing is known of the plugin: the registry is not there, does not answer in time, or is itself in trouble.
    /// Worth another try later; a plugin that is in the cache starts regardless.
    #[error("{reference}: the registry cannot be reached ({reason}): {}", reach(*.tls))]
    Unreachable {
        /// The plugin.
        reference: String,
        /// What went wrong last.
        reason: String,
        /// Whether it was spoken to over TLS.
        tls: bool,
    },
    /// The registry wants to know who asks, or does not like who does.
    #[error("{reference}: the registry refuses access: {advice}")]
    Denied {
        /// The plugin.
        reference: String,
        /// What to do, by what the credentials hold for it.
        advice: String,
    },
    /// The registry has nothing of this digest.
    #[error("{reference}: the registry has no such plugin: push it, or correct the reference")]
    Missing {
        /// The plugin.
        reference: String,
    },
    /// What the registry gives is not what its digest says.
    #[error(
        "{reference}: the {what} that the registry gives does not have its digest {digest}: it was changed after it was pushed, so it is not used; push the plugin again and ask who keeps the registry"
    )]
    Changed {
        /// The plugin.
        reference: String,
        /// `manifest` or `component`.
        what: &'static str,
        /// The digest that it should have.
        digest: Digest,
    },
    /// It is something else than a plugin.
    #[error("{reference}: not a plugin: {reason}: push it with jackfield plugin push")]
    NotAPlugin {
        /// The plugin.
        reference: String,
        /// What it is instead.
        reason: String,
    },
    /// It has more bytes than it may, or than it says.
    #[error("{reference}: the {what} has more than {longest} bytes")]
    TooLarge {
        /// The plugin.
        reference: String,
        /// `manifest` or `component`.
        what: &'static str,
        /// How many it may have.
        longest: usize,
    },
    /// The registry answers something that this protocol does not have.
    #[error("{reference}: the registry's answer is of no use: {reason}: is it an OCI registry?")]
    Answer {
        /// The plugin.
        reference: String,
        /// What it answered.
        reason: String,
    },
    /// The file of users and passwords is broken.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

/// Why a plugin is not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The registry is not there, does not answer in time, or is itself in trouble. What it has got already does no
    /// harm: push again.
    #[error("{place}: the registry cannot be reached ({reason}): {}", reach(*.tls))]
    Unreachable {
        /// Where it should have gone.
        place: String,
        /// What went wrong last.
        reason: String,
        /// Whether it was spoken to over TLS.
        tls: bool,
    },
    /// The registry wants to know who pushes, or does not like who does.
    #[error("{place}: the registry refuses access: {advice}")]
    Denied {
        /// Where it should have gone.
        place: String,
        /// What to do, by what the credentials hold for it.
        advice: String,
    },
    /// An empty component, one that nobody would pull, or facts that make the manifest too long.
    #[error("{place}: {reason}")]
    Unfit {
        /// Where it should have gone.
        place: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The registry does not take it, or does not give back what it took.
    #[error("{place}: the registry does not take it: {reason}")]
    Refused {
        /// Where it should have gone.
        place: String,
        /// What it answered.
        reason: String,
    },
    /// The file of users and passwords is broken.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

fn reach(tls: bool) -> &'static str {
    match tls {
        true => {
            "check the address and the network, and name it in plugins.insecure_registries if it has no TLS"
        }
        false => "check the address and the network",
    }
}

impl FetchError {
    /// Whether the registry could not be asked, so that another try may do: the rest is a refusal, which stays.
    pub fn is_transport(&self) -> bool {
        matches!(self, FetchError::Unreachable { .. })
    }

    pub(crate) fn unfit(reference: String, unfit: Unfit) -> Self {
        match unfit {
            Unfit::Other(reason) => FetchError::NotAPlugin { reference, reason },
            Unfit::TooLarge => FetchError::TooLarge {
                reference,
                what: "component",
                longest: LONGEST_COMPONENT,
            },
        }
    }

    /// `what` was asked for by `digest`.
    pub(crate) fn of(
        trouble: Trouble,
        reference: String,
        what: &'static str,
        digest: &Digest,
    ) -> Self {
        match trouble {
            Trouble::Unreachable { reason, tls } => FetchError::Unreachable {
                reference,
                reason,
                tls,
            },
            Trouble::Denied { advice } => FetchError::Denied { reference, advice },
            Trouble::Missing => FetchError::Missing { reference },
            Trouble::Changed => FetchError::Changed {
                reference,
                what,
                digest: digest.clone(),
            },
            Trouble::TooLong { longest } => FetchError::TooLarge {
                reference,
                what,
                longest,
            },
            Trouble::Answer { reason } => FetchError::Answer { reference, reason },
        }
    }
}

impl PushError {
    /// Whether the registry could not be asked, so that another try may do.
    pub fn is_transport(&self) -> bool {
        matches!(self, PushError::Unreachable { .. })
    }

    pub(crate) fn of(trouble: Trouble, place: String) -> Self {
        let refused = |place, reason: &str| PushError::Refused {
            place,
            reason: reason.to_owned(),
        };
        match trouble {
            Trouble::Unreachable { reason, tls } => PushError::Unreachable { place, reason, tls },
            Trouble::Denied { advice } => PushError::Denied { place, advice },
            Trouble::Missing => refused(place, "it has no such place, or loses what it takes"),
            Trouble::Changed => refused(place, "it changes what it takes"),
            Trouble::TooLong { .. } => refused(place, "it gives back more than it took"),
            Trouble::Answer { reason } => PushError::Refused { place, reason },
        }
    }
}
