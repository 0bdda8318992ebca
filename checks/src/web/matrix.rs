//! The rest of the redirect matrix: a deep link over http and https of every host, the front doors
//! of the product's further hosts, and what a POST to them becomes.

use super::facts::{Chain, End, Hop, Redirects, SitePlan};
use super::walk::{Followed, RedirectWalk};
use super::wall::robots;
use crate::vocab::{Answers, Cause, DomainName, Gaps, Inquiry, Missing, Step};
use crate::wire::{HttpQuestion, Method};

/// A deep link with a query that no site has: whatever page it gets, a redirect between hosts or
/// schemes has to keep both.
pub const DEEP: &str = "/launchcheck/deep-link?from=launchcheck";
/// The path that a POST is sent to on API hosts.
pub const POSTED: &str = "/api/launchcheck-probe";

/// Where deep links and the further hosts lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matrix {
    /// The chains.
    pub chains: Vec<Chain>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Matrix {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What POST requests to API hosts are answered with. Not configured without `--active`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Methods {
    /// The answers.
    pub answers: Vec<Hop>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Methods {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Walks the matrix.
#[derive(Clone, Debug)]
pub struct MatrixWalk {
    /// The walk of single chains.
    pub walk: RedirectWalk,
    /// What the front doors of the plan's hosts came to.
    pub seen: Redirects,
}
impl Inquiry for MatrixWalk {
    type Q = HttpQuestion;
    type Out = Matrix;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Matrix> {
        let (mut questions, mut chains): (Vec<HttpQuestion>, Vec<Chain>) = (Vec::new(), Vec::new());
        let mut take = |followed: Followed| match followed {
            Followed::Ask(q) if questions.contains(&q) => false,
            Followed::Ask(q) => {
                questions.push(q);
                false
            }
            Followed::Done(chain) => {
                let answered = !chain.hops.is_empty();
                chains.push(chain);
                answered
            }
        };
        for secure in [true, false] {
            for host in self.walk.plan.hosts() {
                let fits = |c: &&Chain| c.host == *host && c.secure == secure && !c.hops.is_empty();
                if self.seen.chains.iter().find(fits).is_some_and(|c| c.end != End::Loop) {
                    take(self.walk.follow(host, secure, DEEP, seen));
                }
            }
            for host in self.further() {
                if take(self.walk.follow(host, secure, "/", seen)) {
                    take(self.walk.follow(host, secure, DEEP, seen));
                }
            }
        }
        if !questions.is_empty() {
            return Step::Ask(questions);
        }
        // Behind a front door that did not answer, no deep link was asked for.
        let mut gaps: Vec<Cause> = chains.iter().filter_map(|c| self.gap(c)).chain(self.seen.gaps.clone()).collect();
        gaps.sort();
        gaps.dedup();
        Step::Done(Matrix { chains, gaps })
    }
}
impl MatrixWalk {
    /// The product's hosts that are no way into the site itself.
    fn further(&self) -> impl Iterator<Item = &DomainName> {
        let domain = self.walk.plan.domain.registrable();
        let named = |h: &DomainName| self.walk.plan.hosts().any(|p| p == h);
        self.walk.audited.iter().filter(move |h| h.is_within(&domain) && !named(h))
    }
    /// What a chain leaves unseen. A refusal of the app's own at its end hides no redirect.
    fn gap(&self, chain: &Chain) -> Option<Cause> {
        let own = matches!(chain.end, End::Answer) && chain.hops.last().is_some_and(|h| matches!(h.status, 401 | 403));
        if own && !chain.hops.last().is_some_and(|h| h.behind_robots) { None } else { self.walk.plan.gap(chain) }
    }
}

/// POSTs to API hosts.
#[derive(Clone, Debug)]
pub struct MethodWalk {
    /// The hosts that programs talk to.
    pub hosts: Vec<DomainName>,
}
impl Inquiry for MethodWalk {
    type Q = HttpQuestion;
    type Out = Methods;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Methods> {
        let asked: Vec<HttpQuestion> = self.hosts.iter().flat_map(|h| [true, false].map(|s| post(h, s))).collect();
        let open: Vec<HttpQuestion> = asked.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !open.is_empty() {
            return Step::Ask(open);
        }
        let (mut answers, mut gaps) = (Vec::new(), Vec::new());
        for question in asked {
            match (seen.get(&question).map(|a| a.get()), question.parsed()) {
                (Some(Ok(Ok(answer))), Some(url)) => match robots(answer) {
                    Some(wall) => gaps.push(Cause::Wall(wall)),
                    None => answers.push(super::walk::hop(&url, answer)),
                },
                // A closed port 80 redirects nothing.
                (Some(Ok(Err(why))), Some(url)) if url.scheme() == "https" => gaps.push(why.cause()),
                (Some(Err(Missing::Unknown(cause))), _) => gaps.push(cause),
                _ => {}
            }
        }
        gaps.sort();
        gaps.dedup();
        Step::Done(Methods { answers, gaps })
    }
}

fn post(host: &DomainName, secure: bool) -> HttpQuestion {
    let scheme = if secure { "https" } else { "http" };
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let url = format!("{scheme}://{host}{POSTED}");
    HttpQuestion { method: Method::Post, headers, body: b"{}".to_vec(), ..HttpQuestion::get(url) }
}

/// Whether the step from one URL to another is one between hosts or schemes, which has to keep
/// everything else.
#[must_use]
pub fn is_move(from: &url::Url, to: &url::Url) -> bool {
    from.host_str() != to.host_str() || from.scheme() != to.scheme()
}

/// Each chain of both parts of the matrix.
pub(super) fn every<'a>(
    redirects: impl Iterator<Item = &'a Redirects>,
    matrix: impl Iterator<Item = &'a Matrix>,
) -> Vec<&'a Chain> {
    redirects.flat_map(|r| &r.chains).chain(matrix.flat_map(|m| &m.chains)).collect()
}

impl SitePlan {
    /// Whether a host name is one of the audited company's.
    #[must_use]
    pub fn owns(&self, host: &str) -> bool {
        DomainName::parse(host).is_ok_and(|h| h.is_within(&self.domain.registrable()))
    }
}
