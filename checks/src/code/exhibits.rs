//! What is shown of the source without a finding.

use super::facts::{CodeNames, Handler, Hooks, NameRead};
use crate::{
    env::facts::{EnvSet, Production},
    facts::Facts,
    vocab::{Cell, Exhibit, ExhibitBody, TargetId, TargetKind, Targets},
};
use std::collections::BTreeMap;

/// The exhibits of each app: its webhook handlers, and the names of its variables.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let mut out = Vec::new();
    for app in targets.of(TargetKind::App) {
        if let Some(hooks) = facts.hooks.get(app).and_then(|h| h.as_ref().as_ref().ok())
            && !hooks.handlers.is_empty()
        {
            out.push((app.clone(), handlers(hooks)));
        }
        if let Some(names) = facts.code_names.get(app).and_then(|n| n.as_ref().as_ref().ok())
            && !names.reads.is_empty()
        {
            let set = facts.env_set.get(app).and_then(|s| s.as_ref().as_ref().ok());
            let production = facts.production.get(app).and_then(|p| p.as_ref().as_ref().ok());
            out.push((app.clone(), variables(names, set, production)));
        }
    }
    out
}

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
