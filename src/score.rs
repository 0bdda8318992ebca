//! Scoring model 1: one policy table and the arithmetic over it. Pure; the verdict is not made
//! from the score but by rule, in [`crate::verdict`].

use crate::outcome::{Outcome, Unit, effective};
use launchcheck_checks::vocab::{Family, Lifecycle, Rule, Severity};
use std::fmt::Write as _;

/// The scoring policy, whole.
#[derive(Debug)]
pub struct Policy {
    /// Its number. Scores are comparable within a model only.
    pub model: u32,
    /// What a rule of each severity weighs.
    pub weights: [(Severity, u32); 5],
    /// What each category weighs in the whole, and the families in it. A weight of 0 is not part
    /// of the score.
    pub categories: [(Category, u32, &'static [Family]); 9],
    /// The most that the score can be while a finding of this severity is open.
    pub caps: [(Severity, u8); 2],
}

/// Scoring model 1.
pub const POLICY: Policy = Policy {
    model: 1,
    weights: [
        (Severity::Blocker, 20),
        (Severity::High, 10),
        (Severity::Medium, 4),
        (Severity::Low, 1),
        (Severity::Info, 0),
    ],
    categories: [
        (Category::Email, 20, &[Family::Email, Family::Dns]),
        (Category::Tls, 20, &[Family::Tls]),
        (Category::Web, 15, &[Family::Web]),
        (Category::Webhook, 15, &[Family::Webhook]),
        (Category::Env, 10, &[Family::Env]),
        (Category::Code, 5, &[Family::Code]),
        (Category::Billing, 15, &[Family::Billing, Family::Crm, Family::Support]),
        (Category::Custom, 5, &[Family::Custom]),
        (Category::Config, 0, &[Family::Config]),
    ],
    caps: [(Severity::Blocker, 49), (Severity::High, 79)],
};

/// A line of the score: one family, or a few that share a weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Category {
    /// Mail records, zones and name servers.
    Email,
    /// Certificates and handshakes.
    Tls,
    /// Redirects, headers, reachability.
    Web,
    /// Webhook routes.
    Webhook,
    /// Environment variables.
    Env,
    /// Source code.
    Code,
    /// Provider against database, CRM, help desk.
    Billing,
    /// What the user declared.
    Custom,
    /// launchcheck's own configuration.
    Config,
}
impl Category {
    /// The word in the JSON report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Tls => "tls",
            Self::Web => "web",
            Self::Webhook => "webhook",
            Self::Env => "env",
            Self::Code => "code",
            Self::Billing => "billing",
            Self::Custom => "custom",
            Self::Config => "config",
        }
    }
    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Tls => "TLS",
            Self::Web => "Web",
            Self::Webhook => "Webhooks",
            Self::Env => "Env",
            Self::Code => "Code",
            Self::Billing => "Billing",
            Self::Custom => "Custom",
            Self::Config => "Config",
        }
    }
    /// The category a family belongs to.
    #[must_use]
    pub fn of(family: Family) -> Self {
        POLICY.categories.iter().find(|(_, _, families)| families.contains(&family)).map_or(Self::Custom, |(c, ..)| *c)
    }
}

/// What a severity weighs.
fn weight(severity: Severity) -> u32 {
    POLICY.weights.iter().find(|(s, _)| *s == severity).map_or(0, |(_, w)| *w)
}

/// What a rule weighs: by its declared severity, and nothing while it is a preview.
fn weight_of(rule: &Rule) -> u32 {
    if rule.lifecycle == Lifecycle::Preview { 0 } else { weight(rule.severity) }
}

/// The worst open fault of a unit.
#[must_use]
pub fn worst_open(unit: &Unit) -> Option<Severity> {
    unit.open().iter().map(|f| effective(unit.rule, f)).min()
}

/// A score with what it could be at best: Unknown counted as failed, and as passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// With every unknown counted as failed.
    pub value: u8,
    /// With every unknown counted as passed.
    pub ceiling: u8,
}

/// Why a score is held down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cap {
    /// The severity that holds it.
    pub by: Severity,
    /// The most the score can be.
    pub at: u8,
    /// Whether such a finding is open. If not, such a check is unverified: the value counts it as
    /// failed, the ceiling does not.
    pub open: bool,
}
impl Cap {
    /// The word in the JSON report.
    #[must_use]
    pub fn word(&self) -> String {
        if self.open { self.by.word().to_owned() } else { format!("unknown-{}", self.by.word()) }
    }
}

