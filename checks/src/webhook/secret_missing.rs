//! `webhook.secret-missing`
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
    /// The handler has no signing secret in production.
    ///
    /// Some libraries say so in words. Others go on with an empty key, or with the word `undefined` that a
    /// template makes of a variable that is not set; under `--active` events signed with these show it.
    ///
    /// # Why at launch
    /// Every real event is refused. Where the key is empty or `undefined`, a forged one is taken besides:
    /// whoever knows the URL can mark an order as paid.
    ///
    /// # Fix
    /// Set the secret of this endpoint in production, and deploy again.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#verify-events>
    /// - Vercel: <https://vercel.com/docs/environment-variables>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// forged 400 "No webhook secret value was provided. It should start with `whsec_`"
    /// ```
    /// ```fail
    /// secret production
    /// signed 400 "no"
    /// compact 400 "no"
    /// plain 400 "no"
    /// bare 400 "no"
    /// random 400 "no"
    /// undefined 200
    /// ```
    "webhook.secret-missing" on Webhook, Blocker, stage Secret;
    fails "The webhook has no signing secret"; holds "The webhook has a signing secret";
    fn check(at: At<'_>, plan: &WebhookPlan, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        blame(at, &diagnosis, &[Culprit::SecretMissing], || Fix::EnvVar {
            name: secret_name(plan),
            value: format!("the signing secret that {} shows for this endpoint; then deploy again", plan.provider).into(),
        })
    }
}
