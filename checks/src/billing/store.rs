//! Millions of subscriptions and rows in little memory: each text is kept once and known by a
//! number, what most of them share is kept once, and a record is a few numbers. What a class is shown
//! is unpacked for one customer at a time.

use super::{
    row::Row,
    status::Status,
    stripe::{Item, Sub},
};
use crate::vocab::{Currency, Money};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// The number of a text. [`Ids::NONE`] stands for no text.
pub type Id = u32;

/// Open addressing over numbers of something that is kept elsewhere; a slot is a number plus one, or 0.
#[derive(Clone, Debug, Default)]
struct Slots(Vec<u32>);
impl Slots {
    /// The number for which `same` holds, or the free slot where it would stand.
    fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mask = self.0.len().wrapping_sub(1);
        let mut at = usize::try_from(hash & (mask as u64)).unwrap_or_default();
        loop {
            match self.0.get(at) {
                None | Some(0) => return Err(at),
                Some(number) if same(number - 1) => return Ok(number - 1),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }
    /// Makes room for one more than so many.
    fn reserve(&mut self, count: usize, hash: impl Fn(u32) -> u64) {
        if (count + 1) * 4 <= self.0.len() * 3 {
            return;
        }
        let size = (self.0.len() * 2).max(64);
        self.0 = Vec::new();
        self.0 = vec![0; size];
        for number in 0..u32::try_from(count).unwrap_or_default() {
            if let Err(at) = self.find(hash(number), |_| false) {
                self.0[at] = number + 1;
            }
        }
    }
}
fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Texts, each once. Those of letters, digits and `_`, which ids are, take six bits a character, and none
/// for the prefixes that stand before most of them.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    bytes: Vec<u8>,
    /// How many characters each has behind its prefix, and in the two highest bits which prefix that is;
    /// [`RAW`] where it stands as it is behind its length in four bytes.
    lengths: Vec<u8>,
    /// Where every sixteenth begins.
    starts: Vec<u64>,
    slots: Slots,
}
/// The length of a text that is not packed.
const RAW: u8 = u8::MAX;
/// The bits of a length.
const LENGTH: u8 = 63;
const PREFIXES: [&str; 3] = ["", "sub_", "cus_"];
/// Every so many have their beginning noted.
const STRIDE: usize = 16;
const ALPHABET: &[u8; 63] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

fn code(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'Z' => Some(byte - b'A' + 10),
        b'_' => Some(36),
        b'a'..=b'z' => Some(byte - b'a' + 37),
        _ => None,
    }
}
/// The text as it is kept: its prefix and length, or [`RAW`], and its bytes.
fn packed(text: &str, out: &mut Vec<u8>) -> u8 {
    out.clear();
    let prefixed = (1_u8..).zip(&PREFIXES[1..]).find_map(|(n, prefix)| Some((n, text.strip_prefix(prefix)?)));
    let (prefix, rest) = prefixed.unwrap_or((0, text));
    let length = u8::try_from(rest.len()).ok().filter(|l| *l < LENGTH).map(|l| prefix << 6 | l);
    let Some(length) = length.filter(|_| rest.bytes().all(|b| code(b).is_some())) else {
        // What is longer than four bytes can say is cut there: nothing of that size is an id.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        out.extend(length.to_le_bytes());
        out.extend(text.as_bytes().iter().take(length as usize));
        return RAW;
    };
    let (mut bits, mut held) = (0_u32, 0);
    for c in rest.bytes().filter_map(code) {
        bits = bits << 6 | u32::from(c);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(low(bits >> held));
        }
    }
    if held > 0 {
        out.push(low(bits << (8 - held)));
    }
    length
}
/// The lowest eight bits.
const fn low(bits: u32) -> u8 {
    bits.to_le_bytes()[0]
}
fn unpacked(length: u8, bytes: &[u8]) -> Box<str> {
    if length == RAW {
        return String::from_utf8_lossy(bytes.get(4..).unwrap_or_default()).into();
    }
    let prefix = PREFIXES.get(usize::from(length >> 6)).copied().unwrap_or_default();
    let whole = prefix.len() + usize::from(length & LENGTH);
    let mut text = String::with_capacity(whole);
    text.push_str(prefix);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 6 && text.len() < whole {
            held -= 6;
            text.push(char::from(ALPHABET[(bits >> held & 63) as usize % ALPHABET.len()]));
        }
    }
    text.into()
}

impl Ids {
    /// No text.
    pub const NONE: Id = u32::MAX;

