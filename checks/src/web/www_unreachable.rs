//! `web.www-unreachable`
use super::facts::{End, Sibling};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};
use crate::wire::HostFailure;

rule! {
    /// The other of apex and www has no usable answer: it does not exist, does not connect, or shows an
    /// error.
    ///
    /// # Why at launch
    /// Many people type the one that you do not use, and printed or mailed links lead there too.
    ///
    /// # Fix
    /// Publish the name, give it a certificate, and redirect it to the canonical host.
    ///
    /// # References
    /// RFC 1034 section 3.6.2 (an apex cannot be a CNAME; www can).
    ///
    /// ```pass
    /// https://www.acme.test/ 308 https://acme.test/
    /// ```
    /// ```pass
    /// https://www.acme.test/ 308 https://acme.test/
    /// https://acme.test/ 307 http://localhost:3000/
    /// ```
    /// ```pass
    /// site app.acme.test
    /// ```
    /// ```fail
    /// https://www.acme.test/ nxdomain
    /// ```
    /// ```fail
    /// https://www.acme.test/ 404
    /// ```
    "web.www-unreachable" on Site, Medium;
    fails "The other of apex and www has no usable answer"; holds "The apex and www both have a usable answer";
    yields_to "tls.unreachable", "web.unreachable", "web.redirect-loop", "dns.cname-dangling", "dns.takeover-possible", "tls.edge-origin-broken", "tls.edge-flexible-loop";
    fn check(sibling: Option<&Sibling>) -> Verdict {
        let Some(Sibling { host, chain }) = sibling else {
            return Verdict::not_applicable("only a registrable domain has a www beside it");
        };
        let own = |name: Option<&str>| name == Some(host.as_str());
        let fix = match &chain.end {
            End::Answer => {
                let page = chain.hops.last();
                let Some(page) = page.filter(|p| p.status >= 400 && own(p.url.host_str())) else { return Verdict::Pass };
                format!("Attach {host} to the site at the hosting provider: it answers {}", page.status)
            }
            // Where it leads to another host, that host is judged by itself.
            End::Failed(url, why) if own(url.host_str()) => match why {
                HostFailure::NoSuchName | HostFailure::NoAddress => {
                    format!("Publish the record for {host} that your hosting provider names (for www a CNAME), and attach the name to the site")
                }
                _ => format!("Attach {host} to the site at the hosting provider, so that it answers and redirects"),
            },
            End::Nowhere(_) if chain.hops.last().is_some_and(|h| own(h.url.host_str())) => format!("Make https://{host}/ redirect to the canonical host"),
            End::Loop => return Verdict::not_applicable("it is in a redirect loop (web.redirect-loop)"),
            End::Nowhere(_) | End::Failed(..) | End::Left(_) | End::Unknown(_) => return Verdict::Pass,
        };
        let mut fault = Fault::new(host, "", Fix::step(fix)).titled(format!("{host} has no usable answer"));
        fault.saw = chain.evidence();
        fault.into()
    }
}
