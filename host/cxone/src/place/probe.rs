//! Which area a token belongs to, where nobody says so.

use client::{Answer, Failure, Method, Request, Url};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::document::{self, CONFIGURATION, Hosts};
use super::find::{Finder, said, share, told, usual};
use super::{PlaceError, Step, shown};
use crate::access::Pass;
use crate::settings::join;

/// cxone.md 2.4: three confirmed, three reported.
const AREAS: [&str; 6] = ["na1", "au1", "eu1", "ca1", "uk1", "jp1"];
/// Assumption (cxone.md 2.4): na2 is the government's; on which of its domains User Hub is, is UNKNOWN.
const GOVERNMENT: [&str; 2] = [
    "https://na2.nicecxone-gov.com",
    "https://cxone-gov.niceincontact.com",
];
/// Assumption (cxone.md 2.3): an area answers a small search to tokens of its own tenants, be it with 403, and 401 to
/// others.
const PROBE: &str = "/authorization/v1/roles/search";

/// What an area says to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// It is somebody else's, or nothing can be told.
    No,
    /// It is known, and may not do this.
    Known,
    /// It is taken.
    Taken,
}

fn word(answer: &Result<Answer, Failure>) -> Word {
    match answer.as_ref().map(|answer| answer.status.as_u16()) {
        Ok(200..=299) => Word::Taken,
        Ok(400 | 403 | 429) => Word::Known,
        _ => Word::No,
    }
}

impl Finder {
    /// The hosts of areas that may be the tenant's.
    fn candidates(&self) -> Vec<Url> {
        if !self.stated.discovery_urls.is_empty() || self.starts().len() == 1 {
            return self.starts();
        }
        let stated = self.stated.area.as_deref();
        let areas = stated.into_iter().chain(AREAS).filter_map(usual);
        let government = GOVERNMENT
            .into_iter()
            .filter_map(|url| Url::parse(url).ok());
        let mut candidates: Vec<Url> = Vec::new();
        for url in areas.chain(government) {
            if !candidates.contains(&url) {
                candidates.push(url);
            }
        }
        candidates
    }

    /// The one area that takes a token; `None` if none does.
    pub(super) async fn probe(
        &self,
        pass: &Pass,
        deadline: Instant,
        steps: &mut Vec<Step>,
    ) -> Result<Option<Hosts>, PlaceError> {
        let candidates = self.candidates();
        let documents = self.all(&candidates, share(deadline), |url, by| {
            Request::new(Method::GET, join(url, CONFIGURATION), CONFIGURATION, by)
        });
        let documents = Box::pin(documents).await;
        let mut areas: Vec<Hosts> = Vec::new();
        for (url, answer) in candidates.iter().zip(documents) {
            let gave = match &answer {
                Ok(answer) => document::hosts(answer, url),
                Err(failure) => Err(said(failure)),
            };
            steps.push(Step {
                what: format!("discovery at {}", shown(url)),
                gave: gave.as_ref().map(told).map_err(String::clone),
            });
            if let Ok(hosts) = gave
                && areas.iter().all(|known| known.user_hub != hosts.user_hub)
            {
                areas.push(hosts);
            }
        }
        let hosts: Vec<Url> = areas.iter().map(|area| area.user_hub.clone()).collect();
        let body = json!({ "filter": {}, "page": { "pageSize": 1, "pageNo": 0 } });
        let answers = self.all(&hosts, share(deadline), |url, by| {
            pass.onto(Request::new(Method::POST, join(url, PROBE), PROBE, by).json(&body))
        });
        let answers = Box::pin(answers).await;
        let words: Vec<Word> = answers.iter().map(word).collect();
        for (area, answer) in areas.iter().zip(&answers) {
            let said = match answer {
                Ok(answer) => format!("status {}", answer.status.as_u16()),
                Err(failure) => said(failure),
            };
            steps.push(Step {
                what: format!("the token at {}", shown(&area.user_hub)),
                gave: if word(answer) == Word::No {
                    Err(said)
                } else {
                    Ok(said)
                },
            });
        }
        let best = words.iter().max().copied().unwrap_or(Word::No);
        if best == Word::No {
            return Ok(None);
        }
        let taking = areas
            .into_iter()
            .zip(words)
            .filter(|(_, word)| *word == best);
        let mut taking: Vec<Hosts> = taking.map(|(area, _)| area).collect();
        let stated = self.stated.area.as_ref();
        if taking.len() > 1
            && let Some(at) = taking.iter().position(|area| area.area.as_ref() == stated)
            && stated.is_some()
        {
            return Ok(Some(taking.swap_remove(at)));
        }
        match taking.pop() {
            Some(area) if taking.is_empty() => Ok(Some(area)),
            last => {
                taking.extend(last);
                let name = |area: Hosts| {
                    area.area
                        .unwrap_or_else(|| shown(&area.user_hub).to_owned())
                };
                Err(PlaceError::Several(taking.into_iter().map(name).collect()))
            }
        }
    }

    /// Asks all hosts at once; the answers are in the order of the hosts.
    async fn all(
        &self,
        hosts: &[Url],
        deadline: Instant,
        request: impl Fn(&Url, Instant) -> Request,
    ) -> Vec<Result<Answer, Failure>> {
        let mut asked = JoinSet::new();
        for (number, url) in hosts.iter().enumerate() {
            let sent = self.upstreams.urgent(url, request(url, deadline), true);
            asked.spawn(async move { (number, sent.await) });
        }
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(number, _)| *number);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}
