//! The report for people: verdict first and last, each blocker and high with saw, why and fix, and
//! nothing that looks clean where it was not checked.

mod extras;
mod finding;
mod paper;
mod table;

use super::{RenderOptions, Verbosity, count};
use crate::{
    report::{Finding, PathState, Report},
    score::Range,
    verdict::Decision,
};
use launchcheck_checks::{code::exhibits::PROVIDERS, dns::ON_THEIR_WAY, vocab::Severity};
use paper::{Ink, Paper, Span};
use std::{collections::BTreeSet, fmt::Write as _};

/// Draws the report.
#[must_use]
pub fn render(report: &Report, options: &RenderOptions) -> String {
    let mut page = Page { report, options, paper: Paper::new(options), explained: BTreeSet::new() };
    match options.detail {
        Verbosity::Quiet => page.last_block(),
        Verbosity::Normal if report.is_all_green() => page.all_green(),
        _ => page.whole(),
    }
    page.paper.finish()
}

/// Draws what a report shows under these ids.
#[must_use]
pub fn exhibits(report: &Report, ids: &[&str], options: &RenderOptions) -> String {
    let mut paper = Paper::new(options);
    extras::exhibits(report, |id| ids.contains(&id), &mut paper);
    paper.blank();
    paper.finish()
}

/// A page being written.
struct Page<'a> {
    report: &'a Report,
    options: &'a RenderOptions,
    paper: Paper,
    /// The rules whose *why* stands on the page already.
    explained: BTreeSet<&'a str>,
}

/// The colour of a verdict.
const fn ink_of(decision: Decision) -> Ink {
    match decision {
        Decision::NoGo => Ink::Bad,
        Decision::Incomplete | Decision::GoWithWarnings => Ink::Warn,
        Decision::Go => Ink::Good,
    }
}

