//! `tls.key-mismatch`
use super::facts::{Certificate, HostPlan, KeyProof, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The server signs the handshake with a key that does not fit its certificate.
    ///
    /// Where the signature is of a kind that this program cannot verify, such as P-521, it is unknown.
    ///
    /// # Why at launch
    /// No client can connect. It happens when a renewed certificate is put beside the old key.
    ///
    /// # Fix
    /// Put the key that belongs to the certificate beside it, or have the certificate issued anew.
    ///
    /// # References
    /// RFC 8446 section 4.4.3 (the server proves that it has the key).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// signature wrong
    /// ```
    "tls.key-mismatch" on Host, Blocker, stage Tls;
    fails "The server's key does not fit its certificate"; holds "The server has the key of its certificate";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, proof: &KeyProof) -> Verdict {
        if proof.fits {
            return Verdict::Pass;
        }
        if cert.key.weak {
            return Verdict::not_applicable("no modern client can verify with so weak a key (tls.key-weak)");
        }
        let fix = Fix::steps([
            "Compare: openssl x509 -noout -pubkey -in fullchain.pem, and openssl pkey -pubout -in privkey.pem".to_owned(),
            format!("Let the server of {} read the pair that was issued together, and reload it", cert.host),
        ]);
        let fault = Fault::here(cert.evidence(), fix)
            .and_saw("the signature over the handshake was made with another key than the certificate's");
        super::by_role(fault, plan, reach).into()
    }
}
