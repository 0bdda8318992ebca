//! `email.mx-missing`
use super::facts::{MailPlan, Mx};
use super::setup_advice::both;
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// The domain is meant to receive mail and has nowhere to receive it.
    ///
    /// Judged only with `[email] receives = true`. A domain without MX but with an address counts as
    /// able to receive, since mail then goes to that address.
    ///
    /// # Why at launch
    /// Answers to your mail, support requests and security reports bounce. Some receivers also refuse
    /// mail from a domain that cannot be answered.
    ///
    /// # Fix
    /// Publish the MX records of the service that holds your mailboxes.
    ///
    /// # References
    /// RFC 5321, section 5.1; RFC 7505
    ///
    /// ```pass
    /// receives
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```pass
    /// receives
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```pass
    /// acme.test. MX 0 .
    /// ```
    /// ```fail
    /// receives
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```fail
    /// receives
    /// acme.test. MX 0 .
    /// ```
    "email.mx-missing" on Mail, Medium, stage Email;
    fails "Mail to this domain has nowhere to go"; holds "Mail to this domain has somewhere to go";
    fn check(plan: &MailPlan, mx: &Mx) -> Verdict {
        if !plan.receives {
            return Verdict::not_applicable("[email] receives is not set");
        }
        if !mx.null && (!mx.hosts.is_empty() || mx.implicit) {
            return Verdict::Pass;
        }
        let fault = Fault::here(
            mx.answer.evidence(&DnsQuestion::new(mx.domain.clone(), RecordKind::Mx)),
            Fix::step(format!("Publish at {} the MX records that the service with your mailboxes shows", both(&mx.domain))),
        );
        let why = if mx.null { "that record says that the domain takes no mail" } else { "there is no A or AAAA record either" };
        fault.and_saw(why).into()
    }
}
