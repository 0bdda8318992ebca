//! The routes that only some may call, and answers to other sites.

use super::{
    guards::{self, Look, look},
    is_own, marks,
    room::{Body, Room, last},
    unparsed,
};
use crate::{
    ir::{DEFAULT, ExportOf, Expr, Kind, Module, Pattern, Stmt, walk},
    workspace::is_outside,
};
use launchcheck_checks::code::practice::{Cors, Door, DoorKind, Doors, Leads, Opening, Schedule};
use std::collections::BTreeSet;

/// How many calls deep a guard is looked for.
pub(super) const HOPS: u8 = 3;
/// The names under which a route's handlers are exported.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Looks at all of them.
pub(super) fn doors(room: &Room<'_>, schedule: &Schedule) -> Doors {
    let mut out = Doors::default();
    let called: BTreeSet<&str> = schedule
        .crons
        .iter()
        .filter_map(|c| if let Leads::To(f) = &c.leads { Some(f.as_str()) } else { None })
        .collect();
    let fence = middleware(room);
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f)) {
        let kind = route(&f.path).and_then(|route| Some((kind(&route, called.contains(f.shown.as_str()))?, route)));
        if let Some((kind, route)) = kind {
            match room.module(i) {
                Some(module) => out.doors.extend(door(*room, i, module, kind, route, fence.as_ref())),
                None => out.gaps.push(unparsed(f)),
            }
        }
        if f.marks & marks::CORS != 0 {
            out.speaks_cors = true;
            match room.module(i) {
                Some(module) => cors(room, i, module, &mut out.cors),
                None => out.gaps.push(unparsed(f)),
            }
        }
    }
    super::gates::gates(room, fence.as_ref(), &mut out);
    out.doors.sort_by(|a, b| (&a.file, a.at.line).cmp(&(&b.file, b.at.line)));
    super::logins::logins(room, &mut out);
    out.gaps.dedup();
    out
}

/// The URL path that a file answers at, where it is a route of Next.js; groups are gone, and `[id]`
/// stays as it is.
pub(super) fn route(path: &str) -> Option<String> {
    // A package of the workspace serves nothing by itself.
    if is_outside(path) {
        return None;
    }
    let (folders, name) = path.rsplit_once('/')?;
    let (stem, _) = name.rsplit_once('.')?;
    let folders: Vec<&str> = folders.split('/').collect();
    let at = |word: &str| folders.iter().position(|f| *f == word);
    let joined = |parts: &[&str], more: Option<&str>| {
        let kept = parts.iter().copied().filter(|p| !(p.starts_with('@') || p.starts_with('(') && p.ends_with(')')));
        kept.chain(more).fold(String::new(), |all, p| all + "/" + p)
    };
    if matches!(stem, "route" | "route.page") {
        return Some(joined(&folders[at("app")? + 1..], None)).map(|r| if r.is_empty() { "/".into() } else { r });
    }
    let pages = at("pages")?;
    (folders.get(pages + 1) == Some(&"api"))
        .then(|| joined(&folders[pages + 1..], Some(stem).filter(|s| *s != "index")))
}
/// Whom a path is for, as its parts say.
pub(super) fn kind(route: &str, called: bool) -> Option<DoorKind> {
    let mut parts = route.split('/');
    let has = |p: &mut std::str::Split<'_, char>, words: &[&str]| p.any(|p| words.contains(&p));
    if called || has(&mut parts.clone(), &["cron", "crons", "cron-jobs", "cronjobs"]) {
        Some(DoorKind::Cron)
    } else if has(&mut parts.clone(), &["admin", "superadmin", "backoffice"]) {
        Some(DoorKind::Admin)
    } else {
        has(&mut parts, &["internal"]).then_some(DoorKind::Internal)
    }
}

