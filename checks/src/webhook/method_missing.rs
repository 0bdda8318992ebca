//! `webhook.method-missing`
use super::facts::{Route, Standing, WebhookPlan};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Verdict},
};

rule! {
    /// There is a route at the webhook URL, and it takes no POST.
    ///
    /// # Why at launch
    /// The provider takes every 405 for a failed delivery, retries for days and then switches the endpoint
    /// off. Payments come in and nobody is let in.
    ///
    /// # Fix
    /// Export a `POST` handler. That a GET gets 405 is healthy.
    ///
    /// # References
    /// - Next.js route handlers: <https://nextjs.org/docs/app/api-reference/file-conventions/route>
    /// - RFC 9110, section 15.5.6: <https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6>
    ///
    /// ```pass
    /// OPTIONS 405
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// OPTIONS 200 allow: GET, HEAD, OPTIONS
    /// unsigned 405
    /// ```
    "webhook.method-missing" on Webhook, Blocker, stage Route;
    fails "The webhook route takes no POST"; holds "The webhook route takes a POST";
    fn check(at: At<'_>, plan: &WebhookPlan, route: &Route) -> Verdict {
        let Standing::NoPost(reply) = &route.standing else { return Verdict::Pass };
        let fix = Fix::steps([
            "Export a POST handler from the route, and deploy it".to_owned(),
            format!("Compare with the URL registered at {}", plan.provider),
        ]);
        let mut fault = Fault::here(reply.evidence(), fix);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
