//! What the values say together: rules that do not exist, targets that stand twice, a base URL
//! that would carry a key elsewhere. All of it is found at once.

use super::{App, Billing, Config, Exercise, Located, Source, SqlCheck, Webhook, suggest::nearest};
use crate::problem::Problem;
use launchcheck_checks::{
    billing::mapping::is_customer_id,
    vocab::{Family, Pick, Severity, TargetKind},
};
use std::{ops::Range, path::Path};
use url::{Host, Url};

/// Everything that is wrong, in the order of the file.
#[must_use]
pub fn check(config: &Config) -> Vec<Problem> {
    let Some(source) = &config.source else { return Vec::new() };
    let mut seen = Found { source, all: Vec::new() };
    waivers(config, &mut seen);
    picks(config, &mut seen);
    doubles(config, &mut seen);
    for billing in &config.billing {
        one_billing(billing, &mut seen);
    }
    if let Some(exercise) = &config.exercise {
        one_exercise(exercise, &mut seen);
    }
    for sql in &config.check.sql {
        one_query(sql, config, &mut seen);
    }
    for webhook in &config.webhooks {
        provider(&webhook.provider, &mut seen);
    }
    for (name, period) in [("timeout", &config.audit.timeout), ("deadline", &config.audit.deadline)] {
        if let Some(period) = period.as_ref().filter(|p| p.0.is_zero()) {
            seen.at(&period.span(), format!("a {name} of nothing leaves no time for any answer"));
        }
    }
    seen.all.sort_by_key(|(at, _)| *at);
    seen.all.into_iter().map(|(_, p)| p).collect()
}

struct Found<'a> {
    source: &'a Source,
    all: Vec<(usize, Problem)>,
}
impl Found<'_> {
    fn put(&mut self, span: &Range<usize>, make: impl FnOnce(Problem) -> Problem, headline: impl AsRef<str>) {
        self.all.push((span.start, make(Problem::new(headline).at(self.source, span))));
    }
    fn at(&mut self, span: &Range<usize>, headline: impl AsRef<str>) {
        self.put(span, |p| p, headline);
    }
}

/// What a rule id that no rule has is told.
#[must_use]
pub fn unknown_rule(id: &str) -> Option<String> {
    if launchcheck_checks::rule(id).is_some() {
        return None;
    }
    let near = nearest(id, launchcheck_checks::rules().map(|r| r.id.as_ref()));
    Some(near.map_or_else(|| "`launchcheck rules` lists them".to_owned(), |r| format!("did you mean `{r}`?")))
}

/// What a word that is neither family nor rule is told.
#[must_use]
pub fn near_pick(text: &str) -> Option<&'static str> {
    let families = Family::ALL.into_iter().map(Family::word);
    let (word, kind) = text.split_once(':').map_or((text, false), |(kind, _)| (kind, true));
    if kind {
        return nearest(word, TargetKind::ALL.into_iter().map(TargetKind::word));
    }
    nearest(word, families.chain(launchcheck_checks::rules().map(|r| r.id.as_ref())))
}

fn waivers(config: &Config, seen: &mut Found<'_>) {
    for waiver in &config.waivers {
        let id = waiver.rule.as_str();
        if let Some(hint) = unknown_rule(id) {
            let headline = if id.contains('.') {
                format!("there is no rule `{id}`")
            } else {
                format!("`{id}` is not a rule id; a waiver names one rule")
            };
            seen.put(&waiver.rule.span(), |p| p.label(hint), headline);
        } else if launchcheck_checks::rule(id).is_some_and(|r| r.family() == Family::Config) {
            seen.at(&waiver.rule.span(), format!("`{id}` is about the waivers themselves and cannot be waived"));
        }
    }
}

