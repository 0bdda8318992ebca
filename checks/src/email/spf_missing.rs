//! `email.spf-missing`
use super::advice;
use super::facts::{MailPlan, Spf};
use crate::{
    rule,
    vocab::{Fault, Severity, Verdict},
};

rule! {
    /// The domain has no SPF record, so nobody can tell who may send mail for it.
    ///
    /// It is milder where every known sender uses a return path of its own: then receivers look for
    /// SPF there, and the record at the domain itself only keeps others from using its name.
    ///
    /// # Why at launch
    /// Large receivers want SPF or DKIM from everybody and both from bulk senders. Without SPF the
    /// first mails of a new product go to the junk folder more often.
    ///
    /// # Fix
    /// Publish one TXT record at the domain that begins with `v=spf1`.
    ///
    /// # References
    /// RFC 7208, sections 3 and 4.5
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```pass
    /// # an app on a subdomain, with nothing that sends from it
    /// domain app.acme.test
    /// ```
    /// ```fail
    /// domain mail.acme.test
    /// from hello@mail.acme.test
    /// ```
    /// ```fail
    /// acme.test. TXT "some-site-verification=1"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1; include:_spf.example.com ~all"
    /// ```
    "email.spf-missing" on Mail, High, stage Email;
    fails "No SPF record"; holds "The domain has an SPF record";
    yields_to "email.sender-unauthenticated";
    fn check(plan: &MailPlan, spf: &Spf) -> Verdict {
        if !spf.records.is_empty() {
            return Verdict::Pass;
        }
        // An app may well live on a subdomain and send from the domain above it.
        if !plan.sends() && plan.domain != plan.domain.registrable() {
            return Verdict::not_applicable("nothing says that mail is sent from this subdomain; [email] from does");
        }
        let mut fault = Fault::here(advice::txt(&spf.domain, Vec::new(), &spf.answer), advice::spf(plan));
        for miss in advice::near(&spf.near_misses) {
            fault = fault.and_saw(miss);
        }
        if plan.needs_no_apex_spf() {
            let names: Vec<_> = plan.senders.iter().map(|s| s.provider.to_string()).collect();
            fault = fault.and_saw(format!("{} needs none at the domain itself", names.join(", "))).lowered(Severity::Medium);
        }
        fault.into()
    }
}
