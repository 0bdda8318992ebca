//! `billing.subscription-unknown`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part, Severity},
};

/// A row with a subscription that the account does not have.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.subscription-unknown",
    needs: None,
    column: None,
    hit,
    title: |h| format!("Stripe does not know {}", report::first_id(h)),
    fix: |h, d| {
        let id = report::first_id(h);
        let table = d.mapping.as_ref().map_or("the table", |m| m.mapping.table.as_str());
        Fix::steps([
            format!("stripe subscriptions retrieve {id}"),
            format!("stripe subscriptions retrieve {id} --live"),
            format!("Where neither knows it, delete the row of {table} that carries it"),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let hit = unknown(group, false)?;
    // What lets nobody in is left over from another account or from a test.
    let harmless = group.rows.iter().all(|r| r.access == Access::No);
    Some(if harmless { hit.lowered(Severity::Low) } else { hit })
}
/// The rows of subscriptions that the account does not have; `test` asks for those that the other
/// mode has while the key is a live one.
pub(super) fn unknown(group: &Group, test: bool) -> Option<Hit> {
    let pairs = group
        .rows
        .iter()
        .filter_map(|r| Some((r, r.is.subscription.as_ref()?, r.gone?)))
        .filter(|(.., other_mode)| (*other_mode && group.policy.live) == test)
        .map(|(row, id, other_mode)| Pair {
            field: "status",
            subscription: Some((&**id).into()),
            row: row.is.key.as_deref().map(Into::into),
            stripe: if other_mode { "not in this mode; the other mode has it" } else { "no such subscription" }.into(),
            database: row.says.clone(),
            should: None,
        })
        .collect();
    group.hit(group.rows.iter().find_map(|r| r.is.customer.as_deref()), pairs, Stake::none())
}

rule! {
    /// The database names a subscription that the Stripe account does not have.
    ///
    /// Every id that the list of subscriptions does not hold is retrieved by itself; reported is
    /// only what Stripe answers with 404.
    ///
    /// # Why at launch
    /// Such rows come from test mode, another account or a restored backup. Nothing that Stripe
    /// sends will ever change them, so their access never ends.
    ///
    /// # Fix
    /// Find out where the row comes from; delete it, or put in the id of the right account and mode.
    ///
    /// # References
    /// <https://docs.stripe.com/keys#test-live-modes>
    ///
    /// ```pass
    /// # not in the list, but the account has it
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// hidden sub_2 cus_2 canceled 2900 eur
    /// row cus_2 sub_2 canceled
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// row cus_2 sub_2 active
    /// ```
    "billing.subscription-unknown" on Billing, High, stage Database;
    fails "Rows name subscriptions that Stripe does not know"; holds "Stripe knows every subscription in the database";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
