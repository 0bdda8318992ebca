//! `billing.paid-without-access`
use super::{
    facts::{Drift, Pair},
    group::{DriftClass, Group, JudgedRow, Stake},
    report,
    status::{Access, Status, Word},
    stripe::Sub,
};
use crate::{rule, vocab::Part};

/// An entitled subscription of a customer whose rows name a subscription and give no access.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.paid-without-access",
    needs: None,
    column: None,
    hit,
    title: |h| format!("{} pays and has no access", h.subject()),
    fix: |h, d| {
        let sql = d.mapping.as_ref().and_then(|m| report::update(h, m));
        sql.unwrap_or_else(|| report::look_and_resend(h, d, "customer.subscription.created"))
    },
};

fn hit(group: &Group) -> Option<super::facts::Hit> {
    // Access through any row, or a row that cannot be read, is not "without access"; and where no row
    // names a subscription it is one that is missing.
    let names = group.rows.iter().any(|r| r.is.subscription.is_some() || group.learned.by_customer);
    if !group.database_whole || !names || group.rows.iter().any(|r| r.access != Access::No) {
        return None;
    }
    let lost: Vec<&Sub> = group.paying().map(|s| &s.is).filter(|s| !is_leaving(s, group)).collect();
    let pairs = lost
        .iter()
        .map(|s| {
            let row = group.rows_of(&s.id).next();
            let elsewhere = || group.rows.first().map(|r| format!("no row of it; the customer's row says {}", r.says));
            Pair::status(s, row, elsewhere().unwrap_or_default())
        })
        .collect();
    let mut stake = Stake::none();
    for s in &lost {
        stake.add(s, group.months_since(s.period_start));
    }
    group.hit(lost.first().map(|s| &*s.customer), pairs, stake)
}
/// Set to end, and already written down as ended: the app's own way of saying so.
pub(super) fn is_leaving(sub: &Sub, group: &Group) -> bool {
    let ended = |r: &JudgedRow| matches!(r.word, Some(Word::Is(Status::Canceled) | Word::Ended));
    sub.ending && group.rows_of(&sub.id).any(ended)
}

rule! {
    /// A customer pays (or is in a trial) and the database gives them no access.
    ///
    /// Counted are customers with a subscription that is active, trialing or past due for no longer
    /// than `past-due`, when no row of theirs gives access. Each is read again from both sides first.
    ///
    /// # Why at launch
    /// Somebody who has just paid and cannot get in asks for the money back, or tells others. It
    /// happens silently whenever a webhook is lost.
    ///
    /// # Fix
    /// Put the row right, then find out which event was lost and send it again.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # another subscription of the same customer, which the database knows
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_1 active 500 eur
    /// row cus_1 sub_1 active
    /// row cus_1 sub_2 canceled
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 canceled
    /// ```
    /// ```fail
    /// # the row names a subscription that ended, the customer pays for another
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// stripe sub_2 cus_1 active 2900 eur
    /// row cus_1 sub_1 canceled
    /// ```
    "billing.paid-without-access" on Billing, Blocker, stage Database;
    fails "Paying customers have no access"; holds "Every paying customer has access";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
