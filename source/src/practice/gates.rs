//! Doors that no route file is: pages, server actions, procedures of tRPC and oRPC, and what Hono,
//! Express and Fastify serve. Each is told where it is plain that nobody is asked, and not otherwise.

use super::{
    doors::{Fence, HOPS, STORES, WRITES, kind},
    guards::{self, Look, look},
    is_own, marks,
    room::{Body, Room, last, looks_local, own},
    unparsed,
};
use crate::{
    ir::{ExportOf, Expr, Func, Kind, Module, walk},
    workspace::is_outside,
};
use launchcheck_checks::{
    code::practice::{Door, DoorKind, Doors, Opening},
    vocab::Place,
};

/// Packages that serve routes by calls: `app.delete("/admin/users", handler)`.
const SERVERS: &[&str] = &["hono", "@hono/zod-openapi", "express", "fastify", "@koa/router", "koa-router"];
/// What `use` and `register` are given that asks nobody anything, as parts of names.
const PLAIN: &[&str] = &[
    "json",
    "urlencoded",
    "raw",
    "text",
    "static",
    "cors",
    "helmet",
    "logger",
    "morgan",
    "pino",
    "compress",
    "secureheaders",
    "pretty",
    "etag",
    "timing",
    "requestid",
    "parser",
    "limit",
    "error",
    "notfound",
    "sentry",
    "trace",
    "otel",
    "multer",
    "upload",
    "swagger",
    "rawbody",
];

/// Looks at all of them.
pub(super) fn gates(room: &Room<'_>, fence: Option<&Fence>, out: &mut Doors) {
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f) && !f.tooling) {
        let page = page(&f.path).filter(|r| kind(r, false) == Some(DoorKind::Admin) && !f.client);
        let admin = is_admin(&f.path);
        let acts = admin && f.marks & marks::ACTION != 0;
        let calls = admin && f.modules.iter().any(|m| ["trpc", "orpc", "procedure"].iter().any(|w| m.contains(w)));
        let serves = f.modules.iter().any(|m| SERVERS.contains(&m.as_str()));
        if !(page.is_some() || acts || calls || serves) {
            continue;
        }
        let Some(module) = room.module(i) else {
            // A server's file is one among many; only where it speaks of such paths is it missed.
            if !serves || room.text(i).is_some_and(|t| t.contains("/admin") || t.contains("/internal")) {
                out.gaps.push(unparsed(f));
            }
            continue;
        };
        let at = Gate { room: *room, file: i, module, fence };
        if let Some(route) = page {
            out.doors.extend(at.page(route));
        }
        if acts {
            at.actions(&mut out.doors);
        }
        if calls {
            at.procedures(&mut out.doors);
        }
        if serves {
            at.served(&mut out.doors);
        }
    }
}

/// The URL path of a page; `None` for other files.
fn page(path: &str) -> Option<String> {
    if is_outside(path) {
        return None;
    }
    let (folders, name) = path.rsplit_once('/')?;
    let (stem, end) = name.rsplit_once('.')?;
    if !matches!(end, "tsx" | "jsx" | "ts" | "js") {
        return None;
    }
    let folders: Vec<&str> = folders.split('/').collect();
    let joined = |parts: &[&str], more: Option<&str>| {
        let kept = parts.iter().copied().filter(|p| !(p.starts_with('@') || p.starts_with('(') && p.ends_with(')')));
        kept.chain(more).fold(String::new(), |all, p| all + "/" + p)
    };
    let at = |word: &str| folders.iter().position(|f| *f == word);
    if stem == "page"
        && let Some(i) = at("app")
    {
        return Some(joined(&folders[i + 1..], None));
    }
    let i = at("pages")?;
    (folders.get(i + 1) != Some(&"api") && !stem.starts_with('_'))
        .then(|| joined(&folders[i + 1..], Some(stem).filter(|s| *s != "index")))
}
/// Whether a path says that its code is for the people who run the app.
fn is_admin(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    under_admin(folders) || name.strip_prefix("admin").is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_lowercase()))
}
fn under_admin(folders: &str) -> bool {
    folders.split('/').any(|f| matches!(f, "admin" | "(admin)" | "superadmin" | "backoffice"))
}

