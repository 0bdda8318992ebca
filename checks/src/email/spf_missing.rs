//! `email.spf-missing`
use super::advice;
use super::facts::{MailPlan, Spf};
use super::spf_outlook::{Need, SpfNeed};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The domain has no SPF record, so nobody can tell who may send mail for it.
    ///
    /// It is milder where every known sender uses a return path of its own: then receivers look for
    /// SPF there, and the record at the domain itself only keeps others from using its name. It is no
    /// fault where those records are in order and nobody has a mailbox at the domain, nor at a domain
    /// that takes no mail and sends none, where DMARC keeps others from using it.
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
    /// ```pass
    /// # mail is sent from a name below, and DMARC protects this one
    /// from-domain mail.acme.test
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject"
    /// ```
    /// ```pass
    /// # the return path has the record that counts
    /// domain mail.acme.test
    /// from
    /// sender resend
    /// send.mail.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// send.mail.acme.test. TXT "v=spf1 include:amazonses.com ~all"
    /// ```
    /// ```fail
    /// # the panel put the domain behind the name that was entered
    /// acme.test. MX 1 smtp.google.com.
    /// acme.test.acme.test. TXT "v=spf1 include:_spf.google.com ~all"
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
    fn check(plan: &MailPlan, spf: &Spf, need: Part<'_, SpfNeed>) -> Verdict {
        if !spf.records.is_empty() {
            return Verdict::Pass;
        }
        // An app may well live on a subdomain and send from the domain above it.
        if !plan.sends() && !plan.is_set() && plan.domain != plan.domain.registrable() {
            return Verdict::not_applicable("nothing says that mail is sent from this subdomain; [email] from does");
        }
        let Some(known) = need.first() else { return Verdict::Pass };
        let severity = match &known.need {
            Need::Met => return Verdict::Pass,
            Need::Nothing(why) => return Verdict::not_applicable(why.clone()),
            Need::Little => Severity::Low,
            Need::Some => Severity::Medium,
            Need::Much => Severity::High,
        };
        let fix = match &spf.doubled {
            Some((deep, record)) if record.is_valid() => Fix::DnsRecord {
                name: (&spf.domain).into(),
                kind: "TXT".into(),
                value: record.text.clone(),
                note: format!("Move the record here from {deep}, where the panel has put the domain behind what was entered:").into(),
            },
            _ => advice::spf(plan, known),
        };
        let mut fault = Fault::here(advice::txt(&spf.domain, Vec::new(), &spf.answer), fix);
        if let Some((deep, record)) = &spf.doubled {
            fault = fault.and_saw(format!("\"{}\" stands at {deep}, where nobody looks for it", record.text));
        }
        for miss in advice::near(&spf.near_misses) {
            fault = fault.and_saw(miss);
        }
        let fault = if severity < Severity::High && !plan.senders.is_empty() {
            let names: Vec<_> = plan.senders.iter().map(|s| s.known().map_or(s.provider.as_str(), |(p, _)| p.name)).collect();
            fault.and_saw(format!("{} needs none at the domain itself", names.join(", ")))
        } else if let (true, Some(from)) = (severity < Severity::High, plan.sends_from()) {
            fault.and_saw(format!("mail is sent from {from}, so that this record only keeps others from using the name"))
        } else {
            fault
        };
        fault.lowered(severity).into()
    }
}
