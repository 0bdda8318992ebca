//! Both sides brought together: one hash join by subscription, grouped by customer and owner.
//!
//! The same join judges twice. First over everything, which gives candidates; then over what was
//! read again of the candidates, and only what still differs is counted.

use super::{
    CLASSES,
    facts::{Drift, Hit, KeyMode, Source, Tally},
    group::{Fate, Group, JudgedRow, JudgedSub, Seen},
    learn::{self, Learned},
    mapping::{Role, Settled},
    objects::{Customer, Dispute, Invoice, Refund, Return},
    row::Row,
    status::{Access, Policy, Status, Word},
    store::{Id, Ids, Rows, Subs, half},
    stripe::{Lookup, Sub, SubItem},
};
use crate::vocab::{Cause, Shown};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// How many candidates of a class an audit reads again.
pub const CAP: usize = 2000;
/// A day in seconds.
const DAY: i64 = 86_400;
/// How many customers may share an address and still be one owner: more is a made-up address.
const SHARED: usize = 10;

/// A customer and the digest of its address, 0 for none, in twelve bytes.
#[derive(Clone, Copy, Debug)]
struct Known {
    id: Id,
    email: [u32; 2],
}
impl Known {
    fn email(self) -> u64 {
        u64::from(self.email[0]) << 32 | u64::from(self.email[1])
    }
}
/// The halves of a digest, so that a record of it and a number takes twelve bytes and not sixteen.
fn halves(digest: u64) -> [u32; 2] {
    [digest >> 32, digest & 0xffff_ffff].map(|half| u32::try_from(half).unwrap_or_default())
}
/// The last that was told of a customer, in a list by number.
fn known(customers: &[Known], id: Id) -> Option<u64> {
    let end = customers.partition_point(|k| k.id <= id);
    customers[..end].last().filter(|k| k.id == id).map(|k| k.email())
}

/// Classes of one side alone, which no event that is on its way explains.
const TIMELESS: [&str; 4] =
    ["billing.double-billing", "billing.customer-duplicate", "billing.row-duplicate", "billing.row-contradiction"];

/// The subscriptions and the customers of a group.
type Members = (Vec<Box<str>>, Vec<Box<str>>);

/// A candidate: which owner, for which class.
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
    /// Customers to retrieve and whose rows to read.
    pub customers: BTreeSet<Box<str>>,
    /// Candidates beyond the cap, by class.
    pub beyond: BTreeMap<&'static str, u64>,
    /// How many owners changed so recently that nothing is judged of them.
    pub in_flight: u64,
    /// Which group each customer and subscription belongs to.
    owners: HashMap<Box<str>, Box<str>>,
}

