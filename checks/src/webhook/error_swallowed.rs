//! `webhook.error-swallowed`
use super::{
    blame,
    exercise::SideEffect,
    facts::{Culprit, Diagnosis},
};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part},
};

rule! {
    /// The handler notices a wrong signature and answers with a success all the same.
    ///
    /// Shown by the answers: a forged event gets one that complains, a signed event one that does not, and
    /// both are 2xx. Or by what it does: `launchcheck webhook exercise` sends a forged purchase, which is
    /// answered with 2xx and changes nothing, and a signed one, which does. Where neither tells,
    /// `webhook.unsigned-accepted` says that it may be this.
    ///
    /// # Why at launch
    /// The provider takes every 2xx for "received" and never sends the event again. The day the secret is
    /// wrong, or the handler fails, every event is lost without a sign.
    ///
    /// # Fix
    /// Answer 400 where the signature is wrong and 500 where handling fails.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#acknowledge-events-immediately>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// secret production
    /// unsigned 200 "{\"error\":\"no signature\"}"
    /// forged 200 "{\"error\":\"bad signature\"}"
    /// random 200 "{\"error\":\"bad signature\"}"
    /// signed 200 "{\"received\":true}"
    /// ```
    /// ```fail
    /// secret production
    /// unsigned 200 "{}"
    /// forged 200 "{}"
    /// random 200 "{}"
    /// signed 200 "{}"
    /// side-effect none
    /// ```
    "webhook.error-swallowed" on Webhook, High, intent Active, stage Signature;
    fails "The webhook answers with a success where it refuses"; holds "The webhook says so when it refuses";
    fn check(at: At<'_>, diagnosis: Part<'_, Diagnosis>, effect: Option<&SideEffect>) -> Verdict {
        let fix = || Fix::steps([
            "Answer 400 in the branch that catches the signature error",
            "Answer 500 where handling fails, so that the provider sends the event again",
        ]);
        if let Some(SideEffect::None(reply)) = effect {
            let mut fault = Fault::here(reply.evidence(), fix())
                .and_saw("it changed nothing in the database, and the same event with the right signature did");
            fault.at = at.origin.place().cloned();
            return fault.into();
        }
        blame(at, &diagnosis, &[Culprit::Swallowed], fix)
    }
}
