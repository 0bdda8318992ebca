//! `billing.invoice-uncollectible`
use super::{
    facts::{Hit, InvoiceDrift, Pair, Source, Through},
    group::{DriftClass, Group, JudgedSub, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access by an active subscription whose latest invoice nobody will pay.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.invoice-uncollectible",
    needs: Some(Source::Invoices),
    column: None,
    hit,
    title: |h| format!("The latest invoice of {} is not paid", h.subject()),
    fix: |h, d| {
        let (id, flag) = (report::first_id(h), d.mode.flag());
        Fix::steps([
            format!("stripe invoices list -d subscription={id}{flag}"),
            "Collect it, or end the subscription: what happens after an uncollectible invoice is a setting".to_owned(),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if group.live().any(|s| s.invoice.is_none()) {
        return None;
    }
    let unpaid: Vec<_> = group
        .pairs()
        .filter(|(row, sub)| row.access == Access::Yes && sub.access == Access::Yes && is_lost(group, sub))
        .collect();
    let amount = unpaid.first().and_then(|(_, s)| s.invoice.as_ref()?.amount.as_ref());
    let pairs = unpaid.iter().map(|(row, sub)| {
        let invoice = sub.invoice.as_ref().map_or("", |i| &*i.status);
        let says = format!("{}, latest invoice {invoice}", sub.is.status);
        Pair::of("invoice", &sub.is, Some(row), says, row.says.clone())
    });
    group.hit(unpaid.first().map(|(_, s)| &*s.is.customer), pairs.collect(), Stake::once(amount))
}
/// Given up, voided, or open for longer than the grace.
fn is_lost(group: &Group, sub: &JudgedSub) -> bool {
    sub.invoice.as_ref().is_some_and(|i| match &*i.status {
        "uncollectible" | "void" => true,
        "open" => i.due.unwrap_or(i.created) + group.policy.past_due < group.policy.now,
        _ => false,
    })
}

rule! {
    /// A subscription is active, its latest invoice is uncollectible, void or long overdue, and the database
    /// gives access.
    ///
    /// An invoice that was given up leaves the subscription active.
    ///
    /// # Why at launch
    /// The status says that all is well, so nobody ever looks, and the customer has not paid.
    ///
    /// # Fix
    /// Collect the invoice or end the subscription, and look at invoices and not at the status alone.
    ///
    /// # References
    /// <https://docs.stripe.com/invoicing/overview#uncollectible>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # due in two weeks
    /// stripe sub_1 cus_1 active 2900 eur
    /// invoice sub_1 open 2 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// invoice sub_1 uncollectible 8 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    "billing.invoice-uncollectible" on Billing, Medium, stage Database;
    fails "Active subscriptions have invoices that nobody pays"; holds "Every active subscription is paid for";
    fn check(drift: Part<'_, InvoiceDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
