//! From the summaries of all files to what rules ask.

use crate::{
    ir::{self, Kind},
    resolve::Resolver,
    summary::{Seen, Summary, Words},
    walk::{CORES, STACK},
    workspace::is_outside,
    world::{World, room},
};
use launchcheck_checks::{
    code::facts::{CodeIndex, CodeNames, CodeTree, How, NameRead, Side, Time},
    env::{
        facts::{Read, Without},
        shape::behind_public_prefix,
    },
    providers,
    vocab::{Cause, Place},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

/// An app's files as they were summarised, how their modules hang together, and a way to read one
/// again.
pub struct Tree<'t> {
    /// The files, in the order of their paths.
    pub files: Vec<Summary>,
    /// Texts of package.json and its like, by path.
    pub extras: BTreeMap<String, String>,
    /// The root's package.json; null where there is none that can be read.
    pub package: serde_json::Value,
    /// What the app depends on to run, and what the packages of the workspace that it imports do, each
    /// with the version that is asked for.
    pub dependencies: BTreeMap<String, String>,
    /// The text of a file by its path below the root.
    pub text: &'t (dyn Fn(&str) -> Option<String> + Sync),
    /// A path below the root as people know it.
    pub shown: &'t (dyn Fn(&str) -> String + Sync),
    /// Finds modules.
    pub resolver: Resolver,
    /// For each file those that it imports.
    pub imports: Vec<Vec<usize>>,
    /// For each file those that import it.
    pub importers: Vec<Vec<usize>>,
}

impl<'t> Tree<'t> {
    /// Links the files.
    #[must_use]
    pub fn new(
        files: Vec<Summary>,
        extras: BTreeMap<String, String>,
        text: &'t (dyn Fn(&str) -> Option<String> + Sync),
        shown: &'t (dyn Fn(&str) -> String + Sync),
    ) -> Self {
        let resolver = Resolver::new(files.iter().map(|f| f.path.as_str()), &extras);
        let imports = links(&files, &resolver);
        let mut importers = vec![Vec::new(); files.len()];
        for (i, all) in imports.iter().enumerate() {
            all.iter().for_each(|j| importers[*j].push(i));
        }
        let package = extras.get("package.json").map_or("", String::as_str);
        let package = serde_json::from_str(package.trim_start_matches('\u{feff}')).unwrap_or_default();
        let dependencies = dependencies(&extras, &package);
        Self { files, extras, package, dependencies, text, shown, resolver, imports, importers }
    }

    /// The file and the name behind an exported name, through at most `hops` files that pass it on.
    #[must_use]
    pub fn export(&self, file: usize, name: &str, hops: u8) -> (usize, String) {
        let here = &self.files[file];
        if hops > 0 {
            if let Some((_, module, there)) = here.passes_on.iter().find(|(n, _, _)| n == name)
                && let Some(next) = self.resolver.find(&here.path, module)
            {
                return self.export(next, there, hops - 1);
            }
            let own = here.objects.iter().chain(&here.wrappers).any(|n| n == name);
            if !own && !here.stars.is_empty() {
                for star in &here.stars {
                    let Some(next) = self.resolver.find(&here.path, star) else { continue };
                    let (found, there) = self.export(next, name, hops - 1);
                    let f = &self.files[found];
                    if f.objects.contains(&there) || f.wrappers.contains(&there) {
                        return (found, there);
                    }
                }
            }
        }
        (file, name.to_owned())
    }

    /// For each file whether it can be reached from these, without going into those where `stop` holds.
    #[must_use]
    pub fn reach(&self, from: impl Iterator<Item = usize>, stop: &dyn Fn(&Summary) -> bool) -> Vec<bool> {
        let mut seen = vec![false; self.files.len()];
        let mut open: Vec<usize> = from.collect();
        open.iter().for_each(|i| seen[*i] = true);
        while let Some(at) = open.pop() {
            for next in self.imports[at].iter().copied() {
                if !seen[next] && !stop(&self.files[next]) {
                    seen[next] = true;
                    open.push(next);
                }
            }
        }
        seen
    }

    /// Whether a package.json of the tree depends on a package.
    #[must_use]
    pub fn depends_on(&self, package: &str) -> bool {
        let quoted = format!("\"{package}\"");
        self.extras.iter().any(|(p, t)| p.ends_with("package.json") && t.contains(&quoted))
    }

