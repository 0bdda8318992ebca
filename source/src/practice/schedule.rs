//! What the host calls by the clock, and whether something answers there.

use super::{doors::route, is_own};
use crate::index::Tree;
use launchcheck_checks::{
    code::practice::{Cron, Leads, Schedule},
    vocab::{Cause, Place},
};
use serde_json::Value;

/// The crons of every `vercel.json`; each stands at the root of its own project.
pub(super) fn schedule(tree: &Tree<'_>) -> Schedule {
    let mut out = Schedule::default();
    for (path, text) in tree.extras.iter().filter(|(p, _)| *p == "vercel.json" || p.ends_with("/vercel.json")) {
        let shown = (tree.shown)(path);
        let json: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(json) => json,
            Err(e) => {
                out.gaps.push(Cause::Parse(format!("{shown} ({e})").into()));
                continue;
            }
        };
        let root = path.strip_suffix("vercel.json").unwrap_or_default();
        let mut from = 0;
        for cron in json["crons"].as_array().into_iter().flatten() {
            let (Some(called), Some(when)) = (cron["path"].as_str(), cron["schedule"].as_str()) else { continue };
            let (at, next) = find(text, called, from);
            from = next;
            let leads = leads(tree, root, called, &json);
            let at = Place::new(shown.as_str(), at.0, at.1);
            out.crons.push(Cron { path: called.to_owned(), schedule: when.to_owned(), at, leads });
        }
    }
    out
}
/// Where a path stands in the text, behind `from`.
fn find(text: &str, path: &str, from: usize) -> ((u32, u32), usize) {
    let quoted = format!("\"{path}\"");
    let at = text[from..].find(&quoted).map_or(from, |i| i + from);
    let offset = u32::try_from(at).unwrap_or(0);
    (crate::ir::place(text, offset), (at + quoted.len()).min(text.len()))
}

fn leads(tree: &Tree<'_>, root: &str, called: &str, vercel: &Value) -> Leads {
    let path = called.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let package = tree.extras.get(&format!("{root}package.json")).map_or("", String::as_str);
    let depends = |name: &str| package.contains(&format!("\"{name}\""));
    for f in tree.files.iter().filter(|f| is_own(f) || f.generated) {
        let Some(below) = f.path.strip_prefix(root) else { continue };
        if answers(below).is_some_and(|r| fits(&r, path)) {
            return Leads::To(f.shown.clone());
        }
    }
    if !depends("next") {
        return Leads::Perhaps("only the routes of Next.js and the functions below api/ are known");
    }
    if vercel.get("services").is_some()
        || vercel.get("builds").is_some()
        || vercel.get("experimentalServices").is_some()
    {
        return Leads::Perhaps("vercel.json builds the project its own way");
    }
    let rewritten = |key: &str| {
        let all = vercel[key].as_array().into_iter().flatten();
        all.filter_map(|r| r["source"].as_str().or_else(|| r["src"].as_str())).any(|s| may_match(s, path))
    };
    if rewritten("rewrites") || rewritten("routes") {
        return Leads::Perhaps("a rewrite of vercel.json may lead it elsewhere");
    }
    let configs = ["next.config.js", "next.config.mjs", "next.config.ts", "next.config.cjs", "next.config.mts"];
    for config in configs.iter().filter_map(|c| (tree.text)(&format!("{root}{c}"))) {
        if config.contains("basePath") || config.contains("pageExtensions") || config.contains("i18n") {
            return Leads::Perhaps("next.config gives routes other names");
        }
        if config.contains("rewrites") && texts(&config).any(|t| t.starts_with('/') && may_match(t, path)) {
            return Leads::Perhaps("a rewrite of next.config may lead it elsewhere");
        }
    }
    let proxied = tree.files.iter().any(|f| {
        let name = f.path.strip_prefix(root).and_then(|p| p.rsplit_once('.')).map_or("", |(stem, _)| stem);
        let fence = ["middleware", "src/middleware", "proxy", "src/proxy"].contains(&name);
        fence && (tree.text)(&f.path).is_some_and(|t| t.contains("rewrite("))
    });
    if proxied {
        return Leads::Perhaps("the middleware rewrites paths");
    }
    Leads::Nowhere
}
/// The path that a file answers at by itself: a route, a page, or a function below `api/`.
fn answers(path: &str) -> Option<String> {
    if let Some(r) = route(path) {
        return Some(r);
    }
    let (stem, _) = path.rsplit_once('.')?;
    let stem = stem.strip_prefix("src/").unwrap_or(stem);
    if let Some(rest) = stem.strip_prefix("app/").and_then(|r| r.strip_suffix("page")) {
        let kept = rest.split('/').filter(|p| !p.is_empty() && !p.starts_with('(') && !p.starts_with('@'));
        return Some(kept.fold(String::new(), |all, p| all + "/" + p));
    }
    let below = stem
        .strip_prefix("pages/")
        .map(|r| format!("/{r}"))
        .or_else(|| stem.strip_prefix("api/").map(|r| format!("/api/{r}")))?;
    Some(below.strip_suffix("/index").map_or(below.clone(), str::to_owned))
}
/// Whether a path is one of a route, whose parts may be open: `[id]`, `[...rest]`, `[[...rest]]`.
fn fits(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/').filter(|p| !p.is_empty()), path.split('/').filter(|p| !p.is_empty()));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(r), _) if r.starts_with("[[...") => return true,
            (Some(r), Some(_)) if r.starts_with("[...") => return true,
            (Some(r), Some(_)) if r.starts_with('[') => {}
            (Some(r), Some(p)) if r == p => {}
            _ => return false,
        }
    }
}
/// Whether a pattern of a rewrite may match a path.
fn may_match(pattern: &str, path: &str) -> bool {
    let fixed = pattern.split([':', '(', '*']).next().unwrap_or_default();
    if fixed.len() == pattern.len() {
        path == pattern.trim_end_matches('/')
    } else {
        path.starts_with(fixed.trim_end_matches('/'))
    }
}
/// The quoted texts of a source.
fn texts(source: &str) -> impl Iterator<Item = &str> {
    source.split(['"', '\'', '`'])
}
