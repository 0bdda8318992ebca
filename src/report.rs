//! The report in memory: everything that a renderer shows, sorted and worded, so that renderers
//! lay out and compute nothing.

use crate::{
    outcome::{Behind, Outcome, Skip, Unit, WaivedFault, effective},
    score::{self, Score, Tally},
    verdict::{self, Decision, Gate, Ruling, Unproven},
};
use launchcheck_checks::vocab::{
    Cause, Evidence, Exhibit, Family, Fault, Fix, Lifecycle, Place, Rule, Severity, Shown, Stage, TargetId, TargetKind,
    Targets,
};
use std::collections::BTreeMap;

mod unverified;
mod words;

pub use unverified::{Group, groups};

/// What the engine and the gatherer hand over.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// What is audited, as the person named it: a domain or a folder.
    pub label: Shown,
    /// Every unit.
    pub units: Vec<Unit>,
    /// What is shown without a finding.
    pub exhibits: Vec<(TargetId, Exhibit)>,
    /// The targets, for the lines that declared them.
    pub targets: &'a Targets,
    /// The families that have rules: [`families`].
    pub known: Vec<Family>,
    /// The flags that the verdict depends on.
    pub gate: Gate,
    /// About the run itself.
    pub run: RunInfo,
}

/// The families that have rules in the catalogue. One without a target is unproven.
#[must_use]
pub fn families() -> Vec<Family> {
    let mut known: Vec<Family> = launchcheck_checks::rules().map(Rule::family).collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// About the run itself. Nothing else in a report differs between two runs over equal facts.
#[derive(Clone, Debug, Default)]
pub struct RunInfo {
    /// When it began, in RFC 3339.
    pub clock: Shown,
    /// How long it took.
    pub duration_ms: u64,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// Questions that went out, by kind: `lookups`, `handshakes`, `requests`, `queries`.
    pub counts: BTreeMap<&'static str, u64>,
    /// Questions that were answered again from the memory of the run.
    pub remembered: u64,
    /// The configuration file, as the person would type it.
    pub config: Option<Shown>,
    /// Settings in effect and where each comes from.
    pub settings: Vec<Setting>,
    /// What the person should know: what was inferred, where a secret was read from.
    pub notes: Vec<Shown>,
    /// Who did not answer, and how. It tells a dead resolver from a dead database.
    pub unanswered: Vec<Unanswered>,
    /// How long each answer on the ways into the site took.
    pub hops: Vec<HopTime>,
    /// The command that runs this audit again, without what narrows or formats it; empty for
    /// `launchcheck audit`.
    pub command: Shown,
}
/// The time of one answer on the way into a site.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HopTime {
    /// The URL.
    pub url: Shown,
    /// The status it was answered with.
    pub status: u16,
    /// Milliseconds from the request to the head of the answer.
    pub ms: u32,
}
/// A setting in effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its key, as in the configuration.
    pub name: &'static str,
    /// Its value; never a secret.
    pub value: Shown,
    /// Where it comes from: `flag`, `environment`, `file` or `default`.
    pub origin: Shown,
}
/// Somebody who was asked and did not answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unanswered {
    /// Whom: a resolver, a vendor, a database.
    pub place: Shown,
    /// How.
    pub cause: Cause,
    /// How often.
    pub count: u64,
}

/// Everything there is to show.
#[derive(Debug)]
pub struct Report {
    /// The version of launchcheck.
    pub version: &'static str,
    /// What is audited.
    pub label: Shown,
    /// The verdict and what it rests on.
    pub ruling: Ruling,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The score.
    pub score: Score,
    /// All units by outcome.
    pub tally: Tally,
    /// Every unit, by rule and target.
    pub units: Vec<Unit>,
    /// Every open finding: worst first, then by rule, target and subject.
    pub findings: Vec<Finding>,
    /// Every waived finding, in the same order.
    pub waived: Vec<WaivedFinding>,
    /// What could not be found out, one group a cause.
    pub unverified: Vec<Group>,
    /// The families that the verdict covers.
    pub proven: Vec<Family>,
    /// What it does not cover.
    pub unproven: Vec<Unproven>,
    /// The path of an event, stage by stage.
    pub event_path: Vec<PathStep>,
    /// Exhibits, by target.
    pub exhibits: Vec<(Shown, Exhibit)>,
    /// What to type next; the first is the best.
    pub next: Vec<NextStep>,
    /// The flags that the verdict depends on.
    pub gate: Gate,
    /// About the run itself.
    pub run: RunInfo,
}

