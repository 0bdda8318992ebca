//! `tls.key-weak`
use super::facts::{Certificate, Chain, HostPlan};
use super::lint::{Kind, Role};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix};

rule! {
    /// The certificate's key is too small, or of a kind that clients refuse.
    ///
    /// RSA needs 2048 bits, elliptic curves 256; DSA is refused everywhere. However strong, a key that
    /// is neither RSA nor of the curves P-256, P-384 and P-521 (Ed25519, Ed448, secp256k1, Brainpool)
    /// is refused by browsers, which do not offer its signatures, and no public authority may certify
    /// it. curl, Go and OpenSSL take some of them, so that the server seems to work: a host that only
    /// such clients call is declared with `ca = "private"`. A root from `--ca-bundle` counts as a
    /// public one here.
    ///
    /// # Why at launch
    /// Public authorities do not certify such keys and modern clients do not accept them, so part of
    /// the visitors cannot connect.
    ///
    /// # Fix
    /// Make a P-256 key and have the certificate issued for it.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.1.5 (key sizes and curves);
    /// github.com/cabforum/servercert/issues/451 (Ed25519 in browsers).
    ///
    /// ```pass
    /// host acme.test
    /// key rsa 2048
    /// ```
    /// ```pass
    /// host intern.acme.test listed
    /// ca private
    /// key Ed25519
    /// ```
    /// ```fail
    /// host acme.test
    /// key rsa 1024
    /// ```
    /// ```fail
    /// host acme.test
    /// key Ed25519
    /// ```
    "tls.key-weak" on Host, High, stage Tls;
    fails "The certificate's key is too weak"; holds "The certificate's key is strong enough";
    yields_to "tls.handshake-refused";
    fn check(plan: &HostPlan, cert: &Certificate, chain: &Chain) -> Verdict {
        let mut faults = Vec::new();
        let key = &cert.key;
        // Whether a host of the owner's own is called by browsers is for the owner to know, and a chain
        // that nobody trusts is issued anew anyhow.
        let by_browsers = !plan.private_ca && chain.root.is_some();
        let size = if key.bits == 0 { String::new() } else { format!(" of {} bits", key.bits) };
        if key.weak {
            let saw = format!("the key is {}{size}", key.algorithm);
            faults.push(Fault::here(cert.evidence(), fix(cert)).and_saw(saw));
        } else if !key.usual && by_browsers {
            let saw = format!("the key is {}; Chrome and Firefox take RSA, P-256 and P-384", key.algorithm);
            faults.push(
                // By this subject it gives way where no handshake comes about at all.
                Fault::new(&cert.host, cert.evidence(), fix(cert))
                    .and_saw(saw)
                    .titled(format!("Browsers cannot connect to {}: they do not take its kind of key", cert.host)),
            );
        }
        let counts = |f: &&super::lint::Flaw| {
            f.kind == Kind::Key && f.role != Role::Leaf && (f.code != "key-kind" || by_browsers)
        };
        faults.extend(chain.flaws.iter().filter(counts).map(|f| {
            let fix = Fix::step("Have the authority renew that certificate with a P-256 or RSA key, and serve the new chain");
            Fault::new(&f.certificate, Evidence::Text(format!("{}: {}", f.certificate, f.words).into()), fix)
        }));
        faults.into()
    }
}

/// How a certificate for a key of the usual kind comes to be.
fn fix(cert: &Certificate) -> Fix {
    let renew = super::certbot(&cert.host, " --force-renewal --key-type ecdsa --elliptic-curve secp256r1");
    if cert.host.is_address() { Fix::step(renew) } else { Fix::Command(renew.into()) }
}
