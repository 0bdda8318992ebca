//! Where secrets reach a browser: followed from the place that reads a variable to what is rendered,
//! handed to a component of browsers, returned as props, or compiled into a script.
//!
//! What Next.js really does was seen by building such an app and looking for the values in what it
//! made; `tests/it/leaks.rs` does it again.

use crate::{
    index::Tree,
    ir::{ExportOf, Expr, Func, Kind, Module, Pattern, Stmt, walk},
    summary::{Summary, Words},
    world::World,
};
use launchcheck_checks::{
    code::facts::{Exposure, Into, Leak, Side},
    env::shape::behind_public_prefix,
    providers::{self, Role},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Through how many files a name is followed to the one that makes it.
const PASSED_ON: u8 = 3;

/// The leaks of a tree.
#[must_use]
pub(crate) fn exposure<'m, 't: 'm>(world: &World<'m, 't>, sides: &[Side]) -> Exposure {
    let (world, tree) = (*world, world.tree);
    let mut out = BTreeSet::new();
    // Names that next.config compiles into scripts.
    let compiled = compiled(&world);
    let wanted = |i: usize| {
        let f = &tree.files[i];
        !f.test && !f.generated && !f.tooling
    };
    let holds = holders(tree, &compiled);
    for i in (0..tree.files.len()).filter(|i| wanted(*i)) {
        // A file renders a secret that it reads itself, or that it imports.
        let near = holds[i] || tree.imports[i].iter().any(|j| holds[*j]);
        if !near {
            continue;
        }
        let Some(module) = world.module(i) else { continue };
        let mut file = File {
            world,
            at: i,
            module,
            side: sides[i],
            locals: HashMap::new(),
            made: HashMap::new(),
            depth: 0,
            out: &mut out,
        };
        file.top();
        if sides[i] != Side::Server {
            file.literals();
            file.compiled(&compiled);
        }
    }
    let gaps = tree.gaps(Words::ENV | Words::KEY);
    Exposure { leaks: out.into_iter().collect(), gaps }
}

/// For each file whether it reads a secret, holds a key, or passes on what such a file exports. No other
/// file, and none that does not import one of these, can bring a secret anywhere.
fn holders(tree: &Tree<'_>, compiled: &BTreeMap<String, String>) -> Vec<bool> {
    let reads = |f: &Summary| {
        let mut all = f.reads.iter().chain(f.through.iter().map(|t| &t.seen));
        f.words.any(Words::KEY) || all.any(|r| is_secret(&r.name) || compiled.contains_key(&r.name))
    };
    let mut holds: Vec<bool> = tree.files.iter().map(reads).collect();
    for _ in 0..PASSED_ON {
        let before = holds.clone();
        for (i, f) in tree.files.iter().enumerate().filter(|(i, _)| !before[*i]) {
            let passes = f.passes_on.iter().map(|(_, module, _)| module).chain(&f.stars);
            holds[i] = passes.filter_map(|m| tree.resolver.find(&f.path, m)).any(|j| before[j]);
        }
    }
    holds
}

/// Whether a variable's name says that it is a secret.
fn is_secret(name: &str) -> bool {
    if behind_public_prefix(name).is_some() {
        return false;
    }
    match providers::by_variable(name) {
        Some((_, v)) => matches!(v.role, Role::Secret | Role::WebhookSecret),
        None => [
            "SECRET",
            "PASSWORD",
            "PRIVATE_KEY",
            "API_KEY",
            "ACCESS_TOKEN",
            "AUTH_TOKEN",
            "DATABASE_URL",
            "SERVICE_ROLE",
        ]
        .iter()
        .any(|w| name.contains(w)),
    }
}
/// The provider's prefix, where a text begins like a secret key of its and is long enough for one.
fn key_prefix(text: &str) -> Option<&'static str> {
    ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"]
        .into_iter()
        .find(|p| text.strip_prefix(p).is_some_and(|r| r.len() >= 16 && r.bytes().all(|b| b.is_ascii_alphanumeric())))
}

