//! Webhook handlers: which routes are handlers, and what each does with what it gets.

#![allow(clippy::similar_names, reason = "what a test binds is named after what it tests")]

mod calls;
mod run;
mod value;

use calls::effect;
pub(crate) use calls::{by_host, by_package};

use crate::{
    index::Tree,
    ir::{ExportOf, Expr, Func, Kind, Module, Pattern, Stmt, walk},
    practice::room::{Body, last, own},
    summary::{Summary, Words, is_test},
    workspace::is_outside,
    world::World,
};
use launchcheck_checks::{
    code::facts::{
        Answer, Effect, EffectKind, Grant, Handler, Hooks, Idempotency, OpenWhen, RawBody, SecretMade, Style, StyleOf,
        Verified, Verify, VerifyKind,
    },
    providers,
    vocab::Place,
};

use run::{Act, Assume, Out, Run, Seen};

/// A place where requests come in.
struct Entry<'m> {
    file: usize,
    /// The URL path; empty where the file does not say.
    route: String,
    kind: EntryKind<'m>,
}
enum EntryKind<'m> {
    /// An exported name; whether it takes `(req, res)`.
    Export(&'m str, bool),
    /// A function in an expression: `app.post("/hook", (c) => …)`.
    Inline(Inline<'m>),
}
/// A handler in an expression, and what runs before it.
#[derive(Clone)]
struct Inline<'m> {
    handler: &'m Expr<'m>,
    /// Whether it takes `(req, res)`, as those of Express and Fastify do.
    express: bool,
    /// Whether the framework hands the body over parsed; `None` where the file shows it.
    parsed: Option<bool>,
    /// What is called before it, in order.
    before: Vec<&'m Expr<'m>>,
}

/// Judges every handler of a tree.
#[must_use]
pub(crate) fn hooks<'m, 't: 'm>(world: &World<'m, 't>) -> Hooks {
    let tree = world.tree;
    let mut handlers = Vec::new();
    for file in 0..tree.files.len() {
        if is_candidate(tree, file) {
            for entry in entries(world, file) {
                handlers.extend(judge(world, &entry));
            }
            handlers.extend(controller(world, file));
        }
    }
    handlers.sort_by(|a, b| (&a.file, a.at.line).cmp(&(&b.file, b.at.line)));
    let grants = grants(world, &handlers);
    let covered = covered(world, &handlers);
    let tests = tree.files.iter().filter(|f| is_test(&f.path) && f.words.any(Words::HOOK));
    Hooks {
        handlers,
        grants,
        covered,
        tests: tests.map(|f| f.shown.clone()).collect(),
        versions: tree.dependencies.clone(),
        gaps: tree.gaps(Words::HOOK),
    }
}

/// The URL path of a route file; `None` for other files. The flag says that it takes `(req, res)`.
#[must_use]
pub(crate) fn route(path: &str) -> Option<(String, bool)> {
    // A package of the workspace serves nothing by itself.
    if is_outside(path) {
        return None;
    }
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    let (stem, _) = name.rsplit_once('.')?;
    let join = |parts: &[&str]| {
        let shown: Vec<&str> = parts.iter().copied().filter(|p| !p.starts_with('(') && !p.starts_with('@')).collect();
        format!("/{}", shown.join("/"))
    };
    // The router's own folder is the last of its name, since a monorepo has `apps/web/app/…`.
    let after = |word: &str| folders.iter().position(|p| *p == word).map(|i| i + 1);
    if stem == "route"
        && let Some(i) = after("app")
    {
        return Some((join(&folders[i..]), false));
    }
    if let Some(i) = after("pages")
        && folders.get(i) == Some(&"api")
    {
        let mut all = folders[i..].to_vec();
        if stem != "index" {
            all.push(stem);
        }
        return Some((join(&all), true));
    }
    if stem == "+server"
        && let Some(i) = after("routes")
    {
        return Some((join(&folders[i..]), false));
    }
    None
}

fn is_candidate(tree: &Tree<'_>, file: usize) -> bool {
    let f = &tree.files[file];
    if f.test || f.generated || f.tooling {
        return false;
    }
    let hook = |f: &Summary| f.words.any(Words::HOOK) || f.path.contains("hook");
    let near = || tree.imports[file].iter().any(|i| hook(&tree.files[*i]));
    match route(&f.path) {
        Some(_) => hook(f) || near(),
        None => (f.words.any(Words::HOOK) || f.path.contains("webhook")) && !f.client,
    }
}

