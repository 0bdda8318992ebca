//! `webhook.rate-limited`
use super::facts::Signed;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The webhook answers a correctly signed event with 429.
    ///
    /// Providers send many events at once: a renewal of a thousand subscriptions is some thousands within
    /// minutes, from a handful of addresses.
    ///
    /// # Why at launch
    /// On the busiest day most events are turned away, and come hours later or never.
    ///
    /// # Fix
    /// Leave the webhook's path out of the rate limit. The signature is its protection.
    ///
    /// # References
    /// - RFC 6585, section 4: <https://www.rfc-editor.org/rfc/rfc6585#section-4>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// secret production
    /// signed 429 "slow down"
    /// ```
    "webhook.rate-limited" on Webhook, Medium, intent Active, stage Route;
    fails "The webhook turns signed events away with 429"; holds "The webhook does not count signed events";
    fn check(at: At<'_>, signed: Part<'_, Signed>) -> Verdict {
        let Some(reply) = signed.first().and_then(|s| s.limited.as_ref()) else { return Verdict::Pass };
        let mut fault = Fault::here(reply.evidence(), Fix::step("Leave the path of the webhook out of the rate limit"));
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
