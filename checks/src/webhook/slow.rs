//! `webhook.slow`
use super::facts::{Latency, WebhookPlan};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Severity, Verdict},
};

rule! {
    /// The webhook takes long to acknowledge a signed event.
    ///
    /// Timed under `--active`: twenty events, one after the other, after two that warm the route up. The
    /// middle of them is compared with `[thresholds] acknowledgement`, the 95th of 100 with `route-p95`.
    ///
    /// # Why at launch
    /// Under load the answers get slower. Providers wait for seconds, count what comes later as failed, and
    /// send it again: the handler then does the same work twice.
    ///
    /// # Fix
    /// Check the signature, put the event into a queue, answer; work after that.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#acknowledge-events-immediately>
    ///
    /// ```pass
    /// secret production
    /// took 40
    /// ```
    /// ```fail
    /// secret production
    /// took 900
    /// ```
    "webhook.slow" on Webhook, Medium, intent Active, stage Route;
    fails "The webhook acknowledges slowly"; holds "The webhook acknowledges in time";
    fn check(at: At<'_>, plan: &WebhookPlan, latency: &Latency) -> Verdict {
        let (Some(middle), Some(p95)) = (latency.percentile(50), latency.percentile(95)) else { return Verdict::Pass };
        if middle <= plan.budget_ms && p95 <= plan.budget_p95_ms {
            return Verdict::Pass;
        }
        let saw = format!(
            "{} signed events: half took more than {middle} ms (budget {} ms), one in twenty more than {p95} ms (budget {} ms)",
            latency.ms.len(),
            plan.budget_ms,
            plan.budget_p95_ms
        );
        let mut fault = Fault::here(saw, Fix::step("Check the signature, queue the event and answer; do the work afterwards"));
        if middle <= 2 * plan.budget_ms && p95 <= 2 * plan.budget_p95_ms {
            fault = fault.lowered(Severity::Low);
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
