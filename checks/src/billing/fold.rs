//! Both sides brought together: one hash join by subscription, grouped by customer.
//!
//! The same join judges twice. First over everything, which gives candidates; then over what was
//! read again of the candidates, and only what still differs is counted.

use super::{
    CLASSES,
    facts::{Drift, Hit, KeyMode, Pair, Tally},
    mapping::{Role, Settled, is_customer_id, is_subscription_id},
    status::{Access, Policy, Status, Word},
    stripe::{Lookup, Sub},
};
use crate::vocab::{Cause, Money, Shown};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many candidates of a class are read again.
pub const CAP: usize = 2000;
/// A day in seconds.
const DAY: i64 = 86_400;

/// One row of the app's table, as far as it matters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Row {
    /// `cus_…`
    pub customer: Option<Box<str>>,
    /// `sub_…`
    pub subscription: Option<Box<str>>,
    /// The status as it stands there.
    pub status: Option<Box<str>>,
    /// The end of the period in seconds since 1970.
    pub period_end: Option<i64>,
}
impl Row {
    /// Reads a row out of four columns of text: customer, subscription, status, period end. What
    /// is no id of Stripe's (another provider's, a word) is left out.
    #[must_use]
    pub fn read(customer: Option<&str>, subscription: Option<&str>, status: Option<&str>, end: Option<&str>) -> Self {
        Self {
            customer: customer.filter(|c| is_customer_id(c)).map(Into::into),
            subscription: subscription.filter(|s| is_subscription_id(s)).map(Into::into),
            status: status.map(|s| s.chars().take(64).collect::<String>().into()),
            period_end: end.and_then(time),
        }
    }
}

/// A time as databases write it: seconds or milliseconds since 1970, or a date with or without a
/// time and an offset (UTC where it has none).
#[must_use]
pub fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(n) = text.parse::<i64>() {
        return Some(if n.abs() >= 100_000_000_000 { n / 1000 } else { n });
    }
    let iso = text.replacen(' ', "T", 1);
    if let Ok(t) = iso.parse::<jiff::Timestamp>() {
        return Some(t.as_second());
    }
    // PostgreSQL writes whole-hour offsets with two digits, which the parser takes too.
    let civil = iso.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_second())
}

/// One customer with both sides; the unit that a class judges.
#[derive(Clone, Debug)]
pub struct Group {
    /// `cus_…`; `None` where only a subscription's id is known.
    pub customer: Option<Box<str>>,
    /// What the provider has.
    pub subs: Vec<Judged<Sub>>,
    /// What the database has.
    pub rows: Vec<JudgedRow>,
    /// Whether all of the provider's subscriptions were seen, so that a missing one is missing.
    pub provider_whole: bool,
    /// Whether all rows were seen.
    pub database_whole: bool,
    /// Whether something changed so recently that its webhook may be on the way.
    pub in_flight: bool,
}
/// Something with what it means for access.
#[derive(Clone, Debug)]
pub struct Judged<T> {
    /// The thing.
    pub is: T,
    /// What it means.
    pub access: Access,
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
impl Group {
    /// The group's subscription of this id.
    #[must_use]
    pub fn sub(&self, id: &str) -> Option<&Judged<Sub>> {
        self.subs.iter().find(|s| &*s.is.id == id)
    }
    /// The rows that carry this subscription.
    pub fn rows_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a JudgedRow> {
        self.rows.iter().filter(move |r| r.is.subscription.as_deref() == Some(id))
    }
    /// A hit on these pairs, with the money of these subscriptions.
    #[must_use]
    pub fn hit<'a>(&self, pairs: Vec<Pair>, at_stake: impl Iterator<Item = &'a Sub>) -> Option<Hit> {
        if pairs.is_empty() {
            return None;
        }
        let (mut monthly, mut untold) = (BTreeMap::new(), false);
        for s in at_stake {
            match &s.monthly {
                Some(m) => *monthly.entry(m.currency.clone()).or_insert(0) += m.minor,
                None => untold = true,
            }
        }
        let monthly = monthly.into_iter().map(|(currency, minor)| Money { currency, minor }).collect();
        Some(Hit { customer: self.customer.as_deref().map(Shown::from), pairs, monthly, untold })
    }
}

/// One way in which the two sides can differ.
pub struct DriftClass {
    /// The rule that reports it.
    pub rule: &'static str,
    /// Whether a customer is such a case. Called on the first reading and again on the second.
    pub hit: fn(&Group) -> Option<Hit>,
}