/// A file in which such doors stand.
#[derive(Clone, Copy)]
struct Gate<'t, 'f> {
    room: Room<'t>,
    file: usize,
    module: &'t Module<'t>,
    fence: Option<&'f Fence>,
}
impl<'t> Gate<'t, '_> {
    fn fenced(&self, route: &str) -> Option<String> {
        self.fence.filter(|f| f.covers(route)).map(|f| format!("{} before it", f.file))
    }
    fn door(&self, what: Opening, name: String, at: u32, seen: Look, touch: Touch) -> Door {
        Door {
            file: self.room.file(self.file).shown.clone(),
            route: name,
            kind: DoorKind::Admin,
            what,
            at: self.room.place(self.file, at),
            guard: seen.guard,
            calls: seen.calls,
            does: Some((touch.at, touch.call)),
            writes: touch.writes,
            unsure: seen.unsure,
        }
    }

    /// A page that reads the database while it renders.
    fn page(&self, route: String) -> Option<Door> {
        let open = ["login", "signin", "sign-in", "auth", "logout", "docs", "blog"];
        if route.split('/').any(|p| open.contains(&p)) {
            return None;
        }
        let of_pages = self.module.exports.iter().any(|e| e.name == "getServerSideProps");
        let name = if of_pages { "getServerSideProps" } else { "default" };
        let path = &self.room.file(self.file).path;
        if !of_pages && !path.contains("/page.") && !path.starts_with("page.") {
            return None;
        }
        let found = self.exported(name)?;
        let touch = touches(self.room, found.0, found.1, 1)?;
        let mut seen = Look::default();
        look(self.room, found.0, found.1, HOPS, &mut seen);
        self.around(&mut seen, of_pages);
        seen.guard = seen.guard.or_else(|| guards::uses_package(self.module)).or_else(|| self.fenced(&route));
        let at = match found.1 {
            Body::Func(f) => f.at,
            Body::Value(e) => e.at,
            Body::Whole(_) => 0,
        };
        let at = if found.0 == self.file { at } else { 0 };
        Some(self.door(Opening::Page, route, at, seen, touch))
    }
    /// What an exported name stands for, here or behind an import.
    fn exported(&self, name: &str) -> Option<(usize, Body<'t>)> {
        let found = match self.module.exports.iter().find(|e| e.name == name)?.of {
            ExportOf::Local(local) => self.room.named(self.file, local, 2),
            ExportOf::From(from, there) => self.room.exported(self.file, from, there, 2),
        };
        found.ok().map(|f| (f.file, f.body))
    }
    /// What stands around a page: its layouts, or `_app`; and elements that keep others out.
    fn around(&self, seen: &mut Look, of_pages: bool) {
        let path = self.room.file(self.file).path.clone();
        walk(&self.module.body, true, &mut |e| {
            let tag = match &e.kind {
                Kind::Jsx(tag, ..) => tag,
                // `Page.auth = true`
                Kind::Assign(_, to, _) => match &to.kind {
                    Kind::Member(_, name) if guards::is_guard(name) => name,
                    _ => return,
                },
                _ => return,
            };
            if seen.guard.is_none() && shields(tag) {
                seen.guard = Some((*tag).to_owned());
            }
        });
        let mut folder = path.as_str();
        while let Some((up, _)) = folder.rsplit_once('/') {
            folder = up;
            for name in if of_pages { &["_app"][..] } else { &["layout", "template"][..] } {
                for end in ["tsx", "jsx", "ts", "js"] {
                    let wanted = format!("{folder}/{name}.{end}");
                    let Ok(i) = self.room.tree.files.binary_search_by(|f| f.path.as_str().cmp(&wanted)) else {
                        continue;
                    };
                    match self.room.module(i) {
                        Some(layout) => {
                            look(self.room, i, Body::Whole(layout), HOPS, seen);
                            walk(&layout.body, true, &mut |e| {
                                if let Kind::Jsx(tag, ..) = &e.kind
                                    && seen.guard.is_none()
                                    && shields(tag)
                                {
                                    seen.guard = Some((*tag).to_owned());
                                }
                            });
                        }
                        None => seen.unsure = true,
                    }
                }
            }
        }
    }

    /// The server actions of a file: whoever knows one's id can call it, whatever stands around the page.
    fn actions(&self, out: &mut Vec<Door>) {
        let all = self.module.directives.contains(&"use server");
        let summary = self.room.file(self.file);
        let folders = summary.path.rsplit_once('/').map_or("", |(f, _)| f);
        let routed = folders.split('/').any(|f| f == "app") && under_admin(folders);
        for e in &self.module.exports {
            let ExportOf::Local(local) = e.of else { continue };
            let Some(Body::Func(func)) = own(self.module, local) else { continue };
            if !(all || func.directives.contains(&"use server")) {
                continue;
            }
            let Some(touch) = touches(self.room, self.file, Body::Func(func), 1).filter(|t| t.writes) else { continue };
            let mut seen = Look::default();
            look(self.room, self.file, Body::Func(func), HOPS, &mut seen);
            // Of one outside of the routes it is not known which page calls it.
            seen.guard =
                seen.guard.or_else(|| if routed { self.fenced("/admin") } else { self.fence.map(|f| f.file.clone()) });
            seen.unsure |= !routed;
            let name = format!("{} in {}", e.name, summary.shown);
            out.push(self.door(Opening::Action, name, func.at, seen, touch));
        }
    }

    /// Procedures that are called public where everything is for the people who run the app.
    fn procedures(&self, out: &mut Vec<Door>) {
        walk(&self.module.body, true, &mut |e| {
            let Kind::Object(all) = &e.kind else { return };
            for (key, value) in all {
                let Some(key) = key else { continue };
                out.extend(self.procedure(key, value));
            }
        });
    }
    fn procedure(&self, key: &str, value: &'t Expr<'t>) -> Option<Door> {
        let Kind::Call(callee, args, false) = &value.kind else { return None };
        let Kind::Member(chain, "mutation" | "handler") = &callee.kind else { return None };
        let Some(Kind::Func(func)) = args.first().map(|a| &a.kind) else { return None };
        let root = chain.root()?;
        let import = self.module.imports.iter().find(|i| i.local == root);
        let bare = root == "os" && import.is_some_and(|i| i.from == "@orpc/server");
        if !(bare || root.to_ascii_lowercase().starts_with("public")) || chain.path()?.contains(".use()") {
            return None;
        }
        let touch = touches(self.room, self.file, Body::Func(func), 1).filter(|t| t.writes)?;
        let mut seen = Look::default();
        look(self.room, self.file, Body::Func(func), HOPS, &mut seen);
        if !bare {
            match self.room.named(self.file, root, 2) {
                Ok(found) => look(self.room, found.file, found.body, 2, &mut seen),
                Err(_) => seen.unsure = true,
            }
        }
        if seen.guard.is_none() && Body::Func(func).any(&mut knows_caller) || knows_by_pattern(func) {
            seen.guard = Some("the caller's session".into());
        }
        seen.calls.insert(root.to_owned());
        let name = format!("{key} in {}", self.room.file(self.file).shown);
        Some(self.door(Opening::Procedure, name, value.at, seen, touch))
    }

    /// `app.delete("/admin/users/:id", handler)`.
    fn served(&self, out: &mut Vec<Door>) {
        let mut found: Vec<(&'t Expr<'t>, &'static str, &'t str, &'t [Expr<'t>])> = Vec::new();
        walk(&self.module.body, true, &mut |e| {
            let Kind::Call(callee, args, false) = &e.kind else { return };
            let Kind::Member(_, verb) = &callee.kind else { return };
            let verbs = ["get", "post", "put", "patch", "delete", "all"];
            let Some(verb) = verbs.iter().find(|v| *v == verb) else { return };
            if let Some(path) = args.first().and_then(Expr::text).filter(|p| p.starts_with('/') && args.len() >= 2) {
                found.push((e, verb, path, &args[1..]));
            }
        });
        found.retain(|(_, _, path, _)| kind(path, false).is_some_and(|k| k != DoorKind::Cron) && !is_open(path));
        if found.is_empty() || self.asks_before() {
            return;
        }
        for (e, verb, path, args) in found {
            let bodies = args.iter().filter_map(|a| match &a.kind {
                Kind::Func(f) => Some((self.file, Body::Func(f))),
                Kind::Name(n) => self.room.named(self.file, n, 2).ok().map(|f| (f.file, f.body)),
                _ => None,
            });
            let bodies: Vec<_> = bodies.collect();
            let Some(touch) = bodies.iter().find_map(|(i, b)| touches(self.room, *i, *b, 1)) else { continue };
            let mut seen = Look { unsure: bodies.len() < args.len(), ..Look::default() };
            for (i, b) in bodies {
                look(self.room, i, b, HOPS, &mut seen);
            }
            for a in args {
                a.walk(true, &mut |e| {
                    if let Kind::Name(n) | Kind::Member(_, n) = &e.kind
                        && seen.guard.is_none()
                        && guards::is_guard(n)
                    {
                        seen.guard = Some((*n).to_owned());
                    }
                });
            }
            seen.guard = seen.guard.or_else(|| self.fenced(path)).or_else(|| self.fenced(&format!("/api{path}")));
            let name = format!("{} {path}", verb.to_ascii_uppercase());
            let mut door = self.door(Opening::Served, name, e.at, seen, touch);
            door.kind = kind(path, false).unwrap_or(DoorKind::Admin);
            out.push(door);
        }
    }
    /// Whether anything that runs before the routes may ask: here, or in a file that mounts this one.
    fn asks_before(&self) -> bool {
        let mounts = self.room.tree.importers[self.file].iter().copied();
        std::iter::once(self.file).chain(mounts).any(|i| match self.room.module(i) {
            Some(module) => self.uses_guard(i, module),
            None => true,
        })
    }
    fn uses_guard(&self, file: usize, module: &'t Module<'t>) -> bool {
        let mut asks = false;
        walk(&module.body, true, &mut |e| {
            let Kind::Call(callee, args, false) = &e.kind else { return };
            let Kind::Member(_, "use" | "register" | "addHook" | "route" | "mount") = &callee.kind else { return };
            asks = asks || args.iter().any(|a| self.may_ask(file, module, a));
        });
        asks
    }
    fn may_ask(&self, file: usize, module: &'t Module<'t>, a: &'t Expr<'t>) -> bool {
        let name = match &a.kind {
            Kind::Text(_) | Kind::Template(..) | Kind::Object(_) | Kind::Literal(_) => return false,
            Kind::Call(f, ..) => f.path().map(|p| last(&p).to_owned()),
            _ => a.path(),
        };
        let lower = name.as_deref().unwrap_or_default().to_ascii_lowercase();
        if guards::is_guard(&lower) {
            return true;
        }
        if PLAIN.iter().any(|w| lower.contains(w)) {
            return false;
        }
        let mut seen = Look::default();
        let body = match &a.kind {
            Kind::Func(f) => Some((file, Body::Func(f))),
            _ => a.root().and_then(|root| self.room.named(file, root, 2).ok()).map(|f| (f.file, f.body)),
        };
        match body {
            Some((i, body)) => {
                look(self.room, i, body, 2, &mut seen);
                seen.guard.is_some() || seen.unsure
            }
            // A router of this tree was found above; what comes from a package may ask.
            None => a.root().is_none_or(|root| module.imports.iter().any(|i| i.local == root)),
        }
    }
}
fn is_open(path: &str) -> bool {
    let open = ["login", "signin", "sign-in", "auth", "logout", "callback", "health", "healthz", "ping"];
    path.split('/').any(|p| open.contains(&p) || p.contains("webhook"))
}
/// Whether an element's name says that it keeps others out.
fn shields(tag: &str) -> bool {
    let t = tag.to_ascii_lowercase();
    ["guard", "protect", "require", "withauth", "authgate", "gate", "adminonly", "onlyadmin", "restrict", "signedin"]
        .iter()
        .any(|w| t.contains(w))
        || t == "auth"
}
/// `ctx.session`, `ctx.user`.
fn knows_caller(e: &Expr<'_>) -> bool {
    let Kind::Member(of, "session" | "user" | "auth" | "userId") = &e.kind else { return false };
    of.path().is_some_and(|p| matches!(p.as_str(), "ctx" | "context" | "opts.ctx" | "c.ctx"))
}
/// `({ ctx: { session } }) => …`
fn knows_by_pattern(func: &Func<'_>) -> bool {
    let mut knows = false;
    for p in &func.params {
        p.names(&mut |n| knows |= matches!(n, "session" | "user" | "userId" | "viewer"));
    }
    knows
}

