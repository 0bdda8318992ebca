//! `tls.root-distrusted`
use super::facts::{Certificate, Chain, HostPlan, Logged, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The chain leads to a root that browsers no longer trust, or not for certificates of this date.
    ///
    /// A root may still stand in Mozilla's list while Chrome refuses what it issued after a day. The
    /// day that counts is the first timestamp of a certificate log, else the day on which the
    /// certificate begins. A certificate of a public root that no log has is refused as well; where the
    /// server might send the timestamps beside it and speaks TLS 1.3 alone, that is not known. Neither
    /// is judged of a root that `--ca-bundle` adds.
    ///
    /// # Why at launch
    /// Most of the visitors see a full-page warning, while the founder's own browser may not.
    ///
    /// # Fix
    /// Have another authority issue the certificate.
    ///
    /// # References
    /// Chrome Root Program (googlechrome.github.io/chromerootprogram), wiki.mozilla.org/CA;
    /// googlechrome.github.io/CertificateTransparency, RFC 6962.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// distrusted GLOBALTRUST 2020
    /// ```
    /// ```fail
    /// host acme.test
    /// unlogged
    /// ```
    "tls.root-distrusted" on Host, Blocker, stage Tls;
    fails "Browsers no longer trust the root"; holds "The root is not on the lists of distrusted ones";
    fn check(
        plan: &HostPlan,
        reach: &Reach,
        cert: &Certificate,
        chain: &Chain,
        logged: Part<'_, Logged>,
    ) -> Verdict {
        if plan.private_ca {
            return if chain.distrust.is_some() { Verdict::not_applicable("declared with ca = \"private\"") } else { Verdict::Pass };
        }
        let mut faults = Vec::new();
        if let Some(distrust) = &chain.distrust {
            let fix = Fix::step(format!("Have another authority issue it, such as Let's Encrypt: {}", super::certbot(&cert.host, "")));
            let fault = Fault::here(cert.evidence(), fix)
                .and_saw(format!("the chain leads to {}: {}", distrust.root, distrust.why))
                .and_saw(format!("the certificate is of {}", distrust.dated))
                .and_saw(if distrust.trusted_by_mozilla {
                    "Mozilla's roots still hold it, so Firefox may open the site where Chrome does not"
                } else {
                    "Mozilla's roots do not hold it any more"
                });
            faults.push(super::by_role(fault, plan, reach));
        }
        if logged.first().is_some_and(|l| !l.0) {
            let fix = Fix::steps([
                format!("Have it issued anew by an authority that logs what it issues, as all do unless asked not to: {}", super::certbot(&cert.host, "")),
                "Where you chose that it stays out of the logs: choose otherwise, and have it issued again".to_owned(),
            ]);
            let fault = Fault::new("log", cert.evidence(), fix)
                .and_saw("neither it nor the handshake carries a timestamp of a certificate log (SCT)")
                .titled(format!("Browsers refuse the certificate of {}: it is in no public log", cert.host));
            faults.push(super::by_role(fault, plan, reach));
        }
        faults.into()
    }
}
