//! `email.mx-null-mixed`
use super::facts::{MailPlan, Mx};
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// The domain says that it takes no mail (`MX 0 .`), and names mail servers beside it.
    ///
    /// # Why at launch
    /// Some senders believe the first and give up; others deliver. Answers to your mail arrive or bounce
    /// by chance, and some receivers refuse mail from a domain that says it takes none.
    ///
    /// # Fix
    /// Delete the record `0 .`, or all the others.
    ///
    /// # References
    /// RFC 7505, section 3
    ///
    /// ```pass
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```pass
    /// acme.test. MX 0 .
    /// ```
    /// ```fail
    /// acme.test. MX 0 .
    /// acme.test. MX 10 mx.example.com.
    /// ```
    "email.mx-null-mixed" on Mail, High, stage Email;
    fails "The domain says both that it takes mail and that it does not"; holds "The MX records agree on whether mail is taken";
    fn check(plan: &MailPlan, mx: &Mx) -> Verdict {
        if mx.hosts.is_empty() {
            return Verdict::not_applicable("the domain has no MX record");
        }
        let nulls = mx.hosts.iter().filter(|(_, h)| h == ".").count();
        if nulls == 0 || nulls == mx.hosts.len() {
            return Verdict::Pass;
        }
        let fix = Fix::step(format!("Delete the record `0 .` at {}, or all the other MX records", mx.domain));
        let fault = Fault::here(mx.answer.evidence(&DnsQuestion::new(mx.domain.clone(), RecordKind::Mx)), fix);
        if plan.receives { fault.into() } else { fault.lowered(Severity::Medium).into() }
    }
}
