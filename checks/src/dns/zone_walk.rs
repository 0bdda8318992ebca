//! From a domain to its zone: the nearest name with NS records, and the addresses of the servers
//! that they name.

use super::facts::{Server, Zone};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Record, RecordKind};
use std::collections::BTreeSet;

/// The most servers that are looked at: no zone of a product has more.
const MOST_SERVERS: usize = 13;

/// Looks for the zone of a domain, and for those below it that hold an audited name of their own.
#[derive(Clone, Debug)]
pub struct ZoneWalk {
    /// The domain.
    pub domain: DomainName,
    /// Audited names below it, that may have been delegated further.
    pub names: Vec<DomainName>,
}

/// The name and those above it, the deepest first, down to `top`.
fn climb(name: &DomainName, top: &DomainName) -> Vec<DomainName> {
    let mut out = vec![name.clone()];
    while let Some(last) = out.last().filter(|n| *n != top).and_then(DomainName::parent) {
        out.push(last);
    }
    out
}
fn servers_of(name: &DomainName) -> DnsQuestion {
    DnsQuestion::new(name.clone(), RecordKind::Ns)
}

/// A delegation: where it stands, and the answer there.
type Cut<'a> = Option<(DomainName, &'a DnsAnswer)>;

/// The first of the names with NS records, all of which have been asked for.
fn cut<'a>(names: &[DomainName], seen: &'a Answers<DnsQuestion>) -> Result<Cut<'a>, Missing> {
    for name in names {
        let answer = seen.get(&servers_of(name)).map_or(Err(Missing::Unknown(Cause::NotRecorded)), Observed::get)?;
        // Behind an alias stand the servers of another zone.
        if answer.aliases.is_empty() && !answer.all().is_empty() {
            return Ok(Some((name.clone(), answer)));
        }
    }
    Ok(None)
}

