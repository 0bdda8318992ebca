//! `dns.dnssec-broken`
use super::facts::{Dnssec, DnssecState};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Verdict},
};

rule! {
    /// The zone is signed and its signatures do not hold, so a resolver that validates them has no
    /// answer for any of its names.
    ///
    /// A zone that is not signed is not judged. Where the resolver does not validate, the chain from
    /// the parent's DS record to the zone's keys is checked here.
    ///
    /// # Why at launch
    /// For everybody behind a validating resolver (the large public ones are) the site and its mail do
    /// not exist. Certificate authorities must validate too: from 2026-03-15 they refuse to issue, so
    /// the next renewal fails as well. It comes about mostly when a domain moves to another DNS host and
    /// the old DS record stays at the registrar.
    ///
    /// # Fix
    /// Delete the DS record at the registrar, wait for its time to live, and only then sign anew and
    /// publish the DS record that the new DNS host shows.
    ///
    /// # References
    /// RFC 4035, section 5; RFC 6781, section 4.1; CA/Browser Forum Baseline Requirements 3.2.2.4 and
    /// 3.2.2.8.1
    ///
    /// ```pass
    /// dnssec valid
    /// ```
    /// ```pass
    /// dnssec off
    /// ```
    /// ```fail
    /// dnssec broken
    /// ```
    "dns.dnssec-broken" on Zone, Blocker, stage Domain;
    fails "DNSSEC is broken: validating resolvers get no answer"; holds "The zone's signatures hold";
    fn check(dnssec: &Dnssec) -> Verdict {
        match &dnssec.state {
            DnssecState::Off => Verdict::not_applicable("the zone is not signed"),
            DnssecState::Valid(_) => Verdict::Pass,
            DnssecState::Broken(why) => {
                let tags = dnssec.tags.iter().map(|t| format!("key tag {t}").into()).collect();
                let saw = Evidence::Dns { name: (&dnssec.apex).into(), kind: "DS".into(), answer: tags };
                let fix = Fix::steps([
                    format!("At the registrar of {}, delete the DS record (or the DNSSEC entry)", dnssec.apex),
                    format!("Check it: dig {} SOA @1.1.1.1 answers NOERROR once the old DS has timed out", dnssec.apex),
                    "Only then switch DNSSEC on at your DNS host and publish the DS record that it shows".to_owned(),
                ]);
                Fault::here(saw, fix).and_saw(why.clone()).into()
            }
        }
    }
}
