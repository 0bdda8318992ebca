//! What is known of billing: the account's endpoints and the drift.
use super::{
    learn::Empty,
    mapping::{self, Role, Settled},
    place::Standing,
    status::{Access, Word},
    vendor::Vendor,
};
use crate::vocab::{Cause, Cell, Currency, Exhibit, ExhibitBody, Gaps, Money, Severity, Shown};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a key moves real money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum KeyMode {
    /// `sk_live_…`, `rk_live_…`
    Live,
    /// `sk_test_…`, `rk_test_…`
    Test,
}
impl KeyMode {
    /// The mode of a key by its prefix; `None` for what is no secret key.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        let rest = key.strip_prefix("sk_").or_else(|| key.strip_prefix("rk_"))?;
        match rest {
            r if r.starts_with("live_") => Some(Self::Live),
            r if r.starts_with("test_") => Some(Self::Test),
            _ => None,
        }
    }
    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
    /// The flag that the Stripe command line needs for this mode, with a space in front.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Live => " --live",
            Self::Test => "",
        }
    }
}

/// Where the account sends its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The mode of the key that they were listed with.
    pub mode: KeyMode,
    /// The endpoints and destinations of this mode.
    pub list: Vec<Endpoint>,
    /// Whether the key may do everything its account may (`sk_…`) and not only what it was given.
    pub unrestricted: bool,
    /// Whether the account sells subscriptions: `None` where its prices may not be read.
    pub recurring: Option<bool>,
    /// The Stripe package of the app's package.json.
    pub sdk: Option<Sdk>,
    /// What the handlers in the app's source do with which event; none where there is no source, or not
    /// all of it that speaks of webhooks could be read.
    pub handlers: Vec<Branches>,
    /// What could not be seen and matters: where another place serves, a list that the key may
    /// not read changes nothing.
    pub gaps: Vec<Cause>,
}
/// Which events and statuses a handler in the source has a branch for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branches {
    /// Where it stands, as `file:line`.
    pub place: Shown,
    /// The types of event; one that ends in `.` stands for all that begin so.
    pub events: Vec<Shown>,
    /// The statuses that it compares a subscription's with.
    pub statuses: Vec<Shown>,
    /// Whether it passes events on (to a queue, a job), so that somebody else decides.
    pub passes_on: bool,
}
impl Branches {
    /// Whether it does something with events of this type, as far as its text tells: one that names no
    /// type takes them all.
    #[must_use]
    pub fn takes(&self, kind: &str) -> bool {
        let fits = |e: &str| e == kind || (e.ends_with('.') && kind.starts_with(e));
        self.passes_on || self.events.is_empty() || self.events.iter().any(|e| fits(e.as_str()))
    }
}
/// The version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdk {
    /// Its first number.
    pub major: u32,
    /// As package.json writes it.
    pub shown: Shown,
}
impl Sdk {
    /// Reads a version or a range of package.json: what it begins with, after `^`, `~`, `>=`, `v`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.trim_start_matches(['^', '~', '>', '=', 'v', ' ']);
        let digits: String = bare.chars().take_while(char::is_ascii_digit).collect();
        Some(Self { major: digits.parse().ok()?, shown: Shown::from(text).short(40) })
    }
}
/// One place events are sent to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// `we_…` or `ed_…`
    pub id: Shown,
    /// Its URL without credentials and query values, or the kind of event bus.
    pub place: Shown,
    /// Whether Stripe sends there.
    pub enabled: bool,
    /// What kind of place that is.
    pub standing: Standing,
    /// The digest of the whole URL; 0 where there is none.
    pub url: u64,
    /// The event types it is sent, `*` for most.
    pub events: Vec<Shown>,
    /// The API version of its events; `None` follows the account.
    pub version: Option<Shown>,
    /// Whether it is sent thin events, which name an object and do not hold it.
    pub thin: bool,
}
impl Endpoint {
    /// Whether events of this type are sent there. A star stands for all but a few that must be
    /// named, none of which is about subscriptions. Thin events have the same names behind `v1.`.
    #[must_use]
    pub fn hears(&self, kind: &str) -> bool {
        let named = |e: &str| e == "*" || e == kind || self.thin && e.strip_prefix("v1.") == Some(kind);
        self.enabled && self.events.iter().any(|e| named(e.as_str()))
    }
}
impl Endpoints {
    /// Whether events of this mode arrive there. In test mode a tunnel to a laptop is what an
    /// endpoint is for.
    #[must_use]
    pub const fn serves(&self, endpoint: &Endpoint) -> bool {
        endpoint.enabled && (endpoint.standing.is_public() || matches!(self.mode, KeyMode::Test))
    }
    /// Whether any place serves.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.list.iter().any(|e| self.serves(e))
    }
}
impl Gaps for Endpoints {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What a class needs beside subscriptions and rows. Each has a permission of its own, so each can
/// be missing by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Source {
    /// The list of customers.
    Customers,
    /// The invoices that are not paid.
    Invoices,
    /// The refunds of 90 days.
    Refunds,
    /// The disputes of 90 days.
    Disputes,
    /// The indexes and duplicates of the database.
    Layout,
}

