//! `webhook.thin-event-refused`
use super::facts::Thin;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// Stripe sends thin events to this URL, and the handler takes whole ones alone.
    ///
    /// An event destination is set to one kind of payload: `snapshot` holds the object, `thin` only names it.
    /// `constructEvent` refuses a thin event although its signature is right. Sent under `--active` is one
    /// thin event of an unknown type that names nothing, and only where the Stripe account says that this URL
    /// is sent such events.
    ///
    /// # Why at launch
    /// Every event of that destination is refused, and after some days Stripe switches it off.
    ///
    /// # Fix
    /// Read thin events with `parseEventNotification`, or make the destination anew with whole events.
    ///
    /// # References
    /// - Stripe, thin events: <https://docs.stripe.com/event-destinations#events-overview>
    /// - Stripe, event destinations: <https://docs.stripe.com/api/v2/core/event-destinations/object>
    ///
    /// ```pass
    /// secret production
    /// payload thin
    /// thin 200
    /// signed 400 "You passed a webhook to a function that expects an event notification"
    /// ```
    /// ```fail
    /// secret production
    /// payload thin
    /// thin 400 "You passed a thin event notification to a function that expects a webhook."
    /// ```
    /// ```fail
    /// secret production
    /// payload both
    /// thin 422 "unknown payload"
    /// ```
    "webhook.thin-event-refused" on Webhook, High, intent Active, stage Subscription;
    fails "The webhook refuses the thin events that Stripe sends it"; holds "The webhook takes the thin events that Stripe sends it";
    fn check(at: At<'_>, thin: Part<'_, Thin>) -> Verdict {
        let mut saw = thin.iter().flat_map(|t| &t.refused).map(super::facts::Reply::evidence);
        let Some(first) = saw.next() else { return Verdict::Pass };
        let fix = Fix::Code {
            place: "the webhook route".into(),
            lines: [
                "const notification = stripe.parseEventNotification(body, signature, secret)",
                "const event = await notification.fetchEvent()",
                "// or make the event destination anew in Stripe, with the payload style \"Snapshot\"",
            ]
            .map(Into::into)
            .to_vec(),
        };
        let mut fault = saw.fold(Fault::here(first, fix), Fault::and_saw);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
