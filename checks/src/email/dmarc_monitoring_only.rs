//! `email.dmarc-monitoring-only`
use super::dmarc::Policy;
use super::facts::{Dmarc, Force, MailPlan};
use super::syntax::Effect;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// DMARC only watches: the policy in force is `p=none`, so forged mail is delivered.
    ///
    /// # Why at launch
    /// It is the right way to begin and the wrong place to stay. Until the policy says quarantine or
    /// reject, anybody can send your customers an invoice in your name.
    ///
    /// # Fix
    /// Read the reports for some weeks; when all your own mail passes, go to `p=quarantine` and then
    /// to `p=reject`.
    ///
    /// # References
    /// RFC 9989, section 4.7
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=quarantine"
    /// ```
    /// ```pass
    /// # a policy that nobody can read is another rule's affair
    /// _dmarc.acme.test. TXT "v=DMARC1; p=rejct; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=quarantine; t=y"
    /// ```
    "email.dmarc-monitoring-only" on Mail, Low, stage Email;
    fails "DMARC only watches and stops no forged mail"; holds "DMARC stops forged mail";
    fn check(plan: &MailPlan, dmarc: &Dmarc) -> Verdict {
        let Force::Policy { of, policy, tag, testing } = &dmarc.force else {
            return Verdict::not_applicable("no DMARC policy is in force");
        };
        if *policy != Policy::None {
            return Verdict::Pass;
        }
        if plan.is_told_at(of) {
            return Verdict::not_applicable(format!("the record is that of {of}, which is judged too"));
        }
        let Some(visit) = dmarc.visits.iter().find(|v| v.of == *of) else { return Verdict::Pass };
        // What receivers fall back on is not what anybody chose.
        if visit.record().is_some_and(|r| r.flaws.iter().any(|f| f.effect == Effect::Breaks)) {
            return Verdict::not_applicable("the policy cannot be read, which email.dmarc-syntax is about");
        }
        let text = visit.record().map(|r| r.text.clone()).unwrap_or_default();
        let step = if *testing {
            "When the reports show that all your own mail passes, take t=y out".to_owned()
        } else {
            format!("When the reports show that all your own mail passes, write {tag}=quarantine, and {tag}=reject some weeks later")
        };
        let saw = super::advice::txt(&visit.at, vec![text], &visit.answer);
        let fix = match visit.record().filter(|r| r.rua.is_empty() && !testing) {
            // Without reports nobody knows when all mail passes.
            Some(record) => Fix::DnsRecord {
                name: (&visit.at).into(),
                kind: "TXT".into(),
                value: record.repaired(&format!("dmarc@{of}")).into(),
                note: format!("In place of the record there, for some weeks of reports to an address that is read; then {tag}=quarantine:").into(),
            },
            None => Fix::step(step),
        };
        Fault::here(saw, fix).into()
    }
}