/// The places in a file where requests come in.
fn entries<'m, 't: 'm>(world: &World<'m, 't>, file: usize) -> Vec<Entry<'m>> {
    let Some(module) = world.module(file) else { return Vec::new() };
    let path = &world.tree.files[file].path;
    let mut out = Vec::new();
    if let Some((route, pages)) = route(path) {
        let exported = |n: &str| module.exports.iter().any(|e| e.name == n) || !module.stars.is_empty();
        // Endpoints of Astro stand below `pages/` too, and export what those of the app router do.
        let pages = pages && (exported("default") || !exported("POST"));
        let name = if pages { "default" } else { "POST" };
        if exported(name) {
            out.push(Entry { file, route, kind: EntryKind::Export(name, pages) });
        }
    }
    for (route, name, pages) in elsewhere(path) {
        if module.exports.iter().any(|e| e.name == name) {
            out.push(Entry { file, route, kind: EntryKind::Export(name, pages) });
        }
    }
    inline(module, &mut |path, found| {
        out.push(Entry { file, route: path.to_owned(), kind: EntryKind::Inline(found) });
    });
    out
}
/// The handlers of files that other hosts and frameworks serve by their place, each with its URL path,
/// the name that it is exported by and whether it takes `(req, res)`: functions of Vercel below `api/`,
/// those of Netlify, and actions of Remix and React Router.
fn elsewhere(path: &str) -> Vec<(String, &'static str, bool)> {
    if is_outside(path) {
        return Vec::new();
    }
    let Some((stem, _)) = path.rsplit_once('.') else { return Vec::new() };
    if stem.starts_with("api/") {
        let route = format!("/{}", stem.strip_suffix("/index").unwrap_or(stem));
        return vec![(route.clone(), "default", true), (route, "POST", false)];
    }
    if let Some(rest) = stem.strip_prefix("netlify/functions/") {
        let name = rest.split('/').next().unwrap_or(rest);
        let route = format!("/.netlify/functions/{name}");
        return vec![(route.clone(), "handler", false), (route, "default", false)];
    }
    // Routes of Nuxt's server: `server/api/hook.post.ts` takes POST alone.
    let nuxt = stem.strip_prefix("server/").filter(|r| r.starts_with("api/") || r.starts_with("routes/"));
    if let Some(rest) = nuxt {
        let rest = rest.strip_prefix("routes/").unwrap_or(rest);
        let (path, method) = rest.rsplit_once('.').unwrap_or((rest, "post"));
        let route = format!("/{}", path.strip_suffix("/index").unwrap_or(path));
        return if method == "post" { vec![(route, "default", false)] } else { Vec::new() };
    }
    let Some(rest) = stem.strip_prefix("app/routes/").or_else(|| stem.strip_prefix("src/routes/")) else {
        return Vec::new();
    };
    let parts = rest.split(['.', '/']).filter(|p| !p.starts_with('_') && !matches!(*p, "route" | "index"));
    vec![(parts.fold(String::new(), |all, p| all + "/" + p), "action", false)]
}
/// `app.post("/webhooks/x", handler)` of Hono, Express, Fastify and Elysia, and
/// `os.route({ path: "/webhooks/x" }).handler(handler)` of oRPC.
fn inline<'m>(module: &'m Module<'m>, give: &mut dyn FnMut(&str, Inline<'m>)) {
    let elysia = module.imports.iter().any(|i| i.from == "elysia");
    // Functions of Supabase and Deno: `Deno.serve(handler)`.
    let serve = module.imports.iter().any(|i| i.local == "serve" && i.from.contains("std") && i.from.contains("http"));
    walk(&module.body, true, &mut |e| {
        let Kind::Call(callee, args, false) = &e.kind else { return };
        if serve && matches!(callee.kind, Kind::Name("serve")) || callee.path().as_deref() == Some("Deno.serve") {
            let handler = args.iter().rfind(|a| matches!(a.kind, Kind::Func(_) | Kind::Name(_)));
            if let Some(handler) = handler {
                give("", Inline { handler, express: false, parsed: None, before: Vec::new() });
            }
            return;
        }
        if callee.path().is_some_and(|p| p.starts_with("create") && p.contains("FileRoute")) {
            if let Some(handler) = args.iter().find_map(posts) {
                let path = route_of(callee).unwrap_or_default();
                give(path, Inline { handler, express: false, parsed: None, before: Vec::new() });
            }
            return;
        }
        let Kind::Member(of, name) = &callee.kind else { return };
        if *name == "handler" && args.len() == 1 {
            let mut before = Vec::new();
            if let Some(path) = of_chain(of, &mut before) {
                give(path, Inline { handler: &args[0], express: false, parsed: None, before });
            }
            return;
        }
        if !matches!(*name, "post" | "all") {
            return;
        }
        let Some(path) = args.first().and_then(Expr::text).filter(|p| p.starts_with('/')) else { return };
        let runs = |a: &&Expr<'m>| matches!(a.kind, Kind::Func(_) | Kind::Name(_));
        let Some(at) = args.iter().rposition(|a| runs(&a)).filter(|at| *at > 0) else { return };
        // Elysia takes its options last, all others the handler.
        let options = &args[at + 1..];
        if !options.is_empty() && !elysia {
            return;
        }
        let handler = &args[at];
        let express = !elysia
            && match &handler.kind {
                Kind::Func(f) => f.params.len() >= 2 && f.params[0].name() != Some("c"),
                _ => true,
            };
        let says = |key: &str| {
            options.iter().any(|o| matches!(&o.kind, Kind::Object(all) if all.iter().any(|(k, _)| *k == Some(key))))
        };
        let parsed = elysia.then(|| !(says("parse") || says("type")));
        let mut before = used(module, path);
        before.extend(args[1..at].iter().flat_map(hooked));
        give(path, Inline { handler, express, parsed, before });
    });
}
/// The handler of POST in the options of a route of `TanStack`.
fn posts<'m>(e: &'m Expr<'m>) -> Option<&'m Expr<'m>> {
    let Kind::Object(all) = &e.kind else { return None };
    let own = all.iter().find(|(k, v)| *k == Some("POST") && matches!(v.kind, Kind::Func(_) | Kind::Name(_)));
    own.map(|(_, v)| v)
        .or_else(|| all.iter().filter(|(k, _)| matches!(k, Some("server" | "handlers"))).find_map(|(_, v)| posts(v)))
}
/// The path that such a route is made with.
fn route_of<'m>(e: &'m Expr<'m>) -> Option<&'m str> {
    match &e.kind {
        Kind::Call(of, args, _) => args.first().and_then(Expr::text).or_else(|| route_of(of)),
        Kind::Member(of, _) => route_of(of),
        _ => None,
    }
}
/// The path of a chain of oRPC that has one, and what it uses.
fn of_chain<'m>(mut e: &'m Expr<'m>, before: &mut Vec<&'m Expr<'m>>) -> Option<&'m str> {
    let mut path = None;
    while let Kind::Call(callee, args, _) = &e.kind {
        let Kind::Member(of, name) = &callee.kind else { break };
        match (*name, args.first()) {
            ("route", Some(Expr { kind: Kind::Object(all), .. })) => {
                path = all.iter().find(|(k, _)| *k == Some("path")).and_then(|(_, v)| v.text());
            }
            ("use", Some(a)) => before.insert(0, a),
            _ => {}
        }
        e = of;
    }
    path.filter(|p| p.starts_with('/'))
}
/// What an argument between path and handler has called: itself, or the hooks of Fastify's options.
fn hooked<'m>(e: &'m Expr<'m>) -> Vec<&'m Expr<'m>> {
    match &e.kind {
        Kind::Object(all) => {
            let hooks = ["preHandler", "preValidation", "onRequest", "beforeHandle"];
            all.iter().filter(|(k, _)| k.is_some_and(|k| hooks.contains(&k))).map(|(_, v)| v).collect()
        }
        _ => vec![e],
    }
}
/// What `app.use` puts before a path and speaks of signatures.
fn used<'m>(module: &'m Module<'m>, path: &str) -> Vec<&'m Expr<'m>> {
    let mut out = Vec::new();
    walk(&module.body, true, &mut |e| {
        let Kind::Call(callee, args, false) = &e.kind else { return };
        let Kind::Member(_, "use") = &callee.kind else { return };
        let covers = args.first().and_then(Expr::text).is_none_or(|p| path.starts_with(p.trim_end_matches(['*', '/'])));
        let mut found = args.iter().filter(|a| a.text().is_none());
        if covers {
            out.extend(found.by_ref().filter(|a| match &a.kind {
                Kind::Func(_) => true,
                _ => a.path().is_some_and(|p| speaks_of_signatures(&p)),
            }));
        }
    });
    out
}
fn speaks_of_signatures(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["verif", "signature", "webhook", "hmac", "svix"].iter().any(|w| lower.contains(w))
}
/// Whether what runs before a handler only prepares the request.
fn prepares(e: &Expr<'_>) -> bool {
    let path = match &e.kind {
        Kind::Call(f, ..) => f.path(),
        _ => e.path(),
    };
    let Some(path) = path else { return false };
    let name = last(&path);
    matches!(name, "raw" | "json" | "text" | "urlencoded") || calls::is_plain_wrapper(name)
}