    /// For each file who runs it.
    #[must_use]
    pub fn sides(&self) -> Vec<Side> {
        let next = self.depends_on("next");
        let is_page = |f: &Summary| {
            let p = f.path.strip_prefix("src/").unwrap_or(&f.path);
            let inside = p.strip_prefix("pages/").or_else(|| p.split_once("/pages/").map(|(_, r)| r));
            next && !is_outside(&f.path)
                && inside.is_some_and(|r| !r.starts_with("api/") && !r.starts_with("_document"))
        };
        let files = || self.files.iter().enumerate().filter(|(_, f)| !f.test);
        let client: Vec<usize> = files().filter(|(_, f)| f.client || is_page(f)).map(|(i, _)| i).collect();
        let client = self.reach(client.into_iter(), &|f| f.server);
        // What a server starts from: routes, pages, and everything that nothing imports.
        let server: Vec<usize> = files()
            .filter(|(i, f)| !f.client && !is_page(f) && self.importers[*i].is_empty())
            .map(|(i, _)| i)
            .collect();
        let server = self.reach(server.into_iter(), &|f| f.client);
        (0..self.files.len())
            .map(|i| match (client[i], server[i] || is_page(&self.files[i])) {
                (true, true) => Side::Both,
                (true, false) => Side::Client,
                _ => Side::Server,
            })
            .collect()
    }

    /// The gaps of a matter: the files that speak of it and could not be parsed.
    #[must_use]
    pub fn gaps(&self, of: u32) -> Vec<Cause> {
        let unread = self.files.iter().filter(|f| f.unparsed && !f.test && f.words.any(of));
        unread.map(|f| Cause::Unreadable(format!("{} (it could not be parsed)", f.shown).into())).collect()
    }
}

