//! Billing facts: the account's endpoints and events, and the account against the app's database.
//!
//! Both have a share of the run's time, so that a large account cannot keep the report from being
//! printed; what was not reached by then is a gap.

mod drift;
mod lists;
mod resume;

pub use lists::OpenInvoices;

use super::{Cx, Produce};
use crate::{
    config::{self, EnvName, Located},
    probe::{database::Database, env_files, layers::Sooner, secret::Secret, stripe::Stripe, vendor},
};
use drift::Sides;
use launchcheck_checks::{
    billing::{
        deliveries::Counting,
        facts::{
            Branches, CustomerDrift, Deliveries, DisputeDrift, Drift, Endpoints, InvoiceDrift, KeyMode, LayoutDrift,
            RefundDrift, Sdk, Source, Through,
        },
        feed::Listing,
        objects::{Event, Price},
        place,
        stripe::{Registered, digest},
        vendor::Vendor,
    },
    code::facts::{EffectKind, Hooks},
    facts::Before,
    vocab::{Cause, DomainName, Fact, Gaps, Missing, Observed, Shown, TargetId, TargetKind},
};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// Billing's share of the run's time: 45 of 60 seconds.
const SHARE: (u32, u32) = (3, 4);
/// Requests a second for each of the lists of events, of which several are read at once.
const EVENTS_PER_SECOND: u32 = 8;
/// A day in seconds.
const DAY: i64 = 86_400;

impl Produce for Endpoints {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let account = match Account::of_stripe(at, cx) {
            Ok(account) => account,
            Err(missing) => return missing.into(),
        };
        let (mut first, mut second) = (Vec::<Registered>::new(), Vec::<Registered>::new());
        let mut prices = 0_u32;
        let one = Listing::<Price>::new(account.rate).with(&[("limit", "1")]).at_most(1);
        let (gaps, second_gaps, unpriced) = tokio::join!(
            account.stripe.drain(Listing::new(account.rate), &account.until, |e| first.push(e)),
            account.stripe.drain(Listing::destinations(account.rate), &account.until, |e| second.push(e)),
            account.stripe.drain(one, &account.until, |_| prices += 1),
        );
        if let (true, Some(cause)) = (first.is_empty(), gaps.first()) {
            return Observed::unknown(cause.clone());
        }
        let own: Vec<DomainName> = [TargetKind::Site, TargetKind::Host]
            .iter()
            .flat_map(|k| cx.targets().of(*k))
            .filter_map(TargetId::domain)
            .collect();
        let found = place::endpoints(account.mode, &own, (first, gaps), (second, second_gaps));
        let handlers = handlers(cx).await;
        let recurring = (prices > 0 || unpriced.is_empty()).then_some(prices > 0);
        Observed::known(Self { unrestricted: account.unrestricted, recurring, sdk: sdk(cx), handlers, ..found })
    }
}
/// What the handlers in the source do with Stripe's events; none where not every file that speaks of
/// webhooks could be read.
async fn handlers(cx: &Cx<Endpoints>) -> Vec<Branches> {
    let apps: Vec<TargetId> = cx.targets().of(TargetKind::App).cloned().collect();
    let mut found = Vec::new();
    for app in apps {
        let hooks = cx.get::<Hooks>(&app).await;
        let hooks = match hooks.get() {
            Ok(hooks) if hooks.gaps().is_empty() => hooks,
            Err(Missing::NotConfigured(_)) => continue,
            _ => return Vec::new(),
        };
        let shown = |list: &[String]| list.iter().map(|s| Shown::from(s.as_str())).collect();
        let ours = hooks.handlers.iter().filter(|h| h.provider == Some("stripe"));
        found.extend(ours.map(|h| Branches {
            place: format!("{}:{}", h.at.file, h.at.line).into(),
            events: shown(&h.events),
            statuses: shown(&h.statuses),
            passes_on: h.effects.iter().any(|e| e.kind == EffectKind::Queue),
        }));
    }
    found
}
/// The Stripe package of the first app that has one.
fn sdk<F: Fact>(cx: &Cx<F>) -> Option<Sdk> {
    let versions = cx.survey().apps.values().filter_map(|folder| env_files::version(folder, "stripe"));
    versions.into_iter().find_map(|v| Sdk::parse(&v))
}

