//! Paddle Billing: subscriptions and customers
//! (developer.paddle.com/api-reference/subscriptions/overview, read 2026-11).
//!
//! Lists follow `meta.pagination.next`, whose `has_more` says whether there is anything behind it; an
//! object stands in `data`. Amounts are texts in the smallest unit.

use super::{
    objects::{Customer, fold_email},
    row::time,
    status::Status,
    stripe::{Item, Listed, Lookup, Page, Retrieved, Sub, bad_answer},
    vendor::{Source, Vendor},
};
use crate::vocab::{Cause, Currency, Money};
use serde::Deserialize;

/// Paddle as a source.
#[derive(Debug)]
pub struct Paddle;
impl Source for Paddle {
    const VENDOR: Vendor = Vendor::Paddle;
    type Sub = PaddleSub;
    type Customer = PaddleCustomer;
}
/// A subscription of Paddle's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaddleSub(Sub);
/// A customer of Paddle's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaddleCustomer(Customer);
impl From<PaddleSub> for Sub {
    fn from(s: PaddleSub) -> Self {
        s.0
    }
}
impl From<PaddleCustomer> for Customer {
    fn from(c: PaddleCustomer) -> Self {
        c.0
    }
}

#[derive(Deserialize)]
struct WireList<T> {
    data: Vec<T>,
    meta: WireMeta,
}
#[derive(Deserialize)]
struct WireMeta {
    pagination: WirePagination,
}
#[derive(Deserialize)]
struct WirePagination {
    next: Option<String>,
    #[serde(default)]
    has_more: bool,
}
#[derive(Deserialize)]
struct WireOne<T> {
    data: T,
}
#[derive(Deserialize)]
struct WireSub {
    id: Box<str>,
    customer_id: Box<str>,
    status: Box<str>,
    created_at: Box<str>,
    updated_at: Option<Box<str>>,
    canceled_at: Option<Box<str>>,
    current_billing_period: Option<WirePeriod>,
    billing_cycle: Option<WireCycle>,
    scheduled_change: Option<WireChange>,
    discount: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    items: Vec<WireItem>,
}
#[derive(Deserialize)]
struct WirePeriod {
    starts_at: Box<str>,
    ends_at: Box<str>,
}
#[derive(Deserialize)]
struct WireCycle {
    interval: Box<str>,
    #[serde(default)]
    frequency: i64,
}
#[derive(Deserialize)]
struct WireChange {
    action: Box<str>,
}
#[derive(Deserialize)]
struct WireItem {
    quantity: Option<i64>,
    #[serde(default = "yes")]
    recurring: bool,
    trial_dates: Option<WirePeriod>,
    price: Option<WirePrice>,
}
const fn yes() -> bool {
    true
}
#[derive(Deserialize)]
struct WirePrice {
    id: Box<str>,
    product_id: Option<Box<str>>,
    unit_price: Option<WireMoney>,
    billing_cycle: Option<WireCycle>,
}
#[derive(Deserialize)]
struct WireMoney {
    amount: Box<str>,
    currency_code: Box<str>,
}
#[derive(Deserialize)]
struct WireCustomer {
    id: Box<str>,
    email: Option<Box<str>>,
    created_at: Option<Box<str>>,
}

/// What an amount for each cycle is in a month.
fn a_month(minor: i64, cycle: &WireCycle) -> Option<i64> {
    let every = cycle.frequency.max(1);
    let (times, by) = match &*cycle.interval {
        "month" => (1, every),
        "year" => (1, every.checked_mul(12)?),
        "week" => (52, every.checked_mul(12)?),
        "day" => (365, every.checked_mul(12)?),
        _ => return None,
    };
    i64::try_from(i128::from(minor) * times / i128::from(by)).ok()
}

impl From<WireSub> for PaddleSub {
    fn from(w: WireSub) -> Self {
        let at = |t: &Option<Box<str>>| t.as_deref().and_then(time);
        let period = w.current_billing_period.as_ref();
        let (start, end) = (period.and_then(|p| time(&p.starts_at)), period.and_then(|p| time(&p.ends_at)));
        let trial_end = w.items.iter().filter_map(|i| i.trial_dates.as_ref()).filter_map(|t| time(&t.ends_at)).max();
        let item = |i: &WireItem| {
            let price = i.price.as_ref();
            let cycle = price.and_then(|p| p.billing_cycle.as_ref()).or(w.billing_cycle.as_ref());
            let unit = price.and_then(|p| p.unit_price.as_ref()).zip(cycle).and_then(|(money, cycle)| {
                let minor = a_month(money.amount.parse().ok()?, cycle)?;
                Some(Money { currency: Currency(money.currency_code.to_ascii_lowercase()), minor })
            });
            Item {
                price: price.map(|p| p.id.clone()),
                product: price.and_then(|p| p.product_id.clone()),
                quantity: i.quantity,
                period_end: end,
                unit,
            }
        };
        let items: Vec<Item> = w.items.iter().filter(|i| i.recurring).map(item).collect();
        let created = time(&w.created_at).unwrap_or_default();
        let changed = [Some(created), at(&w.updated_at), at(&w.canceled_at), start];
        Self(Sub {
            status: Status::parse(&w.status),
            period_start: start,
            period_end: end,
            ending: w.scheduled_change.is_some_and(|c| &*c.action == "cancel"),
            created,
            ended: at(&w.canceled_at),
            trial_end,
            changed: changed.into_iter().flatten().max().unwrap_or_default(),
            monthly: if w.discount.is_some() { None } else { sum(&items) },
            items,
            items_whole: true,
            paused: false,
            latest_invoice: None,
            test_clock: false,
            livemode: true,
            id: w.id,
            customer: w.customer_id,
        })
    }
}
/// The sum of what the items bring, where each can be told and all are of one currency.
fn sum(items: &[Item]) -> Option<Money> {
    let currency = items.first()?.unit.as_ref()?.currency.clone();
    let mut minor = 0_i64;
    for item in items {
        let unit = item.unit.as_ref().filter(|u| u.currency == currency)?;
        minor = minor.checked_add(unit.minor.checked_mul(item.quantity.unwrap_or(1))?)?;
    }
    Some(Money { currency, minor })
}
impl From<WireCustomer> for PaddleCustomer {
    fn from(w: WireCustomer) -> Self {
        Self(Customer {
            id: w.id,
            email: w.email.and_then(|e| fold_email(&e)),
            created: w.created_at.as_deref().and_then(time).unwrap_or_default(),
            deleted: false,
            test_clock: false,
        })
    }
}

