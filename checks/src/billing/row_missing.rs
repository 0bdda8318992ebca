//! `billing.row-missing`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Group, JudgedRow, Stake},
    report,
    status::Access,
    stripe::Sub,
};
use crate::{
    rule,
    vocab::{Part, Shown},
};

/// An entitled subscription that no row names, of a customer none of whose rows gives access.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.row-missing",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} pays and {} is in no row", h.subject(), report::first_id(h)),
    fix: |h, d| report::look_and_resend(h, d, "customer.subscription.created"),
};

fn hit(group: &Group) -> Option<Hit> {
    let lost = unnamed(group)?;
    // Of a customer whom no row knows it depends on the address: a user may have it, or another customer.
    if group.rows.is_empty() && (group.person.is_some() || !group.owners_known) {
        return None;
    }
    let words = match group.rows.first() {
        Some(row) => format!("no row of it; the customer's row says {}", row.says),
        None => "no row".to_owned(),
    };
    told(group, &lost, &words.into())
}
/// The entitled subscriptions of an owner whose rows, where there are any, name no subscription and
/// give no access.
pub(super) fn unnamed(group: &Group) -> Option<Vec<&Sub>> {
    let none = |r: &JudgedRow| r.access == Access::No && r.is.subscription.is_none();
    let by_customer = group.learned.by_customer && !group.rows.is_empty();
    if !group.database_whole || by_customer || !group.rows.iter().all(none) {
        return None;
    }
    let lost: Vec<&Sub> = group.paying().map(|s| &s.is).collect();
    (!lost.is_empty()).then_some(lost)
}
/// The hit on them, in these words for the database's side.
pub(super) fn told(group: &Group, lost: &[&Sub], words: &Shown) -> Option<Hit> {
    let mut stake = Stake::none();
    for s in lost {
        stake.add(s, group.months_since(Some(s.created)));
    }
    let pairs = lost.iter().map(|s| Pair::of("status", s, None, s.status.word(), words.clone())).collect();
    group.hit(lost.first().map(|s| &*s.customer), pairs, stake)
}

rule! {
    /// A customer pays (or is in a trial) and no row of the database names the subscription.
    ///
    /// The customer is in the database, or it cannot be told whether a user has the address. Each is read
    /// again from both sides first.
    ///
    /// # Why at launch
    /// The event that would have written the row was lost, so the customer paid and has nothing. Nothing
    /// in the app will ever notice by itself.
    ///
    /// # Fix
    /// Send the event again, or write the row by hand. Then find out why it was lost.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # another product of the same account, which the database does not keep
    /// stripe sub_1 cus_1 active 2900 eur product:prod_app
    /// stripe sub_2 cus_2 active 2900 eur product:prod_course
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 - -
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// row cus_2 sub_2 active
    /// ```
    "billing.row-missing" on Billing, Blocker, stage Database;
    fails "Paid subscriptions are in no row"; holds "Every paid subscription has a row";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
