//! `billing.event-id-not-unique`
use super::{facts::LayoutDrift, report};
use crate::{rule, vocab::Part};

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
        report::event_columns(
            &drift,
            |e| !e.unique && e.twice == 0,
            |_, place| format!("{place} holds ids of events and has no unique index"),
            |table, column| format!("CREATE UNIQUE INDEX ON {table} ({column});"),
        )
    }
}
