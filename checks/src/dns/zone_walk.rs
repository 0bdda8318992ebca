//! From a domain to its zone: the nearest name with NS records, and the addresses of the servers
//! that they name.

use super::facts::{Server, Zone};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Record, RecordKind};
use std::collections::BTreeSet;

/// The most servers that are looked at: no zone of a product has more.
const MOST_SERVERS: usize = 13;

/// Looks for the zone of a domain.
#[derive(Clone, Debug)]
pub struct ZoneWalk {
    /// The domain.
    pub domain: DomainName,
}
impl ZoneWalk {
    /// The domain and the names above it, the deepest first, down to the registrable one.
    fn candidates(&self) -> Vec<DomainName> {
        let top = self.domain.registrable();
        let mut out = vec![self.domain.clone()];
        while let Some(last) = out.last().filter(|n| **n != top).and_then(DomainName::parent) {
            out.push(last);
        }
        out
    }
}
impl Inquiry for ZoneWalk {
    type Q = DnsQuestion;
    type Out = Observed<Zone>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Zone>> {
        let candidates = self.candidates();
        let ask: Vec<_> = candidates.iter().map(|n| DnsQuestion::new(n.clone(), RecordKind::Ns)).collect();
        let missing: Vec<_> = ask.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !missing.is_empty() {
            return Step::Ask(missing);
        }
        for question in ask {
            let answer = match seen.get(&question).map(Observed::get) {
                Some(Ok(answer)) => answer,
                Some(Err(missing)) => return Step::Done(missing.into()),
                None => return Step::Done(Observed::unknown(Cause::NotRecorded)),
            };
            // Behind an alias stand the servers of another zone.
            if answer.aliases.is_empty() && !answer.all().is_empty() {
                return self.servers(question.name, answer, seen);
            }
        }
        // The domain is not delegated to anybody; that its hosts cannot be reached is said elsewhere.
        Step::Done(Observed::unknown(Cause::NoRoute))
    }
}
impl ZoneWalk {
    fn servers(
        &self,
        apex: DomainName,
        answer: &DnsAnswer,
        seen: &Answers<DnsQuestion>,
    ) -> Step<DnsQuestion, Observed<Zone>> {
        let names: BTreeSet<&str> = answer
            .all()
            .iter()
            .filter_map(|r| match r {
                Record::Ns(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let (mut ask, mut servers, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
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
                Err(question) => ask.push(question),
            }
        }
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        Step::Done(Observed::known(Zone { domain: self.domain.clone(), apex, answer: answer.clone(), servers, gaps }))
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
        Step::play(&ZoneWalk { domain: DomainName::parse(domain).unwrap() }, |q| zone.answer(q))
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
}
