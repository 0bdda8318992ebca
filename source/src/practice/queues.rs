//! Queues and their jobs: those that are tried once only, and those whose last failure nobody hears of.
//!
//! What each library does by itself, as its documentation says (2026-11): `BullMQ` tries once
//! (docs.bullmq.io/guide/retrying-failing-jobs); Inngest tries five times, `retries: 0` switches that
//! off, and `onFailure` or a function on `inngest/function.failed` hears (inngest.com/docs); Trigger.dev
//! tries by `retries.default` of its configuration or `retry.maxAttempts` of a task
//! (trigger.dev/docs/errors-retrying); `QStash` tries as often as the plan allows, `retries: 0` or the
//! header `Upstash-Retries: 0` switches that off, and `failureCallback` hears
//! (upstash.com/docs/qstash/features/retry); pg-boss tries three times, `retryLimit: 0` once, and
//! `deadLetter` names the queue of those that failed (timgit.github.io/pg-boss); Graphile Worker tries
//! 25 times, `maxAttempts: 1` once (worker.graphile.org/docs/library/add-job).

use super::{
    is_own, marks,
    room::{Room, last},
    unparsed,
};
use crate::{
    ir::{Expr, Kind, Module, walk},
    summary::Summary,
};
use launchcheck_checks::code::work::{Jobs, Library, Tried};

/// The libraries, each with its packages.
const LIBRARIES: &[(Library, &[&str])] = &[
    (Library::BullMq, &["bullmq"]),
    (Library::Inngest, &["inngest"]),
    (Library::TriggerDev, &["@trigger.dev/sdk"]),
    (Library::QStash, &["@upstash/qstash"]),
    (Library::PgBoss, &["pg-boss"]),
    (Library::Graphile, &["graphile-worker"]),
];

/// Looks at the files that use such a library, or that import the file which does.
pub(super) fn queues(room: &Room<'_>, out: &mut Jobs) {
    for (library, packages) in LIBRARIES {
        let uses = |f: &Summary| {
            let of =
                |m: &String| packages.iter().any(|p| m == p || m.strip_prefix(p).is_some_and(|r| r.starts_with('/')));
            f.modules.iter().any(of)
        };
        let files = &room.tree.files;
        if !files.iter().any(|f| is_own(f) && uses(f)) {
            continue;
        }
        let mut seen = Seen::default();
        for (i, f) in files.iter().enumerate().filter(|(_, f)| is_own(f)) {
            let near = uses(f) || room.tree.imports[i].iter().any(|n| uses(&files[*n]));
            if *library == Library::BullMq {
                seen.tries |= f.marks & marks::ATTEMPTS != 0;
                seen.hears |= uses(f) && f.marks & marks::HEARS != 0;
            }
            let config = *library == Library::TriggerDev && f.path.starts_with("trigger.config.");
            if !(config || near && !f.tooling) {
                continue;
            }
            let Some(module) = room.module(i) else {
                out.gaps.push(unparsed(f));
                continue;
            };
            seen.hears |= f.modules.iter().any(|m| m.starts_with("@sentry/") || m == "@inngest/middleware-sentry");
            read(room, i, module, *library, &mut seen);
        }
        out.queued |= !(seen.once.is_empty() && seen.unheard.is_empty() && seen.made == 0);
        if !seen.tries {
            out.once.extend(seen.once);
        }
        if !seen.hears {
            out.unheard.extend(seen.unheard);
        }
    }
}

/// What the files of one library show.
#[derive(Default)]
struct Seen {
    /// How many jobs, queues or workers there are.
    made: u32,
    once: Vec<Tried>,
    unheard: Vec<Tried>,
    /// Whether something that was not followed may say how often, or hear.
    tries: bool,
    hears: bool,
}

