//! `email.mta-sts-stale`
use super::facts::Mx;
use super::mta_sts::{Fetched, Mode, MtaSts};
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// The MTA-STS policy names other mail servers than the MX records do.
    ///
    /// Where it names some of them, mail reaches you by those while they are up.
    ///
    /// # Why at launch
    /// In mode enforce, Gmail and Outlook do not deliver to a server that the policy leaves out: after a
    /// move to another mail service mail to you is lost. In mode testing they deliver and report.
    ///
    /// # Fix
    /// Bring the policy up to date first, give the record a new id, and only then change the MX records.
    ///
    /// # References
    /// RFC 8461, sections 4.1 and 8.3
    ///
    /// ```pass
    /// acme.test. MX 10 mx1.mail.example.
    /// _mta-sts.acme.test. TXT "v=STSv1; id=1"
    /// policy 200 text/plain version: STSv1|mode: enforce|mx: *.mail.example|max_age: 604800
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx1.mail.example.
    /// _mta-sts.acme.test. TXT "v=STSv1; id=1"
    /// policy 200 text/plain version: STSv1|mode: enforce|mx: mx.old.example|max_age: 604800
    /// ```
    "email.mta-sts-stale" on Mail, High, stage Email;
    fails "The MTA-STS policy leaves mail servers out"; holds "The MTA-STS policy names the mail servers";
    fn check(sts: &MtaSts, mx: &Mx) -> Verdict {
        let Some(Fetched::Policy(policy)) = sts.policy.as_ref() else {
            return Verdict::not_applicable("the domain has no MTA-STS policy");
        };
        let Some(mode) = policy.mode.filter(|m| policy.is_valid() && *m != Mode::None) else {
            return Verdict::not_applicable("the MTA-STS policy is not in force");
        };
        let mut left: Vec<&str> =
            mx.hosts.iter().map(|(_, h)| h.as_str()).filter(|h| *h != "." && !policy.covers(h)).collect();
        left.sort_unstable();
        left.dedup();
        if left.is_empty() {
            return Verdict::Pass;
        }
        let hosts: Vec<String> = left.iter().take(20).map(|h| format!("mx: {h}")).collect();
        let fix = Fix::steps([
            format!("Add to the policy: {}", hosts.join("; ")),
            format!("Then give the record at {} a new id", sts.at),
        ]);
        let fault = Fault::here(mx.answer.evidence(&DnsQuestion::new(mx.domain.clone(), RecordKind::Mx)), fix)
            .and_saw(format!("the policy (mode {}) names {}", mode.word(), policy.mx.join(", ")));
        let some_left = mx.hosts.iter().any(|(_, h)| *h != "." && policy.covers(h));
        match (mode, some_left) {
            (Mode::Enforce, false) => fault.into(),
            (Mode::Enforce, true) => fault.lowered(Severity::Medium).into(),
            _ => fault.lowered(Severity::Low).into(),
        }
    }
}
