//! The verdict: made by rule, not from the score; what it covers, what it leaves unproven, and the
//! exit code it ends in.

use crate::{
    config::FailOn,
    exit,
    outcome::{Outcome, Skip, Unit},
    score::{is_unexplained, worst_open},
};
use launchcheck_checks::vocab::{Family, Intent, Lifecycle, Pick, Severity, Shown};
use std::collections::BTreeSet;

/// May we launch?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Decision {
    /// No: a finding that gates is open.
    NoGo,
    /// Nobody knows: a check that gates could not be verified.
    Incomplete,
    /// Yes, and something should be mended.
    GoWithWarnings,
    /// Yes.
    Go,
}
impl Decision {
    /// The word in the JSON report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoGo => "no-go",
            Self::Incomplete => "incomplete",
            Self::GoWithWarnings => "go-with-warnings",
            Self::Go => "go",
        }
    }
    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NoGo => "NO-GO",
            Self::Incomplete => "INCOMPLETE",
            Self::GoWithWarnings => "GO WITH WARNINGS",
            Self::Go => "GO",
        }
    }
}

/// The severity that a verdict is made with. `--fail-on never` says how the run ends and not what is
/// true, so its verdict is that of the default.
fn threshold(gate: &Gate) -> Severity {
    gate.fail_on.severity().unwrap_or(Severity::Blocker)
}

/// `--on-unknown`: what an incomplete run ends with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum OnUnknown {
    /// With 3.
    #[default]
    Fail,
    /// With 0; the verdict stays.
    Ignore,
}

/// Everything that the verdict and the exit code depend on beside the units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gate {
    /// `--fail-on`.
    pub fail_on: FailOn,
    /// `--on-unknown`.
    pub on_unknown: OnUnknown,
    /// `--require`.
    pub require: Vec<Pick>,
    /// `--active`.
    pub active: bool,
}
impl Default for Gate {
    fn default() -> Self {
        Self { fail_on: FailOn::Blocker, on_unknown: OnUnknown::Fail, require: Vec::new(), active: false }
    }
}

/// A verdict and what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// The verdict.
    pub decision: Decision,
    /// Open findings of stable rules, by severity.
    pub open: [usize; 5],
    /// Unverified units that gate and that nothing explains.
    pub gating_unknown: usize,
    /// What `--require` named and was not proven.
    pub unmet: Vec<Pick>,
    /// Whether anything was judged at all.
    pub judged: bool,
}

/// Makes the verdict.
#[must_use]
pub fn rule_on(units: &[Unit], gate: &Gate) -> Ruling {
    let threshold = threshold(gate);
    let stable = || units.iter().filter(|u| u.rule.lifecycle == Lifecycle::Stable);
    let mut open = [0; 5];
    for unit in stable() {
        for fault in unit.open() {
            open[crate::outcome::effective(unit.rule, fault) as usize] += 1;
        }
    }
    let gating_unknown = stable().filter(|u| is_unexplained(u) && u.rule.severity.at_least(threshold)).count();
    let unmet: Vec<Pick> = gate.require.iter().filter(|pick| !is_proven(pick, units)).cloned().collect();
    let judged = units.iter().any(|u| u.rule.family() != Family::Config && was_judged(u));
    let fails = stable().filter_map(worst_open).any(|s| s.at_least(threshold));
    let warns = stable().any(|u| {
        let worst = if is_unexplained(u) { Some(u.rule.severity) } else { worst_open(u) };
        worst.is_some_and(|s| s.at_least(Severity::Medium))
    });
    let decision = if fails {
        Decision::NoGo
    } else if gating_unknown > 0 || !unmet.is_empty() || !judged {
        Decision::Incomplete
    } else if warns {
        Decision::GoWithWarnings
    } else {
        Decision::Go
    };
    Ruling { decision, open, gating_unknown, unmet, judged }
}

const fn was_judged(unit: &Unit) -> bool {
    matches!(unit.outcome, Outcome::Pass | Outcome::Fail(_) | Outcome::Unknown { .. } | Outcome::Waived)
}

fn picks(pick: &Pick, unit: &Unit) -> bool {
    match pick {
        Pick::Family(f) => unit.rule.family() == *f,
        Pick::Rule(id) => unit.rule.id == *id,
        Pick::Target(t) => unit.target == *t,
    }
}

/// Whether all that a `--require` names was looked at and found out. Failing is proven, too: the
/// gate sees to that.
fn is_proven(pick: &Pick, units: &[Unit]) -> bool {
    let mut any = false;
    for unit in units.iter().filter(|u| picks(pick, u)) {
        if matches!(unit.outcome, Outcome::Skipped(_)) || is_unexplained(unit) {
            return false;
        }
        any = true;
    }
    any
}

