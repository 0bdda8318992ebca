//! `webhook.event-not-applied`
use super::exercise::{Applied, Run};
use crate::{
    rule,
    vocab::{At, Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A business event is taken, and the customer's access is not what it should be afterwards.
    ///
    /// `launchcheck webhook exercise` sends what Stripe sends when somebody buys, cancels or gets the money
    /// back, and reads the column that `[exercise] access` names before and after: a payment opens access
    /// within `[thresholds] activation`, a refund or a cancellation closes it, a cancellation at the end of the
    /// period does not, and an older event that arrives last changes nothing. An event that is refused although
    /// its objects are there counts too.
    ///
    /// # Why at launch
    /// Somebody who paid and sees nothing writes to support or to the bank; somebody who got the money back
    /// and keeps access pays nothing.
    ///
    /// # Fix
    /// Handle the event that the finding names, find the customer's row by its Stripe id, and write the access
    /// from what the event says. Ignore an event that is older than the last that was written.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/billing/subscriptions/webhooks>
    /// - Stripe: <https://docs.stripe.com/webhooks#event-ordering>
    ///
    /// ```pass
    /// drill paid met NULL active
    /// ```
    /// ```fail
    /// drill paid unmet NULL NULL
    /// ```
    /// ```fail
    /// drill refund unmet active active
    /// ```
    /// ```fail
    /// drill cancel-now answered 500
    /// ```
    "webhook.event-not-applied" on Webhook, High, intent Events, stage Database;
    fails "A business event does not do what it should"; holds "Business events do what they should";
    fn check(at: At<'_>, applied: Part<'_, Applied>) -> Verdict {
        let Some(applied) = applied.first() else { return Verdict::Pass };
        let mut faults = Vec::new();
        for drill in &applied.drills {
            let fault = match (&drill.refused, &drill.access) {
                (Some((kind, reply)), _) => {
                    let fix = Fix::step(format!("Find in the app's log why {kind} fails, and answer 2xx once it is handled"));
                    Fault::new(drill.run.word(), reply.evidence(), fix)
                        .titled(format!("The webhook refuses {kind} with {}", reply.status))
                }
                (None, Some(sight)) if !sight.met => {
                    let (column, wanted) = (&applied.access, if sight.wanted { "access" } else { "no access" });
                    let saw = Evidence::Difference {
                        field: column.clone(),
                        provider: format!("{wanted} after `{}`", drill.run.word()).into(),
                        database: format!("{}, and {} before", sight.after, sight.before).into(),
                    };
                    Fault::new(drill.run.word(), saw, Fix::step(step(drill.run, column.as_str())))
                        .and_saw(format!("looked at for {} s", sight.within_s))
                        .titled(title(drill.run))
                }
                _ => continue,
            };
            faults.push(Fault { at: at.origin.place().cloned(), ..fault });
        }
        faults.into()
    }
}

fn title(run: Run) -> &'static str {
    match run {
        Run::Paid => "A payment does not open access",
        Run::Refund => "A refund does not revoke access",
        Run::CancelNow => "A cancellation does not revoke access",
        Run::CancelAtEnd => "A cancellation at the period's end takes access away at once",
        Run::Reactivate => "A cancellation that is taken back leaves no access",
        Run::OutOfOrder => "An older event that arrives last gives access back",
        Run::Failed | Run::Dispute | Run::Delayed | Run::Duplicate => "A business event does not do what it should",
    }
}
fn step(run: Run, column: &str) -> String {
    match run {
        Run::Paid => {
            format!("On invoice.paid (or checkout.session.completed), set {column} of the customer's row to access")
        }
        Run::Refund => format!("On charge.refunded with refunded = true, take the access in {column} away"),
        Run::CancelNow => format!("On customer.subscription.deleted, take the access in {column} away"),
        Run::CancelAtEnd | Run::Reactivate => {
            format!("On customer.subscription.updated, decide {column} by status and not by cancel_at_period_end")
        }
        _ => format!(
            "Keep the time of the last event that wrote {column}, and ignore what was created before it; or fetch the subscription from Stripe"
        ),
    }
}
