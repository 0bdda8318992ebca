//! What DMARC would say of a mail: whose policy applies, which identifiers align with the From
//! domain, and whether that is enough (RFC 9989, sections 4.10 and 5).

use super::dmarc_walk::{DmarcWalk, Organisation, OrganisationWalk};
use super::facts::{Dmarc, Force};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::DnsQuestion;

/// A mail as a receiver sees it: the From domain and what SPF and DKIM said.
#[derive(Clone, Debug)]
pub struct DmarcCheck {
    /// The domain in the From address.
    pub domain: DomainName,
    /// The domain that SPF was judged for, and whether it passed.
    pub spf: Vec<(DomainName, bool)>,
    /// The domains of DKIM signatures (`d=`), and whether each passed.
    pub dkim: Vec<(DomainName, bool)>,
}
/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DmarcChecked {
    /// Whose policy applies.
    pub dmarc: Dmarc,
    /// The organisation of the From domain.
    pub organisation: DomainName,
    /// How many names the walk of the From domain asked.
    pub queries: usize,
    /// Whether SPF passed for a domain that aligns; `None` where nothing was given, or where it
    /// could not be found out.
    pub spf_aligned: Option<bool>,
    /// The same of DKIM.
    pub dkim_aligned: Option<bool>,
    /// Whether DMARC passes; `None` where no record applies, nothing was given, or it could not be
    /// found out.
    pub passes: Option<bool>,
    /// Why something could not be found out.
    pub gaps: Vec<Cause>,
}

impl Inquiry for DmarcCheck {
    type Q = DnsQuestion;
    type Out = Observed<DmarcChecked>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<DmarcChecked>> {
        let mut ask = Vec::new();
        let mut organisation = |domain: &DomainName| match (OrganisationWalk { domain: domain.clone() }.step(seen)) {
            Step::Ask(more) => {
                ask.extend(more);
                None
            }
            Step::Done(out) => Some(out.into_inner()),
        };
        let own = organisation(&self.domain);
        // A walk for each identifier, but for those that are the From domain or of no help.
        let wanted = |(domain, passed): &&(DomainName, bool)| *passed && *domain != self.domain;
        let others: Vec<_> =
            self.spf.iter().chain(&self.dkim).filter(wanted).map(|(d, _)| (d, organisation(d))).collect();
        let policy = match (DmarcWalk { domain: self.domain.clone() }.step(seen)) {
            Step::Ask(more) => {
                ask.extend(more);
                None
            }
            Step::Done(out) => Some(out.into_inner()),
        };
        ask.sort();
        ask.dedup();
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        let (Some(own), Some(policy)) = (own, policy) else {
            return Step::Done(Observed::unknown(Cause::NotRecorded));
        };
        Step::Done(match policy {
            Ok(dmarc) => Observed::known(self.judged(dmarc, own, &others)),
            Err(missing) => missing.into(),
        })
    }
}

type Walked = Result<Organisation, Missing>;

