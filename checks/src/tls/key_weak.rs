//! `tls.key-weak`
use super::facts::{Certificate, Chain};
use super::lint::{Kind, Role};
use crate::rule;
use crate::vocab::{Fault, Fix};

rule! {
    /// The certificate's key is too small, or of a kind that clients refuse.
    ///
    /// RSA needs 2048 bits, elliptic curves 256; DSA is refused everywhere.
    ///
    /// # Why at launch
    /// Public authorities do not certify such keys and modern clients do not accept them, so part of
    /// the visitors cannot connect.
    ///
    /// # Fix
    /// Make a P-256 key and have the certificate issued for it.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.1.5 (key sizes).
    ///
    /// ```pass
    /// host acme.test
    /// key rsa 2048
    /// ```
    /// ```fail
    /// host acme.test
    /// key rsa 1024
    /// ```
    "tls.key-weak" on Host, High, stage Tls;
    fails "The certificate's key is too weak"; holds "The certificate's key is strong enough";
    fn check(cert: &Certificate, chain: &Chain) -> Verdict {
        let mut faults = Vec::new();
        let key = &cert.key;
        if key.weak {
            let saw = match key.bits {
                0 => format!("the key is of the kind {}", key.algorithm),
                bits => format!("the key is {} of {bits} bits", key.algorithm),
            };
            let renew = super::certbot(&cert.host, " --force-renewal --key-type ecdsa --elliptic-curve secp256r1");
            let fix = if cert.host.is_address() { Fix::step(renew) } else { Fix::Command(renew.into()) };
            faults.push(Fault::here(cert.evidence(), fix).and_saw(saw));
        }
        faults.extend(chain.flaws.iter().filter(|f| f.kind == Kind::Key && f.role != Role::Leaf).map(|f| {
            let fix = Fix::step("Have the authority renew that certificate with a strong key, and serve the new chain");
            Fault::new(&f.certificate, format!("{}: {}", f.certificate, f.words), fix)
        }));
        faults.into()
    }
}
