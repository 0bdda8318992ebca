//! `billing.access-without-payment`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Fate, Group, JudgedRow, Stake},
    report,
    status::{Access, Status, Word},
    stripe::Sub,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row that gives access by a subscription that no longer entitles, of a customer who has no
/// other one.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.access-without-payment",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} has access and no longer pays", h.subject()),
    fix: |h, d| {
        let sql = d.mapping.as_ref().and_then(|m| report::update(h, m));
        sql.unwrap_or_else(|| {
            Fix::steps([
                format!("stripe subscriptions retrieve {}{}", report::first_id(h), d.mode.flag()),
                "Take the access away in the app, and handle customer.subscription.deleted in the webhook".to_owned(),
            ])
        })
    },
};

fn hit(group: &Group) -> Option<Hit> {
    // With a part of either list missing, the subscription that pays may be another customer's of the owner.
    if !group.provider_whole || !group.owners_known || group.subs.iter().any(|s| s.access != Access::No) {
        return None;
    }
    let mut ended: Vec<&Sub> = Vec::new();
    let mut pairs = Vec::new();
    for row in group.rows.iter().filter(|r| r.access == Access::Yes) {
        let sub = match row.is.subscription.as_deref() {
            Some(id) => group.sub(id).map(|s| &s.is),
            // A row by customer alone stands for the last subscription that customer had.
            None if group.rows.iter().all(|r| r.is.subscription.is_none()) => {
                group.subs.iter().map(|s| &s.is).max_by_key(|s| s.changed)
            }
            None => None,
        };
        let Some(sub) = sub.filter(|s| {
            !s.is_free() && !is_given(row) && !is_told_elsewhere(group, row, s) && !is_paid_up(group, row, s)
        }) else {
            continue;
        };
        ended.push(sub);
        pairs.push(Pair::status(sub, Some(row), ""));
    }
    ended.dedup_by(|a, b| a.id == b.id);
    let mut stake = Stake::none();
    for s in &ended {
        stake.add(s, group.months_since(s.ended.or(s.period_start)));
    }
    group.hit(ended.first().map(|s| &*s.customer), pairs, stake)
}
/// A plan that is not paid by the month says so by its name: bought once for life, or given.
fn is_given(row: &JudgedRow) -> bool {
    const WORDS: &[&str] =
        &["lifetime", "ltd", "comp", "comped", "complimentary", "gift", "gifted", "granted", "internal", "staff"];
    let plan = row.is.plan.as_deref().unwrap_or_default().to_ascii_lowercase();
    plan.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| WORDS.contains(&w))
}
/// A trial that is over, and a customer who was deleted, have rules of their own.
fn is_told_elsewhere(group: &Group, row: &JudgedRow, sub: &Sub) -> bool {
    row.word == Some(Word::Is(Status::Trialing)) || group.fate(&sub.customer) == Fate::Deleted
}
/// A period that is paid for may be used to its end: where access goes by that end alone, and where
/// the row says the same end as Stripe and it is still to come.
fn is_paid_up(group: &Group, row: &JudgedRow, sub: &Sub) -> bool {
    let to_come = sub.status == Status::Canceled && sub.period_end.is_some_and(|end| end > group.policy.now);
    (row.word.is_none() || to_come)
        && row.is.period_end.zip(sub.period_end).is_some_and(|(row, stripe)| row <= stripe + 86_400)
}

rule! {
    /// Somebody has access whose subscription has ended or is not being paid.
    ///
    /// Left out are customers with another subscription that entitles them, and rows that carry no
    /// id of Stripe's at all (comped and lifetime accounts).
    ///
    /// # Why at launch
    /// A cancellation that the database did not hear of is revenue lost every month, unnoticed.
    ///
    /// # Fix
    /// Put the row right, and handle `customer.subscription.updated` and
    /// `customer.subscription.deleted` in the webhook.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// row cus_1 sub_1 canceled
    /// ```
    /// ```pass
    /// # the row is old, and the customer pays through another subscription
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// stripe sub_2 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    "billing.access-without-payment" on Billing, High, stage Database;
    fails "Customers have access without paying"; holds "Nobody has access whose subscription has ended";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
