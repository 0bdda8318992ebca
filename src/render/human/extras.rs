//! What `-v` and `-vv` add: passes, what was not judged, exhibits, and how it was run.

use super::paper::{Ink, Paper, Span};
use crate::{
    outcome::{Outcome, Skip},
    report::{Report, target_text},
    verdict,
};
use comfy_table::{ContentArrangement, Table, presets::NOTHING};
use launchcheck_checks::vocab::{Cell, ExhibitBody, Shown};

/// What holds.
pub(super) fn passed(report: &Report, paper: &mut Paper) {
    let mut first = true;
    for unit in report.units.iter().filter(|u| u.outcome == Outcome::Pass) {
        if std::mem::take(&mut first) {
            paper.heading("PASSED", "");
        }
        let line = format!("{} ({})", Shown::from(unit.rule.holds.as_ref()), target_text(&unit.target));
        let left = [Span(Ink::Good, "✓ ".to_owned()), Span(Ink::Plain, line)];
        paper.spread(&left, &[Span(Ink::Dim, format!("[{}]", unit.rule.id))]);
    }
}

/// What had nothing to judge or was skipped, and why.
pub(super) fn not_judged(report: &Report, paper: &mut Paper) {
    let mut first = true;
    // What the person left out themselves is one line, however many rules that is.
    let left_out = report.units.iter().filter(|u| u.outcome == Outcome::Skipped(Skip::Asked)).count();
    for unit in &report.units {
        let why = match &unit.outcome {
            Outcome::Skipped(Skip::Asked) => continue,
            Outcome::NotApplicable(why) => format!("does not apply: {why}"),
            Outcome::Skipped(skip) => format!("skipped: {}", verdict::why(skip)),
            _ => continue,
        };
        if std::mem::take(&mut first) {
            paper.heading("NOT JUDGED", "");
        }
        paper.hang("– ", &format!("{} on {}, {why}", unit.rule.id, target_text(&unit.target)), Ink::Plain);
    }
    if left_out > 0 {
        if first {
            paper.heading("NOT JUDGED", "");
        }
        let why = verdict::why(&Skip::Asked);
        paper.hang("– ", &format!("{}, skipped: {why}", super::super::count(left_out, "check")), Ink::Plain);
    }
}

/// What is worth showing without a finding.
pub(super) fn exhibits(report: &Report, wanted: impl Fn(&str) -> bool, paper: &mut Paper) {
    for (target, exhibit) in report.exhibits.iter().filter(|(_, e)| wanted(e.id)) {
        paper.heading(&exhibit.title.as_str().to_uppercase(), target.as_str());
        match &exhibit.body {
            ExhibitBody::Tree(lines) => {
                for (depth, line) in lines {
                    paper.hang(&format!("  {}", "  ".repeat(usize::from(*depth))), line.as_str(), Ink::Plain);
                }
            }
            ExhibitBody::Table { columns, rows } => {
                let mut table = Table::new();
                table.load_style(NOTHING);
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(u16::try_from(paper.width()).unwrap_or(u16::MAX));
                table.set_header(columns.iter().copied());
                for row in rows {
                    table.add_row(row.iter().map(cell));
                }
                for line in table.lines() {
                    paper.put(&[Span(Ink::Plain, format!(" {}", line.trim_end()))]);
                }
            }
        }
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Number(n) => n.to_string(),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
        Cell::Empty => "–".to_owned(),
    }
}

/// What was asked, who did not answer, and the settings in effect.
pub(super) fn log(report: &Report, paper: &mut Paper) {
    let run = &report.run;
    paper.heading("RUN", run.clock.as_str());
    for (kind, n) in &run.counts {
        paper.put(&[Span(Ink::Plain, format!("  {n:>6} {kind}"))]);
    }
    for u in &run.unanswered {
        paper.hang("  no answer  ", &format!("{}, {} times: {}", u.place, u.count, u.cause), Ink::Plain);
    }
    for s in &run.settings {
        paper.hang("  setting    ", &format!("{} = {} ({})", s.name, s.value, s.origin), Ink::Plain);
    }
}
