//! `email.dmarc-policy-weaker-below`
use super::dmarc::Policy;
use super::facts::{Dmarc, Force, MailPlan};
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The DMARC policy for names below the domain is milder than that for the domain itself.
    ///
    /// # Why at launch
    /// Whoever forges mail in your name takes billing.acme.com in place of acme.com. Where `sp` or
    /// `np` is milder than `p`, that mail is delivered, whether the name exists or not.
    ///
    /// # Fix
    /// Take `sp` and `np` out, so that `p` holds for all names; or make them as strict.
    ///
    /// # References
    /// RFC 9989, section 4.7
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=quarantine; np=reject"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; sp=none"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; sp=reject; np=none"
    /// ```
    "email.dmarc-policy-weaker-below" on Mail, Low, stage Email;
    fails "DMARC is milder for the names below the domain"; holds "DMARC is as strict for the names below the domain";
    yields_to "email.dmarc-syntax";
    fn check(plan: &MailPlan, dmarc: &Dmarc) -> Verdict {
        let Some((visit, record)) = dmarc.applying() else {
            return Verdict::not_applicable("no DMARC policy is in force");
        };
        if plan.is_told_at(&visit.of) {
            return Verdict::not_applicable(format!("the record is that of {}, which is judged too", visit.of));
        }
        if visit.of != dmarc.domain && matches!(dmarc.force, Force::Policy { policy: Policy::None, .. }) {
            return Verdict::not_applicable("this domain is below, which email.dmarc-monitoring-only is about");
        }
        let own = record.own_policy();
        let mut milder: Vec<&str> = [true, false]
            .into_iter()
            .filter_map(|exists| {
                let (policy, tag) = record.policy_below(exists);
                (policy < own).then_some(tag)
            })
            .collect();
        milder.dedup();
        if milder.is_empty() {
            return Verdict::Pass;
        }
        let saw = super::advice::txt(&visit.at, vec![record.text.clone()], &visit.answer);
        let is_milder = |tag: &str| tag.split_once('=').is_some_and(|(name, _)| milder.iter().any(|m| name.trim().eq_ignore_ascii_case(m)));
        let kept = record.text.as_str().split(';').map(str::trim).filter(|t| !t.is_empty() && !is_milder(t));
        let fix = Fix::DnsRecord {
            name: (&visit.at).into(),
            kind: "TXT".into(),
            value: kept.collect::<Vec<_>>().join("; ").into(),
            note: format!("In its place, once the reports show that all your own mail from names below passes (without {}):", milder.join(" and ")).into(),
        };
        Fault::here(saw, fix).into()
    }
}
