//! The differential: what a webhook URL answers, compared with what a path gets that does not exist,
//! and what signed events get, compared with forged ones.
//!
//! First OPTIONS of the URL and a POST to a random path beside it. Then, where a person declared the
//! URL (or consented with `--active`) and nothing stood in the way, one unsigned and one forged POST.
//! Where redirects lead is asked by OPTIONS alone, on the same registrable domain. Under `--active` follow
//! signed events, as many as are needed to name the cause, and at the very end bodies that no provider
//! sends.

use super::{
    event::{self, Layout},
    facts::{
        Copies, Elsewhere, Latency, Leak, NO_THIN, NOT_SENT, Obstacle, Odd, Payload, Reply, Route, Shots, Signed,
        Standing, Thin, WebhookPlan,
    },
    refusal::{Culprit, Diagnosis, Heard, Heards, NOT_SIGNABLE, NOT_SIGNED, diagnose, thin, unarmed},
    sign,
    walls::{alike, from_cache, leak, obstacle, reply, robots, shown_url, speaks_of_signature, steady},
};
use crate::{
    providers::Scheme,
    vocab::{Answers, Cause, Inquiry, Missing, Observed, Step},
    wire::{HostFailure, HttpAnswer, ShotKind, ShotQuestion},
};
use url::Url;

/// How many signed events are sent before any is timed: the first meets a cold start.
const WARM_UP: u8 = 2;
/// Why nothing is timed and no odd body is sent before business events.
const BRIEF: &str = "not sent: `launchcheck audit --active` sends it";
/// How many are timed.
const SAMPLES: u8 = 20;

/// How many redirects are looked at for where they end.
const HOPS: usize = 4;

/// Finds out what stands at a webhook URL.
#[derive(Debug)]
pub struct Differential {
    /// The webhook.
    pub plan: WebhookPlan,
    /// A random word, new in each run: the path beside the URL is named by it.
    pub token: String,
    /// Seconds since 1970, for the events.
    pub now: i64,
    /// What Stripe says that it sends there.
    pub payload: Payload,
}

impl Inquiry for Differential {
    type Q = ShotQuestion;
    type Out = Observed<Route>;

    fn step(&self, seen: &Answers<ShotQuestion>) -> Step<ShotQuestion, Observed<Route>> {
        match self.think(seen) {
            Ok(route) => Step::Done(route),
            Err(questions) => Step::Ask(questions),
        }
    }
}

/// A result, or the questions that are open before it.
type Thought<T> = Result<T, Vec<ShotQuestion>>;

impl Differential {
    fn think(&self, seen: &Answers<ShotQuestion>) -> Thought<Observed<Route>> {
        let Some(control) = event::control(&self.plan, &self.token, self.now) else {
            return Ok(Observed::unknown(Cause::Parse("the URL cannot be read".into())));
        };
        let mut first = vec![event::options(&self.plan), control];
        // A GET of what was only inferred could run something.
        first.extend(self.plan.declared.then(|| event::get(&self.plan)));
        let mut first = all(seen, first)?.into_iter();
        let (Some(o), Some(c), get) = (first.next(), first.next(), first.next()) else { return Err(Vec::new()) };
        if let (Err(cause), Err(_)) = (&o.answer, &c.answer) {
            return Ok(Observed::unknown(cause.clone()));
        }
        let mut route = Route::of(&o, &c, get.as_ref());
        let sends = self.plan.declared || self.plan.active;
        // OPTIONS may well be refused where a POST is not; where that can be found out it decides nothing.
        let early = o.obstacle(&c).filter(|found| !sends || !found.may_spare_posts());
        if early.is_some() || !sends {
            if early.is_none() {
                route.stands(from_options(&o, &c));
                route.nothing_sent();
            }
            return self.end(seen, route, early);
        }
        let unsigned = event::unsigned(&self.plan, &self.token, self.now);
        let forged = event::forged(&self.plan, &self.token, self.now, ShotKind::Forged);
        let mut shots = all(seen, [Some(unsigned), forged].into_iter().flatten().collect())?.into_iter();
        let (Some(u), f) = (shots.next(), shots.next()) else { return Err(Vec::new()) };
        route.gaps.extend(u.missing());
        // A check that refuses every path would have refused OPTIONS, too.
        let says_post = allows_post(&o) == Some(true);
        let found = u.obstacle(&c).filter(|found| !says_post || !found.is_bare_refusal());
        if found.is_some() {
            return self.end(seen, route, found);
        }
        route.stands(from_post(&o, &c, &u));
        let gaps = u.missing().into_iter().chain(f.as_ref().and_then(Got::missing)).chain(c.missing());
        let mut shots = Shots {
            unsigned: u.reply(),
            forged: f.as_ref().and_then(Got::reply),
            forgeable: f.is_some(),
            own_route: route.is_there(),
            swallowed: Vec::new(),
            gaps: gaps.chain(route.open.clone()).collect(),
        };
        route.leaks.extend([Some(&u), f.as_ref()].into_iter().flatten().filter_map(Got::leak));
        if route.is_there() {
            self.signed(seen, &mut route, &mut shots, &u, f.as_ref())?;
        } else {
            route.takes_nothing();
        }
        route.shots = Observed::known(shots);
        self.end(seen, route, None)
    }

