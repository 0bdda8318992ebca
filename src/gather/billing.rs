//! Billing facts: the account's endpoints, and the account against the app's database.
//!
//! Both have a share of the run's time, so that a large account cannot keep the report from being
//! printed; what was not reached by then is a gap.

use super::{Cx, Produce};
use crate::{
    config::{self, EnvName, Located},
    probe::{
        database::{Database, Reading},
        layers::{Counters, Sooner},
        secret::Secret,
        stripe::{BASE, Stripe},
        vendor,
    },
};
use launchcheck_checks::{
    billing::{
        facts::{Drift, Endpoints, KeyMode},
        feed::{Listing, PER_SECOND, Retrieval},
        fold::{Again, Join},
        mapping::{Candidate, Coverage, Mapping, Role, Settled, Settlement, TableSample, candidates, pinned, settle},
        place,
        status::Policy,
        stripe::{Registered, Sub},
    },
    vocab::{Cause, DomainName, Fact, Missing, Observed, TargetId, TargetKind},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Billing's share of the run's time: 45 of 60 seconds.
const SHARE: (u32, u32) = (3, 4);
/// The list's share of that; the rest is for reading candidates again.
const LISTING: (u32, u32) = (2, 3);
/// How many of the account's ids decide which column is meant.
const PROBES: usize = 200;
/// How many columns are tried.
const CANDIDATES: usize = 8;

impl Produce for Endpoints {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let account = match Account::of(at, cx) {
            Ok(account) => account,
            Err(missing) => return missing.into(),
        };
        let (mut first, mut second) = (Vec::<Registered>::new(), Vec::<Registered>::new());
        let (gaps, second_gaps) = tokio::join!(
            account.stripe.drain(Listing::new(PER_SECOND), &account.until, |e| first.push(e)),
            account.stripe.drain(Listing::destinations(PER_SECOND), &account.until, |e| second.push(e)),
        );
        if let (true, Some(cause)) = (first.is_empty(), gaps.first()) {
            return Observed::unknown(cause.clone());
        }
        let own: Vec<DomainName> = [TargetKind::Site, TargetKind::Host]
            .iter()
            .flat_map(|k| cx.targets().of(*k))
            .filter_map(TargetId::domain)
            .collect();
        Observed::known(place::endpoints(account.mode, &own, (first, gaps), (second, second_gaps)))
    }
}

impl Produce for Drift {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let sides = Account::of(at, cx).and_then(|account| Sides::of(account, at, cx));
        match sides {
            Ok(sides) => sides.compare().await,
            Err(missing) => missing.into(),
        }
    }
}

fn part(time: Duration, (of, by): (u32, u32)) -> Duration {
    time * of / by
}

/// The provider's side.
struct Account {
    stripe: Stripe,
    mode: KeyMode,
    until: Sooner,
    time: Duration,
}
impl Account {
    fn of<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Result<Self, Missing> {
        let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
        if billing.provider.as_str() != "stripe" {
            return Err(Missing::NotConfigured("only provider = \"stripe\" is compared so far"));
        }
        let name = billing.stripe_key_env.as_ref().ok_or(Missing::NotConfigured("no stripe-key-env in [[billing]]"))?;
        let key = secret(name, cx)?;
        let unlike = || Cause::Parse(format!("the value of {} is no secret key of Stripe's", name.as_str()).into());
        let mode = KeyMode::of(key.expose().trim()).ok_or_else(|| Missing::Unknown(unlike()))?;
        let base = cx.settings().stripe_api.clone();
        let base = base.or_else(|| billing.api_base.as_ref().map(|b| b.get().clone())).or_else(|| BASE.parse().ok());
        let base = base.ok_or(Missing::NotConfigured("no base of the Stripe API"))?;
        let wire = cx.wire();
        let client = vendor::client(&wire.dialer, cx.roots())
            .map_err(|e| Missing::Unknown(Cause::Parse(format!("no client for the API: {e}").into())))?;
        let stripe = Stripe::new(client, base, &key, cx.settings().timeout, wire.counters.clone());
        let time = part(cx.settings().deadline, SHARE);
        let until = wire.time.deadline.within(time);
        Ok(Self { stripe: stripe.map_err(Missing::Unknown)?, mode, until, time })
    }
}

fn declared<'a, F: Fact>(at: &TargetId, cx: &'a Cx<F>) -> Option<&'a config::Billing> {
    cx.config().billing.iter().map(Located::get).find(|b| b.provider.as_str() == at.name)
}

fn secret<F: Fact>(name: &Located<EnvName>, cx: &Cx<F>) -> Result<Secret<String>, Missing> {
    cx.context().secrets.find(name.get()).into_inner().map(|(value, _)| value)
}

/// Both sides.
struct Sides {
    account: Account,
    database: Database,
    pin: Option<config::Mapping>,
    policy: Policy,
    timeout: Duration,
    counters: Counters,
}
impl Sides {
    fn of<F: Fact>(account: Account, at: &TargetId, cx: &Cx<F>) -> Result<Self, Missing> {
        let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
        let name = billing.database_url_env.as_ref();
        let url = secret(name.ok_or(Missing::NotConfigured("no database-url-env in [[billing]]"))?, cx)?;
        let root = cx.config().source.as_ref().map(|s| s.root.clone()).unwrap_or_default();
        let mut database = Database::parse(&url, &root).map_err(Missing::Unknown)?;
        if let Some((host, port)) = database.address() {
            let mapped = cx.settings().connect_to.iter().find(|c| {
                (c.host.is_empty() || c.host.eq_ignore_ascii_case(&host)) && c.port.is_none_or(|p| p == port)
            });
            if let Some(to) = mapped {
                let to_host = if to.to_host.is_empty() { host } else { to.to_host.clone() };
                database = database.at(to_host, to.to_port.unwrap_or(port));
            }
        }
        let seconds = |p: &Located<config::Period>| i64::try_from(p.get().0.as_secs()).unwrap_or(i64::MAX / 4);
        Ok(Self {
            account,
            database,
            pin: billing.mapping.as_ref().map(|m| m.get().clone()),
            policy: Policy {
                now: cx.now(),
                past_due: seconds(&billing.past_due),
                in_flight: seconds(&billing.in_flight),
            },
            timeout: cx.settings().timeout,
            counters: cx.wire().counters.clone(),
        })
    }

