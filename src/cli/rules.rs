//! `launchcheck rules`: everything that is known, a line each or as JSON.

use super::values::one_of;
use launchcheck_checks::{rules, vocab::Rule};
use serde::Serialize;
use std::fmt::Write as _;

/// List every rule.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to write the list
    #[arg(long, value_parser = one_of(&Format::ALL, Format::word), default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Table,
    Json,
}
impl Format {
    const ALL: [Self; 2] = [Self::Table, Self::Json];
    const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
        }
    }
}

/// One rule as the JSON list shows it; a contract, so apart from the rule itself.
#[derive(Serialize)]
struct Row {
    id: &'static str,
    family: &'static str,
    severity: &'static str,
    target: &'static str,
    intent: &'static str,
    since: &'static str,
    summary: String,
}
impl From<&'static Rule> for Row {
    fn from(rule: &'static Rule) -> Self {
        Self {
            id: &rule.id,
            family: rule.family().word(),
            severity: rule.severity.word(),
            target: rule.on.word(),
            intent: rule.intent.word(),
            since: rule.since,
            summary: rule.summary(),
        }
    }
}

pub(super) fn run(args: &Args) -> String {
    let rows: Vec<Row> = rules().map(Row::from).collect();
    match args.format {
        Format::Table => table(&rows),
        // Plain structs of text: this cannot fail.
        Format::Json => serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n",
    }
}

/// A line a rule, in columns; the last one is left as long as it is, for `grep` and wide screens.
fn table(rows: &[Row]) -> String {
    let widest =
        |cell: fn(&Row) -> &str, head: &str| rows.iter().map(|r| cell(r).len()).max().unwrap_or(0).max(head.len());
    let (id, severity) = (widest(|r| r.id, "RULE"), widest(|r| r.severity, "SEVERITY"));
    let (target, intent) = (widest(|r| r.target, "TARGET"), widest(|r| r.intent, "INTENT"));
    let mut out = String::new();
    let mut line = |a: &str, b: &str, c: &str, d: &str, e: &str| {
        let _ = writeln!(out, "{a:id$}  {b:severity$}  {c:target$}  {d:intent$}  {e}");
    };
    line("RULE", "SEVERITY", "TARGET", "INTENT", "SUMMARY");
    for r in rows {
        line(r.id, r.severity, r.target, r.intent, &r.summary);
    }
    let _ =
        write!(out, "\n{} rules; `launchcheck explain RULE` tells why each matters and how to mend it\n", rows.len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_row() {
        let json: serde_json::Value = serde_json::from_str(&run(&Args { format: Format::Json })).unwrap();
        let rows = json.as_array().unwrap();
        assert_eq!(rows.len(), rules().count());
        let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 7, "{keys:?}");
        let table = run(&Args { format: Format::Table });
        assert!(table.contains("config.waiver-expired") && table.contains("A waiver's date has passed"));
    }
}
