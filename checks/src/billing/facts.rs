//! What is known of billing: the account's endpoints and the drift.
use super::{mapping::Settled, place::Standing};
use crate::vocab::{Cause, Currency, Exhibit, Gaps, Money, Shown};
use std::collections::BTreeMap;

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
    /// What could not be seen and matters: where another place serves, a list that the key may
    /// not read changes nothing.
    pub gaps: Vec<Cause>,
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

/// The differences between provider and database, counted, with the worst of each class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The mode of the key that was asked with.
    pub mode: KeyMode,
    /// What was found, by the rule that judges it.
    pub classes: BTreeMap<&'static str, Tally>,
    /// Where the database keeps the billing state; `None` where nothing was found to show.
    pub mapping: Option<Settled>,
    /// Subscriptions read.
    pub subscriptions: u64,
    /// Rows read that carry an id of Stripe's.
    pub rows: u64,
    /// Customers left out because something of theirs changed within the in-flight window.
    pub in_flight: u64,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Drift {
    /// What is worth showing without a finding.
    #[must_use]
    pub fn exhibits(&self) -> Vec<Exhibit> {
        self.mapping.iter().map(Settled::exhibit).collect()
    }
}
impl Gaps for Drift {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// One class of drift: how much, and the worst five.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed customers.
    pub count: u64,
    /// What they bring in a month, by currency.
    pub monthly: BTreeMap<Currency, i64>,
    /// How many of them have an amount that cannot be told.
    pub untold: u64,
    /// The worst five.
    pub worst: Vec<Hit>,
    /// Candidates beyond the cap, which were not read again and are not counted.
    pub unchecked: u64,
}
impl Tally {
    /// How many are kept.
    pub const KEPT: usize = 5;

    /// Counts one more.
    pub fn push(&mut self, hit: Hit) {
        self.count += 1;
        for m in &hit.monthly {
            *self.monthly.entry(m.currency.clone()).or_default() += m.minor;
        }
        self.untold += u64::from(hit.untold);
        self.worst.push(hit);
        self.worst.sort_by(|a, b| (b.weight(), a.subject()).cmp(&(a.weight(), b.subject())));
        self.worst.truncate(Self::KEPT);
    }
    /// The money in words: "58.00 EUR and 20.00 USD a month", or that it is not known.
    #[must_use]
    pub fn money(&self) -> Option<String> {
        in_words(
            self.monthly.iter().map(|(c, m)| Money { currency: c.clone(), minor: *m }),
            usize::try_from(self.untold).unwrap_or(usize::MAX),
        )
    }
}

/// One customer on whom the two sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// `cus_…`, where it is known.
    pub customer: Option<Shown>,
    /// What differs; never empty.
    pub pairs: Vec<Pair>,
    /// What is at stake in a month.
    pub monthly: Vec<Money>,
    /// Whether there is more at stake whose amount cannot be told.
    pub untold: bool,
}
/// One subscription on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// `sub_…`, where the database's row or Stripe has one.
    pub subscription: Option<Shown>,
    /// What Stripe says, in its words.
    pub stripe: Shown,
    /// What the row says, in its words.
    pub database: Shown,
    /// What the row's status should be to agree; `None` where there is no row or no such column.
    pub should: Option<Shown>,
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
        self.monthly.iter().map(|m| m.minor).sum()
    }
    /// The money in words.
    #[must_use]
    pub fn money(&self) -> Option<String> {
        in_words(self.monthly.iter().cloned(), usize::from(self.untold))
    }
}
fn in_words(known: impl Iterator<Item = Money>, untold: usize) -> Option<String> {
    let known: Vec<String> = known.map(|m| m.to_string()).collect();
    match (known.is_empty(), untold) {
        (true, 0) => None,
        (true, _) => Some("an amount that cannot be told (tiers, metering or coupons)".to_owned()),
        (false, 0) => Some(format!("{} a month", known.join(" and "))),
        (false, _) => Some(format!("{} a month and more that cannot be told", known.join(" and "))),
    }
}