    /// What is left to find out where no event arrives: where it would.
    fn end(
        &self,
        seen: &Answers<ShotQuestion>,
        mut route: Route,
        obstacle: Option<Obstacle>,
    ) -> Thought<Observed<Route>> {
        if let Some(obstacle) = obstacle {
            route.behind(&obstacle);
            route.elsewhere = self.end_of_way(seen, &obstacle)?;
            route.obstacle = Some(obstacle);
        } else if self.plan.active && matches!(route.standing, Standing::Missing(_)) {
            route.elsewhere = self.beside(seen)?;
        }
        route.gaps.extend(route.open.clone());
        route.gaps.dedup();
        Ok(Observed::known(route))
    }

    /// Whether events can be signed here.
    fn signs(&self) -> bool {
        let signable = sign::of(self.plan.provider.as_str()).is_some_and(|w| w.scheme != Scheme::Other);
        self.plan.active && signable && self.plan.secret.get().is_ok()
    }

    /// Where the redirects end, on the same registrable domain, and what a signed event gets there.
    fn end_of_way(&self, seen: &Answers<ShotQuestion>, obstacle: &Obstacle) -> Thought<Option<Elsewhere>> {
        let Some(mut url) = obstacle.way_on(&self.plan.url) else { return Ok(None) };
        let (mut end, mut arrives) = (None, false);
        for _ in 0..HOPS {
            let got = all(seen, vec![event::options_of(&url, ShotKind::Target)])?.pop();
            let found = got.as_ref().and_then(Got::bare_obstacle);
            match found.as_ref().and_then(|o| o.way_on(&url)) {
                Some(next) if next != url => url = next,
                _ => {
                    arrives = true;
                    end = got.filter(|_| found.is_none());
                    break;
                }
            }
        }
        // A way that does not end leads nowhere.
        if !arrives {
            return Ok(None);
        }
        let Some(end) = end else {
            return Ok(Some(Elsewhere { url: shown_url(&url), signed: None, works: false, gone: None }));
        };
        let shot = event::aside(&self.plan, &url, &self.token, self.now, 0);
        let signed = if self.signs() { all(seen, vec![shot])?.pop() } else { None };
        let works = signed.as_ref().map_or_else(|| allows_post(&end) == Some(true), Got::is_taken);
        // A page for people and the front of the site take no event either.
        let front = Url::parse(&url).is_ok_and(|u| u.path() == "/");
        let lost = |g: &Got| g.answer.as_ref().is_ok_and(|a| is_gone(a.status));
        let turned =
            |a: &HttpAnswer| is_gone(a.status) || matches!(a.status, 405 | 501) || a.is_success() && is_page(a);
        let refused = |g: &Got| g.answer.as_ref().is_ok_and(turned);
        let is_gone = signed.as_ref().map_or(front || lost(&end), refused);
        let gone = signed.as_ref().unwrap_or(&end).reply().filter(|_| is_gone);
        let signed = signed.and_then(|g| g.reply()).filter(|_| gone.is_none());
        Ok(Some(Elsewhere { url: shown_url(&url), signed, works, gone }))
    }

