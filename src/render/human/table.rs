//! The category table. A dash is not a zero: what was not checked never looks clean.

use super::{
    Report,
    paper::{Ink, Paper, Span},
    range,
};
use crate::score::{Category, CategoryScore};
use comfy_table::{CellAlignment, Table, presets::NOTHING};

const HEADINGS: [&str; 8] = ["Category", "Score", "Blocker", "High", "Medium", "Low", "Passed", "Unverified"];

/// Whether a category has a place in the table: it has units, or it has rules and no target.
fn is_shown(report: &Report, c: &CategoryScore) -> bool {
    if c.category == Category::Config {
        return c.findings.iter().sum::<usize>() + c.units.waived > 0;
    }
    c.units.all() > 0 || report.unproven.iter().any(|u| Category::of(u.family) == c.category)
}

pub(super) fn draw(report: &Report, paper: &mut Paper) {
    let shown: Vec<&CategoryScore> = report.score.categories.iter().filter(|c| is_shown(report, c)).collect();
    if paper.is_narrow() {
        narrow(&shown, paper);
    } else {
        wide(&shown, paper);
    }
}

fn score(c: &CategoryScore) -> String {
    if c.weight == 0 { String::new() } else { range(c.score) }
}

fn wide(shown: &[&CategoryScore], paper: &mut Paper) {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(HEADINGS);
    for c in shown {
        // Where nothing was looked at, or all of it stayed unknown, a zero would not be true.
        let looked = |yes: bool, n: usize| if yes { n.to_string() } else { "–".to_owned() };
        let found_out = c.units.judged() > c.units.unknown;
        let [blocker, high, medium, low, _] = c.findings;
        let mut row = vec![c.category.title().to_owned(), score(c)];
        row.extend([blocker, high, medium, low, c.units.passed].map(|n| looked(found_out, n)));
        row.push(looked(c.units.judged() > 0, c.units.unknown));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines: Vec<String> = table.lines().collect();
    let width = lines.iter().map(|l| l.trim_end().chars().count()).max().unwrap_or_default();
    for (i, line) in lines.iter().enumerate() {
        let ink = if i == 0 { Ink::Bold } else { Ink::Plain };
        paper.put(&[Span(Ink::Plain, " ".to_owned()), Span(ink, line.trim_end().to_owned())]);
        if i == 0 {
            paper.put(&[Span(Ink::Dim, format!("  {}", "─".repeat(width.saturating_sub(1))))]);
        }
    }
    paper.put(&[Span(Ink::Dim, "  0 = none found   – = not checked".to_owned())]);
}

/// Two columns: the category with its score, and what is open.
fn narrow(shown: &[&CategoryScore], paper: &mut Paper) {
    for c in shown {
        let told = if c.units.judged() == 0 {
            "not checked".to_owned()
        } else {
            let words = ["blocker", "high", "medium", "low"];
            let mut parts: Vec<String> =
                c.findings.iter().zip(words).filter(|(n, _)| **n > 0).map(|(n, w)| format!("{n} {w}")).collect();
            if c.units.unknown > 0 {
                parts.push(format!("{} unverified", c.units.unknown));
            }
            if parts.is_empty() { "none found".to_owned() } else { parts.join(", ") }
        };
        paper.hang(&format!("  {:<10}{:>6}  ", c.category.title(), score(c)), &told, Ink::Plain);
    }
}