/// The score of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Score {
    /// The score, or nothing where no category was judged.
    pub held: Option<Range>,
    /// The score before the caps.
    pub raw: Option<Range>,
    /// What holds the value below its raw, or the ceiling below its own.
    pub capped_by: Option<Cap>,
    /// Each category of the policy, in its order.
    pub categories: Vec<CategoryScore>,
}

/// One line of the category table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CategoryScore {
    /// The category.
    pub category: Category,
    /// Its weight in the policy.
    pub weight: u32,
    /// Its score without caps, or nothing where no unit of it counts.
    pub score: Option<Range>,
    /// Open findings by severity, worst first.
    pub findings: [usize; 5],
    /// Its units by outcome.
    pub units: Tally,
}

/// Units by outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Held.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Could not be found out.
    pub unknown: usize,
    /// Had nothing to judge.
    pub not_applicable: usize,
    /// Were not looked at.
    pub skipped: usize,
    /// Failed, and all faults are waived.
    pub waived: usize,
}
impl Tally {
    /// Counts one unit.
    pub const fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail(_) => self.failed += 1,
            Outcome::Unknown { .. } => self.unknown += 1,
            Outcome::NotApplicable(_) => self.not_applicable += 1,
            Outcome::Skipped(_) => self.skipped += 1,
            Outcome::Waived => self.waived += 1,
        }
    }
    /// Those that were looked at and came to something or stayed unknown.
    #[must_use]
    pub const fn judged(&self) -> usize {
        self.passed + self.failed + self.unknown + self.waived
    }
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> usize {
        self.judged() + self.not_applicable + self.skipped
    }
}

/// Weights that were possible, earned, and lost to ignorance alone.
#[derive(Clone, Copy, Default)]
struct Sum {
    possible: u32,
    earned: u32,
    unknown: u32,
}
impl Sum {
    fn add(&mut self, unit: &Unit) {
        let full = weight_of(unit.rule);
        match &unit.outcome {
            Outcome::Pass => {
                self.possible += full;
                self.earned += full;
            }
            Outcome::Fail(_) => {
                self.possible += full;
                self.earned += full.saturating_sub(worst_open(unit).map_or(0, weight));
            }
            Outcome::Unknown { .. } => {
                self.possible += full;
                self.unknown += full;
            }
            Outcome::NotApplicable(_) | Outcome::Skipped(_) | Outcome::Waived => {}
        }
    }
    /// Value and ceiling as shares of 1, or nothing where nothing weighs.
    fn shares(&self) -> Option<(f64, f64)> {
        let of = |n: u32| f64::from(n) / f64::from(self.possible);
        (self.possible > 0).then(|| (of(self.earned), of(self.earned + self.unknown)))
    }
}

/// A share of 1 as whole points, rounded down.
fn points(share: f64) -> u8 {
    // Shares are quotients of small integers, so a hundred-millionth is far below their distance
    // and only mends 0.9999999 where the sum of a full house should be 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let whole = (share * 100.0 + 1e-6).floor().clamp(0.0, 100.0) as u8;
    whole
}

/// Scores the units of a run.
#[must_use]
pub fn score(units: &[Unit]) -> Score {
    let mut categories = Vec::with_capacity(POLICY.categories.len());
    let (mut value, mut ceiling, mut weights) = (0.0, 0.0, 0_u32);
    for (category, weight, families) in POLICY.categories {
        let mine = || units.iter().filter(|u| families.contains(&u.rule.family()));
        let (mut sum, mut tally, mut findings) = (Sum::default(), Tally::default(), [0; 5]);
        for unit in mine() {
            sum.add(unit);
            tally.add(&unit.outcome);
            for fault in unit.open() {
                findings[effective(unit.rule, fault) as usize] += 1;
            }
        }
        let shares = sum.shares().filter(|_| weight > 0);
        if let Some((low, high)) = shares {
            value += f64::from(weight) * low;
            ceiling += f64::from(weight) * high;
            weights += weight;
        }
        let score = shares.map(|(low, high)| Range { value: points(low), ceiling: points(high) });
        categories.push(CategoryScore { category, weight, score, findings, units: tally });
    }
    let raw = (weights > 0)
        .then(|| Range { value: points(value / f64::from(weights)), ceiling: points(ceiling / f64::from(weights)) });
    let (held, capped_by) = raw.map_or((None, None), |raw| hold(raw, units));
    Score { held, raw, capped_by, categories }
}

