//! `billing.state-scattered`
use super::facts::LayoutDrift;
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// Two tables each keep a status beside ids of the same subscriptions.
    ///
    /// # Why at launch
    /// An event changes one of them and the app asks the other.
    ///
    /// # Fix
    /// Keep the status in one table and let the other refer to it.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// scattered users.subscription_status subscriptions.status
    /// ```
    "billing.state-scattered" on Billing, Medium, stage Database;
    fails "The billing state is kept in several tables"; holds "The billing state is kept in one table";
    fn check(drift: Part<'_, LayoutDrift>) -> Verdict {
        let several = drift.iter().filter(|d| d.0.layout.scattered.len() > 1);
        several
            .map(|d| {
                let places: Vec<&str> = d.0.layout.scattered.iter().map(crate::vocab::Shown::as_str).collect();
                let fix = Fix::step(format!("Keep the status in {} and read it from there", places[0]));
                Fault::here(format!("a status stands beside the same subscriptions in {}", places.join(" and ")), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
