//! `tls.expiring`
use super::facts::{Certificate, HostPlan};
use super::judge::{moment, span};
use super::renewal::{Limits, Renewal};
use crate::rule;
use crate::vocab::{Fault, Severity, Verdict};

rule! {
    /// The certificate ends soon, measured against its own lifetime and how it is renewed.
    ///
    /// A machine renews at a third of the lifetime left, so only a renewal that is overdue counts: a
    /// fresh 160-hour certificate is healthy. A certificate renewed by hand needs weeks. Say which it
    /// is with `renewal = "auto"` or `"manual"` under `[[host]]`; without that, an ACME issuer and a
    /// lifetime of at most 100 days count as automatic.
    ///
    /// # Why at launch
    /// A certificate that ends in launch week takes the whole site down, at an hour nobody chose.
    ///
    /// # Fix
    /// Renew it, and make the renewal automatic.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.3.2 (200 days at most from 2026-03-15, 100 from
    /// 2027-03-15, 47 from 2029-03-15); letsencrypt.org/docs/integration-guide (when to renew).
    ///
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 160h
    /// remaining 159h
    /// ```
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 90d
    /// remaining 25d
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// lifetime 90d
    /// remaining 10d
    /// ```
    /// ```fail
    /// host acme.test
    /// renewal manual
    /// lifetime 200d
    /// remaining 40d
    /// ```
    "tls.expiring" on Host, High, stage Tls;
    fails "The certificate ends soon"; holds "The certificate has time left";
    yields_to "tls.placeholder-certificate", "tls.origin-certificate-exposed";
    fn check(plan: &HostPlan, cert: &Certificate) -> Verdict {
        if cert.is_expired() {
            return Verdict::not_applicable("it has already expired");
        }
        if cert.is_early() {
            return Verdict::not_applicable("it is not valid yet");
        }
        let renewal = Renewal::of(plan, cert);
        let (left, limits) = (cert.remaining(), Limits::of(cert.lifetime(), renewal.automatic));
        if left >= limits.warn {
            return Verdict::Pass;
        }
        let saw = format!(
            "{} of {} left, until {}; {}",
            span(left),
            span(cert.lifetime()),
            moment(cert.not_after),
            if renewal.automatic { "its automatic renewal is overdue" } else { "somebody has to renew it by hand" },
        );
        let fault = Fault::here(cert.evidence(), super::renew(cert))
            .and_saw(saw)
            .and_saw(format!("counted as {}: {}", if renewal.automatic { "automatic" } else { "manual" }, renewal.because));
        if left < limits.fail { fault.into() } else { fault.lowered(Severity::Medium).into() }
    }
}
