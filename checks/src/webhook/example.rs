//! Reads the examples of the webhook rules.
//!
//! ```text
//! webhook stripe https://acme.test/api/webhooks/stripe    # the default; `inferred` behind it
//! OPTIONS 204 allow: OPTIONS, POST
//! control 404 "not found"
//! unsigned 400 content-type: text/plain | x-a: b "no signature"
//! forged timeout                      # or refused, reset, nxdomain
//! redirect 307 /sign-in               # what every request to the URL gets
//! all 403 cf-mitigated: challenge     # what every request gets
//! secret production                   # or laptop, none: with --active
//! payload thin                        # what Stripe says that it sends here: whole, thin or both
//! source swallows                     # what the source says of the handler
//! signed 400 "no"                     # also thin, aside, stale, compact, plain, bare, undefined, random, empty, broken
//! took 450                            # the milliseconds of each signed event
//! delivered 12 0                      # what Stripe says of the last week: taken, not taken
//! drill paid met NULL active          # a run of `webhook exercise`; also `unmet`, `answered 500`, `alerts 2`,
//!                                     # and of `duplicate`: fine, `grown TABLE 50`, `at-once TABLE 3`, `refused 500`
//! side-effect none                    # what a forged purchase did: none, or `changed`
//! ```
//! What is not named is healthy: 204 with `allow: OPTIONS, POST`, 404, 400, 400; 200 to what is signed.

use super::{
    differential::Differential,
    exercise::{Drill, Exercise, Grown, NOT_EXERCISED, Repeats, Run, SideEffect, Sight},
    facts::{Arrivals, BotWall, Payload, Reply, Route, SecretFrom, WebhookPlan},
    handling::{Handling, NO_HANDLER},
    refusal::NO_SECRET,
};
use crate::{
    facts::Facts,
    vocab::{Cause, Observed, Origin, Place, Step, TargetId, TargetKind, Targets},
    wire::{HostFailure, HttpAnswer, Method, ShotKind, ShotQuestion},
};
use std::{collections::BTreeMap, sync::Arc};

type Answer = Observed<Result<HttpAnswer, HostFailure>>;

/// A webhook that a person declared, for a passive run.
#[must_use]
pub fn plan(url: &str, provider: &str) -> WebhookPlan {
    WebhookPlan {
        url: url.to_owned(),
        provider: provider.into(),
        declared: true,
        active: false,
        brief: false,
        secret: Observed::not_configured(NO_SECRET),
        budget_ms: 300,
        budget_p95_ms: 500,
    }
}

const HEALTHY: &[(&str, &str, &str)] = &[
    ("OPTIONS", "204", "allow: OPTIONS, POST"),
    ("GET", "405", ""),
    ("control", "404", ""),
    ("unsigned", "400", "\"no signature\""),
    ("forged", "400", "\"bad\""),
    ("undefined", "400", "\"bad\""),
    ("random", "400", "\"bad\""),
    ("signed", "200", "\"{}\""),
    ("stale", "400", "\"too old\""),
    ("compact", "200", "\"{}\""),
    ("plain", "200", "\"{}\""),
    ("bare", "200", "\"{}\""),
    ("empty", "400", ""),
    ("broken", "400", ""),
    ("target", "204", "allow: OPTIONS, POST"),
    ("elsewhere", "404", ""),
    ("aside", "200", "\"{}\""),
    ("thin", "400", "\"bad\""),
];