fn read(room: &Room<'_>, file: usize, module: &Module<'_>, library: Library, seen: &mut Seen) {
    let tried = |at: u32, chosen: bool| Tried { at: room.place(file, at), library, chosen };
    let bull = |name: &str| module.imports.iter().find(|i| i.from == "bullmq" && i.name == name).map(|i| i.local);
    let (queue, worker) = (bull("Queue"), bull("Worker"));
    walk(&module.body, true, &mut |e| {
        let Kind::Call(callee, args, new) = &e.kind else {
            // Events that say that a job failed for good, and settings that hear of all of them.
            seen.hears |= match library {
                Library::Inngest => e.text() == Some("inngest/function.failed"),
                Library::Graphile => matches!(e.text(), Some("job:failed")),
                _ => false,
            };
            return;
        };
        let path = callee.path().unwrap_or_default();
        let name = last(&path);
        let of = |key: &str| option(args, key);
        let open = args.iter().any(is_open);
        match library {
            Library::BullMq => {
                let Kind::Name(n) = callee.kind else { return };
                if *new && Some(n) == queue {
                    seen.made += 1;
                    // Options that stand elsewhere may say how often.
                    seen.tries |= args.get(1).is_some_and(|o| is_open(o) || !matches!(o.kind, Kind::Object(_)));
                    seen.once.push(tried(e.at, false));
                } else if *new && Some(n) == worker {
                    seen.made += 1;
                    seen.unheard.push(tried(e.at, false));
                }
            }
            Library::Inngest if name == "createFunction" => {
                seen.made += 1;
                if of("retries").is_some_and(|v| is_number(v, "0")) {
                    seen.once.push(tried(e.at, true));
                }
                let config = args.first().is_some_and(|a| matches!(a.kind, Kind::Object(_)));
                if config && !open && of("onFailure").is_none() {
                    seen.unheard.push(tried(e.at, false));
                }
            }
            Library::TriggerDev
                if matches!(name, "task" | "schemaTask" | "defineConfig") || path.ends_with("schedules.task") =>
            {
                let task = name != "defineConfig";
                seen.made += u32::from(task);
                let retry = of(if task { "retry" } else { "default" });
                let attempts = retry.and_then(|r| option(std::slice::from_ref(r), "maxAttempts"));
                if attempts.is_some_and(|v| is_number(v, "1")) {
                    seen.once.push(tried(e.at, true));
                }
                if !task {
                    seen.hears |= of("onFailure").is_some() || open;
                } else if of("onFailure").is_none() && !open {
                    seen.unheard.push(tried(e.at, false));
                }
            }
            Library::TriggerDev if path == "tasks.onFailure" => seen.hears = true,
            Library::QStash if matches!(name, "publishJSON" | "publish" | "enqueueJSON") => {
                seen.made += 1;
                let header = of("Upstash-Retries").is_some_and(|v| v.text() == Some("0") || is_number(v, "0"));
                if header || of("retries").is_some_and(|v| is_number(v, "0")) {
                    seen.once.push(tried(e.at, true));
                }
                let given = args.first().is_some_and(|a| matches!(a.kind, Kind::Object(_)));
                let hears = ["failureCallback", "Upstash-Failure-Callback"].iter().any(|k| of(k).is_some());
                if given && !open && !hears {
                    seen.unheard.push(tried(e.at, false));
                }
            }
            Library::PgBoss => {
                let asked = matches!(name, "send" | "createQueue" | "insert" | "schedule" | "PgBoss");
                if asked && of("retryLimit").is_some_and(|v| is_number(v, "0")) {
                    seen.once.push(tried(e.at, true));
                }
                seen.hears |= asked && (of("deadLetter").is_some() || open);
                if name == "work" {
                    seen.made += 1;
                    seen.unheard.push(tried(e.at, false));
                }
            }
            Library::Graphile => {
                if matches!(name, "addJob" | "quickAddJob" | "addJobAdhoc") {
                    seen.made += 1;
                    if of("maxAttempts").is_some_and(|v| is_number(v, "1")) {
                        seen.once.push(tried(e.at, true));
                    }
                } else if name == "run" && of("taskList").or(of("taskDirectory")).is_some() {
                    seen.made += 1;
                    seen.unheard.push(tried(e.at, false));
                }
            }
            _ => {}
        }
    });
}
/// What an option is given, in any object among the arguments or one object deeper.
fn option<'e, 't>(args: &'e [Expr<'t>], key: &str) -> Option<&'e Expr<'t>> {
    let members = |e: &'e Expr<'t>| match &e.kind {
        Kind::Object(all) => all.as_slice(),
        _ => &[],
    };
    let find = |e: &'e Expr<'t>| members(e).iter().find(|(k, _)| *k == Some(key)).map(|(_, v)| v);
    args.iter().find_map(|a| find(a).or_else(|| members(a).iter().find_map(|(_, v)| find(v))))
}
fn is_open(e: &Expr<'_>) -> bool {
    matches!(&e.kind, Kind::Object(all) if all.iter().any(|(k, _)| k.is_none()))
}
fn is_number(e: &Expr<'_>, n: &str) -> bool {
    matches!(e.kind, Kind::Literal(l) if l == n)
}