impl Produce for Deliveries {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let account = match Account::of_stripe(at, cx) {
            Ok(account) => account,
            Err(missing) => return missing.into(),
        };
        let now = cx.now();
        let billing = declared(at, cx);
        let in_flight = billing.map_or(15 * 60, |b| seconds(&b.in_flight));
        let limit = limit(cx.config().thresholds.delivery_failure.get().0);
        let mut counting = Counting::new(account.mode, now, in_flight, limit);
        let mut gaps = Vec::new();
        let since = |seconds: i64| (now - seconds).to_string();
        let (day, week) = (since(DAY), since(8 * DAY));
        let lists: [(&[(&str, &str)], u32); 3] = [
            (&[("created[gte]", &day)], 100),
            (&[("delivery_success", "false")], 20),
            (&[("type", "invoice.payment_failed"), ("created[gte]", &week)], 50),
        ];
        for (index, (parameters, pages)) in lists.into_iter().enumerate() {
            let listing = Listing::<Event>::new(EVENTS_PER_SECOND).with(parameters).at_most(pages);
            let each = |event: Event| {
                counting.add(&event);
                if index == 0 {
                    counting.add_of_day(&event);
                }
            };
            let more = account.stripe.drain(listing, &account.until, each).await;
            // A key that may not read one of them may read none.
            let refused = matches!(more.first(), Some(Cause::Permission(_) | Cause::Auth));
            gaps.extend(more);
            if refused {
                break;
            }
        }
        // What is owed is shown where it can be read; no rule hangs on it.
        let (open, unread) = account.open.read(&account.stripe, account.rate, &account.until).await;
        if unread.is_empty() {
            counting.add_open(open);
        }
        gaps.sort();
        gaps.dedup();
        match gaps.first() {
            Some(cause @ (Cause::Permission(_) | Cause::Auth)) => Observed::unknown(cause.clone()),
            _ => Observed::known(counting.done(gaps)),
        }
    }
}
/// Percent in hundredths of a percent.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage from 0 to 100")]
fn limit(percent: f64) -> u32 {
    (percent.clamp(0.0, 100.0) * 100.0).round() as u32
}

impl Produce for Drift {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let sides = match Account::of(at, cx).and_then(|account| Sides::of(account, at, cx)) {
            Ok(sides) => sides,
            Err(missing) => return missing.into(),
        };
        let (endpoints, compared) = tokio::join!(cx.get::<Endpoints>(at), sides.compare());
        match compared.into_inner() {
            Ok(drift) => Observed::known(sides.explain(drift, endpoints.get().ok()).await),
            Err(missing) => missing.into(),
        }
    }
}
/// The drift as seen with one more source.
async fn through<F: Through>(at: &TargetId, cx: &Cx<F>) -> Observed<F>
where
    Drift: Before<F>,
{
    let only_stripe = matches!(F::SOURCE, Source::Invoices | Source::Refunds | Source::Disputes);
    if only_stripe && declared(at, cx).and_then(vendor).is_some_and(|v| v != Vendor::Stripe) {
        return Observed::not_configured("invoices, refunds and disputes are compared for Stripe alone");
    }
    let drift = cx.get::<Drift>(at).await;
    match drift.get() {
        Ok(drift) => Observed::known(F::wrap(drift.through(F::SOURCE))),
        Err(missing) => missing.into(),
    }
}
macro_rules! through {
    ($($name:ty),*) => {$(
        impl Produce for $name {
            async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
                through(at, cx).await
            }
        }
    )*};
}
through!(CustomerDrift, InvoiceDrift, RefundDrift, DisputeDrift, LayoutDrift);

fn part(time: Duration, (of, by): (u32, u32)) -> Duration {
    time * of / by
}

