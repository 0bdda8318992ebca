//! `web.redirect-loop`
use super::facts::{Chain, End, Redirects, SitePlan};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// The redirects come back to where they have been, or do not end within ten.
    ///
    /// A site that sets a cookie and comes back to look for it is asked again with the cookie before
    /// it is called a loop.
    ///
    /// # Why at launch
    /// Browsers give up with "too many redirects": nobody sees the site.
    ///
    /// # Fix
    /// Let one side decide about https and about www. Behind a proxy that talks plain http to the
    /// server, the server must not redirect to https by itself.
    ///
    /// # References
    /// RFC 9110 section 15.4 (cyclical redirections); developers.cloudflare.com, "ERR_TOO_MANY_REDIRECTS".
    ///
    /// ```pass
    /// http://acme.test/ 301 https://acme.test/
    /// ```
    /// ```pass
    /// https://acme.test/ 302 / | set-cookie: seen=1
    /// https://acme.test/+seen=1 200
    /// ```
    /// ```fail
    /// https://acme.test/ 301 https://acme.test/
    /// ```
    /// ```fail
    /// https://acme.test/ 308 https://www.acme.test/
    /// https://www.acme.test/ 308 https://acme.test/
    /// ```
    "web.redirect-loop" on Site, Blocker, stage Route;
    fails "The redirects never end"; holds "The redirects end";
    yields_to "tls.edge-flexible-loop";
    fn check(plan: &SitePlan, redirects: Part<'_, Redirects>) -> Verdict {
        let looping = redirects.iter().flat_map(|r| &r.chains).filter(|c| c.end == End::Loop);
        let mut told: Vec<&Chain> = Vec::new();
        for chain in looping {
            // Ways in that share a URL share the loop, and are told once.
            let shared = |other: &&Chain| other.hops.iter().any(|h| chain.hops.iter().any(|c| c.url == h.url));
            if !told.iter().any(shared) {
                told.push(chain);
            }
        }
        told.into_iter().map(|c| fault(plan, c)).collect::<Vec<_>>().into()
    }
}

fn fault(plan: &SitePlan, chain: &Chain) -> Fault {
    let proxied = "Behind Cloudflare: set SSL/TLS to Full (strict); Flexible asks your server over http, which redirects to https again";
    let one = format!("Redirect to {} in one place only: the hosting provider or the app, not both", plan.entry());
    // Named by the host that leads back, as `tls.edge-flexible-loop` names it.
    let mut fault = Fault::new(chain.loops_at(), "", Fix::steps([one.as_str(), proxied]));
    // The first lap says it all.
    fault.saw = chain.evidence();
    if fault.saw.len() > 6 {
        fault.saw.drain(5..fault.saw.len() - 1);
    }
    if chain.host == *plan.entry() { fault } else { fault.lowered(Severity::High) }
}
