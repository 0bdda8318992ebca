//! Which domains are of one organisation by DMARC (RFC 9989, section 4.10.2): a walk for each, all at
//! once.

use super::dmarc_walk::{Organisation, OrganisationWalk};
use super::facts::Visit;
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::DnsQuestion;

/// Finds the organisations of a From domain and of those that are to count for it.
#[derive(Clone, Debug)]
pub struct OrganisationsWalk {
    /// The domain in the From address.
    pub from: DomainName,
    /// The others. Without any nothing is asked.
    pub others: Vec<DomainName>,
}
/// The organisations, as far as the records tell them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisations {
    /// Each domain with its organisation. Empty where no record says anything of the From domain, so
    /// that DMARC does not apply to it.
    pub of: Vec<(DomainName, DomainName)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Organisations {
    /// Whether two domains are of one organisation. Where the records do not tell, the registrable
    /// domain decides, as it does for receivers on RFC 7489.
    #[must_use]
    pub fn are_one(&self, a: &DomainName, b: &DomainName) -> bool {
        match (self.known(a), self.known(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a.registrable() == b.registrable(),
        }
    }
    /// The organisation of a domain: what the walk found, else its registrable domain.
    #[must_use]
    pub fn organisation(&self, domain: &DomainName) -> DomainName {
        self.known(domain).cloned().unwrap_or_else(|| domain.registrable())
    }
    fn known(&self, domain: &DomainName) -> Option<&DomainName> {
        self.of.iter().find(|(d, _)| d == domain).map(|(_, organisation)| organisation)
    }
}
impl Inquiry for OrganisationsWalk {
    type Q = DnsQuestion;
    type Out = Observed<Organisations>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Organisations>> {
        let mut out = Organisations::default();
        if self.others.is_empty() {
            return Step::Done(Observed::known(out));
        }
        let (mut ask, mut walked) = (Vec::new(), Vec::<Organisation>::new());
        for domain in std::iter::once(&self.from).chain(&self.others) {
            match (OrganisationWalk { domain: domain.clone() }.step(seen)) {
                Step::Ask(more) => ask.extend(more),
                Step::Done(found) => match found.into_inner() {
                    Ok(organisation) => {
                        out.of.push((domain.clone(), organisation.domain.clone()));
                        walked.push(organisation);
                    }
                    Err(Missing::Unknown(cause)) => out.gaps.push(cause),
                    Err(Missing::NotConfigured(_)) => out.gaps.push(Cause::NotRecorded),
                },
            }
        }
        if !ask.is_empty() {
            ask.sort();
            ask.dedup();
            return Step::Ask(ask);
        }
        let is_from = out.of.first().is_some_and(|(d, _)| *d == self.from);
        let says = walked.first().is_some_and(|w| w.visits.iter().any(|v| Visit::record(v).is_some()));
        if !is_from || !says {
            out.of.clear();
        }
        Step::Done(Observed::known(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    fn one(from: &str, other: &str, zone: &str) -> (bool, usize, usize) {
        let name = |t: &str| DomainName::parse(t).unwrap();
        let walk = OrganisationsWalk { from: name(from), others: vec![name(other)] };
        let zone = Zone::parse(zone).unwrap();
        let (found, rounds, questions) = Step::play(&walk, |q| zone.answer(q));
        (found.into_inner().unwrap().are_one(&name(from), &name(other)), rounds, questions)
    }

    #[test]
    fn the_records_tell_else_the_registrable_domain() {
        for (from, other, zone, want) in [
            ("acme.test", "send.acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"", true),
            ("acme.test", "send.acme.test", "acme.test. TXT \"x\"", true),
            ("acme.test", "acme.example", "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"", false),
            // A name below that says it is an organisation of its own.
            (
                "shop.acme.test",
                "send.acme.test",
                "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.shop.acme.test. TXT \"v=DMARC1; p=none; psd=n\"",
                false,
            ),
            // The only record stands below the other.
            ("mail.acme.test", "acme.test", "_dmarc.mail.acme.test. TXT \"v=DMARC1; p=none\"", false),
            // What the Public Suffix List does not know.
            (
                "a.apps.test",
                "b.apps.test",
                "_dmarc.apps.test. TXT \"v=DMARC1; p=none; psd=y\"\n_dmarc.a.apps.test. TXT \"v=DMARC1; p=none\"",
                false,
            ),
            ("acme.test", "send.acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.test. SERVFAIL", true),
        ] {
            assert_eq!(one(from, other, zone).0, want, "{from} {other}\n{zone}");
        }
        let zone = "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"";
        assert_eq!(one("acme.test", "send.acme.test", zone), (true, 2, 3));
    }
}
