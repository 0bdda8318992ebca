//! The account against the app's database: the database is read first and let go, then the account
//! is read in full, then every candidate is read again from both.

use super::{
    Account, EVENTS_PER_SECOND, database, declared,
    lists::{Beside, First, Lists, locked},
    part,
    resume::{Kept, Resume},
    seconds,
};
use crate::{
    config::{self, Located},
    gather::Cx,
    probe::{
        database::{Database, Reading, veil},
        layers::Counters,
        schema_files,
    },
    settings::WholeDrift,
};
use launchcheck_checks::{
    billing::{
        cause::Heard,
        facts::{Drift, Endpoints, KeyMode, Layout, Source, Tally, Unconfirmed},
        feed::Listing,
        fold::{Again, CAP, Join},
        mapping::{
            Candidate, Coverage, Mapping, People, Role, Settled, Settlement, TableSample, absent, candidates_of,
            people, pinned, scattered, settle,
        },
        objects::Event,
        status::Policy,
        stripe::Sub,
        vendor::Vendor,
    },
    vocab::{Cause, Fact, Missing, Observed, Shown, TargetId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The lists' share of the time; the rest is for reading candidates again.
const LISTING: (u32, u32) = (2, 3);
/// How many of the account's ids decide which column is meant.
const PROBES: usize = 200;
/// How many columns are tried.
const CANDIDATES: usize = 8;
/// The most rows that an audit keeps, unless told otherwise: a table of ten million is for a run that may
/// take its time.
const ROWS: u64 = 2_000_000;
const ALL_ROWS: u64 = 20_000_000;
/// How many subscriptions with more than ten items an audit reads whole.
const LONG: usize = 500;
/// How long the scan of the table may take, in an audit (and no longer than a third of billing's time) and in
/// a run that may take its time.
const SCAN: Duration = Duration::from_secs(20);
const WHOLE_SCAN: Duration = Duration::from_mins(10);
/// How long an audit waits to be told how many of the account's ids stand in a column: a table of ten million
/// without an index takes seconds.
const HELD: Duration = Duration::from_secs(6);

/// Both sides.
pub(super) struct Sides {
    account: Account,
    database: Database,
    pin: Option<config::Mapping>,
    policy: Policy,
    timeout: Duration,
    counters: Counters,
    folders: Vec<PathBuf>,
    lists: Lists,
    whole: Option<WholeDrift>,
    /// The most rows that an audit keeps.
    most: u64,
    /// How many candidates of a class are read again, and how many are kept.
    cap: usize,
    keep: usize,
    began: Instant,
}
impl Sides {
    pub(super) fn of<F: Fact>(account: Account, at: &TargetId, cx: &Cx<F>) -> Result<Self, Missing> {
        let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
        let root = cx.config().source.as_ref().map(|s| s.root.clone()).unwrap_or_default();
        let database = database(at, cx)?;
        let whole = cx.settings().whole_drift.clone();
        let meter = whole.as_ref().map(|w| Arc::clone(&w.meter)).unwrap_or_default();
        Ok(Self {
            cap: if whole.is_some() { usize::MAX } else { CAP },
            keep: if whole.is_some() { usize::MAX } else { Tally::KEPT },
            lists: Lists::of(&account, meter),
            whole,
            folders: cx.survey().apps.values().cloned().chain([root]).collect(),
            began: Instant::now(),
            database,
            pin: billing.mapping.as_ref().map(|m| m.get().clone()),
            policy: Policy {
                now: cx.now(),
                past_due: seconds(&billing.past_due),
                in_flight: seconds(&billing.in_flight),
                live: account.mode == KeyMode::Live,
            },
            account,
            most: cx.settings().billing_rows.unwrap_or(ROWS),
            timeout: cx.settings().timeout,
            counters: cx.wire().counters.clone(),
        })
    }

    pub(super) async fn compare(&self) -> Observed<Drift> {
        // Where one side cannot be read there is nothing to wait for on the other.
        let preflight = self.lists.preflight(&self.account.until);
        let (firsts, sampled) = match tokio::try_join!(preflight, self.sample()) {
            Ok(both) => both,
            Err(cause) => return Observed::unknown(cause),
        };
        match Box::pin(self.judge(firsts, sampled)).await.unwrap_or_else(Observed::unknown).into_inner() {
            Ok(drift) => Observed::known(self.named(drift)),
            Err(Missing::Unknown(cause)) => Observed::unknown(self.own(cause)),
            Err(other) => other.into(),
        }
    }
    /// A cause with the provider's own name in it.
    fn own(&self, cause: Cause) -> Cause {
        match cause {
            Cause::Parse(text) => Cause::Parse(self.account.vendor.told(text.as_str()).into()),
            Cause::Partial(text) => Cause::Partial(self.account.vendor.told(text.as_str()).into()),
            other => other,
        }
    }
    fn named(&self, drift: Drift) -> Drift {
        let told = |list: Vec<Shown>| list.iter().map(|s| self.account.vendor.told(s.as_str()).into()).collect();
        Drift { gaps: drift.gaps.into_iter().map(|c| self.own(c)).collect(), snapshots: told(drift.snapshots), ..drift }
    }

    async fn open(&self) -> Result<Reading, Cause> {
        let opened = self.database.open(self.timeout, &self.account.until, &self.counters).await;
        opened.inspect_err(|cause| self.counters.silence("the database", cause.clone()))
    }

    /// What the tables hold, from a transaction of its own: none is kept open while Stripe is read.
    async fn sample(&self) -> Result<(Vec<TableSample>, Vec<Cause>), Cause> {
        let mut reading = self.open().await?;
        let sampled = reading.samples().await;
        reading.close().await;
        sampled
    }

    async fn judge(
        &self,
        firsts: Vec<First>,
        (tables, unsampled): (Vec<TableSample>, Vec<Cause>),
    ) -> Result<Observed<Drift>, Cause> {
        let mut reading = self.open().await?;
        let is_all = firsts.iter().all(|(_, is_all)| *is_all);
        let first: Vec<&Sub> = firsts.iter().flat_map(|(subs, _)| subs).collect();
        let (settlement, layout) = self.settlement(&mut reading, &tables, &first).await?;
        let (settled, why) = match settlement {
            Settlement::Settled(settled) => (Some(settled), None),
            Settlement::Unconfirmed(settled, why) => (settled, Some(why)),
            Settlement::NoBillingState if first.iter().any(|s| !s.status.is_over()) => (None, Some(traceless(&first))),
            Settlement::NoBillingState if unsampled.is_empty() && is_all => {
                reading.close().await;
                return Ok(Observed::not_configured(
                    "the database holds no billing state: no column has ids of Stripe's",
                ));
            }
            Settlement::NoBillingState => (None, None),
        };
        if let (Some(_), Some(cause)) = (&why, unsampled.first()) {
            // The columns that are meant may be in what could not be sampled.
            reading.close().await;
            return Err(cause.clone());
        }
        let settled = settled.map(|s| Settled { quote: reading.quote(), vendor: self.account.vendor, ..s });
        let (Some(settled), None) = (&settled, &why) else {
            reading.close().await;
            return Ok(Observed::known(self.unjudged(settled, why, first.len(), is_all, unsampled)));
        };
        let mut settled = settled.clone();
        if let Some(users) = settled.people.clone() {
            let owner = reading.owner(&settled, &users).await.unwrap_or_default();
            settled.people = Some(People { owner, ..users });
        }
        let mut beside = BTreeMap::new();
        let mut facts = reading.layout(&tables, settled.people.as_ref()).await.unwrap_or_else(|cause| {
            beside.insert(Source::Layout, vec![cause]);
            Layout::default()
        });
        facts.absent = absent(&tables, &settled);
        facts.scattered = layout;
        if self.whole.is_none() && settled.confirmed(Role::Status).is_some() {
            facts.given = reading.given(&settled).await.unwrap_or_default();
        }
        let shape = shape(&tables, &settled);
        let drift = self.read_and_compare(reading, settled, &shape, firsts, beside).await?;
        let unconfirmed = unclear(&drift);
        Ok(Observed::known(Drift { layout: facts, unconfirmed, ..drift }))
    }

    /// Reads the rows, lets the database go, reads the account, and reads the candidates again.
    async fn read_and_compare(
        &self,
        mut reading: Reading,
        settled: Settled,
        shape: &[String],
        firsts: Vec<First>,
        mut beside: Beside,
    ) -> Result<Drift, Cause> {
        let mut join = Join::new(self.policy, settled.clone());
        let mut snapshots = vec![self.stamp("database read from")];
        let veiled = reading.veiled().await?;
        let mut scanned = self.scan(&mut reading, &settled, &mut join).await;
        if scanned.is_ok() && veiled.contains(&settled.mapping.table) {
            scanned = Err(veil(&settled.mapping.table));
        } else if let Err(cause) = &scanned {
            // A statement that was ended takes its transaction with it.
            reading.close().await;
            reading = self.open().await.map_err(|_| cause.clone())?;
        }
        if let Some(users) = &settled.people {
            let (most, mut seen) = (if self.whole.is_some() { ALL_ROWS } else { self.most }, 0_u64);
            let mut each = |email| {
                seen += 1;
                if seen <= most {
                    join.add_person(email);
                }
            };
            let mut read = reading.people(users, self.scan_time(), &mut each).await;
            if read.is_ok() && veiled.contains(&users.full_name()) {
                read = Err(veil(&users.full_name()));
            }
            if let Err(cause) = read.and(if seen > most { Err(Cause::TooLarge) } else { Ok(()) }) {
                beside.entry(Source::Customers).or_default().push(cause);
                join.forget_people();
            }
        }
        let held = reading.held_still(&settled, shape).await;
        reading.close().await;
        // Columns that changed under the scan may mean anything.
        held?;
        snapshots.push(self.stamp("Stripe read from"));
        let resume = self.resume(&mut join)?;
        snapshots.extend(resume.as_ref().and_then(Resume::note));
        let expected = join.size().1;
        self.lists.meter.expect(expected);
        let join = Mutex::new(join);
        let left = self.account.time.saturating_sub(self.began.elapsed());
        let listing = self.account.until.within(part(left, LISTING));
        let read = self.lists.read(&join, firsts, self.policy, resume.as_ref(), &listing, &mut beside);
        let mut gaps = read.await;
        let list_was_cut = !gaps.is_empty();
        if let Some(resume) = resume.as_ref().filter(|r| r.goes_on) {
            gaps.extend(self.lists.catch_up(&join, resume.began, &self.account.until).await);
        }
        self.lists.complete(&join, if self.whole.is_some() { usize::MAX } else { LONG }, &self.account.until).await;
        let mut join = join.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.say_how_far(&join, expected, &mut gaps);
        join.cut(list_was_cut, scanned.is_err());
        gaps.extend(scanned.as_mut().err().map(|c| c.clone()));

        // Of a list that was cut most are only further down, and the time is better spent on candidates.
        if !list_was_cut {
            let (strays, until) = (join.strays(self.cap), &self.account.until);
            gaps.extend(self.lists.subs(strays, until, |id, found| join.add_lookup(&id, found)).await);
            let strays = join.stray_customers(self.cap);
            let each = |id: Box<str>, found| join.add_customer_lookup(&id, &found);
            let more = self.lists.customers(strays, until, each).await;
            beside.entry(Source::Customers).or_default().extend(more);
        }
        join.learn();
        let again = join.suspects(self.cap);
        let classes = match self.second_reading(&join, &again, shape).await {
            Ok((classes, more)) => {
                gaps.extend(more);
                classes
            }
            Err(cause) => {
                gaps.push(cause);
                BTreeMap::new()
            }
        };
        snapshots.push(self.stamp("read again until"));
        if let (Some(resume), true) = (&resume, gaps.is_empty()) {
            resume.done();
        }
        Ok(Drift { snapshots, ..join.drift(self.account.mode, again.in_flight, classes, gaps, beside) })
    }
    /// How long one statement over the whole table may take.
    fn scan_time(&self) -> Duration {
        if self.whole.is_some() { WHOLE_SCAN } else { SCAN.min(self.account.time / 3) }
    }
    /// Every row, up to what is kept of a very large table.
    async fn scan(&self, reading: &mut Reading, settled: &Settled, join: &mut Join) -> Result<(), Cause> {
        let (most, time) = (if self.whole.is_some() { ALL_ROWS } else { self.most }, self.scan_time());
        let mut seen = 0_u64;
        let scanned = reading
            .scan(settled, time, &mut |row| {
                seen += 1;
                if seen <= most {
                    join.add_row(row);
                }
            })
            .await;
        if seen > most {
            let text = format!("checked {most} of {seen} rows; run `launchcheck drift`");
            return Err(Cause::Partial(text.into()));
        }
        scanned.map_err(|cause| self.rows_cut(seen, cause))
    }
    /// Where time ended the scan of the table, how much of it was read.
    fn rows_cut(&self, seen: u64, cause: Cause) -> Cause {
        if seen == 0 || !matches!(cause, Cause::Timeout | Cause::Deadline) {
            return cause;
        }
        let how = match self.whole {
            Some(_) => format!("the database takes longer than {} s for the rest", self.scan_time().as_secs()),
            None => "run `launchcheck drift`".to_owned(),
        };
        Cause::Partial(format!("checked {seen} of more than {seen} rows; {how}").into())
    }
    /// What an interrupted run kept, put into the join.
    fn resume(&self, join: &mut Join) -> Result<Option<Resume>, Cause> {
        // The other providers' lists are short, and cannot be read by parts.
        let path = self.whole.as_ref().and_then(|w| w.resume.as_ref());
        let Some(path) = path.filter(|_| self.account.vendor == Vendor::Stripe) else { return Ok(None) };
        let each = &mut |kept| match kept {
            Kept::Sub(sub) => join.add_sub(sub),
            Kept::Customer(id, email) => join.add_known_customer(&id, email),
        };
        Resume::open(path, &self.account.key, self.policy.now, each).map(Some)
    }
    /// Where time ended the list, how much of it was read.
    fn say_how_far(&self, join: &Join, rows: u64, gaps: &mut [Cause]) {
        let (subs, _) = join.size();
        let all = rows.max(subs);
        let how = match self.whole {
            Some(_) => "run it again with --resume FILE, or with more --deadline",
            None => "run `launchcheck drift`",
        };
        for cause in gaps.iter_mut().filter(|c| **c == Cause::Deadline && subs > 0) {
            let more = if subs == all { "more than" } else { "about" };
            *cause = Cause::Partial(format!("checked {subs} of {more} {all} subscriptions; {how}").into());
        }
    }
    fn stamp(&self, what: &str) -> Shown {
        let now = self.policy.now.saturating_add_unsigned(self.began.elapsed().as_secs());
        jiff::Timestamp::from_second(now).map_or_else(|_| what.into(), |t| format!("{what} {t}").into())
    }

    /// Tells each of the hits its cause, as far as events say it.
    pub(super) async fn explain(&self, mut drift: Drift, endpoints: Option<&Endpoints>) -> Drift {
        if self.account.vendor == Vendor::Stripe && drift.classes.values().any(|t| !t.worst.is_empty()) {
            self.heard().await.explain(&mut drift.classes, endpoints, self.policy.now);
        }
        drift
    }
    /// What was told about subscriptions in the last 30 days, as far as there is time.
    async fn heard(&self) -> Heard {
        let mut heard = Heard::default();
        let lists: [(&[(&str, &str)], u32); 2] =
            [(&[("delivery_success", "false")], 20), (&[("type", "customer.subscription.*")], 60)];
        let mut whole = true;
        for (parameters, pages) in lists {
            let listing = Listing::<Event>::new(EVENTS_PER_SECOND).with(parameters).at_most(pages);
            whole &= self.account.stripe.drain(listing, &self.account.until, |e| heard.add(e)).await.is_empty();
        }
        heard.whole = whole;
        let bought = Listing::<Event>::new(EVENTS_PER_SECOND).with(&[("type", "checkout.session.completed")]);
        let bought = bought.at_most(60);
        heard.sessions = self.account.stripe.drain(bought, &self.account.until, |e| heard.add(e)).await.is_empty();
        heard
    }

    fn unjudged(
        &self,
        mapping: Option<Settled>,
        why: Option<Shown>,
        first: usize,
        is_all: bool,
        unsampled: Vec<Cause>,
    ) -> Drift {
        let mode = self.account.mode;
        // Before the first customer both sides are empty, and there is nothing to differ.
        let nothing_yet = first == 0 && is_all && mapping.is_none() && unsampled.is_empty();
        let subscriptions = u64::try_from(first).unwrap_or(u64::MAX);
        let mut gaps: Vec<Cause> = why.iter().filter(|_| !nothing_yet).cloned().map(Cause::Parse).collect();
        gaps.extend(unsampled);
        let unconfirmed = why.map(|why| {
            let guess = if mapping.is_none() { schema_files::guesses(&self.folders) } else { Vec::new() };
            Unconfirmed { why, empty: mapping.is_none(), guess }
        });
        Drift { mapping, unconfirmed, subscriptions, gaps, ..Drift::empty(mode) }
    }

    /// Reads every candidate again from both sides, and keeps what still differs.
    async fn second_reading(
        &self,
        join: &Join,
        again: &Again,
        shape: &[String],
    ) -> Result<(BTreeMap<&'static str, Tally>, Vec<Cause>), Cause> {
        if again.suspects.is_empty() {
            return Ok((BTreeMap::new(), Vec::new()));
        }
        let mut second = join.second(again);
        // The database first: it is quick, and the provider may take all the time there is.
        let customers: Vec<Box<str>> = again.customers.iter().cloned().collect();
        let mut reading = self.open().await?;
        let mut read =
            reading.again(join.settled(), &again.subscriptions, &customers, &mut |row| second.add_row(row)).await;
        if read.is_ok() {
            read = reading.held_still(join.settled(), shape).await;
        }
        reading.close().await;
        read?;
        let second = Mutex::new(second);
        let asked = if join.asks_customers() { customers } else { Vec::new() };
        let until = &self.account.until;
        let (mut gaps, more, unheard) = tokio::join!(
            self.lists.subs(again.subscriptions.clone(), until, |id, found| {
                locked(&second).add_lookup(&id, found);
            }),
            self.lists.customers(asked, until, |id, found| locked(&second).add_customer_lookup(&id, &found)),
            self.lists.changing(&second, self.policy, until),
        );
        gaps.extend(more);
        self.lists.complete(&second, usize::MAX, until).await;
        // What changed while they were read is told by a last look; without time for it the one of a moment
        // ago has to do.
        let unheard_since = self.lists.changing(&second, self.policy, until).await;
        if !unheard.is_empty() && !unheard_since.is_empty() {
            locked(&second).in_flight_unknown();
            gaps.extend(unheard);
        }
        let second = second.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((second.confirmed(again, self.keep), gaps))
    }

    /// Which columns are meant, and which tables else keep a status of the same subscriptions.
    async fn settlement(
        &self,
        reading: &mut Reading,
        tables: &[TableSample],
        subs: &[&Sub],
    ) -> Result<(Settlement, Vec<Shown>), Cause> {
        let users = people(tables);
        let time = if self.whole.is_some() { WHOLE_SCAN } else { HELD };
        let (ids, customers) = probes(subs);
        let mut covered: Vec<(Candidate, Coverage)> = Vec::new();
        for subscriptions in [true, false] {
            let of_kind =
                candidates_of(self.account.vendor, tables).into_iter().filter(|c| c.subscriptions == subscriptions);
            for candidate in of_kind.take(CANDIDATES) {
                let probes = if subscriptions { &ids } else { &customers };
                let held = reading.held(&tables[candidate.table], &candidate.column, probes, time).await?;
                covered.push((candidate, Coverage { asked: probes.len(), held }));
            }
        }
        let several = scattered(tables, &covered);
        let settlement = match &self.pin {
            Some(pin) => {
                Settlement::Settled(pin_of(pin, tables).and_then(|p| pinned(&p, tables).map_err(Cause::Parse))?)
            }
            None => settle(tables, &covered),
        };
        let with_users = |s: Settled| Settled { people: users.clone(), ..s };
        let settlement = match settlement {
            Settlement::Settled(s) => Settlement::Settled(with_users(s)),
            other => other,
        };
        Ok((settlement, several))
    }
}

/// The columns of the table that is compared, by name and kind.
fn shape(tables: &[TableSample], settled: &Settled) -> Vec<String> {
    let table = tables.iter().find(|t| t.name == settled.table && t.schema == settled.schema);
    let columns = table.iter().flat_map(|t| &t.columns).filter(|c| !c.name.contains('#'));
    columns.map(|c| format!("{} {:?}", c.name, c.kind)).collect()
}

/// Where the whole join did not confirm the columns that access hangs on, that is said too.
fn unclear(drift: &Drift) -> Option<Unconfirmed> {
    let settled = drift.mapping.as_ref()?;
    let judged = settled.confirmed(Role::Status).is_some() || settled.confirmed(Role::PeriodEnd).is_some();
    if judged || drift.rows == 0 {
        return None;
    }
    let evidence = settled.role(Role::Status).map(|r| r.evidence.clone()).unwrap_or_default();
    let why = format!("{} has no confirmed status or period end ({evidence})", settled.mapping.table);
    Some(Unconfirmed { why: why.into(), empty: false, guess: Vec::new() })
}

/// With somebody to let in, a database without a trace of it is the wrong one or an empty one as
/// likely as it is that of an app which keeps no such state.
fn traceless(subs: &[&Sub]) -> Shown {
    let live = subs.iter().filter(|s| !s.status.is_over()).count();
    let why = format!(
        "no column of the database holds ids of Stripe's, and the account has subscriptions that are not over ({live} of the newest); \
         name the right database in database-url-env, or leave it out"
    );
    why.into()
}

/// Ids of the account that decide which column is meant: of living subscriptions where there are
/// any, spread over the whole list.
fn probes(subs: &[&Sub]) -> (Vec<Box<str>>, Vec<Box<str>>) {
    let mut known: Vec<&Sub> = subs.iter().copied().filter(|s| !s.status.is_over()).collect();
    if known.is_empty() {
        known = subs.to_vec();
    }
    let step = known.len().div_ceil(PROBES).max(1);
    let chosen: Vec<&Sub> = known.into_iter().step_by(step).collect();
    let customers: BTreeSet<Box<str>> = chosen.iter().map(|s| s.customer.clone()).collect();
    (chosen.iter().map(|s| s.id.clone()).collect(), customers.into_iter().collect())
}

/// The pinned mapping with its table, which may be left out where only one table fits.
fn pin_of(pin: &config::Mapping, tables: &[TableSample]) -> Result<Mapping, Cause> {
    let text = |l: &Option<Located<String>>| l.as_ref().map(|l| l.get().clone());
    let mut mapping = Mapping {
        table: text(&pin.table).unwrap_or_default(),
        customer: text(&pin.customer),
        subscription: text(&pin.subscription),
        status: text(&pin.status),
        price: text(&pin.price),
        period_end: text(&pin.period_end),
        cancel: text(&pin.cancel),
        ..Mapping::default()
    };
    if mapping.table.is_empty() {
        let has = |t: &&TableSample| {
            let columns = Role::ALL.into_iter().filter_map(|r| mapping.column(r));
            columns.into_iter().all(|c| t.columns.iter().any(|x| x.name.eq_ignore_ascii_case(c)))
        };
        let fitting: Vec<String> = tables.iter().filter(has).map(TableSample::full_name).collect();
        match fitting.as_slice() {
            [one] => mapping.table.clone_from(one),
            _ => {
                return Err(Cause::Parse(
                    "[billing.mapping] needs `table`: not exactly one table has these columns".into(),
                ));
            }
        }
    }
    Ok(mapping)
}
