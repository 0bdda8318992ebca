//! The way that an authority's check over http takes (HTTP-01, RFC 8555, section 8.3): the first
//! address of each kind on port 80, and where its redirects lead.

use super::facts::{Certificate, HostPlan};
use super::renewal::is_acme;
use super::renewal_caa::{RenewalCaa, methods};
use super::upkeep::Upkeep;
use crate::dns::caa::names_of;
use crate::vocab::{Answers, Cause, DomainName, Gaps, Inquiry, Missing, Shown, Step};
use crate::wire::{HostFailure, HttpAnswer, HttpQuestion};
use std::net::IpAddr;
use url::{Host, Url};

/// How many redirects an authority follows (letsencrypt.org/docs/challenge-types).
const HOPS: usize = 10;

/// What the check would meet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// The address that was asked for.
    pub url: Shown,
    /// What the first address of each kind says, IPv6 first as authorities prefer it.
    pub views: Vec<View>,
    /// Where the redirects lead, where there are any.
    pub end: Option<End>,
    /// Whether CAA records leave the authority this check and no other.
    pub only_way: bool,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Challenge {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// What one address says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The address.
    pub address: IpAddr,
    /// Status and Location, or how it refused.
    pub said: Result<(u16, Option<Shown>), HostFailure>,
}
impl View {
    /// From an answer.
    #[must_use]
    pub fn of(address: IpAddr, answer: Result<HttpAnswer, HostFailure>) -> Self {
        Self { address, said: answer.map(|a| (a.status, a.location())) }
    }
}
/// Where redirects end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// At an answer.
    Answer,
    /// At an address that says no.
    Failed(Shown, HostFailure),
    /// Where no authority goes: another port, an address, another scheme, or round in circles.
    Odd(Shown),
}

/// Why the check cannot be what renews this certificate; `None` where it may be.
#[must_use]
pub fn not_used(
    plan: &HostPlan,
    cert: &Certificate,
    upkeep: &Upkeep,
    caa: Option<&RenewalCaa>,
) -> Option<&'static str> {
    if plan.private_ca || !is_acme(cert) {
        return Some("today's certificate does not come from an authority that checks over http");
    }
    if plan.automatic_renewal == Some(false) {
        return Some("declared with renewal = \"manual\"");
    }
    if upkeep.edge.is_some() {
        return Some("the platform that serves the host sees to it");
    }
    if cert.names.iter().any(|n| n.as_str().starts_with("*.")) {
        return Some("a certificate for a wildcard is checked over the DNS");
    }
    let left = allowed(cert, caa);
    left.is_some_and(|m| !m.iter().any(|m| m == "http-01")).then_some("CAA records leave the authority another check")
}

/// Whether CAA records leave the authority this check alone.
#[must_use]
pub fn is_only_way(cert: &Certificate, caa: Option<&RenewalCaa>) -> bool {
    allowed(cert, caa).is_some_and(|m| m.iter().all(|m| m == "http-01"))
}
fn allowed(cert: &Certificate, caa: Option<&RenewalCaa>) -> Option<Vec<String>> {
    let names = names_of(cert.issuer_organisation.as_str())?;
    methods(caa?.sets.first()?, names)
}

/// Follows the redirects behind the first answer. The authority does not look at certificates on the
/// way, so neither does this.
#[derive(Clone, Debug)]
pub struct ChallengeWalk {
    /// The address that was asked for.
    pub url: Url,
    /// The Location of its answer.
    pub location: Shown,
    /// The hosts that are audited.
    pub audited: Vec<DomainName>,
}

impl Inquiry for ChallengeWalk {
    type Q = HttpQuestion;
    type Out = Result<End, Cause>;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Result<End, Cause>> {
        let done = |end| Step::Done(Ok(end));
        let (mut at, mut location) = (self.url.clone(), self.location.clone());
        for _ in 0..HOPS {
            let next = match allowed_target(&at, location.as_str()) {
                Ok(next) => next,
                Err(why) => return done(End::Odd(why)),
            };
            let audited = self.audited.iter().any(|d| next.host_str() == Some(d.as_str()));
            let question = HttpQuestion { audited, ..HttpQuestion::get(next.as_str()) };
            let answer = match seen.get(&question).map(|a| a.get()) {
                None => return Step::Ask(vec![question]),
                Some(Ok(Ok(answer))) => answer,
                Some(Ok(Err(failure))) => return done(End::Failed(next.as_str().into(), failure.clone())),
                Some(Err(Missing::Unknown(cause))) => return Step::Done(Err(cause)),
                Some(Err(Missing::NotConfigured(_))) => return Step::Done(Err(Cause::NotRecorded)),
            };
            match answer.location() {
                Some(to) => (at, location) = (next, to),
                None => return done(End::Answer),
            }
        }
        done(End::Odd("more than ten redirects".into()))
    }
}

/// Where an authority follows a redirect to: http on port 80 or https on port 443 of a name.
fn allowed_target(from: &Url, location: &str) -> Result<Url, Shown> {
    let to = from.join(location).map_err(|_| Shown::from(location))?;
    let port = match to.scheme() {
        "http" => 80,
        "https" => 443,
        _ => return Err(to.as_str().into()),
    };
    let named = matches!(to.host(), Some(Host::Domain(_))) && to.port_or_known_default() == Some(port);
    if named { Ok(to) } else { Err(to.as_str().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Observed;

    fn walk(
        location: &str,
        world: impl Fn(&str) -> Result<Option<String>, HostFailure>,
    ) -> (Result<End, Cause>, usize) {
        let url = Url::parse("http://acme.test/.well-known/acme-challenge/x").unwrap();
        let walk =
            ChallengeWalk { url, location: location.into(), audited: vec![DomainName::parse("acme.test").unwrap()] };
        let (end, _, asked) = Step::play(&walk, |q: &HttpQuestion| {
            assert_eq!(q.audited, q.url.contains("//acme.test"), "{}", q.url);
            Observed::known(world(&q.url).map(|to| HttpAnswer {
                status: if to.is_some() { 301 } else { 404 },
                headers: to.into_iter().map(|t| ("location".to_owned(), t.into_bytes())).collect(),
                body: Vec::new(),
                truncated: false,
                took_ms: 1,
            }))
        });
        (end, asked)
    }

    #[test]
    fn redirects_as_an_authority_follows_them() {
        let path = "https://acme.test/.well-known/acme-challenge/x";
        assert_eq!(walk(path, |_| Ok(None)), (Ok(End::Answer), 1));
        let onward = |url: &str| Ok(url.contains("//acme").then(|| "https://www.acme.test/".to_owned()));
        assert_eq!(walk(path, onward), (Ok(End::Answer), 2));
        assert_eq!(
            walk(path, |_| Err(HostFailure::NoSuchName)).0,
            Ok(End::Failed(path.into(), HostFailure::NoSuchName))
        );
        for odd in ["https://acme.test:8443/", "ftp://acme.test/", "http://203.0.113.1/", "http://acme.test:443/"] {
            assert!(matches!(walk(odd, |_| Ok(None)), (Ok(End::Odd(_)), 0)), "{odd}");
        }
        let (end, asked) = walk(path, |url| Ok(Some(format!("{url}x"))));
        assert!(matches!(end, Ok(End::Odd(_))) && asked == HOPS);
    }
}
