//! `webhook.duplicate-not-idempotent`
use super::exercise::Repeated;
use crate::{
    rule,
    vocab::{At, Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// The same event, delivered again, does something again or is refused.
    ///
    /// `launchcheck webhook exercise` sends each event of a purchase again, one after another and at once, and
    /// counts the rows of the tables that the configuration names. Repeats must create nothing, change access
    /// no further, and be answered with 2xx. What a plain audit cannot see it does not judge.
    ///
    /// # Why at launch
    /// Providers deliver at least once. A handler that acts on each delivery books a payment twice, grants
    /// credits twice and writes to the customer twice; one that fails on a repeat is sent it for days.
    ///
    /// # Fix
    /// Write the event's id into a table with a unique index, in the same transaction as its effects, and
    /// answer 200 where it was there already. Looking first and writing later is not enough: two deliveries
    /// at once both find nothing.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#handle-duplicate-events>
    ///
    /// ```pass
    /// drill duplicate fine
    /// ```
    /// ```fail
    /// drill duplicate grown payments 50
    /// ```
    /// ```fail
    /// drill duplicate refused 500
    /// ```
    /// ```fail
    /// drill duplicate at-once payments 3
    /// ```
    "webhook.duplicate-not-idempotent" on Webhook, High, intent Events, stage Idempotency;
    fails "A duplicate event is acted on again"; holds "A duplicate event does nothing";
    fn check(at: At<'_>, repeated: Part<'_, Repeated>) -> Verdict {
        let Some((seen, repeats)) = repeated.first().and_then(|r| Some((r, r.repeats.as_ref()?))) else {
            return Verdict::Pass;
        };
        let fix = || Fix::Code {
            place: "the webhook handler, in one transaction".into(),
            lines: vec![
                "CREATE TABLE webhook_events (id text PRIMARY KEY);".into(),
                "INSERT INTO webhook_events (id) VALUES ($1) ON CONFLICT DO NOTHING; -- no row: answer 200, do nothing".into(),
            ],
        };
        let mut faults: Vec<Fault> = Vec::new();
        for grown in &repeats.grown {
            let how = if grown.at_once { "at once" } else { "one after another" };
            let saw = Evidence::Text(
                format!("{:+} rows in {} after each event was sent {} times {how}", grown.rows, grown.table, repeats.times).into(),
            );
            // One table is one finding, whichever way showed it.
            match faults.iter_mut().find(|f| f.subject == grown.table) {
                Some(fault) => fault.saw.push(saw),
                None => faults.push(Fault::new(grown.table.clone(), saw, fix())),
            }
        }
        if let Some((reply, count)) = &repeats.refused {
            let step = "Answer 200 where the event's id is known already: INSERT … ON CONFLICT DO NOTHING instead of an error";
            faults.push(
                Fault::new("answer", reply.evidence(), Fix::step(step))
                    .and_saw(format!("{count} repeats were refused"))
                    .titled("A duplicate event is refused"),
            );
        }
        if let Some((from, to)) = &repeats.changed {
            let saw = format!("{} was {from} after the first delivery and {to} after its repeats", seen.access);
            faults.push(Fault::new("access", saw, fix()).titled("A duplicate event changes access again"));
        }
        for fault in &mut faults {
            fault.at = at.origin.place().cloned();
        }
        faults.into()
    }
}
