//! `tls.revoked`
use super::facts::{Certificate, HostPlan, Reach, Revocation, Revocations};
use super::seats;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The authority has revoked the certificate, or one between it and the root.
    ///
    /// Where a host has several addresses, what each of them serves is looked up.
    ///
    /// # Why at launch
    /// Browsers refuse it within hours, whatever its date says.
    ///
    /// # Fix
    /// Make a new key, have a new certificate issued, and find out why the old one was revoked.
    ///
    /// # References
    /// RFC 5280 section 5 (revocation lists), Baseline Requirements 4.9.1 (why authorities revoke).
    ///
    /// ```pass
    /// host acme.test
    /// revoked no
    /// ```
    /// ```fail
    /// host acme.test
    /// revoked leaf
    /// ```
    /// ```fail
    /// host acme.test
    /// address 203.0.113.11 revoked
    /// revoked leaf at 203.0.113.11
    /// ```
    "tls.revoked" on Host, Blocker, stage Tls;
    fails "The certificate is revoked"; holds "The certificate is not revoked";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, lists: Part<'_, Revocations>) -> Verdict {
        let Some(lists) = lists.first() else { return Verdict::Pass };
        let mut faults = Vec::new();
        if let Some(saw) = lists.own.and_then(words) {
            let fix = Fix::steps([
                format!("Have it issued anew with a new key: {}", super::certbot(&cert.host, " --force-renewal --new-key")),
                "Read the authority's mail on why it was revoked; a key that leaked must be changed everywhere".to_owned(),
            ]);
            faults.push(super::by_role(Fault::here(cert.evidence(), fix).and_saw(saw), plan, reach));
        }
        for (address, said) in &lists.elsewhere {
            let Some(saw) = words(*said) else { continue };
            let at = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
            let (host, port) = (&plan.host, plan.port);
            let fix = Fix::steps([
                format!("Let the server at {address} serve the certificate that the others serve, or take the address out of the DNS of {host}"),
                format!("Check it: openssl s_client -connect {at}:{port} -servername {host}"),
            ]);
            // By this subject `tls.address-differs` and `tls.ipv6-broken` give way.
            let fault = Fault::new(seats::revoked_at(*address), format!("the certificate at {address}: {saw}"), fix)
                .titled(format!("One address of {host} serves a revoked certificate"));
            faults.push(super::by_role(fault, plan, reach));
        }
        faults.into()
    }
}

fn words(said: Revocation) -> Option<&'static str> {
    match said {
        Revocation::Good => None,
        Revocation::Leaf => Some("its serial number is on the authority's revocation list"),
        Revocation::Between => Some("a certificate between it and the root is on a revocation list"),
    }
}
