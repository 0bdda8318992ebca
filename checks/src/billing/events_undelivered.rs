//! `billing.events-undelivered`
use super::facts::Deliveries;
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// Events are waiting that some endpoint has not taken, for longer than `in-flight` (15 minutes).
    ///
    /// Stripe tries for three days in live mode, then gives up.
    ///
    /// # Why at launch
    /// Each is a payment, a cancellation or a refund that the app has not heard of.
    ///
    /// # Fix
    /// Mend the route, then send the events again.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks/process-undelivered-events>
    ///
    /// ```pass
    /// event evt_1 invoice.paid 300 ok
    /// ```
    /// ```pass
    /// # a minute old
    /// event evt_1 invoice.paid 1 pending
    /// ```
    /// ```fail
    /// event evt_1 invoice.paid 300 pending
    /// ```
    "billing.events-undelivered" on Billing, Medium, stage Route;
    fails "Events are waiting to be delivered"; holds "No event is waiting to be delivered";
    fn check(deliveries: Part<'_, Deliveries>) -> Verdict {
        let waiting = deliveries.iter().filter(|d| d.undelivered_count > 0);
        waiting
            .map(|d| {
                let flag = d.mode.flag();
                let age = |minutes: i64| match minutes {
                    m if m >= 2880 => format!("{} days", m / 1440),
                    m if m >= 120 => format!("{} hours", m / 60),
                    m => format!("{m} minutes"),
                };
                let oldest = d.undelivered.first().map_or(0, |e| e.2);
                let listed: Vec<String> = d.undelivered.iter().map(|(id, kind, m)| format!("{id} ({kind}, {})", age(*m))).collect();
                let first = d.undelivered.first().map_or("EVENT", |e| e.0.as_str());
                let fix = Fix::steps([
                    format!("stripe events resend {first} --webhook-endpoint ENDPOINT{flag}"),
                    format!("stripe events list -d delivery_success=false --limit 100{flag}"),
                ]);
                let saw = format!("{} not taken, the oldest for {}", count(d.undelivered_count), age(oldest));
                Fault::here(saw, fix).and_saw(listed.join(", "))
            })
            .collect::<Vec<_>>()
            .into()
    }
}

fn count(n: u64) -> String {
    if n == 1 { "1 event is".to_owned() } else { format!("{n} events are") }
}
