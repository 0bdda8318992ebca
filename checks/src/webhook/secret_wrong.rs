//! `webhook.secret-wrong`
use super::{
    blame,
    facts::{Culprit, Diagnosis, WebhookPlan},
    secret_name,
};
use crate::{
    rule,
    vocab::{At, Fix, Part},
};

rule! {
    /// The handler checks signatures with another secret than the one that production is declared to have.
    ///
    /// The library says that no signature matches, for events whatever their layout, so it is not the body.
    /// Usual causes: the secret of test mode, of `stripe listen`, of another endpoint, or a line break at
    /// its end. Only a declared source of production values proves it; a laptop's environment does not.
    ///
    /// # Why at launch
    /// Every real event is refused: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Copy the secret of this very endpoint into production without spaces around it, and deploy again.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks/signature>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// secret production
    /// forged 400 "No signatures found matching the expected signature for payload"
    /// random 400 "No signatures found matching the expected signature for payload"
    /// undefined 400 "No signatures found matching the expected signature for payload"
    /// signed 400 "No signatures found matching the expected signature for payload"
    /// compact 400 "No signatures found matching the expected signature for payload"
    /// plain 400 "No signatures found matching the expected signature for payload"
    /// bare 400 "No signatures found matching the expected signature for payload"
    /// ```
    "webhook.secret-wrong" on Webhook, Blocker, intent Active, stage Secret;
    fails "The webhook has another signing secret than production"; holds "The webhook has the signing secret of production";
    fn check(at: At<'_>, plan: &WebhookPlan, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        blame(at, &diagnosis, &[Culprit::SecretWrong], || Fix::EnvVar {
            name: secret_name(plan),
            value: format!("the signing secret that {} shows for exactly this endpoint, without a line break; then deploy again", plan.provider).into(),
        })
    }
}
