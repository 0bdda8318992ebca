//! `billing.subscription-stale`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    mapping::Role,
    report,
    status::Access,
    stripe::Sub,
};
use crate::{rule, vocab::Part};

/// A row that names a subscription which ended, while its customer has another one that lives.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.subscription-stale",
    needs: None,
    column: None,
    hit,
    title: |h| format!("The row of {} names a subscription that ended", h.subject()),
    fix: |h, d| report::sql_or(h, d, "Write the id of the living subscription to the row"),
};

fn hit(group: &Group) -> Option<Hit> {
    let unnamed = group.live().map(|s| &s.is).filter(|s| group.rows_of(&s.id).next().is_none());
    let living: Vec<&Sub> = unnamed.collect();
    let ended = group.pairs().filter(|(row, sub)| row.access == Access::Yes && sub.access == Access::No);
    let pairs: Vec<Pair> = ended
        .filter_map(|(row, sub)| {
            let now = living.iter().find(|s| s.customer == sub.is.customer).or(living.first())?;
            let says = format!("{}; {} is {}", sub.is.status, now.id, now.status);
            Some(Pair::of("subscription", &sub.is, Some(row), says, &*sub.is.id).should(Role::Subscription, &*now.id))
        })
        .collect();
    group.hit(living.first().map(|s| &*s.customer), pairs, Stake::none())
}

rule! {
    /// The row still names a subscription that has ended; the customer pays through another one.
    ///
    /// The customer has access and pays, so nothing is lost today. A clean-up by id alone would shut them
    /// out.
    ///
    /// # Why at launch
    /// The next event of the new subscription finds no row, and the next one of the old takes away the
    /// access of somebody who pays.
    ///
    /// # Fix
    /// Put the id of the living subscription into the row.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// stripe sub_2 cus_1 active 2900 eur
    /// row cus_1 sub_2 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// stripe sub_2 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    "billing.subscription-stale" on Billing, Medium, stage Database;
    fails "Rows name subscriptions that ended while another one lives"; holds "Every row names the subscription that lives";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
