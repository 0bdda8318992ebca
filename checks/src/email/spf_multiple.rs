//! `email.spf-multiple`
use super::advice;
use super::facts::Spf;
use super::includes;
use super::setup_advice::both;
use super::spf::LOOKUP_LIMIT;
use super::spf_check::VOID_LIMIT;
use crate::{
    rule,
    vocab::{Fault, Fix, Shown, Verdict},
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
    /// The record that is printed is read again and its look-ups are counted before.
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
        // DNS gives records in any order; the report must not change from run to run.
        records.sort_by(|a, b| a.text.cmp(&b.text));
        let seen: Vec<_> = records.iter().map(|r| r.text.clone()).collect();
        let whose: Vec<_> = records.iter().map(|r| format!("\"{}\" is for {}", r.text.short(120), includes::providers_of(r))).collect();
        let saw = advice::txt(&spf.domain, seen, &spf.answer);
        whose.into_iter().fold(Fault::here(saw, fix(spf)), Fault::and_saw).into()
    }
}

/// The merged record, where it would work; else what keeps it from working.
fn fix(spf: &Spf) -> Fix {
    let Some(merged) = spf.merged.as_ref().filter(|m| m.record.is_valid()) else {
        return Fix::step("Delete all SPF records but one, and put the includes of all into that one");
    };
    let count = spf.records.len();
    if merged.lookups > LOOKUP_LIMIT || merged.voids > VOID_LIMIT {
        let (least, record) = (if merged.whole { "" } else { "at least " }, &merged.record);
        let mut steps = vec![format!(
            "One record of all {count} would need {least}{} look-ups, {} of them void; {LOOKUP_LIMIT} are allowed and {VOID_LIMIT} may be void",
            merged.lookups, merged.voids
        )];
        steps.push(format!("What is to be cut down, at {} as TXT: \"{}\"", both(&spf.domain), record.text));
        return Fix::steps(steps);
    }
    let left = |terms: &[Shown], why: &str| {
        let all = terms.iter().map(Shown::as_str).collect::<Vec<_>>().join(" and ");
        (!terms.is_empty()).then(|| format!("without {all}, {why}"))
    };
    let without = [
        left(&merged.left_out, "where no SPF record is"),
        left(&merged.useless, "which nobody asks: the service sends with an envelope sender of another domain"),
    ];
    let without = without.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let without = if without.is_empty() { without } else { format!(" ({without})") };
    let note = format!(
        "Replace the {count} SPF records by this one{without}, which needs {} of {LOOKUP_LIMIT} look-ups:",
        merged.lookups
    );
    Fix::DnsRecord {
        name: (&spf.domain).into(),
        kind: "TXT".into(),
        value: merged.record.text.clone(),
        note: note.into(),
    }
}