fn picks(config: &Config, seen: &mut Found<'_>) {
    let audit = &config.audit;
    for pick in audit.only.iter().chain(&audit.skip).chain(&audit.require) {
        if let Pick::Rule(id) = pick.get()
            && let Some(hint) = unknown_rule(id)
        {
            seen.put(&pick.span(), |p| p.label(hint), format!("there is no rule `{id}`"));
        }
    }
    for pick in &audit.require {
        if matches!(pick.get(), Pick::Target(_)) {
            seen.at(&pick.span(), format!("`{pick}` is a target; `require` takes families and rule ids"));
        }
    }
}

/// Targets that are declared twice, with both places.
fn doubles(config: &Config, seen: &mut Found<'_>) {
    let hosts = config.hosts.iter().map(|h| (h.name.to_string(), h.name.span()));
    each_once("host", hosts, seen);
    let webhooks = config.webhooks.iter().map(|w: &Webhook| (w.url.to_string(), w.url.span()));
    each_once("webhook", webhooks, seen);
    let apps = config.apps.iter().map(|a| (app_name(a), a.path.as_ref().map_or_else(|| a.span(), Located::span)));
    each_once("app", apps, seen);
    let billing = config.billing.iter().map(|b| (b.provider.to_string(), b.provider.span()));
    each_once("billing provider", billing, seen);
    let queries = config.check.sql.iter().map(|q| (q.name.to_string(), q.name.span()));
    each_once("check", queries, seen);
}
fn each_once(what: &str, all: impl Iterator<Item = (String, Range<usize>)>, seen: &mut Found<'_>) {
    let mut before: Vec<(String, Range<usize>)> = Vec::new();
    for (name, span) in all {
        if let Some((_, first)) = before.iter().find(|(n, _)| *n == name) {
            let place = seen.source.place(first.start);
            seen.put(&span, |p| p.label(format!("first at {place}")), format!("the {what} `{name}` stands twice"));
        } else {
            before.push((name, span));
        }
    }
}

/// The name of an app: its folder from the configuration's own, without detours, `.` for itself.
#[must_use]
pub fn app_name(app: &App) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let path = app.path.as_ref().map_or(Path::new(""), |p| p.as_path());
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_str().unwrap_or("?")),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/").replacen("//", "/", 1) }
}

fn one_billing(billing: &Located<Billing>, seen: &mut Found<'_>) {
    provider(&billing.provider, seen);
    let stripe = billing.provider.as_str() == "stripe";
    match (&billing.stripe_key_env, &billing.key_env) {
        (_, Some(key)) if stripe => {
            seen.at(&key.span(), "`key-env` is for other providers; for stripe write `stripe-key-env`");
        }
        (Some(key), _) if !stripe => {
            seen.at(&key.span(), format!("`stripe-key-env` is for stripe; for {} write `key-env`", billing.provider));
        }
        _ => {}
    }
    for account in &billing.accounts {
        if !account.starts_with("acct_") {
            seen.at(&account.span(), format!("`{account}` is not a connected account; its id begins with `acct_`"));
        }
    }
    if let Some(base) = &billing.api_base
        && let Some(why) = foreign_base(&billing.provider, base)
    {
        seen.put(
            &base.span(),
            |p| p.hint("name it on the command line where that is what you want: `--stripe-api URL`"),
            format!("{why}; a configuration file may not send a key there"),
        );
    }
}

