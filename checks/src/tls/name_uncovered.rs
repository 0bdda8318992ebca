//! `tls.name-uncovered`
use super::certificate_malformed::subject_of_names;
use super::facts::{Certificate, Chain, HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Shown, Verdict};

rule! {
    /// The certificate is made out to other names of the same domain, and this one was left out.
    ///
    /// # Why at launch
    /// The site works under one name and shows a full-page warning under the other, and it is the
    /// other that a mail, an old link or a provider uses.
    ///
    /// # Fix
    /// Have the certificate issued again with the missing name beside those that it has.
    ///
    /// # References
    /// RFC 9525 section 6.3 (matching names), RFC 5280 section 4.2.1.6 (alternative names).
    ///
    /// ```pass
    /// host www.acme.test
    /// names acme.test www.acme.test
    /// ```
    /// ```pass
    /// host acme.test
    /// names shop.example
    /// ```
    /// ```fail
    /// host www.acme.test
    /// names acme.test app.acme.test
    /// ```
    "tls.name-uncovered" on Host, Blocker, stage Tls;
    fails "The certificate leaves this name out"; holds "The certificate leaves no name of the domain out";
    yields_to "tls.wildcard-short", "tls.certificate-malformed";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, chain: Option<&Chain>) -> Verdict {
        let ours = cert.host.registrable();
        let of_ours = |n: &Shown| {
            let name = n.as_str().strip_prefix("*.").unwrap_or(n.as_str());
            crate::vocab::DomainName::parse(name).is_ok_and(|n| n.is_within(&ours))
        };
        if cert.name_fits || cert.host.is_address() || !cert.names.iter().any(of_ours) {
            return Verdict::Pass;
        }
        let names: Vec<&str> = cert.names.iter().map(Shown::as_str).collect();
        let saw = format!("it names {}; {} is missing", names.join(", "), cert.host);
        let fault = Fault::new(subject_of_names(plan, cert, chain), cert.evidence(), super::add_name(plan, cert));
        super::by_role(fault.and_saw(saw), plan, reach).into()
    }
}
