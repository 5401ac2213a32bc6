//! Searching: what matches a filter, in which order, and which page of it.

use std::future::Future;
use std::time::{Duration, Instant};

use scim::error::Error;
use scim::filter::Filter;
use scim::sort::{Sort, SortKey};
use serde_json::{Map, Value};

use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;

/// How long a search without an index may take before it is refused as tooMany (RFC 7644, section 3.4.2.1).
const SCAN: Duration = Duration::from_secs(2);
/// Resources read at a time while scanning.
pub(crate) const BATCH: usize = 500;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The filter; everything without one.
    pub filter: Option<Filter>,
    /// The order; the ledger's sequence without one.
    pub sort: Option<Sort>,
    /// The 1-based index of the first result (RFC 7644, section 3.4.2.4).
    pub start_index: usize,
    /// How many results at most.
    pub count: usize,
}

impl Query {
    /// How many results come before the page.
    pub(crate) fn skip(&self) -> usize {
        self.start_index.saturating_sub(1)
    }

    /// Whether answering needs this attribute, which is costly to load.
    pub(crate) fn mentions(&self, attribute: &str) -> bool {
        let filter = self.filter.as_ref();
        let sort = self.sort.as_ref();
        filter.is_some_and(|filter| filter.mentions(attribute))
            || sort.is_some_and(|sort| sort.mentions(attribute))
    }

    fn matches(&self, document: &Map<String, Value>) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.matches_map(document))
    }
}

/// A page of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// How many match in all.
    pub total: usize,
    /// Those asked for.
    pub found: Vec<T>,
}

impl<T> Page<T> {
    pub(crate) fn of(total: u64, found: Vec<T>) -> Self {
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        Self { total, found }
    }
}

/// A resource type as it is searched.
pub(crate) trait Searched: Sized + Send {
    type Id: Copy + Send;

    fn id(&self) -> Self::Id;
    fn sequence(&self) -> i64;
}

/// Collects a page out of all that is looked at. Without an order it keeps the page alone; with one, the key and the id of each
/// match.
pub(crate) struct Gather<'a, T: Searched> {
    query: &'a Query,
    total: usize,
    page: Vec<T>,
    keys: Vec<(SortKey, i64, T::Id)>,
    started: Instant,
}

impl<'a, T: Searched> Gather<'a, T> {
    pub(crate) fn new(query: &'a Query) -> Self {
        Self {
            query,
            total: 0,
            page: Vec::new(),
            keys: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Looks at one resource; the document is what filters and orders see.
    pub(crate) fn see(&mut self, document: &Map<String, Value>, resource: T) {
        if !self.query.matches(document) {
            return;
        }
        self.total += 1;
        match &self.query.sort {
            Some(sort) => {
                let key = sort.key(document);
                self.keys.push((key, resource.sequence(), resource.id()));
            }
            None if self.total > self.query.skip() && self.page.len() < self.query.count => {
                self.page.push(resource);
            }
            None => {}
        }
    }

    /// Refuses to go on for longer than a search may take.
    pub(crate) fn in_time(&self) -> Result<(), Refusal> {
        if self.started.elapsed() <= SCAN {
            return Ok(());
        }
        Err(Refusal::Invalid(Error::too_many(
            "too many resources to look at each: filter by an attribute that is indexed (id, userName, externalId, emails, displayName, members), and do not sort what is not filtered",
        )))
    }

    /// The page; `read` gives a resource by id.
    pub(crate) async fn page<R, F>(mut self, read: R) -> Result<Page<T>, Refusal>
    where
        R: Fn(T::Id) -> F + Send,
        F: Future<Output = Result<Option<T>, LedgerError>> + Send,
    {
        self.keys
            .sort_by(|(one, first, _), (other, second, _)| one.cmp(other).then(first.cmp(second)));
        let wanted = self.keys.iter().skip(self.query.skip());
        for (_, _, id) in wanted.take(self.query.count) {
            self.page.extend(read(*id).await?);
        }
        Ok(Page {
            total: self.total,
            found: self.page,
        })
    }
}
