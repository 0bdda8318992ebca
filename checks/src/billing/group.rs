//! One owner with both sides: what a class of drift judges.

use super::{
    facts::{Hit, Pair, Source},
    learn::Learned,
    mapping::Role,
    objects::{Invoice, Return},
    row::Row,
    status::{Access, Policy, Word},
    stripe::Sub,
};
use crate::vocab::{Currency, Money, Shown};
use std::{collections::BTreeMap, sync::Arc};

/// A month in seconds, for what was lost since then.
const MONTH: i64 = 30 * 86_400;

/// What became of a customer at the provider.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Fate {
    /// The account has it.
    There,
    /// It was deleted.
    Deleted,
    /// The account does not have it; whether the other mode does.
    Gone {
        /// The 404 said so.
        other_mode: bool,
    },
    /// Nobody asked, or nobody answered.
    Unasked,
}

/// A customer of the owner's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// `cus_…`
    pub id: Box<str>,
    /// The digest of the folded address.
    pub email: Option<u64>,
    /// What became of it.
    pub fate: Fate,
}

/// One owner with both sides: the customers who share an address or a row, their subscriptions and
/// the rows of all of them.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that can be missing by itself")]
pub struct Group {
    /// The customers; none where only a subscription's id is known.
    pub customers: Vec<Seen>,
    /// What the provider has.
    pub subs: Vec<JudgedSub>,
    /// What the database has.
    pub rows: Vec<JudgedRow>,
    /// Refunds of the last 90 days.
    pub refunds: Vec<Return>,
    /// Disputes of the last 90 days.
    pub disputes: Vec<Return>,
    /// Whether a user of the app has one of the addresses; `None` where that cannot be told.
    pub person: Option<bool>,
    /// Whether all of the provider's subscriptions were seen, so that a missing one is missing.
    pub provider_whole: bool,
    /// Whether all rows were seen.
    pub database_whole: bool,
    /// Whether customers with one address could be told: not where their list ended before its end.
    pub owners_known: bool,
    /// Whether something changed so recently that its webhook may be on the way.
    pub in_flight: bool,
    /// What the whole join taught.
    pub learned: Arc<Learned>,
    /// What is judged by.
    pub policy: Policy,
}
/// A subscription with what it means.
#[derive(Clone, Debug)]
pub struct JudgedSub {
    /// The subscription.
    pub is: Sub,
    /// What it entitles to.
    pub access: Access,
    /// Whether it is for one of the app's products, as far as can be told.
    pub own: bool,
    /// Its latest invoice, where that is not paid.
    pub invoice: Option<Invoice>,
}
/// A row with what it means.
#[derive(Clone, Debug)]
pub struct JudgedRow {
    /// The row.
    pub is: Row,
    /// What it means for access.
    pub access: Access,
    /// Its status word, where that column is trusted.
    pub word: Option<Word>,
    /// Whether the account has no such subscription, and whether the other mode has it.
    pub gone: Option<bool>,
    /// What is written there, for people.
    pub says: Shown,
}

impl JudgedSub {
    /// Whether money is taken for it, as far as that can be told.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        !self.is.paused && !self.is.is_free()
    }
}