/// Whether a pages-router file switches the parsing of bodies off.
fn parses_body(module: &Module<'_>) -> bool {
    let mut off = false;
    for s in &module.body {
        if let Stmt::Let(p, Some(init)) = s
            && p.name() == Some("config")
        {
            init.walk(false, &mut |e| {
                if let Kind::Object(all) = &e.kind {
                    off |= all.iter().any(|(k, v)| *k == Some("bodyParser") && matches!(v.kind, Kind::Bool(false)));
                }
            });
        }
    }
    !off
}
/// Whether a file asks for an edge runtime.
fn is_edge(module: &Module<'_>) -> bool {
    module.body.iter().any(|s| match s {
        Stmt::Let(p, Some(init)) if p.name() == Some("runtime") => {
            matches!(init.text(), Some("edge" | "experimental-edge"))
        }
        Stmt::Let(p, Some(init)) if p.name() == Some("config") => init.any(&mut |e| {
            matches!(&e.kind, Kind::Object(all) if all.iter().any(|(k, v)| *k == Some("runtime") && matches!(v.text(), Some("edge" | "experimental-edge"))))
        }),
        _ => false,
    })
}

fn run<'m, 't: 'm>(world: &World<'m, 't>, entry: &Entry<'m>, assume: Assume, parsed: bool) -> Out {
    let run = || Run::new(*world, assume, parsed);
    match &entry.kind {
        EntryKind::Export(name, pages) => match world.export(entry.file, name, 3) {
            Some((file, local)) => run().handler(file, local, *pages),
            None => run().handler(entry.file, name, *pages),
        },
        EntryKind::Inline(inline) => {
            let mut first = Vec::new();
            for e in inline.before.iter().filter(|e| !prepares(e)) {
                let out = run().inline(entry.file, e, inline.express);
                let refuses = |(a, _, certain): &(Answer, Place, bool)| *certain && !a.is_success() && !passes(*a);
                let stops = out.throws || out.answers.iter().any(refuses);
                first.push(out);
                if stops {
                    return join(first);
                }
            }
            first.push(run().inline(entry.file, inline.handler, inline.express));
            join(first)
        }
    }
}
/// Whether an answer of what runs before a handler leaves it to the handler: `return next()`.
const fn passes(a: Answer) -> bool {
    matches!(a, Answer::None | Answer::Unknown)
}
/// What several that run in turn do together.
fn join(mut all: Vec<Out>) -> Out {
    let Some(mut out) = all.pop() else { return Out::default() };
    for mut before in all.into_iter().rev() {
        if !before.verifies.is_empty() {
            out.acts.iter_mut().for_each(|a| a.verified = true);
        }
        before.verifies.append(&mut out.verifies);
        before.acts.append(&mut out.acts);
        before.handed.append(&mut out.handed);
        before.trace.append(&mut out.trace);
        out.verifies = before.verifies;
        out.acts = before.acts;
        out.handed = before.handed;
        out.trace = before.trace;
        out.headers.append(&mut before.headers);
        out.packages.append(&mut before.packages);
        out.events.append(&mut before.events);
        out.plain_compare = before.plain_compare.or(out.plain_compare);
    }
    out
}

