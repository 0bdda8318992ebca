//! Reads the examples of the env rules.
//!
//! Sections, each begun by a line of its own: `production`, `preview`, `deployed FILE` (a file that goes
//! with the app), `local FILE` (of a developer's machine) and `example` hold dotenv lines, `host FILE`
//! what a host gave out, `tracked FILE` and `history FILE` what git has, `source FILE` code; `packages`, `required` and `ignore` hold names, and `site
//! DOMAIN` names the audited one. Without `production`, `host` and `deployed` there is no production
//! source. `{{sk live}}` stands for a key that begins `sk_live_`, so that no real-looking
//! key stands in a file.

use super::{
    at_rest::{AtRest, EnvFile, Log, Needles, scan},
    dotenv,
    facts::{Entry, EnvSet, NO_PREVIEW, NO_PRODUCTION, Preview, Production, Read},
    loader::Era,
    merge::{Content, Named, merge},
    reads,
    shape::{DigestKey, Shape},
    sources, validation,
};
use crate::{
    code::facts::{CodeNames, How, NameRead, Side, Time},
    facts::Facts,
    vocab::{DomainName, Observed, Origin, Place, TargetId, TargetKind, Targets},
    web::facts::SitePlan,
};
use std::{collections::BTreeMap, sync::Arc};

/// The targets, the facts and the target to judge.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut set = EnvSet::default();
    let (mut named, mut deployed, mut preview, mut site) = (Vec::new(), Vec::new(), None, None);
    let mut code = CodeNames::default();
    let (mut rest, mut tracked, mut history) = (AtRest::default(), Vec::new(), Vec::new());
    for (head, body) in sections(text)? {
        let body = with_keys(&body);
        let listed = || body.split_whitespace().map(str::to_owned);
        match head.split_once(' ').map_or((head.as_str(), ""), |(a, b)| (a, b)) {
            ("production", file) => {
                let shown = if file.is_empty() { ".env.production" } else { file }.into();
                named.push(Named { shown, content: Content::File(body.into_bytes()) });
            }
            ("host", file) => {
                let held = sources::read(file, body.as_bytes(), &BTreeMap::new())?;
                named.push(Named { shown: file.into(), content: Content::Given(held.format, held.given) });
            }
            ("deployed", file) => deployed.push((file.into(), body.into_bytes())),
            ("preview", _) => {
                let one = Named { shown: ".env.preview".into(), content: Content::File(body.into_bytes()) };
                preview = Some(Preview { set: merge(&[one], &[], Era::default(), &key()) });
            }
            ("local", file) => set.nearby.extend(sorted(file, &body)),
            ("tracked", file) if file.contains(".env") => {
                rest.env_files.push(EnvFile { file: file.into(), entries: sorted(file, &body) });
            }
            ("tracked", file) => tracked.push((file.to_owned(), body)),
            ("history", file) => history.push((file.to_owned(), body)),
            ("site", domain) => site = Some(DomainName::parse(domain).map_err(|e| e.to_string())?),
            ("example", _) => set.example = sorted(".env.example", &body),
            ("source", file) => {
                let found = reads::scan(file, &body);
                // What the parser of the source tells of a module, in the few ways that examples are written.
                let runs = if body.contains("use client") { Side::Client } else { Side::Server };
                let how = if body.contains("} = process.env") { How::Destructured } else { How::Direct };
                let named = |read: &Read| NameRead { read: read.clone(), side: runs, time: Time::Run, how };
                code.reads.extend(found.reads.iter().map(named));
                set.reads.extend(found.reads);
                set.optional.extend(found.optional);
                set.skips.extend(validation::skipped(file, &body));
                set.mentions.extend(reads::mentions(&body).map(str::to_owned));
                set.sources += 1;
            }
            ("packages", _) => set.packages = listed().collect(),
            ("required", _) => {
                set.required = listed().map(|n| (n, Some(Place::new("launchcheck.toml", 1, 1)))).collect();
            }
            ("ignore", _) => set.ignore = listed().collect(),
            (other, _) => return Err(format!("no such section: {other}")),
        }
    }
    let id = TargetId::new(TargetKind::App, ".");
    let mut targets = Targets::default();
    targets.add(id.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    facts.code_names.insert(id.clone(), Arc::new(Observed::known(code)));
    facts.env_set.insert(id.clone(), Arc::new(Observed::known(set)));
    let production =
        (!named.is_empty() || !deployed.is_empty()).then(|| merge(&named, &deployed, Era::default(), &key()));
    at_rest(rest, &tracked, &history, production.as_ref(), &id, &mut facts);
    let production = production.map_or(Observed::not_configured(NO_PRODUCTION), Observed::known);
    facts.production.insert(id.clone(), Arc::new(production));
    let preview = preview.map_or(Observed::not_configured(NO_PREVIEW), Observed::known);
    facts.preview.insert(id.clone(), Arc::new(preview));
    if let Some(domain) = site {
        let at = TargetId::new(TargetKind::Site, domain.as_str());
        targets.add(at.clone(), Origin::CommandLine);
        targets.link(&id, &at);
        let plan = SitePlan { domain, canonical: None, sibling: None };
        facts.site_plan.insert(at, Arc::new(Observed::known(plan)));
    }
    Ok((targets, facts, id))
}

/// What lies in tracked files and in the history.
fn at_rest(
    mut rest: AtRest,
    tracked: &[(String, String)],
    history: &[(String, String)],
    production: Option<&Production>,
    id: &TargetId,
    facts: &mut Facts,
) {
    let (needles, key) = (Needles::of(production), key());
    for (file, body) in tracked {
        let (keys, values) = scan(&|| file.clone(), body, &needles, &key);
        rest.keys.extend(keys);
        rest.values.extend(values);
    }
    let mut log = Log::new(&needles, &key);
    for (file, body) in history {
        log.feed(format!("\0abc1234\n+++ b/{file}\n").as_bytes());
        body.lines().for_each(|line| log.feed(format!("+{line}\n").as_bytes()));
    }
    facts.at_rest.insert(id.clone(), Arc::new(Observed::known(rest)));
    facts.history.insert(id.clone(), Arc::new(Observed::known(log.end())));
}

const HEADS: &[&str] = &[
    "tracked",
    "history",
    "production",
    "preview",
    "host",
    "deployed",
    "local",
    "site",
    "example",
    "source",
    "packages",
    "required",
    "ignore",
];

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
fn with_keys(text: &str) -> String {
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

fn key() -> DigestKey {
    DigestKey::new(&[0; 32])
}

fn sorted(file: &str, body: &str) -> Vec<Entry> {
    let key = key();
    let mut all: Vec<Entry> = dotenv::last(dotenv::parse(body.as_bytes()))
        .into_iter()
        .map(|a| Entry::new(&a.name, Shape::of(&a.name, &a.value, &key), Some(Place::new(file, a.line, a.column))))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
