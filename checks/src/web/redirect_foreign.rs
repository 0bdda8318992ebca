//! `web.redirect-foreign`
use super::facts::{Chain, End, Redirects, SitePlan};
use super::matrix::{Matrix, every};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};
use std::collections::BTreeMap;

rule! {
    /// A way into the site leads to somebody else's domain, or to a URL that no visitor can open.
    ///
    /// A sign-in service that sends visitors back is no foreign end, and a site that leads to one
    /// other domain by every way has moved there.
    ///
    /// # Why at launch
    /// Visitors, links and campaigns that come this way never arrive, or arrive at a stranger's.
    ///
    /// # Fix
    /// Redirect to the canonical host, and build redirect URLs from the configured origin.
    ///
    /// # References
    /// RFC 9110 section 10.2.2 (Location); CWE-601.
    ///
    /// ```pass
    /// https://acme.test/ 200
    /// ```
    /// ```pass
    /// https://acme.test/ 302 https://acme.eu.auth0.com/authorize?client_id=a&redirect_uri=https%3A%2F%2Facme.test%2Fcb
    /// ```
    /// ```fail
    /// https://www.acme.test/ 301 https://parked.example/
    /// ```
    /// ```pass
    /// https://www.acme.test/ 301 http://localhost:3000/
    /// ```
    /// ```fail
    /// http://acme.test/ 301 http://localhost:3000/
    /// ```
    /// ```fail
    /// https://acme.test/ 301 https://acme.example/
    /// https://www.acme.test/ 301 https://acme.example/
    /// ```
    "web.redirect-foreign" on Site, High;
    fails "A way in leads to another domain or to nowhere"; holds "Every way in stays with the site";
    yields_to "web.unreachable";
    fn check(plan: &SitePlan, redirects: Part<'_, Redirects>, matrix: Part<'_, Matrix>) -> Verdict {
        let all = every(redirects.iter(), matrix.iter());
        let moved = moved(plan, &all);
        let mut told: BTreeMap<&str, &Chain> = BTreeMap::new();
        for chain in all {
            let foreign = match &chain.end {
                End::Left(_) => !signs_in(plan, chain),
                // Of the other of apex and www, `web.www-unreachable` says it.
                // `//` is a path that was doubled, and leads nowhere only for programs.
                End::Nowhere(to) if to.as_str() == "//" => false,
                End::Nowhere(_) => plan.other().is_none_or(|other| *other != chain.host),
                _ => false,
            };
            if foreign {
                let last = chain.hops.last().map_or(chain.host.as_str(), super::facts::Hop::host);
                told.entry(last).or_insert(chain);
            }
        }
        told.into_iter().map(|(host, chain)| fault(plan, host, chain, moved)).collect::<Vec<_>>().into()
    }
}

/// Whether every https way into the site leads to one and the same other domain: it has moved.
fn moved(plan: &SitePlan, all: &[&Chain]) -> bool {
    let mut ends: Vec<&End> = all
        .iter()
        .filter(|c| c.secure && plan.hosts().any(|h| *h == c.host) && !c.hops.is_empty())
        .map(|c| &c.end)
        .collect();
    ends.dedup();
    matches!(ends.as_slice(), [End::Left(_)])
}

/// Whether the last redirect goes to a sign-in service that knows the way back.
fn signs_in(plan: &SitePlan, chain: &Chain) -> bool {
    let Some(to) = chain.hops.last().and_then(super::facts::Hop::target) else { return false };
    let own = plan.domain.registrable();
    let back = to.query_pairs().any(|(key, value)| {
        matches!(key.as_ref(), "client_id" | "SAMLRequest" | "redirect_uri") || value.contains(own.as_str())
    });
    let path = to.path().to_ascii_lowercase();
    back || ["authorize", "login", "signin", "sign-in", "oauth", "saml"].iter().any(|word| path.contains(word))
}

fn fault(plan: &SitePlan, host: &str, chain: &Chain, moved: bool) -> Fault {
    let fix = match &chain.end {
        End::Left(to) if moved => {
            format!("If the site has moved for good, audit it where it is: launchcheck audit {to}")
        }
        _ => format!("Make https://{host}/ redirect to https://{}/", plan.entry()),
    };
    let mut fault = Fault::new(host, "", Fix::step(fix));
    fault.saw = chain.evidence();
    if moved {
        return fault.titled(format!("{host} leads to another domain")).lowered(Severity::Low);
    }
    fault
}
