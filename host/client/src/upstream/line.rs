//! Who waits for a turn, in the order in which they are served: by priority, then by arrival.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;

use super::Priority;

/// A place in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    urgency: Reverse<Priority>,
    number: u64,
}

/// Those who wait, each with what wakes it.
#[derive(Debug, Default)]
pub(super) struct Line {
    next: u64,
    waiting: BTreeMap<Place, Arc<Notify>>,
}

impl Line {
    /// Joins behind everybody of the same priority.
    pub(super) fn join(&mut self, priority: Priority) -> (Place, Arc<Notify>) {
        let place = Place {
            urgency: Reverse(priority),
            number: self.next,
        };
        self.next += 1;
        let wake = Arc::new(Notify::new());
        self.waiting.insert(place, Arc::clone(&wake));
        (place, wake)
    }

    /// Whether nobody is before this place.
    pub(super) fn is_first(&self, place: Place) -> bool {
        self.waiting.keys().next() == Some(&place)
    }

    /// Leaves, with or without a turn. Whoever is first now is woken: only the first one watches the clock.
    pub(super) fn leave(&mut self, place: Place) {
        self.waiting.remove(&place);
        if let Some((first, wake)) = self.waiting.first_key_value()
            && *first > place
        {
            wake.notify_one();
        }
    }

    /// Wakes everybody, to see that waiting has become vain.
    pub(super) fn wake_all(&self) {
        for wake in self.waiting.values() {
            wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priority_goes_before_arrival_and_arrival_decides_among_equals() {
        let mut line = Line::default();
        let order = [
            Priority::Background,
            Priority::Request,
            Priority::Background,
            Priority::Urgent,
            Priority::Request,
        ];
        let places = order.map(|priority| line.join(priority).0);
        for expected in [3, 1, 4, 0, 2] {
            assert!(line.is_first(places[expected]), "{expected}");
            line.leave(places[expected]);
        }
    }
}
