//! `webhook.answer-leaks`
use super::{facts::Route, walls::A_SECRET};
use crate::{
    rule,
    vocab::{At, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// An answer of the webhook shows a stack trace, an error of the database, or a secret.
    ///
    /// # Why at launch
    /// Whoever sends a wrong request reads how the app is built, and where its database is. A secret in an
    /// answer lets a stranger sign events.
    ///
    /// # Fix
    /// Answer with a short text of your own, and write the error to the log.
    ///
    /// # References
    /// - CWE-209, error message with sensitive information: <https://cwe.mitre.org/data/definitions/209.html>
    ///
    /// ```pass
    /// unsigned 400 "Webhook Error: No signatures found"
    /// ```
    /// ```fail
    /// unsigned 500 "Error: x at POST (/app/node_modules/stripe/cjs/Webhooks.js:105:19)"
    /// ```
    "webhook.answer-leaks" on Webhook, High, stage Route;
    fails "An answer of the webhook tells too much"; holds "The answers of the webhook tell nothing";
    fn check(at: At<'_>, route: Part<'_, Route>) -> Verdict {
        let Some(leaks) = route.first().map(|r| &r.leaks).filter(|l| !l.is_empty()) else { return Verdict::Pass };
        let worst = leaks.iter().find(|l| l.what == A_SECRET).or(leaks.first());
        let Some(leak) = worst else { return Verdict::Pass };
        let fix = Fix::steps(["Answer with a short text of your own", "Write the error to the log instead"]);
        let mut fault = Fault::here(leak.reply.evidence(), fix).and_saw(format!("it holds {}", leak.what));
        if leak.what != A_SECRET {
            fault = fault.lowered(Severity::Medium);
        }
        fault.at = at.origin.place().cloned();
        fault.into()
    }
}
