//! What the whole join teaches that no single row can: which columns mean what their names say, what
//! the app's own words stand for, and which of the account's products are the app's.

use super::{
    mapping::{Role, Settled},
    row::Row,
    status::{Access, Status, Word},
    stripe::Sub,
};
use crate::vocab::{Money, Shown};
use std::collections::{BTreeMap, BTreeSet};

/// A day in seconds.
const DAY: i64 = 86_400;

/// A column that is never, or hardly ever, filled for those who pay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Empty {
    /// What it is for.
    pub role: Role,
    /// In how many rows it is NULL.
    pub empty: u64,
    /// Rows of paying customers.
    pub live: u64,
}

/// What was learned.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Learned {
    /// The app's own status words.
    pub words: BTreeMap<Box<str>, Word>,
    /// The products of which the database knows a subscription; empty where that says nothing.
    pub products: BTreeSet<Box<str>>,
    /// What one unit of a price brings in a month.
    pub prices: BTreeMap<Box<str>, Money>,
    /// The products that a word of the app's for a plan stands for, that of most rows first.
    pub plans: BTreeMap<Box<str>, Vec<Box<str>>>,
    /// By how many seconds the column with the period's end is off in most rows; `None` where it
    /// does not agree with Stripe at all.
    pub period: Option<i64>,
    /// The other columns that agree with Stripe in most rows.
    pub agrees: BTreeSet<Role>,
    /// Columns that are never filled.
    pub empty: Vec<Empty>,
    /// Whether one subscription stands in many rows by design, as in a table of seats.
    pub shared: bool,
    /// Whether the table names customers alone and no subscriptions.
    pub by_customer: bool,
    /// Whether its rows are subscriptions, and not those who have one: users, teams, workspaces.
    pub by_subscription: bool,
    /// The provider's words that the app writes down as active.
    pub plain: BTreeSet<Status>,
}
impl Learned {
    /// Whether one of the subscription's products is the app's, or nobody can tell.
    #[must_use]
    pub fn is_own(&self, sub: &Sub) -> bool {
        let mut products = sub.products().peekable();
        self.products.is_empty() || products.peek().is_none() || products.any(|p| self.products.contains(p))
    }
    /// What the row's word means here.
    #[must_use]
    pub fn word(&self, status: Option<&str>) -> Word {
        match Word::fold(status) {
            Word::Unknown(w) => self.words.get(&w).cloned().unwrap_or(Word::Unknown(w)),
            known => known,
        }
    }
}

/// A tally of how a column compares.
#[derive(Clone, Copy, Default)]
struct Count {
    both: u64,
    agree: u64,
}
impl Count {
    fn add(&mut self, same: Option<bool>) {
        self.both += u64::from(same.is_some());
        self.agree += u64::from(same == Some(true));
    }
    /// All, or four in five of more than two.
    const fn holds(self) -> bool {
        self.both > 0 && (self.agree == self.both || (self.both >= 3 && self.agree * 5 >= self.both * 4))
    }
}

/// Everything that is counted over the pairs, in one pass and little memory.
#[derive(Default)]
struct Counts {
    words: BTreeMap<Box<str>, (u64, u64)>,
    plans: BTreeMap<Box<str>, BTreeMap<Box<str>, u64>>,
    products: BTreeSet<Box<str>>,
    prices: BTreeMap<Box<str>, Money>,
    by: BTreeMap<Role, Count>,
    /// In four bytes: further off than decades is as far as decades.
    off: Vec<i32>,
    live: u64,
    empty: BTreeMap<Role, u64>,
    ids: BTreeMap<u64, u32>,
    rows: u64,
    /// Of trials and of what is overdue: how often in the provider's word, and how often as active.
    plain: BTreeMap<Status, (u64, u64)>,
    /// The boolean beside a word that gives no access.
    shut: Count,
}

/// How many different words, prices or subscriptions are looked at: more teach nothing new.
const MANY: usize = 20_000;