impl Group {
    /// The group's subscription of this id.
    #[must_use]
    pub fn sub(&self, id: &str) -> Option<&JudgedSub> {
        self.subs.iter().find(|s| &*s.is.id == id)
    }
    /// The rows that carry this subscription.
    pub fn rows_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a JudgedRow> {
        self.rows.iter().filter(move |r| r.is.subscription.as_deref() == Some(id))
    }
    /// The rows with their subscription, where the provider has it.
    pub fn pairs(&self) -> impl Iterator<Item = (&JudgedRow, &JudgedSub)> {
        self.rows.iter().filter_map(|r| Some((r, self.sub(r.is.subscription.as_deref()?)?)))
    }
    /// The subscriptions that entitle and are the app's.
    pub fn live(&self) -> impl Iterator<Item = &JudgedSub> {
        self.subs.iter().filter(|s| s.access == Access::Yes && s.own)
    }
    /// Those of them for which money is taken: not while collection is paused, and not at a price of nothing.
    pub fn paying(&self) -> impl Iterator<Item = &JudgedSub> {
        self.live().filter(|s| s.is_charged())
    }
    /// The first customer, who stands for the owner.
    #[must_use]
    pub fn customer(&self) -> Option<&str> {
        self.customers.first().map(|c| &*c.id)
    }
    /// What became of a customer.
    #[must_use]
    pub fn fate(&self, customer: &str) -> Fate {
        self.customers.iter().find(|c| &*c.id == customer).map_or(Fate::Unasked, |c| c.fate)
    }
    /// Whether the column of this role is there and agrees with Stripe in most rows.
    #[must_use]
    pub fn knows(&self, role: Role) -> bool {
        self.learned.agrees.contains(&role)
    }
    /// A hit on these pairs.
    #[must_use]
    pub fn hit(&self, customer: Option<&str>, pairs: Vec<Pair>, stake: Stake) -> Option<Hit> {
        if pairs.is_empty() {
            return None;
        }
        let list = |sums: BTreeMap<Currency, i64>| {
            sums.into_iter().map(|(currency, minor)| Money { currency, minor }).collect()
        };
        Some(Hit {
            customer: customer.or(self.customer()).map(Shown::from),
            pairs,
            monthly: list(stake.monthly),
            at_risk: list(stake.at_risk),
            untold: stake.untold,
            once: stake.once,
            cause: None,
            resend: None,
            lower: None,
            changed: self.subs.iter().map(|s| s.is.changed).max().unwrap_or_default(),
        })
    }
    /// Rows that still give access for the present period, although its payment went back. `what` became
    /// of the payment is said as Stripe's side.
    #[must_use]
    pub fn served_after<'a>(&self, back: impl Iterator<Item = &'a Return>, what: &str) -> Option<Hit> {
        let mut amount = None;
        let pairs = back
            .filter_map(|r| {
                let mut of_customer = self.live().filter(|s| Some(&s.is.customer) == r.customer.as_ref());
                // With several subscriptions nobody knows which of them the payment was for.
                let (sub, None) = (of_customer.next()?, of_customer.next()) else { return None };
                // An earlier period's payment says nothing about the present one.
                if sub.is.period_start.is_none_or(|start| r.charged + 86_400 < start) {
                    return None;
                }
                if !is_about(&sub.is, r) {
                    return None;
                }
                let row = self.rows_of(&sub.is.id).find(|row| row.access == Access::Yes)?;
                amount = amount.or(r.amount.as_ref());
                let says = format!("{}, {} {what} ({})", sub.is.status, r.id, r.status);
                Some(Pair::of("payment", &sub.is, Some(row), says, row.says.clone()))
            })
            .collect();
        self.hit(None, pairs, Stake::once(amount))
    }
    /// Rows whose column of this role says something else than the subscription that entitles.
    #[must_use]
    pub fn differing(
        &self,
        role: Role,
        field: &'static str,
        stripe: fn(&Sub) -> Option<&str>,
        database: fn(&Row) -> Option<&str>,
    ) -> Option<Hit> {
        if !self.knows(role) {
            return None;
        }
        let (mut customer, mut pairs) = (None, Vec::new());
        for (row, sub) in self.pairs().filter(|(_, sub)| sub.access == Access::Yes) {
            if let (Some(theirs), Some(ours)) = (stripe(&sub.is), database(&row.is))
                && theirs != ours
            {
                customer = customer.or(Some(&*sub.is.customer));
                pairs.push(Pair::of(field, &sub.is, Some(row), theirs, ours).should(role, theirs));
            }
        }
        self.hit(customer, pairs, Stake::none())
    }
    /// Months from then to now, at least one.
    #[must_use]
    pub fn months_since(&self, then: Option<i64>) -> i64 {
        then.map_or(1, |t| (self.policy.now - t + MONTH - 1) / MONTH).max(1)
    }
}

