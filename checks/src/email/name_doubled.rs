//! `email.name-doubled`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Standing, Trouble};
use super::setup_advice::{fault, relative};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A record stands one domain too deep: at `x.acme.com.acme.com`.
    ///
    /// Most DNS panels append the domain to what is entered; who enters the whole name gets it twice. Some
    /// append it to the target of an alias too, which then leads nowhere.
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
    /// ```fail
    /// # The panel appended the domain to the target.
    /// sender ses
    /// selector abc
    /// abc._domainkey.acme.test. CNAME abc.dkim.amazonses.com.acme.test.
    /// ```
    /// ```fail
    /// sender postmark
    /// pm-bounces.acme.test. CNAME pm.mtasv.net.acme.test.
    /// ```
    /// ```pass
    /// sender ses
    /// selector abc
    /// abc._domainkey.acme.test. CNAME abc.dkim.amazonses.com.
    /// abc.dkim.amazonses.com. TXT "p=<rsa-2048>"
    /// ```
    "email.name-doubled" on Mail, High, stage Email;
    fails "A mail record stands under the domain twice"; holds "No mail record stands under the domain twice";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        if setup.spots.is_empty() {
            return Verdict::not_applicable("no sender and no selector is known");
        }
        let judge = |spot: &Spot| -> Option<Fault> {
            let deep = match spot.trouble()? {
                Trouble::Doubled(deep) => deep,
                Trouble::Appended(meant) => {
                    let zone = spot.name.registrable();
                    let fix = Fix::DnsRecord {
                        name: (&spot.name).into(),
                        kind: "CNAME".into(),
                        value: meant.as_str().into(),
                        note: "in place of the CNAME record that is there; where the panel appends the domain again, end the target with a dot".into(),
                    };
                    let title = format!("The alias at {} leads to {meant}.{zone}: the domain stands behind the target", spot.name);
                    return Some(milder(fault(plan, setup, spot, title, fix), spot, setup));
                }
                _ => return None,
            };
            let fix = Fix::steps([
                format!("Enter the record's name as {} in the DNS panel; it appends {}", relative(&spot.name), spot.name.registrable()),
                format!("Delete the record at {deep}"),
            ]);
            let title = format!("The record for {} stands at {deep}", spot.name);
            Some(milder(fault(plan, setup, spot, title, fix), spot, setup))
        };
        setup.spots.iter().filter_map(judge).collect::<Vec<_>>().into()
    }
}

/// Where the sender's keys are right, a return path that is not found loses bounces alone.
fn milder(told: Fault, spot: &Spot, setup: &SenderSetup) -> Fault {
    let signs = |p| setup.sender(p).is_some_and(|s| matches!(setup.keys_of(s), Standing::Right(_)));
    if !spot.is_key() && spot.provider.is_some_and(signs) { told.lowered(Severity::Medium) } else { told }
}
