//! `tls.not-yet-valid`
use super::clock::Clock;
use super::facts::{Certificate, HostPlan, Reach};
use super::judge::{moment, span};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The certificate's first day is yet to come.
    ///
    /// # Why at launch
    /// Until then every browser and every provider refuses the connection.
    ///
    /// # Fix
    /// Serve the certificate that is valid now until the new one begins, or have it issued again. If
    /// the date looks right to you, check the clock of this machine.
    ///
    /// # References
    /// RFC 5280 section 4.1.2.5 (validity).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// starts 2d
    /// ```
    "tls.not-yet-valid" on Host, Blocker, stage Tls;
    fails "The certificate is not valid yet"; holds "The certificate's validity has begun";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, clock: Option<&Clock>) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        if !cert.is_early() {
            return Verdict::Pass;
        }
        let wait = cert.not_before - cert.now;
        let saw = format!("it begins at {}, in {}; now it is {}", moment(cert.not_before), span(wait), moment(cert.now));
        let fix = Fix::steps([
            format!("Serve the previous certificate of {} until the new one begins, or issue it again", cert.host),
            "If the date looks right to you, set the clock of this machine and run the audit again".to_owned(),
        ]);
        super::by_role(Fault::here(cert.evidence(), fix).and_saw(saw), plan, reach).into()
    }
}
