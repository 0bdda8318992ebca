//! `billing.row-contradiction`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    mapping::Role,
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Fix, Part, Shown},
};

/// A row whose boolean says the opposite of its status.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.row-contradiction",
    needs: None,
    column: Some(Role::Flag),
    hit,
    title: |h| format!("The row of {} contradicts itself", h.subject()),
    fix: |_, _| Fix::step("Keep one of the two columns, or write both in the same statement"),
};

fn hit(group: &Group) -> Option<Hit> {
    if !group.knows(Role::Flag) {
        return None;
    }
    let pairs = group
        .rows
        .iter()
        .filter_map(|row| {
            let word = row.word.as_ref()?.access();
            let opposite = row.is.flag? != (word == Access::Yes);
            if word == Access::Unclear || !opposite || row.is.status.is_none() {
                return None;
            }
            let sub = row.is.subscription.as_deref().and_then(|id| group.sub(id));
            let flag = if row.is.flag == Some(true) { "true" } else { "false" };
            Some(Pair {
                field: "row",
                subscription: row.is.subscription.as_deref().map(Shown::from),
                row: row.is.key.as_deref().map(Shown::from),
                stripe: sub.map_or_else(|| "no such subscription".into(), |s| s.is.status.word().into()),
                database: format!("{} beside a boolean that says {flag}", row.says).into(),
                should: None,
            })
        })
        .collect();
    group.hit(None, pairs, Stake::none())
}

rule! {
    /// One row says two things: the status gives access and the boolean beside it does not, or the other way
    /// round.
    ///
    /// A boolean counts where it agrees with the status in four of five rows.
    ///
    /// # Why at launch
    /// One part of the app asks the one column and one the other: the customer gets in and is then told to
    /// pay.
    ///
    /// # Fix
    /// Keep one of the two, or write both in the same statement.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active
    /// row cus_1 sub_1 active flag:true
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active
    /// stripe sub_2 cus_2 active
    /// stripe sub_3 cus_3 active
    /// stripe sub_4 cus_4 active
    /// stripe sub_5 cus_5 active
    /// row cus_1 sub_1 active flag:false
    /// row cus_2 sub_2 active flag:true
    /// row cus_3 sub_3 active flag:true
    /// row cus_4 sub_4 active flag:true
    /// row cus_5 sub_5 active flag:true
    /// ```
    "billing.row-contradiction" on Billing, Medium, stage Database;
    fails "Rows contradict themselves"; holds "No row contradicts itself";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