/// `env: { X: process.env.SECRET }` of next.config: the names that scripts get, with the secret.
fn compiled(world: &World<'_, '_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (i, f) in world.tree.files.iter().enumerate().filter(|(_, f)| f.path.starts_with("next.config.")) {
        let _ = f;
        let Some(module) = world.module(i) else { continue };
        walk(&module.body, true, &mut |e| {
            let Kind::Object(all) = &e.kind else { return };
            for (key, value) in all {
                let (Some("env"), Kind::Object(inner)) = (key, &value.kind) else { continue };
                for (name, v) in inner {
                    if let (Some(name), Some(secret)) = (name, direct(v).filter(|s| is_secret(s))) {
                        out.insert((*name).to_owned(), secret.to_owned());
                    }
                }
            }
        });
    }
    out
}
/// The name of `process.env.NAME`, also with something to fall back on.
fn direct<'s>(e: &Expr<'s>) -> Option<&'s str> {
    let (of, name) = match &e.kind {
        Kind::Member(of, name) => (of, *name),
        Kind::Index(of, by) => (of, by.text()?),
        Kind::Logical("||" | "??", a, _) => return direct(a),
        _ => return None,
    };
    let Kind::Member(root, "env") = &of.kind else { return None };
    matches!(root.kind, Kind::Name("process" | "import.meta")).then_some(name)
}

struct File<'o, 'm, 't> {
    world: World<'m, 't>,
    at: usize,
    module: &'m Module<'t>,
    side: Side,
    /// Names of the function that is looked at, with the secret that they hold.
    locals: HashMap<&'m str, String>,
    /// What they were made of, where that shows which of their members holds it.
    made: HashMap<&'m str, &'m Expr<'t>>,
    depth: u8,
    out: &'o mut BTreeSet<Leak>,
}
impl<'m, 't: 'm> File<'_, 'm, 't> {
    fn leak(&mut self, name: &str, into: Into, way: &'static str, at: u32, literal: bool) {
        let f = &self.world.tree.files[self.at];
        let at = f.place(crate::ir::place(self.world.text(self.at).unwrap_or_default(), at));
        self.out.insert(Leak { name: name.to_owned(), into, way, at, literal });
    }

    // ---- what is rendered ----

