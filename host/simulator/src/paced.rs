//! The body of an answer on its way: whole, slow, or cut off in its middle.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::handle::NoAnswer;
use crate::socket::ResetOrder;

/// How long a body that is cut rests first, so that what came before it is on the wire.
const REST: Duration = Duration::from_millis(10);

/// In how many parts a slow body goes out.
const PARTS: usize = 8;

/// How a body ends.
#[derive(Debug)]
enum End {
    Whole,
    /// With a connection that ends early, by a reset if there is an order to give.
    Cut(Option<ResetOrder>),
}

/// A body in parts, with a rest before each.
#[derive(Debug)]
pub(crate) struct Paced {
    parts: VecDeque<Bytes>,
    /// What the head says that the body will have, in bytes.
    promised: u64,
    rest: Duration,
    resting: Option<Pin<Box<Sleep>>>,
    end: End,
}

impl Paced {
    /// A body that goes out at once.
    pub(crate) fn whole(parts: impl IntoIterator<Item = Bytes>) -> Self {
        let parts: VecDeque<Bytes> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            promised: parts.iter().map(|part| part.len() as u64).sum(),
            parts,
            rest: Duration::ZERO,
            resting: None,
            end: End::Whole,
        }
    }

    /// Each eighth after a rest.
    pub(crate) fn slowly(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self.parts = std::mem::take(&mut self.parts)
            .into_iter()
            .flat_map(|part| {
                let size = part.len().div_ceil(PARTS).max(1);
                let starts = (0..part.len()).step_by(size);
                let cut = starts.map(|start| part.slice(start..(start + size).min(part.len())));
                cut.collect::<Vec<_>>()
            })
            .collect();
        self
    }

    /// Only half of what is promised, then the connection ends: by the order's reset, or by an orderly close.
    pub(crate) fn cut(mut self, order: Option<ResetOrder>) -> Self {
        let mut left = usize::try_from(self.promised / 2).unwrap_or(usize::MAX);
        for part in &mut self.parts {
            part.truncate(left);
            left -= part.len();
        }
        self.parts.retain(|part| !part.is_empty());
        self.rest = self.rest.max(REST);
        self.end = End::Cut(order);
        self
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = NoAnswer;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, NoAnswer>>> {
        if self.parts.is_empty() && matches!(self.end, End::Whole) {
            return Poll::Ready(None);
        }
        if !self.rest.is_zero() {
            let rest = self.rest;
            let resting = self
                .resting
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(rest)));
            ready!(resting.as_mut().poll(cx));
            self.resting = None;
        }
        match (self.parts.pop_front(), &self.end) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(part)))),
            (None, End::Whole) => Poll::Ready(None),
            (None, End::Cut(order)) => {
                if let Some(order) = order {
                    order.give();
                }
                Poll::Ready(Some(Err(NoAnswer)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.parts.is_empty() && matches!(self.end, End::Whole)
    }

    fn size_hint(&self) -> SizeHint {
        match self.end {
            End::Whole => {
                SizeHint::with_exact(self.parts.iter().map(|part| part.len() as u64).sum())
            }
            End::Cut(_) => SizeHint::with_exact(self.promised),
        }
    }
}
