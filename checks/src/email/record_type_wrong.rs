//! `email.record-type-wrong`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{fault, steps};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// A mail record has the right name and the wrong type, such as TXT where a CNAME must be.
    ///
    /// # Why at launch
    /// The panel shows the provider's text, and receivers find no key and no return path.
    ///
    /// # Fix
    /// Delete the record and publish the same text under the type that the provider names.
    ///
    /// # References
    /// RFC 1034, section 3.6; RFC 6376, section 3.6.2
    ///
    /// ```pass
    /// sender mandrill
    /// mte1._domainkey.acme.test. CNAME dkim1.mandrillapp.com.
    /// mte2._domainkey.acme.test. CNAME dkim2.mandrillapp.com.
    /// dkim1.mandrillapp.com. TXT "p=<rsa-2048>"
    /// dkim2.mandrillapp.com. TXT "p=<rsa-2048>"
    /// ```
    /// ```fail
    /// sender mandrill
    /// mte1._domainkey.acme.test. TXT "dkim1.mandrillapp.com"
    /// ```
    /// ```fail
    /// sender resend
    /// return-path send.acme.test
    /// send.acme.test. CNAME feedback-smtp.eu-west-1.amazonses.com.
    /// ```
    "email.record-type-wrong" on Mail, High, stage Email;
    fails "A mail record is of the wrong type"; holds "The mail records are of the right type";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        if setup.spots.is_empty() {
            return Verdict::not_applicable("no sender and no selector is known");
        }
        let judge = |spot: &Spot| -> Option<Fault> {
            let Trouble::Type(found) = spot.trouble()? else { return None };
            let kind = spot.wanted.first()?.kind;
            let gone = format!("Delete the {found} record at {}", spot.name);
            let fix = Fix::steps(std::iter::once(gone).chain(steps(spot)));
            let title = format!("{} has a {found} record where a {kind} record must be", spot.name);
            Some(fault(plan, setup, spot, title, fix))
        };
        setup.spots.iter().filter_map(judge).collect::<Vec<_>>().into()
    }
}