fn page<W, T>(body: &[u8]) -> Result<Page<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<W>,
{
    let list: WireList<W> = serde_json::from_slice(body).map_err(|e| bad_answer(body, &e, "Paddle"))?;
    let next = list.meta.pagination.next.filter(|_| list.meta.pagination.has_more);
    Ok(Page { data: list.data.into_iter().map(T::from).collect(), has_more: next.is_some(), next })
}
fn lookup<W, T>(body: &[u8]) -> Result<Lookup<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<W>,
{
    #[derive(Deserialize)]
    struct Wrap {
        error: Error,
    }
    #[derive(Deserialize)]
    struct Error {
        #[serde(default)]
        code: String,
    }
    match serde_json::from_slice::<WireOne<W>>(body) {
        Ok(found) => Ok(Lookup::Found(found.data.into())),
        Err(error) => match serde_json::from_slice::<Wrap>(body) {
            Ok(w) if w.error.code.ends_with("not_found") => Ok(Lookup::Gone { other_mode: false }),
            _ => Err(bad_answer(body, &error, "Paddle")),
        },
    }
}
impl Listed for PaddleSub {
    const PATH: &'static str = "/subscriptions";
    const LIMIT: (&'static str, &'static str) = ("per_page", "200");
    const QUERY: &'static [(&'static str, &'static str)] = &[("status", "active,canceled,past_due,paused,trialing")];
    fn id(&self) -> &str {
        &self.0.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireSub, Self>(body)
    }
}
impl Retrieved for PaddleSub {
    const UNDER: &'static str = "/subscriptions/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup::<WireSub, Self>(body)
    }
}
impl Listed for PaddleCustomer {
    const PATH: &'static str = "/customers";
    const LIMIT: (&'static str, &'static str) = ("per_page", "200");
    const QUERY: &'static [(&'static str, &'static str)] = &[("status", "active,archived")];
    fn id(&self) -> &str {
        &self.0.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireCustomer, Self>(body)
    }
}
impl Retrieved for PaddleCustomer {
    const UNDER: &'static str = "/customers/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup::<WireCustomer, Self>(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUB: &str = r#"{"id":"sub_01h04vsc0qhwtsbsxh3422wjs4","status":"active","customer_id":"ctm_01h3h38xxn5nhfpy2t1rjxkrp1",
        "currency_code":"USD","created_at":"2026-09-01T10:00:00.000Z","updated_at":"2026-11-01T10:00:00.5Z","canceled_at":null,
        "discount":null,"billing_cycle":{"interval":"month","frequency":1},
        "current_billing_period":{"starts_at":"2026-11-01T10:00:00Z","ends_at":"2026-12-01T10:00:00Z"},
        "scheduled_change":{"action":"cancel","effective_at":"2026-12-01T10:00:00Z","resume_at":null},
        "items":[{"status":"active","quantity":3,"recurring":true,"trial_dates":null,
          "price":{"id":"pri_01","product_id":"pro_01","unit_price":{"amount":"1500","currency_code":"USD"},
                   "billing_cycle":{"interval":"year","frequency":1}}},
         {"status":"active","quantity":1,"recurring":false,"price":{"id":"pri_02","unit_price":{"amount":"99","currency_code":"USD"}}}]}"#;

    #[test]
    fn a_subscription_is_read_with_its_money() {
        let body = format!(r#"{{"data":{SUB},"meta":{{"request_id":"r"}}}}"#);
        let Ok(Lookup::Found(PaddleSub(sub))) = PaddleSub::lookup(body.as_bytes()) else { panic!() };
        assert_eq!((sub.status.clone(), sub.ending, sub.items.len()), (Status::Active, true, 1));
        assert_eq!(
            (sub.period_end, sub.changed),
            (time("2026-12-01T10:00:00Z"), time("2026-11-01T10:00:00Z").unwrap())
        );
        assert_eq!(sub.monthly.unwrap().to_string(), "3.75 USD", "three at 15.00 a year");
    }

    #[test]
    fn a_list_goes_on_while_there_is_more() {
        let list = |more: bool| {
            let next = "https://api.paddle.com/subscriptions?after=sub_01&per_page=200";
            format!(
                r#"{{"data":[{SUB}],"meta":{{"pagination":{{"per_page":200,"next":"{next}","has_more":{more},"estimated_total":9}}}}}}"#
            )
        };
        assert!(PaddleSub::page(list(true).as_bytes()).unwrap().next.is_some());
        assert!(PaddleSub::page(list(false).as_bytes()).unwrap().next.is_none());
        let gone =
            br#"{"error":{"type":"request_error","code":"entity_not_found","detail":"Unable to find sub"},"meta":{}}"#;
        assert_eq!(PaddleSub::lookup(gone), Ok(Lookup::Gone { other_mode: false }));
        assert!(matches!(PaddleSub::page(b"<html>"), Err(Cause::Parse(w)) if w.as_str().contains("HTML where Paddle")));
    }
}