/// Whether a payment can have been for a period of this subscription: the same customer may have bought
/// something else once. With taxes and parts of a period no closer.
fn is_about(sub: &Sub, payment: &Return) -> bool {
    let (Some(month), Some(paid)) = (&sub.monthly, &payment.amount) else { return true };
    let span = sub.period_end.zip(sub.period_start).map_or(MONTH, |(end, start)| end - start);
    let due = month.minor.saturating_mul(((span + MONTH / 2) / MONTH).max(1));
    month.currency == paid.currency && paid.minor * 2 >= due && paid.minor <= due * 2
}

/// The money that a hit is about.
#[derive(Clone, Debug, Default)]
pub struct Stake {
    monthly: BTreeMap<Currency, i64>,
    at_risk: BTreeMap<Currency, i64>,
    untold: bool,
    once: bool,
}
impl Stake {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }
    /// What these subscriptions bring in a month.
    pub fn of<'a>(subs: impl IntoIterator<Item = &'a Sub>) -> Self {
        let mut stake = Self::default();
        subs.into_iter().for_each(|s| stake.add(s, 1));
        stake
    }
    /// What a subscription brings in a month, over so many months.
    pub fn add(&mut self, sub: &Sub, months: i64) {
        match &sub.monthly {
            Some(m) => {
                *self.monthly.entry(m.currency.clone()).or_default() += m.minor;
                *self.at_risk.entry(m.currency.clone()).or_default() += m.minor.saturating_mul(months);
            }
            None => self.untold = true,
        }
    }
    /// An amount that is owed or gone once, or that it cannot be told.
    #[must_use]
    pub fn once(amount: Option<&Money>) -> Self {
        let mut stake = Self { once: true, ..Self::default() };
        match amount {
            Some(m) => *stake.at_risk.entry(m.currency.clone()).or_default() += m.minor,
            None => stake.untold = true,
        }
        stake
    }
    /// A difference a month, or that it cannot be told.
    #[must_use]
    pub fn monthly(amount: Option<Money>) -> Self {
        let mut stake = Self::default();
        match amount {
            Some(m) => {
                *stake.monthly.entry(m.currency.clone()).or_default() += m.minor;
                *stake.at_risk.entry(m.currency).or_default() += m.minor;
            }
            None => stake.untold = true,
        }
        stake
    }
}

impl Pair {
    /// Both sides of the status.
    #[must_use]
    pub fn status(sub: &Sub, row: Option<&JudgedRow>, otherwise: impl Into<Shown>) -> Self {
        Self {
            should: row.map(|_| (Role::Status, sub.status.word().into())),
            ..Self::of("status", sub, row, sub.status.word(), row.map_or_else(|| otherwise.into(), |r| r.says.clone()))
        }
    }
    /// Both sides of something.
    #[must_use]
    pub fn of(
        field: &'static str,
        sub: &Sub,
        row: Option<&JudgedRow>,
        stripe: impl Into<Shown>,
        database: impl Into<Shown>,
    ) -> Self {
        Self {
            field,
            subscription: Some((&*sub.id).into()),
            row: row.and_then(|r| r.is.key.as_deref()).map(Shown::from),
            stripe: stripe.into(),
            database: database.into(),
            should: None,
        }
    }
    /// With what the row's column should hold.
    #[must_use]
    pub fn should(mut self, role: Role, value: impl Into<Shown>) -> Self {
        self.should = Some((role, value.into()));
        self
    }
}

/// One way in which the two sides can differ.
pub struct DriftClass {
    /// The rule that reports it.
    pub rule: &'static str,
    /// What it needs beside subscriptions and rows.
    pub needs: Option<Source>,
    /// The column without which there is nothing to compare.
    pub column: Option<Role>,
    /// Whether an owner is such a case. Called on the first reading and again on the second.
    pub hit: fn(&Group) -> Option<Hit>,
    /// The headline of a hit; the rule's own where it is empty.
    pub title: fn(&Hit) -> String,
    /// What to do about it.
    pub fix: fn(&Hit, &super::facts::Drift) -> crate::vocab::Fix,
}
