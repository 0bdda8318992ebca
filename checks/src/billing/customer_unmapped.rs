//! `billing.customer-unmapped`
use super::{
    facts::{CustomerDrift, Hit, Source, Through},
    group::{DriftClass, Group},
    report,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// An entitled subscription of a customer whom no row names, while a user has the customer's address.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.customer-unmapped",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} pays and is linked to no user", h.subject()),
    fix: |h, d| {
        let customer = h.subject();
        let column =
            d.mapping.as_ref().and_then(|m| m.mapping.customer.clone()).unwrap_or_else(|| "customer".to_owned());
        Fix::steps([
            format!("stripe customers retrieve {customer}{}", d.mode.flag()),
            format!("Write {customer} to {column} of the user with that e-mail address"),
            format!("stripe events list --limit 100 -d type=checkout.session.completed{}", d.mode.flag()),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let lost = super::row_missing::unnamed(group)?;
    if !group.rows.is_empty() || group.person != Some(true) {
        return None;
    }
    super::row_missing::told(group, &lost, &"no row; a user has the same e-mail address".into())
}

rule! {
    /// A customer pays, no row names the customer, and a user of the app has the customer's address.
    ///
    /// Addresses are compared without regard to case and only inside the tool; none is shown.
    ///
    /// # Why at launch
    /// The user exists and has paid, and the app does not know that the two belong together: nobody gets
    /// access, and support sees two strangers.
    ///
    /// # Fix
    /// Write the customer's id to the user's row, and pass `client_reference_id` or metadata to Checkout so
    /// that the webhook need not guess.
    ///
    /// # References
    /// <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-client_reference_id>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// customer cus_1 anna@acme.test
    /// user u1 anna@acme.test
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// customer cus_1 Anna@acme.test
    /// customer cus_2 bela@acme.test
    /// user u1 anna@acme.test
    /// row cus_2 sub_2 active
    /// ```
    "billing.customer-unmapped" on Billing, High, stage Database;
    fails "Paying customers are linked to no user"; holds "Every paying customer is linked to a user";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
