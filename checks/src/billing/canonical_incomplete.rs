//! `billing.canonical-incomplete`
use super::facts::LayoutDrift;
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// Some of the seven columns are nowhere in which an app keeps who may do what.
    ///
    /// They are: the user, the customer id, the subscription id, the plan, the status, the end of the period
    /// and the access. Any name will do, and so will another table.
    ///
    /// # Why at launch
    /// What is not kept has to be asked of Stripe at each request, or is guessed.
    ///
    /// # Fix
    /// Add the columns and fill them from the webhook.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks#state-changes>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// absent plan current_period_end
    /// ```
    "billing.canonical-incomplete" on Billing, Medium, stage Database;
    fails "The billing state in the database is incomplete"; holds "The billing state in the database is complete";
    fn check(drift: Part<'_, LayoutDrift>) -> Verdict {
        let lacking = drift.iter().filter(|d| !d.0.layout.absent.is_empty());
        lacking
            .map(|d| {
                let table = d.0.mapping.as_ref().map_or("the billing table", |m| m.mapping.table.as_str());
                let absent = d.0.layout.absent.join(", ");
                Fault::here(
                    format!("{table} and what is beside it have no column for: {absent}"),
                    Fix::step(format!("Add columns for {absent} to {table}, and fill them on customer.subscription.updated")),
                )
            })
            .collect::<Vec<_>>()
            .into()
    }
}