/// A candidate: which customer, for which class.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Suspect {
    /// Where its group is found.
    pub key: Box<str>,
    /// The class.
    pub rule: &'static str,
}
/// What must be read again before anything is reported.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Again {
    /// The suspects.
    pub suspects: Vec<Suspect>,
    /// Subscriptions to retrieve from the provider, those of the worst suspects first.
    pub subscriptions: Vec<Box<str>>,
    /// Customers whose rows to read.
    pub customers: BTreeSet<Box<str>>,
    /// Candidates beyond the cap, by class.
    pub beyond: BTreeMap<&'static str, u64>,
}

/// Both sides, filled as they arrive.
#[derive(Clone, Debug)]
pub struct Join {
    policy: Policy,
    settled: Settled,
    subs: HashMap<Box<str>, Sub>,
    rows: Vec<Row>,
    gone: HashMap<Box<str>, bool>,
    ignored: HashSet<Box<str>>,
    unanswered: HashSet<Box<str>>,
    learned: BTreeMap<Box<str>, Word>,
    provider_whole: bool,
    database_whole: bool,
}
impl Join {
    /// An empty join under this mapping.
    #[must_use]
    pub fn new(policy: Policy, settled: Settled) -> Self {
        Self {
            policy,
            settled,
            subs: HashMap::new(),
            rows: Vec::new(),
            gone: HashMap::new(),
            ignored: HashSet::new(),
            unanswered: HashSet::new(),
            learned: BTreeMap::new(),
            provider_whole: true,
            database_whole: true,
        }
    }
    /// The mapping it goes by.
    #[must_use]
    pub const fn settled(&self) -> &Settled {
        &self.settled
    }
    /// A subscription of the provider's.
    pub fn add_sub(&mut self, sub: Sub) {
        if sub.test_clock {
            self.ignored.insert(sub.id);
        } else {
            self.subs.insert(sub.id.clone(), sub);
        }
    }
    /// A row of the database. One that carries no id of Stripe's is somebody's free or comped
    /// account and never judged.
    pub fn add_row(&mut self, row: Row) {
        if row.customer.is_some() || row.subscription.is_some() {
            self.rows.push(row);
        }
    }
    /// The answer to a direct retrieve.
    pub fn add_lookup(&mut self, id: Box<str>, answer: Lookup) {
        self.unanswered.remove(&id);
        match answer {
            Lookup::Found(sub) => self.add_sub(sub),
            Lookup::Gone { other_mode } => {
                self.subs.remove(&id);
                self.gone.insert(id, other_mode);
            }
        }
    }
    /// Notes that the provider's list, or the database's rows, ended before their end.
    pub const fn cut(&mut self, provider: bool, database: bool) {
        self.provider_whole &= !provider;
        self.database_whole &= !database;
    }
    /// How much was read: subscriptions and rows.
    #[must_use]
    pub fn size(&self) -> (u64, u64) {
        let count = |n| u64::try_from(n).unwrap_or(u64::MAX);
        (count(self.subs.len()), count(self.rows.len()))
    }
    /// The ids that rows carry and the list did not have. Each is retrieved, since a list is not
    /// the account. At most [`CAP`]; those beyond, and those without an answer, are not judged.
    pub fn strays(&mut self) -> Vec<Box<str>> {
        let mut ids: Vec<Box<str>> = self.rows.iter().filter_map(|r| r.subscription.clone()).collect();
        ids.retain(|id| !self.subs.contains_key(id) && !self.gone.contains_key(id) && !self.ignored.contains(id));
        ids.sort();
        ids.dedup();
        self.unanswered = ids.iter().cloned().collect();
        ids.truncate(CAP);
        ids
    }

