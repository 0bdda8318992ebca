//! `tls.signature-weak`
use super::facts::{Chain, HostPlan};
use super::lint::Kind;
use crate::rule;
use crate::vocab::{Fault, Fix, Shown};

rule! {
    /// A certificate of the path is signed with SHA-1 or MD5, which can be forged.
    ///
    /// A root's signature on itself is looked at by nobody and counts for nothing here. Where clients
    /// refuse the chain for it, `tls.untrusted` says so.
    ///
    /// # Why at launch
    /// Current browsers and libraries refuse such a chain; what still accepts it can be deceived.
    ///
    /// # Fix
    /// Have it issued anew; every authority signs with SHA-256 or better.
    ///
    /// # References
    /// RFC 9155 (MD5 and SHA-1 in TLS), Baseline Requirements 7.1.3.2.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// flaw signature signature it is signed with SHA-1, which can be forged
    /// ```
    "tls.signature-weak" on Host, High, stage Tls;
    fails "A certificate is signed in a way that can be forged"; holds "The signatures of the chain are strong";
    yields_to "tls.untrusted", "tls.self-signed";
    fn check(plan: &HostPlan, chain: &Chain) -> Verdict {
        chain
            .flaws
            .iter()
            .filter(|f| f.kind == Kind::Signature)
            .map(|f| {
                let fix = Fix::step(format!(
                    "Have it issued anew, signed with SHA-256: {}; or openssl x509 … -sha256 at your own authority",
                    super::certbot(&plan.host, "")
                ));
                let subject = if chain.refused.is_some() { Shown::default() } else { f.certificate.clone() };
                Fault::new(subject, format!("{}: {}", f.certificate, f.words), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
