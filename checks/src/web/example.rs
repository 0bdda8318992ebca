//! The small language of this family's examples: a table of URLs and what they answer, walked as the
//! real ones are.
//!
//! ```text
//! site acme.test                  # the default
//! canonical www.acme.test
//! http://acme.test/ 301 https://acme.test/
//! https://acme.test/ 200 strict-transport-security: max-age=63072000 | set-cookie: a=b
//! api.acme.test                   # a host that programs POST to; http+post:// is what it answers
//! https://www.acme.test/ refused  # nxdomain, no-address, reset, alert, protocol, timeout, servfail
//! private /admin                  # route, health, rate-limit PATH; host, staging NAME; budget MS; head COMMIT
//! session anna member acme-1      # name, role, tenant; `-` for none; …/admin@anna is what she gets
//! active                          # what needs --active is asked as well
//! https://acme.test/api 200 took: 900 | content-type: application/json | body: {"a":1}
//! https://acme.test/api^null 200  # with this Origin; +gzip with compression asked for
//! app-url https://acme.test       # NEXT_PUBLIC_APP_URL in production; `endpoint URL` at Stripe
//! ```
//! `{key:sk_live_}` in a body stands for a key with that prefix.
//! What the table does not name is healthy: http leads to https, `www.` to the apex, and the rest
//! answers 200 with HSTS.

use super::example_pages::Pages;
use super::facts::{Front, Home, PlainHttp, Redirects, Sibling, SitePlan};
use super::matrix::{MatrixWalk, MethodWalk};
use super::walk::RedirectWalk;
use crate::facts::Facts;
use crate::vocab::{Cause, DomainName, Observed, Origin, Step, TargetId, TargetKind, Targets};
use crate::wire::{HostFailure, HttpAnswer, HttpQuestion, Method};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) type Answer = Observed<Result<HttpAnswer, HostFailure>>;

/// Reads an example: targets, facts, and the site to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let name = |t: &str| DomainName::parse(t).map_err(|e| format!("{t}: {e}"));
    let (mut domain, mut canonical, mut table) = (name("acme.test")?, None, BTreeMap::new());
    let mut apis = Vec::new();
    let mut pages = Pages::default();
    for line in text.lines().map(|l| l.split(" # ").next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        let Some((word, rest)) = line.split_once(' ') else {
            if line == "active" {
                pages.active = true;
            } else {
                apis.push(name(line)?);
            }
            continue;
        };
        match word {
            "site" => domain = name(rest)?,
            "canonical" => canonical = Some(name(rest)?),
            _ if pages.takes(word, rest.trim())? => {}
            url if url.contains("://") => {
                table.insert(url.to_owned(), answer(rest.trim()).map_err(|why| format!("{line}: {why}"))?);
            }
            _ => return Err(format!("{line}: no such word")),
        }
    }
    let registrable = domain.registrable() == domain;
    let sibling = if registrable { domain.child("www") } else { None };
    let plan = SitePlan { domain, canonical, sibling };
    let walk = RedirectWalk { plan: plan.clone(), audited: Vec::new() };
    let (redirects, _, _) = Step::play(&walk, |q| reply(&table, q));
    let (matrix, _, _) = Step::play(&MatrixWalk { walk, seen: redirects.clone() }, |q| reply(&table, q));
    let methods = if apis.is_empty() {
        Observed::not_configured("no host is one that programs talk to")
    } else {
        Observed::known(Step::play(&MethodWalk { hosts: apis }, |q| reply(&table, q)).0)
    };
    let (mut targets, mut facts, at) = derive(plan.clone(), redirects);
    pages.play(&plan, &table, &mut targets, &mut facts, &at)?;
    facts.matrix.insert(at.clone(), Arc::new(Observed::known(matrix)));
    facts.methods.insert(at.clone(), Arc::new(methods));
    Ok((targets, facts, at))
}

