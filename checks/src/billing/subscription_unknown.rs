//! `billing.subscription-unknown`
use super::{
    facts::{Drift, Hit, Pair},
    fold::{DriftClass, Group},
    report,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// A row with a subscription that the account does not have.
pub(super) static CLASS: DriftClass = DriftClass { rule: "billing.subscription-unknown", hit };

fn hit(group: &Group) -> Option<Hit> {
    let pairs = group
        .rows
        .iter()
        .filter_map(|r| Some((r.is.subscription.as_ref()?, r.gone?, &r.says)))
        .map(|(id, other_mode, says)| Pair {
            subscription: Some((&**id).into()),
            stripe: if other_mode { "not in this mode; the other mode has it" } else { "no such subscription" }.into(),
            database: says.clone(),
            should: None,
        })
        .collect();
    group.hit(pairs, std::iter::empty())
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
        let title = |h: &Hit| format!("Stripe does not know {}", report::first_id(h));
        report::judge(&drift, CLASS.rule, title, |h, d| {
            let id = report::first_id(h);
            let table = d.mapping.as_ref().map_or("the table", |m| m.mapping.table.as_str());
            Fix::steps([
                format!("stripe subscriptions retrieve {id}"),
                format!("stripe subscriptions retrieve {id} --live"),
                format!("Where neither knows it, delete the row of {table} that carries it"),
            ])
        })
    }
}
