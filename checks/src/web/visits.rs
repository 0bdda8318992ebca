//! Declared pages and routes, asked as a stranger and as the test accounts.

use super::asking::Asking;
use super::look::{Kind, Look, LookQuestion};
use super::surface::{SessionPlan, Surface, WebPlan};
use crate::vocab::{Answers, Cause, Gaps, Inquiry, Place, Step};
use url::Url;

/// Why a path is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Why {
    /// `[site] private-paths`: it must be closed.
    Private,
    /// `[web] routes`: it is asked.
    Route,
    /// `[web] health`.
    Health,
    /// The source names it.
    Found,
}

/// One path and where it led.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The path as declared.
    pub path: String,
    /// Why it was asked for.
    pub why: Why,
    /// Where it was declared.
    pub at: Option<Place>,
    /// The answers, a slash or a language added on the way.
    pub looks: Vec<Look>,
}

/// What a stranger gets of the declared paths.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// The visits.
    pub visits: Vec<Visit>,
    /// What a path gets that does not exist, where that is a page.
    pub shell: Option<Look>,
    /// Private paths that are not asked, since by its name a GET of them does something.
    pub unasked: Vec<String>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Asked {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// As [`Asked`], with a gap for each private page of which it cannot be told whether it is open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doors(pub Asked);
impl Gaps for Doors {
    fn gaps(&self) -> &[Cause] {
        &self.0.gaps
    }
}
impl Doors {
    /// What the visits say of doors.
    #[must_use]
    pub fn of(asked: &Asked) -> Self {
        let mut all = asked.clone();
        for visit in asked.visits.iter().filter(|v| v.why == Why::Private) {
            if let Access::Unsure(cause) = visit.access(asked.shell.as_ref()) {
                all.gaps.push(cause);
            }
        }
        let unasked = |p: &String| Cause::Untold(format!("{p} is not asked: by its name a GET does something").into());
        all.gaps.extend(asked.unasked.iter().map(unasked));
        all.gaps.sort();
        all.gaps.dedup();
        Self(all)
    }
}

/// What the test accounts get. Not configured without any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Members {
    /// Each account with its visits.
    pub accounts: Vec<(SessionPlan, Vec<Visit>)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Members {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Whether a page lets its visitor in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    /// It shows what it has.
    Open,
    /// It refuses, leads to a login or has nothing.
    Closed,
    /// It is what every path gets.
    Shell,
    /// It cannot be told.
    Unsure(Cause),
}

/// Words in a path that no GET is sent to: it could start or end something.
const NEVER: &[&str] =
    &["cron", "job", "send", "sync", "seed", "migrate", "delete", "logout", "signout", "unsubscribe", "revalidate"];

/// Whether a path may be asked for at all.
#[must_use]
pub fn is_askable(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !NEVER.iter().any(|word| lower.contains(word)) && !lower.contains("sign-out") && !lower.contains("log-out")
}
/// The same of a path that a person declared: `/dashboard/jobs` is a page about jobs.
#[must_use]
pub fn is_askable_declared(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    !words.any(|w| NEVER.contains(&w)) && !lower.contains("sign-out") && !lower.contains("log-out")
}
/// Whether a path is for administrators.
#[must_use]
pub fn is_admin(path: &str) -> bool {
    let words = ["admin", "administrator", "administration", "backoffice", "back-office", "superuser", "superadmin"];
    path.split(['/', '?']).any(|s| words.contains(&s.to_ascii_lowercase().as_str()))
}
/// Whether a path is one that programs ask.
#[must_use]
pub fn is_api(path: &str) -> bool {
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |i| &rest[i..]));
    path.split('/').any(|s| matches!(s, "api" | "trpc" | "graphql" | "rest" | "v1" | "v2"))
}

impl Visit {
    /// The last answer.
    #[must_use]
    pub fn last(&self) -> Option<&Look> {
        self.looks.last()
    }
    /// Whether it lets its visitor in.
    #[must_use]
    pub fn access(&self, shell: Option<&Look>) -> Access {
        self.last().map_or(Access::Unsure(Cause::Deadline), |look| access(look, shell))
    }
}

/// Whether an answer lets its visitor in.
#[must_use]
pub fn access(look: &Look, shell: Option<&Look>) -> Access {
    if let Some(wall) = &look.wall {
        return Access::Unsure(Cause::Wall(wall.clone()));
    }
    match look.status {
        200..=299 => {}
        500.. => return Access::Unsure(Cause::Parse(format!("status {}", look.status).into())),
        _ => return Access::Closed,
    }
    if shell.is_some_and(|s| s.is_like(look)) {
        return Access::Shell;
    }
    // As a meta element does it, the header leads away what it stands on.
    if look.header("refresh").is_some_and(|r| r.as_str().to_ascii_lowercase().contains("url=")) {
        return Access::Closed;
    }
    match (look.kind, &look.json, &look.html) {
        (Kind::Empty, ..) => Access::Closed,
        (Kind::Json, Some(json), _) if json.empty || json.refusal => Access::Closed,
        (Kind::Html, _, Some(page)) => {
            if page.meta("refresh").is_some() || page.is_login() || page.refuses() {
                Access::Closed
            } else if page.words < 40 && !page.scripts.is_empty() {
                Access::Unsure(Cause::Wall("a page that is drawn in the browser".into()))
            } else {
                Access::Open
            }
        }
        _ => Access::Open,
    }
}

