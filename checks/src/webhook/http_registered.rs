//! `webhook.http-registered`
use super::{
    facts::{Route, Turn, WebhookPlan},
    turned,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// The webhook URL begins with `http://` and redirects to https, and no provider follows a redirect.
    ///
    /// # Why at launch
    /// Every delivery counts as failed. In a browser everything looks right, since browsers follow.
    ///
    /// # Fix
    /// Register the same URL with `https://`.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#receive-events-securely>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// webhook stripe http://acme.test/api/webhooks/stripe
    /// redirect 308 https://acme.test/api/webhooks/stripe
    /// ```
    "webhook.http-registered" on Webhook, Blocker, stage Tls;
    fails "The webhook is registered with http"; holds "The webhook is registered with https";
    fn check(at: At<'_>, plan: &WebhookPlan, route: Part<'_, Route>) -> Verdict {
        turned(at, plan, &route, |turn| matches!(turn, Turn::Https))
    }
}
