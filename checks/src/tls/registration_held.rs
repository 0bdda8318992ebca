//! `tls.registration-held`
use super::registration::Standing;
use crate::rule;
use crate::vocab::{Fault, Fix, Shown, Verdict};

rule! {
    /// The registry or the registrar has taken the domain out of the DNS, or is about to delete it.
    ///
    /// # Why at launch
    /// The domain leads nowhere, for everybody, as soon as the caches run out; a domain that waits for
    /// its deletion can be anybody's in a few weeks.
    ///
    /// # Fix
    /// Log in at the registrar today: it says what is missing, mostly a mail address that was never
    /// confirmed or a payment that failed.
    ///
    /// # References
    /// RFC 5731 section 2.3 and RFC 8056 (the states); RFC 3915 (redemption).
    ///
    /// ```pass
    /// registration 300d client transfer prohibited
    /// ```
    /// ```fail
    /// registration 300d client hold
    /// ```
    /// ```fail
    /// registration -40d redemption period
    /// ```
    "tls.registration-held" on Zone, Blocker, stage Domain;
    fails "The domain is on hold at its registry"; holds "The domain is not on hold at its registry";
    fn check(standing: &Standing) -> Verdict {
        let registration = &standing.0;
        let Some((state, what, then)) = STATES.iter().find(|(state, ..)| registration.is(state)) else {
            let silent = registration.states().is_empty();
            return if silent { Verdict::not_applicable("the registry names no states") } else { Verdict::Pass };
        };
        let registrar = registration.registrar.as_ref().map_or("the registrar".to_owned(), ToString::to_string);
        let fix = Fix::steps([
            format!("Log in at {registrar} today and look at {}", registration.domain),
            (*then).to_owned(),
        ]);
        let states: Vec<&str> = registration.states().iter().map(Shown::as_str).collect();
        Fault::here(registration.evidence(), fix)
            .and_saw(format!("its states: {}", states.join(", ")))
            .titled(format!("{}: {what} ({state})", registration.domain))
            .into()
    }
}

/// The states in which a domain is lost or about to be, the worst first: what it means, and what to
/// do.
const STATES: &[(&str, &str, &str)] = &[
    (
        "pending delete",
        "the registration ended and the domain is being deleted",
        "Restore it while it is in its redemption period; after that only a fast new registration brings it back",
    ),
    (
        "redemption period",
        "the registration ended, and only its last holder can bring it back",
        "Ask there for the restore (redemption): it costs more than a renewal and is possible for 30 days at most",
    ),
    (
        "pending restore",
        "the registration ended, and its restore is not finished",
        "See that the registrar sends the registry its restore report",
    ),
    (
        "client hold",
        "the registrar has taken it out of the DNS",
        "Confirm the holder's mail address if it asks for that, or pay what is open; else ask its support why",
    ),
    (
        "server hold",
        "the registry has taken it out of the DNS",
        "Have the registrar ask the registry why: mostly a dispute, or data that has to be corrected",
    ),
];