/// Where a declared path or URL is.
fn url(home: &Url, path: &str) -> Option<Url> {
    home.join(path).ok().filter(|u| u.scheme() == "https")
}

/// The looks at one URL, over redirects that only add a slash, a language or a host of the site's.
fn follow(asking: &mut Asking<'_>, start: &Url, session: Option<&str>, home: &Url) -> Vec<Look> {
    let (mut looks, mut at): (Vec<Look>, Url) = (Vec::new(), start.clone());
    while looks.len() < 4 {
        let question = LookQuestion { session: session.map(str::to_owned), ..LookQuestion::get(at.as_str()) };
        let Some(Ok(look)) = asking.ask(&question) else { break };
        looks.push(look.clone());
        let own = |to: &Url| to.host_str() == home.host_str() || to.host_str() == start.host_str();
        let plain = |u: &Url| u.path().trim_end_matches('/').to_owned();
        match look.target() {
            Some(to) if own(&to) && to.scheme() == "https" && plain(&to).ends_with(&plain(start)) && to != at => {
                at = to;
            }
            _ => break,
        }
    }
    looks
}

/// Asks the declared paths as a stranger.
#[derive(Clone, Debug)]
pub struct AskedWalk {
    /// What is declared.
    pub plan: WebPlan,
    /// The surface.
    pub surface: Surface,
}
impl WebPlan {
    /// Every declared path that may be asked for, and why.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Why, Option<Place>)> {
        let private = self.private.iter().map(|(p, at)| (p.as_str(), Why::Private, at.clone()));
        let routes = self.routes.iter().map(|(p, at)| (p.as_str(), Why::Route, at.clone()));
        let health = self.health.iter().map(|(p, at)| (p.as_str(), Why::Health, at.clone()));
        let found = self.found.iter().map(|p| (p.as_str(), Why::Found, None));
        let mut seen: Vec<&str> = Vec::new();
        private.chain(health).chain(routes).chain(found).filter(move |(path, why, _)| {
            let may = if *why == Why::Found { is_askable(path) } else { is_askable_declared(path) };
            let new = may && !seen.contains(path);
            if new {
                seen.push(path);
            }
            new
        })
    }
}
impl Inquiry for AskedWalk {
    type Q = LookQuestion;
    type Out = Asked;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Asked> {
        let mut asking = Asking::new(seen);
        let (home, mut visits) = (&self.surface.home, Vec::new());
        for (path, why, at) in self.plan.paths().filter(|(p, ..)| !p.contains("{tenant}")) {
            let Some(start) = url(home, path) else { continue };
            let looks =
                if start == *home { vec![self.surface.front.clone()] } else { follow(&mut asking, &start, None, home) };
            if !looks.is_empty() {
                visits.push(Visit { path: path.to_owned(), why, at, looks });
            }
        }
        let shell = self.surface.shell().cloned();
        let private = self.plan.private.iter().map(|(p, _)| p).filter(|p| !is_askable_declared(p));
        let unasked = private.cloned().collect();
        asking.end(|gaps| Asked { visits, shell, unasked, gaps })
    }
}

/// Asks the declared paths with the cookies of the test accounts.
#[derive(Clone, Debug)]
pub struct MembersWalk {
    /// What is declared.
    pub plan: WebPlan,
    /// The surface.
    pub surface: Surface,
}
impl Inquiry for MembersWalk {
    type Q = LookQuestion;
    type Out = Members;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Members> {
        let mut asking = Asking::new(seen);
        let (home, mut accounts) = (&self.surface.home, Vec::new());
        let tenants: Vec<&str> = self.plan.sessions.iter().filter_map(|s| s.tenant.as_deref()).collect();
        for session in &self.plan.sessions {
            let mut visits = Vec::new();
            for (path, why, at) in self.plan.paths().filter(|(_, why, _)| matches!(why, Why::Private | Why::Route)) {
                let each: Vec<String> = if path.contains("{tenant}") {
                    tenants.iter().map(|t| path.replace("{tenant}", t)).collect()
                } else {
                    vec![path.to_owned()]
                };
                for path in each {
                    // Cookies go to the site's own hosts over https and nowhere else.
                    let own = |u: &Url| {
                        u.host_str() == home.host_str()
                            || self.plan.hosts.iter().any(|h| u.host_str() == Some(h.as_str()))
                    };
                    let Some(start) = url(home, &path).filter(own) else { continue };
                    let looks = follow(&mut asking, &start, Some(&session.name), home);
                    if !looks.is_empty() {
                        visits.push(Visit { path, why, at: at.clone(), looks });
                    }
                }
            }
            if self.is_nobody(&mut asking, &visits) {
                let name = &session.name;
                asking.gap(Cause::Untold(
                    format!("the account \"{name}\" gets what a stranger gets: is its cookie still signed in?").into(),
                ));
            }
            accounts.push((session.clone(), visits));
        }
        asking.end(|gaps| Members { accounts, gaps })
    }
}