    /// Whether the route stands with or without the slash at the end, or with or without `www.`.
    fn beside(&self, seen: &Answers<ShotQuestion>) -> Thought<Option<Elsewhere>> {
        let others: Vec<(u8, String)> = (0u8..).zip(event::others(&self.plan)).collect();
        let asked = others.iter().map(|(n, url)| event::options_of(url, ShotKind::Elsewhere(*n))).collect();
        let got = all(seen, asked)?;
        let there = |g: &Got| g.answer.as_ref().is_ok_and(|a| !is_gone(a.status)) && g.bare_obstacle().is_none();
        let open: Vec<&(u8, String)> = others.iter().zip(&got).filter(|(_, g)| there(g)).map(|(o, _)| o).collect();
        if self.signs() && !open.is_empty() {
            let shot = |(n, url): &&(u8, String)| event::aside(&self.plan, url, &self.token, self.now, *n);
            let shots = all(seen, open.iter().map(shot).collect())?;
            let works = open.iter().zip(&shots).find(|(_, g)| g.is_taken());
            let found =
                |url: &str, g: &Got| Elsewhere { url: shown_url(url), signed: g.reply(), works: true, gone: None };
            return Ok(works.map(|((_, url), g)| found(url, g)));
        }
        let works = others.iter().zip(&got).find(|(_, g)| allows_post(g) == Some(true));
        Ok(works.map(|((_, url), _)| Elsewhere { url: shown_url(url), signed: None, works: true, gone: None }))
    }

    /// What a signed event gets, and why it is refused.
    fn signed(
        &self,
        seen: &Answers<ShotQuestion>,
        route: &mut Route,
        shots: &mut Shots,
        u: &Got,
        f: Option<&Got>,
    ) -> Thought<()> {
        let texts: Vec<(&Got, String)> = [Some(u), f].into_iter().flatten().map(|g| (g, g.text())).collect();
        let quiet = Heards { unsigned: heard(&texts, 0), empty: heard(&texts, 1), ..Heards::default() };
        let whole = |missing: Missing| {
            (
                unarmed(&quiet, missing.clone().into()),
                Observed::<Signed>::from(missing.clone()),
                Observed::<Thin>::from(missing.clone()),
                Observed::from(missing),
            )
        };
        let secret = match (self.plan.active, shots.forgeable, self.plan.secret.get()) {
            (false, _, _) => Err(Missing::NotConfigured(NOT_SIGNED)),
            (true, false, _) => Err(Missing::NotConfigured(NOT_SIGNABLE)),
            (true, true, secret) => secret,
        };
        match secret {
            Err(missing) => (route.diagnosis, route.signed, route.thin, route.latency) = whole(missing),
            Ok(secret) => {
                let proves = secret.production;
                let (diagnosis, signed, thin) = self.armed(seen, &texts, proves)?;
                if let Some((Culprit::Swallowed, proof)) = &diagnosis.culprit {
                    shots.swallowed.clone_from(proof);
                }
                route.latency = if self.plan.brief {
                    Observed::not_configured(BRIEF)
                } else if diagnosis.accepted {
                    Observed::known(self.samples(seen, signed.thin)?)
                } else if diagnosis.culprit.is_some() {
                    Observed::not_configured("signed events are refused, so none is timed")
                } else {
                    Observed::unknown(Cause::Untold("signed events are not taken".into()))
                };
                route.thin = thin.map_or(Observed::not_configured(NO_THIN), Observed::known);
                (route.diagnosis, route.signed) = (Observed::known(diagnosis), Observed::known(signed));
            }
        }
        route.odd = if self.plan.brief {
            Observed::not_configured(BRIEF)
        } else if self.plan.active {
            Observed::known(self.odd(seen, route)?)
        } else {
            Observed::not_configured(NOT_SIGNED)
        };
        Ok(())
    }

