//! `tls.root-distrusted`
use super::facts::{Certificate, Chain, HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The chain leads to a root that browsers no longer trust, or not for certificates of this date.
    ///
    /// A root may still stand in Mozilla's list while Chrome refuses what it issued after a day. The
    /// day that counts is the first timestamp of a certificate log, else the day on which the
    /// certificate begins.
    ///
    /// # Why at launch
    /// Most of the visitors see a full-page warning, while the founder's own browser may not.
    ///
    /// # Fix
    /// Have another authority issue the certificate.
    ///
    /// # References
    /// Chrome Root Program (googlechrome.github.io/chromerootprogram), wiki.mozilla.org/CA.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// distrusted GLOBALTRUST 2020
    /// ```
    "tls.root-distrusted" on Host, Blocker, stage Tls;
    fails "Browsers no longer trust the root"; holds "The root is not on the lists of distrusted ones";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, chain: &Chain) -> Verdict {
        let Some(distrust) = &chain.distrust else { return Verdict::Pass };
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\"");
        }
        let fix = Fix::step(format!("Have another authority issue it, such as Let's Encrypt: {}", super::certbot(&cert.host, "")));
        let fault = Fault::here(cert.evidence(), fix)
            .and_saw(format!("the chain leads to {}: {}", distrust.root, distrust.why))
            .and_saw(format!("the certificate is of {}", distrust.dated))
            .and_saw(if distrust.trusted_by_mozilla {
                "Mozilla's roots still hold it, so Firefox may open the site where Chrome does not"
            } else {
                "Mozilla's roots do not hold it any more"
            });
        super::by_role(fault, plan, reach).into()
    }
}
