//! `billing.price-mismatch`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, JudgedRow, JudgedSub, Stake},
    learn::has_price,
    mapping::Role,
    report,
    status::Access,
};
use crate::{
    rule,
    vocab::{Money, Part, Severity, Shown},
};

/// A row with a price that is none of the subscription's, or a plan that stands for another product.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.price-mismatch",
    needs: None,
    column: Some(Role::Price),
    hit,
    title: |h| format!("{} pays another price than the database says", h.subject()),
    fix: |h, d| {
        report::sql_or(
            h,
            d,
            "Write the price of the subscription's item to the row on every customer.subscription.updated",
        )
    },
};

fn hit(group: &Group) -> Option<Hit> {
    let mut difference = None;
    let (mut pairs, mut by_word) = (Vec::new(), true);
    let mut customer = None;
    for (row, sub) in group.pairs().filter(|(_, s)| s.access == Access::Yes) {
        let by_price = row.is.price.as_deref().filter(|_| group.knows(Role::Price));
        let found = match by_price {
            Some(price) if has_price(&sub.is, price) => None,
            Some(price) => {
                difference = difference.or_else(|| apart(group, sub, price));
                by_word = false;
                Some(prices(group, row, sub, price))
            }
            None => plan(group, row, sub),
        };
        if found.is_some() {
            customer = customer.or(Some(&*sub.is.customer));
        }
        pairs.extend(found);
    }
    let hit = group.hit(customer, pairs, Stake::monthly(difference))?;
    // What a word stands for was learned from the other rows.
    Some(if by_word { hit.lowered(Severity::Low) } else { hit })
}
fn prices(group: &Group, row: &JudgedRow, sub: &JudgedSub, price: &str) -> Pair {
    let worth = |id: &str| group.learned.prices.get(id).map(|m| format!(" ({m} a month)")).unwrap_or_default();
    let theirs: Vec<String> =
        sub.is.items.iter().filter_map(|i| i.price.as_deref()).map(|p| format!("{p}{}", worth(p))).collect();
    let pair = Pair::of("price", &sub.is, Some(row), theirs.join(", "), format!("{price}{}", worth(price)));
    match sub.is.items.as_slice() {
        [one] => pair.should(Role::Price, one.price.as_deref().map(Shown::from).unwrap_or_default()),
        _ => pair,
    }
}
/// What Stripe charges in a month beside what the row's price would, without its sign.
fn apart(group: &Group, sub: &JudgedSub, price: &str) -> Option<Money> {
    let (charged, said) = (sub.is.monthly.as_ref()?, group.learned.prices.get(price)?);
    let quantity = sub.is.items.first()?.quantity.unwrap_or(1);
    (charged.currency == said.currency)
        .then(|| Money { minor: (charged.minor - said.minor * quantity).abs(), ..charged.clone() })
}
fn plan(group: &Group, row: &JudgedRow, sub: &JudgedSub) -> Option<Pair> {
    let word = row.is.plan.as_deref().filter(|_| group.knows(Role::Plan))?;
    let stands = group.learned.plans.get(word)?;
    let product = stands.first()?;
    let theirs = || sub.is.products();
    let other = sub.is.items_whole && theirs().next().is_some() && theirs().all(|p| stands.iter().all(|s| p != &**s));
    let joined = || theirs().collect::<Vec<_>>().join(", ");
    other.then(|| Pair::of("plan", &sub.is, Some(row), joined(), format!("{word}, which is {product} elsewhere")))
}

rule! {
    /// The database has another price than any that the subscription is charged for.
    ///
    /// Where there is no price id, the app's word for the plan is taken for the product that it stands
    /// for in most rows; what differs from that is told at a low severity.
    ///
    /// # Why at launch
    /// The customer pays for one thing and has another: money is lost every month, or somebody was sold
    /// less than they pay for.
    ///
    /// # Fix
    /// Write the price of the subscription's item to the row on every `customer.subscription.updated`.
    ///
    /// # References
    /// <https://docs.stripe.com/billing/subscriptions/change-price>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur price:price_pro
    /// row cus_1 sub_1 active price:price_pro
    /// ```
    /// ```pass
    /// # a plan is a word of the app's own
    /// stripe sub_1 cus_1 active 2900 eur product:prod_pro
    /// stripe sub_2 cus_2 active 2900 eur product:prod_pro
    /// stripe sub_3 cus_3 active 2900 eur product:prod_pro
    /// row cus_1 sub_1 active plan:pro
    /// row cus_2 sub_2 active plan:pro
    /// row cus_3 sub_3 active plan:pro
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur price:price_pro
    /// stripe sub_2 cus_2 active 900 eur price:price_basic
    /// stripe sub_3 cus_3 active 900 eur price:price_basic
    /// row cus_1 sub_1 active price:price_pro
    /// row cus_2 sub_2 active price:price_basic
    /// row cus_3 sub_3 active price:price_pro
    /// ```
    "billing.price-mismatch" on Billing, High, stage Database;
    fails "Customers pay another price than the database says"; holds "Every price is the one that is paid";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