/// The differences between provider and database, counted, with the worst of each class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The mode of the key that was asked with.
    pub mode: KeyMode,
    /// What was found, by the rule that judges it.
    pub classes: BTreeMap<&'static str, Tally>,
    /// Where the database keeps the billing state; `None` where nothing was found to show.
    pub mapping: Option<Settled>,
    /// Why that could not be confirmed, where it could not.
    pub unconfirmed: Option<Unconfirmed>,
    /// Columns that are never filled.
    pub empty: Vec<Empty>,
    /// The columns beside the status that agree with Stripe in most rows.
    pub agrees: BTreeSet<Role>,
    /// How the database is laid out.
    pub layout: Layout,
    /// Subscriptions read.
    pub subscriptions: u64,
    /// Rows read that carry an id of Stripe's.
    pub rows: u64,
    /// Owners left out because something of theirs changed within the in-flight window.
    pub in_flight: u64,
    /// When each side was read: the database first, then Stripe.
    pub snapshots: Vec<Shown>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
    /// What of the other sources could not be seen.
    pub beside: BTreeMap<Source, Vec<Cause>>,
}
/// Why a mapping is not judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// In words.
    pub why: Shown,
    /// Whether there is nothing to confirm it with yet: an empty database, a new account.
    pub empty: bool,
    /// What the files of the app say about it, where the database says nothing.
    pub guess: Vec<Shown>,
}
/// How the database is laid out, as far as billing goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Columns that hold ids of events.
    pub events: Vec<EventColumn>,
    /// The columns of the guides' canonical row that are nowhere.
    pub absent: Vec<&'static str>,
    /// Tables that each keep a status beside the same ids.
    pub scattered: Vec<Shown>,
    /// Addresses that more than one user has: the keys of the rows.
    pub twins: Vec<Shown>,
    /// How many such addresses there are.
    pub twin_count: u64,
    /// The table of users.
    pub people: Option<Shown>,
    /// Rows that carry no id of the provider's and have a status: the status, the plan and how many.
    pub given: Vec<(Shown, Option<Shown>, u64)>,
}
/// A column that holds ids of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventColumn {
    /// Its table.
    pub table: Shown,
    /// Its name.
    pub column: Shown,
    /// Whether an index keeps an id from standing there twice.
    pub unique: bool,
    /// Ids that stand there more than once.
    pub twice: u64,
    /// One of them.
    pub example: Option<Shown>,
    /// The quote that the database puts around names.
    pub quote: char,
}
impl Drift {
    /// Nothing compared.
    #[must_use]
    pub const fn empty(mode: KeyMode) -> Self {
        Self {
            mode,
            classes: BTreeMap::new(),
            mapping: None,
            unconfirmed: None,
            empty: Vec::new(),
            agrees: BTreeSet::new(),
            layout: Layout {
                events: Vec::new(),
                absent: Vec::new(),
                scattered: Vec::new(),
                twins: Vec::new(),
                twin_count: 0,
                people: None,
                given: Vec::new(),
            },
            subscriptions: 0,
            rows: 0,
            in_flight: 0,
            snapshots: Vec::new(),
            gaps: Vec::new(),
            beside: BTreeMap::new(),
        }
    }
    /// Whose the account is.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        self.mapping.as_ref().map(|m| m.vendor).unwrap_or_default()
    }
    /// What is worth showing without a finding.
    #[must_use]
    pub fn exhibits(&self) -> Vec<Exhibit> {
        match (&self.mapping, &self.unconfirmed) {
            (Some(settled), _) => std::iter::once(settled.exhibit()).chain(self.given()).collect(),
            (None, Some(un)) => vec![mapping::nothing_yet(un)],
            (None, None) => Vec::new(),
        }
    }
    /// Who has access and nothing at the provider's to pay by: comped, bought for life, staff. None of them is
    /// judged, so they are shown.
    fn given(&self) -> Option<Exhibit> {
        let has =
            |(status, ..): &&(Shown, Option<Shown>, u64)| Word::fold(Some(status.as_str())).access() == Access::Yes;
        let row = |(status, plan, rows): &(Shown, Option<Shown>, u64)| {
            vec![
                Cell::Text(status.clone()),
                plan.clone().map_or(Cell::Empty, Cell::Text),
                Cell::Number(i64::try_from(*rows).unwrap_or(i64::MAX)),
            ]
        };
        let rows: Vec<_> = self.layout.given.iter().filter(has).map(row).collect();
        let body = ExhibitBody::Table { columns: vec!["status", "plan", "rows"], rows };
        let title = self.vendor().told("Access without Stripe").into();
        self.layout.given.iter().any(|g| has(&g)).then_some(Exhibit { id: "access-without-stripe", title, body })
    }
    /// The same, seen by a class that needs this source too: what is missing there is missing here.
    #[must_use]
    pub fn through(&self, source: Source) -> Self {
        let mut seen = self.clone();
        seen.gaps.extend(self.beside.get(&source).into_iter().flatten().cloned());
        seen.gaps.sort();
        seen.gaps.dedup();
        seen
    }
}
impl Gaps for Drift {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// The drift as one more source lets it be judged.
pub trait Through: crate::vocab::Fact + Sized {
    /// The source.
    const SOURCE: Source;
    /// Wraps it.
    fn wrap(drift: Drift) -> Self;
    /// What was found.
    fn drift(&self) -> &Drift;
}
macro_rules! through {
    ($($(#[doc = $doc:literal])* $name:ident, $source:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub Drift);
        impl Gaps for $name {
            fn gaps(&self) -> &[Cause] {
                &self.0.gaps
            }
        }
        impl Through for $name {
            const SOURCE: Source = Source::$source;
            fn wrap(drift: Drift) -> Self {
                Self(drift)
            }
            fn drift(&self) -> &Drift {
                &self.0
            }
        }
    )*};
}
through! {
    /// With the list of customers.
    CustomerDrift, Customers;
    /// With the invoices that are not paid.
    InvoiceDrift, Invoices;
    /// With the refunds.
    RefundDrift, Refunds;
    /// With the disputes.
    DisputeDrift, Disputes;
    /// With the database's own layout.
    LayoutDrift, Layout;
}

/// How the account's events arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliveries {
    /// The mode of the key that was asked with.
    pub mode: KeyMode,
    /// When it was asked, in seconds since 1970.
    pub now: i64,
    /// Events of the last 15 minutes that are old enough to have arrived.
    pub quarter: Share,
    /// Events of the last 24 hours that are old enough to have arrived.
    pub day: Share,
    /// Events older than the in-flight window that some endpoint has not taken: id, type, age in
    /// minutes; the oldest first, at most [`Deliveries::KEPT`].
    pub undelivered: Vec<(Shown, Shown, i64)>,
    /// How many of them there are.
    pub undelivered_count: u64,
    /// Failed payments of the last 24 hours.
    pub failures: u64,
    /// Failed payments of the seven days before.
    pub failures_before: u64,
    /// Open invoices whose payment is due and did not come: how many and how much is left, by
    /// currency. `None` where invoices may not be read to their end.
    pub past_due: Option<BTreeMap<Currency, (u64, i64)>>,
    /// The share of undelivered events that is too much, in hundredths of a percent.
    pub limit: u32,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Deliveries {
    /// How many undelivered events are kept.
    pub const KEPT: usize = 5;
    /// What is worth showing without a finding: what is owed.
    #[must_use]
    pub fn exhibit(&self) -> Option<Exhibit> {
        let owed = self.past_due.as_ref().filter(|sums| !sums.is_empty())?;
        let rows = owed.iter().map(|(currency, (invoices, minor))| {
            let money = Money { currency: currency.clone(), minor: *minor };
            vec![
                Cell::Text(currency.0.to_uppercase().into()),
                Cell::Number(i64::try_from(*invoices).unwrap_or(i64::MAX)),
                Cell::Text(money.to_string().into()),
            ]
        });
        let columns = vec!["currency", "invoices", "open"];
        let body = ExhibitBody::Table { columns, rows: rows.collect() };
        Some(Exhibit { id: "past-due", title: "Open invoices whose payment is due".into(), body })
    }
}
impl Gaps for Deliveries {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub of: u64,
    /// How many of them failed.
    pub failed: u64,
}
impl Share {
    /// In hundredths of a percent.
    #[must_use]
    pub const fn basis_points(self) -> u64 {
        match (self.failed * 10_000).checked_div(self.of) {
            Some(share) => share,
            None => 0,
        }
    }
}

/// One class of drift: how much, and the worst.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed owners.
    pub count: u64,
    /// What they bring in a month, by currency.
    pub monthly: BTreeMap<Currency, i64>,
    /// What is at risk or lost, by currency.
    pub at_risk: BTreeMap<Currency, i64>,
    /// How many of them have an amount that cannot be told.
    pub untold: u64,
    /// The worst, the most money first.
    pub worst: Vec<Hit>,
    /// Candidates beyond the cap, which were not read again and are not counted.
    pub unchecked: u64,
}
impl Tally {
    /// How many an audit keeps.
    pub const KEPT: usize = 5;