impl Counts {
    fn pair(&mut self, row: &Row, sub: &Sub, entitled: Access, settled: &Settled) {
        self.rows += 1;
        if self.ids.len() < MANY {
            *self.ids.entry(super::stripe::digest(&sub.id)).or_default() += 1;
        }
        if let Word::Unknown(word) = Word::fold(row.status.as_deref())
            && (self.words.len() < MANY || self.words.contains_key(&word))
        {
            let (yes, no) = self.words.entry(word).or_default();
            *yes += u64::from(entitled == Access::Yes);
            *no += u64::from(entitled == Access::No);
        }
        if matches!(sub.status, Status::Trialing | Status::PastDue) {
            let word = Word::fold(row.status.as_deref());
            let (own, active) = self.plain.entry(sub.status.clone()).or_default();
            *own += u64::from(matches!(&word, Word::Is(s) if *s == sub.status));
            *active += u64::from(word == Word::Is(Status::Active));
        }
        if self.products.len() < MANY {
            self.products.extend(sub.products().map(Box::from));
        }
        for item in &sub.items {
            if let (Some(price), Some(unit), true) = (&item.price, &item.unit, self.prices.len() < MANY) {
                self.prices.entry(price.clone()).or_insert_with(|| unit.clone());
            }
        }
        if entitled == Access::Yes {
            self.live += 1;
            for (role, none) in [(Role::PeriodEnd, row.period_end.is_none()), (Role::Status, row.status.is_none())] {
                *self.empty.entry(role).or_default() += u64::from(none);
            }
            self.compare(row, sub, settled);
        }
        if sub.status == Status::Active
            && let (Some(db), Some(stripe)) = (row.period_end, nearest(row.period_end, sub))
        {
            let off = (db - stripe).clamp(i32::MIN.into(), i32::MAX.into());
            self.off.push(i32::try_from(off).unwrap_or(i32::MAX));
        }
    }
    fn compare(&mut self, row: &Row, sub: &Sub, settled: &Settled) {
        let time = settled.role(Role::Cancel).is_some_and(|r| r.unit == "time");
        let cancel = if time { Some(row.cancel.unwrap_or(false)) } else { row.cancel };
        let quantity = sub.items.iter().filter_map(|i| i.quantity);
        let quantity: Vec<i64> = quantity.collect();
        let checks = [
            (Role::Price, row.price.as_deref().map(|p| has_price(sub, p))),
            (Role::Cancel, cancel.map(|c| c == sub.ending)),
            (Role::Quantity, row.quantity.filter(|_| !quantity.is_empty()).map(|q| quantity.contains(&q))),
            (Role::Currency, row.currency.as_deref().zip(sub.currency()).map(|(r, s)| r == s.0)),
            (Role::Livemode, row.livemode.map(|l| l == sub.livemode)),
        ];
        for (role, same) in checks {
            self.by.entry(role).or_default().add(same);
        }
        if let (Some(plan), Some(product), true) = (&row.plan, sub.products().next(), self.plans.len() < 500) {
            *self.plans.entry(plan.clone()).or_default().entry(product.into()).or_default() += 1;
        }
    }
    /// The boolean beside the status, against the word in the same row.
    fn flag(&mut self, row: &Row, learned: &Learned) {
        let word = learned.word(row.status.as_deref()).access();
        let same = row.flag.filter(|_| row.status.is_some() && word != Access::Unclear);
        self.by.entry(Role::Flag).or_default().add(same.map(|f| f == (word == Access::Yes)));
        if word == Access::No {
            self.shut.add(same.map(|f| !f));
        }
    }
}
/// Whether the row's price is among the subscription's, or could be behind what was not listed.
#[must_use]
pub fn has_price(sub: &Sub, price: &str) -> bool {
    !sub.items_whole || sub.items.iter().any(|i| i.price.as_deref() == Some(price))
}
/// The end of the item's period that is nearest to what the row says.
#[must_use]
pub fn nearest(row: Option<i64>, sub: &Sub) -> Option<i64> {
    let at = row?;
    let ends = sub.items.iter().filter_map(|i| i.period_end).chain(sub.period_end);
    ends.min_by_key(|end| (end - at).abs())
}

/// Learns from the pairs of a row and its subscription, and notes in the mapping what was confirmed.
pub fn learn<'a, P>(settled: &mut Settled, pairs: impl Fn() -> P) -> Learned
where
    P: Iterator<Item = (Row, Sub, Access)> + 'a,
{
    let mut counts = Counts::default();
    for (row, sub, entitled) in pairs() {
        counts.pair(&row, &sub, entitled, settled);
    }
    let name = settled.table.to_ascii_lowercase();
    let mut learned = Learned {
        by_customer: settled.mapping.subscription.is_none(),
        by_subscription: ["subscri", "billing", "plan", "licen", "purchase", "member"].iter().any(|w| name.contains(w)),
        ..Learned::default()
    };
    // Four in five, and more than one: a single row is drift as likely as it is a meaning.
    learned.words = std::mem::take(&mut counts.words)
        .into_iter()
        .filter_map(|(word, (yes, no))| match (yes, no) {
            (y, n) if y >= 2 && y >= 4 * n => Some((word, Word::Live)),
            (y, n) if n >= 2 && n >= 4 * y => Some((word, Word::Ended)),
            _ => None,
        })
        .collect();
    status(settled, &learned, pairs());
    if settled.mapping.column(Role::Flag).is_some() {
        pairs().for_each(|(row, ..)| counts.flag(&row, &learned));
    }
    learned.plans = plans(std::mem::take(&mut counts.plans));
    let plain = std::mem::take(&mut counts.plain).into_iter();
    learned.plain = plain.filter(|(_, (own, active))| *own == 0 && *active >= 2).map(|(status, _)| status).collect();
    learned.products = std::mem::take(&mut counts.products);
    learned.prices = std::mem::take(&mut counts.prices);
    period(settled, &mut counts, &mut learned);
    agreement(settled, &counts, &mut learned);
    learned.empty = [Role::PeriodEnd, Role::Status]
        .into_iter()
        .filter(|r| settled.mapping.column(*r).is_some())
        .map(|role| Empty { role, empty: counts.empty.get(&role).copied().unwrap_or(0), live: counts.live })
        .filter(|e| e.live >= 5 && e.empty * 5 > e.live * 4)
        .collect();
    let twice = counts.ids.values().filter(|n| **n > 1).count();
    learned.shared =
        (counts.ids.len() >= 5 && twice * 5 > counts.ids.len()) || (twice >= 2 && twice * 2 > counts.ids.len());
    learned
}

