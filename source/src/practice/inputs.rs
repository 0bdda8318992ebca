//! What becomes of what is sent: whether it is written as it came, and to whose rows.

use super::{
    doors::route,
    guards::is_guard,
    is_own, marks,
    room::{Room, each_statement, last},
    unparsed,
};
use crate::ir::{Expr, Kind, Module, Pattern, Stmt, walk};
use launchcheck_checks::{
    billing::declared::{Declared, tables},
    code::work::{Inputs, RawWrite, Twice, Unscoped},
    vocab::Place,
};
use std::collections::BTreeMap;

/// Looks at all routes and actions.
pub(super) fn inputs(room: &Room<'_>) -> Inputs {
    let mut out = Inputs::default();
    let schema: Vec<Declared> =
        room.tree.extras.iter().filter(|(p, _)| p.ends_with(".prisma")).flat_map(|(p, t)| tables(p, t)).collect();
    let mut made: BTreeMap<String, (Option<Place>, Option<Place>)> = BTreeMap::new();
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f) && !f.tooling && !f.client) {
        if f.marks & marks::WRITES == 0 {
            continue;
        }
        let hook = f.marks & marks::VERIFIES != 0;
        let at = route(&f.path);
        let redirected = ["success", "thank", "complete", "welcome", "return"].iter().any(|w| f.path.contains(w));
        let enters = at.is_some() || f.marks & marks::ACTION != 0;
        if !enters && !hook && !redirected {
            continue;
        }
        let Some(module) = room.module(i) else {
            out.gaps.push(unparsed(f));
            continue;
        };
        if hook || redirected {
            makes(room, i, module, hook, &mut made);
        }
        if !enters || hook {
            continue;
        }
        out.files += 1;
        raw(room, i, module, &mut out.raw);
        let privileged =
            at.is_some_and(|r| ["admin", "cron", "internal", "webhook", "hooks"].iter().any(|w| r.contains(w)));
        if !privileged {
            unscoped(room, i, module, &schema, &mut out.unscoped);
        }
    }
    for (table, both) in made {
        if let (Some(webhook), Some(other)) = both {
            out.twice.push(Twice { table, webhook, other });
        }
    }
    out
}

/// Whether a call writes into the database.
fn writes(path: &str) -> bool {
    let base = path.split(['.', '(']).next().unwrap_or_default().to_ascii_lowercase();
    let stored = ["prisma", "db", "tx", "drizzle", "supabase", "supabaseadmin", "database", "ctx", "trx"]
        .contains(&base.as_str());
    stored
        && ["create", "update", "upsert", "insert", "values", "set", "updateMany", "createMany"].contains(&last(path))
}