    fn armed(
        &self,
        seen: &Answers<ShotQuestion>,
        texts: &[(&Got, String)],
        proves: bool,
    ) -> Thought<(Diagnosis, Signed, Option<Thin>)> {
        let dated = sign::of(self.plan.provider.as_str()).is_some_and(|w| sign::tolerance(w.scheme).is_some());
        let shot = |kind, layout| event::signed(&self.plan, &self.token, self.now, kind, layout);
        // A handler of thin events refuses every other, whatever its age.
        let usual = if self.payload == Payload::Thin { Layout::Thin } else { Layout::Indented };
        let mut first = vec![shot(ShotKind::Signed, Layout::Indented)];
        first.extend(dated.then(|| shot(ShotKind::Stale, usual)));
        first.extend(self.payload.has_thin().then(|| shot(ShotKind::Thin, Layout::Thin)));
        let first = all(seen, first)?;
        let one = |kind| first.iter().find(|g| g.question.kind == kind);
        let takes_thin = self.payload == Payload::Thin && one(ShotKind::Thin).is_some_and(Got::is_success);
        let (fresh, stale) = (one(if takes_thin { ShotKind::Thin } else { ShotKind::Signed }), one(ShotKind::Stale));
        let Some(fresh) = fresh else { return Err(Vec::new()) };
        let empty_taken = texts.get(1).is_some_and(|(g, _)| g.is_success());
        let refused = fresh.answer.as_ref().is_ok_and(|a| !a.is_success());
        let mut more = Vec::new();
        if refused {
            more.push(shot(ShotKind::Compact, Layout::Compact));
            more.push(shot(ShotKind::PlainText, Layout::Indented));
            more.push(shot(ShotKind::Bare, Layout::Bare));
            let stripe = self.plan.provider.as_str() == "stripe" && !self.payload.has_thin();
            more.extend(stripe.then(|| shot(ShotKind::Thin, Layout::Thin)));
        }
        if refused || empty_taken {
            let forged = |kind| event::forged(&self.plan, &self.token, self.now, kind);
            more.extend([forged(ShotKind::Undefined), forged(ShotKind::Random)].into_iter().flatten());
        }
        let more = all(seen, more)?;
        let texts: Vec<(&Got, String)> =
            texts.iter().cloned().chain(first.iter().chain(&more).map(|g| (g, g.text()))).collect();
        let of = |kind| texts.iter().position(|(g, _)| g.question.kind == kind).and_then(|i| heard(&texts, i));
        let heards = Heards {
            unsigned: of(ShotKind::Unsigned),
            empty: of(ShotKind::Forged),
            undefined: of(ShotKind::Undefined),
            random: of(ShotKind::Random),
            indented: of(fresh.question.kind),
            compact: of(ShotKind::Compact),
            plain: of(ShotKind::PlainText),
            bare: of(ShotKind::Bare),
            thin: of(ShotKind::Thin).filter(|_| !takes_thin),
        };
        let mut diagnosis = diagnose(&heards, proves, self.payload);
        if diagnosis.culprit.is_none() && !diagnosis.accepted {
            diagnosis.gaps.extend(first.iter().chain(&more).filter_map(Got::missing));
        }
        let limited = first.iter().chain(&more).find_map(Got::limited);
        let signed = Signed {
            fresh: fresh.reply(),
            stale: stale.and_then(Got::reply),
            dated,
            takes_all: heards.random.or(heards.empty).is_some_and(|h| h.answer.is_success()),
            gaps: first.iter().filter_map(Got::missing).collect(),
            limited,
            thin: takes_thin,
        };
        let thin = self
            .payload
            .has_thin()
            .then(|| thin(&heards, self.payload, takes_thin, one(ShotKind::Thin).and_then(Got::missing)));
        Ok((diagnosis, signed, thin))
    }

