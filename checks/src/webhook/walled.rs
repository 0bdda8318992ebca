//! `webhook.walled`
use super::facts::{Obstacle, Route, WallFix};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Shown, Verdict},
};

rule! {
    /// A sign-in check, a password prompt or a CSRF check stands in front of the webhook route.
    ///
    /// A provider has no account and no cookie, so nothing it sends can pass. Walls against robots
    /// (Cloudflare, Vercel's firewall) may let the provider through; behind one of those the routes
    /// are unverified, not broken.
    ///
    /// # Why at launch
    /// Every event is turned away before the app sees it: paid and not let in.
    ///
    /// # Fix
    /// Leave the webhook's path out of the check. The signature is its authentication.
    ///
    /// # References
    /// - Clerk: <https://clerk.com/docs/reference/nextjs/clerk-middleware>
    /// - Next.js matcher: <https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher>
    /// - Vercel: <https://vercel.com/docs/deployment-protection>
    /// - Django: <https://docs.djangoproject.com/en/stable/howto/csrf/>
    ///
    /// ```pass
    /// unsigned 401 x-clerk-auth-status: signed-out "no signature"
    /// ```
    /// ```fail
    /// redirect 307 /sign-in?redirect_url=https%3A%2F%2Facme.test%2Fapi
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
    /// ```fail
    /// unsigned 403 "CSRF verification failed. Request aborted."
    /// ```
    "webhook.walled" on Webhook, Blocker, stage Route;
    fails "A check of people stands in front of the webhook"; holds "No check of people stands in front of the webhook";
    yields_to "webhook.auth-wall", "webhook.protection-wall";
    fn check(at: At<'_>, route: Part<'_, Route>) -> Verdict {
        wall(at, &route, |_| true)
    }
}

/// What a rule about walls says of those that it is about.
pub(super) fn wall(at: At<'_>, route: &Part<'_, Route>, is_mine: impl Fn(WallFix) -> bool) -> Verdict {
    let Some(Obstacle::Session { reply, what, fix }) = route.first().and_then(|r| r.obstacle.as_ref()) else {
        return Verdict::Pass;
    };
    if !is_mine(*fix) {
        return Verdict::Pass;
    }
    let path = url::Url::parse(&at.id.name).map_or_else(|_| "/api/webhooks".to_owned(), |u| u.path().to_owned());
    let mut fault = Fault::here(reply.evidence(), way_out(*fix, &path)).and_saw(format!("this is {what}"));
    if *fix == WallFix::FormToken {
        fault = fault.titled("A CSRF check stands in front of the webhook");
    }
    fault.at = at.origin.place().cloned();
    fault.into()
}

fn way_out(fix: WallFix, path: &str) -> Fix {
    let code = |place: &str, lines: Vec<String>| Fix::Code {
        place: place.into(),
        lines: lines.into_iter().map(Shown::from).collect(),
    };
    match fix {
        WallFix::Clerk => code(
            "proxy.ts (middleware.ts before Next.js 16)",
            vec![
                format!("const isPublicRoute = createRouteMatcher([\"{path}(.*)\", \"/sign-in(.*)\"])"),
                "export default clerkMiddleware(async (auth, req) => { if (!isPublicRoute(req)) await auth.protect() })".into(),
            ],
        ),
        WallFix::Middleware => code(
            "proxy.ts (middleware.ts before Next.js 16)",
            vec![format!("export const config = {{ matcher: [\"/((?!{}|_next/static|_next/image|favicon.ico).*)\"] }}", path.trim_start_matches('/'))],
        ),
        WallFix::Vercel => Fix::steps([
            "Register the production domain, not a preview address",
            "or switch Deployment Protection off for production in the project's settings",
        ]),
        WallFix::FormToken => Fix::step(format!(
            "Leave {path} out of the CSRF check (Django: @csrf_exempt; Rails: skip_forgery_protection; Laravel: validateCsrfTokens(except: …)): the signature stands in for it"
        )),
        WallFix::Basic => Fix::step(format!("Leave {path} out of the password prompt")),
    }
}