/// Both sides, filled as they arrive.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that can be missing by itself")]
pub struct Join {
    policy: Policy,
    settled: Settled,
    ids: Ids,
    subs: Subs,
    rows: Rows,
    customers: Vec<Known>,
    fates: HashMap<Id, Fate>,
    invoices: HashMap<Id, Vec<Invoice>>,
    refunds: HashMap<Id, Vec<Return>>,
    disputes: HashMap<Id, Vec<Return>>,
    /// The digests of the addresses of the app's users; `None` where they were not read.
    people: Option<Arc<Vec<u64>>>,
    gone: HashMap<Id, bool>,
    ignored: HashSet<Id>,
    unanswered: HashSet<Id>,
    recent: HashSet<Box<str>>,
    owners: HashMap<Box<str>, Box<str>>,
    learned: Arc<Learned>,
    provider_whole: bool,
    database_whole: bool,
    customers_whole: bool,
    owners_known: bool,
    in_flight_known: bool,
    /// Whether events may be read, which alone tell of a change that no time of the object's tells.
    events_told: bool,
}
impl Join {
    /// An empty join under this mapping.
    #[must_use]
    pub fn new(policy: Policy, settled: Settled) -> Self {
        Self {
            policy,
            settled,
            ids: Ids::default(),
            subs: Subs::default(),
            rows: Rows::default(),
            customers: Vec::new(),
            fates: HashMap::new(),
            invoices: HashMap::new(),
            refunds: HashMap::new(),
            disputes: HashMap::new(),
            people: None,
            gone: HashMap::new(),
            ignored: HashSet::new(),
            unanswered: HashSet::new(),
            recent: HashSet::new(),
            owners: HashMap::new(),
            learned: Arc::default(),
            provider_whole: true,
            database_whole: true,
            customers_whole: false,
            owners_known: true,
            in_flight_known: true,
            events_told: true,
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
            let id = self.ids.put(&sub.id);
            self.ignored.insert(id);
        } else {
            self.subs.put(&mut self.ids, sub);
        }
    }
    /// Subscriptions of which not all items were in the answer, at most `cap`.
    #[must_use]
    pub fn incomplete(&self, cap: usize) -> Vec<Box<str>> {
        let cut = (0..self.subs.len()).filter(|at| !self.subs.is_whole(*at)).take(cap);
        cut.map(|at| self.subs.get(&self.ids, at).id).collect()
    }
    /// All items of a subscription.
    pub fn complete(&mut self, id: &str, items: Vec<SubItem>) {
        if let Some(at) = self.ids.find(id).and_then(|n| self.subs.position(n)) {
            let sub = self.subs.get(&self.ids, at).with_items(items);
            self.subs.put(&mut self.ids, sub);
        }
    }
    /// A row of the database. One that carries no id of Stripe's is somebody's free or comped
    /// account and never judged.
    pub fn add_row(&mut self, row: Row) {
        if row.customer.is_some() || row.subscription.is_some() {
            self.rows.put(&mut self.ids, row);
        }
    }
    /// A customer of the provider's list.
    pub fn add_customer(&mut self, customer: &Customer) {
        if customer.test_clock {
            self.ids.put(&customer.id);
            return;
        }
        self.add_known_customer(&customer.id, customer.email_digest());
        if let (true, Some(id)) = (customer.deleted, self.ids.find(&customer.id)) {
            self.fates.insert(id, Fate::Deleted);
        }
    }
    /// The same by its id and the digest of its address, 0 for none.
    pub fn add_known_customer(&mut self, id: &str, email: u64) {
        let id = self.ids.put(id);
        self.customers.push(Known { id, email: halves(email) });
    }
    /// Notes whether the list of customers was read to its end.
    pub const fn customers_read(&mut self, whole: bool) {
        self.customers_whole = whole;
    }
    /// Notes that customers with one address cannot be told, for their list was not read to its end.
    pub const fn owners_unknown(&mut self) {
        self.owners_known = false;
    }
    /// An invoice that is not paid.
    pub fn add_invoice(&mut self, invoice: Invoice) {
        if let Some(id) = invoice.subscription.as_deref().and_then(|s| self.ids.find(s)) {
            self.invoices.entry(id).or_default().push(invoice);
        }
    }
    /// A refund, by its customer.
    pub fn add_refund(&mut self, refund: Refund) {
        if let Some(id) = refund.0.customer.as_deref().map(|c| self.ids.put(c)) {
            self.refunds.entry(id).or_default().push(refund.0);
        }
    }
    /// A dispute, by its customer.
    pub fn add_dispute(&mut self, dispute: Dispute) {
        if let Some(id) = dispute.0.customer.as_deref().map(|c| self.ids.put(c)) {
            self.disputes.entry(id).or_default().push(dispute.0);
        }
    }
    /// The address of one of the app's users, as a digest.
    pub fn add_person(&mut self, email: u64) {
        Arc::make_mut(self.people.get_or_insert_default()).push(email);
    }
    /// Forgets the addresses of the app's users, where not all of them could be read.
    pub fn forget_people(&mut self) {
        self.people = None;
        self.owners_known = false;
    }
    /// Notes that it cannot be told what changed a moment ago, so that nothing is judged.
    pub const fn in_flight_unknown(&mut self) {
        self.in_flight_known = false;
    }
    /// Notes that the key may not read events: what may have changed a moment ago is not judged.
    pub const fn events_unreadable(&mut self) {
        self.events_told = false;
    }
    /// Notes that something was told about this object within the in-flight window.
    pub fn add_recent(&mut self, object: Box<str>) {
        self.recent.insert(object);
    }
    /// The answer to a direct retrieve.
    pub fn add_lookup(&mut self, id: &str, answer: Lookup) {
        let number = self.ids.put(id);
        self.unanswered.remove(&number);
        match answer {
            Lookup::Found(sub) => self.add_sub(sub),
            Lookup::Gone { other_mode } => {
                self.gone.insert(number, other_mode);
            }
        }
    }
    /// The answer to a direct retrieve of a customer.
    pub fn add_customer_lookup(&mut self, id: &str, answer: &Lookup<Customer>) {
        let number = self.ids.put(id);
        self.unanswered.remove(&number);
        match answer {
            Lookup::Found(customer) => self.add_customer(customer),
            Lookup::Gone { other_mode } => {
                self.fates.insert(number, Fate::Gone { other_mode: *other_mode });
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
    /// the account. At most `cap`; those beyond, and those without an answer, are not judged.
    pub fn strays(&mut self, cap: usize) -> Vec<Box<str>> {
        let rows = (0..self.rows.len()).map(|at| self.rows.ids(at).1).filter(|id| *id != Ids::NONE);
        let unseen =
            |id: &Id| self.subs.position(*id).is_none() && !self.gone.contains_key(id) && !self.ignored.contains(id);
        let ids: HashSet<Id> = rows.filter(unseen).collect();
        let texts = self.first(ids.iter().copied(), cap);
        self.unanswered.extend(ids);
        texts
    }
    /// The first of these texts, in their order; all of them are never held at once where few are wanted.
    fn first(&self, ids: impl Iterator<Item = Id>, cap: usize) -> Vec<Box<str>> {
        let mut texts: BTreeSet<Box<str>> = BTreeSet::new();
        for id in ids {
            texts.insert(self.ids.get(id));
            if texts.len() > cap {
                texts.pop_last();
            }
        }
        texts.into_iter().collect()
    }
    /// The customers that rows carry and the list did not have.
    #[must_use]
    pub fn stray_customers(&self, cap: usize) -> Vec<Box<str>> {
        if !self.customers_whole {
            return Vec::new();
        }
        let customers = self.by_number();
        let rows = (0..self.rows.len()).map(|at| self.rows.ids(at).0);
        let ids: HashSet<Id> = rows.filter(|id| *id != Ids::NONE && known(&customers, *id).is_none()).collect();
        self.first(ids.into_iter(), cap)
    }

    /// Learns from the join what the sample could not tell: the app's own status words, and
    /// whether the columns agree with the provider at all.
    pub fn learn(&mut self) {
        self.customers.sort_by_key(|k| k.id);
        if let Some(people) = &mut self.people {
            Arc::make_mut(people).sort_unstable();
        }
        let mut settled = self.settled.clone();
        self.learned = Arc::new(learn::learn(&mut settled, || self.joined()));
        self.settled = settled;
    }
    /// The customers by number, of which the last that was told of one stands last.
    fn by_number(&self) -> Cow<'_, [Known]> {
        if self.customers.is_sorted_by_key(|k| k.id) {
            return Cow::Borrowed(&self.customers);
        }
        let mut sorted = self.customers.clone();
        sorted.sort_by_key(|k| k.id);
        Cow::Owned(sorted)
    }
    fn joined(&self) -> impl Iterator<Item = (Row, Sub, Access)> + '_ {
        (0..self.rows.len()).filter_map(|at| {
            let (_, id, _) = self.rows.ids(at);
            let sub = self.subs.get(&self.ids, self.subs.position(id)?);
            let entitled = self.entitled(&sub);
            Some((self.rows.get(&self.ids, at), sub, entitled))
        })
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
    fn judge(&self, mut row: Row) -> JudgedRow {
        if self.settled.role(Role::Cancel).is_some_and(|r| r.unit == "time" && r.column.is_some()) {
            row.cancel = Some(row.cancel.unwrap_or(false));
        }
        let (word, access, says) = if self.by_status() {
            let word = self.learned.word(row.status.as_deref());
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
        let id = row.subscription.as_deref().and_then(|s| self.ids.find(s));
        let gone = id.and_then(|s| self.gone.get(&s)).copied();
        let access = if id.is_some_and(|i| self.unanswered.contains(&i)) { Access::Unclear } else { access };
        JudgedRow { is: row, access, word, gone, says }
    }

    /// Every owner with both sides. What could not be retrieved, and what is on a test clock, is
    /// left out with its rows.
    pub fn each_group(&self, mut each: impl FnMut(&str, Group)) {
        /// What marks a row among the places of both.
        const ROW: u32 = 1 << 31;
        let customers = self.by_number();
        let owners = self.owners(&customers);
        let at = |n: usize| u32::try_from(n).map_or(!ROW, |n| n & !ROW);
        let mut entries: Vec<(Id, u32)> = Vec::with_capacity(self.subs.len() + self.rows.len());
        entries.extend((0..self.subs.len()).map(|n| (owners.of(self.subs.ids(n).1), at(n))));
        for n in 0..self.rows.len() {
            let (customer, sub, _) = self.rows.ids(n);
            if self.ignored.contains(&sub) {
                continue;
            }
            // The provider's word for whose a subscription is beats the database's.
            let of_sub = self.subs.position(sub).map(|p| self.subs.ids(p).1);
            let key = of_sub.or((customer != Ids::NONE).then_some(customer)).unwrap_or(sub);
            entries.push((owners.of(key), ROW | at(n)));
        }
        drop(owners);
        entries.sort_unstable();
        let people = self.people.as_ref().map(|p| {
            let mut people = Cow::Borrowed(p.as_slice());
            if !people.is_sorted() {
                people.to_mut().sort_unstable();
            }
            people
        });
        for part in entries.chunk_by(|a, b| a.0 == b.0) {
            let mut group = self.empty_group();
            for (_, n) in part {
                let at = (n & !ROW) as usize;
                if n & ROW == 0 { self.fill_sub(&mut group, at) } else { self.fill_row(&mut group, at) }
            }
            self.fill_customers(&mut group, &customers, people.as_deref());
            let own = self.ids.get(part[0].0);
            each(self.owners.get(&own).unwrap_or(&own), group);
        }
    }
    fn empty_group(&self) -> Group {
        Group {
            customers: Vec::new(),
            subs: Vec::new(),
            rows: Vec::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            person: None,
            provider_whole: self.provider_whole,
            database_whole: self.database_whole,
            owners_known: self.owners_known,
            in_flight: !self.in_flight_known,
            learned: Arc::clone(&self.learned),
            policy: self.policy,
        }
    }
    fn fill_sub(&self, group: &mut Group, at: usize) {
        let sub = self.subs.get(&self.ids, at);
        group.in_flight |= sub.changed > self.policy.now - self.policy.in_flight || self.recent.contains(&sub.id);
        let unpaid = self.invoices.get(&self.subs.ids(at).0);
        let invoice =
            unpaid.and_then(|list| list.iter().find(|i| sub.latest_invoice.map(half) == Some(half(i.id))).cloned());
        let own = self.learned.is_own(&sub);
        group.subs.push(JudgedSub { access: self.entitled(&sub), own, invoice, is: sub });
    }
    fn fill_row(&self, group: &mut Group, at: usize) {
        let judged = self.judge(self.rows.get(&self.ids, at));
        group.rows.push(judged);
    }
    fn fill_customers(&self, group: &mut Group, customers: &[Known], people: Option<&[u64]>) {
        let of_subs = group.subs.iter().map(|s| (s.access != Access::Yes, s.is.customer.clone()));
        let of_rows = group.rows.iter().filter_map(|r| Some((true, r.is.customer.clone()?)));
        let mut ids: Vec<(bool, Box<str>)> = of_subs.chain(of_rows).collect();
        ids.sort();
        let mut told = BTreeSet::new();
        for (_, id) in ids {
            if !told.insert(id.clone()) {
                continue;
            }
            let number = self.ids.find(&id);
            let listed = number.and_then(|n| known(customers, n));
            let fate = number.and_then(|n| self.fates.get(&n)).copied();
            let there = if listed.is_some() { Fate::There } else { Fate::Unasked };
            let email = listed.filter(|e| *e != 0);
            group.customers.push(Seen { id, email, fate: fate.unwrap_or(there) });
        }
        for seen in &group.customers {
            let Some(number) = self.ids.find(&seen.id) else { continue };
            group.refunds.extend(self.refunds.get(&number).into_iter().flatten().cloned());
            group.disputes.extend(self.disputes.get(&number).into_iter().flatten().cloned());
        }
        let addresses: Vec<u64> = group.customers.iter().filter_map(|c| c.email).collect();
        group.person =
            people.filter(|_| !addresses.is_empty()).map(|p| addresses.iter().any(|e| p.binary_search(e).is_ok()));
        group.subs.sort_by(|a, b| a.is.id.cmp(&b.is.id));
        group.rows.sort_by(|a, b| {
            (&a.is.subscription, &a.is.customer, &a.is.status, &a.is.key).cmp(&(
                &b.is.subscription,
                &b.is.customer,
                &b.is.status,
                &b.is.key,
            ))
        });
    }

    /// Who belongs to whom: customers of one row, and customers with one address.
    fn owners(&self, customers: &[Known]) -> Owners {
        let mut owners =
            Owners { up: (0..u32::try_from(self.ids.len()).unwrap_or(u32::MAX)).collect(), sizes: HashMap::new() };
        let mut addresses: Vec<([u32; 2], Id)> =
            customers.iter().filter(|k| k.email() != 0).map(|k| (k.email, k.id)).collect();
        for n in 0..self.rows.len() {
            let (customer, sub, email) = self.rows.ids(n);
            let of_sub = self.subs.position(sub).map(|p| self.subs.ids(p).1);
            let own = (customer != Ids::NONE).then_some(customer);
            if let (Some(a), Some(b)) = (of_sub, own) {
                owners.join(a, b);
            }
            if let (Some(key), true) = (of_sub.or(own), email != 0)
                && known(customers, key) != Some(email)
            {
                addresses.push((halves(email), key));
            }
        }
        addresses.sort_unstable();
        addresses.dedup();
        for part in addresses.chunk_by(|a, b| a.0 == b.0).filter(|p| p.len() <= SHARED) {
            part.windows(2).for_each(|two| owners.join_few(two[0].1, two[1].1));
        }
        drop(addresses);
        // In the second reading everybody stays where the first put them.
        let known: Vec<(Id, Id)> = self
            .owners
            .iter()
            .filter_map(|(member, key)| Some((self.ids.find(member)?, self.ids.find(key)?)))
            .collect();
        for (a, b) in known {
            owners.join(a, b);
        }
        owners
    }

    /// The candidates, and what to read again of them.
    #[must_use]
    pub fn suspects(&self, cap: usize) -> Again {
        let mut again = Again::default();
        let mut found: Vec<Vec<(i64, Box<str>)>> = vec![Vec::new(); CLASSES.len()];
        let mut members: HashMap<Box<str>, Members> = HashMap::new();
        self.each_group(|key, group| {
            if group.in_flight {
                again.in_flight += 1;
                return;
            }
            let hits = CLASSES.iter().enumerate().filter_map(|(n, c)| Some((n, (c.hit)(&group)?.weight())));
            let hits: Vec<(usize, i64)> = hits.collect();
            if hits.is_empty() {
                return;
            }
            for (n, weight) in hits {
                found[n].push((weight, key.into()));
            }
            let subs = group.subs.iter().map(|s| s.is.id.clone());
            let subs = subs.chain(group.rows.iter().filter_map(|r| r.is.subscription.clone())).collect();
            members.insert(key.into(), (subs, group.customers.into_iter().map(|c| c.id).collect()));
        });
        let mut seen = HashSet::new();
        for (class, mut hits) in CLASSES.iter().zip(found) {
            hits.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
            if hits.len() > cap {
                again.beyond.insert(class.rule, u64::try_from(hits.len() - cap).unwrap_or(u64::MAX));
                hits.truncate(cap);
            }
            for (_, key) in hits {
                if let Some((subs, customers)) = members.remove(&key) {
                    for member in subs.iter().chain(&customers) {
                        again.owners.insert(member.clone(), key.clone());
                    }
                    again.subscriptions.extend(subs.into_iter().filter(|id| seen.insert(id.clone())));
                    again.customers.extend(customers);
                }
                again.suspects.push(Suspect { key, rule: class.rule });
            }
        }
        again
    }

    /// An empty join under what this one has learned, for the second reading.
    #[must_use]
    pub fn second(&self, again: &Again) -> Self {
        let mut fresh = Self::new(self.policy, self.settled.clone());
        fresh.rows = Rows::with_keys();
        fresh.learned = Arc::clone(&self.learned);
        fresh.provider_whole = self.provider_whole;
        fresh.database_whole = self.database_whole;
        fresh.customers_whole = self.customers_whole;
        fresh.owners_known = self.owners_known;
        fresh.in_flight_known = self.in_flight_known;
        fresh.events_told = self.events_told;
        fresh.owners.clone_from(&again.owners);
        // What hangs on an object was read a moment ago, and does not come back once it is gone.
        for (id, list) in &self.invoices {
            fresh.invoices.insert(fresh.ids.put(&self.ids.get(*id)), list.clone());
        }
        for (from, to) in [(&self.refunds, &mut fresh.refunds), (&self.disputes, &mut fresh.disputes)] {
            for (id, list) in from {
                to.insert(fresh.ids.put(&self.ids.get(*id)), list.clone());
            }
        }
        fresh.people.clone_from(&self.people);
        // Nothing of the first reading counts: what is not answered again is not judged.
        fresh.unanswered = again.subscriptions.iter().map(|id| fresh.ids.put(id)).collect();
        if self.customers_whole {
            let asked = again.customers.iter().map(|id| fresh.ids.put(id)).collect::<Vec<_>>();
            fresh.unanswered.extend(asked);
        }
        fresh
    }
    /// Whether customers are retrieved again: where their list could be read.
    #[must_use]
    pub const fn asks_customers(&self) -> bool {
        self.customers_whole
    }

    /// Judges the suspects over the second reading, this join. At most `keep` of a class are kept
    /// whole.
    #[must_use]
    pub fn confirmed(&self, again: &Again, keep: usize) -> BTreeMap<&'static str, Tally> {
        let mut wanted: HashMap<&str, Vec<&'static str>> = HashMap::new();
        for s in &again.suspects {
            wanted.entry(&s.key).or_default().push(s.rule);
        }
        let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
        let shouting = self.rows.iter(&self.ids).filter_map(|r| r.status).any(|s| *s == *s.to_ascii_uppercase());
        self.each_group(|key, group| {
            let Some(rules) = wanted.get(key).filter(|_| !group.in_flight) else { return };
            let (answered, settled) = (self.is_answered(&group), self.is_settled(&group));
            for class in CLASSES.iter().filter(|c| rules.contains(&c.rule)) {
                if !answered || !(settled || TIMELESS.contains(&class.rule)) {
                    tallies.entry(class.rule).or_default().unchecked += 1;
                } else if let Some(mut hit) = (class.hit)(&group) {
                    self.spell(&mut hit, shouting);
                    tallies.entry(class.rule).or_default().push(hit, keep);
                }
            }
        });
        for (rule, beyond) in &again.beyond {
            tallies.entry(rule).or_default().unchecked += *beyond;
        }
        tallies
    }
    /// Whether all that could make the sides differ is older than an event on its way: told by events, or by
    /// subscriptions that ended, whose end is the last that happens to them.
    fn is_settled(&self, group: &Group) -> bool {
        self.events_told
            || (group.subs.iter().all(|s| s.is.status.is_over())
                && group.customers.iter().all(|c| c.fate != Fate::Deleted))
    }
    fn is_answered(&self, group: &Group) -> bool {
        let subs = group.subs.iter().map(|s| &s.is.id);
        let rows = group.rows.iter().filter_map(|r| r.is.subscription.as_ref());
        let customers = group.customers.iter().map(|c| &c.id);
        subs.chain(rows).chain(customers).filter_map(|id| self.ids.find(id)).all(|id| !self.unanswered.contains(&id))
    }
    /// Puts what the row should say into the app's own spelling.
    fn spell(&self, hit: &mut Hit, shouting: bool) {
        for pair in &mut hit.pairs {
            let Some((Role::Status, word)) = &mut pair.should else { continue };
            if self.settled.status_is_flag || !self.by_status() {
                pair.should = None;
            } else if shouting {
                *word = word.as_str().to_ascii_uppercase().into();
            }
        }
    }

    /// What this join could not judge by: words nobody knows, columns nobody confirmed, ids that
    /// were not retrieved.
    #[must_use]
    pub fn gaps(&self) -> Vec<Cause> {
        let mut gaps = BTreeSet::new();
        if !self.by_status() && !self.by_period() && !self.rows.is_empty() {
            let table = &self.settled.mapping.table;
            let why = self.settled.role(Role::Status).map(|r| r.evidence.clone()).unwrap_or_default();
            gaps.insert(Cause::Parse(
                format!("no confirmed status or period-end column in {table} ({why}); name it in [billing.mapping]")
                    .into(),
            ));
        }
        gaps.extend(self.unknown_words());
        let odd: BTreeSet<Box<str>> = self
            .subs
            .statuses(&self.ids)
            .filter_map(|s| match s {
                Status::Other(w) => Some(w),
                _ => None,
            })
            .take(1000)
            .collect();
        if !odd.is_empty() {
            let words: Vec<&str> = odd.iter().take(3).map(|w| &**w).collect();
            gaps.insert(Cause::Parse(format!("Stripe has statuses unknown to us: {}", words.join(", ")).into()));
        }
        if self.provider_whole && self.unanswered.len() > CAP {
            let text = format!("checked {CAP} of more ids that Stripe does not list; run `launchcheck drift`");
            gaps.insert(Cause::Partial(text.into()));
        }
        gaps.into_iter().collect()
    }
    fn unknown_words(&self) -> Option<Cause> {
        if !self.by_status() {
            return None;
        }
        let is_known = |sub: Id| match sub {
            Ids::NONE => self.settled.mapping.subscription.is_none(),
            sub => self.subs.position(sub).is_some(),
        };
        // Each word is read once, however many rows hold it.
        let mut read: HashSet<Id> = HashSet::new();
        let unknown: BTreeSet<Box<str>> = (0..self.rows.len())
            .filter(|at| is_known(self.rows.ids(*at).1) && read.insert(self.rows.status(*at)))
            .filter_map(|at| match self.learned.word(self.rows.get(&self.ids, at).status.as_deref()) {
                Word::Unknown(w) => Some(w),
                _ => None,
            })
            .take(1000)
            .collect();
        let words: Vec<&str> = unknown.iter().take(3).map(|w| &**w).collect();
        let column = self.settled.role(Role::Status).and_then(|r| r.column.clone()).unwrap_or_default();
        let text = || Shown::from(format!("{column} holds words of unknown meaning: {}", words.join(", ")));
        (!words.is_empty()).then(|| Cause::Parse(text().short(200)))
    }

    /// The fact, out of the first reading (this join), how many owners in it were in flight, and what the
    /// second confirmed.
    #[must_use]
    pub fn drift(
        self,
        mode: KeyMode,
        in_flight: u64,
        classes: BTreeMap<&'static str, Tally>,
        mut gaps: Vec<Cause>,
        beside: BTreeMap<Source, Vec<Cause>>,
    ) -> Drift {
        let (subscriptions, rows) = self.size();
        gaps.extend(self.gaps());
        // Where an error kept candidates from being read again, it is among the gaps already.
        let unchecked: u64 = classes.values().map(|t| t.unchecked).sum();
        if !self.events_told && unchecked > 0 {
            gaps.push(Cause::Permission("rak_event_read".into()));
        }
        if gaps.is_empty() && unchecked > 0 {
            let checked: u64 = classes.values().map(|t| t.count).sum();
            let all = checked + unchecked;
            gaps.push(Cause::Partial(format!("checked {checked} of {all} candidates; run `launchcheck drift`").into()));
        }
        gaps.sort();
        gaps.dedup();
        Drift {
            mode,
            classes,
            subscriptions,
            rows,
            in_flight,
            gaps,
            beside,
            empty: self.learned.empty.clone(),
            agrees: self.learned.agrees.clone(),
            mapping: Some(self.settled),
            ..Drift::empty(mode)
        }
    }
}

/// A forest of who belongs to whom.
struct Owners {
    up: Vec<Id>,
    /// How many are in a tree, by its root; of one that is alone nothing.
    sizes: HashMap<Id, usize>,
}
impl Owners {
    fn of(&self, mut id: Id) -> Id {
        while let Some(up) = self.up.get(id as usize).filter(|up| **up != id) {
            id = *up;
        }
        id
    }
    fn size(&self, root: Id) -> usize {
        self.sizes.get(&root).copied().unwrap_or(1)
    }
    fn join(&mut self, a: Id, b: Id) {
        let (a, b) = (self.of(a), self.of(b));
        if a != b && (a.max(b) as usize) < self.up.len() {
            // The older number is the root, so that the result is the same in each run.
            let (root, leaf) = (a.min(b), a.max(b));
            let size = self.size(root) + self.size(leaf);
            self.up[leaf as usize] = root;
            self.sizes.remove(&leaf);
            self.sizes.insert(root, size);
        }
    }
    /// The same, unless it makes a crowd: addresses that are swapped or shared say nothing of owners,
    /// and a chain of them would hide everything.
    fn join_few(&mut self, a: Id, b: Id) {
        let (a, b) = (self.of(a), self.of(b));
        if a != b && self.size(a) + self.size(b) <= SHARED {
            self.join(a, b);
        }
    }
}
