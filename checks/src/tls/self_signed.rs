//! `tls.self-signed`
use super::facts::{Certificate, Chain, HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The certificate signed itself: no authority stands behind it.
    ///
    /// # Why at launch
    /// Browsers show a full-page warning, and every provider refuses to deliver.
    ///
    /// # Fix
    /// Have a public authority issue it. It is usually what a server makes for itself before the real
    /// one is configured, so look at which file it serves.
    ///
    /// # References
    /// RFC 5280 section 3.2 (self-signed certificates), section 6.1 (trust anchors).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host intern.acme.test listed
    /// ca private
    /// trust self-signed
    /// ```
    /// ```fail
    /// host acme.test
    /// trust self-signed
    /// ```
    "tls.self-signed" on Host, Blocker, stage Tls;
    fails "The certificate signed itself"; holds "An authority stands behind the certificate";
    yields_to "tls.placeholder-certificate", "tls.origin-certificate-exposed";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, chain: &Chain) -> Verdict {
        if !chain.self_issued {
            return Verdict::Pass;
        }
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\"; --ca-bundle lets it be judged");
        }
        let fix = Fix::steps([
            format!("Have a public authority issue it: {}", super::certbot(&cert.host, "")),
            "Point the server at that certificate and reload it; it now serves the one that it made for itself".to_owned(),
            format!(
                "If only your own machines call {}: declare it with ca = \"private\" under [[host]], or, unless it calls itself an authority (CA:TRUE), pass it with --ca-bundle",
                cert.host
            ),
        ]);
        let saw = "issuer and subject are the same: no authority that clients know stands behind it";
        super::by_role(Fault::here(cert.evidence(), fix).and_saw(saw), plan, reach).into()
    }
}
