//! Server actions that wait for other companies, queues, and what only browsers tell.

use super::{
    is_own, marks,
    room::{Body, Room, each_statement, last, own},
    unparsed,
};
use crate::ir::{ExportOf, Expr, Func, Kind, Module, Stmt, walk};
use launchcheck_checks::code::work::{Chained, Jobs};

/// Companies with their packages and hosts.
const COMPANIES: &[(&str, &[&str], &[&str])] = &[
    ("Stripe", &["stripe"], &["api.stripe.com"]),
    ("Paddle", &["@paddle/paddle-node-sdk"], &["api.paddle.com"]),
    ("Lemon Squeezy", &["@lemonsqueezy/lemonsqueezy.js"], &["api.lemonsqueezy.com"]),
    ("Polar", &["@polar-sh/sdk"], &["api.polar.sh"]),
    ("HubSpot", &["@hubspot/api-client"], &["api.hubapi.com", "api.hsforms.com"]),
    ("Pipedrive", &["pipedrive"], &["api.pipedrive.com"]),
    ("GoHighLevel", &["@gohighlevel/api-client"], &["leadconnectorhq.com"]),
    ("Intercom", &["intercom-client"], &["api.intercom.io"]),
    ("Zendesk", &["node-zendesk"], &["zendesk.com/api"]),
    ("Crisp", &["crisp-api"], &["api.crisp.chat"]),
    ("Resend", &["resend"], &["api.resend.com"]),
    ("Postmark", &["postmark"], &["api.postmarkapp.com"]),
    ("SendGrid", &["@sendgrid/mail"], &["api.sendgrid.com"]),
    ("Loops", &["loops"], &["app.loops.so/api"]),
    ("Customer.io", &["customerio-node"], &["track.customer.io"]),
    ("Slack", &["@slack/web-api"], &["hooks.slack.com"]),
];
/// Those whom only a server can tell for sure, since browsers block them or close.
const DESKS: &[&str] = &["HubSpot", "Pipedrive", "GoHighLevel", "Intercom", "Zendesk", "Slack", "Customer.io"];

/// Looks at all of it.
pub(super) fn jobs(room: &Room<'_>) -> Jobs {
    let mut out = Jobs::default();
    super::queues::queues(room, &mut out);
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f) && !f.tooling) {
        let has = |mark: u32| f.marks & mark != 0;
        let told = f.client && has(marks::HOSTS);
        let logs = has(marks::VERIFIES) && has(marks::LOGGING);
        if !(has(marks::ACTION) || told || logs) {
            continue;
        }
        let Some(module) = room.module(i) else {
            out.gaps.push(unparsed(f));
            continue;
        };
        if has(marks::ACTION) {
            actions(*room, i, module, &mut out);
        }
        if told {
            told_by_browsers(room, i, module, &mut out);
        }
        if logs {
            correlates(room, i, module, &mut out);
        }
    }
    out.gaps.dedup();
    out
}

