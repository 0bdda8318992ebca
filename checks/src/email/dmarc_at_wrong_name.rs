//! `email.dmarc-at-wrong-name`
use super::dmarc;
use super::facts::{Dmarc, Force, MailPlan, Spf};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// A DMARC record stands at the domain itself, where no receiver looks for it.
    ///
    /// The same goes for `dmarc.` without the underscore, and for a name that a panel has appended the
    /// domain to a second time.
    /// Where the domain has a policy all the same, the stray record only misleads whoever reads it.
    ///
    /// # Why at launch
    /// The record reads well and does nothing: without one at `_dmarc.` the domain has no DMARC.
    ///
    /// # Fix
    /// Publish it at `_dmarc.` and the domain, and delete it where it is.
    ///
    /// # References
    /// RFC 9989, section 4.10
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 -all"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// acme.test. A 203.0.113.1
    /// dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// acme.test. A 203.0.113.1
    /// _dmarc.acme.test.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=DMARC1; p=reject"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none"
    /// ```
    "email.dmarc-at-wrong-name" on Mail, High, stage Email;
    fails "The DMARC record is at the wrong name"; holds "No DMARC record stands at a wrong name";
    fn check(plan: &MailPlan, spf: &Spf, dmarc: &Dmarc) -> Verdict {
        let (at_apex, _) = dmarc::select(spf.answer.texts());
        let beside = || dmarc.stray.iter().find(|(at, _)| *at != spf.domain).map(|(at, record)| (at, record));
        let Some((at, record)) = at_apex.first().map(|r| (&spf.domain, r)).or_else(beside) else { return Verdict::Pass };
        let missing = dmarc.force == Force::Nothing && dmarc.visits.iter().all(|v| v.records.len() < 2);
        if missing && plan.bulk {
            return Verdict::not_applicable("the domain has no DMARC in force, which email.dmarc-missing is about");
        }
        let name = format!("_dmarc.{}", dmarc.domain);
        let saw = super::advice::txt(at, vec![record.text.clone()], &spf.answer);
        if missing {
            let value = if record.flaws.is_empty() { record.text.clone() } else { record.repaired(&format!("dmarc@{}", dmarc.domain)).into() };
            let mailbox = if record.flaws.is_empty() { String::new() } else { super::advice::mailbox(record, &dmarc.domain) };
            let note = format!("and delete the record at {at}{mailbox}");
            Fault::here(saw, Fix::DnsRecord { name: name.into(), kind: "TXT".into(), value, note: note.into() }).into()
        } else {
            let fix = Fix::step(format!("Delete the TXT record at {at} that begins with v=DMARC1; {name} is what counts"));
            Fault::here(saw, fix).lowered(Severity::Low).into()
        }
    }
}
