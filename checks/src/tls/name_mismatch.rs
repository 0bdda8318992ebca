//! `tls.name-mismatch`
use super::certificate_malformed::subject_of_names;
use super::facts::{Certificate, Chain, HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Verdict};

rule! {
    /// The certificate is made out to other names than the host's.
    ///
    /// `*.acme.test` covers `www.acme.test`, and neither `acme.test` nor `a.b.acme.test`. A name that
    /// stands only in the common name counts for nothing.
    ///
    /// # Why at launch
    /// Browsers show a full-page warning, and every other client refuses the connection.
    ///
    /// # Fix
    /// Add the name to the certificate, or attach the domain to the site at the hosting provider.
    ///
    /// # References
    /// RFC 9525 section 6.3 (matching names), RFC 2818 section 3.1.
    ///
    /// ```pass
    /// host www.acme.test
    /// names *.acme.test acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// names *.acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// names shop.example
    /// ```
    "tls.name-mismatch" on Host, Blocker, stage Tls;
    fails "The certificate is made out to another name"; holds "The certificate names the host";
    yields_to "tls.name-uncovered", "tls.wildcard-short", "tls.placeholder-certificate",
        "tls.certificate-malformed";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, chain: Option<&Chain>) -> Verdict {
        if cert.name_fits {
            return Verdict::Pass;
        }
        let names: Vec<&str> = cert.names.iter().map(crate::vocab::Shown::as_str).collect();
        let saw = if names.is_empty() {
            format!("it names no host at all (subject {})", cert.subject)
        } else {
            format!("it names {}, not {}", names.join(", "), cert.host)
        };
        let fault = Fault::new(subject_of_names(plan, cert, chain), cert.evidence(), super::add_name(plan, cert));
        super::by_role(fault.and_saw(saw), plan, reach).into()
    }
}

/// The names the certificate should have: those of the same domain that it has, and the host's. What
/// a stranger's certificate says never reaches a command line: only host names do.
pub(super) fn arguments(cert: &Certificate) -> String {
    let ours = cert.host.registrable();
    let kept = cert.names.iter().filter_map(|n| {
        let (star, rest) = n.as_str().strip_prefix("*.").map_or(("", n.as_str()), |r| ("*.", r));
        let name = crate::vocab::DomainName::parse(rest).ok()?;
        name.is_within(&ours).then(|| format!("-d '{star}{name}'"))
    });
    kept.chain([format!("-d {}", cert.host)]).collect::<Vec<_>>().join(" ")
}