/// `49`, `37–92`, or a dash where nothing was judged.
fn range(range: Option<Range>) -> String {
    match range {
        None => "–".to_owned(),
        Some(r) if r.value == r.ceiling => r.value.to_string(),
        Some(r) => format!("{}–{}", r.value, r.ceiling),
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of one run")]
fn seconds(ms: u64) -> String {
    format!("{:.1} s", ms as f64 / 1000.0)
}

impl Page<'_> {
    fn whole(&mut self) {
        self.header();
        self.verdict();
        self.paper.blank();
        table::draw(self.report, &mut self.paper);
        self.findings();
        extras::exhibits(self.report, |id| id == ON_THEIR_WAY, &mut self.paper);
        self.unverified();
        self.waived();
        if self.options.detail >= Verbosity::Verbose {
            extras::passed(self.report, &mut self.paper);
            extras::not_judged(self.report, &mut self.paper);
            extras::exhibits(self.report, |id| id != ON_THEIR_WAY && id != PROVIDERS, &mut self.paper);
        } else {
            extras::exhibits(self.report, |id| id == PROVIDERS, &mut self.paper);
        }
        self.event_path();
        self.paper.blank();
        self.footer();
        if self.options.detail >= Verbosity::Debug {
            extras::log(self.report, &mut self.paper);
        }
        self.paper.blank();
        self.last_block();
    }

    /// Three lines: what, the verdict, and what it rests on.
    fn all_green(&mut self) {
        self.header_line();
        let r = self.report;
        let score = format!("{}/100", range(r.score.held));
        let told = format!("{} in {}", r.because(), seconds(r.run.duration_ms));
        self.paper.spread(
            &[Span(Ink::Good, r.verdict_line()), Span(Ink::Plain, format!("  {told}"))],
            &[Span(Ink::Plain, score)],
        );
        let mut covers = self.covers();
        if !r.unproven.is_empty() {
            covers = format!("{covers} · {}", self.not_proven());
        }
        self.paper.put(&[Span(Ink::Dim, covers)]);
    }

    fn header_line(&mut self) {
        let r = self.report;
        let mut head = format!("launchcheck {} · {}", r.version, r.label);
        head.push_str(" · ");
        head.push_str(r.run.config.as_ref().map_or("no config", |c| c.as_str()));
        head.push_str(if r.gate.active { " · active" } else { " · passive" });
        self.paper.put(&[Span(Ink::Bold, head)]);
    }

    fn header(&mut self) {
        self.header_line();
        for note in &self.report.run.notes {
            self.paper.hang("  note  ", note.as_str(), Ink::Dim);
        }
        self.paper.blank();
    }

    fn verdict(&mut self) {
        let r = self.report;
        let title = r.verdict_line();
        let indent = " ".repeat(title.chars().count().max(7) + 6);
        let lead = format!("  {title:<7}    ");
        let score = vec![Span(Ink::Bold, format!("{}/100", range(r.score.held)))];
        self.paper.spread(&[Span(ink_of(r.decision()), lead), Span(Ink::Plain, r.because())], &score);
        if let Some(note) = r.score_note() {
            self.paper.hang(&indent, &note, Ink::Plain);
        }
        if !r.proven.is_empty() {
            self.paper.hang(&indent, &self.covers(), Ink::Plain);
        }
        if !r.unproven.is_empty() {
            self.paper.hang(&indent, &self.not_proven(), Ink::Plain);
        }
    }

    fn covers(&self) -> String {
        let families: Vec<_> = self.report.proven.iter().map(|f| f.word()).collect();
        format!("for {}", families.join(", "))
    }

    fn not_proven(&self) -> String {
        // Scopes with one reason share it.
        let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
        for u in &self.report.unproven {
            match by.iter_mut().find(|(why, _)| *why == u.why.as_str()) {
                Some((_, scopes)) => scopes.push(u.scope.as_str()),
                None => by.push((u.why.as_str(), vec![u.scope.as_str()])),
            }
        }
        let told: Vec<_> = by.into_iter().map(|(why, scopes)| format!("{} ({why})", scopes.join(", "))).collect();
        format!("not proven: {}", told.join("; "))
    }

    fn findings(&mut self) {
        let verbose = self.options.detail >= Verbosity::Verbose;
        let mut more = self.options.more_with.filter(|_| !verbose);
        for (severity, heading) in [
            (Severity::Blocker, "BLOCKERS"),
            (Severity::High, "HIGH"),
            (Severity::Medium, "MEDIUM"),
            (Severity::Low, "LOW"),
            (Severity::Info, "INFO"),
        ] {
            let report = self.report;
            let mine: Vec<&Finding> = report.findings.iter().filter(|f| f.severity == severity).collect();
            if mine.is_empty() || !severity.at_least(self.options.min_severity) {
                continue;
            }
            let short = !verbose && !severity.at_least(Severity::High);
            let note = more.take_if(|_| short).map(|flag| format!("{flag} shows the evidence and the fix of each"));
            self.paper.heading(heading, &note.unwrap_or_default());
            for (i, f) in mine.into_iter().enumerate() {
                if short {
                    finding::line(f, &mut self.paper);
                    continue;
                }
                if i > 0 {
                    self.paper.blank();
                }
                let why = self.explained.insert(f.rule.id.as_ref());
                finding::full(f, why, &mut self.paper);
            }
        }
    }

    fn unverified(&mut self) {
        if self.report.unverified.is_empty() {
            return;
        }
        self.paper.heading("UNVERIFIED", "counted as not passed");
        for group in &self.report.unverified {
            let (n, reason) = (group.units.len(), group.reason.as_str());
            let between = if group.behind.is_empty() { ": " } else { " " };
            let reason =
                if n == 1 || group.behind.is_empty() { reason.to_owned() } else { reason.replacen("waits", "wait", 1) };
            self.paper.hang("? ", &format!("{}{between}{reason}", count(n, "check")), Ink::Plain);
            let most = if self.options.detail >= Verbosity::Verbose { usize::MAX } else { 6 };
            let rules = group.rules();
            let mut told: Vec<String> = rules
                .iter()
                .take(most)
                .map(|(id, n)| if *n == 1 { (*id).to_owned() } else { format!("{id} ×{n}") })
                .collect();
            if rules.len() > most {
                told.push(format!("{} more (-v)", rules.len() - most));
            }
            if group.behind.is_empty() || self.options.detail >= Verbosity::Verbose {
                self.paper.hang("    ", &told.join(", "), Ink::Dim);
            }
            if let Some(hint) = &group.hint {
                self.paper.hang("    fix   ", hint.as_str(), Ink::Plain);
            }
        }
    }

    fn waived(&mut self) {
        if self.report.waived.is_empty() {
            return;
        }
        self.paper.heading("WAIVED", "");
        for w in &self.report.waived {
            let f = &w.finding;
            let about = if f.subject.is_empty() { String::new() } else { format!(" ({})", f.subject) };
            let line = format!("{} {}{about} until {}: \"{}\"", f.severity.word(), f.rule.id, w.expires, w.reason);
            self.paper.hang("~ ", &line, Ink::Plain);
        }
    }

    fn event_path(&mut self) {
        if self.report.event_path.iter().all(|s| s.state == PathState::NotChecked) {
            return;
        }
        self.paper.heading("EVENT PATH", "✓ ok  ✗ broken  ! at risk  ? unverified  – not checked");
        let mark = |state| match state {
            PathState::Ok => "✓",
            PathState::Broken => "✗",
            PathState::AtRisk => "!",
            PathState::Unverified => "?",
            PathState::Waived => "~",
            PathState::NotChecked => "–",
        };
        let stages: Vec<String> =
            self.report.event_path.iter().map(|s| format!("{}\u{a0}{}", s.stage.word(), mark(s.state))).collect();
        self.paper.hang("  ", &stages.join(" → "), Ink::Plain);
        if let Some(broken) = self.report.event_path.iter().find(|s| s.first_break) {
            self.paper.put(&[Span(Ink::Bad, format!("  breaks first at {}", broken.stage.word()))]);
        }
    }

    fn footer(&mut self) {
        let r = self.report;
        let open = r.open();
        let total: usize = open.iter().sum();
        let each: Vec<String> = Severity::ALL
            .into_iter()
            .filter(|s| open[*s as usize] > 0)
            .map(|s| format!("{} {}", open[s as usize], s.word()))
            .collect();
        let mut counts = count(total, "finding");
        if total > 0 {
            counts.push_str(": ");
            counts.push_str(&each.join(", "));
        }
        let t = &r.tally;
        for (n, word) in [
            (t.passed, "passed"),
            (t.unknown, "unverified"),
            (t.waived, "waived"),
            (t.not_applicable, "not applicable"),
            (t.skipped, "skipped"),
        ] {
            if n > 0 {
                let _ = write!(counts, " · {n} {word}");
            }
        }
        self.paper.hang("", &counts, Ink::Plain);
        let mut asked: Vec<_> = r.run.counts.iter().filter(|(_, n)| **n > 0).collect();
        let usual = ["lookups", "handshakes", "requests"];
        asked.sort_by_key(|(kind, _)| usual.iter().position(|u| u == *kind).unwrap_or(usual.len()));
        let asked: Vec<String> = asked.into_iter().map(|(kind, n)| super::of_kind(*n, kind)).collect();
        let mut asked = if asked.is_empty() { "nothing was asked".to_owned() } else { asked.join(", ") };
        if r.run.remembered > 0 {
            let _ = write!(asked, " ({} more from memory)", r.run.remembered);
        }
        let gate = format!("gate: --fail-on {}", r.gate.fail_on.word());
        self.paper.hang("", &format!("{asked} in {} · {gate}", seconds(r.run.duration_ms)), Ink::Plain);
        let hidden = r.findings.iter().filter(|f| !f.severity.at_least(self.options.min_severity)).count();
        if hidden > 0 {
            let word = self.options.min_severity.word();
            let are = if hidden == 1 { "is" } else { "are" };
            self.paper.put(&[Span(
                Ink::Warn,
                format!("{} below --min-severity {word} {are} not shown", count(hidden, "finding")),
            )]);
        }
    }

    fn last_block(&mut self) {
        let r = self.report;
        let title = r.verdict_line();
        let told = format!("   {}, {}/100", r.because(), range(r.score.held));
        self.paper.put(&[Span(ink_of(r.decision()), title), Span(Ink::Plain, told)]);
        let noted = r.next.iter().filter(|n| !n.note.is_empty());
        let widest = noted.map(|n| n.command.as_str().chars().count()).max().unwrap_or_default();
        for next in &r.next {
            let note = if next.note.is_empty() { String::new() } else { format!("   {}", next.note) };
            let command = if note.is_empty() { next.command.to_string() } else { format!("{:<widest$}", next.command) };
            self.paper.put(&[Span(Ink::Plain, "  ".to_owned()), Span(Ink::Hint, command), Span(Ink::Dim, note)]);
        }
    }
}

#[cfg(test)]
mod tests;
