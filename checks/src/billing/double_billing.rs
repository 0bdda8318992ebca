//! `billing.double-billing`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, JudgedSub, Stake},
    report,
    status::{Access, Status},
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// An owner who pays twice for the same product.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.double-billing",
    needs: None,
    column: None,
    hit,
    title: |h| format!("{} pays twice for the same product", h.subject()),
    fix: |h, d| {
        let second = h.pairs.iter().filter_map(|p| p.subscription.as_ref()).nth(1);
        let id = second.map_or("SUBSCRIPTION", |s| s.as_str());
        let flag = d.mode.flag();
        Fix::steps([
            format!("stripe subscriptions retrieve {id}{flag}"),
            format!("End the one that nobody uses and pay it back: stripe subscriptions cancel {id}{flag}"),
            "Before a Checkout session is made, look for a subscription that the customer already has".to_owned(),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    // Set to end, or in a trial, or not collected: nobody is charged for it twice.
    let paying = |s: &&JudgedSub| {
        matches!(s.is.status, Status::Active | Status::PastDue)
            && s.access == Access::Yes
            && s.own
            && !s.is.ending
            && s.is_charged()
    };
    let paying: Vec<&JudgedSub> = group.subs.iter().filter(paying).collect();
    let same = paying.iter().find_map(|first| {
        let shares = |s: &&&JudgedSub| s.is.products().any(|p| first.is.products().any(|q| p == q));
        let same: Vec<&JudgedSub> = paying.iter().filter(shares).copied().collect();
        (same.len() > 1 && !are_apart(group, &same)).then_some(same)
    })?;
    let cheapest = same.iter().min_by_key(|s| s.is.monthly.as_ref().map_or(0, |m| m.minor))?;
    let newest = same.iter().map(|s| s.is.created).max();
    let mut stake = Stake::none();
    stake.add(&cheapest.is, group.months_since(newest));
    let customer = same.first().map(|s| &*s.is.customer);
    let pairs = same.iter().map(|s| {
        let row = group.rows_of(&s.is.id).next();
        let database = row.map_or_else(|| "no row".into(), |r| r.says.clone());
        let products: Vec<&str> = s.is.products().collect();
        let says = format!("{} for {} by {}", s.is.status, products.join(", "), s.is.customer);
        Pair::of("subscription", &s.is, row, says, database)
    });
    group.hit(customer, pairs.collect(), stake)
}
/// Whether each has a row of its own that is in use: two workspaces of one person, say.
fn are_apart(group: &Group, same: &[&JudgedSub]) -> bool {
    let rows: Vec<_> = same.iter().filter_map(|s| group.rows_of(&s.is.id).find(|r| r.access != Access::No)).collect();
    // Rows of workspaces are apart whoever owns them; rows of subscriptions are not.
    let owners = group.learned.by_subscription
        && rows
            .iter()
            .enumerate()
            .any(|(n, a)| a.is.owner.is_some() && rows.iter().skip(n + 1).any(|b| b.is.owner == a.is.owner));
    rows.len() == same.len() && !owners
}

rule! {
    /// One owner pays for two subscriptions to the same product.
    ///
    /// An owner is who has one customer id, one row or one e-mail address. Two workspaces that each have a
    /// row of their own in use are none, nor is a subscription that is set to end.
    ///
    /// # Why at launch
    /// It is found by the customer, on the card statement. What follows is a refund or a dispute.
    ///
    /// # Fix
    /// End the one that nobody uses, pay it back, and look for a living subscription before Checkout is
    /// opened.
    ///
    /// # References
    /// <https://docs.stripe.com/payments/checkout/limit-subscriptions>
    ///
    /// ```pass
    /// # different products
    /// stripe sub_1 cus_1 active 2900 eur product:prod_app
    /// stripe sub_2 cus_1 active 900 eur product:prod_storage
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # two workspaces of one person
    /// stripe sub_1 cus_1 active 2900 eur product:prod_app
    /// stripe sub_2 cus_1 active 2900 eur product:prod_app
    /// row cus_1 sub_1 active
    /// row cus_1 sub_2 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur product:prod_app
    /// stripe sub_2 cus_1 active 2900 eur product:prod_app
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// # two customers with one address
    /// stripe sub_1 cus_1 active 2900 eur product:prod_app
    /// stripe sub_2 cus_2 active 2900 eur product:prod_app
    /// customer cus_1 anna@acme.test
    /// customer cus_2 Anna@acme.test
    /// row cus_1 sub_1 active
    /// ```
    "billing.double-billing" on Billing, Blocker, stage Database;
    fails "Customers pay twice for the same product"; holds "Nobody pays twice for the same product";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