/// The targets, the facts and the target to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut plan = plan("https://acme.test/api/webhooks/stripe", "stripe");
    let mut table: BTreeMap<&str, Answer> = BTreeMap::new();
    for (word, status, rest) in HEALTHY {
        table.insert(word, answer(status, rest)?);
    }
    let (mut took, mut arrivals) = (20, None);
    let (mut exercise, mut effect) = (None::<Exercise>, None);
    let (mut payload, mut swallows) = (Payload::Untold, None);
    for line in text.lines().map(|l| l.split(" # ").next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("{line}: a word alone"))?;
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{line}: `{text}` is no number"));
        match word {
            "webhook" => {
                let (url, flag) = more.split_once(' ').unwrap_or((more, ""));
                url.clone_into(&mut plan.url);
                plan.provider = first.into();
                plan.declared = flag != "inferred";
            }
            "secret" => {
                plan.active = true;
                let from = |production| SecretFrom { name: "STRIPE_WEBHOOK_SECRET".into(), production };
                plan.secret = match first {
                    "none" => Observed::not_configured(NO_SECRET),
                    place => Observed::known(from(place == "production")),
                };
            }
            "payload" => {
                let thin: &[bool] = match first {
                    "thin" => &[true],
                    "both" => &[true, false],
                    _ => &[false],
                };
                payload = Payload::of(thin.iter().copied());
            }
            "source" => swallows = Some(first == "swallows"),
            "took" => took = u32::try_from(number(first)?).map_err(|e| e.to_string())?,
            "delivered" => {
                arrivals = Some(Arrivals { delivered: number(first)?, failed: number(more)?, one_endpoint: true });
            }
            "drill" => {
                let drill = drill(first, more).ok_or_else(|| format!("{line}: no such drill"))?;
                let all = exercise.get_or_insert_with(|| Exercise {
                    access: Some("users.status".into()),
                    alerts: Some("alerts".into()),
                    sent: 3,
                    ..Exercise::default()
                });
                all.drills.push(drill);
            }
            "side-effect" => {
                effect = Some(match first {
                    "none" => SideEffect::None(business(200)),
                    _ => SideEffect::Changed(business(200), vec!["users".into()]),
                });
            }
            "redirect" => {
                for (_, slot) in
                    table.iter_mut().filter(|(shot, _)| !matches!(**shot, "control" | "target" | "elsewhere" | "aside"))
                {
                    *slot = answer(first, &format!("location: {more}"))?;
                }
            }
            "all" => {
                for slot in table.values_mut() {
                    *slot = answer(first, more)?;
                }
            }
            _ => {
                let slot = table.get_mut(word).ok_or_else(|| format!("{line}: no such word"))?;
                *slot = answer(first, more).map_err(|why| format!("{line}: {why}"))?;
            }
        }
    }
    let (targets, mut facts, id) = played(plan, payload, &table, took, arrivals);
    let file = "app/api/webhooks/stripe/route.ts";
    let handling = swallows.map(|swallows| Handling { file: file.into(), at: Place::new(file, 3, 1), swallows });
    let handling = handling.map_or(Observed::not_configured(NO_HANDLER), Observed::known);
    facts.handling.insert(id.clone(), Arc::new(handling));
    let of = exercise.as_ref();
    facts.repeated.insert(id.clone(), Arc::new(of.map_or_else(nothing, Exercise::repeated)));
    facts.applied.insert(id.clone(), Arc::new(of.map_or_else(nothing, Exercise::applied)));
    facts.alerted.insert(id.clone(), Arc::new(of.map_or_else(nothing, Exercise::alerted)));
    facts.exercise.insert(id.clone(), Arc::new(exercise.map_or_else(nothing, Observed::known)));
    facts.side_effect.insert(id.clone(), Arc::new(effect.map_or_else(nothing, Observed::known)));
    Ok((targets, facts, id))
}

fn nothing<T>() -> Observed<T> {
    Observed::not_configured(NOT_EXERCISED)
}
fn business(status: u16) -> Reply {
    let url = "https://acme.test/api/webhooks/stripe".into();
    let sent = ShotKind::Business.words();
    Reply { sent, method: Method::Post, url, status, allow: None, body: "".into() }
}
fn drill(run: &str, rest: &str) -> Option<Drill> {
    let run = Run::ALL.into_iter().find(|r| r.word() == run)?;
    let words: Vec<&str> = rest.split(' ').collect();
    let mut drill = Drill::of(run);
    let mut repeats = Repeats { times: 50, at_once: true, ..Repeats::default() };
    let grown =
        |table: &str, rows: &str, at_once| Some(Grown { table: table.into(), rows: rows.parse().ok()?, at_once });
    match words.as_slice() {
        ["fine"] => drill.repeats = Some(repeats),
        ["grown", table, rows] => {
            repeats.grown.push(grown(table, rows, false)?);
            drill.repeats = Some(repeats);
        }
        ["at-once", table, rows] => {
            repeats.grown.push(grown(table, rows, true)?);
            drill.repeats = Some(repeats);
        }
        ["refused", status] => {
            repeats.refused = Some((business(status.parse().ok()?), 50));
            drill.repeats = Some(repeats);
        }
        ["alerts", count] => drill.alerts = Some(count.parse().ok()?),
        ["answered", status] => {
            drill.refused = Some(("customer.subscription.deleted".into(), business(status.parse().ok()?)));
        }
        [met, before, after] => {
            let wanted = run.ends_open()?;
            let (before, after) = ((*before).into(), (*after).into());
            drill.access = Some(Sight { wanted, met: *met == "met", before, after, took_s: Some(1), within_s: 60 });
        }
        _ => return None,
    }
    Some(drill)
}