    /// One event at a time: what is measured is the handler and not how it copes with many.
    fn samples(&self, seen: &Answers<ShotQuestion>, thin: bool) -> Thought<Latency> {
        let layout = if thin { Layout::Thin } else { Layout::Indented };
        let mut latency = Latency { ms: Vec::new(), gaps: Vec::new() };
        for n in 0..WARM_UP + SAMPLES {
            let shot = event::signed(&self.plan, &self.token, self.now, ShotKind::Sample(n), layout);
            let got = all(seen, vec![shot])?;
            match got[0].answer.as_ref() {
                Ok(a) if a.is_success() && n >= WARM_UP => {
                    latency.ms.push(a.took_ms.into());
                }
                Ok(a) if a.is_success() => {}
                Ok(_) => latency.gaps.push(Cause::Untold("a signed event was refused in between".into())),
                Err(cause) => latency.gaps.push(cause.clone()),
            }
            if !latency.gaps.is_empty() {
                break;
            }
        }
        latency.ms.sort_unstable();
        Ok(latency)
    }

    /// Bodies that no provider sends; last, so that a firewall which they trip spoils nothing.
    fn odd(&self, seen: &Answers<ShotQuestion>, route: &mut Route) -> Thought<Odd> {
        let got = all(seen, vec![event::empty(&self.plan), event::broken(&self.plan)])?;
        route.leaks.extend(got.iter().filter_map(Got::leak));
        let what = ["an empty body", "JSON that breaks off"];
        let replies = what.into_iter().zip(&got).filter_map(|(what, g)| Some((what, g.reply()?))).collect();
        Ok(Odd { replies, gaps: got.iter().filter_map(Got::missing).collect() })
    }
}

