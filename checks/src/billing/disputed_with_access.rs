//! `billing.disputed-with-access`
use super::{
    facts::{DisputeDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access for a payment that was disputed.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.disputed-with-access",
    needs: Some(Source::Disputes),
    column: None,
    hit,
    title: |h| format!("{} disputes the payment and has access", h.subject()),
    fix: |h, d| {
        let (id, flag) = (report::first_id(h), d.mode.flag());
        Fix::steps([
            format!("stripe subscriptions retrieve {id}{flag}"),
            format!("Where it should end: stripe subscriptions cancel {id}{flag}"),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let back = group
        .disputes
        .iter()
        .filter(|r| !matches!(&*r.status, "won" | "prevented") && !r.status.starts_with("warning"));
    let mut amount = None;
    let pairs = back
        .filter_map(|r| {
            let mut of_customer = group.live().filter(|s| Some(&s.is.customer) == r.customer.as_ref());
            // With several subscriptions nobody knows which of them the payment was for.
            let (sub, None) = (of_customer.next()?, of_customer.next()) else { return None };
            // An earlier period's payment says nothing about the present one.
            if sub.is.period_start.is_none_or(|start| r.charged + 86_400 < start) {
                return None;
            }
            let row = group.rows_of(&sub.is.id).find(|row| row.access == Access::Yes)?;
            amount = amount.or(r.amount.as_ref());
            let says = format!("{}, {} disputed ({})", sub.is.status, r.id, r.status);
            Some(Pair::of("payment", &sub.is, Some(row), says, row.says.clone()))
        })
        .collect();
    group.hit(None, pairs, Stake::once(amount))
}

rule! {
    /// The payment for the present period is disputed or was lost in a dispute, and the customer still has
    /// access.
    ///
    /// # Why at launch
    /// The money is already taken back, and a fee with it. Each further month is likely to be disputed too.
    ///
    /// # Fix
    /// Decide whether a dispute ends access; if it does, handle `charge.dispute.created` and end the
    /// subscription.
    ///
    /// # References
    /// <https://docs.stripe.com/disputes>
    ///
    /// ```pass
    /// # for an earlier period
    /// stripe sub_1 cus_1 active 2900 eur started:10
    /// dispute cus_1 2900 eur 40
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur started:10
    /// dispute cus_1 2900 eur 3
    /// row cus_1 sub_1 active
    /// ```
    "billing.disputed-with-access" on Billing, Medium, stage Database;
    fails "Customers have access who dispute the payment"; holds "Nobody has access who disputes the payment";
    fn check(drift: Part<'_, DisputeDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
