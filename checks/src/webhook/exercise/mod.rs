//! What business events do in the app: the facts of `launchcheck webhook exercise`.
//!
//! The events are signed and real in their shape; what they did is read from the app's own database
//! by counting the rows of the tables that the configuration names, before and after.

pub mod access;
pub mod events;
mod synthetic;
mod table;

pub use table::exhibits;

use super::facts::{Reply, WebhookPlan};
use crate::{
    vocab::{Cause, Gaps, Observed, Shown},
    wire::{HttpAnswer, ShotKind, ShotQuestion, StampKey},
};
use serde_json::Value;

/// Why there is no [`Exercise`] in an audit.
pub const NOT_EXERCISED: &str = "not sent: only `launchcheck webhook exercise` sends business events";
/// Why nothing is said of access where the configuration does not name its column.
pub const NO_ACCESS: &str = "not sent: name the column with access in [exercise] access";
/// Why nothing is said of alerts where the configuration does not name their table.
pub const NO_ALERTS: &str = "not sent: name the table with alerts or tickets in [exercise] alerts";

/// One named run of events.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Run {
    /// Somebody buys.
    Paid,
    /// A payment fails.
    Failed,
    /// All of the money is given back.
    Refund,
    /// The customer's bank takes the money back.
    Dispute,
    /// The subscription ends at once.
    CancelNow,
    /// The subscription is to end with its period.
    CancelAtEnd,
    /// The same, taken back.
    Reactivate,
    /// A purchase whose events arrive two days late.
    Delayed,
    /// The end of a subscription, and then an older event that says that it is active.
    OutOfOrder,
    /// The same events again and again, one after another and at once.
    Duplicate,
}
impl Run {
    /// All of them, in the order in which they are run.
    pub const ALL: [Self; 10] = [
        Self::Paid,
        Self::Failed,
        Self::Refund,
        Self::Dispute,
        Self::CancelNow,
        Self::CancelAtEnd,
        Self::Reactivate,
        Self::Delayed,
        Self::OutOfOrder,
        Self::Duplicate,
    ];
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::CancelNow => "cancel-now",
            Self::CancelAtEnd => "cancel-at-end",
            Self::Reactivate => "reactivate",
            Self::Delayed => "delayed",
            Self::OutOfOrder => "out-of-order",
            Self::Duplicate => "duplicate",
        }
    }
    /// What it is about, as the acceptance table says it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Paid => "a payment opens access",
            Self::Failed => "a failed payment raises one alert or ticket",
            Self::Refund => "a refund revokes access",
            Self::Dispute => "a dispute is taken",
            Self::CancelNow => "a cancellation revokes access",
            Self::CancelAtEnd => "a cancellation at the period's end keeps access until then",
            Self::Reactivate => "a cancellation that is taken back keeps access",
            Self::Delayed => "events that arrive two days late are taken",
            Self::OutOfOrder => "an older event that arrives last changes nothing",
            Self::Duplicate => "a duplicate creates nothing",
        }
    }
    /// Whether one event alone makes it, so that it may be run in live mode.
    #[must_use]
    pub const fn is_one_event(self) -> bool {
        !matches!(self, Self::Delayed | Self::OutOfOrder | Self::Duplicate)
    }
    /// Whether there must be access before it, where it is about access at all.
    #[must_use]
    pub const fn starts_open(self) -> Option<bool> {
        match self {
            Self::Paid => Some(false),
            Self::Refund | Self::CancelNow | Self::CancelAtEnd | Self::Reactivate | Self::OutOfOrder => Some(true),
            Self::Failed | Self::Dispute | Self::Delayed | Self::Duplicate => None,
        }
    }
    /// Whether there must be access after it, where it is about access at all.
    #[must_use]
    pub const fn ends_open(self) -> Option<bool> {
        match self {
            Self::Paid | Self::CancelAtEnd | Self::Reactivate => Some(true),
            Self::Refund | Self::CancelNow | Self::OutOfOrder => Some(false),
            Self::Failed | Self::Dispute | Self::Delayed | Self::Duplicate => None,
        }
    }
}