/// The product of most rows with a plan's word; a row against it is what a finding is about. A second
/// product, as of the same plan by the year, is no fault where several rows have it and no other word
/// stands for it.
fn plans(words: BTreeMap<Box<str>, BTreeMap<Box<str>, u64>>) -> BTreeMap<Box<str>, Vec<Box<str>>> {
    let majority = |products: &BTreeMap<Box<str>, u64>| {
        let all: u64 = products.values().sum();
        let (product, most) = products.iter().max_by_key(|(_, n)| **n)?;
        (*most >= 3 && most * 5 >= all * 4).then(|| product.clone())
    };
    let first: BTreeMap<Box<str>, Box<str>> =
        words.iter().filter_map(|(word, products)| Some((word.clone(), majority(products)?))).collect();
    let taken: BTreeSet<&str> = first.values().map(|p| &**p).collect();
    let beside = |word: &str| {
        let others = words.get(word).into_iter().flatten().filter(|(p, n)| **n >= 2 && !taken.contains(&***p));
        others.map(|(p, _)| p.clone()).collect::<Vec<_>>()
    };
    let all = first.iter().map(|(word, p)| (word.clone(), std::iter::once(p.clone()).chain(beside(word)).collect()));
    all.collect()
}

fn status(settled: &mut Settled, learned: &Learned, pairs: impl Iterator<Item = (Row, Sub, Access)>) {
    let Some(role) = settled.role(Role::Status) else { return };
    if role.column.is_none() {
        return;
    }
    let was = role.confirmed;
    let (mut both, mut agree, mut agree_none, mut live, mut empty) = (0_u64, 0, 0, 0, 0);
    for (row, _, entitled) in pairs {
        if entitled == Access::Yes {
            live += 1;
            empty += u64::from(row.status.is_none());
        }
        let said = learned.word(row.status.as_deref()).access();
        if said != Access::Unclear && entitled != Access::Unclear {
            both += 1;
            agree += u64::from(said == entitled);
            agree_none += u64::from(said == entitled && said == Access::No);
        }
    }
    let evidence = format!("{agree} of {both} joined rows agree with Stripe on access");
    if live >= 5 && empty * 5 > live * 4 {
        settled.judge(Role::Status, false, format!("NULL in {empty} of {live} rows of paying customers"));
    } else if both >= 8 && agree * 4 < both {
        settled.judge(Role::Status, false, evidence);
    } else if was || (agree_none > 0 && agree * 2 >= both) {
        settled.judge(Role::Status, true, evidence);
    }
}

fn period(settled: &mut Settled, counts: &mut Counts, learned: &mut Learned) {
    counts.off.sort_unstable();
    let mut off = std::mem::take(&mut counts.off);
    let pinned = settled.confirmed(Role::PeriodEnd).is_some();
    let Some(median) = off.get(off.len() / 2).copied().map(i64::from) else {
        learned.period = pinned.then_some(0);
        return;
    };
    // A zone or a day of grace that is in nearly every row is the app's way of writing it.
    let same = off.iter().filter(|o| (i64::from(**o) - median).abs() <= 3600).count();
    let usual = if same * 5 >= off.len() * 4 { median } else { 0 };
    for o in &mut off {
        *o = o.saturating_abs();
    }
    off.sort_unstable();
    let distance = i64::from(off[off.len() / 2]);
    let hours = distance / 3600;
    let evidence = format!("half of {} joined rows lie within {hours} h of Stripe's value", off.len());
    settled.judge(Role::PeriodEnd, distance < DAY, evidence);
    learned.period = (distance < DAY || pinned).then_some(usual);
}

fn agreement(settled: &mut Settled, counts: &Counts, learned: &mut Learned) {
    for role in [Role::Price, Role::Cancel, Role::Quantity, Role::Currency, Role::Livemode, Role::Flag] {
        if settled.mapping.column(role).is_none() {
            continue;
        }
        let count = counts.by.get(&role).copied().unwrap_or_default();
        let by_value = settled.confirmed(role).is_some();
        // What its values gave away is believed until most rows speak against it.
        let believed = by_value && count.agree > 0 && (count.both < 4 || count.agree * 2 >= count.both);
        // A boolean that is true of those who left too speaks of something else: who may log in, say.
        let apart = role != Role::Flag || counts.shut.both == 0 || counts.shut.agree * 2 > counts.shut.both;
        let holds = apart && (count.holds() || believed);
        if holds {
            learned.agrees.insert(role);
        }
        if count.both > 0 {
            let evidence = format!("{} of {} joined rows agree with Stripe", count.agree, count.both);
            settled.judge(role, holds, Shown::from(evidence));
        }
    }
    if !learned.plans.is_empty() {
        let words = learned.plans.len();
        settled.judge(Role::Plan, true, format!("{words} words each stand for one of Stripe's products"));
        learned.agrees.insert(Role::Plan);
    }
}
