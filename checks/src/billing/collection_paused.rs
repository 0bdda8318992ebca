//! `billing.collection-paused`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access by a subscription of which nothing is collected.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.collection-paused",
    needs: None,
    column: None,
    hit,
    title: |h| format!("{} has access and nothing is collected", h.subject()),
    fix: |h, d| {
        let id = report::first_id(h);
        Fix::Command(format!("stripe subscriptions update {id} -d pause_collection={}", d.mode.flag()).into())
    },
};

fn hit(group: &Group) -> Option<Hit> {
    // Paid for through another one.
    if group.live().any(|s| !s.is.paused) {
        return None;
    }
    let paused: Vec<_> = group
        .pairs()
        .filter(|(row, sub)| {
            sub.is.paused && !sub.is.is_free() && sub.access == Access::Yes && row.access == Access::Yes
        })
        .collect();
    let stake = Stake::of(paused.iter().map(|(_, s)| &s.is));
    let pairs = paused.iter().map(|(row, sub)| {
        let says = format!("{}, collection paused", sub.is.status);
        Pair::of("status", &sub.is, Some(row), says, row.says.clone())
    });
    group.hit(paused.first().map(|(_, s)| &*s.is.customer), pairs.collect(), stake)
}

rule! {
    /// Collection of a subscription is paused: it stays active, nothing is charged, and the database gives
    /// access.
    ///
    /// # Why at launch
    /// A pause that was meant for a month goes on for years, because the status never changes.
    ///
    /// # Fix
    /// Resume the collection, or take the access away while it is paused.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/pause-payment>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur paused
    /// row cus_1 sub_1 active
    /// ```
    "billing.collection-paused" on Billing, Medium, stage Database;
    fails "Customers have access while nothing is collected"; holds "Nothing is given while collection is paused";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
