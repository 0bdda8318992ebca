//! `tls.clock-skewed`
use super::clock::Clock;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The clock of the machine that runs the audit is wrong: two of the site's hosts, on servers of
    /// their own, send another time with their answers, and agree. Where one server answers for both,
    /// it is not known which clock is wrong.
    ///
    /// What depends on the time (whether a certificate has expired, whether a registration ends soon)
    /// is unknown then. No host is asked for this alone; the answers are those to the visits of the
    /// site, and a difference of up to five minutes is none.
    ///
    /// # Why at launch
    /// A laptop that slept or a container without a clock service finds every certificate expired, or
    /// none.
    ///
    /// # Fix
    /// Set the clock, and run the audit again.
    ///
    /// # References
    /// RFC 9110 section 6.6.1 (Date).
    ///
    /// ```pass
    /// clock acme.test 0s www.acme.test 4s
    /// ```
    /// ```pass
    /// clock acme.test 2h www.acme.test 0s
    /// ```
    /// ```fail
    /// clock acme.test 2h www.acme.test 2h
    /// ```
    "tls.clock-skewed" on Site, Medium, stage Tls;
    fails "The clock of this machine is wrong"; holds "The clock of this machine is right";
    fn check(clock: Part<'_, Clock>) -> Verdict {
        let Some(clock) = clock.first().filter(|c| c.ahead != 0) else { return Verdict::Pass };
        let fix = Fix::steps([
            "Linux: timedatectl set-ntp true; macOS: sudo sntp -sS time.apple.com; then run the audit again",
            "In a container or a virtual machine set the clock of the host that it runs on",
        ]);
        let mut fault = Fault::here(format!("it is {}", clock.words()), fix);
        fault.saw.extend(clock.evidence().map(Into::into));
        fault.titled(format!("The clock of this machine is {}", clock.words())).into()
    }
}
