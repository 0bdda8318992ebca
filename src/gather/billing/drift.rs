//! The account against the app's database: the database is read first and let go, then the account
//! is read in full, then every candidate is read again from both.

use super::{Account, DAY, EVENTS_PER_SECOND, database, declared, part, seconds};
use crate::{
    config::{self, Located},
    gather::Cx,
    probe::{
        database::{Database, Reading},
        layers::Counters,
        schema_files,
    },
};
use launchcheck_checks::{
    billing::{
        cause::Heard,
        facts::{Drift, Endpoints, KeyMode, Layout, Source, Tally, Unconfirmed},
        feed::{Listing, PER_SECOND, Retrieval},
        fold::{Again, CAP, Join},
        mapping::{
            Candidate, Coverage, Mapping, People, Role, Settled, Settlement, TableSample, absent, candidates, people,
            pinned, scattered, settle,
        },
        objects::{Customer, Dispute, Event, ListedInvoice, Refund},
        status::Policy,
        stripe::Sub,
    },
    vocab::{Cause, Fact, Missing, Observed, Shown, TargetId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The list's share of the time; the rest is for reading candidates again.
const LISTING: (u32, u32) = (2, 3);
/// How many of the account's ids decide which column is meant.
const PROBES: usize = 200;
/// How many columns are tried.
const CANDIDATES: usize = 8;
/// How far back refunds and disputes are looked at.
const BACK: i64 = 90 * DAY;
/// How many pages of invoices, refunds and disputes are read: more of them is an account where the
/// answer is in the Dashboard.
const BESIDE_PAGES: u32 = 100;

/// Both sides.
pub(super) struct Sides {
    account: Account,
    database: Database,
    pin: Option<config::Mapping>,
    policy: Policy,
    timeout: Duration,
    counters: Counters,
    folders: Vec<PathBuf>,
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
        let whole = cx.settings().whole_drift;
        Ok(Self {
            cap: if whole { usize::MAX } else { CAP },
            keep: if whole { usize::MAX } else { Tally::KEPT },
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
            timeout: cx.settings().timeout,
            counters: cx.wire().counters.clone(),
        })
    }

    pub(super) async fn compare(&self) -> Observed<Drift> {
        // Where one side cannot be read there is nothing to wait for on the other.
        let (first, sampled) = match tokio::try_join!(self.preflight(), self.sample()) {
            Ok(both) => both,
            Err(cause) => return Observed::unknown(cause),
        };
        self.judge(first, sampled).await.unwrap_or_else(Observed::unknown)
    }

    /// The first page of the account's subscriptions: enough to know the columns by, and whether the
    /// key may read at all. Says whether that is all of them.
    async fn preflight(&self) -> Result<(Vec<Sub>, bool), Cause> {
        let mut subs = Vec::new();
        let first = Listing::<Sub>::new(PER_SECOND).at_most(1);
        let gaps = self.account.stripe.drain(first, &self.account.until, |s| subs.push(s)).await;
        match gaps.as_slice() {
            [] => Ok((subs, true)),
            [Cause::TooLarge] => Ok((subs, false)),
            [cause, ..] => Err(cause.clone()),
        }
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
        (first, is_all): (Vec<Sub>, bool),
        (tables, unsampled): (Vec<TableSample>, Vec<Cause>),
    ) -> Result<Observed<Drift>, Cause> {
        let mut reading = self.open().await?;
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
        let settled = settled.map(|s| Settled { quote: reading.quote(), ..s });
        let (Some(settled), None) = (&settled, &why) else {
            reading.close().await;
            return Ok(Observed::known(self.unjudged(settled, why, &first, is_all, unsampled)));
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
        let drift = self.read_and_compare(reading, settled, first, is_all, beside).await?;
        let unconfirmed = unclear(&drift);
        Ok(Observed::known(Drift { layout: facts, unconfirmed, ..drift }))
    }

    /// Reads the rows, lets the database go, reads the account, and reads the candidates again.
    async fn read_and_compare(
        &self,
        mut reading: Reading,
        settled: Settled,
        first: Vec<Sub>,
        is_all: bool,
        mut beside: BTreeMap<Source, Vec<Cause>>,
    ) -> Result<Drift, Cause> {
        let mut join = Join::new(self.policy, settled.clone());
        let mut snapshots = vec![self.stamp("database read from")];
        let scanned = reading.scan(&settled, &mut |row| join.add_row(row)).await;
        if let Some(users) = &settled.people
            && let Err(cause) = reading.people(users, &mut |email| join.add_person(email)).await
        {
            beside.entry(Source::Customers).or_default().push(cause);
            join.forget_people();
        }
        reading.close().await;
        snapshots.push(self.stamp("Stripe read from"));
        let join = Mutex::new(join);
        let gaps = self.account_into(&join, first, is_all, &mut beside).await;
        let mut join = join.into_inner().unwrap_or_else(PoisonError::into_inner);
        let list_was_cut = !gaps.is_empty();
        let mut gaps = gaps;
        join.cut(list_was_cut, scanned.is_err());
        gaps.extend(scanned.err());

        let strays = join.strays(self.cap);
        // Of a list that was cut most are only further down, and the time is better spent on candidates.
        if !list_was_cut {
            let feed = Retrieval::<Sub>::new(strays, PER_SECOND);
            let until = &self.account.until;
            gaps.extend(self.account.stripe.drain(feed, until, |(id, found)| join.add_lookup(&id, found)).await);
            let feed = Retrieval::<Customer>::new(join.stray_customers(self.cap), PER_SECOND);
            let each = |(id, found): (Box<str>, _)| join.add_customer_lookup(&id, &found);
            let more = self.account.stripe.drain(feed, until, each).await;
            beside.entry(Source::Customers).or_default().extend(more);
        }
        join.learn();
        let again = join.suspects(self.cap);
        let classes = match self.second_reading(&join, &again).await {
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
        Ok(Drift { snapshots, ..join.drift(self.account.mode, classes, gaps, beside) })
    }
    fn stamp(&self, what: &str) -> Shown {
        let now = self.policy.now.saturating_add_unsigned(self.began.elapsed().as_secs());
        jiff::Timestamp::from_second(now).map_or_else(|_| what.into(), |t| format!("{what} {t}").into())
    }

    /// The account's lists, all at once: each is an endpoint of its own with a limit of its own.
    async fn account_into(
        &self,
        join: &Mutex<Join>,
        first: Vec<Sub>,
        is_all: bool,
        beside: &mut BTreeMap<Source, Vec<Cause>>,
    ) -> Vec<Cause> {
        let left = self.account.time.saturating_sub(self.began.elapsed());
        let until = self.account.until.within(part(left, LISTING));
        let stripe = &self.account.stripe;
        let locked = || -> MutexGuard<'_, Join> { join.lock().unwrap_or_else(PoisonError::into_inner) };
        let now = self.policy.now;
        let back = (now - BACK).to_string();
        let recent = (now - self.policy.in_flight).to_string();
        let subs = async {
            if is_all {
                for sub in first {
                    locked().add_sub(sub);
                }
                return Vec::new();
            }
            stripe.drain(Listing::<Sub>::new(PER_SECOND), &until, |s| locked().add_sub(s)).await
        };
        let customers = stripe.drain(Listing::<Customer>::new(PER_SECOND), &until, |c| locked().add_customer(&c));
        let invoices = async {
            let (mut gaps, mut found) = (Vec::new(), Vec::new());
            for status in ["uncollectible", "void", "open"] {
                let listing = Listing::<ListedInvoice>::new(PER_SECOND).with(&[("status", status)]);
                let more = stripe.drain(listing.at_most(BESIDE_PAGES), &until, |i| found.push(i.is)).await;
                let refused = !more.is_empty();
                gaps.extend(more);
                if refused {
                    break;
                }
            }
            (found, gaps)
        };
        let since = [("created[gte]", back.as_str())];
        let refunds = Listing::<Refund>::new(PER_SECOND).with(&since).at_most(BESIDE_PAGES);
        let disputes = Listing::<Dispute>::new(PER_SECOND).with(&since).at_most(BESIDE_PAGES);
        let young = [("type", "customer.subscription.*"), ("created[gte]", recent.as_str())];
        let young = Listing::<Event>::new(EVENTS_PER_SECOND).with(&young).at_most(20);
        let (subs, customers, (invoices, uninvoiced), refunds, disputes, _) = tokio::join!(
            subs,
            customers,
            invoices,
            stripe.drain(refunds, &until, |r| locked().add_refund(r)),
            stripe.drain(disputes, &until, |d| locked().add_dispute(d)),
            // Where events may not be read, what changed a moment ago is known by its own times alone.
            stripe.drain(young, &until, |e| {
                if let Some(object) = e.object {
                    locked().add_recent(object);
                }
            }),
        );
        // Only now are the subscriptions there that they hang on.
        for invoice in invoices {
            locked().add_invoice(invoice);
        }
        locked().customers_read(customers.is_empty());
        let lists = [
            (Source::Customers, customers),
            (Source::Invoices, uninvoiced),
            (Source::Refunds, refunds),
            (Source::Disputes, disputes),
        ];
        for (source, gaps) in lists {
            beside.entry(source).or_default().extend(gaps);
        }
        subs
    }

    /// Tells each of the hits its cause, as far as events say it.
    pub(super) async fn explain(&self, mut drift: Drift, endpoints: Option<&Endpoints>) -> Drift {
        if drift.classes.values().any(|t| !t.worst.is_empty()) {
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
        heard
    }

    fn unjudged(
        &self,
        mapping: Option<Settled>,
        why: Option<Shown>,
        first: &[Sub],
        is_all: bool,
        unsampled: Vec<Cause>,
    ) -> Drift {
        let mode = self.account.mode;
        // Before the first customer both sides are empty, and there is nothing to differ.
        let nothing_yet = first.is_empty() && is_all && mapping.is_none() && unsampled.is_empty();
        let subscriptions = u64::try_from(first.len()).unwrap_or(u64::MAX);
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
    ) -> Result<(BTreeMap<&'static str, Tally>, Vec<Cause>), Cause> {
        if again.suspects.is_empty() {
            return Ok((BTreeMap::new(), Vec::new()));
        }
        let mut second = join.second(again);
        // The database first: it is quick, and the provider may take all the time there is.
        let customers: Vec<Box<str>> = again.customers.iter().cloned().collect();
        let mut reading = self.open().await?;
        let read =
            reading.again(join.settled(), &again.subscriptions, &customers, &mut |row| second.add_row(row)).await;
        reading.close().await;
        read?;
        let second = Mutex::new(second);
        let locked = || -> MutexGuard<'_, Join> { second.lock().unwrap_or_else(PoisonError::into_inner) };
        let subs = Retrieval::<Sub>::new(again.subscriptions.iter().cloned(), PER_SECOND);
        let asked = if join.asks_customers() { customers } else { Vec::new() };
        let customers = Retrieval::<Customer>::new(asked, PER_SECOND);
        let (stripe, until) = (&self.account.stripe, &self.account.until);
        let (mut gaps, more) = tokio::join!(
            stripe.drain(subs, until, |(id, found)| locked().add_lookup(&id, found)),
            stripe.drain(customers, until, |(id, found)| locked().add_customer_lookup(&id, &found)),
        );
        gaps.extend(more);
        let second = second.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((second.confirmed(again, self.keep), gaps))
    }

    /// Which columns are meant, and which tables else keep a status of the same subscriptions.
    async fn settlement(
        &self,
        reading: &mut Reading,
        tables: &[TableSample],
        subs: &[Sub],
    ) -> Result<(Settlement, Vec<Shown>), Cause> {
        let users = people(tables);
        let (ids, customers) = probes(subs);
        let mut covered: Vec<(Candidate, Coverage)> = Vec::new();
        for subscriptions in [true, false] {
            let of_kind = candidates(tables).into_iter().filter(|c| c.subscriptions == subscriptions);
            for candidate in of_kind.take(CANDIDATES) {
                let probes = if subscriptions { &ids } else { &customers };
                let held = reading.held(&tables[candidate.table], &candidate.column, probes).await?;
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
fn traceless(subs: &[Sub]) -> Shown {
    let live = subs.iter().filter(|s| !s.status.is_over()).count();
    let why = format!(
        "no column of the database holds ids of Stripe's, and the account has subscriptions that are not over ({live} of the newest); \
         name the right database in database-url-env, or leave it out"
    );
    why.into()
}

/// Ids of the account that decide which column is meant: of living subscriptions where there are
/// any, spread over the whole list.
fn probes(subs: &[Sub]) -> (Vec<Box<str>>, Vec<Box<str>>) {
    let mut known: Vec<&Sub> = subs.iter().filter(|s| !s.status.is_over()).collect();
    if known.is_empty() {
        known = subs.iter().collect();
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
