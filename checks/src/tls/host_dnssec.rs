//! Whether the signatures hold of every zone that a host's name goes through: authorities validate
//! them all, from the root down.

use crate::dns::facts::{Dnssec, DnssecState};
use crate::vocab::{DomainName, Gaps, Missing, Observed};

/// What the zones on the way to a host come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostDnssec {
    /// The zone that counts: the first that is broken, else the registered domain's.
    pub zone: Dnssec,
}
impl Gaps for HostDnssec {}

/// The names at which a zone may begin, from the registered domain to the host.
#[must_use]
pub fn zones(host: &DomainName) -> Vec<DomainName> {
    let top = host.registrable();
    let mut out: Vec<DomainName> =
        std::iter::successors(Some(host.clone()), DomainName::parent).take_while(|n| n.is_within(&top)).collect();
    out.reverse();
    out
}

/// What the zones come to, the registered domain's first. A broken one decides; what is not known of
/// one leaves the others' soundness worth nothing.
#[must_use]
pub fn judged(zones: Vec<Observed<Dnssec>>) -> Observed<HostDnssec> {
    let mut first = None;
    let mut unknown = None;
    for zone in zones {
        match zone.into_inner() {
            Ok(zone) if matches!(zone.state, DnssecState::Broken(_)) => return Observed::known(HostDnssec { zone }),
            Ok(zone) => first = first.or(Some(zone)),
            Err(missing) => unknown = unknown.or(Some(missing)),
        }
    }
    match (unknown, first) {
        (Some(missing), _) => missing.into(),
        (None, Some(zone)) => Observed::known(HostDnssec { zone }),
        (None, None) => Missing::NotConfigured("an address has no zone").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Cause;

    fn zone(state: DnssecState) -> Observed<Dnssec> {
        Observed::known(Dnssec { apex: DomainName::parse("acme.test").unwrap(), tags: Vec::new(), state })
    }

    #[test]
    fn every_zone_on_the_way_counts() {
        let name = |s| DomainName::parse(s).unwrap();
        assert_eq!(zones(&name("a.b.acme.test")), [name("acme.test"), name("b.acme.test"), name("a.b.acme.test")]);
        let broken = || zone(DnssecState::Broken("why".into()));
        let state = |zones| judged(zones).into_inner().map(|z| z.zone.state);
        assert_eq!(state(vec![zone(DnssecState::Off), broken()]), Ok(DnssecState::Broken("why".into())));
        assert_eq!(state(vec![Observed::unknown(Cause::Timeout), broken()]), Ok(DnssecState::Broken("why".into())));
        assert_eq!(state(vec![zone(DnssecState::Off), zone(DnssecState::Off)]), Ok(DnssecState::Off));
        assert_eq!(
            state(vec![zone(DnssecState::Off), Observed::unknown(Cause::Timeout)]),
            Err(Missing::Unknown(Cause::Timeout))
        );
    }
}