fn one_exercise(exercise: &Located<Exercise>, seen: &mut Found<'_>) {
    if let Some(access) = exercise.access.as_ref().filter(|a| !a.contains('.')) {
        let label = |p: Problem| p.label(format!("such as `users.{}`", access.as_str()));
        seen.put(&access.span(), label, format!("`{}` names no column; write table.column", access.as_str()));
    }
    if let Some(customer) = exercise.customer.as_ref().filter(|c| !is_customer_id(c)) {
        seen.at(&customer.span(), format!("`{}` is no customer; its id begins with `cus_`", customer.as_str()));
    }
}
fn one_query(sql: &Located<SqlCheck>, config: &Config, seen: &mut Found<'_>) {
    match (sql.expect, sql.max) {
        (None, None) => seen.at(&sql.name.span(), "a [[check.sql]] needs `expect` or `max`"),
        (Some(_), Some(_)) => seen.at(&sql.name.span(), "a [[check.sql]] has either `expect` or `max`"),
        _ => {}
    }
    if let Some(word) = sql.severity.as_ref().filter(|w| severity(w).is_none()) {
        seen.at(&word.span(), format!("`{word}` is none of high, medium, low, info"));
    }
    if sql.database_url_env.is_none() && config.billing.iter().all(|b| b.database_url_env.is_none()) {
        seen.at(&sql.name.span(), "a [[check.sql]] needs `database-url-env` where no [[billing]] has one");
    }
}
/// The severity of a check of one's own: blockers are for the rules that know why.
#[must_use]
pub fn severity(word: &str) -> Option<Severity> {
    let mild = [Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    mild.into_iter().find(|s| s.word() == word)
}

/// The hosts of each provider's own API.
const API_HOSTS: &[(&str, &[&str])] = &[
    ("stripe", &["api.stripe.com"]),
    ("paddle", &["api.paddle.com", "sandbox-api.paddle.com"]),
    ("lemonsqueezy", &["api.lemonsqueezy.com"]),
];

/// Whether a URL leads to this machine, by its text alone.
#[must_use]
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(a)) => a.is_loopback(),
        Some(Host::Ipv6(a)) => a.is_loopback(),
        Some(Host::Domain(d)) => d == "localhost",
        None => false,
    }
}

/// Why a base URL is neither the provider's own nor loopback. A pull request from a fork can change
/// the configuration; it must not be able to send the key elsewhere.
#[must_use]
pub fn foreign_base(provider: &str, base: &Url) -> Option<String> {
    let own = API_HOSTS.iter().filter(|(p, _)| *p == provider).flat_map(|(_, hosts)| *hosts);
    let host = base.host_str().unwrap_or_default();
    if is_this_machine(base) {
        return None;
    }
    if !own.into_iter().any(|h| *h == host) {
        return Some(format!("`{host}` is neither {provider}'s own API nor loopback"));
    }
    (base.scheme() != "https").then(|| format!("`{base}` would carry the key unencrypted"))
}