/// A fault with everything that a report says about it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad this case is.
    pub severity: Severity,
    /// Where.
    pub target: Shown,
    /// About what within the target; may be empty.
    pub subject: Shown,
    /// The headline.
    pub title: Shown,
    /// What was seen.
    pub saw: Vec<Evidence>,
    /// Why it matters at launch: the first sentences of the rule's own words.
    pub why: Shown,
    /// What to do.
    pub fix: Fix,
    /// The line to change.
    pub place: Option<Place>,
    /// The line that declared the target.
    pub declared: Option<Place>,
    /// Equal for the same fault in every run, whatever it is worded like.
    pub fingerprint: String,
}
impl Finding {
    /// A line for formats in which every finding needs one: the line to change, or else the one
    /// that declared the target.
    #[must_use]
    pub fn anchor(&self) -> Option<&Place> {
        self.place.as_ref().or(self.declared.as_ref())
    }
    /// Whether the rule is a preview: shown, and counted for nothing.
    #[must_use]
    pub fn is_preview(&self) -> bool {
        self.rule.lifecycle == Lifecycle::Preview
    }
}

/// A finding that a waiver covers.
#[derive(Clone, Debug)]
pub struct WaivedFinding {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: Shown,
    /// The last day of the waiver.
    pub expires: jiff::civil::Date,
}

/// A stage of the event path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// The stage.
    pub stage: Stage,
    /// How it is.
    pub state: PathState,
    /// Whether it is the first one that is broken.
    pub first_break: bool,
}
/// How a stage of the event path is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathState {
    /// Looked at, and events get through.
    Ok,
    /// A High or a Medium is open there: events get through today and may not tomorrow, or not well.
    AtRisk,
    /// A Blocker is open there.
    Broken,
    /// Something there could not be found out.
    Unverified,
    /// Something there is waived, and nothing else is known.
    Waived,
    /// Nothing there was looked at.
    NotChecked,
}
impl PathState {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::AtRisk => "at-risk",
            Self::Broken => "broken",
            Self::Unverified => "unverified",
            Self::Waived => "waived",
            Self::NotChecked => "not-checked",
        }
    }
}

/// A command to type next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NextStep {
    /// The command.
    pub command: Shown,
    /// What for.
    pub note: &'static str,
}

/// A target as reports show it. The run is only itself.
#[must_use]
pub fn target_text(id: &TargetId) -> Shown {
    if id.kind == TargetKind::Run && id.name.is_empty() { "run".into() } else { id.to_string().into() }
}

/// The fingerprint of a fault: the first 16 hexadecimal digits of SHA-256 over
/// `1\0rule\0target\0subject`.
#[must_use]
pub fn fingerprint(rule: &str, target: &str, subject: &str) -> String {
    let text = format!("1\0{rule}\0{target}\0{subject}");
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let first = digest.as_ref().iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b));
    format!("{first:016x}")
}

/// Builds the report.
#[must_use]
pub fn build(inputs: Inputs<'_>) -> Report {
    let Inputs { label, mut units, exhibits, targets, known, gate, mut run } = inputs;
    units.sort_by(|a, b| (&a.rule.id, target_text(&a.target)).cmp(&(&b.rule.id, target_text(&b.target))));
    let mut findings: Vec<Finding> =
        units.iter().flat_map(|u| u.open().iter().map(|f| finding(u, f, targets))).collect();
    let mut waived: Vec<WaivedFinding> =
        units.iter().flat_map(|u| u.waived.iter().map(|w| waived_finding(u, w, targets))).collect();
    findings.sort_by(in_order);
    waived.sort_by(|a, b| in_order(&a.finding, &b.finding));
    let mut tally = Tally::default();
    for unit in &units {
        tally.add(&unit.outcome);
    }
    for kind in ["lookups", "handshakes", "requests"] {
        run.counts.entry(kind).or_default();
    }
    run.unanswered.sort();
    let ruling = verdict::rule_on(&units, &gate);
    let mut exhibits: Vec<_> = exhibits.into_iter().map(|(t, e)| (target_text(&t), e)).collect();
    exhibits.sort_by(|a, b| (a.1.id, &a.0).cmp(&(b.1.id, &b.0)));
    let mut report = Report {
        version: env!("CARGO_PKG_VERSION"),
        label,
        exit_code: verdict::exit_code(&ruling, &gate, run.interrupted),
        ruling,
        score: score::score(&units),
        tally,
        unverified: groups(&units, &run.unanswered, run.interrupted),
        proven: verdict::proven(&units),
        unproven: verdict::unproven(&units, &known, &gate),
        event_path: event_path(&units),
        units,
        findings,
        waived,
        exhibits,
        next: Vec::new(),
        gate,
        run,
    };
    report.next = words::next(&report);
    report
}

