//! `billing.paid-without-access`
use super::{
    facts::{Drift, Hit, Pair},
    fold::{DriftClass, Group, JudgedRow},
    report,
    status::{Access, Status, Word},
    stripe::Sub,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// An entitled subscription of a customer to whom no row gives access.
pub(super) static CLASS: DriftClass = DriftClass { rule: "billing.paid-without-access", hit };

fn hit(group: &Group) -> Option<Hit> {
    // Access through any row, or a row that cannot be read, is not "without access".
    if !group.database_whole || group.rows.iter().any(|r| r.access != Access::No) {
        return None;
    }
    let lost: Vec<&Sub> = group
        .subs
        .iter()
        .filter(|s| s.access == Access::Yes)
        .map(|s| &s.is)
        .filter(|s| !is_leaving(s, group))
        .collect();
    let pairs = lost
        .iter()
        .map(|s| {
            let row = group.rows_of(&s.id).next();
            Pair {
                subscription: Some((&*s.id).into()),
                stripe: s.status.word().into(),
                database: row.map_or_else(|| elsewhere(group), |r| r.says.clone()),
                should: row.map(|_| s.status.word().into()),
            }
        })
        .collect();
    group.hit(pairs, lost.into_iter())
}
fn elsewhere(group: &Group) -> crate::vocab::Shown {
    match group.rows.first() {
        Some(r) => format!("no row of it; the customer's row says {}", r.says).into(),
        None => "no row".into(),
    }
}
/// Set to end, and already written down as ended: the app's own way of saying so.
fn is_leaving(sub: &Sub, group: &Group) -> bool {
    let ended = |r: &JudgedRow| matches!(r.word, Some(Word::Is(Status::Canceled) | Word::Ended));
    sub.ending && group.rows_of(&sub.id).any(ended)
}

rule! {
    /// A customer pays (or is in a trial) and the database gives them no access.
    ///
    /// Counted are customers with a subscription that is active, trialing or past due for no longer
    /// than `past-due`, when no row of theirs gives access. Each is read again from both sides first.
    ///
    /// # Why at launch
    /// Somebody who has just paid and cannot get in asks for the money back, or tells others. It
    /// happens silently whenever a webhook is lost.
    ///
    /// # Fix
    /// Put the row right, then find out which event was lost and send it again.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # another subscription of the same customer, which the database knows
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_1 active 500 eur
    /// row cus_1 sub_1 active
    /// row cus_1 sub_2 canceled
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 canceled
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// row cus_2 sub_2 active
    /// ```
    "billing.paid-without-access" on Billing, Blocker, stage Database;
    fails "Paying customers have no access"; holds "Every paying customer has access";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(&drift, CLASS.rule, |h| format!("{} pays and has no access", h.subject()), |h, d| {
            let sql = d.mapping.as_ref().and_then(|m| report::update(h, m));
            sql.unwrap_or_else(|| {
                let flag = d.mode.flag();
                Fix::steps([
                    format!("stripe subscriptions retrieve {}{flag}", report::first_id(h)),
                    format!("stripe events list --limit 100 -d type=customer.subscription.created{flag}"),
                    format!("stripe events resend EVENT --webhook-endpoint ENDPOINT{flag}"),
                ])
            })
        })
    }
}
