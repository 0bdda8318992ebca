//! What counts as keeping others out. The list is wide on purpose: a guard that is not recognised
//! would be a false alarm, and those cost more than a miss.

use super::room::{Body, Room, last};
use crate::ir::{Expr, Kind, Module};
use std::collections::BTreeSet;

/// Packages whose use says that somebody is asked who they are.
const PACKAGES: &[&str] = &[
    "next-auth",
    "@auth/",
    "@clerk/",
    "better-auth",
    "lucia",
    "iron-session",
    "@auth0/",
    "@workos-inc/",
    "@kinde-oss/",
    "@supabase/auth-helpers",
    "jose",
    "jsonwebtoken",
    "passport",
    "firebase-admin/auth",
    "@upstash/qstash",
    "inngest",
    "@trigger.dev/",
    "svix",
    "standardwebhooks",
    "@logto/",
    "@stackframe/",
    "@descope/",
    "@propelauth/",
    "@unkey/",
    "@vercel/oidc",
    "google-auth-library",
    "@casl/",
    "oslo",
    "arctic",
    "hono/basic-auth",
    "hono/bearer-auth",
    "hono/jwt",
];
/// Whole names of functions that guard.
const NAMES: &[&str] = &[
    "getuser",
    "getcurrentuser",
    "currentuser",
    "requireuser",
    "protect",
    "can",
    "cannot",
    "forbidden",
    "unauthorized",
    "timingsafeequal",
    "cookies",
    "validaterequest",
    "getviewer",
    "getme",
    "constructevent",
    "getiron",
    "protectedprocedure",
    "adminprocedure",
];
/// Parts of names of functions that guard.
const PARTS: &[&str] = &[
    "session",
    "protect",
    "guard",
    "permission",
    "jwt",
    "apikey",
    "api_key",
    "basicauth",
    "bearer",
    "rbac",
    "allowlist",
    "whitelist",
    "ipallow",
    "verifysignature",
    "verifyrequest",
    "verifytoken",
    "verifycron",
    "verifysecret",
    "verifyinternal",
    "checksecret",
    "checktoken",
    "validatetoken",
    "validatesecret",
    "onlyowner",
    "hasrole",
    "checkrole",
    "requirerole",
    "withrole",
    "superuser",
    "membership",
    "signature",
    "login",
    "signin",
];
/// Verbs that make a word for privileged people a guard.
const VERBS: &[&str] =
    &["require", "is", "assert", "ensure", "check", "verify", "with", "must", "only", "validate", "has", "enforce"];
/// Members whose mention says that rights are looked at.
const MEMBERS: &[&str] =
    &["role", "roles", "isadmin", "is_admin", "permissions", "issuperadmin", "is_superuser", "isstaff"];

/// Whether a function's name says that it guards.
pub(super) fn is_guard(name: &str) -> bool {
    let n = name.to_ascii_lowercase();
    let auth = n.match_indices("auth").any(|(i, _)| {
        let rest = &n[i + 4..];
        !rest.starts_with("or") || rest.starts_with("ori")
    });
    let privileged =
        ["admin", "staff", "owner", "cron", "internal", "user", "member", "access"].iter().any(|w| n.contains(w))
            && VERBS.iter().any(|v| n.starts_with(v));
    auth || privileged || NAMES.contains(&n.as_str()) || PARTS.iter().any(|p| n.contains(p))
}

