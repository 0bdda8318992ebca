//! `billing.failure-rate`
use super::facts::{Deliveries, Share};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// Too many of the latest events were not delivered.
    ///
    /// High above 2 % (`thresholds.delivery-failure`) with at least three failures in the last 15 minutes,
    /// medium above 1 %. Fewer than 20 events say nothing and are not judged. The share is that of events
    /// which some endpoint has not taken: Stripe tells no status of the single attempts.
    ///
    /// # Why at launch
    /// Single failures heal by themselves. Beyond one in fifty the fault lies in the route.
    ///
    /// # Fix
    /// Look at what the route answers: the Dashboard shows the answer to each attempt.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#view-events-and-delivery>
    ///
    /// ```pass
    /// event evt_0 invoice.paid 10 ok
    /// event evt_1 invoice.paid 10 ok
    /// event evt_2 invoice.paid 10 ok
    /// event evt_3 invoice.paid 10 ok
    /// event evt_4 invoice.paid 10 ok
    /// event evt_5 invoice.paid 10 ok
    /// event evt_6 invoice.paid 10 ok
    /// event evt_7 invoice.paid 10 ok
    /// event evt_8 invoice.paid 10 ok
    /// event evt_9 invoice.paid 10 ok
    /// event evt_10 invoice.paid 10 ok
    /// event evt_11 invoice.paid 10 ok
    /// event evt_12 invoice.paid 10 ok
    /// event evt_13 invoice.paid 10 ok
    /// event evt_14 invoice.paid 10 ok
    /// event evt_15 invoice.paid 10 ok
    /// event evt_16 invoice.paid 10 ok
    /// event evt_17 invoice.paid 10 ok
    /// event evt_18 invoice.paid 10 ok
    /// event evt_19 invoice.paid 10 ok
    /// event evt_20 invoice.paid 10 ok
    /// event evt_21 invoice.paid 10 ok
    /// event evt_22 invoice.paid 10 ok
    /// event evt_23 invoice.paid 10 ok
    /// event evt_24 invoice.paid 10 ok
    /// event evt_25 invoice.paid 10 ok
    /// event evt_26 invoice.paid 10 ok
    /// event evt_27 invoice.paid 10 ok
    /// event evt_28 invoice.paid 10 ok
    /// event evt_29 invoice.paid 10 ok
    /// event evt_30 invoice.paid 10 ok
    /// event evt_31 invoice.paid 10 ok
    /// event evt_32 invoice.paid 10 ok
    /// event evt_33 invoice.paid 10 ok
    /// event evt_34 invoice.paid 10 ok
    /// event evt_35 invoice.paid 10 ok
    /// event evt_36 invoice.paid 10 ok
    /// event evt_37 invoice.paid 10 ok
    /// event evt_38 invoice.paid 10 ok
    /// event evt_39 invoice.paid 10 ok
    /// ```
    /// ```pass
    /// # too few to say anything
    /// event evt_0 invoice.paid 10 pending
    /// event evt_1 invoice.paid 10 pending
    /// event evt_2 invoice.paid 10 pending
    /// event evt_3 invoice.paid 10 pending
    /// event evt_4 invoice.paid 10 pending
    /// ```
    /// ```fail
    /// event evt_0 invoice.paid 10 pending
    /// event evt_1 invoice.paid 10 pending
    /// event evt_2 invoice.paid 10 pending
    /// event evt_3 invoice.paid 10 ok
    /// event evt_4 invoice.paid 10 ok
    /// event evt_5 invoice.paid 10 ok
    /// event evt_6 invoice.paid 10 ok
    /// event evt_7 invoice.paid 10 ok
    /// event evt_8 invoice.paid 10 ok
    /// event evt_9 invoice.paid 10 ok
    /// event evt_10 invoice.paid 10 ok
    /// event evt_11 invoice.paid 10 ok
    /// event evt_12 invoice.paid 10 ok
    /// event evt_13 invoice.paid 10 ok
    /// event evt_14 invoice.paid 10 ok
    /// event evt_15 invoice.paid 10 ok
    /// event evt_16 invoice.paid 10 ok
    /// event evt_17 invoice.paid 10 ok
    /// event evt_18 invoice.paid 10 ok
    /// event evt_19 invoice.paid 10 ok
    /// event evt_20 invoice.paid 10 ok
    /// event evt_21 invoice.paid 10 ok
    /// event evt_22 invoice.paid 10 ok
    /// event evt_23 invoice.paid 10 ok
    /// event evt_24 invoice.paid 10 ok
    /// event evt_25 invoice.paid 10 ok
    /// event evt_26 invoice.paid 10 ok
    /// event evt_27 invoice.paid 10 ok
    /// event evt_28 invoice.paid 10 ok
    /// event evt_29 invoice.paid 10 ok
    /// event evt_30 invoice.paid 10 ok
    /// event evt_31 invoice.paid 10 ok
    /// event evt_32 invoice.paid 10 ok
    /// event evt_33 invoice.paid 10 ok
    /// event evt_34 invoice.paid 10 ok
    /// event evt_35 invoice.paid 10 ok
    /// event evt_36 invoice.paid 10 ok
    /// event evt_37 invoice.paid 10 ok
    /// event evt_38 invoice.paid 10 ok
    /// event evt_39 invoice.paid 10 ok
    /// ```
    /// ```fail
    /// # over a day
    /// event evt_0 invoice.paid 600 pending
    /// event evt_1 invoice.paid 600 ok
    /// event evt_2 invoice.paid 600 ok
    /// event evt_3 invoice.paid 600 ok
    /// event evt_4 invoice.paid 600 ok
    /// event evt_5 invoice.paid 600 ok
    /// event evt_6 invoice.paid 600 ok
    /// event evt_7 invoice.paid 600 ok
    /// event evt_8 invoice.paid 600 ok
    /// event evt_9 invoice.paid 600 ok
    /// event evt_10 invoice.paid 600 ok
    /// event evt_11 invoice.paid 600 ok
    /// event evt_12 invoice.paid 600 ok
    /// event evt_13 invoice.paid 600 ok
    /// event evt_14 invoice.paid 600 ok
    /// event evt_15 invoice.paid 600 ok
    /// event evt_16 invoice.paid 600 ok
    /// event evt_17 invoice.paid 600 ok
    /// event evt_18 invoice.paid 600 ok
    /// event evt_19 invoice.paid 600 ok
    /// event evt_20 invoice.paid 600 ok
    /// event evt_21 invoice.paid 600 ok
    /// event evt_22 invoice.paid 600 ok
    /// event evt_23 invoice.paid 600 ok
    /// event evt_24 invoice.paid 600 ok
    /// event evt_25 invoice.paid 600 ok
    /// event evt_26 invoice.paid 600 ok
    /// event evt_27 invoice.paid 600 ok
    /// event evt_28 invoice.paid 600 ok
    /// event evt_29 invoice.paid 600 ok
    /// event evt_30 invoice.paid 600 ok
    /// event evt_31 invoice.paid 600 ok
    /// event evt_32 invoice.paid 600 ok
    /// event evt_33 invoice.paid 600 ok
    /// event evt_34 invoice.paid 600 ok
    /// event evt_35 invoice.paid 600 ok
    /// event evt_36 invoice.paid 600 ok
    /// event evt_37 invoice.paid 600 ok
    /// event evt_38 invoice.paid 600 ok
    /// event evt_39 invoice.paid 600 ok
    /// event evt_40 invoice.paid 600 ok
    /// event evt_41 invoice.paid 600 ok
    /// event evt_42 invoice.paid 600 ok
    /// event evt_43 invoice.paid 600 ok
    /// event evt_44 invoice.paid 600 ok
    /// event evt_45 invoice.paid 600 ok
    /// event evt_46 invoice.paid 600 ok
    /// event evt_47 invoice.paid 600 ok
    /// event evt_48 invoice.paid 600 ok
    /// event evt_49 invoice.paid 600 ok
    /// event evt_50 invoice.paid 600 ok
    /// event evt_51 invoice.paid 600 ok
    /// event evt_52 invoice.paid 600 ok
    /// event evt_53 invoice.paid 600 ok
    /// event evt_54 invoice.paid 600 ok
    /// event evt_55 invoice.paid 600 ok
    /// event evt_56 invoice.paid 600 ok
    /// event evt_57 invoice.paid 600 ok
    /// event evt_58 invoice.paid 600 ok
    /// event evt_59 invoice.paid 600 ok
    /// ```
    "billing.failure-rate" on Billing, High, stage Route;
    fails "Events fail to be delivered"; holds "Events are delivered";
    fn check(deliveries: Part<'_, Deliveries>) -> Verdict {
        let failing = deliveries.iter().filter_map(|d| {
            let judged = |s: Share| s.of >= LEAST;
            let limit = u64::from(d.limit);
            let (quarter, day) = (d.quarter, d.day);
            if judged(quarter) && quarter.basis_points() > limit && quarter.failed >= 3 {
                return Some((d, quarter, "15 minutes", None));
            }
            if judged(day) && day.basis_points() > 100 {
                return Some((d, day, "24 hours", Some(Severity::Medium)));
            }
            (judged(quarter) && quarter.basis_points() > 100).then_some((d, quarter, "15 minutes", Some(Severity::Medium)))
        });
        failing
            .map(|(d, share, time, lower)| {
                let percent = share.basis_points();
                let saw = format!(
                    "{} of {} events of the last {time} were not taken ({}.{:02} %)",
                    share.failed,
                    share.of,
                    percent / 100,
                    percent % 100
                );
                let fix = Fix::steps([
                    "Open https://dashboard.stripe.com/webhooks and read what the route answers".to_owned(),
                    format!("stripe events list -d delivery_success=false --limit 100{}", d.mode.flag()),
                ]);
                let mut fault = Fault::here(saw, fix);
                fault.lower_to = lower;
                fault
            })
            .collect::<Vec<_>>()
            .into()
    }
}

/// Fewer events than this are shown and not judged.
const LEAST: u64 = 20;