/// The exit code of a run with this ruling.
#[must_use]
pub fn exit_code(ruling: &Ruling, gate: &Gate, interrupted: bool) -> u8 {
    if interrupted {
        return exit::INTERRUPTED;
    }
    if gate.fail_on == FailOn::Never {
        return exit::GO;
    }
    match ruling.decision {
        Decision::NoGo => exit::NO_GO,
        // What was required and what was never looked at are not "unknown": the flag is about
        // weather, and these are about what the run was told to do.
        Decision::Incomplete if gate.on_unknown == OnUnknown::Ignore && ruling.unmet.is_empty() && ruling.judged => {
            exit::GO
        }
        Decision::Incomplete => exit::INCOMPLETE,
        Decision::GoWithWarnings | Decision::Go => exit::GO,
    }
}

/// Something that the verdict does not cover.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unproven {
    /// What: "signed webhook", "billing", "env", or a rule that was left out by name.
    pub scope: Shown,
    /// The family it is about.
    pub family: Family,
    /// Why, or what would prove it: `--active`, `no [[billing]]`, `no production source`.
    pub why: Shown,
}
impl std::fmt::Display for Unproven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.scope, self.why)
    }
}

/// The families that the verdict covers, in order: those in which something was found out.
#[must_use]
pub fn proven(units: &[Unit]) -> Vec<Family> {
    let found_out = |u: &Unit| matches!(u.outcome, Outcome::Pass | Outcome::Fail(_) | Outcome::Waived);
    let covered = |f: &Family| units.iter().any(|u| u.rule.family() == *f && found_out(u));
    Family::ALL.into_iter().filter(|f| *f != Family::Config && covered(f)).collect()
}

/// How many rules of a family that were left out are named; more are counted.
const NAMED: usize = 3;

/// What the verdict does not cover: families without a target, and what was skipped. Never what is
/// unknown: that is counted and shown as such. `known` are the families that have rules.
#[must_use]
pub fn unproven(units: &[Unit], known: &[Family], gate: &Gate) -> Vec<Unproven> {
    let mut out = Vec::new();
    for family in Family::ALL.into_iter().filter(|f| known.contains(f)) {
        if matches!(family, Family::Config | Family::Custom) {
            continue;
        }
        let mine: Vec<&Unit> = units.iter().filter(|u| u.rule.family() == family).collect();
        let entry = |scope: &str, why: Shown| Unproven { scope: scope.into(), family, why };
        if mine.is_empty() {
            out.push(entry(family.word(), lacks(family).into()));
            continue;
        }
        let whole = mine.iter().all(|u| matches!(u.outcome, Outcome::Skipped(_)));
        let left_out: BTreeSet<&str> =
            mine.iter().filter(|u| u.outcome == Outcome::Skipped(Skip::Asked)).map(|u| u.rule.id.as_ref()).collect();
        for unit in &mine {
            let Outcome::Skipped(skip) = &unit.outcome else { continue };
            let scope = match skip {
                Skip::NeedsActive => format!("signed {family}", family = family.word()),
                Skip::NeedsEvents => format!("{} business events", family.word()),
                Skip::Asked if !whole && left_out.len() > NAMED => {
                    format!("{} more of {}", left_out.len(), family.word())
                }
                Skip::Asked if !whole => unit.rule.id.to_string(),
                Skip::Offline if !whole => format!("{} on the network", family.word()),
                _ => family.word().to_owned(),
            };
            out.push(entry(&scope, why(skip)));
        }
        // That a route refuses what is unsigned does not show that it takes what is signed.
        let signed = mine.iter().any(|u| u.rule.intent != Intent::Passive);
        if family == Family::Webhook && !whole && !signed {
            // Whoever adds the flag must get the check; until a rule has it, the flag proves nothing.
            let checked = launchcheck_checks::rules().any(|r| r.family() == family && r.intent != Intent::Passive);
            let why = if gate.active || !checked { "no check of it in this version" } else { "--active" };
            out.push(entry("signed webhook", why.into()));
        }
    }
    let mut seen = BTreeSet::new();
    out.retain(|u| seen.insert(u.clone()));
    out
}

pub(crate) fn why(skip: &Skip) -> Shown {
    match skip {
        Skip::Asked => "left out by --only or --skip".into(),
        Skip::Offline => "--offline".into(),
        Skip::NeedsActive => "--active".into(),
        Skip::NeedsEvents => "launchcheck webhook exercise".into(),
        // What follows a semicolon says how to mend it; the scope is named by what stands before.
        Skip::NotConfigured(what) => what.as_str().split(';').next().unwrap_or_default().into(),
    }
}

/// What a family without a target lacks.
const fn lacks(family: Family) -> &'static str {
    match family {
        Family::Email | Family::Dns | Family::Tls | Family::Web => "no domain",
        Family::Webhook => "no [[webhook]]",
        Family::Env | Family::Code => "no [[app]]",
        Family::Billing => "no [[billing]]",
        Family::Crm => "no [crm]",
        Family::Support => "no [support]",
        Family::Config | Family::Custom => "nothing declared",
    }
}

#[cfg(test)]
mod tests;
