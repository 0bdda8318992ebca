//! `billing.endpoint-missing`
use super::facts::{Endpoints, KeyMode};
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// No enabled webhook endpoint of this mode leads to a place that can receive events.
    ///
    /// Endpoints, event destinations and known relays (Zapier, Hookdeck, EventBridge …) all count.
    ///
    /// # Why at launch
    /// Without one the app never hears of a payment, a renewal or a cancellation.
    ///
    /// # Fix
    /// Register the production URL of your webhook in the mode of the production key.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#register-webhook>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```pass
    /// destination amazon_eventbridge enabled live
    /// ```
    /// ```fail
    /// key live
    /// endpoint https://acme.test/hook enabled test
    /// ```
    "billing.endpoint-missing" on Billing, Blocker, stage Subscription;
    fails "No webhook endpoint receives events"; holds "A webhook endpoint receives events";
    yields_to "billing.endpoint-disabled", "billing.endpoint-elsewhere";
    fn check(endpoints: &Endpoints) -> Verdict {
        if endpoints.is_served() {
            return Verdict::Pass;
        }
        let mode = endpoints.mode;
        if endpoints.list.is_empty() {
            let saw = format!("the account has no webhook endpoint and no event destination in {} mode", mode.word());
            return Fault::here(saw, register(mode)).into();
        }
        // One fault for each that does not serve, so that the rule that says why takes its place.
        let faults = endpoints.list.iter().map(|e| {
            let state = if e.enabled { "enabled" } else { "disabled" };
            Fault::new(&e.id, format!("{} ({state}) leads to {}", e.place, e.standing.words()), register(mode))
        });
        faults.collect::<Vec<_>>().into()
    }
}

/// The command that registers an endpoint with the events that subscriptions need.
pub(super) fn register(mode: KeyMode) -> Fix {
    Fix::Command(
        format!(
            "stripe webhook_endpoints create{} --url https://YOUR-DOMAIN/api/webhooks/stripe \
             -d 'enabled_events[]=checkout.session.completed' -d 'enabled_events[]=customer.subscription.created' \
             -d 'enabled_events[]=customer.subscription.updated' -d 'enabled_events[]=customer.subscription.deleted' \
             -d 'enabled_events[]=invoice.paid' -d 'enabled_events[]=invoice.payment_failed'",
            mode.flag()
        )
        .into(),
    )
}