fn door<'t>(
    room: Room<'t>,
    file: usize,
    module: &'t Module<'t>,
    kind: DoorKind,
    route: String,
    fence: Option<&Fence>,
) -> Option<Door> {
    // Signing in is what nobody is signed in for.
    let open = [
        "login", "signin", "sign-in", "auth", "logout", "callback", "health", "healthz", "ping", "webhook", "webhooks",
    ];
    if route.split('/').any(|p| open.contains(&p) || p.starts_with("[...nextauth")) {
        return None;
    }
    let mut seen = Look::default();
    let mut at = None;
    for e in &module.exports {
        let handler = METHODS.contains(&e.name) || e.name == "default";
        if !handler {
            continue;
        }
        match e.of {
            ExportOf::Local(local) => {
                let found = room.named(file, local, 2);
                if at.is_none() {
                    at = place_of(module, local);
                }
                match found {
                    Ok(found) => look(room, found.file, found.body, HOPS, &mut seen),
                    // `export const { GET, POST } = make(…)`: what makes them is looked at.
                    Err(hidden) => {
                        seen.unsure |= hidden;
                        look(room, file, Body::Whole(module), HOPS, &mut seen);
                    }
                }
            }
            ExportOf::From(from, name) => match room.exported(file, from, name, 2) {
                Ok(found) => look(room, found.file, found.body, HOPS, &mut seen),
                Err(_) => seen.unsure = true,
            },
        }
    }
    if !module.stars.is_empty() {
        seen.unsure = true;
    }
    // The rest of the file: a helper, a check at its head.
    if seen.guard.is_none() {
        walk(&module.body, true, &mut |e| {
            if seen.guard.is_none() {
                seen.guard = guards::evidence(e);
            }
        });
    }
    let guard = seen
        .guard
        .or_else(|| guards::uses_package(module))
        .or_else(|| fence.filter(|f| f.covers(&route)).map(|f| format!("{} before it", f.file)));
    let (does, writes) = does(room, file, module);
    let summary = room.file(file);
    Some(Door {
        file: summary.shown.clone(),
        route,
        kind,
        what: Opening::Route,
        at: at.map_or_else(|| summary.place((1, 1)), |at| room.place(file, at)),
        guard,
        calls: seen.calls,
        does,
        writes,
        unsure: seen.unsure || wrapped(module),
    })
}
fn place_of(module: &Module<'_>, name: &str) -> Option<u32> {
    module.body.iter().find_map(|s| match s {
        Stmt::Func(f) if f.name == name || name == DEFAULT && f.name.is_empty() => Some(f.at),
        Stmt::Let(Pattern::Name(n, at), _) if *n == name => Some(*at),
        Stmt::Let(p, Some(e)) => {
            let mut here = false;
            p.names(&mut |n| here |= n == name);
            here.then_some(e.at)
        }
        _ => None,
    })
}
/// Whether a handler is made by a function of a package.
fn wrapped(module: &Module<'_>) -> bool {
    module.exports.iter().any(|e| {
        let ExportOf::Local(local) = e.of else { return false };
        (METHODS.contains(&e.name) || e.name == "default")
            && matches!(super::room::own(module, local), Some(Body::Value(v)) if matches!(v.kind, Kind::Call(..)))
    })
}

/// Names behind which data stands.
pub(super) const STORES: &[&str] = &[
    "prisma",
    "db",
    "database",
    "drizzle",
    "supabase",
    "supabaseadmin",
    "sql",
    "knex",
    "redis",
    "kv",
    "mongo",
    "mongoose",
    "collection",
    "stripe",
    "resend",
    "pool",
    "firestore",
    "adminclient",
    "ctx",
    "convex",
];
/// What writes, as the last name of a call.
pub(super) const WRITES: &[&str] = &[
    "create",
    "createMany",
    "update",
    "updateMany",
    "upsert",
    "delete",
    "deleteMany",
    "insert",
    "insertOne",
    "insertMany",
    "updateOne",
    "deleteOne",
    "send",
    "cancel",
    "del",
    "set",
    "remove",
    "refund",
    "execute",
    "save",
];
fn does(
    room: Room<'_>,
    file: usize,
    module: &Module<'_>,
) -> (Option<(launchcheck_checks::vocab::Place, String)>, bool) {
    let mut first: Option<(u32, String)> = None;
    let mut writes = false;
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, _, false) = &e.kind else { return };
        let Some(path) = f.path() else { return };
        let base = path.split(['.', '(']).next().unwrap_or_default().to_ascii_lowercase();
        let own =
            module.imports.iter().any(|i| i.local.eq_ignore_ascii_case(&base) && super::room::looks_local(i.from));
        let stored = STORES.contains(&base.as_str());
        if (stored || own) && first.as_ref().is_none_or(|(at, _)| *at > e.at) {
            first = Some((e.at, path.clone()));
        }
        writes |= stored && WRITES.contains(&last(&path));
    });
    (first.map(|(at, path)| (room.place(file, at), path)), writes)
}

