//! `tls.address-differs`
use super::facts::{HostPlan, Peers};
use super::seats::{Difference, fault};
use crate::rule;
use crate::vocab::{Fault, Part};

rule! {
    /// One address of the host serves something else than the others: it refuses, or its certificate
    /// has a fault that theirs have not.
    ///
    /// The other addresses are compared with the one that the host is judged by. Another certificate
    /// that is just as good is only told of: large networks and a renewal on its way look so. IPv6
    /// addresses beside IPv4 ones are `tls.ipv6-broken`.
    ///
    /// # Why at launch
    /// A part of the visitors, always the same, sees a warning or nothing, and nobody can reproduce it.
    ///
    /// # Fix
    /// Bring the server behind that address up to date, or take the address out of the DNS.
    ///
    /// # References
    /// RFC 1034 section 3.6 (a name may have several addresses); RFC 8305 section 5 (clients try one
    /// after the other).
    ///
    /// ```pass
    /// host acme.test
    /// address 203.0.113.11 same
    /// ```
    /// ```fail
    /// host acme.test
    /// address 203.0.113.11 expired
    /// ```
    /// ```fail
    /// host acme.test
    /// address 203.0.113.11 refused
    /// ```
    "tls.address-differs" on Host, High, stage Tls;
    fails "One address of the host serves something else"; holds "Every address serves the same";
    yields_to "tls.revoked";
    fn check(plan: &HostPlan, peers: Part<'_, Peers>) -> Verdict {
        let found = |p: &Peers| {
            p.0.differences().iter().map(|d| fault(plan, &p.0, d, fix(plan, d))).collect::<Vec<Fault>>()
        };
        peers.iter().flat_map(found).collect::<Vec<_>>().into()
    }
}

fn fix(plan: &HostPlan, found: &Difference) -> Vec<String> {
    let (host, port, address) = (&plan.host, plan.port, found.address);
    vec![
        format!("Bring the server at {address} up to date, or take the address out of the DNS of {host}"),
        format!("Check it: openssl s_client -connect {address}:{port} -servername {host}"),
    ]
}
