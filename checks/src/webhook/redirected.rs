//! `webhook.redirected`
use super::{
    facts::{Obstacle, Route, Turn, WebhookPlan},
    led, to_register,
};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The webhook URL answers with a redirect, and no provider follows one.
    ///
    /// # Why at launch
    /// A redirect counts as a failed delivery. In a browser everything looks right, since browsers
    /// follow it.
    ///
    /// # Fix
    /// Register the URL that the redirect leads to, character for character: the scheme, the host
    /// with or without `www.`, and the slash at the end.
    ///
    /// # References
    /// - Stripe, redirects are failures: <https://docs.stripe.com/webhooks#fix-http-status-codes>
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/config/next-config-js/trailingSlash>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// redirect 308 /api/hooks/stripe
    /// ```
    /// ```fail
    /// redirect 301 https://acme.test/api/webhooks/stripe
    /// ```
    "webhook.redirected" on Webhook, Blocker, stage Route;
    fails "The webhook URL redirects"; holds "The webhook URL answers without a redirect";
    yields_to "webhook.slash-redirect", "webhook.host-redirect", "webhook.http-registered", "webhook.walled", "webhook.auth-wall", "webhook.protection-wall", "webhook.insecure-url", "tls.edge-flexible-loop";
    fn check(at: At<'_>, plan: &WebhookPlan, route: Part<'_, Route>) -> Verdict {
        let Some(route) = route.first() else { return Verdict::Pass };
        let Some(Obstacle::Redirect { reply, target, turn, .. }) = &route.obstacle else { return Verdict::Pass };
        let title = match turn {
            Turn::Slash => "The webhook URL redirects over the slash at its end",
            Turn::Https => "The webhook URL redirects to https",
            Turn::Host => "The webhook URL redirects to another host",
            Turn::Path => "The webhook URL redirects to another path",
            Turn::Itself => "The webhook URL redirects to itself",
            Turn::Astray => "The webhook URL redirects to somewhere else altogether",
            Turn::Unreadable => "The webhook URL redirects to nowhere",
        };
        let fix = match turn {
            Turn::Itself => Fix::step("Set the proxy in front to full encryption (Cloudflare: SSL mode Full (strict)): it asks the app over http, and the app sends it back to https"),
            Turn::Astray => Fix::steps([
                "Look at who serves this host: it sends visitors away from your domain",
                "An app behind a proxy builds such addresses from the name it listens on: give it the public one (in Next.js, build URLs from a variable and not from request.url)",
            ]),
            Turn::Unreadable => Fix::step("Remove the redirect for this path: it has no Location that leads anywhere"),
            _ => to_register(plan, route, reply, target),
        };
        // A circle is named by its host, as `tls.edge-flexible-loop` names it.
        let host = url::Url::parse(&plan.url).ok().filter(|_| *turn == Turn::Itself);
        let subject = host.as_ref().and_then(url::Url::host_str).unwrap_or_default();
        let mut fault = Fault::new(subject, reply.evidence(), fix).titled(title);
        if !target.is_empty() {
            fault = led(fault, route, target);
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