fn played(
    plan: WebhookPlan,
    payload: Payload,
    table: &BTreeMap<&str, Answer>,
    took: u32,
    arrivals: Option<Arrivals>,
) -> (Targets, Facts, TargetId) {
    let inquiry = Differential { plan: plan.clone(), token: "3f9a2c".into(), now: 1_795_000_000, payload };
    let timed = |a: HttpAnswer| HttpAnswer { took_ms: took, ..a };
    let (route, _, _) = Step::play(&inquiry, |q| table[which(q)].clone().map(|a| a.map(timed)));
    let id = TargetId::new(TargetKind::Webhook, plan.url.as_str());
    let origin = if plan.declared {
        Origin::Declared(Place::new("launchcheck.toml", 1, 1))
    } else {
        Origin::Inferred("the source".into())
    };
    let mut targets = Targets::default();
    targets.add(id.clone(), origin);
    let mut facts = Facts::default();
    facts.webhook_plan.insert(id.clone(), Arc::new(Observed::known(plan)));
    facts.shots.insert(id.clone(), Arc::new(part(&route, |r| &r.shots)));
    facts.copies.insert(id.clone(), Arc::new(part(&route, |r| &r.copies)));
    facts.diagnosis.insert(id.clone(), Arc::new(part(&route, |r| &r.diagnosis)));
    facts.signed.insert(id.clone(), Arc::new(part(&route, |r| &r.signed)));
    facts.latency.insert(id.clone(), Arc::new(part(&route, |r| &r.latency)));
    facts.thin.insert(id.clone(), Arc::new(part(&route, |r| &r.thin)));
    facts.odd_bodies.insert(id.clone(), Arc::new(part(&route, |r| &r.odd)));
    let wall = route.clone().map(|r| BotWall::of(&r, arrivals));
    facts.bot_wall.insert(id.clone(), Arc::new(wall));
    facts.route.insert(id.clone(), Arc::new(route));
    (targets, facts, id)
}

/// A part of what the differential found.
pub fn part<T: Clone>(route: &Observed<Route>, of: impl Fn(&Route) -> &Observed<T>) -> Observed<T> {
    match route.get() {
        Ok(route) => of(route).clone(),
        Err(missing) => missing.into(),
    }
}

fn which(q: &ShotQuestion) -> &'static str {
    match q.kind {
        ShotKind::Options => "OPTIONS",
        ShotKind::Get => "GET",
        ShotKind::Control => "control",
        ShotKind::Unsigned => "unsigned",
        ShotKind::Forged => "forged",
        ShotKind::Undefined => "undefined",
        ShotKind::Random => "random",
        ShotKind::Signed | ShotKind::Sample(_) | ShotKind::Business | ShotKind::Repeat | ShotKind::ForgedBusiness => {
            "signed"
        }
        ShotKind::Stale => "stale",
        ShotKind::Compact => "compact",
        ShotKind::PlainText => "plain",
        ShotKind::Bare => "bare",
        ShotKind::Empty => "empty",
        ShotKind::Broken => "broken",
        ShotKind::Target => "target",
        ShotKind::Elsewhere(_) => "elsewhere",
        ShotKind::Aside(_) => "aside",
        ShotKind::Thin => "thin",
    }
}

fn answer(word: &str, rest: &str) -> Result<Answer, String> {
    let failure = match word {
        "timeout" => return Ok(Observed::unknown(Cause::Timeout)),
        "refused" => Some(HostFailure::Refused),
        "reset" => Some(HostFailure::Reset),
        "nxdomain" => Some(HostFailure::NoSuchName),
        _ => None,
    };
    if let Some(failure) = failure {
        return Ok(Observed::known(Err(failure)));
    }
    let status = word.parse().map_err(|_| format!("`{word}` is no status"))?;
    let (head, body) = rest.split_once('"').map_or((rest, ""), |(h, b)| (h, b.trim_end_matches('"')));
    let mut headers = Vec::new();
    for field in head.split(" | ").map(str::trim).filter(|f| !f.is_empty()) {
        let (name, value) = field.split_once(':').ok_or_else(|| format!("`{field}` is no header"))?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
    }
    Ok(Observed::known(Ok(HttpAnswer {
        status,
        headers,
        body: body.as_bytes().to_vec(),
        truncated: false,
        took_ms: 0,
    })))
}