/// What stands before all routes.
pub(super) struct Fence {
    pub(super) file: String,
    /// The matchers; none where it stands before everything.
    matchers: Option<Vec<String>>,
}
impl Fence {
    /// Whether it may stand before a path. It is given the benefit of the doubt.
    pub(super) fn covers(&self, route: &str) -> bool {
        self.matchers.as_ref().is_none_or(|all| all.iter().any(|m| covers(m, route)))
    }
}
fn covers(matcher: &str, route: &str) -> bool {
    // `/((?!api|_next).*)`: all but what begins with one of these.
    if let Some((_, rest)) = matcher.split_once("(?!") {
        let inside = rest.split(')').next().unwrap_or_default();
        let path = route.trim_start_matches('/');
        return !inside
            .split('|')
            .any(|but| !but.is_empty() && !but.contains('\\') && path.starts_with(but.trim_start_matches('/')));
    }
    let fixed = matcher.split([':', '(', '*', '[']).next().unwrap_or_default().trim_end_matches('/');
    route == fixed || route.strip_prefix(fixed).is_some_and(|r| r.starts_with('/')) || fixed.is_empty()
}
/// The middleware, where it asks who somebody is.
fn middleware(room: &Room<'_>) -> Option<Fence> {
    const NAMES: &[&str] = &["middleware", "src/middleware", "proxy", "src/proxy"];
    let own = |path: &str| {
        path.rsplit_once('.')
            .is_some_and(|(stem, _)| NAMES.iter().any(|n| stem == *n || stem.ends_with(&format!("/{n}"))))
    };
    let file = room.tree.files.iter().position(|f| is_own(f) && own(&f.path))?;
    let shown = room.file(file).shown.clone();
    // One that cannot be read may well guard.
    let Some(module) = room.module(file) else { return Some(Fence { file: shown, matchers: None }) };
    let mut seen = Look::default();
    look(*room, file, Body::Whole(module), 2, &mut seen);
    // `clerkMiddleware()` alone says who somebody is and keeps nobody out.
    let bare = seen.guard.as_deref().is_some_and(|g| g.starts_with("@clerk/"))
        && !seen.calls.iter().any(|c| c == "protect" || c == "redirectToSignIn" || c == "auth");
    if seen.guard.is_none() && guards::uses_package(module).is_none() || bare {
        return None;
    }
    Some(Fence { file: shown, matchers: matchers(module) })
}
fn matchers(module: &Module<'_>) -> Option<Vec<String>> {
    let Some(Body::Value(Expr { kind: Kind::Object(config), .. })) = super::room::own(module, "config") else {
        return None;
    };
    let matcher = config.iter().find(|(k, _)| *k == Some("matcher"))?;
    let mut out = Vec::new();
    matcher.1.walk(false, &mut |e| out.extend(e.text().map(str::to_owned)));
    Some(out)
}

