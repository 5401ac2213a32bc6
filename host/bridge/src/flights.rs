//! Identical concurrent creates share one outcome.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use scim::resource::Resource;
use tokio::sync::watch;

use crate::line::Answer;
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;

/// Where the answer to a request appears. The sender is dropped with it or, if the request is cut short, without.
pub(crate) type Outcome = watch::Receiver<Option<Result<Answer, Refusal>>>;

/// The creates under way, by the turn that they wait for.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    creates: Mutex<HashMap<String, (Resource, Outcome)>>,
}

impl Flights {
    /// The outcome of the identical create under way. If there is none, the caller is to carry it out, and others wait for `own`.
    pub(crate) fn board(&self, turn: &str, body: &Resource, own: &Outcome) -> Option<Outcome> {
        let mut creates = self.creates.lock().unwrap_or_else(PoisonError::into_inner);
        creates.retain(|_, (_, outcome)| outcome.has_changed().is_ok());
        match creates.get(turn) {
            Some((under_way, outcome)) if under_way == body => Some(outcome.clone()),
            _ => {
                creates.insert(turn.to_owned(), (body.clone(), own.clone()));
                None
            }
        }
    }
}

/// Waits for the answer.
pub(crate) async fn landed(mut outcome: Outcome) -> Result<Answer, Refusal> {
    let answer = match outcome.wait_for(Option::is_some).await {
        Ok(answer) => answer.clone(),
        Err(_) => None,
    };
    answer.unwrap_or_else(|| {
        let reason = "the request was cut short".to_owned();
        Err(Refusal::Ledger(LedgerError::Failed(reason)))
    })
}
