//! `billing.refunded-with-access`
use super::{
    facts::{Hit, RefundDrift, Source, Through},
    group::{DriftClass, Group},
    report,
};
use crate::{rule, vocab::Part};

/// A row that gives access for a payment that was refunded.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.refunded-with-access",
    needs: Some(Source::Refunds),
    column: None,
    hit,
    title: |h| format!("{} got the money back and has access", h.subject()),
    fix: report::look_and_end,
};

fn hit(group: &Group) -> Option<Hit> {
    let back = group.refunds.iter().filter(|r| r.whole && &*r.status == "succeeded");
    group.served_after(back, "refunded")
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
