//! `web.redirect-chain-long`
use super::facts::{Chain, End, Redirects, SitePlan};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

/// How many redirects are fine: one to https and one to the canonical host.
const FINE: usize = 2;

rule! {
    /// A way in takes more than two redirects.
    ///
    /// # Why at launch
    /// Each redirect costs a visitor a round trip, on a phone a few tenths of a second each, and
    /// crawlers drop long chains.
    ///
    /// # Fix
    /// Redirect each way in straight to the final URL.
    ///
    /// # References
    /// RFC 9110 section 15.4; developers.google.com/search/docs/crawling-indexing/301-redirects.
    ///
    /// ```pass
    /// http://www.acme.test/ 301 https://www.acme.test/
    /// https://www.acme.test/ 301 https://acme.test/
    /// ```
    /// ```pass
    /// http://www.acme.test/ 301 https://www.acme.test/
    /// https://www.acme.test/ 301 https://acme.test/
    /// https://acme.test/ 307 http://localhost:3000/
    /// ```
    /// ```fail
    /// http://www.acme.test/ 301 http://acme.test/
    /// http://acme.test/ 301 https://acme.test/
    /// https://acme.test/ 302 /en
    /// https://acme.test/en 200
    /// ```
    "web.redirect-chain-long" on Site, Low;
    fails "A way in takes more than two redirects"; holds "Every way in takes at most two redirects";
    yields_to "web.redirect-loop";
    fn check(_plan: &SitePlan, redirects: Part<'_, Redirects>) -> Verdict {
        // A chain that leads to nothing is told by the rule that says so.
        let leads = |c: &&Chain| matches!(c.end, End::Answer | End::Left(_) | End::Unknown(_));
        let long = |c: &&Chain| leads(c) && c.redirects() > FINE;
        let fault = |c: &Chain| {
            let last = c.hops.last().map_or_else(|| c.start(), |h| h.url.to_string());
            let fix = Fix::step(format!("Redirect {} straight to {last}", c.start()));
            let mut fault = Fault::new(c.start(), format!("{} redirects from {}", c.redirects(), c.start()), fix);
            fault.saw.extend(c.evidence());
            fault
        };
        redirects.iter().flat_map(|r| &r.chains).filter(long).map(fault).collect::<Vec<_>>().into()
    }
}
