//! `billing.customer-deleted`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Fate, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access by a customer who was deleted at Stripe.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.customer-deleted",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} was deleted at Stripe and has access", h.subject()),
    fix: |_, _| {
        Fix::steps([
            "Take the access away, or let the user subscribe anew with a new customer",
            "Handle customer.deleted in the webhook",
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if group.subs.iter().any(|s| s.access == Access::Yes) {
        return None;
    }
    let mut customer = None;
    let pairs = group
        .rows
        .iter()
        .filter(|r| r.access == Access::Yes)
        .filter_map(|row| {
            let sub = row.is.subscription.as_deref().and_then(|id| group.sub(id));
            let id = sub.map(|s| &*s.is.customer).or(row.is.customer.as_deref())?;
            if group.fate(id) != Fate::Deleted {
                return None;
            }
            customer = customer.or(Some(id));
            Some(Pair {
                field: "customer",
                subscription: row.is.subscription.as_deref().map(Into::into),
                row: row.is.key.as_deref().map(Into::into),
                stripe: "deleted".into(),
                database: row.says.clone(),
                should: None,
            })
        })
        .collect();
    let stake = Stake::of(group.subs.iter().map(|s| &s.is));
    group.hit(customer, pairs, stake)
}

rule! {
    /// The database gives access to a customer who was deleted at Stripe.
    ///
    /// Deleting a customer ends their subscriptions, and the list of customers no longer shows them.
    ///
    /// # Why at launch
    /// Nothing can be charged to a deleted customer, ever, and no event will come.
    ///
    /// # Fix
    /// Take the access away, or let the user subscribe anew; handle `customer.deleted`.
    ///
    /// # References
    /// <https://docs.stripe.com/api/customers/delete>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// customer cus_1 anna@acme.test
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// deleted cus_1
    /// row cus_1 sub_1 canceled
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// deleted cus_1
    /// row cus_1 sub_1 active
    /// ```
    "billing.customer-deleted" on Billing, High, stage Database;
    fails "Customers who were deleted at Stripe have access"; holds "Nobody who was deleted at Stripe has access";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
