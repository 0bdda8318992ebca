//! `webhook.body-reserialised`
use super::{
    blame,
    facts::{Culprit, Diagnosis, WebhookPlan},
    verify_fix,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// The handler reads the body as JSON, writes it again, and checks the signature of that.
    ///
    /// What is written again has other spaces and other escapes than what was signed. Providers indent
    /// their events, so a test with compact JSON passes and every real event fails; the audit sends both.
    ///
    /// # Why at launch
    /// Every real event is refused, and every test of one's own succeeds.
    ///
    /// # Fix
    /// Take the body as text before anything else reads it: `await request.text()`.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks/signature>
    /// - CLI tests with compact bodies pass: <https://docs.stripe.com/webhooks#verify-official-libraries>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// secret production
    /// signed 400 "No signatures found matching the expected signature for payload"
    /// forged 400 "No signatures found matching the expected signature for payload"
    /// plain 400 "No signatures found matching the expected signature for payload"
    /// compact 200
    /// ```
    /// ```fail
    /// secret laptop
    /// signed 400 "invalid signature"
    /// forged 400 "invalid signature"
    /// random 400 "invalid signature"
    /// plain 400 "invalid signature"
    /// compact 400 "invalid signature"
    /// bare 200
    /// ```
    "webhook.body-reserialised" on Webhook, Blocker, intent Active, stage Signature;
    fails "The webhook checks a body that was parsed and written again"; holds "The webhook checks the body as it was sent";
    fn check(at: At<'_>, plan: &WebhookPlan, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        blame(at, &diagnosis, &[Culprit::Reserialised], || verify_fix(&plan.provider))
    }
}
