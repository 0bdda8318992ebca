//! `billing.trial-ended`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Group, Stake},
    report,
    status::{Access, Status, Word},
};
use crate::{rule, vocab::Part};

/// A row in a trial that is over.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.trial-ended",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("The trial of {} is over", h.subject()),
    fix: |h, d| report::sql_or(h, d, "Handle customer.subscription.updated, .deleted and .paused in the webhook"),
};

fn hit(group: &Group) -> Option<Hit> {
    if !group.provider_whole || !group.owners_known || group.live().any(|s| !is_over(group, &s.is)) {
        return None;
    }
    let over: Vec<_> = group
        .pairs()
        .filter(|(row, _)| row.word == Some(Word::Is(Status::Trialing)))
        .filter(|(_, sub)| sub.access == Access::No || is_over(group, &sub.is))
        .collect();
    let stake = Stake::of(over.iter().map(|(_, s)| &s.is));
    let pairs = over.iter().map(|(row, sub)| Pair::status(&sub.is, Some(row), ""));
    group.hit(over.first().map(|(_, s)| &*s.is.customer), pairs.collect(), stake)
}
/// Still called a trial by Stripe and past its end by more than an hour.
fn is_over(group: &Group, sub: &super::stripe::Sub) -> bool {
    sub.status == Status::Trialing
        && sub.trial_end.is_some_and(|end| end + 3600 + group.policy.in_flight < group.policy.now)
}

rule! {
    /// The database gives a trial that Stripe has ended.
    ///
    /// # Why at launch
    /// Who never gave a card keeps the product for nothing, and the numbers of the launch count them as
    /// trials.
    ///
    /// # Fix
    /// Handle `customer.subscription.updated`, `customer.subscription.deleted` and
    /// `customer.subscription.paused` in the webhook, and let a trial end by its date too.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/trials>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 trialing 2900 eur
    /// row cus_1 sub_1 trialing
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 paused 2900 eur
    /// row cus_1 sub_1 trialing
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// row cus_1 sub_1 trialing
    /// ```
    "billing.trial-ended" on Billing, High, stage Database;
    fails "Trials go on that Stripe has ended"; holds "Every trial in the database is one";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
