//! `billing.past-due-beyond-grace`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Group, Stake},
    report,
    status::{Access, Status},
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A subscription whose payment is overdue for longer than the grace, of a customer whom no row shuts out.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.past-due-beyond-grace",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} has not paid for longer than the grace", h.subject()),
    fix: |h, d| {
        let flag = d.mode.flag();
        Fix::steps([
            format!("stripe subscriptions retrieve {}{flag}", report::first_id(h)),
            "Ask for another way to pay, or end it; past-due in [[billing]] says how long access may go on".to_owned(),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if !group.provider_whole || !group.owners_known || group.subs.iter().any(|s| s.access != Access::No) {
        return None;
    }
    if (super::access_without_payment::CLASS.hit)(group).is_some() {
        return None;
    }
    let due: Vec<_> =
        group.pairs().filter(|(row, sub)| sub.is.status == Status::PastDue && row.access != Access::No).collect();
    let stake = match due.first() {
        Some((_, sub)) if sub.invoice.is_some() => Stake::once(sub.invoice.as_ref().and_then(|i| i.amount.as_ref())),
        _ => Stake::of(due.iter().map(|(_, s)| &s.is)),
    };
    let pairs = due.iter().map(|(row, sub)| Pair::of("status", &sub.is, Some(row), "past_due", row.says.clone()));
    group.hit(due.first().map(|(_, s)| &*s.is.customer), pairs.collect(), stake)
}

rule! {
    /// A payment has been overdue for longer than `past-due` (14 days) and no row takes the access away.
    ///
    /// The status may be the same on both sides: what is missing is an end.
    ///
    /// # Why at launch
    /// Stripe's retries are over by then, and nothing changes any more unless somebody changes it.
    ///
    /// # Fix
    /// Decide in the Dashboard what follows failed retries (cancel, or mark as unpaid), and let the app take
    /// access away for it.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/revenue-recovery/smart-retries>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 past_due 2900 eur started:5
    /// row cus_1 sub_1 past_due
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 past_due 2900 eur started:30
    /// row cus_1 sub_1 past_due
    /// ```
    "billing.past-due-beyond-grace" on Billing, Medium, stage Database;
    fails "Payments are overdue for longer than the grace"; holds "No payment is overdue for longer than the grace";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
