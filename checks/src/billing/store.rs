//! Millions of subscriptions and rows in little memory: each text is kept once and known by a
//! number, and a record is a few numbers. What a class is shown is unpacked for one customer at a time.

use super::{
    row::Row,
    status::Status,
    stripe::{Item, Sub},
};
use crate::vocab::{Currency, Money};
use std::{collections::HashMap, hash::Hasher};

/// The number of a text. [`Ids::NONE`] stands for no text.
pub type Id = u32;

/// Texts, each once.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    text: String,
    ends: Vec<u32>,
    /// Open addressing by the text's digest; a slot is a number plus one, or 0.
    slots: Vec<u32>,
}
impl Ids {
    /// No text.
    pub const NONE: Id = u32::MAX;

    /// The number of a text, which is kept where it is new.
    pub fn put(&mut self, text: &str) -> Id {
        if (self.ends.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let (slot, found) = self.slot(text);
        if let Some(id) = found {
            return id;
        }
        // A million of each kind is far below both limits; beyond them texts are simply not kept.
        let (Ok(id), Ok(end)) = (u32::try_from(self.ends.len()), u32::try_from(self.text.len() + text.len())) else {
            return Self::NONE;
        };
        self.text.push_str(text);
        self.ends.push(end);
        self.slots[slot] = id + 1;
        id
    }
    fn put_some(&mut self, text: Option<&str>) -> Id {
        text.map_or(Self::NONE, |t| self.put(t))
    }
    /// The number of a text that is kept.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Id> {
        if self.slots.is_empty() { None } else { self.slot(text).1 }
    }
    /// A kept text; empty for a number that stands for none.
    #[must_use]
    pub fn get(&self, id: Id) -> &str {
        let Some(end) = self.ends.get(id as usize) else { return "" };
        let start = if id == 0 { 0 } else { self.ends[id as usize - 1] };
        self.text.get(start as usize..*end as usize).unwrap_or_default()
    }
    fn some(&self, id: Id) -> Option<Box<str>> {
        (id != Self::NONE).then(|| self.get(id).into())
    }
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    fn slot(&self, text: &str) -> (usize, Option<Id>) {
        let mask = self.slots.len() - 1;
        let mut at = usize::try_from(hash(text) & (mask as u64)).unwrap_or_default();
        loop {
            match self.slots[at] {
                0 => return (at, None),
                id if self.get(id - 1) == text => return (at, Some(id - 1)),
                _ => at = (at + 1) & mask,
            }
        }
    }
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1024);
        self.slots = vec![0; size];
        for id in 0..u32::try_from(self.ends.len()).unwrap_or_default() {
            let mut at = usize::try_from(hash(self.get(id)) & (size as u64 - 1)).unwrap_or_default();
            while self.slots[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = id + 1;
        }
    }
}
fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Seconds since 1970 in four bytes; 0 for none.
fn pack(time: Option<i64>) -> u32 {
    time.and_then(|t| u32::try_from(t).ok()).unwrap_or(0)
}
fn unpack(time: u32) -> Option<i64> {
    (time != 0).then_some(i64::from(time))
}
fn small(number: Option<i64>) -> u32 {
    number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n != u32::MAX).unwrap_or(u32::MAX)
}
fn large(number: u32) -> Option<i64> {
    (number != u32::MAX).then_some(i64::from(number))
}

/// What a price is worth and for, which is the same in every subscription.
#[derive(Clone, Debug)]
struct Price {
    product: Id,
    unit: Option<Money>,
}

#[derive(Clone, Debug)]
struct PackedSub {
    id: Id,
    customer: Id,
    status: Id,
    period_start: u32,
    period_end: u32,
    created: u32,
    ended: u32,
    trial_end: u32,
    changed: u32,
    price: Id,
    quantity: u32,
    /// Half of the digest is enough to tell one customer's invoices apart.
    invoice: u32,
    monthly: i64,
    bits: u8,
}
const ENDING: u8 = 1;
const PAUSED: u8 = 2;
const LIVE: u8 = 4;
const PRICED: u8 = 8;
const WHOLE: u8 = 16;
const INVOICED: u8 = 32;

/// The lower half of an invoice's digest, by which it is known here.
#[must_use]
pub const fn half(digest: u64) -> u64 {
    digest & 0xffff_ffff
}

