//! `billing.disputed-with-access`
use super::{
    facts::{DisputeDrift, Hit, Source, Through},
    group::{DriftClass, Group},
    report,
};
use crate::{rule, vocab::Part};

/// A row that gives access for a payment that was disputed.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.disputed-with-access",
    needs: Some(Source::Disputes),
    column: None,
    hit,
    title: |h| format!("{} disputes the payment and has access", h.subject()),
    fix: report::look_and_end,
};

fn hit(group: &Group) -> Option<Hit> {
    let back = group
        .disputes
        .iter()
        .filter(|r| !matches!(&*r.status, "won" | "prevented") && !r.status.starts_with("warning"));
    group.served_after(back, "disputed")
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
