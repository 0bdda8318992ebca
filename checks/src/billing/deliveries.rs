//! How events arrive: counts over the account's lists of events.

use super::{
    facts::{Deliveries, KeyMode, Share},
    objects::Event,
};
use crate::vocab::{Cause, Shown};
use std::collections::BTreeSet;

/// How long Stripe may take for the first attempt; what is younger is not failed but on its way.
const FIRST_ATTEMPT: i64 = 60;
/// A day in seconds.
const DAY: i64 = 86_400;

/// Counts as events come in; the lists overlap, and each event counts once.
#[derive(Clone, Debug)]
pub struct Counting {
    found: Deliveries,
    in_flight: i64,
    seen: BTreeSet<Box<str>>,
    waiting: Vec<(i64, Box<str>, Box<str>)>,
}
impl Counting {
    /// Nothing counted. `now` and `in_flight` are in seconds, `limit` in hundredths of a percent.
    #[must_use]
    pub const fn new(mode: KeyMode, now: i64, in_flight: i64, limit: u32) -> Self {
        let none = Share { of: 0, failed: 0 };
        let found = Deliveries {
            mode,
            now,
            quarter: none,
            day: none,
            undelivered: Vec::new(),
            undelivered_count: 0,
            failures: 0,
            failures_before: 0,
            limit,
            gaps: Vec::new(),
        };
        Self { found, in_flight, seen: BTreeSet::new(), waiting: Vec::new() }
    }
    /// One event of any list.
    pub fn add(&mut self, event: &Event) {
        let age = self.found.now - event.created;
        let failed = event.kind.as_ref() == "invoice.payment_failed";
        // Only what counts twice is remembered: what waits, and what failed.
        if (failed || event.pending > 0) && !self.seen.insert(event.id.clone()) {
            return;
        }
        if failed && (0..8 * DAY).contains(&age) {
            let when = if age < DAY { &mut self.found.failures } else { &mut self.found.failures_before };
            *when += 1;
        }
        if event.pending > 0 && age > self.in_flight {
            self.found.undelivered_count += 1;
            self.waiting.push((event.created, event.id.clone(), event.kind.clone()));
            self.waiting.sort();
            self.waiting.truncate(Deliveries::KEPT);
        }
    }
    /// One event of the list of the last day, which holds every one.
    pub fn add_of_day(&mut self, event: &Event) {
        let age = self.found.now - event.created;
        for (share, within) in [(&mut self.found.quarter, 15 * 60), (&mut self.found.day, DAY)] {
            if (FIRST_ATTEMPT..within).contains(&age) {
                share.of += 1;
                share.failed += u64::from(event.pending > 0);
            }
        }
    }
    /// What came of it.
    #[must_use]
    pub fn done(mut self, gaps: Vec<Cause>) -> Deliveries {
        let now = self.found.now;
        let minutes = |created: i64| (now - created) / 60;
        self.found.undelivered = self
            .waiting
            .iter()
            .map(|(created, id, kind)| (Shown::from(&**id), Shown::from(&**kind), minutes(*created)))
            .collect();
        self.found.gaps = gaps;
        self.found
    }
}