fn derive(plan: SitePlan, redirects: Redirects) -> (Targets, Facts, TargetId) {
    let at = TargetId::new(TargetKind::Site, plan.domain.as_str());
    let mut targets = Targets::default();
    targets.add(at.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    let home = Home::of(&plan, &redirects);
    let front = match home.get() {
        Ok(home) => Front::of(home),
        Err(missing) => missing.into(),
    };
    facts.home.insert(at.clone(), Arc::new(home));
    facts.front.insert(at.clone(), Arc::new(front));
    facts.sibling.insert(at.clone(), Arc::new(Sibling::of(&plan, &redirects)));
    facts.plain_http.insert(at.clone(), Arc::new(Observed::known(PlainHttp::of(&plan, &redirects))));
    facts.redirects.insert(at.clone(), Arc::new(Observed::known(redirects)));
    facts.site_plan.insert(at.clone(), Arc::new(Observed::known(plan)));
    (targets, facts, at)
}

pub(super) fn page(status: u16, headers: Vec<(String, Vec<u8>)>) -> Answer {
    Observed::known(Ok(HttpAnswer { status, headers, body: Vec::new(), truncated: false, took_ms: 0 }))
}

pub(super) fn header(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_ascii_lowercase(), value.as_bytes().to_vec())
}

/// An answer as the tables write it.
pub(crate) fn answer(text: &str) -> Result<Answer, String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let failed = |f| Ok(Observed::known(Err(f)));
    match word {
        "refused" => return failed(HostFailure::Refused),
        "reset" => return failed(HostFailure::Reset),
        "nxdomain" => return failed(HostFailure::NoSuchName),
        "no-address" => return failed(HostFailure::NoAddress),
        "alert" => return failed(HostFailure::TlsAlert("handshake_failure".into())),
        "protocol" => return failed(HostFailure::Protocol("no HTTP".into())),
        "timeout" => return Ok(Observed::unknown(Cause::Timeout)),
        "servfail" => return Ok(Observed::unknown(Cause::Servfail)),
        _ => {}
    }
    let status = word.parse().map_err(|_| "neither a status nor a failure".to_owned())?;
    let mut headers = Vec::new();
    let (rest, body) = match rest.find("body: ") {
        Some(at) => (&rest[..at], key_in(&rest[at + 6..])),
        None => (rest, String::new()),
    };
    let mut took_ms = 0;
    for part in rest.split(" | ").map(str::trim).filter(|p| !p.is_empty()) {
        match part.split_once(": ") {
            Some(("took", ms)) => took_ms = ms.parse().map_err(|_| "took is a number".to_owned())?,
            Some((name, value)) => headers.push(header(name, value)),
            None => headers.push(header("location", part)),
        }
    }
    Ok(Observed::known(Ok(HttpAnswer { status, headers, body: body.into_bytes(), truncated: false, took_ms })))
}

/// A body with its keys put in: none stands in a file.
fn key_in(text: &str) -> String {
    // A body that is too large to stand in an example.
    if let Some((before, rest)) = text.split_once("{many:") {
        let (count, after) = rest.split_once('}').unwrap_or((rest, ""));
        return format!("{before}{}{after}", "x;\n".repeat(count.parse().unwrap_or(1)));
    }
    match text.split_once("{key:") {
        Some((before, rest)) => {
            let (prefix, after) = rest.split_once('}').unwrap_or((rest, ""));
            format!("{before}{prefix}a1B2c3D4e5F6g7H8i9J0k1L2m3N4{}", key_in(after))
        }
        None => text.to_owned(),
    }
}

pub(super) type Table = BTreeMap<String, Answer>;

fn reply(table: &BTreeMap<String, Answer>, question: &HttpQuestion) -> Answer {
    if question.method == Method::Post {
        let url = question.url.replacen("://", "+post://", 1);
        return table.get(&url).cloned().unwrap_or_else(|| page(404, Vec::new()));
    }
    // With a cookie a URL may have a line of its own: `https://acme.test/+a=b 200`.
    let cookie = question.headers.iter().find(|(n, _)| n == "cookie").map(|(_, v)| v.as_str());
    if let Some(answer) = cookie.and_then(|c| table.get(&format!("{}+{c}", question.url))) {
        return answer.clone();
    }
    if let Some(answer) = table.get(&question.url) {
        return answer.clone();
    }
    if let Some(rest) = question.url.strip_prefix("http://") {
        let secure = format!("https://{rest}");
        let nowhere = |a: &&Answer| matches!(a.get(), Ok(Err(f)) if f.is_nowhere());
        return table
            .get(&secure)
            .filter(nowhere)
            .cloned()
            .unwrap_or_else(|| page(301, vec![header("location", &secure)]));
    }
    if let Some(apex) = question.url.strip_prefix("https://www.") {
        return page(308, vec![header("location", &format!("https://{apex}"))]);
    }
    page(200, vec![header("strict-transport-security", "max-age=63072000")])
}