    /// The number of a text, which is kept where it is new.
    pub fn put(&mut self, text: &str) -> Id {
        let Self { bytes, lengths, starts, slots } = self;
        slots.reserve(lengths.len(), |id| hash(stored(bytes, lengths, starts, id)));
        let mut new = Vec::with_capacity(text.len() + 4);
        let length = packed(text, &mut new);
        let key = (length, new.as_slice());
        let slot = match slots.find(hash(key), |id| stored(bytes, lengths, starts, id) == key) {
            Ok(id) => return id,
            Err(slot) => slot,
        };
        // A million of each kind is far below the limit; beyond it texts are simply not kept.
        let Some(id) = u32::try_from(lengths.len()).ok().filter(|id| *id < Self::NONE - 1) else { return Self::NONE };
        if lengths.len() % STRIDE == 0 {
            starts.push(bytes.len() as u64);
        }
        bytes.extend(&new);
        lengths.push(length);
        slots.0[slot] = id + 1;
        id
    }
    fn put_some(&mut self, text: Option<&str>) -> Id {
        text.map_or(Self::NONE, |t| self.put(t))
    }
    /// The number of a text that is kept.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Id> {
        let mut new = Vec::with_capacity(text.len() + 4);
        let length = packed(text, &mut new);
        let key = (length, new.as_slice());
        self.slots.find(hash(key), |id| stored(&self.bytes, &self.lengths, &self.starts, id) == key).ok()
    }
    /// A kept text; empty for a number that stands for none.
    #[must_use]
    pub fn get(&self, id: Id) -> Box<str> {
        if id as usize >= self.lengths.len() {
            return Box::default();
        }
        let (length, bytes) = stored(&self.bytes, &self.lengths, &self.starts, id);
        unpacked(length, bytes)
    }
    fn some(&self, id: Id) -> Option<Box<str>> {
        (id != Self::NONE).then(|| self.get(id))
    }
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lengths.len()
    }
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }
}
/// How a text is kept, by its number.
fn stored<'a>(bytes: &'a [u8], lengths: &[u8], starts: &[u64], id: Id) -> (u8, &'a [u8]) {
    let at = id as usize;
    let first = at / STRIDE * STRIDE;
    let mut start = usize::try_from(starts[at / STRIDE]).unwrap_or(usize::MAX);
    let size = |length: u8, start: usize| match length {
        RAW => bytes[start..].first_chunk().map_or(4, |l| u32::from_le_bytes(*l) as usize + 4),
        length => (usize::from(length & LENGTH) * 6).div_ceil(8),
    };
    for length in &lengths[first..at] {
        start += size(*length, start);
    }
    (lengths[at], &bytes[start..start + size(lengths[at], start)])
}

