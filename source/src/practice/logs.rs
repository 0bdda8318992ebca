//! What is written into logs.

use super::{
    is_own, marks,
    room::{Room, last},
    unparsed,
};
use crate::ir::{Expr, Kind, walk};
use launchcheck_checks::{
    code::practice::{Logged, LoggedKind, Logs},
    env::shape::behind_public_prefix,
};

/// What logs, as the first name of a call.
const LOGGERS: &[&str] = &["console", "logger", "log", "winston", "pino"];
/// How it logs, as the last.
const LEVELS: &[&str] =
    &["log", "info", "warn", "error", "debug", "trace", "dir", "table", "fatal", "verbose", "silly"];
/// Names of things that are secrets, in small letters and without `_`.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "secretkey",
    "privatekey",
    "clientsecret",
    "webhooksecret",
    "signingsecret",
    "accesstoken",
    "refreshtoken",
    "sessiontoken",
    "idtoken",
    "bearertoken",
    "cardnumber",
    "cvc",
    "cvv",
    "hashedpassword",
    "passwordhash",
    "encryptionkey",
    "servicerolekey",
];
/// Names of what may be one.
const PERHAPS: &[&str] = &["token", "authtoken", "authorization", "cookie", "cookies", "jwt"];
/// Names of what belongs to a person.
const PEOPLE: &[&str] = &["email", "useremail", "customeremail", "phone", "phonenumber", "ssn", "iban", "dateofbirth"];
/// What such a name in front says: the text of a form, a message, a style.
const HARMLESS: &[&str] = &[
    "errors", "error", "err", "t", "messages", "labels", "strings", "styles", "form", "config", "flags", "schema", "z",
];

/// Looks at all calls that log.
pub(super) fn logs(room: &Room<'_>) -> Logs {
    let mut out = Logs::default();
    let files = room.tree.files.iter().enumerate();
    for (i, f) in files.filter(|(_, f)| is_own(f) && !f.tooling) {
        if f.marks & marks::LOGGING != 0 {
            out.calls += 1;
        }
        if f.marks & marks::LOGS == 0 {
            continue;
        }
        let Some(module) = room.module(i) else {
            out.gaps.push(unparsed(f));
            continue;
        };
        walk(&module.body, true, &mut |e| {
            let Kind::Call(f, args, false) = &e.kind else { return };
            let Some(path) = f.path() else { return };
            let mut parts = path.split('.');
            let logs = parts.next().is_some_and(|p| LOGGERS.contains(&p))
                && parts.count() > 0
                && LEVELS.contains(&last(&path));
            if !logs {
                return;
            }
            let mut seen: Vec<(String, LoggedKind)> = Vec::new();
            args.iter().for_each(|a| said(a, None, &mut seen));
            for (what, kind) in seen {
                out.leaks.push(Logged { at: room.place(i, e.at), call: path.clone(), what, kind });
            }
        });
    }
    out.leaks.sort_by(|a, b| (&a.at, a.kind, &a.what).cmp(&(&b.at, b.kind, &b.what)));
    // Of one thing in one file the first line says it all.
    let mut known = std::collections::BTreeSet::new();
    out.leaks.retain(|l| known.insert((l.at.file.clone(), l.what.clone())));
    out
}

/// What a value shows of what should not be seen. Only what goes into the log as it is counts: a
/// comparison, a length, a call that masks show nothing.
fn said(e: &Expr<'_>, key: Option<&str>, out: &mut Vec<(String, LoggedKind)>) {
    match &e.kind {
        Kind::Name(n) => out.extend(of_name(n).or_else(|| key.and_then(of_name)).map(|k| ((*n).to_owned(), k))),
        Kind::Member(of, name) => {
            let path = e.path().unwrap_or_default();
            if path == "process.env" || path == "import.meta.env" {
                out.push((path, LoggedKind::Variable));
                return;
            }
            let parent = of.path().unwrap_or_default();
            if matches!(parent.as_str(), "process.env" | "env" | "import.meta.env") {
                if is_secret_variable(name) {
                    out.push(((*name).to_owned(), LoggedKind::Variable));
                }
                return;
            }
            if HARMLESS.iter().any(|h| parent.split('.').any(|p| p == *h)) {
                return;
            }
            out.extend(of_name(name).map(|k| (path, k)));
        }
        Kind::Index(of, by) if of.path().as_deref() == Some("process.env") => {
            out.extend(by.text().filter(|n| is_secret_variable(n)).map(|n| (n.to_owned(), LoggedKind::Variable)));
        }
        Kind::Template(_, all) | Kind::Array(all) => all.iter().for_each(|e| said(e, None, out)),
        Kind::Object(all) => all.iter().for_each(|(k, v)| said(v, *k, out)),
        Kind::Binary("+", a, b) | Kind::Logical(_, a, b) | Kind::Cond(_, a, b) => {
            said(a, None, out);
            said(b, None, out);
        }
        Kind::Spread(a) | Kind::Await(a) => said(a, None, out),
        Kind::Call(f, args, false) => {
            if matches!(
                f.path().as_deref(),
                Some("JSON.stringify" | "String" | "Object.entries" | "util.inspect" | "inspect")
            ) {
                args.iter().take(1).for_each(|a| said(a, None, out));
            }
        }
        _ => {}
    }
}
fn of_name(name: &str) -> Option<LoggedKind> {
    let n: String = name.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase();
    if SECRETS.contains(&n.as_str()) {
        Some(LoggedKind::Secret)
    } else if PERHAPS.contains(&n.as_str()) {
        Some(LoggedKind::Perhaps)
    } else {
        PEOPLE.contains(&n.as_str()).then_some(LoggedKind::Person)
    }
}
/// Whether a variable's name says that it holds a secret.
fn is_secret_variable(name: &str) -> bool {
    const PARTS: &[&str] = &["SECRET", "PASSWORD", "PASSWD", "TOKEN", "PRIVATE", "CREDENTIALS"];
    const ENDS: &[&str] =
        &["API_KEY", "APIKEY", "DATABASE_URL", "ACCESS_KEY", "ENCRYPTION_KEY", "SERVICE_ROLE_KEY", "DSN"];
    let publicly = behind_public_prefix(name).is_some()
        || name.contains("PUBLIC")
        || name.ends_with("_ID")
        || name.ends_with("_URL") && !name.contains("DATABASE");
    !publicly
        && (PARTS.iter().any(|p| name.contains(p))
            || ENDS.iter().any(|e| name.ends_with(e)) && !name.ends_with("SENTRY_DSN"))
}
