//! `code.log-uncorrelated`
use super::work::Jobs;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A webhook handler logs, and no line of it names the event.
    ///
    /// # Why at launch
    /// "Why did this customer get no access?" then takes an evening: the log says that something failed
    /// and not for whom.
    ///
    /// # Fix
    /// Log `event.id` and `event.type` with every line.
    ///
    /// # References
    /// - Stripe, event object: <https://docs.stripe.com/api/events/object>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(a, b, c)
    /// console.error("failed", event.id, error)
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(a, b, c)
    /// console.error("webhook failed", error)
    /// ```
    "code.log-uncorrelated" on App, Info;
    fails "Logs of a webhook name no event"; holds "Logs of webhooks name the event";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        if found.logging == 0 && found.gaps.is_empty() {
            return Verdict::not_applicable("no webhook handler logs");
        }
        let told = |at: &crate::vocab::Place| {
            let fix = Fix::Code { place: at.file.clone(), lines: vec!["console.error(\"webhook failed\", { event: event.id, type: event.type, error });".into()] };
            Fault::new(&at.file, Evidence::Place(at.clone(), "logs, and no line names the event".into()), fix).at(at.clone())
        };
        found.anonymous.iter().map(told).collect::<Vec<_>>().into()
    }
}
