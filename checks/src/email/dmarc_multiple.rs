//! `email.dmarc-multiple`
use super::advice;
use super::dmarc::Policy;
use super::facts::{Dmarc, MailPlan, Visit};
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// There is more than one DMARC record at one name, and receivers then use none of them.
    ///
    /// # Why at launch
    /// The domain counts as one without DMARC: mail in bulk is refused, and a policy that you believe
    /// to be in force is not.
    ///
    /// # Fix
    /// Delete all but one.
    ///
    /// # References
    /// RFC 9989, section 4.10
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none"
    /// _dmarc.acme.test. TXT "some-other-text"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@acme.test"
    /// ```
    "email.dmarc-multiple" on Mail, High, stage Email;
    fails "More than one DMARC record"; holds "There is one DMARC record at most";
    fn check(plan: &MailPlan, dmarc: Part<'_, Dmarc>) -> Verdict {
        let visits = dmarc.iter().flat_map(|d| &d.visits).filter(|v| v.records.len() > 1 && !plan.is_told_at(&v.of));
        visits.map(fault).collect::<Vec<_>>().into()
    }
}

fn fault(visit: &Visit) -> Fault {
    let mut records: Vec<_> = visit.records.iter().map(|r| r.text.clone()).collect();
    records.sort();
    // The mildest policy of them refuses no mail that is let through today.
    let policy = visit.records.iter().map(super::dmarc::Record::own_policy).min().unwrap_or(Policy::None);
    let mut rua: Vec<_> = visit.records.iter().flat_map(|r| r.rua.clone()).collect();
    rua.sort();
    rua.dedup();
    let mut value = format!("v=DMARC1; p={}", policy.word());
    if !rua.is_empty() {
        value.push_str("; rua=");
        value.push_str(&rua.join(","));
    }
    let note = format!("Replace the {} DMARC records by this one:", records.len()).into();
    let fix = Fix::DnsRecord { name: (&visit.at).into(), kind: "TXT".into(), value: value.into(), note };
    Fault::new(&visit.at, advice::txt(&visit.at, records, &visit.answer), fix)
}