/// The provider's side.
pub(super) struct Account {
    vendor: Vendor,
    pub(super) stripe: Stripe,
    /// The connected accounts that are compared too.
    connected: Vec<Stripe>,
    key: Secret<String>,
    rate: u32,
    open: Arc<OpenInvoices>,
    pub(super) mode: KeyMode,
    unrestricted: bool,
    pub(super) until: Sooner,
    time: Duration,
}
impl Account {
    /// The account, where it is one of Stripe's: what only Stripe is asked for.
    pub(super) fn of_stripe<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Result<Self, Missing> {
        let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
        match vendor(billing) {
            Some(Vendor::Stripe) | None => Self::of(at, cx),
            Some(_) => Err(Missing::NotConfigured("endpoints and events are read of Stripe alone")),
        }
    }
    pub(super) fn of<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Result<Self, Missing> {
        let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
        let vendor = vendor(billing)
            .ok_or(Missing::NotConfigured("only the providers stripe, paddle and lemonsqueezy are compared"))?;
        let (name, lacks) = match vendor {
            Vendor::Stripe => (&billing.stripe_key_env, "no stripe-key-env in [[billing]]"),
            _ => (&billing.key_env, "no key-env in [[billing]]"),
        };
        let name = name.as_ref().ok_or(Missing::NotConfigured(lacks))?;
        let key = secret(name, cx)?;
        let who = vendor.name();
        let unlike = || Cause::Parse(format!("the value of {} is no secret key of {who}'s", name.as_str()).into());
        let mode = vendor.mode(key.expose().trim()).ok_or_else(|| Missing::Unknown(unlike()))?;
        let base = cx.settings().stripe_api.clone().filter(|_| vendor == Vendor::Stripe);
        let base = base.or_else(|| billing.api_base.as_ref().map(|b| b.get().clone()));
        let base = base.or_else(|| vendor.base(mode).parse().ok());
        let base = base.ok_or(Missing::NotConfigured("no base of the provider's API"))?;
        let wire = cx.wire();
        let client = vendor::client(&wire.dialer, cx.roots())
            .map_err(|e| Missing::Unknown(Cause::Parse(format!("no client for the API: {e}").into())))?;
        let rate = cx.settings().billing_rate.unwrap_or_else(|| vendor.per_second());
        let known = digest(&format!("{base} {}", key.expose()));
        let pace = wire.paces.of(known, rate, vendor.in_all(mode));
        let open =
            Arc::clone(wire.open_invoices.lock().unwrap_or_else(PoisonError::into_inner).entry(known).or_default());
        let stripe = Stripe::new(client, base, &key, cx.settings().timeout, wire.counters.clone(), (pace, vendor));
        let stripe = stripe.map_err(Missing::Unknown)?;
        let connected = billing.accounts.iter().map(|id| stripe.of_account(id)).collect::<Result<_, _>>();
        let connected = connected.map_err(Missing::Unknown)?;
        let time = part(cx.settings().deadline, SHARE);
        let until = wire.time.deadline.within(time);
        let unrestricted = vendor == Vendor::Stripe && mode == KeyMode::Live && key.expose().trim().starts_with("sk_");
        Ok(Self { vendor, stripe, connected, key, rate, open, mode, unrestricted, until, time })
    }
}

/// The app's own database, where `--connect-to` leads.
pub(super) fn database<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Result<Database, Missing> {
    let billing = declared(at, cx).ok_or(Missing::NotConfigured("no [[billing]]"))?;
    let name = billing.database_url_env.as_ref();
    let url = secret(name.ok_or(Missing::NotConfigured("no database-url-env in [[billing]]"))?, cx)?;
    database_at(&url, cx)
}

fn vendor(billing: &config::Billing) -> Option<Vendor> {
    Vendor::of(billing.provider.as_str())
}
fn declared<'a, F: Fact>(at: &TargetId, cx: &'a Cx<F>) -> Option<&'a config::Billing> {
    cx.config().billing.iter().map(Located::get).find(|b| b.provider.as_str() == at.name)
}

/// The database behind a URL, where `--connect-to` says that it is.
pub(super) fn database_at<F: Fact>(url: &Secret<String>, cx: &Cx<F>) -> Result<Database, Missing> {
    let root = cx.config().source.as_ref().map(|s| s.root.clone()).unwrap_or_default();
    let database = Database::parse(url, &root).map_err(Missing::Unknown)?;
    let Some((host, port)) = database.address() else { return Ok(database) };
    let mapped = cx
        .settings()
        .connect_to
        .iter()
        .find(|c| (c.host.is_empty() || c.host.eq_ignore_ascii_case(&host)) && c.port.is_none_or(|p| p == port));
    Ok(match mapped {
        Some(to) => {
            let to_host = if to.to_host.is_empty() { host } else { to.to_host.clone() };
            database.at(to_host, to.to_port.unwrap_or(port))
        }
        None => database,
    })
}

pub(super) fn secret<F: Fact>(name: &Located<EnvName>, cx: &Cx<F>) -> Result<Secret<String>, Missing> {
    cx.context().secrets.find(name.get()).into_inner().map(|(value, _)| value)
}

fn seconds(period: &Located<config::Period>) -> i64 {
    i64::try_from(period.get().0.as_secs()).unwrap_or(i64::MAX / 4)
}