/// The first thing that a piece of code does with what is stored.
struct Touch {
    at: Place,
    call: String,
    writes: bool,
}
/// Whether a path of a context is of the request or of the answer: `ctx.json`, `ctx.req.param`.
fn of_request(path: &str) -> bool {
    path.strip_prefix("ctx.").is_some_and(|r| {
        !r.contains('.')
            || ["req", "res", "headers", "cookie", "session", "auth", "user", "var"].iter().any(|w| r.starts_with(w))
    })
}
/// What it does, and `hops` further what it calls of the app's own.
fn touches(room: Room<'_>, file: usize, body: Body<'_>, hops: u8) -> Option<Touch> {
    let (mut first, mut writes, mut roots) = (None::<(u32, String)>, false, Vec::new());
    body.walk(&mut |e| {
        let Kind::Call(f, _, _) = &e.kind else { return };
        let Some(path) = f.path() else { return };
        let base = path.split(['.', '(']).next().unwrap_or_default();
        if STORES.contains(&base.to_ascii_lowercase().as_str()) && path.contains('.') && !of_request(&path) {
            writes |= WRITES.contains(&last(&path));
            if first.as_ref().is_none_or(|(at, _)| *at > e.at) {
                first = Some((e.at, path));
            }
        } else if let Some(root) = f.root() {
            roots.push((root, e.at, path));
        }
    });
    if let Some((at, call)) = first {
        return Some(Touch { at: room.place(file, at), call, writes });
    }
    if hops == 0 {
        return None;
    }
    let module = room.module(file)?;
    let ours = |root: &str| {
        own(module, root).is_some() || module.imports.iter().any(|i| i.local == root && looks_local(i.from))
    };
    roots.into_iter().filter(|(root, _, _)| ours(root)).find_map(|(root, at, call)| {
        let found = room.named(file, root, 2).ok()?;
        // A whole module does more than the function that is called.
        let Body::Func(_) = found.body else { return None };
        let inner = touches(room, found.file, found.body, hops - 1)?;
        Some(Touch { at: room.place(file, at), call, writes: inner.writes })
    })
}