    /// Learns from the join what the sample could not tell: the app's own status words, and
    /// whether the columns agree with the provider at all.
    pub fn learn(&mut self) {
        self.learn_words();
        self.confirm_status();
        self.confirm_period();
    }
    fn joined(&self) -> impl Iterator<Item = (&Row, &Sub, Access)> {
        self.rows.iter().filter_map(|r| {
            let sub = self.subs.get(r.subscription.as_deref()?)?;
            Some((r, sub, self.entitled(sub)))
        })
    }
    fn learn_words(&mut self) {
        let mut seen: BTreeMap<Box<str>, (u64, u64)> = BTreeMap::new();
        for (row, _, entitled) in self.joined() {
            if let Word::Unknown(word) = Word::fold(row.status.as_deref()) {
                let (yes, no) = seen.entry(word).or_default();
                match entitled {
                    Access::Yes => *yes += 1,
                    Access::No => *no += 1,
                    Access::Unclear => {}
                }
            }
        }
        // Four in five, and more than one: a single row is drift as likely as it is a meaning.
        self.learned = seen
            .into_iter()
            .filter_map(|(word, (yes, no))| match (yes, no) {
                (y, n) if y >= 2 && y >= 4 * n => Some((word, Word::Live)),
                (y, n) if n >= 2 && n >= 4 * y => Some((word, Word::Ended)),
                _ => None,
            })
            .collect();
    }
    fn confirm_status(&mut self) {
        let Some(role) = self.settled.role(Role::Status) else { return };
        if role.column.is_none() {
            return;
        }
        let was = role.confirmed;
        let (mut both, mut agree, mut agree_none, mut live, mut empty) = (0_u64, 0, 0, 0, 0);
        for (row, _, entitled) in self.joined() {
            if entitled == Access::Yes {
                live += 1;
                empty += u64::from(row.status.is_none());
            }
            let said = self.word(row.status.as_deref()).access();
            if said != Access::Unclear && entitled != Access::Unclear {
                both += 1;
                agree += u64::from(said == entitled);
                agree_none += u64::from(said == entitled && said == Access::No);
            }
        }
        let evidence = format!("{agree} of {both} joined rows agree with Stripe on access");
        if live >= 5 && empty * 5 > live * 4 {
            let evidence = format!("NULL in {empty} of {live} rows of paying customers");
            self.settled.judge(Role::Status, false, evidence);
        } else if both >= 8 && agree * 4 < both {
            self.settled.judge(Role::Status, false, evidence);
        } else if was || (agree_none > 0 && agree * 2 >= both) {
            self.settled.judge(Role::Status, true, evidence);
        }
    }
    fn confirm_period(&mut self) {
        let mut far: Vec<i64> = self
            .joined()
            .filter(|(_, sub, _)| sub.status == Status::Active)
            .filter_map(|(row, sub, _)| Some((row.period_end? - sub.period_end?).abs()))
            .collect();
        far.sort_unstable();
        if let Some(median) = far.get(far.len() / 2) {
            let hours = median / 3600;
            let evidence = format!("half of {} joined rows lie within {hours} h of Stripe's value", far.len());
            self.settled.judge(Role::PeriodEnd, *median < DAY, evidence);
        }
    }

    fn word(&self, status: Option<&str>) -> Word {
        match Word::fold(status) {
            Word::Unknown(w) => self.learned.get(&w).cloned().unwrap_or(Word::Unknown(w)),
            known => known,
        }
    }
    fn entitled(&self, sub: &Sub) -> Access {
        self.policy.entitles(&sub.status, sub.period_start)
    }
    fn by_status(&self) -> bool {
        self.settled.confirmed(Role::Status).is_some()
    }
    fn by_period(&self) -> bool {
        !self.by_status() && self.settled.confirmed(Role::PeriodEnd).is_some()
    }
    fn judge(&self, row: &Row) -> JudgedRow {
        let (word, access, says) = if self.by_status() {
            let word = self.word(row.status.as_deref());
            let says = row.status.as_deref().map_or_else(|| "NULL".into(), Shown::from);
            let access = word.access();
            (Some(word), access, says)
        } else if self.by_period() {
            // Apps without a status column let in until a day after the period's end.
            let access = match row.period_end {
                Some(end) if end + DAY > self.policy.now => Access::Yes,
                Some(_) => Access::No,
                None => Access::Unclear,
            };
            let day = row.period_end.and_then(|t| jiff::Timestamp::from_second(t).ok());
            (None, access, day.map_or_else(|| "NULL".into(), |t| format!("period ends {t}").into()))
        } else {
            (None, Access::Unclear, "a row".into())
        };
        let gone = row.subscription.as_ref().and_then(|s| self.gone.get(s)).copied();
        JudgedRow { is: row.clone(), access, word, gone, says }
    }

