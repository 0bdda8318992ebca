//! Payments: what is heard of those that fail, what browsers write, and what pages show.

use super::{
    is_own, marks,
    room::{Body, Room, each_statement, last, looks_local},
    unparsed,
};
use crate::ir::{Expr, Kind, Module, Stmt, walk};
use launchcheck_checks::{
    code::deeds::{BrowserSale, Money, Silent},
    vocab::Place,
};

/// The types of event that say a payment failed.
const FAILED: &[&str] = &[
    "invoice.payment_failed",
    "subscription.payment_failed",
    "subscription_payment_failed",
    "transaction.payment_failed",
];

/// Looks at all of it.
pub(super) fn money(room: &Room<'_>) -> Money {
    let mut out = Money::default();
    let mut verifies = false;
    let mut named = None;
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f)) {
        let has = |mark: u32| f.marks & mark != 0;
        let page = [".tsx", ".jsx", ".vue", ".svelte", ".astro"].iter().any(|e| f.path.ends_with(e));
        out.pages += u32::from(page);
        out.shown |= page && has(marks::SHOWN);
        out.browser |= f.client;
        if f.tooling {
            continue;
        }
        out.subscriptions |= has(marks::SUBSCRIPTIONS);
        out.follows |= has(marks::FOLLOWS);
        verifies |= has(marks::VERIFIES);
        if named.is_none() && has(marks::EVENTS) {
            named = name(room, i);
        }
        if has(marks::FAILED) || f.client && has(marks::SALES) {
            let Some(module) = room.module(i) else {
                out.gaps.push(unparsed(f));
                continue;
            };
            if has(marks::FAILED) {
                silent(*room, i, module, &mut out.silent);
            }
            if f.client {
                in_browser(room, i, module, &mut out.in_browser);
            }
        }
    }
    out.handles = named.filter(|_| verifies);
    let tracked = room.tree.files.iter().any(|f| is_own(f) && f.marks & marks::UPDATED != 0);
    out.silent.iter_mut().for_each(|s| s.elsewhere = tracked);
    out
}
/// Where a file names the first type of event.
fn name(room: &Room<'_>, file: usize) -> Option<(Place, String)> {
    let text = room.text(file)?;
    let (at, word) = marks::EVENT_NAMES.iter().filter_map(|w| Some((text.find(w)?, *w))).min()?;
    Some((room.place(file, u32::try_from(at).ok()?), word.to_owned()))
}

/// The cases for a failed payment in which nothing is done.
fn silent<'t>(room: Room<'t>, file: usize, module: &'t Module<'t>, out: &mut Vec<Silent>) {
    let mut add = |event: &str, at: u32| {
        out.push(Silent { at: room.place(file, at), event: event.to_owned(), elsewhere: false });
    };
    let is_failed = |e: &Expr<'_>| e.text().and_then(|t| FAILED.iter().find(|f| **f == t).copied());
    each_statement(&module.body, &mut |s| match s {
        Stmt::Switch(_, cases) => {
            for (n, (test, _)) in cases.iter().enumerate() {
                let Some((event, at)) = test.as_ref().and_then(|t| Some((is_failed(t)?, t.at))) else { continue };
                // A case without a body falls through to the next that has one.
                let body = cases[n..].iter().map(|(_, body)| body).find(|b| !b.is_empty());
                if body.is_none_or(|b| is_inert(room, file, b, 2)) {
                    add(event, at);
                }
            }
        }
        Stmt::If(test, then, _) => {
            if let Kind::Binary("===" | "==", a, b) = &test.kind
                && let Some(event) = is_failed(a).or_else(|| is_failed(b))
                && is_inert(room, file, then, 2)
            {
                add(event, test.at);
            }
        }
        _ => {}
    });
}
/// Whether these statements change nothing and tell nobody but the log.
fn is_inert<'t>(room: Room<'t>, file: usize, body: &'t [Stmt<'t>], hops: u8) -> bool {
    let idle = |e: &'t Expr<'t>| is_idle(room, file, e, hops);
    body.iter().all(|s| match s {
        Stmt::Jump | Stmt::Return(None, _) => true,
        Stmt::Expr(e) | Stmt::Return(Some(e), _) => idle(e),
        Stmt::Let(_, e) => e.as_ref().is_none_or(idle),
        Stmt::Block(b) => is_inert(room, file, b, hops),
        Stmt::If(test, a, b) => idle(test) && is_inert(room, file, a, hops) && is_inert(room, file, b, hops),
        _ => false,
    })
}
fn is_idle<'t>(room: Room<'t>, file: usize, e: &'t Expr<'t>, hops: u8) -> bool {
    let mut idle = true;
    e.walk(false, &mut |e| match &e.kind {
        Kind::Call(f, _, _) => {
            const QUIET: &[&str] =
                &["console", "logger", "log", "Response", "NextResponse", "res", "JSON", "String", "reply"];
            let base = f.root().unwrap_or_default();
            if QUIET.contains(&base) || !idle {
                return;
            }
            // A function of the app: what it does counts.
            let found = if hops > 0 && matches!(f.kind, Kind::Name(_)) { room.named(file, base, 1).ok() } else { None };
            idle = found.is_some_and(|found| match found.body {
                Body::Func(func) => is_inert(room, found.file, &func.body, hops - 1),
                _ => false,
            });
        }
        Kind::Assign(..) | Kind::Destructure(..) | Kind::Tagged(..) | Kind::Func(_) => idle = false,
        _ => {}
    });
    idle
}

