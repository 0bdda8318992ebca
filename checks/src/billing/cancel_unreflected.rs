//! `billing.cancel-unreflected`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    mapping::Role,
    report,
    status::Access,
};
use crate::{rule, vocab::Part};

/// A row that does not say what Stripe says of the end of a subscription.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.cancel-unreflected",
    needs: None,
    column: Some(Role::Cancel),
    hit,
    title: |h| format!("The database has it wrong whether {} is leaving", h.subject()),
    fix: |h, d| {
        report::sql_or(
            h,
            d,
            "Write cancel_at_period_end (or cancel_at) to the row on every customer.subscription.updated",
        )
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if !group.knows(Role::Cancel) {
        return None;
    }
    let wrong: Vec<_> = group
        .pairs()
        .filter(|(_, sub)| sub.access == Access::Yes)
        .filter(|(row, sub)| row.is.cancel.is_some_and(|c| c != sub.is.ending))
        .filter(|(_, sub)| !group.rows_of(&sub.is.id).any(|r| r.is.cancel == Some(sub.is.ending)))
        .filter(|(_, sub)| !super::paid_without_access::is_leaving(&sub.is, group))
        .collect();
    let stake = Stake::of(wrong.iter().map(|(_, s)| &s.is));
    let says = |ending: bool| if ending { "set to end" } else { "goes on" };
    let pairs = wrong
        .iter()
        .map(|(row, sub)| Pair::of("cancellation", &sub.is, Some(row), says(sub.is.ending), says(!sub.is.ending)));
    group.hit(wrong.first().map(|(_, s)| &*s.is.customer), pairs.collect(), stake)
}

rule! {
    /// The customer has set the subscription to end (or taken that back), and the database says otherwise.
    ///
    /// # Why at launch
    /// The app shows "renews on" to somebody who has left, and nobody asks them why.
    ///
    /// # Fix
    /// Write `cancel_at_period_end` and `cancel_at` to the row on every `customer.subscription.updated`.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/cancel>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur ending
    /// row cus_1 sub_1 active cancel:true
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active ending
    /// stripe sub_2 cus_2 active
    /// stripe sub_3 cus_3 active
    /// stripe sub_4 cus_4 active
    /// stripe sub_5 cus_5 active
    /// row cus_1 sub_1 active cancel:false
    /// row cus_2 sub_2 active cancel:false
    /// row cus_3 sub_3 active cancel:false
    /// row cus_4 sub_4 active cancel:false
    /// row cus_5 sub_5 active cancel:false
    /// ```
    "billing.cancel-unreflected" on Billing, Low, stage Database;
    fails "The database has it wrong who is leaving"; holds "The database knows who is leaving";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