impl MembersWalk {
    /// Whether every door is closed to an account, and in the way in which it is closed to strangers:
    /// then nothing shows that its cookie counts.
    fn is_nobody(&self, asking: &mut Asking<'_>, visits: &[Visit]) -> bool {
        let shell = self.surface.shell();
        if visits.is_empty() || visits.iter().any(|v| v.access(shell) != Access::Closed) {
            return false;
        }
        let declared: Vec<&str> = self.plan.paths().map(|(p, ..)| p).collect();
        let mut others = visits.iter().filter(|v| declared.contains(&v.path.as_str()));
        others.all(|visit| {
            let Some(start) = url(&self.surface.home, &visit.path) else { return true };
            let looks = follow(asking, &start, None, &self.surface.home);
            let way = |l: &Look| (l.status, l.target().map(|t| t.path().to_owned()));
            looks.last().is_some_and(|l| visit.last().is_some_and(|own| way(own) == way(l)))
        })
    }
}

/// What API routes answer to scripts of other origins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cors {
    /// Each try.
    pub tries: Vec<CorsTry>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Cors {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One request with an Origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CorsTry {
    /// The route as declared.
    pub path: String,
    /// The origin that was sent.
    pub origin: String,
    /// Whether that is the site's own.
    pub own: bool,
    /// The answer.
    pub look: Look,
}

/// Asks API routes with origins of strangers and of the site itself.
#[derive(Clone, Debug)]
pub struct CorsWalk {
    /// The front page's URL.
    pub home: Url,
    /// The routes, as declared.
    pub routes: Vec<String>,
}
impl CorsWalk {
    /// An origin of nobody's, one that only begins like the site's, one that only ends like it, and none.
    fn origins(&self) -> [(String, bool); 4] {
        let host = self.home.host_str().unwrap_or_default();
        [
            ("https://launchcheck.example".to_owned(), false),
            (format!("https://{host}.launchcheck.example"), false),
            (format!("https://launchcheck-{host}"), false),
            ("null".to_owned(), false),
        ]
    }
}
impl Inquiry for CorsWalk {
    type Q = LookQuestion;
    type Out = Cors;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Cors> {
        let mut asking = Asking::new(seen);
        let mut tries = Vec::new();
        for path in &self.routes {
            let Some(at) = url(&self.home, path) else { continue };
            let mut origins = self.origins().to_vec();
            if at.host_str() != self.home.host_str() {
                origins.push((self.home.origin().ascii_serialization(), true));
            }
            for (origin, own) in origins {
                let question = LookQuestion::get(at.as_str()).with("origin", origin.as_str());
                if let Some(look) = asking.look(&question) {
                    tries.push(CorsTry { path: path.clone(), origin, own, look: look.clone() });
                }
            }
        }
        asking.end(|gaps| Cors { tries, gaps })
    }
}

impl Visit {
    /// A fault about this path.
    #[must_use]
    pub fn fault(&self, note: impl Into<crate::vocab::Shown>, fix: crate::vocab::Fix) -> crate::vocab::Fault {
        let saw = self.last().map_or_else(|| crate::vocab::Evidence::from(self.path.as_str()), |l| l.evidence(note));
        let fault = crate::vocab::Fault::new(&self.path, saw, fix);
        match &self.at {
            Some(at) => fault.at(at.clone()),
            None => fault,
        }
    }
}

/// Judges the visits that fit: an open one by `fault`. One that cannot be told leaves a rule without
/// faults undecided.
pub(super) fn judge<'a>(
    asked: impl Iterator<Item = &'a Asked>,
    fits: impl Fn(&&Visit) -> bool,
    fault: impl Fn(&Visit, &Look) -> Option<crate::vocab::Fault>,
    none: &'static str,
) -> crate::vocab::Verdict {
    let mut judged = 0;
    let mut faults = Vec::new();
    for asked in asked {
        for visit in asked.visits.iter().filter(&fits) {
            judged += 1;
            if let (Access::Open, Some(look)) = (visit.access(asked.shell.as_ref()), visit.last()) {
                faults.extend(fault(visit, look));
            }
        }
    }
    if judged == 0 { crate::vocab::Verdict::not_applicable(none) } else { faults.into() }
}