/// Tables whose rows say what somebody has paid for.
const TABLES: &[&str] = &[
    "subscriptions",
    "subscription",
    "entitlements",
    "entitlement",
    "credits",
    "user_credits",
    "licenses",
    "payments",
    "purchases",
    "plans",
    "memberships",
    "customers",
    "billing",
    "invoices",
];
/// Packages that act with a secret key.
const SERVER_SDKS: &[&str] = &["stripe", "@paddle/paddle-node-sdk", "@lemonsqueezy/lemonsqueezy.js", "@polar-sh/sdk"];
const HOSTS: &[&str] = &["api.stripe.com", "api.paddle.com", "api.lemonsqueezy.com", "api.polar.sh"];

fn in_browser(room: &Room<'_>, file: usize, module: &Module<'_>, out: &mut Vec<BrowserSale>) {
    let sdk =
        |root: &str| module.imports.iter().find(|i| i.local == root && SERVER_SDKS.contains(&i.from)).map(|i| i.from);
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, args, new) = &e.kind else { return };
        let path = f.path().unwrap_or_default();
        let name = last(&path);
        let mut add = |what: String| out.push(BrowserSale { at: room.place(file, e.at), call: path.clone(), what });
        if let Some(package) = f.root().and_then(sdk).filter(|_| *new || path.contains('.') || !looks_local(&path)) {
            add(format!("it calls {package}, which needs the secret key"));
        } else if name == "fetch" {
            let url = args.first().map(url).unwrap_or_default();
            if let Some(host) = HOSTS.iter().find(|h| url.contains(**h)) {
                add(format!("it calls {host}, which needs the secret key"));
            }
        } else if ["insert", "update", "upsert", "delete"].contains(&name)
            && let Some(table) = table(f)
        {
            let fields = args.first().map(fields).unwrap_or_default();
            let entitles = [
                "plan",
                "credits",
                "tier",
                "is_pro",
                "isPro",
                "is_premium",
                "subscription_status",
                "subscriptionStatus",
                "stripe_customer_id",
            ];
            let people = ["profiles", "users", "accounts", "organizations", "teams"];
            if TABLES.contains(&table) {
                add(format!("it writes the table {table}"));
            } else if people.contains(&table)
                && let Some(field) = fields.iter().find(|f| entitles.contains(*f))
            {
                add(format!("it writes {field} of the table {table}"));
            }
        }
    });
}
/// The text of a URL, whatever is put into it.
fn url(e: &Expr<'_>) -> String {
    match &e.kind {
        Kind::Text(t) => (*t).to_owned(),
        Kind::Template(texts, _) => texts.concat(),
        _ => String::new(),
    }
}
/// The table of `supabase.from("table").update(…)`.
fn table<'t>(f: &'t Expr<'t>) -> Option<&'t str> {
    match &f.kind {
        Kind::Call(inner, args, _) if matches!(&inner.kind, Kind::Member(_, "from")) => {
            args.first().and_then(Expr::text)
        }
        Kind::Member(of, _) | Kind::Call(of, _, _) => table(of),
        _ => None,
    }
}
fn fields<'t>(e: &'t Expr<'t>) -> Vec<&'t str> {
    match &e.kind {
        Kind::Object(all) => all.iter().filter_map(|(k, _)| *k).collect(),
        Kind::Array(all) => all.iter().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}
