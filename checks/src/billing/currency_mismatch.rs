//! `billing.currency-mismatch`
use super::{
    facts::{Drift, Hit},
    group::{DriftClass, Group},
    mapping::Role,
    report,
};
use crate::{rule, vocab::Part};

/// A row with another currency than the subscription.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.currency-mismatch",
    needs: None,
    column: Some(Role::Currency),
    hit,
    title: |h| format!("The currency of {} differs", h.subject()),
    fix: |h, d| report::sql_or(h, d, "Write the subscription's own currency to the row"),
};

fn hit(group: &Group) -> Option<Hit> {
    group.differing(
        Role::Currency,
        "currency",
        |sub| sub.currency().map(|c| c.0.as_str()),
        |row| row.currency.as_deref(),
    )
}

rule! {
    /// The database has another currency than the subscription is charged in.
    ///
    /// # Why at launch
    /// Prices, invoices and numbers are shown in a currency that nobody pays in.
    ///
    /// # Fix
    /// Write the currency of the subscription to the row when it is made.
    ///
    /// # References
    /// <https://docs.stripe.com/api/subscriptions/object>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active currency:eur
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// stripe sub_3 cus_3 active 2900 eur
    /// stripe sub_4 cus_4 active 2900 eur
    /// stripe sub_5 cus_5 active 2900 eur
    /// row cus_1 sub_1 active currency:usd
    /// row cus_2 sub_2 active currency:eur
    /// row cus_3 sub_3 active currency:eur
    /// row cus_4 sub_4 active currency:eur
    /// row cus_5 sub_5 active currency:eur
    /// ```
    "billing.currency-mismatch" on Billing, Medium, stage Database;
    fails "The database has other currencies than are charged"; holds "Every currency is the one that is charged";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
