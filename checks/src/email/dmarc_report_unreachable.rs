//! `email.dmarc-report-unreachable`
use super::facts::{Destination, DmarcReports, MailPlan};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Shown},
    wire::{DnsQuestion, RecordKind},
};

rule! {
    /// DMARC reports are to go to a domain that takes no mail.
    ///
    /// # Why at launch
    /// The reports bounce, and you never learn which of your own mail fails or who uses your name.
    ///
    /// # Fix
    /// Name an address in `rua` that somebody reads.
    ///
    /// # References
    /// RFC 9989, section 4.7; RFC 5321, section 5.1; RFC 7505
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    /// ```pass
    /// # without an MX record mail goes to the address itself
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```pass
    /// # a domain that neither sends nor takes mail, and says so
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@acme.test"
    /// acme.test. MX 0 .
    /// ```
    /// ```fail
    /// from
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// acme.test. MX 0 .
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@reports.acme.test"
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    "email.dmarc-report-unreachable" on Mail, Medium, stage Email;
    fails "DMARC reports go to a domain that takes no mail"; holds "DMARC reports can be delivered";
    yields_to "email.mx-missing";
    fn check(plan: &MailPlan, reports: Part<'_, DmarcReports>) -> Verdict {
        let all = reports.iter().filter(|r| !plan.is_told_at(&r.of)).flat_map(|r| r.destinations.iter().map(move |d| (r, d)));
        // A domain that sends nothing and says that it takes no mail expects no reports either.
        let parked = |d: &Destination| d.domain == plan.domain && !plan.sends() && !d.seen.all().is_empty();
        let nowhere = all.filter(|(_, d)| d.takes_mail == Some(false) && !parked(d));
        let faults = nowhere.map(|(reports, d)| {
            // Where it is the domain itself, that it takes no mail may be told already.
            let subject = if d.domain == plan.domain { Shown::default() } else { (&d.domain).into() };
            let saw = d.seen.evidence(&DnsQuestion::new(d.domain.clone(), RecordKind::Mx));
            let fix = Fix::steps([
                format!("In the DMARC record at _dmarc.{}, name an address in rua that somebody reads, in place of {}", reports.of, d.address),
                format!("Or let {} take mail: publish its MX records", d.domain),
            ]);
            Fault::new(subject, saw, fix).titled(format!("DMARC reports go to {}, which takes no mail", d.domain))
        });
        faults.collect::<Vec<_>>().into()
    }
}
