//! `tls.wildcard-short`
use super::certificate_malformed::subject_of_names;
use super::facts::{Certificate, Chain, HostPlan, Reach};
use crate::rule;
use crate::vocab::{DomainName, Fault, Verdict};

rule! {
    /// The certificate has a wildcard that does not reach this name: `*.acme.test` covers neither
    /// `acme.test` itself nor `a.b.acme.test`.
    ///
    /// # Why at launch
    /// Everybody believes that the wildcard covers the name, and browsers show a full-page warning.
    ///
    /// # Fix
    /// Add the name beside the wildcard: `-d acme.test -d '*.acme.test'`. For names two levels down,
    /// add them one by one or a wildcard of that level.
    ///
    /// # References
    /// RFC 9525 section 6.3 (a wildcard stands for exactly one label).
    ///
    /// ```pass
    /// host www.acme.test
    /// names *.acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// names *.acme.test
    /// ```
    /// ```fail
    /// host a.b.acme.test
    /// names *.acme.test acme.test
    /// ```
    "tls.wildcard-short" on Host, Blocker, stage Tls;
    fails "The wildcard does not reach this name"; holds "No wildcard falls short of the name";
    yields_to "tls.certificate-malformed";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, chain: Option<&Chain>) -> Verdict {
        if cert.name_fits {
            return Verdict::Pass;
        }
        let short = cert.names.iter().find_map(|n| {
            let base = DomainName::parse(n.as_str().strip_prefix("*.")?).ok()?;
            cert.host.is_within(&base).then_some((n, base))
        });
        let Some((wildcard, base)) = short else { return Verdict::Pass };
        let saw = if cert.host == base {
            format!("{wildcard} covers the names below {base}, and not {base} itself")
        } else {
            format!("{wildcard} covers one label in front of {base}, and {} has more", cert.host)
        };
        let fault = Fault::new(subject_of_names(plan, cert, chain), cert.evidence(), super::add_name(plan, cert));
        super::by_role(fault.and_saw(saw), plan, reach).into()
    }
}