    fn top(&mut self) {
        let exported = |name: &str| self.module.exports.iter().any(|e| e.name == name);
        let (meta, loads) = (exported("metadata"), exported("getServerSideProps") || exported("getStaticProps"));
        for s in &self.module.body {
            match s {
                Stmt::Func(f) => self.function(f.name, f, loads),
                Stmt::Let(p, Some(init)) => match (&init.kind, p.name()) {
                    (Kind::Func(f), Some(name)) => self.function(name, f, loads),
                    (_, Some("metadata")) if meta && self.side == Side::Server => self.metadata(init),
                    _ => self.wrapped(init),
                },
                Stmt::Class(_, members) => members.iter().for_each(|(_, e)| self.wrapped(e)),
                _ => {}
            }
        }
    }
    /// Components in `memo(…)`, `forwardRef(…)` and the methods of classes.
    fn wrapped(&mut self, e: &'m Expr<'t>) {
        match &e.kind {
            Kind::Func(f) => self.function(f.name, f, false),
            Kind::Call(_, args, _) => args.iter().for_each(|a| self.wrapped(a)),
            _ => {}
        }
    }
    fn function(&mut self, name: &'m str, f: &'m Func<'t>, loads: bool) {
        // What a server runs on behalf of a browser stays there.
        if f.directives.contains(&"use server") {
            return;
        }
        self.locals.clear();
        self.made.clear();
        let data = loads && matches!(name, "getServerSideProps" | "getStaticProps");
        let meta = name == "generateMetadata" && self.side == Side::Server;
        self.body(&f.body, data, meta);
        self.locals.clear();
    }
    fn body(&mut self, body: &'m [Stmt<'t>], data: bool, meta: bool) {
        for s in body {
            match s {
                Stmt::Let(p, Some(init)) => {
                    if let (Some(name), Some(secret)) = (p.name(), self.tainted(init)) {
                        self.locals.insert(name, secret);
                        self.made.insert(name, init);
                    }
                    self.destructured(p, init);
                    self.rendered(init);
                }
                Stmt::Return(Some(e), _) if data => {
                    if let Kind::Object(all) = &e.kind {
                        for (_, v) in all.iter().filter(|(k, _)| *k == Some("props")) {
                            if let Some(secret) = self.tainted(v) {
                                self.leak(
                                    &secret,
                                    Into::Page,
                                    "returned as props, which the page carries as data",
                                    v.at,
                                    false,
                                );
                            }
                        }
                    }
                }
                Stmt::Return(Some(e), _) if meta => self.metadata(e),
                Stmt::Return(Some(e), _) | Stmt::Expr(e) => self.rendered(e),
                Stmt::If(_, a, b) => {
                    self.body(a, data, meta);
                    self.body(b, data, meta);
                }
                Stmt::Block(a) | Stmt::Loop(_, _, a) => self.body(a, data, meta),
                Stmt::Try(a, c, l) => {
                    self.body(a, data, meta);
                    if let Some((_, c)) = c {
                        self.body(c, data, meta);
                    }
                    self.body(l, data, meta);
                }
                Stmt::Switch(_, cases) => cases.iter().for_each(|(_, b)| self.body(b, data, meta)),
                _ => {}
            }
        }
    }
    /// `const { SECRET } = process.env`
    fn destructured(&mut self, p: &'m Pattern<'t>, init: &'m Expr<'t>) {
        let Pattern::Object(all, _) = p else { return };
        let Kind::Member(root, "env") = &init.kind else { return };
        if !matches!(root.kind, Kind::Name("process")) {
            return;
        }
        for (key, p, _) in all {
            if let Some(name) = p.name().filter(|_| is_secret(key)) {
                self.locals.insert(name, (*key).to_owned());
            }
        }
    }
    fn metadata(&mut self, e: &'m Expr<'t>) {
        if let Some(secret) = self.tainted(e) {
            self.leak(&secret, Into::Page, "part of the page's metadata", e.at, false);
        }
    }
    /// The elements in an expression, functions that are called while rendering included.
    fn rendered(&mut self, e: &'m Expr<'t>) {
        match &e.kind {
            Kind::Jsx(tag, attributes, children) => {
                let host = tag.starts_with(|c: char| c.is_ascii_lowercase());
                let client = !host && self.side == Side::Server && self.is_client(tag);
                for (name, value) in attributes {
                    let event = name.starts_with("on") && matches!(value.kind, Kind::Func(_));
                    if (host || client)
                        && !event
                        && let Some(secret) = self.tainted(value)
                    {
                        let way = if host { "an attribute of the page" } else { "a prop of a component for browsers" };
                        self.leak(&secret, Into::Page, way, value.at, false);
                    }
                    if !event {
                        self.rendered(value);
                    }
                }
                for child in children {
                    if !matches!(child.kind, Kind::Jsx(..))
                        && let Some(secret) = self.tainted(child)
                    {
                        let way = match self.side {
                            Side::Server => "rendered into the page",
                            _ => "rendered by a component that the server renders first",
                        };
                        self.leak(&secret, Into::Page, way, child.at, false);
                    }
                    self.rendered(child);
                }
            }
            Kind::Call(callee, args, _) => {
                // Effects and event handlers run in the browser, where the value is not there.
                let path = callee.path().unwrap_or_default();
                let hook = ["useEffect", "useCallback", "useLayoutEffect", "startTransition", "after"]
                    .iter()
                    .any(|h| path.ends_with(h));
                if hook {
                    return;
                }
                for a in args {
                    if let Kind::Func(f) = &a.kind {
                        self.body(&f.body, false, false);
                    } else {
                        self.rendered(a);
                    }
                }
            }
            Kind::Func(_) => {}
            _ => e.parts().for_each(|p| self.rendered(p)),
        }
    }
    /// Whether a tag is a component whose file is for browsers.
    fn is_client(&self, tag: &str) -> bool {
        let root = tag.split('.').next().unwrap_or(tag);
        let tree = self.world.tree;
        let Some(i) = self.module.imports.iter().find(|i| i.local == root) else { return false };
        let Some(next) = tree.resolver.find(&tree.files[self.at].path, i.from) else { return false };
        tree.files[next].client || self.world.export(next, i.name, PASSED_ON).is_some_and(|(f, _)| tree.files[f].client)
    }

    // ---- what holds a secret ----

    /// The secret that an expression carries on.
    fn tainted(&mut self, e: &'m Expr<'t>) -> Option<String> {
        if let Some(name) = direct(e) {
            return is_secret(name).then(|| name.to_owned());
        }
        match &e.kind {
            Kind::Name(n) => self.locals.get(n).cloned().or_else(|| self.top_name(n)),
            Kind::Template(_, all) | Kind::Array(all) => all.iter().find_map(|x| self.tainted(x)),
            Kind::Object(all) => all.iter().find_map(|(_, v)| self.tainted(v)),
            Kind::Logical("&&", _, b) => self.tainted(b),
            Kind::Logical(_, a, b) => self.tainted(a).or_else(|| self.tainted(b)),
            Kind::Cond(_, a, b) => self.tainted(a).or_else(|| self.tainted(b)),
            Kind::Binary("+", a, b) => self.tainted(a).or_else(|| self.tainted(b)),
            Kind::Await(a) | Kind::Spread(a) => self.tainted(a),
            Kind::Member(of, name) => self.member(of, name),
            Kind::Call(callee, args, false) => {
                let path = callee.path().unwrap_or_default();
                if matches!(path.as_str(), "String" | "JSON.stringify" | "encodeURIComponent") {
                    return args.iter().find_map(|a| self.tainted(a));
                }
                if let Kind::Member(of, "toString" | "trim") = &callee.kind {
                    return self.tainted(of);
                }
                let Kind::Name(n) = callee.kind else { return None };
                self.returned(self.at, n)
            }
            _ => None,
        }
    }
    /// `config.key`, where the object is at the top of a file and the member holds the secret.
    fn member(&mut self, of: &'m Expr<'t>, name: &str) -> Option<String> {
        let (mut keys, mut of) = (vec![name], of);
        while let Kind::Member(inner, key) = &of.kind {
            keys.push(key);
            of = inner;
        }
        let Kind::Name(root) = of.kind else { return None };
        if let Some(secret) = self.locals.get(root) {
            // Of an object that is written out, the other members hold no secret.
            return match self.made.get(root) {
                Some(init) => inside(init, &keys).and_then(|v| self.tainted(v)),
                None => Some(secret.clone()),
            };
        }
        let (file, local) = self.origin(root)?;
        if name == "env" {
            return None;
        }
        let init = init_of(self.world.module(file)?, local)?;
        match &init.kind {
            Kind::Object(_) => inside(init, &keys).and_then(direct).filter(|n| is_secret(n)).map(str::to_owned),
            // An object of validated variables has them under their own names.
            Kind::Call(..) if keys.len() == 1 => is_secret(name)
                .then(|| name.to_owned())
                .filter(|_| self.world.tree.files[file].objects.iter().any(|o| o == local)),
            _ => None,
        }
    }
    /// The file and the local name behind a name at the top of this file.
    fn origin(&self, name: &str) -> Option<(usize, &'m str)> {
        let tree = self.world.tree;
        if let Some(i) = self.module.imports.iter().find(|i| i.local == name) {
            let next = tree.resolver.find(&tree.files[self.at].path, i.from)?;
            // A server's functions stay with the server, whoever imports them.
            if tree.files[next].server {
                return None;
            }
            return self.world.export(next, i.name, PASSED_ON);
        }
        let found = self.module.body.iter().find_map(|s| match s {
            Stmt::Let(Pattern::Name(n, _), _) if *n == name => Some(*n),
            _ => None,
        });
        found.map(|n| (self.at, n))
    }
    fn top_name(&mut self, name: &str) -> Option<String> {
        let (file, local) = self.origin(name)?;
        let init = init_of(self.world.module(file)?, local)?;
        if self.depth > 4 {
            return None;
        }
        self.depth += 1;
        let found = match &init.kind {
            _ if direct(init).is_some() => direct(init).filter(|n| is_secret(n)).map(str::to_owned),
            Kind::Template(_, all) => all.iter().find_map(direct).filter(|n| is_secret(n)).map(str::to_owned),
            Kind::Object(all) => all.iter().find_map(|(_, v)| direct(v)).filter(|n| is_secret(n)).map(str::to_owned),
            Kind::Name(n) if file == self.at => self.top_name(n),
            _ => None,
        };
        self.depth -= 1;
        found
    }
    /// The secret that a function returns as it is.
    fn returned(&self, _at: usize, name: &str) -> Option<String> {
        let tree = self.world.tree;
        let (file, local) = match self.module.imports.iter().find(|i| i.local == name) {
            Some(i) => {
                let next = tree.resolver.find(&tree.files[self.at].path, i.from)?;
                if tree.files[next].server {
                    return None;
                }
                self.world.export(next, i.name, PASSED_ON)?
            }
            None => (self.at, name),
        };
        let module = self.world.module(file)?;
        let func = module.body.iter().find_map(|s| match s {
            Stmt::Func(f) if f.name == local => Some(f),
            Stmt::Let(Pattern::Name(n, _), Some(Expr { kind: Kind::Func(f), .. })) if *n == local => Some(&**f),
            _ => None,
        })?;
        if func.directives.contains(&"use server") {
            return None;
        }
        func.body.iter().find_map(|s| match s {
            Stmt::Return(Some(e), _) => direct(e).filter(|n| is_secret(n)).map(str::to_owned),
            _ => None,
        })
    }

    // ---- scripts ----

    /// Keys that stand in a file for browsers itself, or in an export that such a file uses.
    fn literals(&mut self) {
        let own = self.world.tree.files[self.at].client;
        let used = self.used();
        for s in &self.module.body {
            let names: Vec<&str> = match s {
                Stmt::Let(p, _) => {
                    let mut all = Vec::new();
                    p.names(&mut |n| all.push(n));
                    all
                }
                Stmt::Func(f) => vec![f.name],
                Stmt::Class(n, _) => vec![n],
                _ => Vec::new(),
            };
            // What nobody uses is shaken out of the bundle.
            let exported = |n: &&str| self.module.exports.iter().any(|e| matches!(e.of, ExportOf::Local(l) if l == *n));
            let public: Vec<&&str> = names.iter().filter(|n| exported(n)).collect();
            let framework = |n: &str| matches!(n, "default" | crate::ir::DEFAULT);
            let wanted = public.iter().any(|n| used.contains(**n)) || own && public.iter().any(|n| framework(n));
            let idle = !public.is_empty() && !wanted;
            let component = own && names.iter().any(|n| n.starts_with(|c: char| c.is_ascii_uppercase()));
            if idle && !component {
                continue;
            }
            let mut found: Vec<(&'static str, u32)> = Vec::new();
            walk(std::slice::from_ref(s), true, &mut |e| {
                let text = match &e.kind {
                    Kind::Text(t) => Some(*t),
                    Kind::Template(t, between) if between.is_empty() => t.first().copied(),
                    _ => None,
                };
                found.extend(text.and_then(key_prefix).map(|p| (p, e.at)));
            });
            for (prefix, at) in found {
                self.leak(prefix, Into::Script, "a key that stands in code for browsers", at, true);
            }
        }
    }
    /// The exported names of this file that other files use.
    fn used(&self) -> BTreeSet<String> {
        let tree = self.world.tree;
        let mut out = BTreeSet::new();
        for i in tree.importers[self.at].iter().copied().filter(|i| !tree.files[*i].test) {
            let Some(module) = self.world.module(i) else { continue };
            for import in &module.imports {
                if tree.resolver.find(&tree.files[i].path, import.from) == Some(self.at) {
                    let local = self.module.exports.iter().find(|e| e.name == import.name).map_or(import.name, |e| {
                        match e.of {
                            ExportOf::Local(l) => l,
                            ExportOf::From(_, n) => n,
                        }
                    });
                    out.insert(local.to_owned());
                }
            }
            // What is passed on may be used by anybody.
            for (_, m, there) in &tree.files[i].passes_on {
                if tree.resolver.find(&tree.files[i].path, m) == Some(self.at) {
                    out.insert(there.clone());
                }
            }
        }
        // A route's own default export is used by the framework.
        out.insert(crate::ir::DEFAULT.to_owned());
        out
    }
    /// Reads of names that next.config compiles in.
    fn compiled(&mut self, names: &BTreeMap<String, String>) {
        if names.is_empty() {
            return;
        }
        let mut found = Vec::new();
        walk(&self.module.body, true, &mut |e| {
            if let Some(secret) = direct(e).and_then(|n| names.get(n)) {
                found.push((secret.clone(), e.at));
            }
        });
        for (secret, at) in found {
            self.leak(&secret, Into::Script, "compiled in by env of next.config", at, false);
        }
    }
}
/// What stands in an object behind keys, the last one first; what is spread into it, where it has no such key.
fn inside<'m, 't>(e: &'m Expr<'t>, keys: &[&str]) -> Option<&'m Expr<'t>> {
    let (Kind::Object(all), Some((key, rest))) = (&e.kind, keys.split_last()) else { return Some(e) };
    let named = all.iter().find(|(k, _)| k.is_some_and(|k| k == *key)).map(|(_, v)| v);
    match named {
        Some(v) => inside(v, rest),
        None => all.iter().find(|(k, _)| k.is_none()).map(|(_, v)| v),
    }
}
/// The value of a name at the top of a file.
fn init_of<'m, 't>(module: &'m Module<'t>, local: &str) -> Option<&'m Expr<'t>> {
    module.body.iter().find_map(|s| match s {
        Stmt::Let(Pattern::Name(n, _), Some(init)) if *n == local => Some(init),
        _ => None,
    })
}
