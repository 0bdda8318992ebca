//! The differential: what a webhook URL answers, compared with what a path gets that does not exist.
//!
//! First OPTIONS of the URL and a POST to a random path beside it. Then, only where a person
//! declared the URL and nothing stood in the way, one unsigned and one forged POST.

use super::{
    event,
    facts::{NOT_SENT, Obstacle, Reply, Route, Shots, Standing, WebhookPlan},
    walls::{alike, obstacle, reply, robots, speaks_of_signature},
};
use crate::{
    vocab::{Answers, Cause, Inquiry, Missing, Observed, Step},
    wire::{HostFailure, HttpAnswer, HttpQuestion},
};

/// Finds out what stands at a webhook URL.
#[derive(Debug)]
pub struct Differential {
    /// The webhook.
    pub plan: WebhookPlan,
    /// A random word, new in each run: the path beside the URL is named by it.
    pub token: String,
    /// Seconds since 1970, for the forged signature.
    pub now: i64,
}

impl Inquiry for Differential {
    type Q = HttpQuestion;
    type Out = Observed<Route>;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Observed<Route>> {
        let Some(control) = event::control(&self.plan, &self.token, self.now) else {
            return Step::Done(Observed::unknown(Cause::Parse("the URL cannot be read".into())));
        };
        let options = event::options(&self.plan);
        if !seen.contains_key(&options) {
            return Step::Ask(vec![options, control]);
        }
        let (o, c) = (Got::of(options, seen), Got::of(control, seen));
        if let (Err(cause), Err(_)) = (&o.answer, &c.answer) {
            return Step::Done(Observed::unknown(cause.clone()));
        }
        // OPTIONS may well be refused where a POST is not; where that can be found out it decides nothing.
        let early = o.obstacle(&c).filter(|found| !self.plan.declared || !found.is_bare_refusal());
        if early.is_some() || !self.plan.declared {
            let standing = if early.is_some() { (Standing::Open, None) } else { from_options(&o, &c) };
            return Step::Done(Observed::known(self.route(&o, &c, early, standing, None)));
        }
        let unsigned = event::unsigned(&self.plan, &self.token, self.now);
        let forged = event::forged(&self.plan, &self.token, self.now, b"");
        if !seen.contains_key(&unsigned) {
            return Step::Ask([Some(unsigned), forged].into_iter().flatten().collect());
        }
        let u = Got::of(unsigned, seen);
        let f = forged.map(|q| Got::of(q, seen));
        // A check that refuses every path would have refused OPTIONS, too.
        let says_post = allows_post(&o) == Some(true);
        let found = u.obstacle(&c).filter(|found| !says_post || !found.is_bare_refusal());
        let standing = if found.is_some() { (Standing::Open, None) } else { from_post(&o, &c, &u) };
        Step::Done(Observed::known(self.route(&o, &c, found, standing, Some((u, f)))))
    }
}

impl Differential {
    fn route(
        &self,
        o: &Got,
        c: &Got,
        obstacle: Option<Obstacle>,
        (standing, open): (Standing, Option<Cause>),
        sent: Option<(Got, Option<Got>)>,
    ) -> Route {
        let wall = obstacle.as_ref().map(behind);
        let mut gaps: Vec<Cause> =
            wall.iter().cloned().chain(o.missing()).chain(c.missing()).chain(open.clone()).collect();
        let shots = match (&wall, sent) {
            (Some(wall), _) => Observed::unknown(wall.clone()),
            (None, None) if self.plan.declared => Observed::unknown(Cause::Deadline),
            (None, None) => Observed::not_configured(NOT_SENT),
            (None, Some((u, f))) => {
                gaps.extend(u.missing());
                let missing =
                    u.missing().into_iter().chain(f.as_ref().and_then(Got::missing)).chain(c.missing()).chain(open);
                Observed::known(Shots {
                    unsigned: u.reply(),
                    forged: f.as_ref().and_then(Got::reply),
                    forgeable: f.is_some(),
                    own_route: !matches!(standing, Standing::Missing(_) | Standing::NoPost(_)),
                    gaps: missing.collect(),
                })
            }
        };
        gaps.dedup();
        Route { options: o.reply(), control: c.reply(), obstacle, standing, shots, gaps }
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
    question: HttpQuestion,
    answer: Result<HttpAnswer, Cause>,
}
impl Got {
    fn of(question: HttpQuestion, seen: &Answers<HttpQuestion>) -> Self {
        let answer = match seen.get(&question).map(Observed::get) {
            // Whoever counts requests has not looked at this one: it says neither that there is a
            // route nor that a signature was refused. A robots' wall with that status says more.
            Some(Ok(Ok(answer))) if answer.status == 429 && robots(answer).is_none() => Err(Cause::RateLimited),
            Some(Ok(Ok(answer))) => Ok(answer.clone()),
            Some(Ok(Err(failure))) => Err(HostFailure::cause(failure)),
            Some(Err(Missing::Unknown(cause))) => Err(cause),
            Some(Err(Missing::NotConfigured(_))) | None => Err(Cause::Deadline),
        };
        Self { question, answer }
    }
    fn missing(&self) -> Option<Cause> {
        self.answer.as_ref().err().cloned()
    }
    fn reply(&self) -> Option<Reply> {
        self.answer.as_ref().ok().map(|a| reply(&self.question, a))
    }
    fn obstacle(&self, control: &Self) -> Option<Obstacle> {
        let answer = self.answer.as_ref().ok()?;
        // A control that met a robots' wall tells nothing of paths that do not exist.
        let other = control.answer.as_ref().ok().filter(|c| robots(c).is_none());
        obstacle((&self.question, answer), other.map(|c| (&control.question, c)))
    }
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
    (Standing::Open, Some(Cause::Parse(why.into())))
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
