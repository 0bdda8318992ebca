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
//! ```
//! What is not named is healthy: 204 with `allow: OPTIONS, POST`, 404, 400, 400.

use super::{differential::Differential, facts::WebhookPlan};
use crate::{
    facts::Facts,
    vocab::{Cause, Observed, Origin, Place, Step, TargetId, TargetKind, Targets},
    wire::{HostFailure, HttpAnswer, HttpQuestion, Method},
};
use std::{collections::BTreeMap, sync::Arc};

type Answer = Observed<Result<HttpAnswer, HostFailure>>;

/// The targets, the facts and the target to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut plan =
        WebhookPlan { url: "https://acme.test/api/webhooks/stripe".into(), provider: "stripe".into(), declared: true };
    let mut table: BTreeMap<&str, Answer> = BTreeMap::new();
    for (word, status, rest) in [
        ("OPTIONS", "204", "allow: OPTIONS, POST"),
        ("control", "404", ""),
        ("unsigned", "400", ""),
        ("forged", "400", ""),
    ] {
        table.insert(word, answer(status, rest)?);
    }
    for line in text.lines().map(|l| l.split(" # ").next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        let (word, rest) = line.split_once(' ').ok_or_else(|| format!("{line}: a word alone"))?;
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "webhook" => {
                let (url, flag) = more.split_once(' ').unwrap_or((more, ""));
                plan = WebhookPlan { url: url.to_owned(), provider: first.into(), declared: flag != "inferred" };
            }
            "redirect" => {
                for shot in ["OPTIONS", "unsigned", "forged"] {
                    table.insert(shot, answer(first, &format!("location: {more}"))?);
                }
            }
            "all" => {
                for shot in ["OPTIONS", "control", "unsigned", "forged"] {
                    table.insert(shot, answer(first, more)?);
                }
            }
            _ => {
                let slot = table.get_mut(word).ok_or_else(|| format!("{line}: no such word"))?;
                *slot = answer(first, more).map_err(|why| format!("{line}: {why}"))?;
            }
        }
    }
    Ok(played(plan, &table))
}

fn played(plan: WebhookPlan, table: &BTreeMap<&str, Answer>) -> (Targets, Facts, TargetId) {
    let inquiry = Differential { plan: plan.clone(), token: "3f9a2c".into(), now: 1_795_000_000 };
    let (route, _, _) = Step::play(&inquiry, |q| table[which(q)].clone());
    let id = TargetId::new(TargetKind::Webhook, plan.url.as_str());
    let origin = if plan.declared {
        Origin::Declared(Place::new("launchcheck.toml", 1, 1))
    } else {
        Origin::Inferred("the source".into())
    };
    let mut targets = Targets::default();
    targets.add(id.clone(), origin);
    let shots = match route.get() {
        Ok(route) => route.shots.clone(),
        Err(missing) => missing.into(),
    };
    let mut facts = Facts::default();
    facts.webhook_plan.insert(id.clone(), Arc::new(Observed::known(plan)));
    facts.route.insert(id.clone(), Arc::new(route));
    facts.shots.insert(id.clone(), Arc::new(shots));
    (targets, facts, id)
}
fn which(q: &HttpQuestion) -> &'static str {
    match q.method {
        Method::Options => "OPTIONS",
        _ if q.url.contains("/launchcheck-") => "control",
        _ if q.headers.iter().any(|(n, _)| n.contains("signature")) => "forged",
        _ => "unsigned",
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
