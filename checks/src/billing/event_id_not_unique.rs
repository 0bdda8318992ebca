//! `billing.event-id-not-unique`
use super::{facts::LayoutDrift, report};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// No unique index keeps the id of an event from standing in its table twice.
    ///
    /// Looked at is every column whose values are ids of events (`evt_`).
    ///
    /// # Why at launch
    /// Stripe sends an event again until it is answered, and two copies can arrive at once: each finds no row
    /// of the other and does the work.
    ///
    /// # Fix
    /// Put a unique index on the column, and let the second insert fail before any work is done.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#handle-duplicate-events>
    ///
    /// ```pass
    /// events webhook_events event_id unique
    /// ```
    /// ```fail
    /// events webhook_events event_id
    /// ```
    "billing.event-id-not-unique" on Billing, Medium, stage Idempotency;
    fails "Ids of events may stand in the database twice"; holds "Every id of an event stands there once";
    fn check(drift: Part<'_, LayoutDrift>) -> Verdict {
        if drift.first().is_some_and(|d| d.0.layout.events.is_empty()) {
            return Verdict::not_applicable("no column holds ids of events");
        }
        let columns = drift.iter().flat_map(|d| &d.0.layout.events).filter(|e| !e.unique && e.twice == 0);
        columns
            .map(|e| {
                let (table, column) = (report::bare(e.quote, e.table.as_str()), report::bare(e.quote, e.column.as_str()));
                let fix = Fix::Sql(format!("CREATE UNIQUE INDEX ON {table} ({column});").into());
                let place = format!("{}.{}", e.table, e.column);
                Fault::new(place.clone(), format!("{place} holds ids of events and has no unique index"), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
