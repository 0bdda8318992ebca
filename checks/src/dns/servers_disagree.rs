//! `dns.servers-disagree`
use super::facts::{Difference, Published, ZoneViews};
use super::{join, records_shown};
use crate::wire::RecordKind;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Shown},
};

rule! {
    /// The name servers of the zone say different things.
    ///
    /// Each is asked directly for the zone's SOA, NS, MX and TXT records, the aliases of the hosts and
    /// the records of mail. A server that does not answer is not counted. Where only the serials
    /// differ, a change is on its way and the finding is mild.
    ///
    /// # Why at launch
    /// Who asks gets one or the other answer by chance: some receivers see the SPF record and some do
    /// not, some visitors get the new site and some the old one. It looks like a fault that comes and
    /// goes, and no single look-up shows it.
    ///
    /// # Fix
    /// Find out which server has the right record, and make the others follow: mend the transfer from
    /// the primary, or, where the zone is kept at two DNS hosts, enter the record at both.
    ///
    /// # References
    /// RFC 1034, section 4.3.5; RFC 1912, section 2.2
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 -all"
    /// acme.test. MX 10 mx.example.com.
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 -all"
    /// @ns2 acme.test. TXT "v=spf1 ~all"
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx.example.com.
    /// @ns2 gone acme.test. MX
    /// ```
    /// ```fail
    /// @ns2 serial 9
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject"
    /// @ns1 gone _dmarc.acme.test. TXT
    /// @ns2 gone _dmarc.acme.test. TXT
    /// ```
    /// ```pass
    /// acme.test. TXT "v=spf1 ~all"
    /// @ns1 acme.test. TXT "v=spf1 -all"
    /// @ns2 acme.test. TXT "v=spf1 -all"
    /// ```
    "dns.servers-disagree" on Zone, High, stage Domain;
    fails "The name servers say different things"; holds "The name servers agree";
    fn check(views: Part<'_, ZoneViews>) -> Verdict {
        let all = views.iter().flat_map(ZoneViews::all).flat_map(|zone| &zone.differences);
        let ending = views.iter().flat_map(ZoneViews::all).flat_map(|zone| &zone.published).filter_map(ending);
        all.map(fault).chain(ending).collect::<Vec<_>>().into()
    }
}

/// What mail rests on and the public only still remembers: it was deleted at every server, and what else
/// is said of the domain's mail holds until the memory ends.
fn ending(published: &Published) -> Option<Fault> {
    let Published { name, records, gone, visible_in, .. } = published;
    // An alias has taken its place, and where that leads is looked at where it matters.
    if records.iter().any(|r| r.as_str().starts_with("CNAME ")) {
        return None;
    }
    let is =
        |text: &Shown, version: &str| text.as_str().trim_start_matches('"').to_ascii_lowercase().starts_with(version);
    let lost = |version: &str| gone.iter().find(|g| is(g, version)).filter(|_| !records.iter().any(|r| is(r, version)));
    let (what, text) = [("SPF", "v=spf1"), ("DMARC", "v=dmarc1")].iter().find_map(|(w, v)| Some((w, lost(v)?)))?;
    let fix = Fix::step(format!("If {name} is to keep its {what} record, publish it again: TXT {text}"));
    let minutes = visible_in.unwrap_or(0).div_ceil(60).max(1);
    let fault = Fault::new(format!("{name} TXT"), format!("no name server of the zone has {text} any more"), fix)
        .and_saw(format!("resolvers forget it in at most {minutes} min"))
        .titled(format!("The {what} record of {name} is deleted, and only resolvers still have it"));
    Some(fault.lowered(Severity::Medium))
}

fn fault(difference: &Difference) -> Fault {
    let (name, kind) = (&difference.name, difference.kind.word());
    let mut saw = difference
        .sides
        .iter()
        .map(|(records, servers)| Evidence::from(format!("{}: {}", join(servers), records_shown(records))));
    let fix = if difference.kind == RecordKind::Soa {
        Fix::step(format!(
            "Wait for the refresh time of {name}; if the serials still differ then, mend the transfer to the server that stays behind"
        ))
    } else {
        Fix::steps([
            format!("Decide which {kind} record of {name} is right"),
            format!("Publish it at every DNS host that the NS records of the zone name: {}", servers(difference)),
            "If one of these is a DNS host that you left, take it out of the NS records at the registrar".to_owned(),
        ])
    };
    let first = saw.next().unwrap_or_else(|| "".into());
    let mut fault = Fault::new(format!("{name} {kind}"), first, fix)
        .titled(format!("The name servers say different things of {name} {kind}"));
    fault.saw.extend(saw);
    match difference.kind {
        RecordKind::Soa => fault.titled("The name servers have different serials of the zone").lowered(Severity::Low),
        RecordKind::Ns => fault.lowered(Severity::Medium),
        _ => fault,
    }
}

fn servers(difference: &Difference) -> String {
    let mut all: Vec<_> = difference.sides.iter().flat_map(|(_, servers)| servers.clone()).collect();
    all.sort();
    join(&all)
}
