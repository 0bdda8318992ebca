//! `email.spf-multiple`
use super::advice;
use super::facts::Spf;
use super::spf_merge::merged;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The domain has more than one SPF record, and receivers then use none of them.
    ///
    /// # Why at launch
    /// It happens when a second provider says "add this TXT record". From that moment SPF fails for
    /// all mail of the domain, also for the provider that worked before.
    ///
    /// # Fix
    /// Delete all SPF records but one, and put the includes of all into that one.
    ///
    /// # References
    /// RFC 7208, sections 3.2 and 4.5
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:a.example include:b.example ~all"
    /// acme.test. TXT "some-site-verification=1"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:a.example ~all"
    /// acme.test. TXT "v=spf1 include:b.example ~all"
    /// ```
    "email.spf-multiple" on Mail, High, stage Email;
    fails "More than one SPF record"; holds "There is one SPF record at most";
    fn check(spf: &Spf) -> Verdict {
        if spf.records.len() < 2 {
            return Verdict::Pass;
        }
        let mut records = spf.records.clone();
        // DNS gives records in any order; the text to paste must not change from run to run.
        records.sort_by(|a, b| a.text.cmp(&b.text));
        let seen: Vec<_> = records.iter().map(|r| r.text.clone()).collect();
        let fix = Fix::DnsRecord {
            name: (&spf.domain).into(),
            kind: "TXT".into(),
            value: merged(&records).into(),
            note: format!("Replace the {} SPF records by this one:", records.len()).into(),
        };
        Fault::here(advice::txt(&spf.domain, seen, &spf.answer), fix).into()
    }
}
