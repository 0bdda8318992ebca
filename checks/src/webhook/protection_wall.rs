//! `webhook.protection-wall`
use super::{
    facts::{Route, WallFix},
    walled::wall,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// The hosting platform's protection of deployments stands in front of the webhook route.
    ///
    /// # Why at launch
    /// Every event is turned away before the app sees it: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Register the production domain, or let the path through.
    ///
    /// # References
    /// - Vercel: <https://vercel.com/docs/deployment-protection>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// all 401 server: Vercel "<title>Authentication Required</title>"
    /// ```
    /// ```fail
    /// all 307 location: https://vercel.com/sso-api?url=x | set-cookie: _vercel_sso_nonce=x
    /// ```
    "webhook.protection-wall" on Webhook, Blocker, stage Route;
    fails "The platform protects the deployment against the webhook"; holds "The platform lets webhooks through";
    fn check(at: At<'_>, route: Part<'_, Route>) -> Verdict {
        wall(at, &route, |fix| matches!(fix, WallFix::Vercel))
    }
}