/// The subscriptions.
#[derive(Clone, Debug, Default)]
pub struct Subs {
    list: Vec<PackedSub>,
    /// Where a subscription stands, by the number of its id; plus one.
    place: Vec<u32>,
    prices: HashMap<Id, Price>,
    /// The items of those that have not exactly one with a price.
    items: HashMap<Id, Vec<Item>>,
    /// The currencies of those sums that no single price tells.
    currencies: HashMap<Id, Currency>,
}
impl Subs {
    /// Adds one, or puts it in the place of the one with its id.
    pub fn put(&mut self, ids: &mut Ids, sub: Sub) {
        let id = ids.put(&sub.id);
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let (price, quantity) = match sub.items.as_slice() {
            [one] if one.period_end == sub.period_end && one.price.is_some() => self.price(ids, one),
            _ => (Ids::NONE, u32::MAX),
        };
        let packed = PackedSub {
            id,
            customer: ids.put(&sub.customer),
            status: ids.put(sub.status.word()),
            period_start: pack(sub.period_start),
            period_end: pack(sub.period_end),
            created: pack(Some(sub.created)),
            ended: pack(sub.ended),
            trial_end: pack(sub.trial_end),
            changed: pack(Some(sub.changed)),
            price,
            quantity,
            invoice: u32::try_from(half(sub.latest_invoice.unwrap_or_default())).unwrap_or_default(),
            monthly: sub.monthly.as_ref().map_or(0, |m| m.minor),
            bits: bit(sub.ending, ENDING)
                | bit(sub.paused, PAUSED)
                | bit(sub.livemode, LIVE)
                | bit(sub.monthly.is_some(), PRICED)
                | bit(sub.items_whole, WHOLE)
                | bit(sub.latest_invoice.is_some(), INVOICED),
        };
        if price == Ids::NONE {
            if sub.items.is_empty() {
                self.items.remove(&id)
            } else {
                self.items.insert(id, sub.items)
            };
        }
        let told = self.prices.get(&price).and_then(|p| p.unit.as_ref()).map(|u| &u.currency);
        if let Some(m) = sub.monthly.filter(|m| told != Some(&m.currency)) {
            self.currencies.insert(id, m.currency);
        }
        let at = id as usize;
        if self.place.len() <= at {
            self.place.resize(at + 1, 0);
        }
        match self.place[at] {
            0 => {
                self.list.push(packed);
                self.place[at] = u32::try_from(self.list.len()).unwrap_or_default();
            }
            there => self.list[there as usize - 1] = packed,
        }
    }
    fn price(&mut self, ids: &mut Ids, item: &Item) -> (Id, u32) {
        let id = ids.put_some(item.price.as_deref());
        let product = ids.put_some(item.product.as_deref());
        self.prices.entry(id).or_insert_with(|| Price { product, unit: item.unit.clone() });
        (id, small(item.quantity))
    }
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Where the subscription with this id stands.
    #[must_use]
    pub fn position(&self, id: Id) -> Option<usize> {
        self.place.get(id as usize).filter(|p| **p > 0).map(|p| *p as usize - 1)
    }
    /// The number of the customer of the one that stands there.
    #[must_use]
    pub fn customer(&self, at: usize) -> Id {
        self.list[at].customer
    }
    /// Whether all items of the one that stands there are known.
    #[must_use]
    pub fn is_whole(&self, at: usize) -> bool {
        self.list[at].bits & WHOLE > 0
    }
    /// The one that stands there.
    #[must_use]
    pub fn get(&self, ids: &Ids, at: usize) -> Sub {
        let p = &self.list[at];
        let is = |bit: u8| p.bits & bit > 0;
        let (period_start, period_end) = (unpack(p.period_start), unpack(p.period_end));
        let price = self.prices.get(&p.price);
        let items = match price {
            Some(price) => vec![Item {
                price: ids.some(p.price),
                product: ids.some(price.product),
                quantity: large(p.quantity),
                period_end,
                unit: price.unit.clone(),
            }],
            None => self.items.get(&p.id).cloned().unwrap_or_default(),
        };
        let own = self.currencies.get(&p.id);
        let currency = own.or_else(|| Some(&price?.unit.as_ref()?.currency)).filter(|_| is(PRICED));
        Sub {
            id: ids.get(p.id).into(),
            customer: ids.get(p.customer).into(),
            status: Status::parse(ids.get(p.status)),
            period_start,
            period_end,
            ending: is(ENDING),
            created: i64::from(p.created),
            ended: unpack(p.ended),
            trial_end: unpack(p.trial_end),
            changed: i64::from(p.changed),
            monthly: currency.map(|c| Money { currency: c.clone(), minor: p.monthly }),
            items,
            items_whole: is(WHOLE),
            paused: is(PAUSED),
            latest_invoice: is(INVOICED).then_some(u64::from(p.invoice)),
            test_clock: false,
            livemode: is(LIVE),
        }
    }
    /// Every one.
    pub fn iter<'a>(&'a self, ids: &'a Ids) -> impl Iterator<Item = Sub> + 'a {
        (0..self.list.len()).map(|at| self.get(ids, at))
    }
}