/// For each file those that it imports, looked up on all cores.
fn links(files: &[Summary], resolver: &Resolver) -> Vec<Vec<usize>> {
    let of = |f: &Summary| {
        let mut all: Vec<usize> = f.modules.iter().filter_map(|m| resolver.find(&f.path, m)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let part = files.len().div_ceil(*CORES).max(500);
    if files.len() <= part {
        return files.iter().map(of).collect();
    }
    thread::scope(|scope| {
        let parts: Vec<_> =
            files.chunks(part).map(|part| scope.spawn(move || part.iter().map(of).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|p| p.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    })
}

/// The index of a tree.
#[must_use]
pub fn index(tree: &Tree<'_>, mentions: BTreeSet<String>, gaps: Vec<Cause>) -> CodeIndex {
    let sides = tree.sides();
    let (texts, modules) = (room(tree), room(tree));
    let world = World { tree, texts: &texts, modules: &modules };
    let hooks = || {
        let hooks = crate::hook::hooks(&world);
        (crate::calls_map::calls(&world, &hooks.handlers), hooks)
    };
    let exposure = || crate::leaks::exposure(&world, &sides);
    let practice = || crate::practice::practice(world);
    let ((calls, hooks), exposure, practice, names) = thread::scope(|scope| {
        let hooks = deep(scope, &hooks);
        let exposure = deep(scope, &exposure);
        let practice = deep(scope, &practice);
        let names = names(world, &sides, mentions, gaps);
        (hooks.done(), exposure.done(), practice.done(), names)
    });
    CodeIndex { tree: summary(tree), names, calls, exposure, hooks, practice, ..CodeIndex::default() }
}
/// Work on a thread of its own, or what it gave where there is no memory for one.
enum Deep<'s, T> {
    Running(thread::ScopedJoinHandle<'s, T>),
    Done(T),
}
impl<T> Deep<'_, T> {
    fn done(self) -> T {
        match self {
            Self::Done(t) => t,
            Self::Running(handle) => handle.join().unwrap_or_else(|e| std::panic::resume_unwind(e)),
        }
    }
}
/// Does work that parses: the parser's calls nest as the source does, and the caller's stack is not made for that.
fn deep<'s, 'e, T: Send + 's>(scope: &'s thread::Scope<'s, 'e>, work: &'e (impl Fn() -> T + Sync)) -> Deep<'s, T> {
    let named = thread::Builder::new().name("source".into());
    match named.stack_size(STACK).spawn_scoped(scope, work) {
        Ok(handle) => Deep::Running(handle),
        Err(_) => Deep::Done(work()),
    }
}

fn summary(tree: &Tree<'_>) -> CodeTree {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    CodeTree {
        files: count(tree.files.iter().filter(|f| !f.generated).count()),
        unparsed: tree.files.iter().filter(|f| f.unparsed).map(|f| f.shown.clone()).collect(),
        generated: count(tree.files.iter().filter(|f| f.generated).count()),
        ignores: tree.files.iter().flat_map(|f| f.ignores.iter().cloned()).collect(),
    }
}

fn names(world: World<'_, '_>, sides: &[Side], mentions: BTreeSet<String>, mut gaps: Vec<Cause>) -> CodeNames {
    let tree = world.tree;
    let mut reads = Vec::new();
    let mut optional = BTreeSet::new();
    let mut dynamic = Vec::new();
    for (i, f) in tree.files.iter().enumerate().filter(|(_, f)| !f.test) {
        optional.extend(f.optional.iter().cloned());
        dynamic.extend(f.dynamic.iter().map(|at| f.place(*at)));
        for seen in &f.reads {
            reads.push(read(f, seen, sides[i]));
        }
        for t in &f.through {
            let Some(next) = tree.resolver.find(&f.path, &t.module) else { continue };
            let (found, name) = tree.export(next, &t.export, 3);
            let there = &tree.files[found];
            let names = if t.call { &there.wrappers } else { &there.objects };
            // Of a namespace (`import * as env`) any exported object will do.
            if names.contains(&name) {
                reads.push(read(f, &t.seen, sides[i]));
            }
        }
    }
    for (path, text) in tree.extras.iter().filter(|(p, _)| p.ends_with(".prisma")) {
        prisma(&(tree.shown)(path), text, &mut reads);
    }
    let given = given_by_config(world);
    reads.retain(|r: &NameRead| !given.contains(&r.read.name));
    reads.sort_by(|a, b| (&a.read.at, &a.read.name).cmp(&(&b.read.at, &b.read.name)));
    reads.dedup();
    gaps.extend(tree.gaps(Words::ENV));
    let sdks = providers::ALL.iter().filter_map(|p| p.sdk.as_ref());
    let used = sdks.filter_map(|s| Some((s, s.packages.iter().find(|p| tree.dependencies.contains_key(**p))?)));
    let implicit = used.flat_map(|(s, p)| s.reads.iter().map(|n| ((*n).to_owned(), *p))).collect();
    let sources = tree.files.iter().filter(|f| !f.generated).count();
    CodeNames {
        reads,
        implicit,
        optional,
        mentions,
        dynamic,
        sources: u32::try_from(sources).unwrap_or(u32::MAX),
        gaps,
    }
}
/// The names that `env` of next.config gives a value to while it builds: no environment has them.
fn given_by_config(world: World<'_, '_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let files = world.tree.files.iter().enumerate();
    for (i, _) in files.filter(|(_, f)| f.path.starts_with("next.config.")) {
        let Some(module) = world.module(i) else { continue };
        ir::walk(&module.body, true, &mut |e| {
            let Kind::Object(all) = &e.kind else { return };
            for (key, value) in all {
                if let (Some("env"), Kind::Object(inner)) = (key, &value.kind) {
                    out.extend(inner.iter().filter_map(|(k, _)| k.map(str::to_owned)));
                }
            }
        });
    }
    out
}
fn read(f: &Summary, seen: &Seen, side: Side) -> NameRead {
    let public = behind_public_prefix(&seen.name).is_some();
    let side = if seen.client && side == Side::Server { Side::Both } else { side };
    NameRead {
        read: Read { name: seen.name.clone(), at: f.place(seen.at), without: seen.without, tooling: f.tooling },
        side,
        time: if public { Time::Build } else { f.time() },
        how: seen.how,
    }
}
/// `env("X")` of a Prisma schema.
fn prisma(path: &str, text: &str, out: &mut Vec<NameRead>) {
    for (n, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let Some((before, rest)) = code.split_once("env(\"") else { continue };
        let Some((name, _)) = rest.split_once('"') else { continue };
        let line = u32::try_from(n + 1).unwrap_or(u32::MAX);
        let column = u32::try_from(before.chars().count() + 1).unwrap_or(1);
        // `shadowDatabaseUrl` is of development alone.
        let tooling = code.contains("shadow");
        let read =
            Read { name: name.to_owned(), at: Place::new(path, line, column), without: Without::Undefined, tooling };
        out.push(NameRead { read, side: Side::Server, time: Time::Run, how: How::Elsewhere });
    }
}
fn dependencies(extras: &BTreeMap<String, String>, package: &serde_json::Value) -> BTreeMap<String, String> {
    let shared = extras.iter().filter(|(p, _)| is_outside(p) && p.ends_with("/package.json"));
    let shared: Vec<serde_json::Value> =
        shared.map(|(_, text)| serde_json::from_str(text).unwrap_or_default()).collect();
    // The app's own word comes last and stands.
    let all = shared.iter().chain([package]).flat_map(|p| p["dependencies"].as_object().into_iter().flatten());
    all.filter_map(|(name, v)| Some((name.clone(), v.as_str()?.to_owned()))).collect()
}
