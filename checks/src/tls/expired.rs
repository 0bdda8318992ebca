//! `tls.expired`
use super::clock::Clock;
use super::facts::{Certificate, HostPlan, Reach};
use super::judge::{moment, span};
use super::renew::renew;
use super::upkeep::Upkeep;
use crate::rule;
use crate::vocab::{Fault, Verdict};

rule! {
    /// The certificate's last day has passed.
    ///
    /// # Why at launch
    /// Browsers show a full-page warning instead of the site, and webhook deliveries, apps and
    /// payment pages fail at once.
    ///
    /// # Fix
    /// Renew the certificate now, then find out why the renewal did not run.
    ///
    /// # References
    /// RFC 5280 section 4.1.2.5 (validity).
    ///
    /// ```pass
    /// host acme.test
    /// remaining 1h
    /// ```
    /// ```fail
    /// host acme.test
    /// remaining -1d
    /// ```
    "tls.expired" on Host, Blocker, stage Tls;
    fails "The certificate has expired"; holds "The certificate has not expired";
    yields_to "tls.placeholder-certificate";
    fn check(
        plan: &HostPlan,
        reach: &Reach,
        cert: &Certificate,
        upkeep: Option<&Upkeep>,
        clock: Option<&Clock>,
    ) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        if !cert.is_expired() {
            return Verdict::Pass;
        }
        let ago = format!("it ended at {}, {} ago", moment(cert.not_after), span(cert.remaining()));
        let fault = Fault::here(cert.evidence(), renew(plan, cert, upkeep)).and_saw(ago);
        super::by_role(fault, plan, reach).into()
    }
}
