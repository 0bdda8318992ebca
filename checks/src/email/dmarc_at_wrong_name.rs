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
    /// acme.test. TXT "v=DMARC1; p=reject"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none"
    /// ```
    "email.dmarc-at-wrong-name" on Mail, High, stage Email;
    fails "The DMARC record is at the wrong name"; holds "No DMARC record stands at the domain itself";
    fn check(plan: &MailPlan, spf: &Spf, dmarc: &Dmarc) -> Verdict {
        let (stray, _) = dmarc::select(spf.answer.texts());
        let Some(record) = stray.first() else { return Verdict::Pass };
        let missing = dmarc.force == Force::Nothing && dmarc.visits.iter().all(|v| v.records.len() < 2);
        if missing && plan.bulk {
            return Verdict::not_applicable("the domain has no DMARC in force, which email.dmarc-missing is about");
        }
        let name = format!("_dmarc.{}", dmarc.domain);
        let saw = super::advice::txt(&spf.domain, vec![record.text.clone()], &spf.answer);
        if missing {
            let value = if record.flaws.is_empty() { record.text.clone() } else { record.repaired(&format!("dmarc@{}", dmarc.domain)).into() };
            let note = format!("and delete the record at {} itself", spf.domain);
            Fault::here(saw, Fix::DnsRecord { name: name.into(), kind: "TXT".into(), value, note: note.into() }).into()
        } else {
            let fix = Fix::step(format!("Delete the TXT record at {} that begins with v=DMARC1; {name} is what counts", spf.domain));
            Fault::here(saw, fix).lowered(Severity::Low).into()
        }
    }
}
