//! `tls.revoked`
use super::facts::{Certificate, HostPlan, Reach, Revocation};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The authority has revoked the certificate, or one between it and the root.
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
    "tls.revoked" on Host, Blocker, stage Tls;
    fails "The certificate is revoked"; holds "The certificate is not revoked";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, revocation: &Revocation) -> Verdict {
        let saw = match revocation {
            Revocation::Good => return Verdict::Pass,
            Revocation::Leaf => "its serial number is on the authority's revocation list",
            Revocation::Between => "a certificate between it and the root is on a revocation list",
        };
        let fix = Fix::steps([
            format!("Have it issued anew with a new key: {}", super::certbot(&cert.host, " --force-renewal --new-key")),
            "Read the authority's mail on why it was revoked; a key that leaked must be changed everywhere".to_owned(),
        ]);
        super::by_role(Fault::here(cert.evidence(), fix).and_saw(saw), plan, reach).into()
    }
}
