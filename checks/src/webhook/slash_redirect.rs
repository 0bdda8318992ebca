//! `webhook.slash-redirect`
use super::{
    facts::{Route, Turn, WebhookPlan},
    turned,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// The webhook URL redirects because of the slash at its end, and no provider follows a redirect.
    ///
    /// # Why at launch
    /// Every delivery counts as failed. In a browser everything looks right, since browsers follow.
    ///
    /// # Fix
    /// Register the URL that the redirect leads to, character for character.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#fix-http-status-codes>
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/config/next-config-js/trailingSlash>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// redirect 308 /api/webhooks/stripe/
    /// ```
    "webhook.slash-redirect" on Webhook, Blocker, stage Route;
    fails "The webhook URL redirects over the slash at its end"; holds "No slash at the end of the webhook URL is in the way";
    fn check(at: At<'_>, plan: &WebhookPlan, route: Part<'_, Route>) -> Verdict {
        turned(at, plan, &route, |turn| matches!(turn, Turn::Slash))
    }
}
