//! `webhook.route-missing`
use super::facts::{Route, Standing, WebhookPlan};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Verdict},
};

rule! {
    /// There is no route at the webhook URL.
    ///
    /// The URL is compared with a random path beside it: where both get the same answer, nothing is
    /// there. That a GET gets 405 is healthy.
    ///
    /// # Why at launch
    /// The provider takes every 404 and 405 for a failed delivery, retries for days and then
    /// switches the endpoint off. Payments come in and nobody is let in.
    ///
    /// # Fix
    /// Register the path that the app really serves; `/api/webhook` and `/api/webhooks` are easily
    /// taken for one another. In the App Router the file exports `POST`.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks>
    /// - Next.js route handlers: <https://nextjs.org/docs/app/api-reference/file-conventions/route>
    ///
    /// ```pass
    /// control 404 "not found"
    /// unsigned 400 "no signature"
    /// ```
    /// ```pass
    /// control 200 "welcome to acme"
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// OPTIONS 404
    /// unsigned 404 "not found"
    /// ```
    /// ```pass
    /// OPTIONS 200 allow: GET, HEAD, OPTIONS
    /// unsigned 405
    /// ```
    /// ```fail
    /// OPTIONS 200
    /// control 200 "welcome to acme"
    /// unsigned 200 "welcome to acme"
    /// ```
    "webhook.route-missing" on Webhook, Blocker, stage Route;
    fails "There is no webhook route at the URL"; holds "The webhook URL leads to a route of its own";
    fn check(at: At<'_>, plan: &WebhookPlan, route: &Route) -> Verdict {
        let Standing::Missing(reply) = &route.standing else { return Verdict::Pass };
        let first = route.elsewhere.as_ref().map_or_else(
            || if route.deployment_gone { "Register the URL on your production domain" } else { "Register the URL of the route that the app really serves, and deploy it" }.to_owned(),
            |other| format!("Register exactly {}: there a POST is taken", other.url),
        );
        let fix = Fix::steps([first, format!("Compare with the URL registered at {}", plan.provider)]);
        let mut fault = Fault::here(reply.evidence(), fix);
        if route.deployment_gone {
            fault = fault.and_saw("the platform says that this deployment is not there any more");
        }
        if let Some(control) = &route.control {
            fault = fault.and_saw(control.evidence());
        }
        if let Some(taken) = route.elsewhere.as_ref().and_then(|e| e.signed.as_ref()) {
            fault = fault.and_saw(taken.evidence());
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
