//! `dns.server-single`
use super::facts::Zone;
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Fault, Fix},
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
    "dns.server-single" on Zone, Medium, stage Domain;
    fails "The zone stands on one name server"; holds "The zone stands on several name servers";
    fn check(zone: &Zone) -> Verdict {
        zone.all().filter_map(|z| fault(z, z.apex != zone.apex)).collect::<Vec<_>>().into()
    }
}

fn fault(zone: &Zone, below: bool) -> Option<Fault> {
    let addresses: BTreeSet<_> = zone.servers.iter().flat_map(|s| &s.addresses).collect();
    // None at all is a zone that cannot be asked, and told by what cannot be reached.
    if addresses.len() != 1 {
        return None;
    }
    let apex = &zone.apex;
    let why = if zone.servers.len() == 1 { "that is the only one" } else { "they all lead to one address" };
    let fix = Fix::step(format!(
        "Enter the second name server that your DNS host shows in the NS records of {apex} and {}",
        if below { "in those of the zone above it" } else { "at the registrar" }
    ));
    let saw = zone.answer.evidence(&DnsQuestion::new(apex.clone(), RecordKind::Ns));
    let fault = if below { Fault::new(apex, saw, fix) } else { Fault::here(saw, fix) };
    Some(fault.and_saw(why))
}
