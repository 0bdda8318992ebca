//! `env.webhook-id-as-secret`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::Flaw,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// The id of a webhook endpoint (`we_…`) stands where its signing secret (`whsec_…`) belongs.
    ///
    /// # Why at launch
    /// Every event is refused as forged, and nobody who pays gets what was paid for.
    ///
    /// # Fix
    /// Open the endpoint in the dashboard, choose "Reveal" under the signing secret, and copy what
    /// begins with `whsec_`.
    ///
    /// # References
    /// - Stripe, webhook signatures: <https://docs.stripe.com/webhooks#verify-official-libraries>
    ///
    /// ```pass
    /// production
    /// STRIPE_WEBHOOK_SECRET={{whsec}}
    /// ```
    /// ```fail
    /// production
    /// STRIPE_WEBHOOK_SECRET=we_1Oa2B3c4D5e6F7g8
    /// ```
    "env.webhook-id-as-secret" on App, Medium, stage Secret;
    fails "A webhook's id stands in the place of its secret"; holds "No webhook's id stands in the place of its secret";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let is_id = e.shape.flaws.contains(&Flaw::WebhookId);
            is_id.then(|| (format!("{} holds the endpoint's id", e.name), "the endpoint's signing secret, which begins with whsec_".into(), Severity::Medium))
        })
    }
}
