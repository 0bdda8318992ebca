//! `webhook.alert-not-single`
use super::exercise::Alerted;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// A failed payment raises no alert or ticket, or more than one.
    ///
    /// `launchcheck webhook exercise` sends `invoice.payment_failed` and counts the rows of the table that
    /// `[exercise] alerts` names, before and after.
    ///
    /// # Why at launch
    /// Cards fail every day. What nobody is told of is lost at the end of the retries; what is told twice is
    /// soon not read.
    ///
    /// # Fix
    /// Write one alert or ticket for each failed invoice, with the invoice's id as a unique key.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/billing/subscriptions/webhooks#payment-failures>
    ///
    /// ```pass
    /// drill failed alerts 1
    /// ```
    /// ```fail
    /// drill failed alerts 2
    /// ```
    /// ```fail
    /// drill failed alerts 0
    /// ```
    "webhook.alert-not-single" on Webhook, Medium, intent Events, stage Support;
    fails "A failed payment does not raise exactly one alert"; holds "A failed payment raises exactly one alert";
    fn check(at: At<'_>, alerted: Part<'_, Alerted>) -> Verdict {
        let Some(alerted) = alerted.first() else { return Verdict::Pass };
        let table = &alerted.table;
        let Some(count) = alerted.rows.filter(|n| *n != 1) else { return Verdict::Pass };
        let (title, step) = if count < 1 {
            ("A failed payment raises no alert", format!("On invoice.payment_failed, write one row to {table}"))
        } else {
            ("A failed payment raises several alerts", format!("Make the invoice's id unique in {table}, and write there once"))
        };
        let mut fault = Fault::here(format!("{count:+} rows in {table} after one invoice.payment_failed"), Fix::step(step)).titled(title);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
