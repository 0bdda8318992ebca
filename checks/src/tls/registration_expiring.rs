//! `tls.registration-expiring`
use super::clock::Clock;
use super::judge::{day, span};
use super::registration::Registration;
use super::renewal::DAY;
use crate::rule;
use crate::vocab::{Fault, Fix, Severity, Verdict};

rule! {
    /// The registration of the domain ends soon, or before the launch has had two months.
    ///
    /// The registry itself is asked, once for each registered domain of what is audited. Under 14 days it is high, under 45 medium; under 90 days, or less
    /// than 60 days beyond `[site] launch-date`, it is said. Registrars that renew by themselves do so
    /// in the last weeks, and mostly from a card that may have changed.
    ///
    /// # Why at launch
    /// With the registration the site, the mail and every account that can be reset by mail are gone.
    /// The notices go to an address that somebody set up years ago.
    ///
    /// # Fix
    /// Renew the domain at its registrar, and switch its automatic renewal on.
    ///
    /// # References
    /// RFC 9083 section 4.5 (events); RFC 9224 (where to ask).
    ///
    /// ```pass
    /// registration 300d
    /// ```
    /// ```fail
    /// registration 10d
    /// ```
    /// ```fail
    /// registration 100d
    /// launch 50d
    /// ```
    "tls.registration-expiring" on Zone, High, stage Domain;
    fails "The registration of the domain ends soon"; holds "The registration of the domain has time left";
    yields_to "tls.registration-held";
    fn check(registration: &Registration, clock: Option<&Clock>) -> Verdict {
        // A clock that is known to be wrong is a gap, and then this is not judged.
        let _ = clock;
        let Ok(Some(expires)) = registration.expires else {
            return Verdict::not_applicable("the registry gives no date for its end");
        };
        let left = expires - registration.now;
        let after = registration.launch.map_or(i64::MAX, |l| expires - l);
        let severity = match left {
            l if l < 14 * DAY => Severity::High,
            l if l < 45 * DAY => Severity::Medium,
            l if l < 90 * DAY || after < 60 * DAY => Severity::Info,
            _ => return Verdict::Pass,
        };
        let when = if left < 0 {
            format!("the registration of {} ended {} ago", registration.domain, span(left))
        } else {
            format!("the registration of {} ends in {}, on {}", registration.domain, span(left), day(expires))
        };
        let registrar = registration.registrar.as_ref().map_or("the registrar".to_owned(), ToString::to_string);
        let fix = Fix::steps([
            format!("Log in at {registrar} and renew {} for a year or more", registration.domain),
            "Switch its automatic renewal on, and look at the card and the mail address there".to_owned(),
        ]);
        let mut fault = Fault::here(registration.evidence(), fix).and_saw(when);
        if let Some(launch) = registration.launch.filter(|_| after < 60 * DAY) {
            fault = fault.and_saw(format!("the launch is on {}", day(launch)));
        }
        if severity == Severity::High { fault.into() } else { fault.lowered(severity).into() }
    }
}
