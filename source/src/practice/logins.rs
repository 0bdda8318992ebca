//! Where passwords are compared, and whether anything counts the tries.
//!
//! A service that keeps the passwords itself limits the tries itself, so only the app's own comparison
//! is looked at. What counts may stand in the file, in one that leads to it, in one that it imports, or
//! before all routes.

use super::{is_own, marks, room::Room, unparsed};
use crate::ir::{Kind, walk};
use launchcheck_checks::code::practice::{Doors, Login};
use std::collections::{BTreeSet, VecDeque};

/// Packages that compare passwords, and packages that count tries.
const COMPARES: &[&str] =
    &["bcrypt", "bcryptjs", "@node-rs/bcrypt", "argon2", "@node-rs/argon2", "scrypt-kdf", "oslo/password"];
const COUNTS: &[&str] = &[
    "@upstash/ratelimit",
    "rate-limiter-flexible",
    "express-rate-limit",
    "express-slow-down",
    "@fastify/rate-limit",
    "hono-rate-limiter",
    "@nestjs/throttler",
    "limiter",
    "@arcjet/",
    "@vercel/firewall",
    "@unkey/ratelimit",
    "koa-ratelimit",
    "next-rate-limit",
    "lambda-rate-limiter",
];
/// How many imports above the comparison a limit is looked for.
const HOPS: usize = 3;

/// Adds the places where passwords are compared.
pub(super) fn logins(room: &Room<'_>, out: &mut Doors) {
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f) && !f.tooling) {
        if f.marks & marks::PASSWORDS == 0 {
            continue;
        }
        let Some(module) = room.module(i) else {
            out.gaps.push(unparsed(f));
            continue;
        };
        let compares = |base: &str| {
            let of = module.imports.iter().find(|import| import.local == base);
            of.is_some_and(|import| COMPARES.contains(&import.from))
        };
        let mut found: Option<(u32, String)> = None;
        walk(&module.body, true, &mut |e| {
            let Kind::Call(f, _, _) = &e.kind else { return };
            let Some(path) = f.path() else { return };
            let (base, rest) = path.split_once('.').unwrap_or((&path, ""));
            let says = |word: &str| matches!(word, "compare" | "compareSync" | "verify" | "verifySync");
            let named = if rest.is_empty() { says(base) } else { says(rest) };
            if (path == "Bun.password.verify" || named && compares(base)) && found.is_none() {
                found = Some((e.at, path));
            }
        });
        if let Some((at, call)) = found {
            out.logins.push(Login { at: room.place(i, at), call, limited: limited(room, i) });
        }
    }
}

fn limited(room: &Room<'_>, file: usize) -> bool {
    let counts = |i: usize| room.file(i).marks & marks::LIMITS != 0;
    let package = |p: &str| COUNTS.iter().any(|c| p == *c || c.ends_with('/') && p.starts_with(c));
    let fence = |i: usize| {
        let (stem, _) = room.file(i).path.rsplit_once('.').unwrap_or_default();
        matches!(stem.rsplit('/').next(), Some("middleware" | "proxy" | "server" | "hooks.server"))
    };
    if room.tree.dependencies.keys().any(|p| package(p)) || (0..room.tree.files.len()).any(|i| fence(i) && counts(i)) {
        return true;
    }
    let mut seen = BTreeSet::from([file]);
    let mut queue = VecDeque::from([(file, 0)]);
    while let Some((at, hops)) = queue.pop_front() {
        if counts(at) || room.tree.imports[at].iter().any(|i| counts(*i)) {
            return true;
        }
        let above = room.tree.importers[at].iter().filter(|_| hops < HOPS);
        queue.extend(above.filter(|i| seen.insert(**i)).map(|i| (*i, hops + 1)));
    }
    false
}