fn judge<'m, 't: 'm>(world: &World<'m, 't>, entry: &Entry<'m>) -> Option<Handler> {
    let module = world.module(entry.file)?;
    let summary = &world.tree.files[entry.file];
    let parsed = match &entry.kind {
        EntryKind::Export(_, pages) => *pages && parses_body(module),
        EntryKind::Inline(i) => i.parsed.unwrap_or(i.express && !speaks_raw(world, entry.file)),
    };
    let any = run(world, entry, Assume::Any, parsed);
    let provider = provider(world, entry, &any);
    if !is_hook(entry, summary, &any, provider) {
        let left_to = format!("what {} chooses", chooser(&entry.route)?);
        let (at, style) = (handler_place(world, entry), style(world, entry));
        return Some(unfollowed(summary, entry.route.clone(), at, style, &left_to));
    }
    let with = |assume| run(world, entry, assume, parsed);
    let (bad, no_header, no_secret) = (with(Assume::Bad), with(Assume::NoHeader), with(Assume::NoSecret));
    let (unhandled, elsewhere, fails) = (with(Assume::Unhandled), with(Assume::Elsewhere), with(Assume::Fails));
    let verified = verified(&any, &bad, &no_header, &no_secret, &elsewhere);
    let verifies = !any.verifies.is_empty() || !bad.verifies.is_empty();
    let first = any.verifies.first().or(bad.verifies.first());
    let writes_before = before(&bad, &verified, verifies);
    let mut trace = any.trace.clone();
    let answers = [
        ("with no secret set", answer(&no_secret)),
        ("with no signature header", answer(&no_header)),
        ("with a bad signature", answer(&bad)),
        ("to a type that it does not handle", answer(&unhandled)),
    ];
    let at = handler_place(world, entry);
    trace.sort();
    trace.dedup();
    for (when, what) in answers {
        trace.push((at.clone(), format!("{when} it answers: {}", what.word())));
    }
    let swallowed = fails.swallowed.clone().into_iter().collect();
    let idempotency = match idempotency(&any) {
        // What was handed on is done where nobody can look.
        Idempotency::NoEffect if matches!(verified, Verified::Unknown(_)) => Idempotency::Unknown,
        told => told,
    };
    Some(Handler {
        file: summary.shown.clone(),
        route: entry.route.clone(),
        at,
        style: style(world, entry),
        provider,
        verify: first.map(|v| verify(v, &no_secret)),
        raw_body: first.map_or(RawBody::Unknown, |v| v.body),
        writes_before,
        on_missing_secret: if verifies { answers[0].1 } else { Answer::Unknown },
        on_missing_header: if verifies { answers[1].1 } else { Answer::Unknown },
        on_bad_signature: if verifies { answers[2].1 } else { Answer::Unknown },
        unhandled: answers[3].1,
        unanswered: unanswered(&[&bad, &no_header, &no_secret, &unhandled, &any]),
        swallowed,
        events: any.events.iter().cloned().collect(),
        statuses: any.statuses.iter().cloned().collect(),
        effects: any.acts.iter().map(effect_of).collect(),
        idempotency,
        edge: is_edge(module),
        plain_compare: any.plain_compare.clone().or(bad.plain_compare.clone()),
        verified,
        trace,
    })
}
/// A controller of `NestJS` that takes webhooks. Its services are injected by their types, which nobody
/// can follow in the text alone: that it stands there is known, and what it does is not.
fn controller(world: &World<'_, '_>, file: usize) -> Option<Handler> {
    let summary = &world.tree.files[file];
    if !summary.modules.iter().any(|m| m == "@nestjs/common") {
        return None;
    }
    let text = world.text(file)?;
    let post = text.find("@Post(")?;
    let quoted = |from: usize| text.get(from..)?.split_once(')')?.0.split(['"', '\'', '`']).nth(1);
    let controller = text.find("@Controller(").and_then(quoted).unwrap_or_default();
    let route = [controller, quoted(post).unwrap_or_default()]
        .iter()
        .flat_map(|p| p.split('/'))
        .filter(|p| !p.is_empty())
        .fold(String::new(), |all, p| all + "/" + p);
    let named = format!("{} {route}", summary.path).to_ascii_lowercase();
    let signed = text.contains("signature\"") || text.contains("signature'");
    if !(named.contains("webhook") || signed) {
        return None;
    }
    let at = summary.place(crate::ir::place(text, u32::try_from(post).unwrap_or(0)));
    let style = Style { of: StyleOf::Node, request: "req".to_owned(), response: "res".to_owned() };
    let provider = calls::by_words(&named);
    Some(Handler { provider, ..unfollowed(summary, route, at, style, "services that NestJS injects") })
}
/// A handler of which no more is known than where it stands, and to what all else is left.
fn unfollowed(summary: &Summary, route: String, at: Place, style: Style, left_to: &str) -> Handler {
    Handler {
        file: summary.shown.clone(),
        route,
        at,
        style,
        provider: None,
        verify: None,
        raw_body: RawBody::Unknown,
        writes_before: Vec::new(),
        on_missing_secret: Answer::Unknown,
        on_missing_header: Answer::Unknown,
        on_bad_signature: Answer::Unknown,
        unhandled: Answer::Unknown,
        unanswered: Vec::new(),
        swallowed: Vec::new(),
        events: Vec::new(),
        statuses: Vec::new(),
        effects: Vec::new(),
        idempotency: Idempotency::Unknown,
        edge: false,
        plain_compare: None,
        verified: Verified::Unknown(left_to.to_owned()),
        trace: Vec::new(),
    }
}
/// The parameter by which a webhook's route says whose event it is, as in `/webhooks/[provider]`: the code that
/// verifies is looked up by it when the event is there.
fn chooser(route: &str) -> Option<&str> {
    const WHOSE: &[&str] =
        &["provider", "providername", "source", "service", "vendor", "integration", "platform", "gateway", "sender"];
    let last = route.trim_end_matches('/').rsplit('/').next()?;
    let bare = last.trim_start_matches([':', '$', '[']).trim_end_matches(']');
    let named = route.to_ascii_lowercase().contains("hook");
    let whose = WHOSE.contains(&bare.to_ascii_lowercase().replace(['_', '-'], "").as_str());
    (named && bare != last && whose).then_some(last)
}
/// Express routes that take the body as bytes: `express.raw(…)` beside them.
fn speaks_raw(world: &World<'_, '_>, file: usize) -> bool {
    world.text(file).is_some_and(|t| t.contains("express.raw") || t.contains("bodyParser.raw") || t.contains("rawBody"))
}
fn handler_place(world: &World<'_, '_>, entry: &Entry<'_>) -> Place {
    let shown = &world.tree.files[entry.file];
    let text = world.text(entry.file).unwrap_or_default();
    let module = world.module(entry.file);
    let at = match entry.kind {
        EntryKind::Inline(ref i) => i.handler.at,
        EntryKind::Export(name, _) => module.map_or(0, |m| declared(m, name)),
    };
    shown.place(crate::ir::place(text, at))
}
/// How a handler is given the request, and under which names.
fn style(world: &World<'_, '_>, entry: &Entry<'_>) -> Style {
    let module = world.module(entry.file);
    let hono = module.is_some_and(|m| m.imports.iter().any(|i| i.from == "hono"));
    let (of, handler) = match &entry.kind {
        EntryKind::Export(name, true) => (StyleOf::Pages, module.and_then(|m| exported(m, name))),
        EntryKind::Export(name, false) => {
            let nuxt = world.tree.files[entry.file].path.starts_with("server/");
            (if nuxt { StyleOf::Nuxt } else { StyleOf::Web }, module.and_then(|m| exported(m, name)))
        }
        EntryKind::Inline(i) => {
            let of = if i.express { StyleOf::Node } else { StyleOf::Web };
            let func = match &i.handler.kind {
                Kind::Func(f) => Some(&**f),
                Kind::Name(n) => module.and_then(|m| named(m, n)),
                _ => None,
            };
            (if hono && !i.express { StyleOf::Hono } else { of }, func)
        }
    };
    let name = |i: usize| match handler?.params.get(i)? {
        // `({ request }) => …` of SvelteKit and Remix.
        Pattern::Object(all, _) => all.iter().find(|(k, ..)| *k == "request").and_then(|(_, p, _)| p.name()),
        p => p.name(),
    };
    let usual = match of {
        StyleOf::Hono => "c",
        StyleOf::Nuxt => "event",
        _ => "req",
    };
    Style { of, request: name(0).unwrap_or(usual).to_owned(), response: name(1).unwrap_or("res").to_owned() }
}
/// The function that a file exports under a name, also where something is wrapped around it.
fn exported<'m>(module: &'m Module<'m>, name: &str) -> Option<&'m Func<'m>> {
    named(module, local(module, name)?)
}
/// The name in a file of what it exports under one.
fn local<'m>(module: &Module<'m>, name: &str) -> Option<&'m str> {
    match module.exports.iter().find(|e| e.name == name)?.of {
        ExportOf::Local(local) => Some(local),
        ExportOf::From(..) => None,
    }
}
/// The function behind a name at the top of a file, also where something is wrapped around it.
fn named<'m>(module: &'m Module<'m>, name: &str) -> Option<&'m Func<'m>> {
    module.body.iter().find_map(|s| match s {
        Stmt::Func(f) if f.name == name => Some(f),
        Stmt::Let(p, Some(init)) if p.name() == Some(name) => {
            let mut found = None;
            init.walk(false, &mut |e| match &e.kind {
                Kind::Func(f) if found.is_none() => found = Some(&**f),
                _ => {}
            });
            found
        }
        _ => None,
    })
}
/// Where an exported name is declared.
fn declared(module: &Module<'_>, name: &str) -> u32 {
    let Some(local) = local(module, name) else { return 0 };
    let found = module.body.iter().find_map(|s| match s {
        Stmt::Func(f) if f.name == local => Some(f.at),
        Stmt::Let(Pattern::Name(n, at), _) if *n == local => Some(*at),
        _ => None,
    });
    found.unwrap_or(0)
}

