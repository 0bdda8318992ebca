//! `tls.ipv6-broken`
use super::facts::{HostPlan, Six};
use super::seats::{Difference, fault};
use crate::rule;
use crate::vocab::{Fault, Part};

rule! {
    /// The host's IPv6 address refuses, resets or serves a certificate with a fault, while IPv4 works.
    ///
    /// Where this machine has no IPv6, or the address says nothing, it is unknown.
    ///
    /// # Why at launch
    /// Visitors with IPv6 wait or see a warning, and most developers do not have it. Let's Encrypt
    /// prefers IPv6 and falls back only on silence, so the next renewal can fail too.
    ///
    /// # Fix
    /// Let the server listen on IPv6 with the same site, or take the AAAA record away. A record left
    /// from a former host is the usual reason.
    ///
    /// # References
    /// letsencrypt.org/docs/ipv6-support (IPv6 first, no fallback on an error); RFC 8305 (clients
    /// prefer IPv6).
    ///
    /// ```pass
    /// host acme.test
    /// ipv6 same
    /// ```
    /// ```fail
    /// host acme.test
    /// ipv6 refused
    /// ```
    /// ```fail
    /// host acme.test
    /// ipv6 expired
    /// ```
    "tls.ipv6-broken" on Host, High, stage Tls;
    fails "IPv6 does not work as IPv4 does"; holds "IPv6 works as IPv4 does";
    yields_to "tls.revoked";
    fn check(plan: &HostPlan, six: Part<'_, Six>) -> Verdict {
        let found = |s: &Six| {
            s.0.differences().iter().map(|d| fault(plan, &s.0, d, fix(plan, d))).collect::<Vec<Fault>>()
        };
        six.iter().flat_map(found).collect::<Vec<_>>().into()
    }
}

fn fix(plan: &HostPlan, found: &Difference) -> Vec<String> {
    let (host, port, address) = (&plan.host, plan.port, found.address);
    let listen = if found.failure.is_some() {
        format!("If {address} is this server: let it listen on IPv6, in nginx: listen [::]:{port} ssl;")
    } else {
        format!("If {address} is this server: serve the same certificate there, and reload it")
    };
    vec![
        listen,
        format!("If it is not: remove the AAAA record of {host}"),
        format!("Check it: openssl s_client -connect [{address}]:{port} -servername {host}"),
    ]
}
