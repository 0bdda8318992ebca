//! Reads the examples of the env rules.
//!
//! Sections, each begun by a line of its own: `production` and `example` hold dotenv lines, `source
//! FILE` holds code, `packages`, `required` and `ignore` hold names. Without `production` there is no
//! production source. `{{sk live}}` stands for a key that begins `sk_live_`, so that no real-looking
//! key stands in a file.

use super::{
    dotenv,
    facts::{Entry, EnvSet, NO_PRODUCTION, Production},
    reads,
    shape::{DigestKey, Shape},
};
use crate::{
    facts::Facts,
    vocab::{Observed, Origin, Place, TargetId, TargetKind, Targets},
};
use std::sync::Arc;

/// The targets, the facts and the target to judge.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut set = EnvSet::default();
    let mut production = None;
    for (head, body) in sections(text)? {
        let body = keys(&body);
        let names = || body.split_whitespace().map(str::to_owned);
        match head.split_once(' ').map_or((head.as_str(), ""), |(a, b)| (a, b)) {
            ("production", file) => {
                let file = if file.is_empty() { ".env.production" } else { file };
                production =
                    Some(Production { sources: vec![file.into()], entries: sorted(file, &body), gaps: Vec::new() });
            }
            ("example", _) => set.example = sorted(".env.example", &body),
            ("source", file) => {
                let found = reads::scan(file, &body);
                set.reads.extend(found.reads);
                set.optional.extend(found.optional);
                set.mentions.extend(reads::mentions(&body).map(str::to_owned));
                set.sources += 1;
            }
            ("packages", _) => set.packages = names().collect(),
            ("required", _) => {
                set.required = names().map(|n| (n, Some(Place::new("launchcheck.toml", 1, 1)))).collect();
            }
            ("ignore", _) => set.ignore = names().collect(),
            (other, _) => return Err(format!("no such section: {other}")),
        }
    }
    let id = TargetId::new(TargetKind::App, ".");
    let mut targets = Targets::default();
    targets.add(id.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    facts.env_set.insert(id.clone(), Arc::new(Observed::known(set)));
    let production = production.map_or(Observed::not_configured(NO_PRODUCTION), Observed::known);
    facts.production.insert(id.clone(), Arc::new(production));
    Ok((targets, facts, id))
}

const HEADS: &[&str] = &["production", "example", "source", "packages", "required", "ignore"];

fn sections(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let mut words = trimmed.split(' ');
        let is_head = words.next().is_some_and(|w| HEADS.contains(&w)) && words.count() <= 1;
        match out.last_mut() {
            _ if is_head => out.push((trimmed.to_owned(), String::new())),
            Some((_, body)) => {
                body.push_str(line.strip_prefix(' ').unwrap_or(line));
                body.push('\n');
            }
            None if trimmed.is_empty() => {}
            None => return Err(format!("a line before the first section: {trimmed}")),
        }
    }
    Ok(out)
}

/// Replaces `{{sk live}}` by a key.
fn keys(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(&inside.replace(' ', "_"));
        out.push_str("_a1B2c3D4e5F6g7H8i9J0k1L2");
        rest = behind;
    }
    out + rest
}

fn sorted(file: &str, body: &str) -> Vec<Entry> {
    let key = DigestKey::new(&[0; 32]);
    let mut all: Vec<Entry> = dotenv::last(dotenv::parse(body.as_bytes()))
        .into_iter()
        .map(|a| Entry {
            shape: Shape::of(&a.name, &a.value, &key),
            at: Some(Place::new(file, a.line, a.column)),
            name: a.name,
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
