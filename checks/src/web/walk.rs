//! Walking the redirects of the site: every way in, each hop asked once, no further than the
//! registrable domain.

use super::facts::{Chain, End, Hop, Redirects, SitePlan};
use super::jar::Jar;
use super::wall::{robots, wall};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Shown, Step};
use crate::wire::{HttpAnswer, HttpQuestion};
use std::collections::BTreeSet;
use url::{Host, Url};

/// How many redirects of one chain are followed: as many as browsers do (Fetch, HTTP-redirect fetch).
const HOPS: usize = 20;

/// GETs `/` over http and https of the domain, of its sibling and of the declared canonical host, and
/// follows where they lead.
#[derive(Clone, Debug)]
pub struct RedirectWalk {
    /// What the configuration says of the site.
    pub plan: SitePlan,
    /// The hosts that are targets of their own beside those of the plan.
    pub audited: Vec<DomainName>,
}

pub(super) enum Followed {
    Ask(HttpQuestion),
    Done(Chain),
}

impl Inquiry for RedirectWalk {
    type Q = HttpQuestion;
    type Out = Redirects;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Redirects> {
        let (mut questions, mut chains) = (Vec::new(), Vec::new());
        for host in self.plan.hosts() {
            for secure in [true, false] {
                match self.follow(host, secure, "/", seen) {
                    Followed::Ask(q) if questions.contains(&q) => {}
                    Followed::Ask(q) => questions.push(q),
                    Followed::Done(chain) => chains.push(chain),
                }
            }
        }
        if !questions.is_empty() {
            return Step::Ask(questions);
        }
        let mut gaps: Vec<Cause> = chains.iter().filter_map(|c| self.plan.gap(c)).collect();
        gaps.sort();
        gaps.dedup();
        Step::Done(Redirects { chains, gaps })
    }
}

impl RedirectWalk {
    pub(super) fn follow(&self, host: &DomainName, secure: bool, path: &str, seen: &Answers<HttpQuestion>) -> Followed {
        let path = path.into();
        let mut chain = Chain { host: host.clone(), secure, path, hops: Vec::new(), end: End::Loop };
        let Ok(mut url) = Url::parse(&chain.start()) else {
            chain.end = End::Unknown(Cause::Parse("the host name".into()));
            return Followed::Done(chain);
        };
        let (mut jar, mut with_cookies, mut visited) = (Jar::default(), false, BTreeSet::new());
        while chain.redirects() <= HOPS {
            let mut cookies = if with_cookies { jar.header_for(&url) } else { String::new() };
            if visited.contains(&(url.clone(), cookies.clone())) {
                // Been here. A site that sets a cookie and comes back to look for it is no loop, so
                // it gets one more try with the cookies that were set on the way.
                let more = jar.header_for(&url);
                if more == cookies || visited.contains(&(url.clone(), more.clone())) {
                    break;
                }
                (with_cookies, cookies) = (true, more);
            }
            visited.insert((url.clone(), cookies.clone()));
            let question = self.question(&url, cookies);
            let answer = match seen.get(&question).map(|a| a.get()) {
                None => return Followed::Ask(question),
                Some(Ok(Ok(answer))) => answer,
                Some(Ok(Err(failure))) => {
                    chain.end = End::Failed(url, failure.clone());
                    break;
                }
                Some(Err(Missing::Unknown(cause))) => {
                    chain.end = End::Unknown(cause);
                    break;
                }
                Some(Err(Missing::NotConfigured(_))) => {
                    chain.end = End::Unknown(Cause::NotRecorded);
                    break;
                }
            };
            jar.take(&url, answer);
            chain.hops.push(hop(&url, answer));
            match self.next(&url, answer) {
                Ok(next) => url = next,
                Err(end) => {
                    chain.end = end;
                    break;
                }
            }
        }
        Followed::Done(chain)
    }

