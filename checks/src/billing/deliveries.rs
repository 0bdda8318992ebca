//! How events arrive: counts over the account's lists of events.

use super::{
    facts::{Deliveries, KeyMode, Share},
    objects::{Event, ListedInvoice},
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
            past_due: None,
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
    /// The open invoices, where all of them could be read. Due is what was sent and is over its day, and
    /// what was to be charged by itself and is older than a day.
    pub fn add_open(&mut self, invoices: &[ListedInvoice]) {
        let now = self.found.now;
        let sums = self.found.past_due.get_or_insert_default();
        for invoice in invoices.iter().map(|i| &i.is).filter(|i| i.due.unwrap_or(i.created + DAY) < now) {
            if let Some(amount) = invoice.amount.as_ref().filter(|a| a.minor > 0) {
                let (count, minor) = sums.entry(amount.currency.clone()).or_default();
                *count += 1;
                *minor += amount.minor;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::stripe::Listed;

    #[test]
    fn what_is_due_is_summed_by_currency() {
        let now = 1_795_000_000;
        let invoice = |n: u32, currency: &str, left: i64, created: i64, due: &str| {
            format!(
                r#"{{"id":"in_{n}","status":"open","created":{created},"due_date":{due},"amount_remaining":{left},"currency":"{currency}"}}"#
            )
        };
        let week = now - 7 * DAY;
        let all = [
            invoice(1, "eur", 900, week, "null"),
            invoice(2, "eur", 100, week, &(now - DAY).to_string()),
            // Not due yet, a moment old, and paid by a credit.
            invoice(3, "eur", 5000, week, &(now + DAY).to_string()),
            invoice(4, "usd", 700, now - 60, "null"),
            invoice(5, "usd", 0, week, "null"),
            invoice(6, "jpy", 300, week, "null"),
        ];
        let body = format!(r#"{{"data":[{}],"has_more":false}}"#, all.join(","));
        let mut counting = Counting::new(KeyMode::Live, now, 900, 100);
        counting.add_open(&ListedInvoice::page(body.as_bytes()).unwrap().data);
        let exhibit = counting.done(Vec::new()).exhibit().unwrap();
        let shown = format!("{:?}", exhibit.body);
        assert!(shown.contains("10.00 EUR") && shown.contains("300 JPY") && !shown.contains("USD"), "{shown}");
        let mut none = Counting::new(KeyMode::Live, now, 900, 100);
        none.add_open(&[]);
        assert_eq!(none.done(Vec::new()).exhibit(), None);
    }
}