fn actions<'t>(room: Room<'t>, file: usize, module: &'t Module<'t>, out: &mut Jobs) {
    let all = module.directives.contains(&"use server");
    let mut found: Vec<(&'t str, &'t Func<'t>)> = Vec::new();
    for e in &module.exports {
        if let ExportOf::Local(local) = e.of
            && let Some(Body::Func(f)) = own(module, local)
            && (all || f.directives.contains(&"use server"))
        {
            found.push((e.name, f));
        }
    }
    for (name, func) in found {
        out.actions += 1;
        let mut chained =
            Chained { at: room.place(file, func.at), action: name.to_owned(), calls: Vec::new(), caught: false };
        walk(&func.body, false, &mut |e| {
            let Kind::Await(inner) = &e.kind else { return };
            let Kind::Call(f, args, _) = &inner.awaited().kind else { return };
            let path = f.path().unwrap_or_default();
            if let Some(company) = company(room, file, f, args, 2)
                && acts(&path)
            {
                chained.calls.push((company, path, room.place(file, e.at)));
            }
        });
        each_statement(&func.body, &mut |s| {
            if let Stmt::Try(_, Some(_), _) = s {
                chained.caught = true;
            }
        });
        let first = chained.calls.first().map(|c| c.0);
        if chained.calls.iter().any(|c| Some(c.0) != first) {
            out.chained.push(chained);
        }
    }
}
/// Whether a call changes something: looking something up does not, and neither does a page to pay on.
fn acts(path: &str) -> bool {
    let name = last(path);
    let looks = ["retrieve", "list", "search", "get", "find", "fetch", "read", "load", "lookup"]
        .iter()
        .any(|w| name.starts_with(w) && name != "fetch");
    !looks && !path.contains("sessions.create")
}
/// The company that a call goes to.
fn company<'t>(room: Room<'t>, file: usize, f: &'t Expr<'t>, args: &'t [Expr<'t>], hops: u8) -> Option<&'static str> {
    let base = f.root()?;
    if base == "fetch" {
        return args.first().and_then(host);
    }
    let module = room.module(file)?;
    let of_package = |m: &str| COMPANIES.iter().find(|(_, packages, _)| packages.contains(&m)).map(|c| c.0);
    if let Some(import) = module.imports.iter().find(|i| i.local == base)
        && let Some(company) = of_package(import.from)
    {
        return Some(company);
    }
    if hops == 0 {
        return None;
    }
    let found = room.named(file, base, 2).ok()?;
    match found.body {
        // `export const stripe = new Stripe(key)`
        Body::Value(Expr { kind: Kind::Call(made, args, _), .. }) => company(room, found.file, made, args, hops - 1),
        Body::Func(func) => {
            let mut of = None;
            walk(&func.body, false, &mut |e| {
                if let Kind::Call(f, args, _) = &e.kind
                    && of.is_none()
                    && acts(&f.path().unwrap_or_default())
                {
                    of = company(room, found.file, f, args, hops - 1);
                }
            });
            of
        }
        _ => None,
    }
}
fn host(e: &Expr<'_>) -> Option<&'static str> {
    let text = match &e.kind {
        Kind::Text(t) => (*t).to_owned(),
        Kind::Template(texts, _) => texts.concat(),
        _ => return None,
    };
    COMPANIES.iter().find(|(_, _, hosts)| hosts.iter().any(|h| text.contains(h))).map(|c| c.0)
}

fn told_by_browsers(room: &Room<'_>, file: usize, module: &Module<'_>, out: &mut Jobs) {
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, args, _) = &e.kind else { return };
        if f.path().as_deref() != Some("fetch") {
            return;
        }
        let Some(company) = args.first().and_then(host).filter(|c| DESKS.contains(c)) else { return };
        out.browser_calls = true;
        let (_, packages, hosts) = COMPANIES.iter().find(|c| c.0 == company).copied().unwrap_or_default();
        let by_server = room.tree.files.iter().enumerate().any(|(i, f)| {
            is_own(f)
                && !f.client
                && (f.modules.iter().any(|m| packages.contains(&m.as_str()))
                    || f.marks & marks::HOSTS != 0 && room.text(i).is_some_and(|t| hosts.iter().any(|h| t.contains(h))))
        });
        if !by_server && !out.browser_only.iter().any(|(c, _)| c == company) {
            out.browser_only.push((company.to_owned(), room.place(file, e.at)));
        }
    });
}

fn correlates(room: &Room<'_>, file: usize, module: &Module<'_>, out: &mut Jobs) {
    let (mut first, mut named) = (None, false);
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, args, _) = &e.kind else { return };
        let path = f.path().unwrap_or_default();
        let base = path.split('.').next().unwrap_or_default();
        if ["console", "logger", "log"].contains(&base) && path.contains('.') {
            first = first.or(Some(e.at));
            named |= base != "console" && last(&path) == "child";
            named |= args.iter().any(|a| {
                a.any(&mut |e| match &e.kind {
                    Kind::Member(_, n) | Kind::Name(n) => *n == "id" || n.ends_with("Id") || *n == "event",
                    _ => false,
                })
            });
        }
    });
    if let Some(at) = first {
        out.logging += 1;
        if !named {
            out.anonymous.push(room.place(file, at));
        }
    }
}
