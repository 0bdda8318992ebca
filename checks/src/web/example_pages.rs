//! The part of the examples' language that is about pages: what is declared, and playing the walks
//! over the table.

use super::example::{Answer, Table, header, page};
use super::facts::SitePlan;
use super::lighthouse::Lighthouse;
use super::look::{Look, LookQuestion};
use super::pressure::{FloodWalk, OddWalk, SpeedWalk};
use super::surface::{BundleWalk, ExposedWalk, SessionPlan, StagingWalk, Surface, SurfaceWalk, WebPlan};
use super::visits::{AskedWalk, CorsWalk, Doors, Members, MembersWalk, Why, is_api};
use crate::billing::facts::{Endpoint, Endpoints, KeyMode};
use crate::billing::place::Standing;
use crate::env::facts::{Entry, Production};
use crate::env::shape::{DigestKey, Shape};
use crate::facts::Facts;
use crate::vocab::{Cause, DomainName, Fact, Missing, Observed, Origin, Step, TargetId, TargetKind, Targets};
use crate::wire::{HostFailure, HttpAnswer, Method};
use std::sync::Arc;

/// What an example declares.
#[derive(Default)]
pub(super) struct Pages {
    plan: WebPlan,
    lighthouse: Option<String>,
    app_url: Option<String>,
    endpoints: Vec<String>,
    pub(super) active: bool,
}

