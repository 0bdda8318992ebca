//! `billing.key-unrestricted`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The key that the audit is given may do everything, where one that may only read would do.
    ///
    /// # Why at launch
    /// A key in CI leaks sooner or later; this one can pay out money.
    ///
    /// # Fix
    /// Make a restricted key with read permissions alone.
    ///
    /// # References
    /// <https://docs.stripe.com/keys#limit-access>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```fail
    /// unrestricted
    /// endpoint https://acme.test/hook enabled live
    /// ```
    "billing.key-unrestricted" on Billing, Medium, stage Secret;
    fails "The audit is given a key that may do everything"; holds "The audit is given a key that may only read";
    fn check(endpoints: &Endpoints) -> Verdict {
        if !endpoints.unrestricted {
            return Verdict::Pass;
        }
        Fault::here(
            "the key begins with sk_: it may do everything that the account may",
            Fix::steps([
                "Open https://dashboard.stripe.com/apikeys/create and give read permission to Customers, Subscriptions, Prices, \
                 Products, Invoices, Events, Webhook Endpoints, Charges and Refunds, and Disputes",
                "Put the new rk_ key into the variable that stripe-key-env names",
            ]),
        )
        .into()
    }
}