    async fn compare(self) -> Observed<Drift> {
        // Where one side cannot be read there is nothing to wait for on the other.
        let (listed, sampled) = match tokio::try_join!(self.list(), self.sample()) {
            Ok(both) => both,
            Err(cause) => return Observed::unknown(cause),
        };
        self.settle_and_judge(listed, sampled).await.unwrap_or_else(Observed::unknown)
    }

    /// The account's subscriptions, and what of them could not be seen.
    async fn list(&self) -> Result<(Vec<Sub>, Vec<Cause>), Cause> {
        let until = self.account.until.within(part(self.account.time, LISTING));
        let mut subs = Vec::new();
        let gaps = self.account.stripe.drain(Listing::<Sub>::new(PER_SECOND), &until, |s| subs.push(s)).await;
        match gaps.first() {
            Some(cause) if subs.is_empty() => Err(cause.clone()),
            _ => Ok((subs, gaps)),
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

    async fn settle_and_judge(
        &self,
        (subs, mut gaps): (Vec<Sub>, Vec<Cause>),
        (tables, unsampled): (Vec<TableSample>, Vec<Cause>),
    ) -> Result<Observed<Drift>, Cause> {
        let mut reading = self.open().await?;
        let (settled, why) = match self.settlement(&mut reading, &tables, &subs).await? {
            Settlement::Settled(settled) => (Some(settled), None),
            Settlement::Unconfirmed(settled, why) => (settled, Some(Cause::Parse(why))),
            Settlement::NoBillingState if subs.iter().any(|s| !s.status.is_over()) => (None, Some(traceless(&subs))),
            Settlement::NoBillingState if unsampled.is_empty() && gaps.is_empty() => {
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
            // Before the first customer both sides are empty, and there is nothing to differ.
            let nothing_yet = subs.is_empty() && gaps.is_empty() && settled.is_none() && unsampled.is_empty();
            gaps.extend(why.filter(|_| !nothing_yet));
            gaps.extend(unsampled);
            return Ok(Observed::known(self.unjudged(settled, &subs, gaps)));
        };

        let mut join = Join::new(self.policy, settled.clone());
        let list_was_cut = !gaps.is_empty();
        for sub in subs {
            join.add_sub(sub);
        }
        let scanned = reading.scan(settled, &mut |row| join.add_row(row)).await;
        reading.close().await;
        join.cut(list_was_cut, scanned.is_err());
        gaps.extend(scanned.err());

        let strays = join.strays();
        // Of a list that was cut most are only further down, and the time is better spent on candidates.
        if !list_was_cut {
            gaps.extend(self.retrieve(strays, |id, answer| join.add_lookup(id, answer)).await);
        }
        join.learn();
        let again = join.suspects();
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
        Ok(Observed::known(join.drift(self.account.mode, classes, gaps)))
    }

    fn unjudged(&self, mapping: Option<Settled>, subs: &[Sub], gaps: Vec<Cause>) -> Drift {
        let subscriptions = u64::try_from(subs.len()).unwrap_or(u64::MAX);
        let mode = self.account.mode;
        Drift { mode, classes: BTreeMap::new(), mapping, subscriptions, rows: 0, in_flight: 0, gaps }
    }

    async fn retrieve(
        &self,
        ids: impl IntoIterator<Item = Box<str>>,
        mut each: impl FnMut(Box<str>, launchcheck_checks::billing::stripe::Lookup),
    ) -> Vec<Cause> {
        let feed = Retrieval::new(ids, PER_SECOND);
        self.account.stripe.drain(feed, &self.account.until, |(id, answer)| each(id, answer)).await
    }

    /// Reads every candidate again from both sides, and keeps what still differs.
    async fn second_reading(
        &self,
        join: &Join,
        again: &Again,
    ) -> Result<(BTreeMap<&'static str, launchcheck_checks::billing::facts::Tally>, Vec<Cause>), Cause> {
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
        let gaps = self.retrieve(again.subscriptions.iter().cloned(), |id, answer| second.add_lookup(id, answer)).await;
        Ok((second.confirmed(again), gaps))
    }

    async fn settlement(
        &self,
        reading: &mut Reading,
        tables: &[TableSample],
        subs: &[Sub],
    ) -> Result<Settlement, Cause> {
        if let Some(pin) = &self.pin {
            let settled = pin_of(pin, tables).and_then(|p| pinned(&p, tables).map_err(Cause::Parse))?;
            return Ok(Settlement::Settled(settled));
        }
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
        Ok(settle(tables, &covered))
    }
}

/// With somebody to let in, a database without a trace of it is the wrong one or an empty one as
/// likely as it is that of an app which keeps no such state.
fn traceless(subs: &[Sub]) -> Cause {
    let live = subs.iter().filter(|s| !s.status.is_over()).count();
    let why = format!(
        "no column of the database holds ids of Stripe's, and the account has {live} subscriptions that are not over; \
         name the right database in database-url-env, or leave it out"
    );
    Cause::Parse(why.into())
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
