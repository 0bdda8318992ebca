//! `webhook.unsigned-accepted`
use super::{
    error_swallowed::swallowed_by_source,
    exercise::SideEffect,
    facts::{Shots, WebhookPlan},
    handling::Handling,
    verify_fix,
};
use crate::{
    providers, rule,
    vocab::{At, Fault, Part, Verdict},
};

rule! {
    /// The webhook answers an event without any signature as if it had been received.
    ///
    /// Sent is one event of an unknown type that names nothing real, and only to a URL that the
    /// configuration declares. A handler that checks and then swallows its own error answers so too:
    /// from outside the two cannot be told apart, and in both the provider never learns of a failure.
    ///
    /// # Why at launch
    /// Whoever knows the URL can mark an order as paid.
    ///
    /// # Fix
    /// Check the signature over the raw body before anything else, and answer 400 when it is wrong.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#verify-events>
    /// - Standard Webhooks: <https://www.standardwebhooks.com>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```pass
    /// control 200 "welcome to acme"
    /// unsigned 400 "no signature"
    /// ```
    /// ```pass
    /// unsigned 200 "{\"received\":true}"
    /// forged 200 "{\"received\":true}"
    /// source swallows
    /// ```
    /// ```fail
    /// unsigned 200 "{\"received\":true}"
    /// forged 200 "{\"received\":true}"
    /// ```
    "webhook.unsigned-accepted" on Webhook, Blocker, stage Signature;
    fails "The webhook accepts an unsigned event"; holds "The webhook refuses an unsigned event";
    fn check(at: At<'_>, plan: &WebhookPlan, shots: Part<'_, Shots>, handling: Option<&Handling>, effect: Option<&SideEffect>) -> Verdict {
        let Some(shots) = shots.first() else { return Verdict::Pass };
        if !shots.own_route {
            return Verdict::not_applicable("there is no route that takes a POST");
        }
        // What checks and answers with a success all the same has a rule of its own.
        if !shots.swallowed.is_empty() || matches!(effect, Some(SideEffect::None(_))) || swallowed_by_source(handling, effect) {
            return Verdict::Pass;
        }
        let Some(reply) = shots.unsigned.as_ref().filter(|r| r.is_success()) else { return Verdict::Pass };
        let signs = providers::by_id(plan.provider.as_str()).and_then(|p| p.webhook.as_ref()).is_none_or(|w| !w.signature_header.is_empty());
        let credential = url::Url::parse(&plan.url).is_ok_and(|u| u.query().is_some() || !u.username().is_empty());
        if !signs && credential {
            return Verdict::not_applicable("this provider signs nothing; what the URL carries stands in for it");
        }
        let mut fault = Fault::here(reply.evidence(), verify_fix(&plan.provider));
        fault = match effect {
            Some(SideEffect::Changed(_, tables)) => fault.and_saw(format!("a forged purchase changed {}", listed(tables))),
            _ => fault.and_saw("a handler that checks, and answers with a success where the check fails, looks the same"),
        };
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}

fn listed(tables: &[crate::vocab::Shown]) -> String {
    tables.iter().map(crate::vocab::Shown::as_str).collect::<Vec<_>>().join(", ")
}
