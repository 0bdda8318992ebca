//! `billing.test-id-in-live`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Fate, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part, Severity},
};

/// A row with an id of test mode, beside a live key.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.test-id-in-live",
    needs: None,
    column: None,
    hit,
    title: |h| format!("{} is of test mode", h.subject()),
    fix: |h, d| {
        let id = report::first_id(h);
        let table = d.mapping.as_ref().map_or("the table", |m| m.mapping.table.as_str());
        Fix::steps([
            format!("stripe subscriptions retrieve {id}"),
            format!("Delete the row of {table} that carries it, or let the customer subscribe in live mode"),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let hit = super::subscription_unknown::unknown(group, true).or_else(|| by_customer(group))?;
    // A row that lets nobody in is what is left of a test.
    let harmless = group.rows.iter().all(|r| r.access == Access::No);
    Some(if harmless { hit.lowered(Severity::Medium) } else { hit })
}
fn by_customer(group: &Group) -> Option<Hit> {
    let strange = group.rows.iter().filter(|r| {
        let fate = r.is.customer.as_deref().map(|c| group.fate(c));
        group.policy.live && r.is.subscription.is_none() && fate == Some(Fate::Gone { other_mode: true })
    });
    let pairs = strange.map(|row| Pair {
        field: "customer",
        subscription: None,
        row: row.is.key.as_deref().map(Into::into),
        stripe: "not in this mode; the other mode has it".into(),
        database: row.says.clone(),
        should: None,
    });
    group.hit(None, pairs.collect(), Stake::none())
}

rule! {
    /// The production database holds ids of test mode while the key is a live one.
    ///
    /// Stripe itself says so when it is asked for the id.
    ///
    /// # Why at launch
    /// Somebody has access who paid with a test card, or the app was built on a copy of the test data: no
    /// event of live mode will ever change such a row.
    ///
    /// # Fix
    /// Delete the rows of test mode before the launch, and keep one database a mode.
    ///
    /// # References
    /// <https://docs.stripe.com/keys#test-live-modes>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```pass
    /// # a test key sees ids of live mode as unknown, which is another rule's
    /// key test
    /// other-mode sub_2
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// row cus_2 sub_2 active
    /// ```
    /// ```fail
    /// key live
    /// other-mode sub_2
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// row cus_2 sub_2 active
    /// ```
    "billing.test-id-in-live" on Billing, Blocker, stage Database;
    fails "The database holds ids of test mode"; holds "No id of test mode is in the database";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
