//! `email.dmarc-syntax`
use super::advice;
use super::facts::{Dmarc, MailPlan, Visit};
use super::syntax::Effect;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A DMARC record has a mistake in it.
    ///
    /// A policy that cannot be read takes the whole record out of force; other mistakes only cost the
    /// tag they are in, and count less.
    ///
    /// # Why at launch
    /// Receivers do not tell you. A misspelled policy protects nobody, and a report address without
    /// `mailto:` means that no report ever comes.
    ///
    /// # Fix
    /// Publish the corrected record.
    ///
    /// # References
    /// RFC 9989, sections 4.7 and 4.8
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=quarantine; pct=50; x-note=ours; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=rejected"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=dmarc@acme.test"
    /// ```
    "email.dmarc-syntax" on Mail, High, stage Email;
    fails "A DMARC record has a mistake in it"; holds "The DMARC record is well formed";
    fn check(plan: &MailPlan, dmarc: Part<'_, Dmarc>) -> Verdict {
        // The record of a domain that is judged too is told there.
        let visits = dmarc.iter().flat_map(|d| &d.visits).filter(|v| !plan.is_told_at(&v.of));
        visits.flat_map(faults).collect::<Vec<_>>().into()
    }
}

fn faults(visit: &Visit) -> Vec<Fault> {
    let mut out = Vec::new();
    for record in visit.records.iter().filter(|r| !r.flaws.is_empty()) {
        let fix = Fix::DnsRecord {
            name: (&visit.at).into(),
            kind: "TXT".into(),
            value: record.repaired(&format!("dmarc@{}", visit.of)).into(),
            note: "in place of the record that is there".into(),
        };
        let saw = advice::txt(&visit.at, vec![record.text.clone()], &visit.answer);
        let fault = advice::flaws(&record.flaws).fold(Fault::new(&visit.at, saw, fix), Fault::and_saw);
        let breaks = record.flaws.iter().any(|f| f.effect == Effect::Breaks);
        out.push(if breaks { fault } else { fault.lowered(Severity::Medium) });
    }
    out
}
