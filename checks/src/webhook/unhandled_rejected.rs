//! `webhook.unhandled-rejected`
use super::{
    blame,
    facts::{Culprit, Diagnosis},
};
use crate::{
    rule,
    vocab::{At, Fix, Part, Verdict},
};

rule! {
    /// The handler takes the signature and then refuses the event because it does not know its type.
    ///
    /// A forged event and a signed one get different refusals, so the signature was checked and taken.
    /// (One that says that it refuses events of test mode is left alone; others look like this.)
    ///
    /// # Why at launch
    /// Providers add types, and an endpoint may be sent more than it handles. Each refusal counts as a
    /// failed delivery; after days of them the endpoint is switched off, with the events that matter.
    ///
    /// # Fix
    /// Answer 200 to every event whose signature is right, whatever its type.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#event-types>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// secret production
    /// forged 400 "invalid signature"
    /// random 400 "invalid signature"
    /// signed 422 "Unhandled event type"
    /// compact 422 "Unhandled event type"
    /// plain 422 "Unhandled event type"
    /// bare 422 "Unhandled event type"
    /// ```
    "webhook.unhandled-rejected" on Webhook, High, intent Active, stage Subscription;
    fails "The webhook refuses events of a type that it does not handle"; holds "The webhook takes events of a type that it does not handle";
    fn check(at: At<'_>, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        let fix = || Fix::Code {
            place: "the switch over event.type".into(),
            lines: vec!["default: return Response.json({ received: true })".into()],
        };
        let falls = diagnosis.first().and_then(|d| d.culprit.as_ref()).is_some_and(|(_, proof)| proof.first().is_some_and(|r| r.status >= 500));
        match blame(at, &diagnosis, &[Culprit::Unhandled], fix) {
            Verdict::Fail(faults) if falls => {
                faults.into_iter().map(|f| f.titled("The webhook fails on a signed event of a type that it does not handle")).collect::<Vec<_>>().into()
            }
            told => told,
        }
    }
}