impl Inquiry for ZoneWalk {
    type Q = DnsQuestion;
    type Out = Observed<Zone>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Zone>> {
        let climbed = climb(&self.domain, &self.domain.registrable());
        let below = self.names.iter().filter(|n| **n != self.domain && n.is_within(&self.domain));
        let deeper: Vec<Vec<DomainName>> =
            below.map(|name| climb(name, &self.domain).into_iter().filter(|n| *n != self.domain).collect()).collect();
        let asked: BTreeSet<_> = climbed.iter().chain(deeper.iter().flatten()).map(servers_of).collect();
        let missing: Vec<_> = asked.into_iter().filter(|q| !seen.contains_key(q)).collect();
        if !missing.is_empty() {
            return Step::Ask(missing);
        }
        let (apex, answer) = match cut(&climbed, seen) {
            Ok(Some(found)) => found,
            Ok(None) if self.domain.is_lent() => {
                return Step::Done(Observed::not_configured("the name lies in the zone of its platform"));
            }
            // The domain is not delegated to anybody; that its hosts cannot be reached is said elsewhere.
            Ok(None) => return Step::Done(Observed::unknown(Cause::NoRoute)),
            Err(missing) => return Step::Done(missing.into()),
        };
        let mut ask = Vec::new();
        let mut zone = self.servers(apex, answer, seen, &mut ask);
        for names in &deeper {
            match cut(names, seen) {
                Ok(Some((apex, _))) if zone.below.iter().any(|z| z.apex == apex) => {}
                Ok(Some((apex, answer))) => {
                    let found = self.servers(apex, answer, seen, &mut ask);
                    zone.gaps.extend(found.gaps.iter().cloned());
                    zone.below.push(found);
                }
                Ok(None) | Err(Missing::NotConfigured(_)) => {}
                Err(Missing::Unknown(cause)) => zone.gaps.push(cause),
            }
        }
        if ask.is_empty() { Step::Done(Observed::known(zone)) } else { Step::Ask(ask) }
    }
}
impl ZoneWalk {
    /// The zone with its servers; what is still to be asked of them goes to `ask`.
    fn servers(
        &self,
        apex: DomainName,
        answer: &DnsAnswer,
        seen: &Answers<DnsQuestion>,
        ask: &mut Vec<DnsQuestion>,
    ) -> Zone {
        let names: BTreeSet<&str> = answer
            .all()
            .iter()
            .filter_map(|r| match r {
                Record::Ns(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let (mut servers, mut gaps) = (Vec::new(), Vec::new());
        for name in names.into_iter().take(MOST_SERVERS) {
            let Ok(domain) = DomainName::parse(name) else {
                servers.push(Server { name: name.into(), addresses: Vec::new(), nowhere: true });
                continue;
            };
            match addresses(&domain, seen) {
                Ok(Ok(addresses)) => {
                    servers.push(Server { name: name.into(), nowhere: addresses.is_empty(), addresses });
                }
                Ok(Err(missing)) => {
                    if let Missing::Unknown(cause) = missing {
                        gaps.push(cause);
                    }
                    servers.push(Server { name: name.into(), addresses: Vec::new(), nowhere: false });
                }
                Err(question) if ask.contains(&question) => {}
                Err(question) => ask.push(question),
            }
        }
        let domain = self.domain.clone();
        Zone { domain, apex, answer: answer.clone(), servers, below: Vec::new(), gaps }
    }
}

/// The addresses of a server, or the question that is still to be asked. The IPv6 ones are only
/// asked for where there is no other.
fn addresses(
    name: &DomainName,
    seen: &Answers<DnsQuestion>,
) -> Result<Result<Vec<std::net::IpAddr>, Missing>, DnsQuestion> {
    let mut unknown = None;
    for kind in [RecordKind::A, RecordKind::Aaaa] {
        let question = DnsQuestion::new(name.clone(), kind);
        match seen.get(&question).map(Observed::get) {
            None => return Err(question),
            Some(Ok(answer)) => {
                let found: Vec<_> = answer.addresses().collect();
                if !found.is_empty() {
                    return Ok(Ok(found));
                }
            }
            Some(Err(missing)) => unknown = Some(missing),
        }
    }
    Ok(unknown.map_or(Ok(Vec::new()), Err))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone as Lines;

    fn look(domain: &str, lines: &str) -> (Observed<Zone>, usize, usize) {
        let zone = Lines::parse(lines).unwrap();
        let walk = ZoneWalk { domain: DomainName::parse(domain).unwrap(), names: Vec::new() };
        Step::play(&walk, |q| zone.answer(q))
    }
    const TWO: &str = "acme.test. NS ns1.dns.example.\nacme.test. NS ns2.dns.example.
        ns1.dns.example. A 203.0.113.2\nns2.dns.example. AAAA 2001:db8::3\n";

    #[test]
    fn the_nearest_delegation_counts() {
        let (zone, rounds, asked) = look("app.acme.test", TWO);
        let zone = zone.into_inner().unwrap();
        assert_eq!((zone.apex.as_str(), zone.servers.len(), rounds, asked), ("acme.test", 2, 3, 5));
        assert_eq!(zone.servers[1].addresses[0].to_string(), "2001:db8::3");
        let below = format!("{TWO}app.acme.test. NS ns1.dns.example.");
        assert_eq!(look("app.acme.test", &below).0.into_inner().unwrap().apex.as_str(), "app.acme.test");
        let alias = format!("{TWO}app.acme.test. CNAME x.host.example.\nx.host.example. NS ns9.host.example.");
        assert_eq!(look("app.acme.test", &alias).0.into_inner().unwrap().apex.as_str(), "acme.test");
    }

    #[test]
    fn ignorance_and_absence_are_told_apart() {
        assert_eq!(look("acme.test", "acme.test. NS SERVFAIL").0, Observed::unknown(Cause::Servfail));
        assert_eq!(look("acme.test", "acme.test. A 203.0.113.1").0, Observed::unknown(Cause::NoRoute));
        let one = "acme.test. NS a.dns.example.\nacme.test. NS b.dns.example.\na.dns.example. TIMEOUT";
        let zone = look("acme.test", one).0.into_inner().unwrap();
        assert_eq!((zone.servers[0].nowhere, zone.servers[1].nowhere), (false, true));
        assert_eq!(zone.gaps, [Cause::Timeout]);
    }

    #[test]
    fn a_subdomain_that_was_delegated_is_a_zone_of_its_own() {
        let text = format!(
            "{TWO}mail.acme.test. NS ns1.sender.example.\nns1.sender.example. A 203.0.113.9\nx.acme.test. NS TIMEOUT"
        );
        let zone = Lines::parse(&text).unwrap();
        let name = |n| DomainName::parse(n).unwrap();
        let names = ["acme.test", "a.mail.acme.test", "mail.acme.test", "x.acme.test", "other.test"].map(name).to_vec();
        let walk = ZoneWalk { domain: name("acme.test"), names };
        let found = Step::play(&walk, |q| zone.answer(q)).0.into_inner().unwrap();
        let apexes: Vec<_> = found.all().map(|z| z.apex.to_string()).collect();
        assert_eq!(
            (apexes.join(" ").as_str(), found.gaps.as_slice()),
            ("acme.test mail.acme.test", &[Cause::Timeout][..])
        );
        assert_eq!(found.below[0].servers[0].addresses.len(), 1);
    }

    #[test]
    fn a_name_that_a_platform_lends_has_no_zone_to_judge() {
        let lent = look("acme.vercel.app", "acme.vercel.app. A 203.0.113.1").0;
        assert!(matches!(lent.into_inner(), Err(Missing::NotConfigured(_))));
        let own = look("acme.uk.com", &TWO.replace("acme.test", "acme.uk.com")).0;
        assert_eq!(own.into_inner().unwrap().apex.as_str(), "acme.uk.com");
    }
}
