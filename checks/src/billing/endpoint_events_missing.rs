//! `billing.endpoint-events-missing`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};
use std::collections::BTreeMap;

rule! {
    /// The enabled endpoints are not sent all the events that subscriptions need.
    ///
    /// Looked at is the whole of the endpoints. Either of two will do where both say the same: `invoice.paid`
    /// or `invoice.payment_succeeded`, `customer.subscription.created` or `checkout.session.completed`. Where
    /// the app's source is at hand, the events of billing that a handler in it has a branch for are looked at
    /// too.
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
    /// endpoint https://acme.test/hook enabled live
    /// handler customer.subscription.paused,invoice.payment_succeeded
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
        let handled: Vec<(&str, &str)> = waited_for(endpoints)
            .filter(|(kind, _)| !serving.iter().any(|e| e.hears(kind)) && !missing.contains(kind))
            .filter(|(kind, _)| {
                let fits = |any: &&&[&str]| any.contains(kind);
                !NEEDED.iter().find(fits).is_some_and(|any| any.iter().any(|k| serving.iter().any(|e| e.hears(k))))
            })
            .collect();
        let generic = missing.len();
        let missing: Vec<&str> = missing.into_iter().chain(handled.iter().map(|(kind, _)| *kind)).collect();
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
        let mut fault = Fault::here(format!("no endpoint is sent {}", missing.join(", ")), Fix::Command(command.into()));
        if let (Some((kind, place)), true) = (handled.first(), missing.len() > generic) {
            fault = fault.and_saw(format!("{place} has a branch for {kind}"));
        }
        fault.into()
    }
}

/// The events of billing that handlers in the source have branches for, each once, with the place of one.
fn waited_for(endpoints: &Endpoints) -> impl Iterator<Item = (&str, &str)> {
    let about = ["customer.subscription.", "invoice.", "checkout.session."];
    let all = endpoints.handlers.iter().flat_map(|h| h.events.iter().map(|e| (e.as_str(), h.place.as_str())));
    let all: BTreeMap<&str, &str> =
        all.filter(|(e, _)| !e.ends_with('.') && about.iter().any(|a| e.starts_with(a))).collect();
    all.into_iter()
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