/// What came of business events.
#[derive(Clone, Debug, Default)]
pub struct Exercise {
    /// What came of each run.
    pub drills: Vec<Drill>,
    /// The column that says who has access, `table.column`, where the configuration names it.
    pub access: Option<Shown>,
    /// The table with alerts or tickets, where the configuration names it.
    pub alerts: Option<Shown>,
    /// What stands in the database that did not stand there before.
    pub left: Vec<Left>,
    /// How many events were sent.
    pub sent: u64,
    /// The customer whom they were about.
    pub customer: Option<Shown>,
    /// What a forged purchase did, where the handler takes forged events and a signed one was seen to do
    /// something.
    pub effect: Option<SideEffect>,
}
impl Exercise {
    /// What came of a run that was asked for.
    #[must_use]
    pub fn drill(&self, run: Run) -> Option<&Drill> {
        self.drills.iter().find(|d| d.run == run)
    }
}
impl Exercise {
    /// What is known of repeats.
    #[must_use]
    pub fn repeated(&self) -> Observed<Repeated> {
        const NOT_ASKED: &str = "not sent: the run `duplicate` was not asked for";
        let Some(drill) = self.drill(Run::Duplicate) else { return Observed::not_configured(NOT_ASKED) };
        let (repeats, access) = (drill.repeats.clone(), self.access.clone().unwrap_or_default());
        Observed::known(Repeated { repeats, access, gaps: drill.open.clone().into_iter().collect() })
    }
    /// What is known of single events.
    #[must_use]
    pub fn applied(&self) -> Observed<Applied> {
        const NOT_ASKED: &str = "not sent: none of the runs about access was asked for";
        let drills: Vec<Drill> = self.drills.iter().filter(|d| d.run != Run::Duplicate).cloned().collect();
        let refused = drills.iter().any(|d| d.refused.is_some());
        if drills.is_empty() {
            return Observed::not_configured(NOT_ASKED);
        }
        match &self.access {
            None if !refused => Observed::not_configured(NO_ACCESS),
            access => {
                let gaps = drills.iter().filter_map(|d| d.open.clone()).collect();
                Observed::known(Applied { access: access.clone().unwrap_or_default(), drills, gaps })
            }
        }
    }
    /// What is known of alerts.
    #[must_use]
    pub fn alerted(&self) -> Observed<Alerted> {
        const NOT_ASKED: &str = "not sent: the run `failed` was not asked for";
        let Some(drill) = self.drill(Run::Failed) else { return Observed::not_configured(NOT_ASKED) };
        let Some(table) = self.alerts.clone() else { return Observed::not_configured(NO_ALERTS) };
        Observed::known(Alerted { table, rows: drill.alerts, gaps: drill.open.clone().into_iter().collect() })
    }
}
impl Gaps for Exercise {}

/// What repeats of events did.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// That, where it could be counted.
    pub repeats: Option<Repeats>,
    /// The column with access.
    pub access: Shown,
    gaps: Vec<Cause>,
}
/// What single events did.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Each run but that of duplicates.
    pub drills: Vec<Drill>,
    /// The column with access.
    pub access: Shown,
    gaps: Vec<Cause>,
}
/// What a failed payment did to the table with alerts.
#[derive(Clone, Debug)]
pub struct Alerted {
    /// The table.
    pub table: Shown,
    /// How many rows more it has.
    pub rows: Option<i64>,
    gaps: Vec<Cause>,
}
impl Gaps for Repeated {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Gaps for Applied {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Gaps for Alerted {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What came of one run.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The run.
    pub run: Run,
    /// Why it could not be judged; where it is there, nothing below is a proof of health.
    pub open: Option<Cause>,
    /// An event that was refused although its objects are there.
    pub refused: Option<(Shown, Reply)>,
    /// What became of access.
    pub access: Option<Sight>,
    /// How many rows the table with alerts has more.
    pub alerts: Option<i64>,
    /// What repeats did.
    pub repeats: Option<Repeats>,
}
impl Drill {
    /// A run with nothing known of it yet.
    #[must_use]
    pub const fn of(run: Run) -> Self {
        Self { run, open: None, refused: None, access: None, alerts: None, repeats: None }
    }
}

/// What became of a customer's access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sight {
    /// Whether it was to be there.
    pub wanted: bool,
    /// Whether it was as it was to be.
    pub met: bool,
    /// What stood in the column before.
    pub before: Shown,
    /// What stood there after.
    pub after: Shown,
    /// How many whole seconds it took, where it changed in time.
    pub took_s: Option<u64>,
    /// How many seconds it could take.
    pub within_s: u64,
}

/// What repeats of the same event did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repeats {
    /// How often each event was sent again, one after another; and as often at once.
    pub times: u64,
    /// A repeat that was refused although the first was taken, and how many were.
    pub refused: Option<(Reply, u64)>,
    /// Tables that repeats added rows to or removed rows from: the table, how many, and whether the
    /// events were sent at once.
    pub grown: Vec<Grown>,
    /// The access after the first and after the repeats, where that differs.
    pub changed: Option<(Shown, Shown)>,
    /// Whether events at once could be told from single ones at all.
    pub at_once: bool,
}
/// A table that has more (or fewer) rows after repeats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grown {
    /// The table.
    pub table: Shown,
    /// How many rows more than a single delivery makes.
    pub rows: i64,
    /// Whether the events were sent at once.
    pub at_once: bool,
}

/// A table that has more (or fewer) rows than before all of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The table.
    pub table: Shown,
    /// Its rows before.
    pub before: i64,
    /// Its rows after.
    pub after: i64,
}

/// What a business event with a wrong signature did that was answered with a success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SideEffect {
    /// Nothing, where the same with the right signature does something: the check is there, and its
    /// answer is swallowed.
    None(Reply),
    /// It changed these tables.
    Changed(Reply, Vec<Shown>),
    /// It was refused.
    Refused,
}
impl Gaps for SideEffect {}

/// The request that delivers an event; a repeat of it looks the same.
#[must_use]
pub fn delivery(plan: &WebhookPlan, event: &Value, again: bool) -> ShotQuestion {
    let kind = if again { ShotKind::Repeat } else { ShotKind::Business };
    super::event::business(plan, event, kind, StampKey::Secret)
}
/// The same with a signature that is wrong.
#[must_use]
pub fn forgery(plan: &WebhookPlan, event: &Value, word: &str) -> ShotQuestion {
    super::event::business(plan, event, ShotKind::ForgedBusiness, StampKey::Open(word.to_owned()))
}
/// An answer to one of them, reduced to what rules may look at.
#[must_use]
pub fn heard(question: &ShotQuestion, answer: &HttpAnswer) -> Reply {
    super::walls::reply(question, answer)
}
