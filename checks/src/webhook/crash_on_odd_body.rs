//! `webhook.crash-on-odd-body`
use super::facts::Odd;
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Verdict},
};

rule! {
    /// The webhook answers with a server error to a body that is empty or breaks off.
    ///
    /// Sent under `--active`, at the very end. A handler that reads the body as JSON before it checks the
    /// signature throws at such a body.
    ///
    /// # Why at launch
    /// Whoever knows the URL can fill the error log, and the alerts that matter drown in it.
    ///
    /// # Fix
    /// Check the signature over the raw body first; answer 400 to whatever does not fit.
    ///
    /// # References
    /// - CWE-20, improper input validation: <https://cwe.mitre.org/data/definitions/20.html>
    ///
    /// ```pass
    /// secret production
    /// empty 400
    /// ```
    /// ```fail
    /// secret production
    /// empty 500
    /// ```
    "webhook.crash-on-odd-body" on Webhook, Medium, intent Active, stage Route;
    fails "The webhook fails at a body that is no event"; holds "The webhook copes with a body that is no event";
    yields_to "webhook.server-error";
    fn check(at: At<'_>, odd: Part<'_, Odd>) -> Verdict {
        let Some(odd) = odd.first() else { return Verdict::Pass };
        let Some((_, reply)) = odd.replies.iter().find(|(_, r)| r.status >= 500 && r.status != 501) else { return Verdict::Pass };
        let fix = Fix::step("Check the signature before the body is read as JSON, and answer 400 to what does not fit");
        let mut fault = Fault::here(reply.evidence(), fix);
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
