//! `billing.refunded-with-access`
use super::{
    facts::{Hit, Pair, RefundDrift, Source, Through},
    group::{DriftClass, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access for a payment that was refunded.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.refunded-with-access",
    needs: Some(Source::Refunds),
    column: None,
    hit,
    title: |h| format!("{} got the money back and has access", h.subject()),
    fix: |h, d| {
        let (id, flag) = (report::first_id(h), d.mode.flag());
        Fix::steps([
            format!("stripe subscriptions retrieve {id}{flag}"),
            format!("Where it should end: stripe subscriptions cancel {id}{flag}"),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let back = group.refunds.iter().filter(|r| r.whole && &*r.status == "succeeded");
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
            let says = format!("{}, {} refunded ({})", sub.is.status, r.id, r.status);
            Some(Pair::of("payment", &sub.is, Some(row), says, row.says.clone()))
        })
        .collect();
    group.hit(None, pairs, Stake::once(amount))
}

rule! {
    /// All of the payment for the present period was paid back, and the customer still has access.
    ///
    /// # Why at launch
    /// Who has the money back and the product too tells others how. Nothing in the status says it.
    ///
    /// # Fix
    /// Decide whether a full refund ends access; if it does, handle `charge.refunded` and end the
    /// subscription.
    ///
    /// # References
    /// <https://docs.stripe.com/refunds>
    ///
    /// ```pass
    /// # for an earlier period
    /// stripe sub_1 cus_1 active 2900 eur started:10
    /// refund cus_1 2900 eur 40
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur started:10
    /// refund cus_1 2900 eur 3
    /// row cus_1 sub_1 active
    /// ```
    "billing.refunded-with-access" on Billing, Medium, stage Database;
    fails "Customers have access who got their money back"; holds "Nobody has access who got the money back";
    fn check(drift: Part<'_, RefundDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
