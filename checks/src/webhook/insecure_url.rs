//! `webhook.insecure-url`
use super::{facts::WebhookPlan, walls::shown_url};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Severity, Verdict},
};

rule! {
    /// The webhook URL begins with `http://`.
    ///
    /// # Why at launch
    /// Providers refuse such an address in live mode, or send customers' data in the clear to
    /// whoever answers first.
    ///
    /// # Fix
    /// Register the address with `https://`.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#receive-events-securely>
    ///
    /// ```pass
    /// webhook stripe https://acme.test/api/webhooks/stripe
    /// ```
    /// ```fail
    /// webhook stripe http://acme.test/api/webhooks/stripe
    /// ```
    "webhook.insecure-url" on Webhook, Blocker, stage Tls;
    fails "The webhook URL is not https"; holds "The webhook URL is https";
    yields_to "webhook.http-registered";
    fn check(at: At<'_>, plan: &WebhookPlan) -> Verdict {
        let Some(rest) = plan.url.strip_prefix("http://") else { return Verdict::Pass };
        let fix = Fix::step(format!("Register {} at {}", shown_url(&format!("https://{rest}")), plan.provider));
        let mut fault = Fault::here(format!("the URL is {}", shown_url(&plan.url)), fix);
        if !plan.declared {
            fault = fault.lowered(Severity::High);
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