/// The first thing in these expressions that keeps others out.
pub(super) fn evidence<'t>(e: &'t Expr<'t>) -> Option<String> {
    match &e.kind {
        Kind::Call(f, args, _) => {
            let path = f.path();
            let name = path.as_deref().map(last);
            if let Some(name) = name.filter(|n| is_guard(n)) {
                return Some(name.to_owned());
            }
            // An answer that turns somebody away: `res.status(403)`, `c.json({}, 401)`, `new HTTPException(401)`.
            let says = [
                "status",
                "code",
                "json",
                "text",
                "html",
                "body",
                "error",
                "HTTPException",
                "abort",
                "throw",
                "sendStatus",
            ];
            if name.is_some_and(|n| says.contains(&n)) && args.iter().any(refuses) {
                return Some("an answer of 401 or 403".into());
            }
            if matches!(name, Some("get" | "header")) && args.first().and_then(Expr::text).is_some_and(is_credential) {
                return Some(format!("the header {}", args[0].text().unwrap_or_default()));
            }
            None
        }
        Kind::Object(all) => {
            let turned = all.iter().any(|(k, v)| *k == Some("status") && refuses(v));
            turned.then(|| "an answer of 401 or 403".into())
        }
        Kind::Index(_, by) => by.text().filter(|t| is_credential(t)).map(|t| format!("the header {t}")),
        Kind::Member(_, name) => {
            let n = name.to_ascii_lowercase();
            let env = e.path().filter(|p| p.starts_with("process.env.") || p.starts_with("env."));
            if env.is_some() {
                let is_secret = ["SECRET", "TOKEN", "PASSWORD", "ADMIN", "CRON", "NODE_ENV"].iter().any(|w| name.contains(w))
                    // Keys of providers are for calling them, not for being called.
                    && !["STRIPE", "RESEND", "OPENAI", "SUPABASE", "ANTHROPIC", "HUBSPOT", "SLACK"].iter().any(|w| name.contains(w));
                return is_secret.then(|| (*name).to_owned());
            }
            (MEMBERS.contains(&n.as_str()) || n == "authorization" || n == "cookies").then(|| (*name).to_owned())
        }
        _ => None,
    }
}
fn refuses(e: &Expr<'_>) -> bool {
    matches!(e.kind, Kind::Literal("401" | "403"))
        || matches!(&e.kind, Kind::Member(_, n) if matches!(n.to_ascii_lowercase().as_str(), "unauthorized" | "forbidden"))
}
/// Whether a header's name is of one that carries a secret.
fn is_credential(name: &str) -> bool {
    let n = name.to_ascii_lowercase();
    let words = ["auth", "secret", "token", "api-key", "apikey", "x-key", "signature", "cookie", "cron", "internal"];
    words.iter().any(|w| n.contains(w))
}

/// What was learned of a piece of code and what it calls.
#[derive(Default)]
pub(super) struct Look {
    /// What keeps others out.
    pub(super) guard: Option<String>,
    /// The last names of all that is called.
    pub(super) calls: BTreeSet<String>,
    /// Whether a module that looks like the app's own is not here, or a package wraps the handler.
    pub(super) unsure: bool,
}

/// Looks at a piece of code, and `hops` further at what it calls.
pub(super) fn look<'t>(room: Room<'t>, file: usize, body: Body<'t>, hops: u8, out: &mut Look) {
    let mut roots: BTreeSet<&'t str> = BTreeSet::new();
    body.walk(&mut |e| {
        if out.guard.is_none() {
            out.guard = evidence(e);
        }
        match &e.kind {
            Kind::Call(f, args, _) => {
                if let Some(path) = f.path() {
                    out.calls.insert(last(&path).to_owned());
                }
                roots.extend(f.root());
                // A handler given to a wrapper, `withUser(handler)`.
                roots.extend(args.iter().filter_map(|a| matches!(a.kind, Kind::Name(_)).then(|| a.root()).flatten()));
            }
            Kind::Name(n) => {
                // `export default handler` and `export const POST = handler`.
                if matches!(body, Body::Value(v) if std::ptr::eq(v, e)) {
                    roots.insert(n);
                }
            }
            _ => {}
        }
    });
    if out.guard.is_some() || hops == 0 {
        return;
    }
    let module = room.module(file);
    for root in roots {
        let import = module.and_then(|m| m.imports.iter().find(|i| i.local == root));
        if import.is_some_and(|i| guards_by_name(i.from)) {
            out.guard = import.map(|i| i.from.to_owned());
            return;
        }
        match room.named(file, root, 2) {
            Ok(found) => {
                let same = std::ptr::eq(body_address(found.body), body_address(body));
                if !same {
                    look(room, found.file, found.body, hops - 1, out);
                    if out.guard.is_some() {
                        return;
                    }
                }
            }
            Err(local) => out.unsure |= local,
        }
    }
}
fn body_address(body: Body<'_>) -> *const () {
    match body {
        Body::Func(f) => std::ptr::from_ref(f).cast(),
        Body::Value(e) => std::ptr::from_ref(e).cast(),
        Body::Whole(m) => std::ptr::from_ref(m).cast(),
    }
}
/// Whether a module's name is of a package that asks people who they are.
pub(super) fn guards_by_name(module: &str) -> bool {
    PACKAGES
        .iter()
        .any(|p| module == *p || p.ends_with('/') && module.starts_with(p) || module.starts_with(&format!("{p}/")))
}
/// Whether a module uses such a package.
pub(super) fn uses_package(module: &Module<'_>) -> Option<String> {
    module.imports.iter().find(|i| guards_by_name(i.from)).map(|i| i.from.to_owned())
}
