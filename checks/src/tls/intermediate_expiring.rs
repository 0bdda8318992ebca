//! `tls.intermediate-expiring`
use super::clock::Clock;
use super::facts::{Certificate, Chain, Link};
use super::judge::{moment, span};
use super::renewal::DAY;
use crate::rule;
use crate::vocab::{Fault, Fix, Severity};

rule! {
    /// A certificate between the server's own and the root ends soon, or before the server's own does.
    ///
    /// Only the path that is really built counts, and not everything that the server sends. A root
    /// from `--ca-bundle` is looked at as well. An end that is more than a year away is not told of.
    ///
    /// # Why at launch
    /// Nobody watches it: the server's own certificate looks fresh, and on that day every client
    /// refuses the chain.
    ///
    /// # Fix
    /// Fetch the authority's current chain and serve it.
    ///
    /// # References
    /// RFC 5280 section 6.1.3 (each certificate of the path must be valid).
    ///
    /// ```pass
    /// host acme.test
    /// intermediate 400d
    /// ```
    /// ```pass
    /// host acme.test
    /// lifetime 3650d
    /// remaining 3000d
    /// intermediate 1800d
    /// ```
    /// ```fail
    /// host acme.test
    /// intermediate 10d
    /// ```
    /// ```fail
    /// host acme.test
    /// remaining 80d
    /// intermediate 60d
    /// ```
    "tls.intermediate-expiring" on Host, High, stage Tls;
    fails "A certificate above the server's own ends soon"; holds "The certificates above the server's own have time left";
    fn check(cert: &Certificate, chain: &Chain, clock: Option<&Clock>) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        chain
            .links
            .iter()
            .chain(&chain.root_link)
            // One that has ended already breaks the path, and `tls.untrusted` says so.
            .filter(|l| chain.now <= l.not_after)
            .filter_map(|l| fault(l, cert, chain.now))
            .collect::<Vec<_>>()
            .into()
    }
}

fn fault(link: &Link, cert: &Certificate, now: i64) -> Option<Fault> {
    let left = link.not_after - now;
    // A private authority may sign for ten years: an end that is years away is nobody's matter yet.
    let first = link.not_after < cert.not_after && !cert.is_expired() && left < 366 * DAY;
    if left >= 40 * DAY && !first {
        return None;
    }
    let mut saw = format!("{} ends at {}, in {}", link.subject, moment(link.not_after), span(left));
    if first {
        saw.push_str(", before the server's own certificate");
    }
    let fix = Fix::steps([
        "Have the certificate issued again: the authority then sends its current chain".to_owned(),
        format!("Serve the whole of it (fullchain.pem) on {}, and reload the server", cert.host),
    ]);
    let fault = Fault::new(&link.subject, saw, fix);
    Some(if left < 20 * DAY { fault } else { fault.lowered(Severity::Medium) })
}
