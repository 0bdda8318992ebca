//! `email.cname-with-others`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Trouble};
use super::setup_advice::fault;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// An alias and other records stand at one name, which the DNS does not allow.
    ///
    /// At the top of a zone it is always so, since SOA and NS records stand there.
    ///
    /// # Why at launch
    /// Which of the records a receiver sees depends on its resolver: mail, SPF and DKIM work for some
    /// and fail for others. An alias at the domain itself hides its MX and TXT records from most.
    ///
    /// # Fix
    /// Keep the alias or the other records, not both. At the domain itself use what your DNS host calls
    /// ALIAS, ANAME or flattening, or plain A and AAAA records.
    ///
    /// # References
    /// RFC 1034, section 3.6.2; RFC 2181, section 10.1
    ///
    /// ```pass
    /// acme.test. A 203.0.113.1
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```fail
    /// acme.test. CNAME acme.host.example.
    /// acme.host.example. A 203.0.113.1
    /// ```
    /// ```fail
    /// sender mandrill
    /// mte1._domainkey.acme.test. CNAME dkim1.mandrillapp.com.
    /// mte1._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// ```
    "email.cname-with-others" on Mail, High, stage Email;
    fails "An alias stands beside other records"; holds "No alias stands beside other records";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        let spots = setup.spots.iter().filter(|s| s.trouble() == Some(&Trouble::WithOthers)).map(|spot| {
            let fix = Fix::step(format!("At {} keep one: {}; delete every other record there", spot.name, spot.wanted()));
            fault(plan, setup, spot, format!("{} has an alias and other records", spot.name), fix)
        });
        let mut all: Vec<Fault> = spots.collect();
        all.extend(setup.alias.as_ref().map(|(to, saw)| {
            let domain = &setup.domain;
            let fix = Fix::steps([
                format!("Delete the CNAME at {domain}"),
                format!("Point {domain} to {to} by ALIAS, ANAME or flattening, or publish A and AAAA records there"),
            ]);
            let told = Fault::new(domain, format!("CNAME at {domain}: {to}"), fix)
                .titled(format!("{domain} is an alias, which hides its mail records"));
            saw.iter().skip(1).cloned().fold(told, Fault::and_saw)
        }));
        all.into()
    }
}
