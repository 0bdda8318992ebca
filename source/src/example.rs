//! Reads the examples of the code rules.
//!
//! Sections, each begun by a line of its own: `file PATH` holds source (or a package.json),
//! `production` holds dotenv lines; `guards NAME…` lists functions that a configuration calls guards, and
//! `endpoint EVENT…` stands for an endpoint of Stripe that is sent these. `{{whsec live}}` stands for a secret, as in the env examples.

use crate::of_texts;
use launchcheck_checks::{
    billing::{
        facts::{Endpoint, Endpoints, KeyMode},
        place::Standing,
    },
    code::{
        facts::{Unfollowed, Unseen},
        practice::Doors,
    },
    env,
    facts::Facts,
    vocab::{Fact, Observed, Origin, Shown, TargetId, TargetKind, Targets},
};
use std::sync::Arc;

/// The targets, the facts and the target to judge.
///
/// # Errors
/// When a line stands before the first section, a section is not known, or a file cannot be parsed.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut environment = String::new();
    let mut in_file = false;
    let mut guards: Vec<String> = Vec::new();
    let mut sent: Option<Vec<Shown>> = None;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("file ") {
            files.push((path.trim().to_owned(), String::new()));
            in_file = true;
        } else if let Some(names) = line.strip_prefix("guards ") {
            guards.extend(names.split_whitespace().map(str::to_owned));
        } else if let Some(events) = line.strip_prefix("endpoint ") {
            sent = Some(events.split_whitespace().map(Shown::from).collect());
        } else if line.trim() == "production" {
            in_file = false;
            environment.push_str("production\n");
        } else if in_file && let Some((_, body)) = files.last_mut() {
            body.push_str(line);
            body.push('\n');
        } else if !line.trim().is_empty() || !environment.is_empty() {
            if environment.is_empty() {
                return Err(format!("a line before the first section: {line}"));
            }
            environment.push_str(line);
            environment.push('\n');
        }
    }
    let (mut targets, mut facts, at) = env::example::facts(&environment)?;
    if let Some(events) = sent {
        let billing = TargetId::new(TargetKind::Billing, "stripe");
        targets.add(billing.clone(), Origin::CommandLine);
        targets.link(&at, &billing);
        put(&mut facts, &billing, endpoints(events));
    }
    let index = of_texts(&files);
    if let Some(file) = index.tree.unparsed.first() {
        return Err(format!("{file} cannot be parsed"));
    }
    facts.code_tree.insert(at.clone(), Arc::new(Observed::known(index.tree.clone())));
    facts.code_names.insert(at.clone(), Arc::new(Observed::known(index.names.clone())));
    put(&mut facts, &at, Unfollowed::of(&index.hooks));
    put(&mut facts, &at, Unseen::of(&index.hooks));
    facts.hooks.insert(at.clone(), Arc::new(Observed::known(index.hooks.clone())));
    facts.calls.insert(at.clone(), Arc::new(Observed::known(index.calls.clone())));
    facts.exposure.insert(at.clone(), Arc::new(Observed::known(index.exposure.clone())));
    let practice = index.practice.clone();
    put(&mut facts, &at, Doors { guards, ..practice.doors });
    put(&mut facts, &at, practice.schedule);
    put(&mut facts, &at, practice.logs);
    put(&mut facts, &at, practice.deeds.money);
    put(&mut facts, &at, practice.deeds.tools);
    put(&mut facts, &at, practice.deeds.columns);
    put(&mut facts, &at, practice.deeds.watch);
    put(&mut facts, &at, practice.work.inputs);
    put(&mut facts, &at, practice.work.jobs);
    put(&mut facts, &at, practice.work.notes);
    facts.code_index.insert(at.clone(), Arc::new(Observed::known(index)));
    Ok((targets, facts, at))
}

fn endpoints(events: Vec<Shown>) -> Endpoints {
    let endpoint = Endpoint {
        id: "we_1".into(),
        place: "https://acme.test/api/webhooks/stripe".into(),
        enabled: true,
        standing: Standing::Public,
        url: 0,
        events,
        version: None,
        thin: false,
    };
    Endpoints {
        mode: KeyMode::Live,
        list: vec![endpoint],
        unrestricted: false,
        recurring: Some(true),
        sdk: None,
        handlers: Vec::new(),
        gaps: Vec::new(),
    }
}
fn put<F: Fact>(facts: &mut Facts, at: &TargetId, fact: F) {
    F::table_mut(facts).insert(at.clone(), Arc::new(Observed::known(fact)));
}
