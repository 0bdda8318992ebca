//! `webhook.error-swallowed`
use super::{
    exercise::SideEffect,
    facts::{Reply, Shots},
    handling::Handling,
};
use crate::{
    rule,
    vocab::{At, Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// The handler notices a wrong signature and answers with a success all the same.
    ///
    /// Shown by the answers: a forged event gets one that complains, a signed event one that does not, and
    /// both are 2xx. Or by what it does: `launchcheck webhook exercise` sends a forged purchase, which is
    /// answered with 2xx and changes nothing, and a signed one, which does. Or by the source: the handler at
    /// this URL verifies before it does anything, and answers 2xx where that fails. Where none of them tells,
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
    /// ```fail
    /// unsigned 200 "{}"
    /// forged 200 "{}"
    /// source swallows
    /// ```
    "webhook.error-swallowed" on Webhook, High, stage Signature;
    fails "The webhook answers with a success where it refuses"; holds "The webhook says so when it refuses";
    fn check(at: At<'_>, shots: Part<'_, Shots>, handling: Option<&Handling>, effect: Option<&SideEffect>) -> Verdict {
        let fix = || Fix::steps([
            "Answer 400 in the branch that catches the signature error",
            "Answer 500 where handling fails, so that the provider sends the event again",
        ]);
        let Some(shots) = shots.first() else { return Verdict::Pass };
        let mut told = shots.swallowed.iter().map(Reply::evidence);
        let taken = shots.unsigned.as_ref().filter(|r| r.is_success());
        let mut fault = match (effect, told.next(), handling, taken) {
            (Some(SideEffect::None(reply)), ..) => Fault::here(reply.evidence(), fix())
                .and_saw("it changed nothing in the database, and the same event with the right signature did"),
            (_, Some(first), ..) => told.fold(Fault::here(first, fix()), Fault::and_saw),
            (_, None, Some(source), Some(reply)) if swallowed_by_source(handling, effect) => {
                return by_the_source(source, reply, fix()).into();
            }
            (.., Some(_)) => {
                return Verdict::not_applicable("neither the answers nor the source tell it from a handler that checks nothing");
            }
            (.., None) => return Verdict::Pass,
        };
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}

/// Whether the source proves that the check is there and its failure swallowed; what a forged purchase did
/// to the database tells more.
pub(super) fn swallowed_by_source(handling: Option<&Handling>, effect: Option<&SideEffect>) -> bool {
    handling.is_some_and(|h| h.swallows) && !matches!(effect, Some(SideEffect::Changed(..)))
}
/// The source shows the check, and the answer that it is swallowed.
fn by_the_source(source: &Handling, reply: &Reply, fix: Fix) -> Fault {
    let saw = "verifies before it does anything, and answers with a success where that fails";
    Fault::new(&source.file, reply.evidence(), fix)
        .and_saw(Evidence::Place(source.at.clone(), saw.into()))
        .at(source.at.clone())
}