/// Answers that name whatever origin asked and let cookies come along.
fn cors(room: &Room<'_>, file: usize, module: &Module<'_>, out: &mut Vec<Cors>) {
    let mut reflected: Option<(u32, &'static str)> = None;
    let (mut credentials, mut checked) = (false, false);
    let named = origin_names(module);
    let is_origin = |e: &Expr<'_>| is_origin(e, &named);
    walk(&module.body, true, &mut |e| match &e.kind {
        Kind::Call(f, args, _) => {
            let path = f.path().unwrap_or_default();
            let name = last(&path);
            // `res.setHeader("Access-Control-Allow-Origin", origin)`
            if let [a, b, ..] = args.as_slice() {
                header(a.text(), b, &is_origin, &mut reflected, &mut credentials);
            }
            if name == "cors"
                && let Some(Kind::Object(all)) = args.last().map(|a| &a.kind)
            {
                let is_true =
                    |key: &str| all.iter().any(|(k, v)| *k == Some(key) && matches!(v.kind, Kind::Bool(true)));
                // The package answers with the origin that asks where `origin` is true.
                if is_true("credentials") && is_true("origin") {
                    reflected = Some((e.at, "cors({ origin: true, credentials: true })"));
                    credentials = true;
                }
            }
            let compares = ["includes", "has", "test", "endsWith", "startsWith", "match", "find", "some", "indexOf"];
            checked |= compares.contains(&name)
                || name.to_ascii_lowercase().contains("allow")
                || name.to_ascii_lowercase().contains("origin");
        }
        Kind::Object(all) => {
            for (k, v) in all {
                header(*k, v, &is_origin, &mut reflected, &mut credentials);
            }
            // `{ key: "Access-Control-Allow-Origin", value: "…" }`
            let of = |key: &str| all.iter().find(|(k, _)| *k == Some(key)).map(|(_, v)| v);
            if let (Some(k), Some(v)) = (of("key"), of("value")) {
                header(k.text(), v, &is_origin, &mut reflected, &mut credentials);
            }
        }
        Kind::Binary(op, a, b) => checked |= op.starts_with("==") && (is_origin(a) || is_origin(b)),
        Kind::Index(_, by) => checked |= is_origin(by),
        _ => {}
    });
    if let Some((at, how)) = reflected.filter(|_| credentials && !checked) {
        out.push(Cors { at: room.place(file, at), how });
    }
}
fn header(
    name: Option<&str>,
    value: &Expr<'_>,
    is_origin: &dyn Fn(&Expr<'_>) -> bool,
    reflected: &mut Option<(u32, &'static str)>,
    credentials: &mut bool,
) {
    match name.map(str::to_ascii_lowercase).as_deref() {
        Some("access-control-allow-origin") if is_origin(value) => {
            *reflected = Some((value.at, "it answers with the origin that asked"));
        }
        Some("access-control-allow-credentials") => {
            *credentials |= value.text() == Some("true") || matches!(value.kind, Kind::Bool(true));
        }
        _ => {}
    }
}
/// `req.headers.get("origin")`, `req.headers.origin`, and names bound to them.
fn is_origin(e: &Expr<'_>, named: &[&str]) -> bool {
    match &e.kind {
        Kind::Name(n) => named.contains(n),
        Kind::Call(f, args, _) => {
            matches!(&f.kind, Kind::Member(_, "get" | "header"))
                && args.first().and_then(Expr::text).is_some_and(|t| t.eq_ignore_ascii_case("origin"))
        }
        Kind::Member(of, "origin") => of.path().is_some_and(|p| p.ends_with("headers")),
        Kind::Index(of, by) => {
            by.text().is_some_and(|t| t.eq_ignore_ascii_case("origin"))
                && of.path().is_some_and(|p| p.ends_with("headers"))
        }
        Kind::Logical(_, a, b) => is_origin(a, named) && !matches!(b.kind, Kind::Call(..)),
        _ => false,
    }
}
fn origin_names<'t>(module: &'t Module<'t>) -> Vec<&'t str> {
    fn of<'t>(body: &'t [Stmt<'t>], out: &mut Vec<&'t str>) {
        for s in body {
            match s {
                Stmt::Let(Pattern::Name(n, _), Some(e)) if is_origin(e, &[]) => out.push(n),
                Stmt::Func(f) => of(&f.body, out),
                Stmt::Let(_, Some(Expr { kind: Kind::Func(f), .. })) => of(&f.body, out),
                Stmt::If(_, a, b) => {
                    of(a, out);
                    of(b, out);
                }
                Stmt::Try(a, _, _) | Stmt::Block(a) => of(a, out),
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    of(&module.body, &mut out);
    out
}
