//! `webhook.auth-wall`
use super::{
    facts::{Route, WallFix},
    walled::wall,
};
use crate::{
    rule,
    vocab::{At, Part},
};

rule! {
    /// A sign-in check stands in front of the webhook route.
    ///
    /// A provider has no account and no cookie, so nothing it sends can pass.
    ///
    /// # Why at launch
    /// Every event is turned away before the app sees it: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Leave the webhook's path out of the check. The signature is its authentication.
    ///
    /// # References
    /// - Clerk: <https://clerk.com/docs/reference/nextjs/clerk-middleware>
    /// - Next.js matcher: <https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher>
    ///
    /// ```pass
    /// unsigned 401 x-clerk-auth-status: signed-out "no signature"
    /// ```
    /// ```fail
    /// redirect 307 /sign-in?redirect_url=https%3A%2F%2Facme.test%2Fapi
    /// ```
    /// ```fail
    /// redirect 307 /api/auth/signin?callbackUrl=%2Fapi
    /// ```
    /// ```fail
    /// all 404 x-clerk-auth-status: signed-out | x-clerk-auth-reason: protect-rewrite
    /// ```
    /// ```fail
    /// all 401 "{\"error\":\"unauthorized\"}"
    /// ```
    /// ```fail
    /// all 401 www-authenticate: Basic realm="staging"
    /// ```
    "webhook.auth-wall" on Webhook, Blocker, stage Route;
    fails "A sign-in check stands in front of the webhook"; holds "No sign-in check stands in front of the webhook";
    fn check(at: At<'_>, route: Part<'_, Route>) -> Verdict {
        wall(at, &route, |fix| matches!(fix, WallFix::Clerk | WallFix::Middleware | WallFix::Basic))
    }
}