/// The answers to these questions, once all of them are there.
fn all(seen: &Answers<ShotQuestion>, questions: Vec<ShotQuestion>) -> Thought<Vec<Got>> {
    if questions.iter().all(|q| seen.contains_key(q)) {
        return Ok(questions.into_iter().map(|q| Got::of(q, seen)).collect());
    }
    Err(questions.into_iter().filter(|q| !seen.contains_key(q)).collect())
}
fn heard<'a>(texts: &'a [(&'a Got, String)], at: usize) -> Option<Heard<'a>> {
    let (got, text) = texts.get(at)?;
    Some(Heard { answer: got.answer.as_ref().ok()?, reply: got.shown.as_ref()?, text })
}

impl Route {
    fn of(o: &Got, c: &Got, get: Option<&Got>) -> Self {
        let unknown = || Cause::Deadline;
        let copies = match get.map(|g| (&g.answer, g.reply())) {
            Some((Ok(answer), Some(reply))) => {
                Observed::known(Copies { found: from_cache(answer).map(|h| (reply, h)) })
            }
            Some((Err(cause), _)) => Observed::unknown(cause.clone()),
            _ => Observed::not_configured(NOT_SENT),
        };
        Self {
            options: o.reply(),
            control: c.reply(),
            obstacle: None,
            elsewhere: None,
            standing: Standing::Open,
            open: None,
            copies,
            deployment_gone: [o, c].iter().any(|g| {
                g.answer
                    .as_ref()
                    .is_ok_and(|a| a.header("x-vercel-error").is_some_and(|e| e.as_str() == "DEPLOYMENT_NOT_FOUND"))
            }),
            leaks: o.leak().into_iter().collect(),
            shots: Observed::unknown(unknown()),
            diagnosis: Observed::unknown(unknown()),
            signed: Observed::unknown(unknown()),
            thin: Observed::unknown(unknown()),
            latency: Observed::unknown(unknown()),
            odd: Observed::unknown(unknown()),
            gaps: o.missing().into_iter().chain(c.missing()).collect(),
        }
    }
    fn stands(&mut self, (standing, open): Decided) {
        (self.standing, self.open) = (standing, open);
    }
    const fn is_there(&self) -> bool {
        !matches!(self.standing, Standing::Missing(_) | Standing::NoPost(_))
    }
    /// There is no handler that anything could be said of.
    fn takes_nothing(&mut self) {
        const WHY: &str = "there is no route that takes a POST";
        self.copies = Observed::not_configured(WHY);
        self.diagnosis = Observed::not_configured(WHY);
        self.signed = Observed::not_configured(WHY);
        self.thin = Observed::not_configured(WHY);
        self.latency = Observed::not_configured(WHY);
        self.odd = Observed::not_configured(WHY);
    }
    /// Nothing was sent: the URL was only inferred.
    fn nothing_sent(&mut self) {
        self.shots = Observed::not_configured(NOT_SENT);
        self.diagnosis = Observed::not_configured(NOT_SENT);
        self.signed = Observed::not_configured(NOT_SENT);
        self.thin = Observed::not_configured(NOT_SENT);
        self.latency = Observed::not_configured(NOT_SENT);
        self.odd = Observed::not_configured(NOT_SENT);
    }
    /// Whatever an obstacle hides is unknown, and what was seen of caches and bodies is its own.
    fn behind(&mut self, obstacle: &Obstacle) {
        let wall = behind(obstacle);
        self.shots = Observed::unknown(wall.clone());
        self.diagnosis = Observed::unknown(wall.clone());
        self.signed = Observed::unknown(wall.clone());
        self.thin = Observed::unknown(wall.clone());
        self.latency = Observed::unknown(wall.clone());
        self.odd = Observed::unknown(wall.clone());
        self.copies = Observed::unknown(wall.clone());
        self.leaks.clear();
        self.gaps.insert(0, wall);
    }
}
/// Why nothing is known of what lies behind an obstacle.
fn behind(obstacle: &Obstacle) -> Cause {
    match obstacle {
        Obstacle::Redirect { .. } => Cause::Wall("a redirect".into()),
        Obstacle::Session { what, .. } | Obstacle::Bots { what, .. } => Cause::Wall(what.clone()),
    }
}

/// A question with its answer, or why there is none.
struct Got {
    question: ShotQuestion,
    answer: Result<HttpAnswer, Cause>,
    shown: Option<Reply>,
    limited: bool,
}
impl Got {
    fn of(question: ShotQuestion, seen: &Answers<ShotQuestion>) -> Self {
        let answer = match seen.get(&question).map(Observed::get) {
            Some(Ok(Ok(answer))) => Ok(answer.clone()),
            Some(Ok(Err(failure))) => Err(HostFailure::cause(failure)),
            Some(Err(Missing::Unknown(cause))) => Err(cause),
            Some(Err(Missing::NotConfigured(_))) | None => Err(Cause::Deadline),
        };
        let shown = answer.as_ref().ok().map(|a| reply(&question, a));
        // Whoever counts requests has not looked at this one: it says neither that there is a route
        // nor that a signature was refused. A robots' wall with that status says more.
        let limited = answer.as_ref().is_ok_and(|a| a.status == 429 && robots(a).is_none());
        let answer = if limited { Err(Cause::RateLimited) } else { answer };
        Self { question, answer, shown, limited }
    }
    fn missing(&self) -> Option<Cause> {
        self.answer.as_ref().err().cloned()
    }
    fn reply(&self) -> Option<Reply> {
        self.shown.clone().filter(|_| self.answer.is_ok())
    }
    fn limited(&self) -> Option<Reply> {
        self.shown.clone().filter(|_| self.limited)
    }
    fn is_success(&self) -> bool {
        self.answer.as_ref().is_ok_and(HttpAnswer::is_success)
    }
    /// Whether an event was taken; a page that answers everything takes none.
    fn is_taken(&self) -> bool {
        self.answer.as_ref().is_ok_and(|a| a.is_success() && !is_page(a))
    }
    fn text(&self) -> String {
        self.answer.as_ref().map(|a| steady(&self.question.http, a)).unwrap_or_default()
    }
    fn leak(&self) -> Option<Leak> {
        let what = leak(self.answer.as_ref().ok()?)?;
        Some(Leak { reply: self.reply()?, what })
    }
    /// What is in the way by this answer alone.
    fn bare_obstacle(&self) -> Option<Obstacle> {
        obstacle((&self.question, self.answer.as_ref().ok()?), None)
    }
    fn obstacle(&self, control: &Self) -> Option<Obstacle> {
        let answer = self.answer.as_ref().ok()?;
        // A control that met a robots' wall tells nothing of paths that do not exist.
        let other = control.answer.as_ref().ok().filter(|c| robots(c).is_none());
        obstacle((&self.question, answer), other.map(|c| (&control.question, c)))
    }
}

/// Whether an answer is a page for people.
fn is_page(answer: &HttpAnswer) -> bool {
    answer.header("content-type").is_some_and(|t| t.as_str().to_ascii_lowercase().starts_with("text/html"))
}
const fn is_gone(status: u16) -> bool {
    matches!(status, 404 | 410)
}
fn allows_post(options: &Got) -> Option<bool> {
    let answer = options.answer.as_ref().ok().filter(|a| a.is_success())?;
    let allow = answer.header("allow")?;
    Some(allow.as_str().split(',').any(|m| m.trim().eq_ignore_ascii_case("POST")))
}
type Decided = (Standing, Option<Cause>);
fn open(why: &'static str) -> Decided {
    (Standing::Open, Some(Cause::Untold(why.into())))
}

/// Where a POST was sent, its answer decides, compared with the answer of the path beside it.
fn from_post(o: &Got, c: &Got, u: &Got) -> Decided {
    let Ok(answer) = &u.answer else { return (Standing::Open, None) };
    let shown = || reply(&u.question, answer);
    let allowed = allows_post(o) == Some(true);
    if matches!(answer.status, 405 | 501) {
        return (Standing::NoPost(shown()), None);
    }
    let Ok(control) = &c.answer else {
        return if is_gone(answer.status) && !allowed {
            (Standing::Missing(shown()), None)
        } else {
            (Standing::Open, None)
        };
    };
    if answer.status >= 500 && control.status >= 500 {
        return open("the server answers every path with an error");
    }
    // A handler may hide behind a 404; OPTIONS then still names the method, and no other path does.
    if is_gone(answer.status) && (!allowed || is_gone(control.status)) {
        return (Standing::Missing(shown()), None);
    }
    let same = alike((&u.question, answer), (&c.question, control));
    // One handler for many paths (`/webhooks/[provider]`) refuses both alike, and says what it takes
    // or what it misses.
    if same && (answer.is_success() || !allowed && !speaks_of_signature(answer)) {
        return (Standing::Missing(shown()), None);
    }
    (Standing::There, None)
}

/// Where no POST may be sent, OPTIONS decides as far as it can.
fn from_options(o: &Got, c: &Got) -> Decided {
    let Ok(answer) = &o.answer else { return (Standing::Open, None) };
    let shown = || reply(&o.question, answer);
    match allows_post(o) {
        Some(true) => return (Standing::There, None),
        Some(false) => return (Standing::NoPost(shown()), None),
        None => {}
    }
    if is_gone(answer.status) {
        return (Standing::Missing(shown()), None);
    }
    match &c.answer {
        // A handler that looks at the method by itself refuses OPTIONS; a path that is not there is a 404.
        Ok(control) if matches!(answer.status, 400..=499) && is_gone(control.status) => (Standing::There, None),
        Ok(_) => open("OPTIONS does not tell whether there is a route"),
        Err(_) => (Standing::Open, None),
    }
}