/// Whether a route takes the events of somebody else. Routes by which customers manage webhooks of
/// the app's own speak of webhooks too, and verify nothing.
fn is_hook(entry: &Entry<'_>, f: &Summary, any: &Out, provider: Option<&'static str>) -> bool {
    let path = if entry.route.is_empty() { f.path.as_str() } else { entry.route.as_str() };
    let path = path.to_ascii_lowercase();
    let named = path.contains("webhook") || path.contains("/hook") || path.contains("hooks/");
    let event = any.events.iter().any(|e| calls::is_event_type(e));
    let signs = any.verifies.iter().any(|v| {
        !matches!(v.kind, VerifyKind::Shared) && (v.kind != VerifyKind::Sdk || named || event || provider.is_some())
    });
    let header = any.headers.iter().any(|h| h.contains("signature") || h.starts_with("svix") || h.contains("hmac"));
    let shared = any.verifies.iter().any(|v| v.kind == VerifyKind::Shared) && named;
    // A parameter in the path is the id of a webhook that somebody manages.
    let managed = path.contains('[') || path.contains(':');
    signs && (named || header || event || provider.is_some())
        || header && (named || event)
        || shared && (event || provider.is_some())
        || named && provider.is_some() && !managed && !(any.acts.is_empty() && any.handed.is_empty())
        || event && named
}