    /// Every customer with both sides, by a stable key. What could not be retrieved, and what is
    /// on a test clock, is left out with its rows.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<Box<str>, Group> {
        let mut all: BTreeMap<Box<str>, Group> = BTreeMap::new();
        let group = |customer: Option<&str>| Group {
            customer: customer.map(Into::into),
            subs: Vec::new(),
            rows: Vec::new(),
            provider_whole: self.provider_whole,
            database_whole: self.database_whole,
            in_flight: false,
        };
        for sub in self.subs.values() {
            let g = all.entry(sub.customer.clone()).or_insert_with(|| group(Some(&sub.customer)));
            g.in_flight |= sub.changed > self.policy.now - self.policy.in_flight;
            g.subs.push(Judged { access: self.entitled(sub), is: sub.clone() });
        }
        for row in &self.rows {
            let id = row.subscription.as_ref();
            if id.is_some_and(|i| self.ignored.contains(i)) {
                continue;
            }
            // The provider's word for whose a subscription is beats the database's.
            let of_sub = id.and_then(|i| self.subs.get(i)).map(|s| &s.customer);
            let Some(key) = of_sub.or(row.customer.as_ref()).or(id) else { continue };
            let customer = of_sub.or(row.customer.as_ref()).map(|c| &**c);
            let g = all.entry(key.clone()).or_insert_with(|| group(customer));
            let mut judged = self.judge(row);
            if id.is_some_and(|i| self.unanswered.contains(i)) {
                judged.access = Access::Unclear;
            }
            g.rows.push(judged);
        }
        for g in all.values_mut() {
            g.subs.sort_by(|a, b| a.is.id.cmp(&b.is.id));
            g.rows.sort_by(|a, b| {
                (&a.is.subscription, &a.is.customer, &a.is.status).cmp(&(
                    &b.is.subscription,
                    &b.is.customer,
                    &b.is.status,
                ))
            });
        }
        all
    }

    /// The candidates, and what to read again of them.
    #[must_use]
    pub fn suspects(&self) -> Again {
        let groups = self.groups();
        let (mut again, mut seen) = (Again::default(), HashSet::new());
        for class in CLASSES {
            let judged = groups.iter().filter(|(_, g)| !g.in_flight);
            let mut hits: Vec<(i64, &Box<str>, &Group)> =
                judged.filter_map(|(key, g)| Some(((class.hit)(g)?.weight(), key, g))).collect();
            hits.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
            if hits.len() > CAP {
                again.beyond.insert(class.rule, u64::try_from(hits.len() - CAP).unwrap_or(u64::MAX));
                hits.truncate(CAP);
            }
            for (_, key, group) in hits {
                again.suspects.push(Suspect { key: key.clone(), rule: class.rule });
                let ids = group.subs.iter().map(|s| &s.is.id);
                let ids = ids.chain(group.rows.iter().filter_map(|r| r.is.subscription.as_ref()));
                again.subscriptions.extend(ids.filter(|id| seen.insert((*id).clone())).cloned());
                again.customers.extend(group.customer.clone());
                again.customers.extend(group.rows.iter().filter_map(|r| r.is.customer.clone()));
            }
        }
        again
    }

    /// An empty join under what this one has learned, for the second reading.
    #[must_use]
    pub fn second(&self, again: &Again) -> Self {
        Self {
            subs: HashMap::new(),
            rows: Vec::new(),
            gone: HashMap::new(),
            ignored: HashSet::new(),
            // Nothing of the first reading counts: what is not answered again is not judged.
            unanswered: again.subscriptions.iter().cloned().collect(),
            ..self.clone_settings()
        }
    }
    fn clone_settings(&self) -> Self {
        let mut fresh = Self::new(self.policy, self.settled.clone());
        fresh.learned.clone_from(&self.learned);
        fresh.provider_whole = self.provider_whole;
        fresh.database_whole = self.database_whole;
        fresh
    }

    /// Judges the suspects over the second reading, this join.
    #[must_use]
    pub fn confirmed(&self, again: &Again) -> BTreeMap<&'static str, Tally> {
        let groups = self.groups();
        let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
        for s in &again.suspects {
            let Some(group) = groups.get(&s.key).filter(|g| !g.in_flight) else { continue };
            if !self.is_answered(group) {
                tallies.entry(s.rule).or_default().unchecked += 1;
                continue;
            }
            let hit = CLASSES.iter().find(|c| c.rule == s.rule).and_then(|c| (c.hit)(group));
            if let Some(mut hit) = hit {
                self.spell(&mut hit);
                tallies.entry(s.rule).or_default().push(hit);
            }
        }
        for (rule, beyond) in &again.beyond {
            tallies.entry(rule).or_default().unchecked += *beyond;
        }
        tallies
    }
    fn is_answered(&self, group: &Group) -> bool {
        let rows = group.rows.iter().filter_map(|r| r.is.subscription.as_ref());
        group.subs.iter().map(|s| &s.is.id).chain(rows).all(|id| !self.unanswered.contains(id))
    }
    /// Puts what the row should say into the app's own spelling.
    fn spell(&self, hit: &mut Hit) {
        let shouting = self.rows.iter().filter_map(|r| r.status.as_deref()).any(|s| s == s.to_ascii_uppercase());
        for pair in &mut hit.pairs {
            if self.settled.status_is_flag || !self.by_status() {
                pair.should = None;
            } else if let Some(word) = pair.should.as_ref().filter(|_| shouting) {
                pair.should = Some(word.as_str().to_ascii_uppercase().into());
            }
        }
    }

    /// What this join could not judge by: words nobody knows, columns nobody confirmed, ids that
    /// were not retrieved.
    #[must_use]
    pub fn gaps(&self) -> Vec<Cause> {
        let mut gaps = BTreeSet::new();
        let place = |role| self.settled.role(role).and_then(|r| r.column.clone()).unwrap_or_default();
        if !self.by_status() && !self.by_period() && !self.rows.is_empty() {
            let table = &self.settled.mapping.table;
            let why = self.settled.role(Role::Status).map(|r| r.evidence.clone()).unwrap_or_default();
            gaps.insert(Cause::Parse(
                format!("no confirmed status or period-end column in {table} ({why}); name it in [billing.mapping]")
                    .into(),
            ));
        }
        if self.by_status() {
            let unknown: BTreeSet<Box<str>> = self
                .rows
                .iter()
                .filter(|r| r.subscription.as_ref().is_none_or(|id| self.subs.contains_key(id)))
                .filter(|r| r.subscription.is_some() || self.settled.mapping.subscription.is_none())
                .filter_map(|r| match self.word(r.status.as_deref()) {
                    Word::Unknown(w) => Some(w),
                    _ => None,
                })
                .take(1000)
                .collect();
            if !unknown.is_empty() {
                let words: Vec<&str> = unknown.iter().take(3).map(|w| &**w).collect();
                let column = place(Role::Status);
                gaps.insert(Cause::Parse(
                    Shown::from(format!("{column} holds words of unknown meaning: {}", words.join(", "))).short(200),
                ));
            }
        }
        let odd: BTreeSet<&str> = self
            .subs
            .values()
            .filter_map(|s| match &s.status {
                Status::Other(w) => Some(&**w),
                _ => None,
            })
            .collect();
        if !odd.is_empty() {
            let words: Vec<&str> = odd.into_iter().take(3).collect();
            gaps.insert(Cause::Parse(format!("Stripe has statuses unknown to us: {}", words.join(", ")).into()));
        }
        if self.unanswered.len() > CAP {
            gaps.insert(Cause::TooLarge);
        }
        gaps.into_iter().collect()
    }

    /// The fact, out of the first reading (this join) and what the second confirmed.
    #[must_use]
    pub fn drift(self, mode: KeyMode, classes: BTreeMap<&'static str, Tally>, mut gaps: Vec<Cause>) -> Drift {
        let (subscriptions, rows) = self.size();
        gaps.extend(self.gaps());
        // Where an error kept candidates from being read again, it is among the gaps already.
        if gaps.is_empty() && classes.values().any(|t| t.unchecked > 0) {
            gaps.push(Cause::TooLarge);
        }
        gaps.sort();
        gaps.dedup();
        let in_flight = self.groups().values().filter(|g| g.in_flight).count();
        let in_flight = u64::try_from(in_flight).unwrap_or(u64::MAX);
        Drift { mode, classes, mapping: Some(self.settled), subscriptions, rows, in_flight, gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_database() {
        let want = Some(1_793_534_400);
        for text in [
            "1793534400",
            "1793534400000",
            "2026-11-01 12:00:00",
            "2026-11-01 12:00:00+00",
            "2026-11-01 14:00:00.000+02:00",
            "2026-11-01T12:00:00.000Z",
        ] {
            assert_eq!(time(text), want, "{text}");
        }
        assert_eq!(time("2026-11-01"), Some(1_793_534_400 - 12 * 3600));
        assert_eq!(time("soon"), None);
    }
}
