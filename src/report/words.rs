//! The sentences of a report that are made from its numbers.

use super::{NextStep, Report};
use crate::{score::is_unexplained, verdict::Decision};
use launchcheck_checks::vocab::{Cause, Lifecycle, Rule, Severity, Shown};

/// How long a *why* may get before it stops at a sentence.
const WHY: usize = 240;

/// The first sentences of "Why at launch" in a rule's docs: two at most.
pub(super) fn why(rule: &Rule) -> Shown {
    let mut text = String::new();
    let section = rule.docs.iter().map(|l| l.trim()).skip_while(|l| *l != "# Why at launch").skip(1);
    for line in section.skip_while(|l| l.is_empty()).take_while(|l| !l.is_empty() && !l.starts_with('#')) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line);
    }
    let mut end = text.len();
    for (count, (at, _)) in text.match_indices(". ").enumerate() {
        if count > 0 || at > WHY {
            end = at + 1;
            break;
        }
    }
    text[..end].into()
}

/// The longest command that is repeated whole.
const LONG: usize = 120;

/// `2 blockers`, `1 high finding`.
fn counted(n: usize, severity: Severity) -> String {
    let s = if n == 1 { "" } else { "s" };
    match severity {
        Severity::Blocker => format!("{n} blocker{s}"),
        other => format!("{n} {} finding{s}", other.word()),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

pub(super) fn verdict_line(report: &Report) -> String {
    let title = report.decision().title();
    let accepted = accepted_blockers(report);
    if accepted > 0 && report.decision() >= Decision::GoWithWarnings {
        return format!("{title} with {} waived", counted(accepted, Severity::Blocker));
    }
    title.to_owned()
}

fn accepted_blockers(report: &Report) -> usize {
    report.waived.iter().filter(|w| w.finding.severity == Severity::Blocker).count()
}

fn open_down_to(report: &Report, mildest: Severity) -> Option<String> {
    let open: Vec<_> = Severity::ALL
        .into_iter()
        .filter(|s| s.at_least(mildest) && report.ruling.open[*s as usize] > 0)
        .map(|s| (report.ruling.open[s as usize], s))
        .collect();
    let total: usize = open.iter().map(|(n, _)| n).sum();
    let words: Vec<_> = open.into_iter().map(|(n, s)| counted(n, s)).collect();
    (total > 0).then(|| format!("{} {} open", listed(&words), are(total)))
}

pub(super) fn because(report: &Report) -> String {
    let ruling = &report.ruling;
    let threshold = report.gate.fail_on.severity().unwrap_or(Severity::Blocker);
    let mut parts = Vec::new();
    match ruling.decision {
        Decision::NoGo => parts.extend(open_down_to(report, threshold)),
        Decision::Incomplete => {
            if ruling.gating_unknown > 0 {
                let n = ruling.gating_unknown;
                let checks = if n == 1 { "check that gates" } else { "checks that gate" };
                parts.push(format!("{n} {checks} could not be verified"));
            }
            if !ruling.unmet.is_empty() {
                let unmet: Vec<_> = ruling.unmet.iter().map(ToString::to_string).collect();
                parts.push(format!("required and not proven: {}", unmet.join(", ")));
            }
            if !ruling.judged {
                parts.push("nothing was judged".to_owned());
            }
        }
        Decision::GoWithWarnings => {
            parts.extend(open_down_to(report, Severity::Medium));
            let dark = unverified_down_to(report, Severity::Medium);
            if dark > 0 {
                parts.push(format!("{dark} {} unverified", if dark == 1 { "check is" } else { "checks are" }));
            }
        }
        Decision::Go => {
            let n = report.tally.passed;
            parts.push(format!("{n} {} passed", if n == 1 { "check" } else { "checks" }));
        }
    }
    if report.run.interrupted {
        parts.push("interrupted: this is what was known by then".to_owned());
    }
    parts.join("; ")
}

fn unverified_down_to(report: &Report, mildest: Severity) -> usize {
    let gates = |r: &Rule| r.lifecycle == Lifecycle::Stable && r.severity.at_least(mildest);
    report.units.iter().filter(|u| is_unexplained(u) && gates(u.rule)).count()
}

pub(super) fn score_note(report: &Report) -> Option<String> {
    let raw = report.score.raw?;
    let mut parts = Vec::new();
    let held = report.score.capped_by.map(|cap| {
        let what = match (cap.open, cap.by) {
            (true, Severity::Blocker) => "a blocker is open".to_owned(),
            (true, other) => format!("a {} finding is open", other.word()),
            (false, other) => format!("a {} check is unverified", other.word()),
        };
        format!("held at {} while {what}", cap.at)
    });
    let lowered = report.score.held.is_some_and(|held| held.value < raw.value);
    if let (Some(held), true) = (&held, lowered) {
        parts.push(format!("raw {}, {held}", raw.value));
    }
    if raw.ceiling > raw.value {
        let n = report.tally.unknown;
        let checks = if n == 1 { "check" } else { "checks" };
        let it = if lowered { "raw" } else { "it" };
        parts.push(format!("{n} unverified {checks} could raise {it} to {}", raw.ceiling));
    }
    // Only what it could be at best is held.
    parts.extend(held.filter(|_| !lowered));
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What to type next.
pub(super) fn next(report: &Report) -> Vec<NextStep> {
    let base = match report.run.command.as_str() {
        "" => "launchcheck audit",
        // Nobody types that again; the flags are still in the shell's history.
        long if long.chars().count() > LONG => "launchcheck audit …",
        short => short,
    };
    let step = |command: String, note| NextStep { command: command.into(), note };
    let explain = |id: &str| step(format!("launchcheck explain {id}"), "");
    let again = |ids: Vec<String>| step(format!("{base} --only {}", narrow(ids)), "re-check just these");
    match report.decision() {
        Decision::NoGo => {
            let threshold = report.gate.fail_on.severity().unwrap_or(Severity::Blocker);
            let gating = report.findings.iter().filter(|f| !f.is_preview() && f.severity.at_least(threshold));
            let ids: Vec<String> = gating.map(|f| f.rule.id.to_string()).collect();
            ids.first().map(|id| explain(id)).into_iter().chain((!ids.is_empty()).then(|| again(ids.clone()))).collect()
        }
        Decision::Incomplete => incomplete(report, base, again),
        Decision::GoWithWarnings | Decision::Go => {
            let worst = report.findings.first().map(|f| explain(&f.rule.id));
            let active = report.unproven.iter().any(|u| u.why.as_str() == "--active");
            let prove = active.then(|| step(format!("{base} --active"), "prove the rest with signed test events"));
            let dark = report.unverified.iter().find(|g| g.behind.is_empty());
            let retry = dark.map(|g| again(g.rules().into_iter().map(|(id, _)| id.to_owned()).collect()));
            worst.into_iter().chain(retry).chain(prove).collect()
        }
    }
}

fn incomplete(report: &Report, base: &str, again: impl Fn(Vec<String>) -> NextStep) -> Vec<NextStep> {
    let mut out = Vec::new();
    if let Some(group) = report.unverified.iter().find(|g| g.behind.is_empty()) {
        let ids: Vec<String> = group.rules().into_iter().map(|(id, _)| id.to_owned()).collect();
        let mut step = again(ids);
        if let Some(Cause::Unset(variable)) = group.causes.first() {
            step.command = format!("{variable}=… {}", step.command).into();
        }
        out.push(step);
    }
    if out.is_empty() {
        let lacks = |why: &str| report.unproven.iter().any(|u| u.why.as_str().starts_with(why));
        let left_out = lacks("left out") || lacks("--offline");
        let config = report.run.config.is_some();
        let step = |command: String, note| NextStep { command: command.into(), note };
        out.push(if lacks("no [") && !config && !report.ruling.unmet.is_empty() {
            step("launchcheck explain exit-codes".into(), "what was required needs a launchcheck.toml")
        } else if !left_out && lacks("no production source") {
            step(format!("{base} --env-file .env.production"), "with the file that holds production's values")
        } else {
            // A command to paste must not hold the very flag that is in the way.
            step(base.replace(" --offline", ""), "without the flags that leave it out")
        });
    }
    out
}

/// A short `--only`: the rules, or their families where the rules are many.
fn narrow(mut ids: Vec<String>) -> String {
    const MOST: usize = 4;
    ids.dedup();
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    if ids.len() > MOST {
        let mut families: Vec<String> = ids.iter().filter_map(|i| i.split('.').next()).map(str::to_owned).collect();
        families.dedup();
        let mut seen = std::collections::BTreeSet::new();
        families.retain(|f| seen.insert(f.clone()));
        return families.join(",");
    }
    ids.join(",")
}
