//! `web.redirect-temporary`
use super::facts::{Hop, Redirects, SitePlan};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};
use std::collections::BTreeMap;

rule! {
    /// The way to https or to the canonical host is a temporary redirect.
    ///
    /// Only redirects between http and https, and between the apex and www, are judged: one to a login
    /// or a language is rightly temporary.
    ///
    /// # Why at launch
    /// Search engines keep the old URL, and browsers ask for it again on every visit.
    ///
    /// # Fix
    /// Answer 308 (or 301) instead of 302, 303 or 307.
    ///
    /// # References
    /// RFC 9110 sections 15.4.2 and 15.4.9 (permanent), 15.4.3, 15.4.4 and 15.4.8 (temporary).
    ///
    /// ```pass
    /// http://acme.test/ 308 https://acme.test/
    /// https://acme.test/ 307 /en
    /// ```
    /// ```fail
    /// http://acme.test/ 307 https://acme.test/
    /// ```
    /// ```fail
    /// https://www.acme.test/ 302 https://acme.test/
    /// ```
    "web.redirect-temporary" on Site, Low;
    fails "A redirect to the canonical address is temporary"; holds "Redirects to the canonical address are permanent";
    yields_to "web.redirect-loop";
    fn check(plan: &SitePlan, redirects: Part<'_, Redirects>) -> Verdict {
        let hops = redirects.iter().flat_map(|r| &r.chains).flat_map(|c| &c.hops);
        let temporary: BTreeMap<String, &Hop> = hops
            .filter(|hop| matches!(hop.status, 302 | 303 | 307) && hop.wall.is_none() && between_origins(plan, hop))
            .map(|hop| (hop.url.origin().ascii_serialization(), hop))
            .collect();
        let fault = |(origin, hop): (String, &Hop)| {
            let fix = Fix::step(format!("Answer 308 instead of {} at {origin} (in the domain settings of the hosting provider, or in the server's redirect)", hop.status));
            Fault::new(origin, hop.evidence(""), fix)
        };
        temporary.into_iter().map(fault).collect::<Vec<_>>().into()
    }
}

/// Whether a redirect changes the scheme or the host, among the site's own two hosts.
fn between_origins(plan: &SitePlan, hop: &Hop) -> bool {
    let Some(to) = hop.location.as_ref().and_then(|l| hop.url.join(l.as_str()).ok()) else { return false };
    let own = |host: &str| plan.hosts().any(|h| h.as_str() == host);
    let changes = to.scheme() != hop.url.scheme() || to.host_str() != hop.url.host_str();
    changes && own(hop.host()) && to.host_str().is_some_and(own)
}