    fn question(&self, url: &Url, cookies: String) -> HttpQuestion {
        let mut question = HttpQuestion::get(url.as_str());
        let named = |d: &DomainName| url.host_str() == Some(d.as_str());
        question.audited = self.plan.hosts().any(named) || self.audited.iter().any(named);
        if !cookies.is_empty() {
            question.headers.push(("cookie".to_owned(), cookies));
        }
        question
    }

    /// Where an answer leads, or how the chain ends with it.
    fn next(&self, from: &Url, answer: &HttpAnswer) -> Result<Url, End> {
        if wall(answer).is_some() {
            return Err(End::Answer);
        }
        let Some(location) = answer.location() else {
            let is_redirect = matches!(answer.status, 301 | 302 | 303 | 307 | 308);
            return Err(if is_redirect { End::Nowhere(Shown::default()) } else { End::Answer });
        };
        let Ok(mut to) = from.join(location.as_str()) else { return Err(End::Nowhere(location)) };
        to.set_fragment(None);
        let name = match (to.scheme(), to.host()) {
            ("http" | "https", Some(Host::Domain(d))) => d.trim_end_matches('.').to_owned(),
            ("http" | "https", Some(host)) if !is_own_machine(&host) => return Err(End::Left(host.to_string().into())),
            _ => return Err(End::Nowhere(location)),
        };
        let Ok(name) = DomainName::parse(&name) else { return Err(End::Nowhere(location)) };
        if name.is_within(&self.plan.domain.registrable()) {
            return Ok(to);
        }
        let own_machine = name.as_str() == "localhost" || name.as_str().ends_with(".localhost");
        Err(if own_machine { End::Nowhere(location) } else { End::Left(name.as_str().into()) })
    }
}

/// Whether an address is one that a visitor's browser finds on their own machine or network.
pub(super) fn is_own_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(a) => a.is_loopback() || a.is_private() || a.is_unspecified() || a.is_link_local(),
        Host::Ipv6(a) => a.is_loopback() || a.is_unspecified() || a.is_unique_local() || a.is_unicast_link_local(),
        Host::Domain(_) => false,
    }
}

/// One answer, reduced to what rules look at.
#[must_use]
pub fn hop(url: &Url, answer: &HttpAnswer) -> Hop {
    Hop {
        url: url.clone(),
        status: answer.status,
        location: answer.location(),
        hsts: answer.headers_named("strict-transport-security").collect(),
        wall: wall(answer),
        behind_robots: robots(answer).is_some(),
        took_ms: answer.took_ms,
    }
}

impl SitePlan {
    /// The host that visitors are meant to begin at: the declared canonical one, else the domain.
    #[must_use]
    pub fn entry(&self) -> &DomainName {
        self.canonical.as_ref().unwrap_or(&self.domain)
    }
    /// The other of apex and `www.`, seen from the entry.
    #[must_use]
    pub fn other(&self) -> Option<&DomainName> {
        let sibling = self.sibling.as_ref()?;
        Some(if sibling == self.entry() { &self.domain } else { sibling })
    }
    /// Every host that is walked from, the entry first.
    pub fn hosts(&self) -> impl Iterator<Item = &DomainName> {
        let entry = self.entry();
        std::iter::once(entry)
            .chain([Some(&self.domain), self.sibling.as_ref()].into_iter().flatten().filter(move |h| *h != entry))
    }
    /// What a chain leaves unseen. A closed port 80 and a sibling that does not exist hide nothing:
    /// no redirect can begin there.
    pub(super) fn gap(&self, chain: &Chain) -> Option<Cause> {
        let page = chain.hops.last();
        match &chain.end {
            End::Unknown(cause) => Some(cause.clone()),
            End::Failed(_, why) if chain.hops.is_empty() => {
                let harmless = if why.is_nowhere() { chain.host != *self.entry() } else { !chain.secure };
                (!harmless).then(|| why.cause())
            }
            End::Failed(_, why) => Some(why.cause()),
            End::Answer => page.and_then(|p| p.wall.clone()).map(Cause::Wall),
            End::Loop | End::Left(_) | End::Nowhere(_) => None,
        }
    }
}
