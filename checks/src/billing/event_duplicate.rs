//! `billing.event-duplicate`
use super::{facts::LayoutDrift, report};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

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
        if drift.first().is_some_and(|d| d.0.layout.events.is_empty()) {
            return Verdict::not_applicable("no column holds ids of events");
        }
        let columns = drift.iter().flat_map(|d| &d.0.layout.events).filter(|e| e.twice > 0);
        columns
            .map(|e| {
                let (table, column) = (report::bare(e.quote, e.table.as_str()), report::bare(e.quote, e.column.as_str()));
                let fix = Fix::Sql(
                    format!(
                        "SELECT {column}, count(*) FROM {table} GROUP BY {column} HAVING count(*) > 1; \
                         -- remove the copies, then: CREATE UNIQUE INDEX ON {table} ({column});"
                    )
                    .into(),
                );
                let place = format!("{}.{}", e.table, e.column);
                let example = e.example.as_ref().map(|x| format!(", {x} for one")).unwrap_or_default();
                Fault::new(place.clone(), format!("{} ids stand in {place} more than once{example}", e.twice), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