impl Pages {
    /// Takes a line, where its first word is one of these.
    pub(super) fn takes(&mut self, word: &str, rest: &str) -> Result<bool, String> {
        let name = |t: &str| DomainName::parse(t).map_err(|e| format!("{t}: {e}"));
        let plan = &mut self.plan;
        match word {
            "private" => plan.private.push((rest.to_owned(), None)),
            "route" => plan.routes.push((rest.to_owned(), None)),
            "health" => plan.health = Some((rest.to_owned(), None)),
            "rate-limit" => plan.rate_limit = Some(rest.to_owned()),
            "staging" => plan.staging.push(name(rest)?),
            "host" => plan.hosts.push(name(rest)?),
            "head" => plan.head = Some(rest.to_owned()),
            "budget" => plan.budget_ms = rest.parse().map_err(|_| "a budget is a number".to_owned())?,
            "lighthouse" => self.lighthouse = Some(rest.to_owned()),
            "app-url" => self.app_url = Some(rest.to_owned()),
            "endpoint" => self.endpoints.push(rest.to_owned()),
            "session" => {
                let mut words = rest.split_whitespace().map(|w| (w != "-").then(|| w.to_owned()));
                let mut next = || words.next().flatten();
                plan.sessions.push(SessionPlan { name: next().unwrap_or_default(), role: next(), tenant: next() });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Makes the facts about pages.
    pub(super) fn play(
        mut self,
        site: &SitePlan,
        table: &Table,
        targets: &mut Targets,
        facts: &mut Facts,
        at: &TargetId,
    ) -> Result<(), String> {
        "nonce".clone_into(&mut self.plan.nonce);
        if self.plan.budget_ms == 0 {
            self.plan.budget_ms = 500;
        }
        self.beside(targets, facts, at)?;
        let front = facts.front.get(at).map(|f| f.get().map(|f| f.page.url.clone()));
        let surface = match front {
            Some(Ok(home)) => {
                let walk = SurfaceWalk { home, nonce: self.plan.nonce.clone() };
                Step::play(&walk, |q| reply(table, q)).0.into()
            }
            Some(Err(missing)) => missing.into(),
            None => Observed::unknown(Cause::Deadline),
        };
        self.derive(site, table, &surface, facts, at);
        put(facts, at, surface);
        put(facts, at, Observed::known(self.plan));
        Ok(())
    }

    /// The app and the payment provider beside the site.
    fn beside(&self, targets: &mut Targets, facts: &mut Facts, at: &TargetId) -> Result<(), String> {
        if let Some(url) = &self.app_url {
            let app = TargetId::new(TargetKind::App, ".");
            targets.add(app.clone(), Origin::CommandLine);
            targets.link(at, &app);
            let name = "NEXT_PUBLIC_APP_URL";
            let shape = Shape::of(name, url, &DigestKey::new(&[0; 32]));
            let entries = vec![Entry::new(name, shape, None)];
            put(facts, &app, Observed::known(Production { entries, ..Production::default() }));
        }
        if !self.endpoints.is_empty() {
            let billing = TargetId::new(TargetKind::Billing, "stripe");
            targets.add(billing.clone(), Origin::CommandLine);
            targets.link(at, &billing);
            let endpoint = |(n, url): (usize, &String)| Endpoint {
                id: format!("we_{n}").into(),
                place: url.into(),
                enabled: true,
                standing: Standing::Public,
                url: 0,
                events: vec!["*".into()],
                version: None,
                thin: false,
            };
            let list = self.endpoints.iter().enumerate().map(endpoint).collect();
            let (unrestricted, recurring, sdk, gaps) = (false, None, None, Vec::new());
            let handlers = Vec::new();
            let endpoints = Endpoints { mode: KeyMode::Live, list, unrestricted, recurring, sdk, handlers, gaps };
            put(facts, &billing, Observed::known(endpoints));
        }
        let lighthouse = match &self.lighthouse {
            Some(text) => Observed::known(Lighthouse::read("lighthouse.json", text)?),
            None => Observed::not_configured("no Lighthouse report is named ([web] lighthouse)"),
        };
        put(facts, at, lighthouse);
        Ok(())
    }

    fn derive(&self, site: &SitePlan, table: &Table, surface: &Observed<Surface>, facts: &mut Facts, at: &TargetId) {
        let surface = match surface.get() {
            Ok(surface) => surface,
            Err(missing) => return self.unknown(&missing, facts, at),
        };
        let (home, plan) = (&surface.home, &self.plan);
        let exposed = ExposedWalk { home: home.clone(), hosts: plan.hosts.clone() };
        put(facts, at, Observed::known(Step::play(&exposed, |q| reply(table, q)).0));
        let asked = AskedWalk { plan: plan.clone(), surface: surface.clone() };
        let asked = Step::play(&asked, |q| reply(table, q)).0;
        put(facts, at, Observed::known(Doors::of(&asked)));
        put(facts, at, Observed::known(asked));
        let bundle = BundleWalk { surface: surface.clone(), domain: site.domain.registrable(), pages: Vec::new() };
        put(facts, at, Observed::known(Step::play(&bundle, |q| reply(table, q)).0));
        let members = MembersWalk { plan: plan.clone(), surface: surface.clone() };
        let members = Step::play(&members, |q| reply(table, q)).0;
        put(facts, at, configured(!plan.sessions.is_empty(), || members));
        let api = |(path, why, _): &(&str, Why, _)| is_api(path) && *why != Why::Health;
        let routes: Vec<String> = plan.paths().filter(api).map(|(p, ..)| p.to_owned()).collect();
        let cors = CorsWalk { home: home.clone(), routes: routes.clone() };
        put(facts, at, configured(!routes.is_empty(), || Step::play(&cors, |q| reply(table, q)).0));
        let staging = StagingWalk { hosts: plan.staging.clone() };
        put(facts, at, configured(!plan.staging.is_empty(), || Step::play(&staging, |q| reply(table, q)).0));
        let routes: Vec<String> = plan.routes.iter().map(|(p, _)| p.clone()).collect();
        let pressed = self.active && !routes.is_empty();
        let speed = SpeedWalk { home: home.clone(), routes: routes.clone(), budget_ms: plan.budget_ms };
        put(facts, at, configured(pressed, || Step::play(&speed, |q| reply(table, q)).0));
        let odd = OddWalk { home: home.clone(), routes };
        put(facts, at, configured(pressed, || Step::play(&odd, |q| reply(table, q)).0));
        let path = plan.rate_limit.clone().filter(|_| self.active);
        let flood = FloodWalk { home: home.clone(), path: path.clone().unwrap_or_default() };
        put(facts, at, configured(path.is_some(), || Step::play(&flood, |q| reply(table, q)).0));
    }

    /// Behind a front page that is not known nothing else is; what is not declared is so still.
    fn unknown(&self, missing: &Missing, facts: &mut Facts, at: &TargetId) {
        let quiet = self.plan.paths().next().is_none();
        if quiet {
            put(facts, at, Observed::known(super::visits::Asked::default()));
            put(facts, at, Observed::known(Doors(super::visits::Asked::default())));
        } else {
            put::<super::visits::Asked>(facts, at, missing.clone().into());
            put::<Doors>(facts, at, missing.clone().into());
        }
        put::<super::surface::Exposed>(facts, at, missing.clone().into());
        put::<super::surface::Bundle>(facts, at, missing.clone().into());
        let or = |there: bool| if there { missing.clone() } else { Missing::NotConfigured("not sent: not declared") };
        put::<Members>(facts, at, or(!self.plan.sessions.is_empty()).into());
        put::<super::visits::Cors>(facts, at, or(!quiet).into());
        put::<super::surface::Staging>(facts, at, or(!self.plan.staging.is_empty()).into());
        let pressed = self.active && !quiet;
        put::<super::pressure::Speed>(facts, at, or(pressed).into());
        put::<super::pressure::Odd>(facts, at, or(pressed).into());
        put::<super::pressure::Flood>(facts, at, or(self.active && self.plan.rate_limit.is_some()).into());
    }
}

fn put<F: Fact>(facts: &mut Facts, at: &TargetId, fact: Observed<F>) {
    F::table_mut(facts).insert(at.clone(), Arc::new(fact));
}
fn configured<T>(there: bool, make: impl FnOnce() -> T) -> Observed<T> {
    if there { Observed::known(make()) } else { Observed::not_configured("not sent: not declared") }
}

/// What the table says of a look.
fn reply(table: &Table, question: &LookQuestion) -> Observed<Result<Look, HostFailure>> {
    let with = |name: &str| question.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let mut keys = Vec::new();
    keys.extend(question.session.as_ref().map(|s| format!("{}@{s}", question.url)));
    keys.extend(with("origin").map(|o| format!("{}^{o}", question.url)));
    keys.extend(with("accept-encoding").map(|_| format!("{}+gzip", question.url)));
    if question.method == Method::Post {
        keys = vec![question.url.replacen("://", "+post://", 1)];
    }
    keys.push(question.url.clone());
    let answer = keys.iter().find_map(|k| table.get(k)).cloned().unwrap_or_else(|| usual(question));
    answer.map(|said| said.map(|a| Look::of(question, &a)))
}

/// A front page in order; everything else is not there.
fn usual(question: &LookQuestion) -> Answer {
    let Some(url) = question.parsed().filter(|u| u.path() == "/") else { return page(404, Vec::new()) };
    let headers = vec![
        header("content-type", "text/html"),
        header("strict-transport-security", "max-age=63072000"),
        header("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
        header("x-content-type-options", "nosniff"),
        header("referrer-policy", "strict-origin-when-cross-origin"),
    ];
    let text = format!(
        "<!doctype html><title>Acme</title><h1>Acme</h1><p>Tickets for small theatres: {}</p>",
        url.host_str().unwrap_or_default()
    );
    Observed::known(Ok(HttpAnswer { status: 200, headers, body: text.into_bytes(), truncated: false, took_ms: 3 }))
}