impl Report {
    /// The verdict.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.ruling.decision
    }
    /// The verdict for people; a blocker that was accepted stands beside a GO.
    #[must_use]
    pub fn verdict_line(&self) -> String {
        words::verdict_line(self)
    }
    /// Why the verdict is what it is, in one sentence fragment.
    #[must_use]
    pub fn because(&self) -> String {
        words::because(self)
    }
    /// Why the score is held down or may be higher; nothing where it is plain.
    #[must_use]
    pub fn score_note(&self) -> Option<String> {
        words::score_note(self)
    }
    /// Whether there is nothing at all to tell but that it is fine.
    #[must_use]
    pub fn is_all_green(&self) -> bool {
        self.decision() == Decision::Go
            && !self.run.interrupted
            && self.findings.is_empty()
            && self.waived.is_empty()
            && self.tally.unknown == 0
    }
    /// How many findings are open at each severity, worst first, previews too.
    #[must_use]
    pub fn open(&self) -> [usize; 5] {
        let mut open = [0; 5];
        for finding in &self.findings {
            open[finding.severity as usize] += 1;
        }
        open
    }
}

fn in_order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    (a.severity, &a.rule.id, &a.target, &a.subject).cmp(&(b.severity, &b.rule.id, &b.target, &b.subject))
}

fn finding(unit: &Unit, fault: &Fault, targets: &Targets) -> Finding {
    let rule = unit.rule;
    let target = target_text(&unit.target);
    let title = match (fault.title.is_empty(), fault.subject.is_empty()) {
        (false, _) => fault.title.clone(),
        (true, true) => rule.fails.as_ref().into(),
        (true, false) => format!("{}: {}", rule.fails, fault.subject).into(),
    };
    Finding {
        rule,
        severity: effective(rule, fault),
        fingerprint: fingerprint(&rule.id, target.as_str(), fault.subject.as_str()),
        target,
        subject: fault.subject.clone(),
        title,
        saw: fault.saw.clone(),
        why: words::why(rule),
        fix: fault.fix.clone(),
        place: fault.at.clone(),
        declared: targets.origin(&unit.target).and_then(|o| o.place()).cloned(),
    }
}

fn waived_finding(unit: &Unit, waived: &WaivedFault, targets: &Targets) -> WaivedFinding {
    WaivedFinding {
        finding: finding(unit, &waived.fault, targets),
        reason: waived.reason.clone(),
        expires: waived.expires,
    }
}

/// The path of an event with its first break. Only a Blocker breaks a stage: a certificate that ends
/// in six days carries events until then, and a route that turns them away is the break to mend.
fn event_path(units: &[Unit]) -> Vec<PathStep> {
    let mut broke = false;
    let step = |stage| {
        let mine: Vec<&Unit> = units.iter().filter(|u| u.rule.stage == Some(stage)).collect();
        let some = |f: fn(&Unit) -> bool| mine.iter().any(|u| f(u));
        let state = if some(|u| score::worst_open(u) == Some(Severity::Blocker)) {
            PathState::Broken
        } else if some(|u| score::worst_open(u) == Some(Severity::High)) {
            PathState::AtRisk
        } else if some(|u| matches!(u.outcome, Outcome::Unknown { .. })) {
            PathState::Unverified
        } else if some(|u| score::worst_open(u) == Some(Severity::Medium)) {
            PathState::AtRisk
        } else if some(|u| matches!(u.outcome, Outcome::Skipped(Skip::Asked | Skip::Offline))) {
            // What is left of a stage that was not looked at whole is no proof of it.
            PathState::NotChecked
        } else if mine
            .iter()
            .any(|u| shows(u.rule.family(), stage) && matches!(u.outcome, Outcome::Pass | Outcome::Fail(_)))
        {
            PathState::Ok
        } else if some(|u| u.outcome == Outcome::Waived) {
            PathState::Waived
        } else {
            PathState::NotChecked
        };
        let first_break = state == PathState::Broken && !std::mem::replace(&mut broke, true);
        PathStep { stage, state, first_break }
    };
    Stage::ALL.into_iter().map(step).collect()
}

/// Whether the rules of a family can show that a stage works. Those of others only ever show that it does not: that
/// the code handles an address well is no proof of the mail.
const fn shows(family: Family, stage: Stage) -> bool {
    match stage {
        Stage::Domain => matches!(family, Family::Dns),
        Stage::Tls => matches!(family, Family::Tls),
        Stage::Route | Stage::Support => matches!(family, Family::Webhook),
        Stage::Signature => matches!(family, Family::Webhook | Family::Code),
        Stage::Secret => matches!(family, Family::Env),
        Stage::Subscription => matches!(family, Family::Billing | Family::Webhook),
        Stage::Idempotency => matches!(family, Family::Billing | Family::Webhook | Family::Code),
        Stage::Database => matches!(family, Family::Billing),
        Stage::Crm => matches!(family, Family::Code),
        Stage::Email => matches!(family, Family::Email),
    }
}

/// A unit that stands behind another, as reports name it.
#[must_use]
pub fn behind_text(behind: &Behind) -> Shown {
    format!("{} on {}", behind.rule, target_text(&behind.target)).into()
}

#[cfg(test)]
mod tests;
