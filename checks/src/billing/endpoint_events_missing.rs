//! `billing.endpoint-events-missing`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The enabled endpoints are not sent all the events that subscriptions need.
    ///
    /// Looked at is the whole of the endpoints. Either of two will do where both say the same: `invoice.paid`
    /// or `invoice.payment_succeeded`, `customer.subscription.created` or `checkout.session.completed`.
    ///
    /// # Why at launch
    /// What is not sent cannot be handled: a cancellation or a failed payment that nobody hears of changes
    /// nothing in the database.
    ///
    /// # Fix
    /// Add the events to the endpoint.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks#events>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```pass
    /// endpoint https://acme.test/hook enabled live *
    /// ```
    /// ```fail
    /// endpoint https://acme.test/hook enabled live checkout.session.completed,invoice.paid
    /// ```
    "billing.endpoint-events-missing" on Billing, Medium, stage Subscription;
    fails "The webhook is not sent all the events of a subscription"; holds "The webhook is sent the events of a subscription";
    fn check(endpoints: &Endpoints) -> Verdict {
        let serving: Vec<_> = endpoints.list.iter().filter(|e| endpoints.serves(e)).collect();
        if serving.is_empty() {
            return Verdict::not_applicable("no endpoint receives events");
        }
        match endpoints.recurring {
            Some(true) => {}
            Some(false) => return Verdict::not_applicable("the account has no recurring price"),
            None => return Verdict::not_applicable("whether subscriptions are sold cannot be read (rak_plan_read)"),
        }
        let missing: Vec<&str> = NEEDED
            .iter()
            .filter(|any| !any.iter().any(|kind| serving.iter().any(|e| e.hears(kind))))
            .map(|any| any[0])
            .collect();
        if missing.is_empty() {
            return Verdict::Pass;
        }
        let best = serving.iter().max_by_key(|e| e.events.len()).map_or_else(Default::default, |e| e.id.clone());
        let flags: Vec<String> = serving
            .iter()
            .filter(|e| e.id == best)
            .flat_map(|e| e.events.iter().map(crate::vocab::Shown::as_str))
            .chain(missing.iter().copied())
            .map(|kind| format!("-d 'enabled_events[]={kind}'"))
            .collect();
        let flag = endpoints.mode.flag();
        let command = format!("stripe webhook_endpoints update {best}{flag} {}", flags.join(" "));
        Fault::here(format!("no endpoint is sent {}", missing.join(", ")), Fix::Command(command.into())).into()
    }
}

/// The events without which the database cannot know; of each line one is enough
/// (docs.stripe.com/billing/subscriptions/webhooks, 2026-11).
const NEEDED: &[&[&str]] = &[
    &["customer.subscription.created", "checkout.session.completed"],
    &["customer.subscription.updated"],
    &["customer.subscription.deleted"],
    &["invoice.payment_failed"],
    &["invoice.paid", "invoice.payment_succeeded"],
];
