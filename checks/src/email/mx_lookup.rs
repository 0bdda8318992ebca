//! Where mail to a domain goes: its MX records, or its own address where it has none.

use super::facts::Mx;
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Record, RecordKind};

/// Asks for MX, and for addresses only where there is no MX.
#[derive(Clone, Debug)]
pub struct MxLookup {
    /// The domain.
    pub domain: DomainName,
}
impl Inquiry for MxLookup {
    type Q = DnsQuestion;
    type Out = Observed<Mx>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Mx>> {
        let question = |kind| DnsQuestion::new(self.domain.clone(), kind);
        let Some(mx) = seen.get(&question(RecordKind::Mx)) else {
            return Step::Ask(vec![question(RecordKind::Mx)]);
        };
        let answer = match mx.get() {
            Ok(a) => a,
            Err(m) => return Step::Done(m.into()),
        };
        let mut hosts: Vec<_> = answer.all().iter().filter_map(host).collect();
        hosts.sort();
        let mut implicit = false;
        if hosts.is_empty() {
            let kinds = [RecordKind::A, RecordKind::Aaaa];
            let ask: Vec<_> = kinds.map(question).into_iter().filter(|q| !seen.contains_key(q)).collect();
            if !ask.is_empty() {
                return Step::Ask(ask);
            }
            match has_address(seen, kinds.map(question)) {
                Ok(has) => implicit = has,
                Err(m) => return Step::Done(m.into()),
            }
        }
        let null = !hosts.is_empty() && hosts.iter().all(|(_, h)| h == ".");
        let (domain, answer) = (self.domain.clone(), answer.clone());
        Step::Done(Observed::known(Mx { domain, answer, hosts, null, implicit }))
    }
}

fn host(record: &Record) -> Option<(u16, String)> {
    match record {
        Record::Mx { preference, exchange } if exchange.is_empty() => Some((*preference, ".".to_owned())),
        Record::Mx { preference, exchange } => Some((*preference, exchange.clone())),
        _ => None,
    }
}

/// Whether one of the questions found an address. One address is enough; without any, both answers
/// must be known.
fn has_address(seen: &Answers<DnsQuestion>, questions: [DnsQuestion; 2]) -> Result<bool, Missing> {
    let mut missing = None;
    for question in questions {
        match seen.get(&question).map(Observed::get) {
            Some(Ok(answer)) if DnsAnswer::addresses(answer).next().is_some() => return Ok(true),
            Some(Ok(_)) => {}
            Some(Err(m)) => missing = Some(m),
            None => missing = Some(Missing::Unknown(Cause::NotRecorded)),
        }
    }
    missing.map_or(Ok(false), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    fn look(zone: &str) -> (Observed<Mx>, usize, usize) {
        let zone = Zone::parse(zone).unwrap();
        Step::play(&MxLookup { domain: DomainName::parse("acme.test").unwrap() }, |q| zone.answer(q))
    }

    #[test]
    fn hosts_null_and_implicit() {
        for (zone, hosts, null, implicit, questions) in [
            ("acme.test. MX 20 b.test.\nacme.test. MX 10 a.test.", 2, false, false, 1),
            ("acme.test. MX 0 .", 1, true, false, 1),
            ("acme.test. A 203.0.113.1", 0, false, true, 3),
            ("acme.test. TXT \"x\"", 0, false, false, 3),
        ] {
            let (mx, _, asked) = look(zone);
            let mx = mx.into_inner().unwrap();
            assert_eq!((mx.hosts.len(), mx.null, mx.implicit, asked), (hosts, null, implicit, questions), "{zone}");
        }
    }

    #[test]
    fn ignorance_is_unknown_and_one_address_is_enough() {
        assert_eq!(look("acme.test. MX SERVFAIL").0, Observed::unknown(Cause::Servfail));
        assert_eq!(look("acme.test. A TIMEOUT").0, Observed::unknown(Cause::Timeout));
        assert!(look("acme.test. AAAA TIMEOUT\nacme.test. A 203.0.113.1").0.into_inner().unwrap().implicit);
    }
}
