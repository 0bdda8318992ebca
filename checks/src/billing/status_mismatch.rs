//! `billing.status-mismatch`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, JudgedRow, JudgedSub, Stake},
    report,
    status::{Access, Status, Word},
};
use crate::{rule, vocab::Part};

/// A status word that differs and changes nothing, or nothing certain, about access.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.status-mismatch",
    needs: None,
    column: None,
    hit,
    title: |_| String::new(),
    fix: |h, d| report::sql_or(h, d, "Write Stripe's status word on every customer.subscription.updated"),
};

fn hit(group: &Group) -> Option<Hit> {
    let others = [
        &super::paid_without_access::CLASS,
        &super::access_without_payment::CLASS,
        &super::trial_ended::CLASS,
        &super::customer_deleted::CLASS,
        &super::subscription_stale::CLASS,
    ];
    if others.iter().any(|c| (c.hit)(group).is_some()) {
        return None;
    }
    let pairs = group
        .subs
        .iter()
        .filter_map(|sub| {
            let mut rows = group.rows_of(&sub.is.id).peekable();
            rows.peek()?;
            let rows: Vec<&JudgedRow> = rows.collect();
            if rows.iter().any(|r| agrees(group, r, sub)) {
                return None;
            }
            Some(Pair::status(&sub.is, Some(rows.first()?), ""))
        })
        .collect();
    group.hit(None, pairs, Stake::none())
}
fn agrees(group: &Group, row: &JudgedRow, sub: &JudgedSub) -> bool {
    let Some(word) = &row.word else { return true };
    // Where the access differs too it is another class's, or explained by another subscription; an
    // announced end that is written down as one already is the one case that is only a word.
    let another = sub.access != Access::Unclear && row.access != Access::Unclear && row.access != sub.access;
    // An app that has no word of its own for a trial or for what is overdue calls it active.
    let plain = *word == Word::Is(Status::Active) && group.learned.plain.contains(&sub.is.status);
    let early = sub.is.ending && matches!(word, Word::Is(_));
    sub.access == Access::Unclear || plain || word.fits(&sub.is.status, sub.access) || (another && !early)
}

rule! {
    /// The database has another status word than Stripe, with the same access.
    ///
    /// Spelling does not count (`CANCELLED`, `past-due`), nor do an app's own coarser words
    /// (`inactive`, `expired`, booleans) where the access is the same.
    ///
    /// # Why at launch
    /// A wrong word does no harm today. It says that an event was missed, and mails, reports and
    /// dunning go by it.
    ///
    /// # Fix
    /// Put the row right, and write Stripe's own word to the column on every
    /// `customer.subscription.updated`.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// row cus_1 sub_1 CANCELLED
    /// ```
    /// ```pass
    /// stripe sub_1 cus_1 unpaid 2900 eur
    /// row cus_1 sub_1 inactive
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 trialing
    /// ```
    "billing.status-mismatch" on Billing, Low, stage Database;
    fails "The database has other status words than Stripe"; holds "Every status word agrees with Stripe";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