    /// Counts one more, and keeps it where it is among the worst `keep`.
    pub fn push(&mut self, hit: Hit, keep: usize) {
        self.count += 1;
        for m in &hit.monthly {
            *self.monthly.entry(m.currency.clone()).or_default() += m.minor;
        }
        for m in &hit.at_risk {
            *self.at_risk.entry(m.currency.clone()).or_default() += m.minor;
        }
        self.untold += u64::from(hit.untold);
        let place = self.worst.partition_point(|h| (hit.weight(), h.subject()) <= (h.weight(), hit.subject()));
        if place < keep {
            self.worst.insert(place, hit);
            self.worst.truncate(keep);
        }
    }
    /// The money in words: "58.00 EUR and 20.00 USD a month", or that it is not known.
    #[must_use]
    pub fn money(&self) -> Option<String> {
        let sums = |of: &BTreeMap<Currency, i64>| {
            of.iter().map(|(c, m)| Money { currency: c.clone(), minor: *m }).collect::<Vec<_>>()
        };
        let once = self.monthly.is_empty();
        let sums = sums(if once { &self.at_risk } else { &self.monthly });
        in_words(&sums, self.untold > 0, once)
    }
}

/// One owner on whom the two sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// `cus_…`, where it is known.
    pub customer: Option<Shown>,
    /// What differs; never empty.
    pub pairs: Vec<Pair>,
    /// What is at stake in a month.
    pub monthly: Vec<Money>,
    /// What is at risk, or lost so far.
    pub at_risk: Vec<Money>,
    /// Whether there is more at stake whose amount cannot be told.
    pub untold: bool,
    /// Whether the money is one amount and not one a month.
    pub once: bool,
    /// Why they differ, as far as events tell.
    pub cause: Option<Shown>,
    /// The command that sends the lost event again.
    pub resend: Option<Shown>,
    /// A severity below the rule's own.
    pub lower: Option<Severity>,
    /// When one of the owner's subscriptions last changed, in seconds since 1970.
    pub changed: i64,
}
/// One subscription on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What is compared: `status`, `price` …
    pub field: &'static str,
    /// `sub_…`, where the database's row or Stripe has one.
    pub subscription: Option<Shown>,
    /// What tells the row from others, where there is such a column.
    pub row: Option<Shown>,
    /// What Stripe says, in its words.
    pub stripe: Shown,
    /// What the row says, in its words.
    pub database: Shown,
    /// What which column of the row should hold to agree; `None` where that cannot be told.
    pub should: Option<(Role, Shown)>,
}
impl Hit {
    /// What identifies it: the customer, else the subscription.
    #[must_use]
    pub fn subject(&self) -> Shown {
        let sub = || self.pairs.iter().find_map(|p| p.subscription.clone());
        self.customer.clone().or_else(sub).unwrap_or_default()
    }
    /// What it weighs against others of its class: the money, whatever its currency.
    #[must_use]
    pub fn weight(&self) -> i64 {
        let money = if self.once { &self.at_risk } else { &self.monthly };
        money.iter().map(|m| m.minor).sum()
    }
    /// The money in words.
    #[must_use]
    pub fn money(&self) -> Option<String> {
        in_words(if self.once { &self.at_risk } else { &self.monthly }, self.untold, self.once)
    }
    /// The same at a lower severity.
    #[must_use]
    pub const fn lowered(mut self, to: Severity) -> Self {
        self.lower = Some(to);
        self
    }
}
fn in_words(known: &[Money], untold: bool, once: bool) -> Option<String> {
    let sums: Vec<String> = known.iter().filter(|m| m.minor != 0).map(ToString::to_string).collect();
    let each = if once { "" } else { " a month" };
    match (sums.is_empty(), untold) {
        (true, false) => None,
        (true, true) => Some("an amount that cannot be told (tiers, metering or coupons)".to_owned()),
        (false, false) => Some(format!("{}{each}", sums.join(" and "))),
        (false, true) => Some(format!("{}{each} and more that cannot be told", sums.join(" and "))),
    }
}
