//! `dns.server-lame`
use super::facts::{ServerState, ZoneViews};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A name server that the zone names does not hold it: it refuses, fails, answers without
    /// authority, or its own name leads nowhere, while another server answers properly.
    ///
    /// One that fails or refuses is asked a second time, over TCP, before it is judged. A server that
    /// says nothing is not judged, since the silence may be our network's; `-v` names it.
    ///
    /// # Why at launch
    /// Every resolver that picks this server waits and asks again: the first look-up of mail and site
    /// is slow, and where the other server has a bad minute there is none. A server's name that nobody
    /// owns any more can be registered by a stranger, who then answers for the whole domain.
    ///
    /// # Fix
    /// Take the server out of the NS records, at the registrar too, or set the zone up on it.
    ///
    /// # References
    /// RFC 1912, section 2.8; RFC 8499 (lame delegation)
    ///
    /// ```pass
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```fail
    /// @ns2 REFUSED
    /// ```
    /// ```fail
    /// @ns2 LAME
    /// ```
    /// ```fail
    /// acme.test. NS ns1.acme.test.
    /// acme.test. NS ns.gone.example.
    /// ns1.acme.test. A 203.0.113.2
    /// ```
    "dns.server-lame" on Zone, High, stage Domain;
    fails "A name server does not hold the zone"; holds "Every name server holds the zone";
    fn check(views: Part<'_, ZoneViews>) -> Verdict {
        if views.iter().flat_map(ZoneViews::all).all(|zone| zone.good().next().is_none()) {
            // Without one that holds it there is nothing to compare with: it may be our way there.
            return Verdict::not_applicable("no name server could be seen to hold the zone");
        }
        let first = views.first().map(|v| &v.apex);
        let lame = views.iter().flat_map(ZoneViews::all).flat_map(|zone| faults(zone, first != Some(&zone.apex)));
        lame.collect::<Vec<_>>().into()
    }
}

/// The servers of one zone that do not hold it, while another does.
fn faults(zone: &ZoneViews, below: bool) -> Vec<Fault> {
    let good = zone.good().count();
    let lame = zone.servers.iter().filter(|_| good > 0).filter_map(|server| {
        let how = match &server.state {
            ServerState::Lame(how) => how.clone(),
            ServerState::Nowhere => "its name has no address".into(),
            _ => return None,
        };
        let (name, apex) = (&server.name, &zone.apex);
        let fix = Fix::steps([
            format!(
                "Take {name} out of the NS records of {apex}, in the zone and {}",
                if below { "in the one above it" } else { "at the registrar" }
            ),
            format!("Or set the zone up there; it is right when this names the SOA: dig {apex} SOA @{name} +norecurse"),
        ]);
        // One server may be named by a zone and by the one below it.
        let subject = if below { format!("{name} for {apex}").into() } else { name.clone() };
        let fault = Fault::new(subject, format!("{name}: {how}"), fix)
            .titled(format!("The name server {name} does not hold {apex}"));
        // With two good ones left, what remains is the wait.
        Some(if good >= 2 { fault.lowered(Severity::Medium) } else { fault })
    });
    lame.collect()
}