/// Holds a raw score under the caps. An open finding holds both numbers. An unverified check holds
/// the value alone, since the value counts it as failed: otherwise an outage that hides an open
/// blocker would raise the score.
fn hold(raw: Range, units: &[Unit]) -> (Option<Range>, Option<Cap>) {
    let gating = || units.iter().filter(|u| u.rule.lifecycle == Lifecycle::Stable);
    let open = |s| gating().any(|u| worst_open(u) == Some(s));
    let unknown = |s| gating().any(|u| u.rule.severity == s && is_unexplained(u));
    let cap = |held: bool, by, at, open| held.then_some(Cap { by, at, open });
    let over_both = POLICY.caps.iter().find_map(|&(s, at)| cap(open(s), s, at, true));
    let over_value =
        POLICY.caps.iter().find_map(|&(s, at)| cap(open(s), s, at, true).or(cap(unknown(s), s, at, false)));
    let under = |n: u8, cap: Option<Cap>| cap.map_or(n, |c| n.min(c.at));
    let held = Range { value: under(raw.value, over_value), ceiling: under(raw.ceiling, over_both) };
    let told = [(held.value < raw.value, over_value), (held.ceiling < raw.ceiling, over_both)];
    (Some(held), told.into_iter().find_map(|(lowered, cap)| cap.filter(|_| lowered)))
}

/// Whether a unit is unknown and no other finding explains it.
#[must_use]
pub fn is_unexplained(unit: &Unit) -> bool {
    matches!(&unit.outcome, Outcome::Unknown { behind, .. } if behind.is_empty())
}

/// The text of `launchcheck explain scoring`, made from the table.
#[must_use]
pub fn explain() -> String {
    let list = |items: Vec<String>| items.join(", ");
    let weights = list(POLICY.weights.iter().map(|(s, w)| format!("{} {w}", s.word())).collect());
    let mut out = format!(
        "Scoring model {}\n\n\
         The unit is one rule on one target; how many faults it has does not matter.\n\
         Weights: {weights}.\n\
         A unit earns the weight of its rule's severity less the weight of its worst open fault.\n\
         What could not be verified earns nothing and still counts. What does not apply, was\n\
         skipped or is waived leaves the count; the report says how many.\n\n\
         Categories:\n",
        POLICY.model
    );
    for (category, weight, families) in POLICY.categories {
        let others: Vec<_> = families.iter().map(|f| f.word()).filter(|f| *f != category.word()).collect();
        let with = if others.is_empty() { String::new() } else { format!("  with {}", others.join(" and ")) };
        let note = if weight == 0 { "  its findings cap the score and count for the verdict" } else { "" };
        let _ = writeln!(out, "  {:<10}{weight:>3}{with}{note}", category.word());
    }
    out.push_str(
        "A category's score is earned / possible. Only categories in which something counts are\n\
         weighed, and their weights are scaled to 100.\n\n\
         Two numbers: the value takes everything unverified as failed, the ceiling as passed; they\n\
         are shown as 37–92 where they differ. Rounded down.\n\n",
    );
    for (severity, at) in POLICY.caps {
        let word = severity.word();
        let _ = writeln!(out, "While a {word} is open both are at most {at}; while a {word} check is unverified,");
        out.push_str("the value is.\n");
    }
    out.push_str(
        "The report keeps the raw score. A preview rule weighs nothing and never gates.\n\n\
         The verdict does not come from the score:\n\
         \x20 NO-GO             a finding at or above --fail-on (default blocker) is open\n\
         \x20 INCOMPLETE        else, a rule of that severity could not be verified, a --require was\n\
         \x20                   not met, or nothing was judged\n\
         \x20 GO WITH WARNINGS  else, a high or medium is open or unverified\n\
         \x20 GO                else\n",
    );
    out
}

#[cfg(test)]
mod tests;
