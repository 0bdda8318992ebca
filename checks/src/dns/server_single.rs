//! `dns.server-single`
use super::facts::Zone;
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};
use std::collections::BTreeSet;

rule! {
    /// The whole zone stands on one name server: one name, or several names with one address.
    ///
    /// # Why at launch
    /// When that one machine is down, site, mail and webhooks are down with it, and nothing that is
    /// cached outlives its time to live.
    ///
    /// # Fix
    /// Have the zone served by at least two machines. Every DNS host does so by itself; the second
    /// name only has to be entered at the registrar.
    ///
    /// # References
    /// RFC 1034, section 4.1; RFC 2182, section 5
    ///
    /// ```pass
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```fail
    /// acme.test. NS ns1.acme.test.
    /// ns1.acme.test. A 203.0.113.2
    /// ```
    /// ```fail
    /// acme.test. NS ns1.acme.test.
    /// acme.test. NS ns2.acme.test.
    /// ns1.acme.test. A 203.0.113.2
    /// ns2.acme.test. A 203.0.113.2
    /// ```
    "dns.server-single" on Site, Medium, stage Domain;
    fails "The zone stands on one name server"; holds "The zone stands on several name servers";
    fn check(zone: &Zone) -> Verdict {
        let addresses: BTreeSet<_> = zone.servers.iter().flat_map(|s| &s.addresses).collect();
        if addresses.len() != 1 {
            // None at all is a zone that cannot be asked, and told by what cannot be reached.
            return Verdict::Pass;
        }
        let names: Vec<&str> = zone.servers.iter().map(|s| s.name.as_str()).collect();
        let why = if names.len() == 1 { "that is the only one" } else { "they all have one address" };
        let fix = Fix::step(format!(
            "Enter the second name server that your DNS host shows in the NS records of {} and at the registrar",
            zone.apex
        ));
        Fault::here(zone.answer.evidence(&DnsQuestion::new(zone.apex.clone(), RecordKind::Ns)), fix).and_saw(why).into()
    }
}
