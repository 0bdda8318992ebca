//! `webhook.forged-accepted`
use super::{
    error_swallowed::swallowed_by_source,
    exercise::SideEffect,
    facts::{Shots, WebhookPlan},
    handling::Handling,
    verify_fix,
};
use crate::{
    rule,
    vocab::{At, Fault, Part, Verdict},
};

rule! {
    /// The webhook accepts a signature that anybody can make: one made with an empty secret.
    ///
    /// # Why at launch
    /// Either the secret is not set in production and the code goes on without it, or the code only
    /// looks whether the header is there. Both let a stranger mark an order as paid.
    ///
    /// # Fix
    /// Set the endpoint's signing secret in production, drop any `|| ""` behind it, and check the
    /// signature over the raw body.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#verify-events>
    /// - CWE-347, improper verification of a signature: <https://cwe.mitre.org/data/definitions/347.html>
    ///
    /// ```pass
    /// forged 400 "no signatures found matching"
    /// ```
    /// ```fail
    /// unsigned 400 "no signature"
    /// forged 200 "{\"received\":true}"
    /// ```
    "webhook.forged-accepted" on Webhook, Blocker, stage Signature;
    fails "The webhook accepts a forged signature"; holds "The webhook refuses a forged signature";
    yields_to "webhook.unsigned-accepted", "webhook.secret-missing";
    fn check(at: At<'_>, plan: &WebhookPlan, shots: Part<'_, Shots>, handling: Option<&Handling>, effect: Option<&SideEffect>) -> Verdict {
        let Some(shots) = shots.first() else { return Verdict::Pass };
        if !shots.own_route {
            return Verdict::not_applicable("there is no route that takes a POST");
        }
        if !shots.forgeable {
            return Verdict::not_applicable("the signature of this provider cannot be imitated from outside");
        }
        if !shots.swallowed.is_empty() || matches!(effect, Some(SideEffect::None(_))) || swallowed_by_source(handling, effect) {
            return Verdict::Pass;
        }
        let Some(reply) = shots.forged.as_ref().filter(|r| r.is_success()) else { return Verdict::Pass };
        let mut fault = Fault::here(reply.evidence(), verify_fix(&plan.provider))
            .and_saw("the signature was made with an empty secret");
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
