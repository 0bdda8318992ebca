//! `billing.orphan-subscription`
use super::{
    facts::{CustomerDrift, Hit, Source, Through},
    group::{DriftClass, Group},
    report,
};
use crate::{
    rule,
    vocab::{Fix, Part},
};

/// An entitled subscription of which the database knows neither the customer nor the address.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.orphan-subscription",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} pays for {} and nobody in the database does", h.subject(), report::first_id(h)),
    fix: |h, d| {
        Fix::steps([
            format!("stripe customers retrieve {}{}", h.subject(), d.mode.flag()),
            "Make the user, or end the subscription and pay the money back".to_owned(),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let lost = super::row_missing::unnamed(group)?;
    if !group.rows.is_empty() || group.person != Some(false) {
        return None;
    }
    super::row_missing::told(group, &lost, &"no row, and no user has the e-mail address".into())
}

rule! {
    /// Stripe charges somebody of whom the database knows neither the customer id nor the address.
    ///
    /// Only products are looked at of which the database knows another subscription: one account may
    /// sell more than this app.
    ///
    /// # Why at launch
    /// Somebody pays every month for an account that was deleted or never made. It ends in a dispute.
    ///
    /// # Fix
    /// Find out whose it is. When a user is deleted, end the subscription in the same step.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/cancel>
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
    /// customer cus_1 anna@acme.test
    /// customer cus_2 bela@acme.test
    /// user u2 bela@acme.test
    /// row cus_2 sub_2 active
    /// ```
    "billing.orphan-subscription" on Billing, High, stage Database;
    fails "Stripe charges people whom the database does not know"; holds "Everybody who pays is known";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
