//! `email.name-doubled`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{fault, relative};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// A record stands one domain too deep: at `x.acme.com.acme.com`.
    ///
    /// Most DNS panels append the domain to what is entered; who enters the whole name gets it twice.
    ///
    /// # Why at launch
    /// Nobody looks there, so the key or the return path is missing although the panel shows it.
    ///
    /// # Fix
    /// Enter the name without the domain, and delete the record that stands too deep.
    ///
    /// # References
    /// RFC 1035, section 5.1
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test.acme.test. TXT "p=<rsa-2048>"
    /// ```
    /// ```fail
    /// sender resend
    /// send.acme.test.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// ```
    "email.name-doubled" on Mail, High, stage Email;
    fails "A mail record stands under the domain twice"; holds "No mail record stands under the domain twice";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        if setup.spots.is_empty() {
            return Verdict::not_applicable("no sender and no selector is known");
        }
        let judge = |spot: &Spot| -> Option<Fault> {
            let Trouble::Doubled(deep) = spot.trouble()? else { return None };
            let fix = Fix::steps([
                format!("Enter the record's name as {} in the DNS panel; it appends {}", relative(&spot.name), spot.name.registrable()),
                format!("Delete the record at {deep}"),
            ]);
            Some(fault(plan, setup, spot, format!("The record for {} stands at {deep}", spot.name), fix))
        };
        setup.spots.iter().filter_map(judge).collect::<Vec<_>>().into()
    }
}
