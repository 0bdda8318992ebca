//! `webhook.server-error`
use super::facts::Route;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The webhook route answers with a server error.
    ///
    /// # Why at launch
    /// A handler that falls over at an odd request falls over at a real one too: the provider
    /// retries, and what was written before the error is written again.
    ///
    /// # Fix
    /// Look at the log of this request (its type is `launchcheck.probe`). Answer 400 to a signature
    /// that is missing or wrong, before the body is read as JSON.
    ///
    /// # References
    /// - RFC 9110, section 15.6: <https://www.rfc-editor.org/rfc/rfc9110#section-15.6>
    /// - Stripe: <https://docs.stripe.com/webhooks#fix-http-status-codes>
    ///
    /// ```pass
    /// unsigned 400 "no signature"
    /// ```
    /// ```fail
    /// unsigned 500
    /// ```
    /// ```fail
    /// all 503 "no healthy upstream"
    /// ```
    "webhook.server-error" on Webhook, High, stage Route;
    fails "The webhook answers with a server error"; holds "The webhook answers without a server error";
    fn check(at: At<'_>, route: Part<'_, Route>) -> Verdict {
        let Some(route) = route.first().filter(|r| r.obstacle.is_none()) else { return Verdict::Pass };
        let shots = route.shots.get().ok();
        let asked = [shots.and_then(|s| s.unsigned.as_ref()), shots.and_then(|s| s.forged.as_ref()), route.options.as_ref()];
        let Some(reply) = asked.into_iter().flatten().find(|r| r.status >= 500 && r.status != 501) else {
            return Verdict::Pass;
        };
        let everywhere = route.control.as_ref().filter(|c| c.status >= 500);
        let step = if everywhere.is_some() {
            "Bring the server up: every path gets an error"
        } else {
            "Find the request in the log of the app, and answer 400 before anything can throw"
        };
        let mut fault = Fault::here(reply.evidence(), Fix::step(step));
        if let Some(control) = everywhere {
            fault = fault.and_saw(control.evidence());
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
