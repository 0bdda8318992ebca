//! `billing.customer-duplicate`
use super::{
    facts::{CustomerDrift, Hit, Pair, Source, Through},
    group::{DriftClass, Group, Seen, Stake},
    report,
    status::Access,
    stripe::Sub,
};
use crate::{
    rule,
    vocab::{Fix, Part, Severity},
};

/// Several customers with one address, of whom the database knows some.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.customer-duplicate",
    needs: Some(Source::Customers),
    column: None,
    hit,
    title: |h| format!("{} is one of several customers with the same address", h.subject()),
    fix: |h, d| {
        Fix::steps([
            format!("stripe customers list --limit 100 -d email=ADDRESS{}", d.mode.flag()),
            format!("stripe customers retrieve {}{}", h.subject(), d.mode.flag()),
            "Pass the customer id that the user already has to every Checkout session".to_owned(),
        ])
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if (super::double_billing::CLASS.hit)(group).is_some() {
        return None;
    }
    let twins: Vec<&Seen> = group
        .customers
        .iter()
        .filter(|c| c.email.is_some() && group.customers.iter().any(|o| o.id != c.id && o.email == c.email))
        .collect();
    let has_row = |c: &Seen| {
        let by_sub = |r: &super::group::JudgedRow| {
            r.is.subscription.as_deref().and_then(|s| group.sub(s)).is_some_and(|s| s.is.customer == c.id)
        };
        group.rows.iter().any(|r| r.is.customer.as_deref() == Some(&*c.id) || by_sub(r))
    };
    // Where each has a row of its own it is the app's way: a customer a workspace.
    if twins.iter().all(|c| has_row(c)) {
        return None;
    }
    let subs = |c: &Seen| group.subs.iter().filter(|s| s.is.customer == c.id).map(|s| &s.is).collect::<Vec<&Sub>>();
    let pairs: Vec<Pair> = twins
        .iter()
        .filter_map(|c| {
            let sub = *subs(c).first()?;
            let database = if has_row(c) { "known" } else { "not known" };
            Some(Pair::of("customer", sub, None, format!("{} has {} ({})", c.id, sub.id, sub.status), database))
        })
        .collect();
    if pairs.len() < 2 {
        return None;
    }
    let live = |c: &&&Seen| group.subs.iter().any(|s| s.is.customer == c.id && s.access == Access::Yes);
    let several = twins.iter().filter(live).count() > 1;
    let hit = group.hit(twins.first().map(|c| &*c.id), pairs, Stake::none())?;
    Some(if several { hit } else { hit.lowered(Severity::Low) })
}

rule! {
    /// Stripe has several customers with one e-mail address, each with a subscription, and the database
    /// knows only some of them.
    ///
    /// # Why at launch
    /// Invoices, cards and subscriptions are spread over strangers: the customer portal shows half of them,
    /// and a refund goes to the wrong one.
    ///
    /// # Fix
    /// Pass the customer id that the user already has to every Checkout session.
    ///
    /// # References
    /// <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// customer cus_1 anna@acme.test
    /// customer cus_2 bela@acme.test
    /// row cus_1 sub_1 active
    /// row cus_2 sub_2 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 canceled 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// customer cus_1 anna@acme.test
    /// customer cus_2 Anna@acme.test
    /// row cus_2 sub_2 active
    /// ```
    "billing.customer-duplicate" on Billing, Medium, stage Database;
    fails "Several customers have one address"; holds "Every address has one customer";
    fn check(drift: Part<'_, CustomerDrift>) -> Verdict {
        report::judge(drift.iter().map(Through::drift), &CLASS)
    }
}
