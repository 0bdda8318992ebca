//! `billing.quantity-mismatch`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    mapping::Role,
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Money, Part},
};

/// A row with another number of seats than the subscription.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.quantity-mismatch",
    needs: None,
    column: Some(Role::Quantity),
    hit,
    title: |h| format!("{} pays for another number of seats", h.subject()),
    fix: |h, d| {
        report::sql_or(
            h,
            d,
            "Write the quantity of the subscription's item to the row on every customer.subscription.updated",
        )
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if !group.knows(Role::Quantity) {
        return None;
    }
    let (mut pairs, mut difference, mut customer) = (Vec::new(), None, None);
    for (row, sub) in group.pairs().filter(|(_, s)| s.access == Access::Yes && s.is.items_whole) {
        let Some(seats) = row.is.quantity else { continue };
        let of_price = sub.is.items.iter().filter(|i| i.price == row.is.price && i.price.is_some());
        let matched: Vec<_> = of_price.chain(sub.is.items.iter()).filter(|i| i.quantity.is_some()).collect();
        let Some(first) = matched.first() else { continue };
        if matched.iter().any(|i| i.quantity == Some(seats)) {
            continue;
        }
        let paid = first.quantity.unwrap_or_default();
        let apart = first.unit.as_ref().map(|u| Money { minor: u.minor * (paid - seats).abs(), ..u.clone() });
        difference = difference.or(apart);
        customer = customer.or(Some(&*sub.is.customer));
        let both = Pair::of("quantity", &sub.is, Some(row), paid.to_string(), seats.to_string());
        pairs.push(both.should(Role::Quantity, paid.to_string()));
    }
    group.hit(customer, pairs, Stake::monthly(difference))
}

rule! {
    /// The database gives another number of seats than the customer pays for.
    ///
    /// # Why at launch
    /// Seats beyond the paid ones are given away every month; seats below them were sold and are missing.
    ///
    /// # Fix
    /// Write the quantity of the subscription's item to the row on every `customer.subscription.updated`.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/quantities>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur quantity:3
    /// stripe sub_2 cus_2 active 2900 eur quantity:1
    /// stripe sub_3 cus_3 active 2900 eur quantity:1
    /// row cus_1 sub_1 active seats:3
    /// row cus_2 sub_2 active seats:1
    /// row cus_3 sub_3 active seats:1
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur quantity:3
    /// stripe sub_2 cus_2 active 2900 eur quantity:1
    /// stripe sub_3 cus_3 active 2900 eur quantity:1
    /// stripe sub_4 cus_4 active 2900 eur quantity:2
    /// stripe sub_5 cus_5 active 2900 eur quantity:2
    /// row cus_1 sub_1 active seats:9
    /// row cus_2 sub_2 active seats:1
    /// row cus_3 sub_3 active seats:1
    /// row cus_4 sub_4 active seats:2
    /// row cus_5 sub_5 active seats:2
    /// ```
    "billing.quantity-mismatch" on Billing, High, stage Database;
    fails "The database gives other seats than are paid for"; holds "Every number of seats is the one that is paid for";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