/// Who sends the events.
fn provider(world: &World<'_, '_>, entry: &Entry<'_>, any: &Out) -> Option<&'static str> {
    let f = &world.tree.files[entry.file];
    let by_verify = || any.verifies.iter().find_map(|v| v.provider);
    let by_header = || any.headers.iter().find_map(|h| calls::by_header(h));
    let by_secret = || {
        let names = any.verifies.iter().filter_map(|v| v.secret.as_ref()).flat_map(|s| s.names.iter());
        names.filter_map(|n| providers::by_variable(n)).map(|(p, _)| p.id).find(|id| *id != "svix")
    };
    let place = if entry.route.is_empty() { &f.path } else { &entry.route };
    let by_event = || {
        let has = |s: &str| any.events.iter().any(|e| e.starts_with(s));
        let of = |id: &str| providers::ALL.iter().find(|p| p.id == id).map(|p| p.id);
        if has("checkout.session.") || has("invoice.") || has("customer.subscription.") {
            of("stripe")
        } else if has("subscription_") || has("order_") || has("license_key_") {
            of("lemonsqueezy")
        } else {
            None
        }
    };
    let by_module = || f.modules.iter().find_map(|m| calls::by_package(m));
    by_verify()
        .or_else(by_header)
        .or_else(by_secret)
        .or_else(|| calls::by_words(place))
        .or_else(by_event)
        .or_else(|| any.packages.iter().find_map(|p| calls::by_package(p)).filter(|_| !any.headers.is_empty()))
        .or_else(|| by_module().filter(|_| !any.headers.is_empty()))
}

/// Whether it does something with the event in this run.
fn does(out: &Out) -> Option<Place> {
    let act = out.acts.first().map(|a| a.at.clone());
    act.or_else(|| out.handed.iter().find(|(n, _, _)| !n.contains("wrapper")).map(|(_, p, _)| p.clone()))
}
/// The first thing that is done where no verification came before it in the good run.
fn verified(any: &Out, bad: &Out, no_header: &Out, no_secret: &Out, elsewhere: &Out) -> Verified {
    let seen = !any.verifies.is_empty() || !bad.verifies.is_empty();
    if !seen {
        // Code that nobody can look into may verify.
        return match any.handed.iter().find(|(n, _, _)| !n.starts_with("fetch")) {
            Some((name, _, _)) => Verified::Unknown(name.clone()),
            None => Verified::No,
        };
    }
    let mut open: Vec<(Place, OpenWhen)> = Vec::new();
    // What is done before the verification is another fault than what is done in spite of it.
    let early: Vec<&Place> = any.acts.iter().filter(|a| !a.verified).map(|a| &a.at).collect();
    let runs = [
        (bad, OpenWhen::Failed),
        (no_header, OpenWhen::NoHeader),
        (no_secret, OpenWhen::NoSecret),
        (elsewhere, OpenWhen::NotProduction),
    ];
    for (out, when) in runs {
        let late = out.acts.iter().find(|a| !early.contains(&&a.at)).map(|a| a.at.clone());
        // Where nothing that it does is known, its answer shows whether it goes on.
        let quiet = any.acts.is_empty() && any.handed.is_empty();
        let welcomed = quiet && out.answers.iter().any(|(a, _, c)| *c && a.is_success());
        let handed = out.handed.iter().filter(|_| any.acts.is_empty()).map(|(_, p, _)| p.clone()).next();
        let at = late.or(handed).or_else(|| welcomed.then(|| out.answers.first().map(|(_, p, _)| p.clone())).flatten());
        if let Some(at) = at
            && !(when == OpenWhen::NotProduction && open.iter().any(|(_, w)| *w == OpenWhen::Failed))
        {
            open.push((at, when));
        }
    }
    // An acknowledged event with a missing secret loses it; that is no hole where nothing is done.
    open.retain(|(_, w)| *w != OpenWhen::NoSecret || does(no_secret).is_some());
    if open.is_empty() { Verified::Yes } else { Verified::Open(open) }
}
/// Writes that stand before the verification on the good way.
fn before(bad: &Out, verified: &Verified, verifies: bool) -> Vec<Effect> {
    if !verifies || matches!(verified, Verified::No | Verified::Unknown(_)) {
        return Vec::new();
    }
    let open: Vec<&Place> = match verified {
        Verified::Open(all) => all.iter().map(|(p, _)| p).collect(),
        _ => Vec::new(),
    };
    bad.acts.iter().filter(|a| a.kind.is_write() && !open.contains(&&a.at)).map(effect_of).collect()
}
fn effect_of(a: &Act) -> Effect {
    Effect {
        kind: a.kind,
        call: a.call.clone(),
        provider: a.provider,
        at: a.at.clone(),
        awaited: a.awaited,
        guarded: a.guarded,
    }
}
fn verify(v: &Seen, no_secret: &Out) -> Verify {
    let made = match &v.secret {
        None => SecretMade::Unknown,
        Some(s) => match s.made {
            // Where no verification is reached without a secret, something stopped before it.
            SecretMade::Plain | SecretMade::EmptyFallback if no_secret.verifies.is_empty() => SecretMade::Guarded,
            made => made,
        },
    };
    let secret = v.secret.as_ref().map(|s| s.names.clone()).unwrap_or_default();
    Verify { at: v.at.clone(), call: v.call.clone(), kind: v.kind, secret, made }
}

/// What a run answers in the end.
fn answer(out: &Out) -> Answer {
    if out.throws && !out.answers.iter().any(|(_, _, c)| *c) {
        return Answer::Throws;
    }
    let certain = out.answers.iter().find(|(_, _, c)| *c);
    let known = |a: &Answer| *a != Answer::Unknown;
    if let Some((a, _, _)) = certain {
        return *a;
    }
    match out.answers.as_slice() {
        [] => Answer::Unknown,
        [(a, _, _)] => *a,
        all => {
            let first = all[0].0;
            if all.iter().all(|(a, _, _)| *a == first) && known(&first) { first } else { Answer::Unknown }
        }
    }
}
fn unanswered(runs: &[&Out]) -> Vec<Place> {
    let mut out: Vec<Place> = runs
        .iter()
        .flat_map(|r| r.answers.iter().filter(|(a, _, _)| *a == Answer::None).map(|(_, p, _)| p.clone()))
        .collect();
    out.sort();
    out.dedup();
    out
}
fn idempotency(any: &Out) -> Idempotency {
    let of = |kinds: &[EffectKind]| any.acts.iter().any(|a| kinds.contains(&a.kind) && !a.guarded);
    if any.acts.is_empty() {
        Idempotency::NoEffect
    } else if any.by_event_id {
        Idempotency::EventId
    } else if any.by_key {
        Idempotency::ObjectKey
    } else if of(&[EffectKind::Create, EffectKind::Increment, EffectKind::Mail])
        || any.acts.iter().any(|a| is_crm(a) && !a.guarded)
    {
        Idempotency::Nothing
    } else if of(&[EffectKind::Upsert]) {
        Idempotency::Upsert
    } else {
        Idempotency::Set
    }
}
fn is_crm(a: &Act) -> bool {
    let crm = matches!(a.provider, Some("hubspot" | "pipedrive" | "intercom" | "zendesk" | "crisp" | "gohighlevel"));
    crm && a.call.to_ascii_lowercase().contains("create")
}

/// Pages and routes behind a checkout's redirect that write what a customer may use.
fn grants(world: &World<'_, '_>, handlers: &[Handler]) -> Vec<Grant> {
    let mut out = Vec::new();
    for (i, f) in world.tree.files.iter().enumerate() {
        let path = f.path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let page = name.starts_with("page.") || route(&f.path).is_some() || path.contains("pages/");
        let behind = ["success", "thank", "complete", "confirm", "return", "callback"].iter().any(|w| path.contains(w));
        if f.test || f.client || !page || !behind || path.contains("hook") || path.contains("auth") {
            continue;
        }
        let Some(text) = world.text(i) else { continue };
        if !(text.contains("session_id") || text.contains("sessions.retrieve") || text.contains("checkout")) {
            continue;
        }
        let Some(module) = world.module(i) else { continue };
        let here = written(&module.body);
        let (at, writes, near) = match here {
            Some((at, writes)) => (at, writes, true),
            None => match called(world, i, module) {
                Some((at, writes)) => (at, writes, false),
                None => continue,
            },
        };
        let place = store(&writes);
        let also = handlers.iter().any(|h| {
            // What nobody can look into may well write it too.
            !near && matches!(h.verified, Verified::Unknown(_))
                || h.effects.iter().any(|e| e.kind.is_write() && store(&e.call) == place)
        });
        out.push(Grant {
            file: f.shown.clone(),
            at: f.place(crate::ir::place(text, at)),
            writes,
            also_by_webhook: also,
        });
    }
    out
}
/// The first write of what a customer may use.
fn written(body: &[Stmt<'_>]) -> Option<(u32, String)> {
    let mut write = None;
    walk(body, true, &mut |e| {
        if write.is_none()
            && let Kind::Call(callee, args, _) = &e.kind
            && let Some(path) = callee.path()
            && effect(&path, None).is_some_and(EffectKind::is_write)
            && args.iter().any(|a| a.any(&mut says_entitlement))
        {
            write = Some((e.at, path.replace("()", "")));
        }
    });
    write
}
/// The first call of another file's function that makes such a write itself.
fn called<'m, 't: 'm>(world: &World<'m, 't>, file: usize, module: &Module<'t>) -> Option<(u32, String)> {
    let tree = world.tree;
    let mut found = None;
    walk(&module.body, true, &mut |e| {
        let Kind::Call(callee, _, false) = &e.kind else { return };
        let (None, Kind::Name(name)) = (&found, &callee.kind) else { return };
        let Some(import) = module.imports.iter().find(|i| i.local == *name) else { return };
        let there = tree.resolver.find(&tree.files[file].path, import.from);
        let Some((there, local)) = there.and_then(|f| world.export(f, import.name, 3)) else { return };
        let Some(Body::Func(func)) = world.module(there).and_then(|m| own(m, local)) else { return };
        found = written(&func.body).map(|(_, writes)| (e.at, writes));
    });
    found
}
/// Where a call writes to, as far as its path says: `prisma.user.update` to `user`. Query builders name
/// the table elsewhere, so all that one of them writes may be the same.
fn store(call: &str) -> String {
    let verbs = ["insert", "update", "upsert", "delete", "from", "set", "create", "save", "put", "patch", "replace"];
    let parts = call.split('.').take_while(|p| !verbs.iter().any(|v| p.starts_with(v)));
    parts.skip(1).collect::<Vec<_>>().join(".").to_ascii_lowercase()
}
/// Whether a part of a write speaks of what a customer may use.
fn says_entitlement(e: &Expr<'_>) -> bool {
    let Kind::Object(all) = &e.kind else { return false };
    all.iter().any(|(k, _)| {
        let key = k.unwrap_or_default().to_ascii_lowercase();
        ["plan", "subscri", "ispro", "is_pro", "premium", "paid", "credits", "entitle", "tier", "status", "access"]
            .iter()
            .any(|w| key.contains(w))
    })
}

/// The handlers that a middleware stands before and that it does not let through.
fn covered(world: &World<'_, '_>, handlers: &[Handler]) -> Vec<(String, Place)> {
    let names = [
        "middleware.ts",
        "middleware.js",
        "proxy.ts",
        "proxy.js",
        "src/middleware.ts",
        "src/middleware.js",
        "src/proxy.ts",
        "src/proxy.js",
    ];
    let mut out = Vec::new();
    for (i, f) in world.tree.files.iter().enumerate().filter(|(_, f)| names.contains(&f.path.as_str())) {
        let (Some(text), Some(module)) = (world.text(i), world.module(i)) else { continue };
        let Some(at) = protects(text) else { continue };
        let matchers = matchers(module);
        for h in handlers.iter().filter(|h| !h.route.is_empty()) {
            let matched = matchers.is_empty() || matchers.iter().any(|m| matches_route(m, &h.route));
            // Any text that speaks of the route's own folders lets it through, as far as can be told.
            let first = h.route.split('/').nth(1).unwrap_or_default();
            let let_through = text.contains("ebhook")
                || h.route.split('/').skip(2).any(|p| !p.is_empty() && text.contains(p))
                || text.contains(&format!("\"/{first}"))
                || text.contains(&format!("'/{first}"))
                || text.contains("isPublic")
                || text.contains("publicRoutes");
            if matched && !let_through {
                out.push((h.file.clone(), f.place(crate::ir::place(text, at))));
            }
        }
    }
    out
}
/// Where a middleware turns strangers away, whatever the path.
fn protects(text: &str) -> Option<u32> {
    ["next-auth/middleware", "auth.protect(", "withAuth(", "authMiddleware("]
        .iter()
        .find_map(|w| text.find(w))
        .and_then(|i| u32::try_from(i).ok())
}
/// The matchers of a middleware; none where it stands before everything.
fn matchers(module: &Module<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for s in &module.body {
        if let Stmt::Let(p, Some(init)) = s
            && p.name() == Some("config")
        {
            init.walk(false, &mut |e| {
                if let Some(text) = e.text().filter(|t| t.starts_with('/')) {
                    out.push(text.to_owned());
                }
            });
        }
    }
    out
}
/// Whether a matcher covers a route. Patterns that leave something out are only taken for a match
/// where they name nothing of the route.
fn matches_route(matcher: &str, route: &str) -> bool {
    if let Some((head, behind)) = matcher.split_once("((?!") {
        let excluded = behind.split(')').next().unwrap_or_default();
        let first = route.trim_start_matches('/');
        return head == "/"
            && !excluded.split('|').any(|x| !x.is_empty() && first.starts_with(x.trim_start_matches('/')));
    }
    let fixed = matcher.split([':', '(', '*']).next().unwrap_or(matcher);
    if fixed == matcher { route == matcher } else { route.starts_with(fixed.trim_end_matches('/')) }
}
