//! Where providers are called, and what leads there.

use crate::{
    hook::{by_host, by_package, route},
    index::Tree,
    ir::{ExportOf, Expr, Kind, Module, Stmt, walk},
    summary::Words,
    world::World,
};
use launchcheck_checks::code::facts::{Call, Calls, From, Handler};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

/// How far a call may stand from the route that leads to it, in imports.
const HOPS: usize = 3;

/// The map of a tree.
#[must_use]
pub(crate) fn calls<'m, 't: 'm>(world: &World<'m, 't>, handlers: &[Handler]) -> Calls {
    let tree = world.tree;
    let speaks: Vec<usize> = (0..tree.files.len())
        .filter(|i| tree.files[*i].words.any(Words::PROVIDER) && !tree.files[*i].test && !tree.files[*i].generated)
        .collect();
    // Which file gives out a client of which provider under which name.
    let mut clients: HashMap<(usize, String), &'static str> = HashMap::new();
    for i in &speaks {
        let Some(module) = world.module(*i) else { continue };
        for (local, provider) in own_clients(module) {
            for e in module.exports.iter().filter(|e| matches!(e.of, ExportOf::Local(l) if l == local)) {
                clients.insert((*i, e.name.to_owned()), provider);
            }
        }
    }
    let mut out = BTreeSet::new();
    for i in &speaks {
        let Some(module) = world.module(*i) else { continue };
        let mut locals: HashMap<&str, &'static str> = own_clients(module).into_iter().collect();
        for import in &module.imports {
            let Some(next) = tree.resolver.find(&tree.files[*i].path, import.from) else { continue };
            if let Some(provider) = clients.get(&(next, import.name.to_owned())) {
                locals.insert(import.local, provider);
            }
        }
        let found = in_module(module, &locals);
        if found.is_empty() {
            continue;
        }
        let entries = entries(tree, *i, handlers);
        let text = world.text(*i).unwrap_or_default();
        for (provider, call, at) in found {
            let at = tree.files[*i].place(crate::ir::place(text, at));
            for (from, entry) in &entries {
                let events = handlers
                    .iter()
                    .filter(|h| *from == From::Webhook && h.file == *entry && h.effects.iter().any(|e| e.at == at));
                let events = events.flat_map(|h| h.events.iter().cloned()).collect();
                let (call, at, entry) = (call.clone(), at.clone(), entry.clone());
                out.insert(Call { provider, from: *from, call, at, entry, events });
            }
        }
    }
    Calls { calls: out.into_iter().collect(), gaps: tree.gaps(Words::PROVIDER) }
}

/// The names in a file that stand for a provider's client: what is imported from its package, and what
/// is made of that.
fn own_clients<'m>(module: &Module<'m>) -> Vec<(&'m str, &'static str)> {
    let mut out: Vec<(&str, &'static str)> =
        module.imports.iter().filter_map(|i| Some((i.local, by_package(i.from)?))).collect();
    let mut made = Vec::new();
    for s in &module.body {
        if let Stmt::Let(p, Some(init)) = s
            && let Some(name) = p.name()
            && !matches!(init.kind, Kind::Func(_))
        {
            let mut of = None;
            init.walk(false, &mut |e| {
                if let Kind::Call(callee, _, _) = &e.kind
                    && let Some(root) = callee.root()
                {
                    of = of.or(out.iter().find(|(n, _)| *n == root).map(|(_, p)| *p));
                }
            });
            made.extend(of.map(|p| (name, p)));
        }
    }
    out.extend(made);
    out
}
/// The calls of providers in a file.
fn in_module(module: &Module<'_>, locals: &HashMap<&str, &'static str>) -> Vec<(&'static str, String, u32)> {
    let mut out: Vec<(&'static str, String, u32)> = Vec::new();
    let mut inner: HashSet<*const Expr<'_>> = HashSet::new();
    walk(&module.body, true, &mut |e| {
        let Kind::Call(callee, args, new) = &e.kind else { return };
        // Of a chain the outermost call is the call.
        let mut at = &**callee;
        loop {
            match &at.kind {
                Kind::Call(c, _, _) => {
                    inner.insert(at);
                    at = c;
                }
                Kind::Member(of, _) | Kind::Index(of, _) | Kind::Await(of) => at = of,
                _ => break,
            }
        }
        if inner.contains(&std::ptr::from_ref(e)) || *new {
            return;
        }
        let path = callee.path().unwrap_or_default();
        let root = callee.root().unwrap_or_default();
        let host = || args.first().map(constant).and_then(|u| by_host(&u));
        let provider = match root {
            "fetch" | "axios" | "ky" | "got" => host(),
            root => locals.get(root).copied().filter(|_| path.contains('.')),
        };
        if let Some(provider) = provider {
            let call = match root {
                "fetch" | "axios" | "ky" | "got" => {
                    format!("{root} {}", args.first().map(constant).unwrap_or_default())
                }
                _ => path.replace("()", ""),
            };
            out.push((provider, call, e.at));
        }
    });
    out
}
/// The constant part of a URL, without its query.
fn constant(e: &Expr<'_>) -> String {
    let text = match &e.kind {
        Kind::Text(t) => (*t).to_owned(),
        Kind::Template(texts, _) => texts.join("…"),
        Kind::Binary("+", a, b) => constant(a) + &constant(b),
        _ => String::new(),
    };
    text.split('?').next().unwrap_or_default().to_owned()
}

/// The entries that lead to a file, the nearest of each kind.
fn entries(tree: &Tree<'_>, file: usize, handlers: &[Handler]) -> Vec<(From, String)> {
    let mut seen: HashSet<usize> = HashSet::from([file]);
    let mut queue: VecDeque<(usize, usize)> = VecDeque::from([(file, 0)]);
    let mut out: Vec<(From, String)> = Vec::new();
    while let Some((at, hops)) = queue.pop_front() {
        let f = &tree.files[at];
        if let Some(from) = entry(tree, at, handlers) {
            if !out.iter().any(|(k, _)| *k == from) {
                out.push((from, f.shown.clone()));
            }
            continue;
        }
        if hops < HOPS {
            for next in tree.importers[at].iter().filter(|n| !tree.files[**n].test) {
                if seen.insert(*next) {
                    queue.push_back((*next, hops + 1));
                }
            }
        }
    }
    if out.is_empty() {
        out.push((From::Other, tree.files[file].shown.clone()));
    }
    out
}
/// What kind of entry a file is.
fn entry(tree: &Tree<'_>, file: usize, handlers: &[Handler]) -> Option<From> {
    let f = &tree.files[file];
    let name = f.path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    if handlers.iter().any(|h| h.file == f.shown) {
        return Some(From::Webhook);
    }
    if f.server {
        return Some(From::Action);
    }
    if let Some((url, _)) = route(&f.path) {
        let cron =
            url.contains("cron") || tree.extras.get("vercel.json").is_some_and(|t| t.contains(&format!("\"{url}\"")));
        return Some(if cron { From::Job } else { From::Route });
    }
    if ["inngest/", "trigger/", "jobs/", "workers/", "cron/"].iter().any(|d| f.path.contains(d)) {
        return Some(From::Job);
    }
    if f.client {
        return Some(From::Client);
    }
    if matches!(stem, "page" | "layout" | "template" | "default") || f.path.contains("pages/") {
        return Some(From::Page);
    }
    None
}
