//! `email.dmarc-tag-removed`
use super::dmarc::{Policy, Record};
use super::facts::{Dmarc, MailPlan};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The DMARC record has tags that the standard of 2026 no longer knows: pct, rf or ri.
    ///
    /// Receivers that read the new standard pass over them; those that still read the old one act on
    /// pct, so that the two treat the same mail differently.
    ///
    /// # Why at launch
    /// A record with p=reject and pct=10 was a careful beginning; by the new standard it is p=reject for
    /// all mail.
    ///
    /// # Fix
    /// Take the tags out. A careful beginning is written t=y now: receivers are asked for one step less.
    ///
    /// # References
    /// RFC 9989, appendix C.5 and section 4.7
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; t=y; rua=mailto:d@acme.test"
    /// ```
    /// ```pass
    /// # told at the domain whose record it is
    /// domain mail.acme.test
    /// other acme.test
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; pct=100"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; pct=10; rua=mailto:d@acme.test"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rf=afrf; ri=86400"
    /// ```
    "email.dmarc-tag-removed" on Mail, Info, stage Email;
    fails "The DMARC record has tags that no longer count"; holds "The DMARC record has no tags that no longer count";
    yields_to "email.dmarc-syntax";
    fn check(plan: &MailPlan, dmarc: &Dmarc) -> Verdict {
        let Some((visit, record)) = dmarc.applying() else {
            return Verdict::not_applicable("no DMARC record applies");
        };
        if plan.is_told_at(&visit.of) {
            return Verdict::not_applicable(format!("the record is that of {}, which is judged too", visit.of));
        }
        if record.removed.is_empty() {
            return Verdict::Pass;
        }
        let mut removed = record.removed.clone();
        removed.sort_unstable();
        removed.dedup();
        let saw = super::advice::txt(&visit.at, vec![record.text.clone()], &visit.answer);
        let fault = Fault::new(&visit.at, saw, fix(&both(&visit.at), record)).titled(format!("DMARC no longer knows {}", removed.join(", ")));
        match share(record) {
            Some(pct) => {
                let policy = record.own_policy().word();
                fault.and_saw(format!("receivers on RFC 7489 apply p={policy} to {pct} % of the mail, those on RFC 9989 to all")).into()
            }
            None => fault.into(),
        }
    }
}

/// The share of mail that `pct` holds the policy to, where that changes anything.
fn share(record: &Record) -> Option<u8> {
    record.pct.filter(|p| *p < 100 && record.own_policy() > Policy::None)
}

fn fix(at: &str, record: &Record) -> Fix {
    let is_removed = |tag: &str| {
        tag.split_once('=').is_some_and(|(name, _)| record.removed.iter().any(|r| name.trim().eq_ignore_ascii_case(r)))
    };
    let kept: Vec<&str> =
        record.text.as_str().split(';').map(str::trim).filter(|t| !t.is_empty() && !is_removed(t)).collect();
    let value = kept.join("; ");
    match share(record).filter(|_| !record.testing) {
        None => Fix::step(format!("Replace it at {at} by TXT: \"{value}\"")),
        Some(_) => Fix::steps([
            format!("To go on step by step, replace it at {at} by TXT: \"{value}; t=y\", which asks for one step less"),
            format!("When all your own mail passes: \"{value}\""),
        ]),
    }
}