impl DmarcCheck {
    fn judged(&self, dmarc: Dmarc, own: Walked, others: &[(&DomainName, Option<Walked>)]) -> DmarcChecked {
        let mut gaps = dmarc.gaps.clone();
        let strict = dmarc.applying().map_or((false, false), |(_, r)| (r.strict_spf, r.strict_dkim));
        let mut aligned = |given: &[(DomainName, bool)], strict: bool| -> Option<bool> {
            if given.is_empty() {
                return None;
            }
            let mut unknown = None;
            for (domain, _) in given.iter().filter(|(_, passed)| *passed) {
                if *domain == self.domain {
                    return Some(true);
                }
                if strict {
                    continue;
                }
                let theirs = others.iter().find(|(d, _)| *d == domain).and_then(|(_, w)| w.as_ref());
                match (&own, theirs) {
                    (Ok(a), Some(Ok(b))) if a.domain == b.domain => return Some(true),
                    (Ok(_), Some(Ok(_))) => {}
                    (Err(Missing::Unknown(c)), _) | (_, Some(Err(Missing::Unknown(c)))) => unknown = Some(c.clone()),
                    _ => unknown = Some(Cause::NotRecorded),
                }
            }
            let known = unknown.is_none();
            gaps.extend(unknown);
            known.then_some(false)
        };
        let spf_aligned = aligned(&self.spf, strict.0);
        let dkim_aligned = aligned(&self.dkim, strict.1);
        let given = !self.spf.is_empty() || !self.dkim.is_empty();
        let unknown =
            (spf_aligned.is_none() && !self.spf.is_empty()) || (dkim_aligned.is_none() && !self.dkim.is_empty());
        let passes = match (spf_aligned, dkim_aligned) {
            _ if !given || dmarc.force == Force::Nothing => None,
            (Some(true), _) | (_, Some(true)) => Some(true),
            _ if unknown => None,
            _ => Some(false),
        };
        let (organisation, queries) = match own {
            Ok(o) => (o.domain, o.asked),
            Err(missing) => {
                if let Missing::Unknown(c) = missing {
                    gaps.push(c);
                }
                (self.domain.clone(), 0)
            }
        };
        gaps.sort();
        gaps.dedup();
        DmarcChecked { dmarc, organisation, queries, spf_aligned, dkim_aligned, passes, gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    fn check(zone: &str, from: &str, spf: &[(&str, bool)], dkim: &[(&str, bool)]) -> DmarcChecked {
        let zone = Zone::parse(zone).unwrap();
        let name = |d: &str| DomainName::parse(d).unwrap();
        let list = |all: &[(&str, bool)]| all.iter().map(|(d, p)| (name(d), *p)).collect();
        let check = DmarcCheck { domain: name(from), spf: list(spf), dkim: list(dkim) };
        Step::play(&check, |q| zone.answer(q)).0.into_inner().unwrap()
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table of cases, read in one place")]
    fn alignment_and_result() {
        let zone =
            "_dmarc.acme.test. TXT \"v=DMARC1; p=reject; adkim=s\"\nacme.test. A 192.0.2.1\nm.acme.test. A 192.0.2.1";
        let cases: [(&str, &[(&str, bool)], &[(&str, bool)], _); 8] = [
            ("acme.test", &[], &[], (None, None, None)),
            ("acme.test", &[("acme.test", true)], &[], (Some(true), None, Some(true))),
            ("acme.test", &[("send.acme.test", true)], &[], (Some(true), None, Some(true))),
            ("acme.test", &[("acme.test", false)], &[], (Some(false), None, Some(false))),
            ("acme.test", &[("esp.example", true)], &[("acme.test", true)], (Some(false), Some(true), Some(true))),
            ("acme.test", &[], &[("send.acme.test", true)], (None, Some(false), Some(false))),
            ("m.acme.test", &[("acme.test", true)], &[("m.acme.test", true)], (Some(true), Some(true), Some(true))),
            ("acme.test", &[], &[("esp.example", true), ("acme.test", true)], (None, Some(true), Some(true))),
        ];
        for (from, spf, dkim, want) in cases {
            let out = check(zone, from, spf, dkim);
            assert_eq!((out.spf_aligned, out.dkim_aligned, out.passes), want, "{from} {spf:?} {dkim:?}");
            assert_eq!(out.organisation.as_str(), "acme.test");
        }
    }

    #[test]
    fn no_record_is_no_result_and_silence_is_a_gap() {
        let out = check("acme.test. A 192.0.2.1", "acme.test", &[("acme.test", true)], &[]);
        assert_eq!((out.passes, out.queries), (None, 2));
        let zone = "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.esp.example. TIMEOUT";
        let out = check(zone, "acme.test", &[("esp.example", true)], &[]);
        assert_eq!((out.spf_aligned, out.passes, out.gaps), (None, None, vec![Cause::Timeout]));
    }
}
