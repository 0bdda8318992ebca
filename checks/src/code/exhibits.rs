//! What is shown of the source without a finding.

use super::facts::{Call, Calls, CodeNames, Handler, Hooks, NameRead};
use crate::{
    env::facts::{EnvSet, Production},
    facts::Facts,
    vocab::{Cell, Exhibit, ExhibitBody, TargetId, TargetKind, Targets},
};
use std::collections::{BTreeMap, BTreeSet};

/// The exhibits of each app: its webhook handlers, and the names of its variables.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let mut out = Vec::new();
    for app in targets.of(TargetKind::App) {
        if let Some(hooks) = facts.code_index.get(app).and_then(|h| h.as_ref().as_ref().ok()).map(|i| &i.hooks)
            && !hooks.handlers.is_empty()
        {
            out.push((app.clone(), handlers(hooks)));
        }
        if let Some(calls) = facts.code_index.get(app).and_then(|c| c.as_ref().as_ref().ok()).map(|i| &i.calls)
            && !calls.calls.is_empty()
        {
            out.push((app.clone(), integrations(calls)));
            out.push((app.clone(), providers(calls)));
        }
        if let Some(names) = facts.code_index.get(app).and_then(|n| n.as_ref().as_ref().ok()).map(|i| &i.names)
            && !names.reads.is_empty()
        {
            let set = facts.env_set.get(app).and_then(|s| s.as_ref().as_ref().ok());
            let production = facts.production.get(app).and_then(|p| p.as_ref().as_ref().ok());
            out.push((app.clone(), variables(names, set, production)));
        }
    }
    out
}

fn integrations(calls: &Calls) -> Exhibit {
    // One row a provider, kind of way and call; where it stands several times the first place.
    let mut by: BTreeMap<(&str, &str, &str), Vec<&Call>> = BTreeMap::new();
    for c in &calls.calls {
        by.entry((c.provider, c.from.word(), c.call.as_str())).or_default().push(c);
    }
    let rows = by.into_iter().map(|((provider, from, call), all)| {
        let mut events: Vec<&str> = all.iter().flat_map(|c| c.events.iter().map(String::as_str)).collect();
        events.sort_unstable();
        events.dedup();
        let at = all.first().map(|c| format!("{}:{}", c.at.file, c.at.line)).unwrap_or_default();
        let entry = all.first().map(|c| c.entry.clone()).unwrap_or_default();
        [provider.to_owned(), from.to_owned(), call.to_owned(), at, entry, events.join(", ")]
            .map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text(t.into()) })
            .into()
    });
    Exhibit {
        id: "integrations",
        title: "Where providers are called".into(),
        body: ExhibitBody::Table {
            columns: vec!["provider", "from", "call", "place", "entry", "events"],
            rows: rows.collect(),
        },
    }
}

/// The id of the short table of who is called, which people see without asking for more.
pub const PROVIDERS: &str = "providers";
/// The same in short: one row a provider.
fn providers(calls: &Calls) -> Exhibit {
    let mut by: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for c in &calls.calls {
        by.entry(c.provider).or_default().push(c);
    }
    let rows = by.into_iter().map(|(provider, all)| {
        let from: BTreeSet<&str> = all.iter().map(|c| c.from.word()).collect();
        let events: BTreeSet<&str> = all.iter().flat_map(|c| c.events.iter().map(String::as_str)).collect();
        let told: Vec<&str> = events.iter().copied().take(EVENTS).collect();
        let more = match events.len().saturating_sub(EVENTS) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let from: Vec<&str> = from.into_iter().collect();
        let led = if told.is_empty() { Cell::Empty } else { Cell::Text(format!("{}{more}", told.join(", ")).into()) };
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        vec![Cell::Text(provider.into()), Cell::Text(from.join(", ").into()), Cell::Number(count), led]
    });
    Exhibit {
        id: PROVIDERS,
        title: "Who is called, and from where".into(),
        body: ExhibitBody::Table { columns: vec!["provider", "from", "calls", "on events"], rows: rows.collect() },
    }
}
/// The most events that a row of the short table names.
const EVENTS: usize = 2;

fn handlers(hooks: &Hooks) -> Exhibit {
    let columns = vec![
        "file",
        "provider",
        "verified",
        "raw_body",
        "on_missing_secret",
        "on_missing_header",
        "on_bad_signature",
        "unhandled_event_status",
        "events_handled",
    ];
    let row = |h: &Handler| {
        let text = |t: String| Cell::Text(t.into());
        vec![
            text(h.file.clone()),
            h.provider.map_or(Cell::Empty, |p| text(p.to_owned())),
            text(h.verified.word().to_owned()),
            text(h.raw_body.word().to_owned()),
            text(h.on_missing_secret.word()),
            text(h.on_missing_header.word()),
            text(h.on_bad_signature.word()),
            text(h.unhandled.word()),
            text(h.events.join(", ")),
        ]
    };
    let rows = hooks.handlers.iter().map(row).collect();
    Exhibit {
        id: "webhook-handlers",
        title: "Webhook handlers, and what they answer".into(),
        body: ExhibitBody::Table { columns, rows },
    }
}

fn variables(names: &CodeNames, set: Option<&EnvSet>, production: Option<&Production>) -> Exhibit {
    let mut by: BTreeMap<&str, Vec<&NameRead>> = BTreeMap::new();
    for read in &names.reads {
        by.entry(read.read.name.as_str()).or_default().push(read);
    }
    let columns = vec!["name", "reads", "in_example", "in_production"];
    let rows = by.into_iter().map(|(name, reads)| {
        let all: Vec<String> = reads
            .iter()
            .map(|r| format!("{}:{} {} {}", r.read.at.file, r.read.at.line, r.side.word(), r.time.word()))
            .collect();
        vec![
            Cell::Text(name.into()),
            Cell::Text(all.join(", ").into()),
            set.map_or(Cell::Empty, |s| Cell::Flag(s.in_example(name).is_some())),
            production.map_or(Cell::Empty, |p| Cell::Flag(p.get(name).is_some())),
        ]
    });
    let rows = rows.collect();
    Exhibit {
        id: "env-names",
        title: "Variables that the source reads".into(),
        body: ExhibitBody::Table { columns, rows },
    }
}