/// Values that many records share, each once, by their numbers.
#[derive(Clone, Debug)]
struct Shared<T> {
    list: Vec<T>,
    slots: Slots,
}
impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { list: Vec::new(), slots: Slots::default() }
    }
}
impl<T: Hash + Eq> Shared<T> {
    fn put(&mut self, value: T) -> u32 {
        let Self { list, slots } = self;
        slots.reserve(list.len(), |n| hash(&list[n as usize]));
        match slots.find(hash(&value), |n| list[n as usize] == value) {
            Ok(number) => number,
            Err(slot) => {
                list.push(value);
                let number = u32::try_from(list.len()).unwrap_or(u32::MAX);
                slots.0[slot] = number;
                number - 1
            }
        }
    }
    fn get(&self, number: u32) -> &T {
        &self.list[number as usize]
    }
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

/// What is the same in most subscriptions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct SubShape {
    status: Id,
    /// Prices and quantities of the items, whose periods all end with the subscription's; `None` where
    /// that is not so and the items are kept as they are.
    items: Option<Box<[(Id, u32)]>>,
    monthly: i64,
    currency: Id,
    bits: u8,
}
#[derive(Clone, Debug)]
struct PackedSub {
    id: Id,
    customer: Id,
    shape: u32,
    period_start: u32,
    period_end: u32,
    created: u32,
    /// Half of the digest is enough to tell one customer's invoices apart.
    invoice: u32,
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
/// When something last changed, as most of a subscription's times tell it.
fn changed(created: i64, ended: Option<i64>, period_start: Option<i64>) -> i64 {
    [Some(created), ended, period_start].into_iter().flatten().max().unwrap_or_default()
}

/// The subscriptions.
#[derive(Clone, Debug, Default)]
pub struct Subs {
    list: Vec<PackedSub>,
    /// Where a subscription stands, by the number of its id; plus one.
    place: Vec<u32>,
    ended: Column<u32>,
    trial_end: Column<u32>,
    shapes: Shared<SubShape>,
    prices: HashMap<Id, Price>,
    /// The items of those whose items are not all told by their prices.
    items: HashMap<Id, Vec<Item>>,
    /// When those last changed of which no other time tells it.
    changed: HashMap<Id, i64>,
}
impl Subs {
    /// Adds one, or puts it in the place of the one with its id.
    pub fn put(&mut self, ids: &mut Ids, sub: Sub) {
        let id = ids.put(&sub.id);
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let told = |i: &Item| i.price.is_some() && i.period_end == sub.period_end;
        let items = (!sub.items.is_empty() && sub.items.iter().all(told))
            .then(|| sub.items.iter().map(|i| self.price(ids, i)).collect());
        let shape = SubShape {
            status: ids.put(sub.status.word()),
            monthly: sub.monthly.as_ref().map_or(0, |m| m.minor),
            currency: ids.put_some(sub.monthly.as_ref().map(|m| m.currency.0.as_str())),
            bits: bit(sub.ending, ENDING)
                | bit(sub.paused, PAUSED)
                | bit(sub.livemode, LIVE)
                | bit(sub.monthly.is_some(), PRICED)
                | bit(sub.items_whole, WHOLE)
                | bit(sub.latest_invoice.is_some(), INVOICED),
            items,
        };
        let packed = PackedSub {
            id,
            customer: ids.put(&sub.customer),
            period_start: pack(sub.period_start),
            period_end: pack(sub.period_end),
            created: pack(Some(sub.created)),
            invoice: u32::try_from(half(sub.latest_invoice.unwrap_or_default())).unwrap_or_default(),
            shape: 0,
        };
        if sub.changed == changed(sub.created, sub.ended, sub.period_start) {
            self.changed.remove(&id);
        } else {
            self.changed.insert(id, sub.changed);
        }
        if shape.items.is_some() || sub.items.is_empty() {
            self.items.remove(&id);
        } else {
            self.items.insert(id, sub.items);
        }
        let packed = PackedSub { shape: self.shapes.put(shape), ..packed };
        let at = id as usize;
        if self.place.len() <= at {
            self.place.resize(at + 1, 0);
        }
        let at = match self.place[at] {
            0 => {
                self.list.push(packed);
                self.place[at] = u32::try_from(self.list.len()).unwrap_or_default();
                self.list.len() - 1
            }
            there => {
                self.list[there as usize - 1] = packed;
                there as usize - 1
            }
        };
        self.ended.put(at, pack(sub.ended));
        self.trial_end.put(at, pack(sub.trial_end));
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
    /// The numbers of the one that stands there and of its customer.
    #[must_use]
    pub fn ids(&self, at: usize) -> (Id, Id) {
        (self.list[at].id, self.list[at].customer)
    }
    /// Whether all items of the one that stands there are known.
    #[must_use]
    pub fn is_whole(&self, at: usize) -> bool {
        self.shapes.get(self.list[at].shape).bits & WHOLE > 0
    }
    /// The one that stands there.
    #[must_use]
    pub fn get(&self, ids: &Ids, at: usize) -> Sub {
        let p = &self.list[at];
        let shape = self.shapes.get(p.shape);
        let is = |bit: u8| shape.bits & bit > 0;
        let (period_start, period_end) = (unpack(p.period_start), unpack(p.period_end));
        let (created, ended) = (i64::from(p.created), unpack(self.ended.get(at)));
        let item = |(price, quantity): &(Id, u32)| {
            let known = self.prices.get(price);
            Item {
                price: ids.some(*price),
                product: known.and_then(|p| ids.some(p.product)),
                quantity: large(*quantity),
                period_end,
                unit: known.and_then(|p| p.unit.clone()),
            }
        };
        Sub {
            id: ids.get(p.id),
            customer: ids.get(p.customer),
            status: Status::parse(&ids.get(shape.status)),
            period_start,
            period_end,
            ending: is(ENDING),
            created,
            ended,
            trial_end: unpack(self.trial_end.get(at)),
            changed: self.changed.get(&p.id).copied().unwrap_or_else(|| changed(created, ended, period_start)),
            monthly: is(PRICED)
                .then(|| Money { currency: Currency(ids.get(shape.currency).into()), minor: shape.monthly }),
            items: match &shape.items {
                Some(items) => items.iter().map(item).collect(),
                None => self.items.get(&p.id).cloned().unwrap_or_default(),
            },
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
    /// The status words that occur.
    pub fn statuses<'a>(&'a self, ids: &'a Ids) -> impl Iterator<Item = Status> + 'a {
        self.shapes.list.iter().map(|s| Status::parse(&ids.get(s.status)))
    }
}

/// What is the same in many rows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct RowShape {
    status: Id,
    price: Id,
    plan: Id,
    currency: Id,
    quantity: u32,
    bits: u16,
}
#[derive(Clone, Debug)]
struct PackedRow {
    customer: Id,
    subscription: Id,
    shape: u32,
    period_end: u32,
}
/// Two bits a boolean: whether it is known, and what it is.
fn tri(value: Option<bool>, at: u16) -> u16 {
    value.map_or(0, |v| (1 | (u16::from(v) << 1)) << at)
}
fn untri(bits: u16, at: u16) -> Option<bool> {
    let two = bits >> at & 3;
    (two & 1 > 0).then_some(two & 2 > 0)
}

/// A number for each record, 0 for none, which takes no room while none has one.
#[derive(Clone, Debug, Default)]
struct Column<N>(Vec<N>);
impl<N: Copy + Default + PartialEq> Column<N> {
    fn put(&mut self, at: usize, value: N) {
        if let Some(there) = self.0.get_mut(at) {
            *there = value;
        } else if value != N::default() {
            self.0.resize(at, N::default());
            self.0.push(value);
        }
    }
    fn get(&self, at: usize) -> N {
        self.0.get(at).copied().unwrap_or_default()
    }
}

/// The rows.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    list: Vec<PackedRow>,
    shapes: Shared<RowShape>,
    emails: Column<u64>,
    owners: Column<u64>,
    /// What tells rows apart, where it is kept: of the few that are read again.
    keys: Option<Vec<Option<Box<str>>>>,
}
impl Rows {
    /// Rows that keep their keys.
    #[must_use]
    pub fn with_keys() -> Self {
        Self { keys: Some(Vec::new()), ..Self::default() }
    }
    /// Adds one.
    pub fn put(&mut self, ids: &mut Ids, row: Row) {
        let shape = self.shapes.put(RowShape {
            status: ids.put_some(row.status.as_deref()),
            price: ids.put_some(row.price.as_deref()),
            plan: ids.put_some(row.plan.as_deref()),
            currency: ids.put_some(row.currency.as_deref()),
            quantity: small(row.quantity),
            bits: tri(row.cancel, 0) | tri(row.livemode, 2) | tri(row.flag, 4) | tri(Some(row.date_only), 6),
        });
        self.emails.put(self.list.len(), row.email.unwrap_or(0));
        self.owners.put(self.list.len(), row.owner.unwrap_or(0));
        self.list.push(PackedRow {
            customer: ids.put_some(row.customer.as_deref()),
            subscription: ids.put_some(row.subscription.as_deref()),
            shape,
            period_end: pack(row.period_end),
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
        (p.customer, p.subscription, self.emails.get(at))
    }
    /// The number of the status word of the one that stands there.
    #[must_use]
    pub fn status(&self, at: usize) -> Id {
        self.shapes.get(self.list[at].shape).status
    }
    /// The one that stands there.
    #[must_use]
    pub fn get(&self, ids: &Ids, at: usize) -> Row {
        let p = &self.list[at];
        let shape = self.shapes.get(p.shape);
        let some = |value: u64| (value != 0).then_some(value);
        Row {
            key: self.keys.as_ref().and_then(|k| k.get(at).cloned().flatten()),
            customer: ids.some(p.customer),
            subscription: ids.some(p.subscription),
            status: ids.some(shape.status),
            price: ids.some(shape.price),
            plan: ids.some(shape.plan),
            period_end: unpack(p.period_end),
            date_only: untri(shape.bits, 6) == Some(true),
            cancel: untri(shape.bits, 0),
            quantity: large(shape.quantity),
            currency: ids.some(shape.currency),
            livemode: untri(shape.bits, 2),
            flag: untri(shape.bits, 4),
            email: some(self.emails.get(at)),
            owner: some(self.owners.get(at)),
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
        assert_eq!((&*ids.get(all[4999]), ids.find("sub_4999"), ids.len()), ("sub_4999", Some(all[4999]), 5000));
        assert_eq!(&*ids.get(Ids::NONE), "");
        // Packed or not, of every length: what goes in comes out, and nothing is taken for another.
        let mut texts: Vec<String> = (0..300).map(|n| "aZ_09xY7".chars().cycle().take(n).collect()).collect();
        texts.extend((0..300).map(|n| "é past due-".chars().cycle().skip(n % 7).take(n).collect()));
        texts.extend(["sub_", "cus_", "sub_cus_", "sub", "xsub_1", "sub_é", "cus_-"].map(str::to_owned));
        texts.extend((50..80).map(|n| format!("cus_{}", "Z".repeat(n))));
        texts.extend(["0", "00", "000", "0000", "a", "a0", "a00", "\0", ""].map(str::to_owned));
        let numbers: Vec<Id> = texts.iter().map(|t| ids.put(t)).collect();
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!((&*ids.get(*number), ids.find(text)), (text.as_str(), Some(*number)));
        }
        assert_eq!(ids.find("zzz"), None);
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
