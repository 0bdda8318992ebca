//! `billing.event-duplicate`
use super::{facts::LayoutDrift, report};
use crate::{rule, vocab::Part};

rule! {
    /// Ids of events stand in the database more than once.
    ///
    /// # Why at launch
    /// An event was handled twice: somebody has two months for one payment, two mails, or two rows.
    ///
    /// # Fix
    /// Look at what was done twice, remove the copies and put a unique index on the column.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#handle-duplicate-events>
    ///
    /// ```pass
    /// events webhook_events event_id unique
    /// ```
    /// ```fail
    /// events webhook_events event_id twice:3
    /// ```
    "billing.event-duplicate" on Billing, Medium, stage Idempotency;
    fails "Events were handled more than once"; holds "No event was handled twice";
    fn check(drift: Part<'_, LayoutDrift>) -> Verdict {
        report::event_columns(
            &drift,
            |e| e.twice > 0,
            |e, place| {
                let example = e.example.as_ref().map(|x| format!(", {x} for one")).unwrap_or_default();
                format!("{} ids stand in {place} more than once{example}", e.twice)
            },
            |table, column| {
                format!(
                    "SELECT {column}, count(*) FROM {table} GROUP BY {column} HAVING count(*) > 1; \
                     -- remove the copies, then: CREATE UNIQUE INDEX ON {table} ({column});"
                )
            },
        )
    }
}
