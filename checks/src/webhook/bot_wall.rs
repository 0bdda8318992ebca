//! `webhook.bot-wall`
use super::facts::{BARE, BotWall, FILTER};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// A wall against robots stands in front of the webhook route, and the provider does not get
    /// through it either.
    ///
    /// Cloudflare, Vercel, or a list of addresses in a proxy may know the provider's addresses and let it
    /// pass where the audit is stopped. What Stripe says of the events of the last week decides: where they arrived, this
    /// holds; without an account to ask it stays unverified.
    ///
    /// # Why at launch
    /// Every event is met with a puzzle for people: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Let the path through. Cloudflare's Bot Fight Mode of the free plan has no exceptions: switch
    /// it off, or serve the webhook from a host that is not proxied.
    ///
    /// # References
    /// - Cloudflare: <https://developers.cloudflare.com/bots/get-started/bot-fight-mode/>
    /// - Cloudflare, skip rules: <https://developers.cloudflare.com/waf/custom-rules/skip/>
    /// - Stripe's addresses: <https://docs.stripe.com/ips>
    /// - Vercel: <https://vercel.com/docs/vercel-firewall/vercel-waf/custom-rules>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```pass
    /// all 403 cf-mitigated: challenge "Just a moment..."
    /// delivered 12 0
    /// ```
    /// ```pass
    /// all 403 server: nginx "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>"
    /// delivered 12 0
    /// ```
    /// ```fail
    /// all 403 cf-mitigated: challenge "Just a moment..."
    /// delivered 0 9
    /// ```
    "webhook.bot-wall" on Webhook, Blocker, stage Route;
    fails "A wall against robots keeps events from the webhook"; holds "No wall against robots keeps events from the webhook";
    fn check(at: At<'_>, wall: Part<'_, BotWall>) -> Verdict {
        let Some(wall) = wall.first() else { return Verdict::Pass };
        let (Some((reply, what)), Some(d)) = (&wall.met, &wall.arrivals) else { return Verdict::Pass };
        if d.delivered > 0 || d.failed == 0 || !d.one_endpoint {
            return Verdict::Pass;
        }
        let path = url::Url::parse(&at.id.name).map_or_else(|_| "/".to_owned(), |u| u.path().to_owned());
        let fix = if what.as_str().contains("Cloudflare") {
            Fix::steps([
                format!("Cloudflare, Security, WAF: a custom rule with the action Skip for {path} and Stripe's addresses"),
                "Bot Fight Mode knows no exceptions: switch it off, or use a host that is not proxied".to_owned(),
            ])
        } else if what.as_str() == FILTER {
            Fix::steps([
                format!("Let Stripe's addresses through to {path} (https://docs.stripe.com/ips lists them)"),
                "nginx: one `allow` line an address in that location, before `deny all`".to_owned(),
            ])
        } else if what.as_str() == BARE {
            Fix::steps([
                format!("Find who answers 403 to a POST of {path}: a list of addresses, a check of sessions, or of form tokens (Spring Security: ignore CSRF for it)"),
                "Let the path through there; Stripe's addresses stand at https://docs.stripe.com/ips".to_owned(),
            ])
        } else {
            Fix::step(format!("Add a rule with the action Bypass for {path} to the firewall"))
        };
        let mut fault = Fault::here(reply.evidence(), fix)
            .and_saw(format!("this is {what}; of the events of the last 7 days none arrived, and {} did not", d.failed));
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