fn raw(room: &Room<'_>, file: usize, module: &Module<'_>, out: &mut Vec<RawWrite>) {
    let mut bodies: Vec<&str> = Vec::new();
    each_statement(&module.body, &mut |s| {
        if let Stmt::Let(Pattern::Name(n, _), Some(e)) = s
            && is_body(e)
        {
            bodies.push(n);
        }
    });
    if bodies.is_empty() {
        return;
    }
    // One that is handed to anything else may be checked there.
    let mut found: Vec<(u32, String, &str)> = Vec::new();
    let mut handed: Vec<&str> = Vec::new();
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, args, _) = &e.kind else { return };
        let path = f.path().unwrap_or_default();
        if writes(&path) {
            for arg in args {
                if let Some(body) = whole(arg, &bodies) {
                    found.push((e.at, path.clone(), body));
                }
            }
        } else if !path.starts_with("console.") && !path.starts_with("JSON.") {
            handed.extend(args.iter().filter_map(|a| match &a.kind {
                Kind::Name(n) => Some(*n),
                _ => None,
            }));
        }
    });
    for (at, call, body) in found.into_iter().filter(|(_, _, b)| !handed.contains(b)) {
        out.push(RawWrite { at: room.place(file, at), call, body: body.to_owned() });
    }
}
/// `await req.json()`, `req.body`, `Object.fromEntries(formData)`
fn is_body(e: &Expr<'_>) -> bool {
    let path = e.awaited().path().unwrap_or_default();
    let base = path.split('.').next().unwrap_or_default();
    let asked = ["req", "request", "r", "c", "ctx", "event"].contains(&base);
    if asked && (path.ends_with(".json()") || path.ends_with(".body")) {
        return true;
    }
    matches!(&e.awaited().kind, Kind::Call(f, args, _)
        if f.path().as_deref() == Some("Object.fromEntries")
            && args.first().is_some_and(|a| a.root().is_some_and(|r| r.to_ascii_lowercase().contains("formdata"))))
}
/// The body that a value holds whole: itself, as `data`, or spread.
fn whole<'t>(e: &Expr<'t>, bodies: &[&'t str]) -> Option<&'t str> {
    match &e.kind {
        Kind::Name(n) => bodies.iter().find(|b| *b == n).copied(),
        Kind::Object(all) => all.iter().find_map(|(k, v)| match k {
            None => match &v.kind {
                Kind::Spread(of) => whole(of, bodies),
                _ => whole(v, bodies),
            },
            Some("data" | "create" | "update") => whole(v, bodies),
            _ => None,
        }),
        Kind::Spread(of) => whole(of, bodies),
        _ => None,
    }
}

const OWNERS: &[&str] = &[
    "userid",
    "ownerid",
    "organizationid",
    "organisationid",
    "orgid",
    "teamid",
    "workspaceid",
    "tenantid",
    "accountid",
    "authorid",
    "companyid",
    "createdbyid",
];
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn unscoped(room: &Room<'_>, file: usize, module: &Module<'_>, schema: &[Declared], out: &mut Vec<Unscoped>) {
    let (mut signed_in, mut cares) = (false, false);
    let mut found: Vec<(u32, String, String)> = Vec::new();
    let mentions = |n: &str| {
        let n = plain(n);
        OWNERS.iter().any(|o| {
            n.contains(o.trim_end_matches("id"))
                && n != "user"
                && n != "account"
                && n != "getuser"
                && n != "currentuser"
                && n != "requireuser"
        })
    };
    walk(&module.body, true, &mut |e| match &e.kind {
        Kind::Call(f, args, _) => {
            let path = f.path().unwrap_or_default();
            let name = last(&path);
            let asks = [
                "auth",
                "getServerSession",
                "currentUser",
                "getUser",
                "requireUser",
                "getSession",
                "getCurrentUser",
                "requireAuth",
                "getAuth",
            ];
            signed_in |= asks.contains(&name);
            let small = name.to_ascii_lowercase();
            let checks = [
                "check",
                "assert",
                "can",
                "verify",
                "ensure",
                "require",
                "permission",
                "access",
                "own",
                "member",
                "role",
                "policy",
            ];
            cares |= !asks.contains(&name)
                && (is_guard(name) && !small.contains("auth")
                    || checks.iter().any(|w| small.starts_with(w) || w.len() > 3 && small.contains(w)));
            let parts: Vec<&str> = path.split('.').collect();
            if let [base, model, "update" | "delete"] = parts[..]
                && ["prisma", "db"].contains(&base)
                && let Some(owner) = owner(schema, model)
                && args.first().is_some_and(by_id_alone)
            {
                found.push((e.at, path, owner));
            }
        }
        Kind::Name(n) | Kind::Member(_, n) => cares |= mentions(n) || ["role", "isAdmin", "permissions"].contains(n),
        Kind::Object(all) => cares |= all.iter().any(|(k, _)| k.is_some_and(mentions)),
        _ => {}
    });
    if signed_in && !cares {
        out.extend(found.into_iter().map(|(at, call, owner)| Unscoped { at: room.place(file, at), call, owner }));
    }
}
/// The column of a model that says whose its rows are.
fn owner(schema: &[Declared], model: &str) -> Option<String> {
    let table = schema.iter().find(|t| {
        let (t, m) = (plain(&t.table), plain(model));
        t == m || t.strip_suffix('s') == Some(m.as_str())
    })?;
    if plain(model) == "user" {
        return None;
    }
    table.columns.iter().find(|c| OWNERS.contains(&plain(c).as_str())).cloned()
}
/// `{ where: { id: params.id } }`, the id being the caller's.
fn by_id_alone(e: &Expr<'_>) -> bool {
    let Kind::Object(all) = &e.kind else { return false };
    let Some((_, place)) = all.iter().find(|(k, _)| *k == Some("where")) else { return false };
    let Kind::Object(keys) = &place.kind else { return false };
    let [(Some("id"), value)] = keys.as_slice() else { return false };
    let theirs =
        ["params", "id", "body", "input", "data", "req", "request", "searchParams", "formData", "context", "ctx"];
    value.root().is_some_and(|r| theirs.contains(&r) || r.ends_with("Id"))
}

/// Tables whose rows a payment makes.
const SOLD: &[&str] = &[
    "subscription",
    "payment",
    "order",
    "purchase",
    "invoice",
    "credit",
    "license",
    "entitlement",
    "transaction",
    "membership",
];

fn makes(
    room: &Room<'_>,
    file: usize,
    module: &Module<'_>,
    hook: bool,
    made: &mut BTreeMap<String, (Option<Place>, Option<Place>)>,
) {
    walk(&module.body, true, &mut |e| {
        let Kind::Call(f, args, _) = &e.kind else { return };
        let path = f.path().unwrap_or_default();
        let parts: Vec<&str> = path.split('.').collect();
        let table = match parts[..] {
            ["prisma" | "db" | "tx", model, "create"] => Some(model.to_owned()),
            ["db" | "tx", "insert"] => args.first().and_then(Expr::root).map(str::to_owned),
            _ => None,
        };
        let Some(table) =
            table.map(|t| plain(&t).trim_end_matches('s').to_owned()).filter(|t| SOLD.contains(&t.as_str()))
        else {
            return;
        };
        let (webhook, other) = made.entry(table).or_default();
        let side = if hook { webhook } else { other };
        if side.is_none() {
            *side = Some(room.place(file, e.at));
        }
    });
}
