//! `webhook.stale-accepted`
use super::facts::{Signed, WebhookPlan};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The handler takes an event that was signed an hour ago.
    ///
    /// The signature carries its time so that a recorded request cannot be sent again. A handler that
    /// computes the signature by hand often leaves the time out.
    ///
    /// # Why at launch
    /// Whoever once saw a request can send it again for ever: a payment is counted twice, an account that
    /// was closed is opened again.
    ///
    /// # Fix
    /// Use the provider's library, which refuses old signatures, or compare the time with five minutes.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#replay-attacks>
    /// - Standard Webhooks: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    ///
    /// ```pass
    /// secret production
    /// stale 400 "Timestamp outside the tolerance zone"
    /// ```
    /// ```fail
    /// secret production
    /// stale 200
    /// ```
    "webhook.stale-accepted" on Webhook, Medium, intent Active, stage Signature;
    fails "The webhook takes an event that was signed an hour ago"; holds "The webhook refuses an event that was signed an hour ago";
    fn check(at: At<'_>, plan: &WebhookPlan, signed: Part<'_, Signed>) -> Verdict {
        let Some(signed) = signed.first() else { return Verdict::Pass };
        if !signed.dated {
            return Verdict::not_applicable("the signatures of this provider carry no time");
        }
        if signed.takes_all || !signed.fresh.as_ref().is_some_and(super::facts::Reply::is_success) {
            return Verdict::not_applicable("what it does with old signatures shows only where it tells right from wrong ones");
        }
        let Some(reply) = signed.stale.as_ref().filter(|r| r.is_success()) else { return Verdict::Pass };
        let fix = Fix::step(format!("Refuse signatures that are older than five minutes; the library of {} does", plan.provider));
        let mut fault = Fault::here(reply.evidence(), fix);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