#[derive(Clone, Debug)]
struct PackedRow {
    customer: Id,
    subscription: Id,
    status: Id,
    price: Id,
    plan: Id,
    currency: Id,
    period_end: u32,
    quantity: u32,
    email: u64,
    owner: u64,
    bits: u16,
}
/// Two bits a boolean: whether it is known, and what it is.
fn tri(value: Option<bool>, at: u16) -> u16 {
    value.map_or(0, |v| (1 | (u16::from(v) << 1)) << at)
}
fn untri(bits: u16, at: u16) -> Option<bool> {
    let two = bits >> at & 3;
    (two & 1 > 0).then_some(two & 2 > 0)
}

/// The rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    list: Vec<PackedRow>,
    /// What tells rows apart, where it is kept: of the few that are read again.
    keys: Option<Vec<Option<Box<str>>>>,
}
impl Rows {
    /// Rows that keep their keys.
    #[must_use]
    pub fn with_keys() -> Self {
        Self { list: Vec::new(), keys: Some(Vec::new()) }
    }
    /// Adds one.
    pub fn put(&mut self, ids: &mut Ids, row: Row) {
        self.list.push(PackedRow {
            customer: ids.put_some(row.customer.as_deref()),
            subscription: ids.put_some(row.subscription.as_deref()),
            status: ids.put_some(row.status.as_deref()),
            price: ids.put_some(row.price.as_deref()),
            plan: ids.put_some(row.plan.as_deref()),
            currency: ids.put_some(row.currency.as_deref()),
            period_end: pack(row.period_end),
            quantity: small(row.quantity),
            email: row.email.unwrap_or(0),
            owner: row.owner.unwrap_or(0),
            bits: tri(row.cancel, 0) | tri(row.livemode, 2) | tri(row.flag, 4) | tri(Some(row.date_only), 6),
        });
        if let Some(keys) = &mut self.keys {
            keys.push(row.key);
        }
    }
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// The numbers of customer and subscription, and the address, of the one that stands there.
    #[must_use]
    pub fn ids(&self, at: usize) -> (Id, Id, u64) {
        let p = &self.list[at];
        (p.customer, p.subscription, p.email)
    }
    /// The one that stands there.
    #[must_use]
    pub fn get(&self, ids: &Ids, at: usize) -> Row {
        let p = &self.list[at];
        Row {
            key: self.keys.as_ref().and_then(|k| k.get(at).cloned().flatten()),
            customer: ids.some(p.customer),
            subscription: ids.some(p.subscription),
            status: ids.some(p.status),
            price: ids.some(p.price),
            plan: ids.some(p.plan),
            period_end: unpack(p.period_end),
            date_only: untri(p.bits, 6) == Some(true),
            cancel: untri(p.bits, 0),
            quantity: large(p.quantity),
            currency: ids.some(p.currency),
            livemode: untri(p.bits, 2),
            flag: untri(p.bits, 4),
            email: (p.email != 0).then_some(p.email),
            owner: (p.owner != 0).then_some(p.owner),
        }
    }
    /// Every one.
    pub fn iter<'a>(&'a self, ids: &'a Ids) -> impl Iterator<Item = Row> + 'a {
        (0..self.list.len()).map(|at| self.get(ids, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_once() {
        let mut ids = Ids::default();
        assert_eq!(ids.find("a"), None);
        let all: Vec<Id> = (0..5000).map(|n| ids.put(&format!("sub_{n}"))).collect();
        assert_eq!(ids.put("sub_17"), all[17]);
        assert_eq!((ids.get(all[4999]), ids.find("sub_4999"), ids.len()), ("sub_4999", Some(all[4999]), 5000));
        assert_eq!(ids.get(Ids::NONE), "");
    }

    #[test]
    fn what_goes_in_comes_out() {
        let body = br#"{"id":"sub_1","customer":"cus_1","status":"frozen","created":5,"livemode":true,"discounts":[],
            "latest_invoice":"in_1","trial_end":70,"cancel_at":9,
            "items":{"data":[{"quantity":2,"current_period_end":90,"current_period_start":60,"price":{"id":"price_1",
            "product":"prod_1","currency":"eur","unit_amount":1450,"recurring":{"interval":"month","interval_count":1}}}]}}"#;
        let Ok(super::super::stripe::Lookup::Found(mut sub)) = super::super::stripe::lookup(body) else { panic!() };
        let (mut ids, mut subs) = (Ids::default(), Subs::default());
        subs.put(&mut ids, sub.clone());
        sub.latest_invoice = sub.latest_invoice.map(half);
        assert_eq!(subs.get(&ids, 0), sub);
        sub.items.push(Item { price: Some("price_2".into()), ..Item::default() });
        subs.put(&mut ids, sub.clone());
        assert_eq!((subs.get(&ids, 0), subs.len()), (sub, 1));
        let row = Row {
            key: Some("k".into()),
            subscription: Some("sub_1".into()),
            quantity: Some(3),
            flag: Some(false),
            email: Some(7),
            period_end: Some(90),
            ..Row::default()
        };
        let mut rows = Rows::with_keys();
        rows.put(&mut ids, row.clone());
        assert_eq!(rows.get(&ids, 0), row);
    }
}
