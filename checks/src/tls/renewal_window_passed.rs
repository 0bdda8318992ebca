//! `tls.renewal-window-passed`
use super::ari::Suggested;
use super::clock::Clock;
use super::facts::{Certificate, HostPlan};
use super::judge::{moment, span};
use super::renew::renew;
use super::upkeep::Upkeep;
use crate::rule;
use crate::vocab::{Fault, Severity, Verdict};

rule! {
    /// The authority has named a time in which it wants the certificate replaced, and it is still the
    /// old one; or it wants it replaced long before its end, which it asks for before it revokes.
    ///
    /// Let's Encrypt and Google Trust Services say so to everybody who asks (ARI). A day beyond the end
    /// of the window is no fault yet.
    ///
    /// # Why at launch
    /// The renewal does not run, and weeks before the certificate ends is the best time to learn it.
    /// Asked for early, it may be revoked within days, whatever its date says.
    ///
    /// # Fix
    /// Renew it now, and see why the client did not do so itself.
    ///
    /// # References
    /// RFC 9773; letsencrypt.org/docs/integration-guide
    ///
    /// ```pass
    /// host acme.test
    /// remaining 60d
    /// window 30d 28d
    /// ```
    /// ```fail
    /// host acme.test
    /// remaining 24d
    /// window 31d 29d
    /// ```
    /// ```fail
    /// host acme.test
    /// remaining 80d
    /// window 79d 78d
    /// ```
    "tls.renewal-window-passed" on Host, High, stage Tls;
    fails "The authority's time for the renewal has passed"; holds "The authority's time for the renewal has not passed";
    yields_to "tls.expiring", "tls.expired";
    fn check(
        plan: &HostPlan,
        cert: &Certificate,
        suggested: &Suggested,
        upkeep: Option<&Upkeep>,
        clock: Option<&Clock>,
    ) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        let window = format!("{} asks for its renewal from {} to {}", cert.issuer, moment(suggested.start), moment(suggested.end));
        let fault = Fault::here(cert.evidence(), renew(plan, cert, upkeep)).and_saw(window);
        if suggested.is_early(cert) {
            let why = suggested.why.as_ref().map_or_else(String::new, |w| format!(": {w}"));
            return fault
                .and_saw(format!("that is {} before its end, so it is likely to be revoked{why}", span(cert.not_after - suggested.start)))
                .titled(format!("{} asks to replace the certificate of {} early", cert.issuer_organisation, cert.host))
                .into();
        }
        if suggested.is_over(cert) {
            let ago = format!("the window ended {} ago, and the old certificate still serves", span(cert.now - suggested.end));
            return fault.and_saw(ago).lowered(Severity::Medium).into();
        }
        Verdict::Pass
    }
}