/// A provider that is nearly one that is known is a slip of the pen.
fn provider(name: &Located<String>, seen: &mut Found<'_>) {
    let known = || launchcheck_checks::providers::ALL.iter().map(|p| p.id);
    if !known().any(|id| id == name.as_str())
        && let Some(near) = nearest(name, known())
    {
        seen.put(
            &name.span(),
            |p| p.label(format!("did you mean `{near}`?")),
            format!("no provider is called `{name}`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::load::parse, problem::Problems, ui::error::problems};

    fn said(text: &str) -> String {
        let source = Source { shown: "launchcheck.toml".into(), root: "/repo".into(), text: text.into() };
        parse(source).map_or_else(|all: Problems| problems(&all, false), |_| "accepted".to_owned())
    }

    #[test]
    fn what_does_not_fit_together() {
        for (text, want) in [
            (
                "[[waiver]]\nrule = \"config.waiver-expird\"\nreason = \"x\"\nexpires = 2026-12-31\n\
                 [audit]\nonly = [\"emial.dmarc\"]\nrequire = [\"host:a.test\"]\n",
                "error: launchcheck.toml:2:8: there is no rule `config.waiver-expird`\n\
                 \x20   2 | rule = \"config.waiver-expird\"\n\
                 \x20     |        ^^^^^^^^^^^^^^^^^^^^^^ did you mean `config.waiver-expired`?\n\
                 error: launchcheck.toml:6:9: there is no rule `emial.dmarc`\n\
                 \x20   6 | only = [\"emial.dmarc\"]\n\
                 \x20     |         ^^^^^^^^^^^^^ `launchcheck rules` lists them\n\
                 error: launchcheck.toml:7:12: `host:a.test` is a target; `require` takes families and rule ids\n\
                 \x20   7 | require = [\"host:a.test\"]\n\
                 \x20     |            ^^^^^^^^^^^^^\n",
            ),
            (
                "[[host]]\nname = \"a.test\"\n[[host]]\nname = \"A.test\"\n",
                "error: launchcheck.toml:4:8: the host `a.test` stands twice\n\
                 \x20   4 | name = \"A.test\"\n\
                 \x20     |        ^^^^^^^^ first at launchcheck.toml:2:8\n",
            ),
            (
                "[[app]]\npath = \"./web/\"\n[[app]]\npath = \"web\"\n",
                "error: launchcheck.toml:4:8: the app `web` stands twice\n\
                 \x20   4 | path = \"web\"\n\
                 \x20     |        ^^^^^ first at launchcheck.toml:2:8\n",
            ),
            (
                "[[billing]]\nprovider = \"stripe\"\napi-base = \"https://api.stripe.com.evil.test\"\n",
                "error: launchcheck.toml:3:12: `api.stripe.com.evil.test` is neither stripe's own API nor loopback; \
                 a configuration file may not send a key there\n\
                 \x20   3 | api-base = \"https://api.stripe.com.evil.test\"\n\
                 \x20     |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n\
                 hint: name it on the command line where that is what you want: `--stripe-api URL`\n",
            ),
            (
                "[[webhook]]\nprovider = \"strpie\"\nurl = \"https://acme.test/\"\n",
                "error: launchcheck.toml:2:12: no provider is called `strpie`\n\
                 \x20   2 | provider = \"strpie\"\n\
                 \x20     |            ^^^^^^^^ did you mean `stripe`?\n",
            ),
            (
                "[exercise]\naccess = \"status\"\ncustomer = \"anna\"\n",
                "error: launchcheck.toml:2:10: `status` names no column; write table.column\n\
                 \x20   2 | access = \"status\"\n\
                 \x20     |          ^^^^^^^^ such as `users.status`\n\
                 error: launchcheck.toml:3:12: `anna` is no customer; its id begins with `cus_`\n\
                 \x20   3 | customer = \"anna\"\n\
                 \x20     |            ^^^^^^\n",
            ),
            (
                "[audit]\ndeadline = \"0s\"\n",
                "error: launchcheck.toml:2:12: a deadline of nothing leaves no time for any answer\n\
                 \x20   2 | deadline = \"0s\"\n\
                 \x20     |            ^^^^\n",
            ),
            ("[[webhook]]\nprovider = \"our-own\"\nurl = \"https://acme.test/\"\n", "accepted"),
        ] {
            assert_eq!(said(text), want, "\n{text}");
        }
    }

    #[test]
    fn a_key_stays_with_its_provider() {
        let base = |provider: &str, url: &str| foreign_base(provider, &Url::parse(url).unwrap());
        for good in
            ["https://api.stripe.com", "http://127.0.0.1:8080", "http://localhost:12111/v1", "http://[::1]:8080"]
        {
            assert_eq!(base("stripe", good), None, "{good}");
        }
        for bad in [
            "http://api.stripe.com",
            "https://api.stripe.com@evil.test",
            "https://stripe.com.evil.test",
            "https://evil.test/api.stripe.com",
            "https://localhost.evil.test",
            "http://192.168.0.1",
            "http://0.0.0.0:80",
        ] {
            assert!(base("stripe", bad).is_some(), "{bad}");
        }
        assert!(base("paddle", "https://api.stripe.com").is_some());
    }

    #[test]
    fn apps_are_named_by_their_folder() {
        let name = |p: &str| app_name(&App { path: Some(Located::new(p.into(), 0..0)), ..App::default() });
        assert_eq!(name("./apps/../web/"), "web");
        assert_eq!(name("."), ".");
        assert_eq!(name("../web"), "../web");
        assert_eq!(app_name(&App::default()), ".");
    }
}
