//! `billing.livemode-mismatch`
use super::{
    facts::{Drift, Hit},
    group::{DriftClass, Group},
    mapping::Role,
    report,
};
use crate::{rule, vocab::Part};

/// A row with another mode than the subscription.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.livemode-mismatch",
    needs: None,
    column: Some(Role::Livemode),
    hit,
    title: |h| format!("The mode of {} differs", h.subject()),
    fix: |h, d| report::sql_or(h, d, "Write the subscription's own mode to the row"),
};

fn hit(group: &Group) -> Option<Hit> {
    group.differing(Role::Livemode, "mode", |sub| Some(mode(sub.livemode)), |row| row.livemode.map(mode))
}
const fn mode(live: bool) -> &'static str {
    if live { "live" } else { "test" }
}

rule! {
    /// The database has it wrong whether a subscription is of live mode.
    ///
    /// # Why at launch
    /// What is marked as a test is left out of reports and of access, though somebody pays for it.
    ///
    /// # Fix
    /// Write the mode of the subscription to the row when it is made.
    ///
    /// # References
    /// <https://docs.stripe.com/api/subscriptions/object>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active livemode:true
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// stripe sub_3 cus_3 active 2900 eur
    /// stripe sub_4 cus_4 active 2900 eur
    /// stripe sub_5 cus_5 active 2900 eur
    /// row cus_1 sub_1 active livemode:false
    /// row cus_2 sub_2 active livemode:true
    /// row cus_3 sub_3 active livemode:true
    /// row cus_4 sub_4 active livemode:true
    /// row cus_5 sub_5 active livemode:true
    /// ```
    "billing.livemode-mismatch" on Billing, Medium, stage Database;
    fails "The database has other modes than Stripe"; holds "Every mode is the one that Stripe says";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
