//! `billing.period-mismatch`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    learn::nearest,
    mapping::Role,
    report,
    status::Status,
};
use crate::{
    rule,
    vocab::{Part, Shown},
};

/// A row whose period ends at another time than any of the subscription's items.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.period-mismatch",
    needs: None,
    column: Some(Role::PeriodEnd),
    hit,
    title: |h| format!("The period of {} ends at another time", h.subject()),
    fix: |h, d| {
        report::sql_or(h, d, "Write items.data[].current_period_end to the row on every customer.subscription.updated")
    },
};

fn hit(group: &Group) -> Option<Hit> {
    // Where access goes by the period alone, a wrong one has a worse name.
    if (super::paid_without_access::CLASS.hit)(group).is_some() {
        return None;
    }
    let usual = group.learned.period?;
    let mut at_stake = Vec::new();
    let pairs = group
        .pairs()
        .filter(|(_, sub)| matches!(sub.is.status, Status::Active | Status::Trialing))
        .filter_map(|(row, sub)| {
            let at = row.is.period_end?;
            let end = nearest(Some(at - usual), &sub.is)?;
            let slack = if row.is.date_only { 86_400 } else { 3_600 };
            if (at - usual - end).abs() <= slack {
                return None;
            }
            at_stake.push(&sub.is);
            Some(Pair::of("period end", &sub.is, Some(row), day(end), day(at)))
        })
        .collect();
    group.hit(at_stake.first().map(|s| &*s.customer), pairs, Stake::of(at_stake.clone()))
}
fn day(time: i64) -> Shown {
    jiff::Timestamp::from_second(time).map_or_else(|_| "no time".into(), |t| t.to_string().into())
}

rule! {
    /// The database has another end of the period than Stripe.
    ///
    /// An hour does not count, nor a day where the column holds days, nor a difference that nearly every
    /// row has: that is the app's own way of writing it.
    ///
    /// # Why at launch
    /// Access, mails and renewals that go by the date happen too early or too late: whoever renewed is shut
    /// out, or whoever left stays in.
    ///
    /// # Fix
    /// Write the end of the period from the items of the subscription on every
    /// `customer.subscription.updated`; since 2025-03-31 it stands there and no longer on the subscription.
    ///
    /// # References
    /// <https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// row cus_1 sub_1 active end:20
    /// row cus_2 sub_2 active end:20
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// stripe sub_3 cus_3 active 2900 eur
    /// row cus_1 sub_1 active end:20
    /// row cus_2 sub_2 active end:20
    /// row cus_3 sub_3 active end:-10
    /// ```
    "billing.period-mismatch" on Billing, Medium, stage Database;
    fails "The database has other period ends than Stripe"; holds "Every period ends when Stripe says";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
