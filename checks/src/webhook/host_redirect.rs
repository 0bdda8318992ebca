//! `webhook.host-redirect`
use super::{
    facts::{Route, Turn, WebhookPlan},
    turned,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// The webhook URL redirects to another host, and no provider follows a redirect.
    ///
    /// Usually the one of `acme.com` and `www.acme.com` that is not the canonical name was registered.
    ///
    /// # Why at launch
    /// Every delivery counts as failed. In a browser everything looks right, since browsers follow.
    ///
    /// # Fix
    /// Register the URL on the host that the redirect leads to.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#fix-http-status-codes>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// redirect 301 https://www.acme.test/api/webhooks/stripe
    /// ```
    "webhook.host-redirect" on Webhook, Blocker, stage Route;
    fails "The webhook URL redirects to another host"; holds "The webhook is registered on the host that serves it";
    fn check(at: At<'_>, plan: &WebhookPlan, route: Part<'_, Route>) -> Verdict {
        turned(at, plan, &route, |turn| matches!(turn, Turn::Host))
    }
}
