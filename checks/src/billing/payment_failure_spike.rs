//! `billing.payment-failure-spike`
use super::facts::Deliveries;
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// More payments failed in the last 24 hours than usual: at least five, and over three times the daily
    /// rate of the seven days before.
    ///
    /// # Why at launch
    /// A price that was changed, a card that was tested, a bank that says no: all look the same from inside,
    /// and each costs customers by the hour.
    ///
    /// # Fix
    /// Look at the reasons of the failed payments.
    ///
    /// # References
    /// <https://docs.stripe.com/declines>
    ///
    /// ```pass
    /// event evt_0 invoice.payment_failed 600 ok
    /// event evt_1 invoice.payment_failed 600 ok
    /// event evt_2 invoice.payment_failed 600 ok
    /// event evt_3 invoice.payment_failed 600 ok
    /// ```
    /// ```pass
    /// # as many as every day
    /// event evt_0 invoice.payment_failed 600 ok
    /// event evt_1 invoice.payment_failed 600 ok
    /// event evt_2 invoice.payment_failed 600 ok
    /// event evt_3 invoice.payment_failed 600 ok
    /// event evt_4 invoice.payment_failed 600 ok
    /// event evt_5 invoice.payment_failed 600 ok
    /// event evt_6 invoice.payment_failed 2040 ok
    /// event evt_7 invoice.payment_failed 2040 ok
    /// event evt_8 invoice.payment_failed 2040 ok
    /// event evt_9 invoice.payment_failed 2040 ok
    /// event evt_10 invoice.payment_failed 2040 ok
    /// event evt_11 invoice.payment_failed 2040 ok
    /// event evt_12 invoice.payment_failed 3480 ok
    /// event evt_13 invoice.payment_failed 3480 ok
    /// event evt_14 invoice.payment_failed 3480 ok
    /// event evt_15 invoice.payment_failed 3480 ok
    /// event evt_16 invoice.payment_failed 3480 ok
    /// event evt_17 invoice.payment_failed 3480 ok
    /// event evt_18 invoice.payment_failed 4920 ok
    /// event evt_19 invoice.payment_failed 4920 ok
    /// event evt_20 invoice.payment_failed 4920 ok
    /// event evt_21 invoice.payment_failed 4920 ok
    /// event evt_22 invoice.payment_failed 4920 ok
    /// event evt_23 invoice.payment_failed 4920 ok
    /// event evt_24 invoice.payment_failed 6360 ok
    /// event evt_25 invoice.payment_failed 6360 ok
    /// event evt_26 invoice.payment_failed 6360 ok
    /// event evt_27 invoice.payment_failed 6360 ok
    /// event evt_28 invoice.payment_failed 6360 ok
    /// event evt_29 invoice.payment_failed 6360 ok
    /// event evt_30 invoice.payment_failed 7800 ok
    /// event evt_31 invoice.payment_failed 7800 ok
    /// event evt_32 invoice.payment_failed 7800 ok
    /// event evt_33 invoice.payment_failed 7800 ok
    /// event evt_34 invoice.payment_failed 7800 ok
    /// event evt_35 invoice.payment_failed 7800 ok
    /// event evt_36 invoice.payment_failed 9240 ok
    /// event evt_37 invoice.payment_failed 9240 ok
    /// event evt_38 invoice.payment_failed 9240 ok
    /// event evt_39 invoice.payment_failed 9240 ok
    /// event evt_40 invoice.payment_failed 9240 ok
    /// event evt_41 invoice.payment_failed 9240 ok
    /// event evt_42 invoice.payment_failed 10680 ok
    /// event evt_43 invoice.payment_failed 10680 ok
    /// event evt_44 invoice.payment_failed 10680 ok
    /// event evt_45 invoice.payment_failed 10680 ok
    /// event evt_46 invoice.payment_failed 10680 ok
    /// event evt_47 invoice.payment_failed 10680 ok
    /// ```
    /// ```fail
    /// event evt_0 invoice.payment_failed 600 ok
    /// event evt_1 invoice.payment_failed 600 ok
    /// event evt_2 invoice.payment_failed 600 ok
    /// event evt_3 invoice.payment_failed 600 ok
    /// event evt_4 invoice.payment_failed 600 ok
    /// event evt_5 invoice.payment_failed 600 ok
    /// ```
    "billing.payment-failure-spike" on Billing, Medium, stage Subscription;
    fails "More payments fail than usual"; holds "No more payments fail than usual";
    fn check(deliveries: Part<'_, Deliveries>) -> Verdict {
        let spikes = deliveries.iter().filter(|d| d.failures >= 5 && d.failures * 7 > 3 * d.failures_before);
        spikes
            .map(|d| {
                let (now, before) = (d.failures, d.failures_before);
                let saw = format!("{now} payments failed in the last 24 hours, {before} in the seven days before");
                let fix = Fix::Command(
                    format!("stripe events list -d type=invoice.payment_failed --limit 100{}", d.mode.flag()).into(),
                );
                Fault::here(saw, fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
