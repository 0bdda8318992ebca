//! Where DMARC reports go: whether another organisation agreed to take them (RFC 9990, section 4),
//! and whether mail can be delivered there at all.

use super::dmarc;
use super::facts::{Destination, DmarcReports};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Record, RecordKind};

/// A record with more addresses than this is not followed further.
const MOST: usize = 10;

/// Asks about the destinations of one record.
#[derive(Clone, Debug)]
pub struct ReportLookup {
    /// The domain that the record stands at.
    pub of: DomainName,
    /// Its `rua` addresses, as `mailto:` URIs.
    pub rua: Vec<String>,
}
impl ReportLookup {
    /// The addresses, the first of each domain.
    fn destinations(&self) -> Vec<(DomainName, &str)> {
        let mut out = Vec::<(DomainName, &str)>::new();
        for address in self.rua.iter().filter_map(|uri| uri.strip_prefix("mailto:")) {
            let domain = address.rsplit_once('@').and_then(|(_, d)| DomainName::parse(d).ok());
            if let Some(domain) = domain.filter(|d| out.iter().all(|(known, _)| known != d)) {
                out.push((domain, address));
            }
        }
        out.truncate(MOST);
        out
    }
    /// Where the other organisation agrees. Whether it is another one is told by the Public Suffix
    /// List: a walk for each address would be eight questions for the same answer.
    fn consent_at(&self, destination: &DomainName) -> Option<DomainName> {
        if destination.registrable() == self.of.registrable() {
            return None;
        }
        DomainName::octets(&format!("{}._report._dmarc.{destination}", self.of)).ok()
    }
}
impl Inquiry for ReportLookup {
    type Q = DnsQuestion;
    type Out = Observed<DmarcReports>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<DmarcReports>> {
        let (mut ask, mut gaps, mut destinations) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = |name: &DomainName, kind| {
            let question = DnsQuestion::new(name.clone(), kind);
            match seen.get(&question).map(Observed::get) {
                Some(Ok(answer)) => return Some(answer),
                Some(Err(Missing::Unknown(c))) => gaps.push(c),
                Some(Err(Missing::NotConfigured(_))) => gaps.push(Cause::NotRecorded),
                None => ask.push(question),
            }
            None
        };
        for (domain, address) in self.destinations() {
            let consent_at = self.consent_at(&domain);
            let consent = consent_at.as_ref().map(|at| read(at, RecordKind::Txt));
            let agrees = consent.map_or(Some(true), |answer| Some(!dmarc::select(answer?.texts()).0.is_empty()));
            let mx = read(&domain, RecordKind::Mx);
            let takes_mail = match mx {
                None => None,
                Some(mx) if mx.all().is_empty() => {
                    // Without an MX record mail goes to the address of the name itself.
                    let addresses = [RecordKind::A, RecordKind::Aaaa].map(|kind| read(&domain, kind));
                    match addresses {
                        [Some(a), _] if !a.all().is_empty() => Some(true),
                        [_, Some(a)] if !a.all().is_empty() => Some(true),
                        [Some(_), Some(_)] => Some(false),
                        _ => None,
                    }
                }
                Some(mx) => Some(!is_null(mx)),
            };
            let seen = mx.cloned().unwrap_or_else(DnsAnswer::nodata);
            let address = address.into();
            destinations.push(Destination { domain, address, consent_at, agrees, takes_mail, seen });
        }
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        Step::Done(Observed::known(DmarcReports { of: self.of.clone(), destinations, gaps }))
    }
}

fn is_null(mx: &DnsAnswer) -> bool {
    mx.all().iter().all(|r| matches!(r, Record::Mx { exchange, .. } if exchange == "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    #[test]
    fn who_takes_reports_and_who_agreed() {
        let zone = Zone::parse(
            "acme.test. MX 10 mx.acme.test.
             yes.example. MX 10 mx.yes.example.
             acme.test._report._dmarc.yes.example. TXT \"v=DMARC1\"
             no.example. A 192.0.2.1
             null.example. MX 0 .
             slow.example. TIMEOUT",
        )
        .unwrap();
        let rua =
            ["a@acme.test", "b@in.acme.test", "c@yes.example", "d@no.example", "e@null.example", "f@slow.example"];
        let of = DomainName::parse("acme.test").unwrap();
        let lookup = ReportLookup { of, rua: rua.iter().map(|a| format!("mailto:{a}")).collect() };
        let (out, rounds, _) = Step::play(&lookup, |q| zone.answer(q));
        let out = out.into_inner().unwrap();
        let told: Vec<_> = out.destinations.iter().map(|d| (d.agrees, d.takes_mail)).collect();
        let want = [
            (Some(true), Some(true)),
            (Some(true), Some(false)),
            (Some(true), Some(true)),
            (Some(false), Some(true)),
            (Some(false), Some(false)),
            (Some(false), None),
        ];
        assert_eq!((told.as_slice(), rounds, out.gaps), (&want[..], 2, vec![Cause::Timeout]));
    }
}
