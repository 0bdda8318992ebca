//! The DMARC tree walk (RFC 9989, section 4.10): whose record applies to a From domain, and which
//! policy that gives.

use super::dmarc::{Psd, select};
use super::facts::{Dmarc, Force, Visit};
use super::spf;
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Found, RecordKind};

/// The most labels that are walked; longer names jump to this many.
const MOST_LABELS: usize = 7;

/// Finds the DMARC policy in force. The domain's own record settles it alone; only where there is
/// none are the names above asked, all in one round.
#[derive(Clone, Debug)]
pub struct DmarcWalk {
    /// The domain in the From address.
    pub domain: DomainName,
}
impl Inquiry for DmarcWalk {
    type Q = DnsQuestion;
    type Out = Observed<Dmarc>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Dmarc>> {
        let own = match read(seen, &question(&self.domain)) {
            None => return Step::Ask(vec![question(&self.domain)]),
            Some(Err(c)) => return Step::Done(Observed::unknown(c)),
            Some(Ok(answer)) => visit(&self.domain, answer),
        };
        if let Some(record) = own.record() {
            let force = in_force(&self.domain, record, record.own_policy(), "p");
            return Step::Done(self.done(vec![own], force, (false, Vec::new()), Vec::new()));
        }
        let above = names(&self.domain).split_off(1);
        let apex = DnsQuestion::new(self.domain.clone(), RecordKind::Txt);
        let beside = strays(&self.domain).map(|n| DnsQuestion::new(n, RecordKind::Txt));
        let wanted = above.iter().map(question).chain([apex.clone()]).chain(beside);
        let ask: Vec<_> = wanted.filter(|q| !seen.contains_key(q)).collect();
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        let (mut visits, mut gaps) = (vec![own], Vec::new());
        for name in &above {
            match read(seen, &question(name)) {
                Some(Ok(answer)) => visits.push(visit(name, answer)),
                Some(Err(c)) => gaps.push(c),
                None => {}
            }
            let psd = visits.last().and_then(Visit::record).map(|r| r.psd);
            if matches!(psd, Some(Psd::Yes | Psd::No)) {
                break;
            }
        }
        let mut stray = Vec::new();
        let (exists, silent) = match read(seen, &apex) {
            Some(Ok(answer)) => {
                stray.extend(select(answer.texts()).0.into_iter().map(|r| (self.domain.clone(), r)));
                (answer.found != Found::NxDomain, is_silent(answer))
            }
            Some(Err(c)) => {
                gaps.push(c);
                (true, false)
            }
            None => (true, false),
        };
        // What stands at these names is a hint and no more, so that it is no gap where one cannot be asked.
        for name in strays(&self.domain) {
            if let Some(Ok(answer)) = read(seen, &DnsQuestion::new(name.clone(), RecordKind::Txt)) {
                stray.extend(select(answer.texts()).0.into_iter().map(|r| (name.clone(), r)));
            }
        }
        let force = inherited(&visits, exists);
        Step::Done(self.done(visits, force, (silent, stray), gaps))
    }
}
impl DmarcWalk {
    fn done(
        &self,
        visits: Vec<Visit>,
        force: Force,
        (silent, stray): (bool, Vec<(DomainName, super::dmarc::Record)>),
        gaps: Vec<Cause>,
    ) -> Observed<Dmarc> {
        Observed::known(Dmarc { domain: self.domain.clone(), visits, force, silent, stray, gaps })
    }
}

fn question(of: &DomainName) -> DnsQuestion {
    DnsQuestion::new(record_name(of), RecordKind::Txt)
}

/// Where the record of a domain stands. A name too long to be put below `_dmarc.` can hold none, so
/// there the name itself is asked and nothing is found.
pub(crate) fn record_name(of: &DomainName) -> DomainName {
    of.child("_dmarc").unwrap_or_else(|| of.clone())
}

fn read<'a>(seen: &'a Answers<DnsQuestion>, question: &DnsQuestion) -> Option<Result<&'a DnsAnswer, Cause>> {
    Some(seen.get(question)?.get().map_err(|m| match m {
        Missing::Unknown(c) => c,
        Missing::NotConfigured(_) => Cause::NotRecorded,
    }))
}

fn visit(of: &DomainName, answer: &DnsAnswer) -> Visit {
    let (records, near_misses) = select(answer.texts());
    Visit { of: of.clone(), at: record_name(of), answer: answer.clone(), records, near_misses }
}

/// The names at which a record lands by mistake: without the underscore, and with the zone appended once
/// more by a panel.
fn strays(domain: &DomainName) -> impl Iterator<Item = DomainName> + use<> {
    let top = (*domain == domain.registrable()).then_some(domain);
    let names = [top.and_then(|d| d.child("dmarc")), top.and_then(|d| d.child(&format!("_dmarc.{d}")))];
    names.into_iter().flatten()
}

fn is_silent(answer: &DnsAnswer) -> bool {
    let (records, _) = spf::select(answer.texts());
    matches!(records.as_slice(), [only] if only.says_no_mail())
}

/// The names of a walk: the domain, then shorter and shorter ones. At most eight.
fn names(domain: &DomainName) -> Vec<DomainName> {
    let (mut names, mut here) = (vec![domain.clone()], domain.parent());
    while let Some(name) = here {
        here = name.parent();
        if name.labels().count() <= MOST_LABELS {
            names.push(name);
        }
    }
    names
}

/// What a receiver makes of it that still reads RFC 7489: the organisation is the registrable
/// domain by the Public Suffix List, `np`, `psd` and `t` are not known, and `pct` counts. The last
/// part is that share, where it is not all mail.
#[must_use]
pub fn older_view(dmarc: &Dmarc) -> (Force, Option<u8>) {
    let organisation = dmarc.domain.registrable();
    let at = |name: &DomainName| dmarc.visits.iter().find(|v| v.of == *name).and_then(Visit::record);
    let found = at(&dmarc.domain).map(|r| (&dmarc.domain, r));
    let Some((of, record)) = found.or_else(|| at(&organisation).map(|r| (&organisation, r))) else {
        return (Force::Nothing, None);
    };
    if !record.is_usable() {
        return (Force::Broken(of.clone()), None);
    }
    let inherited = record.sp.value().filter(|_| *of != dmarc.domain);
    let (policy, tag) = inherited.map_or((record.own_policy(), "p"), |p| (p, "sp"));
    let pct = record.pct.filter(|p| *p < 100);
    (Force::Policy { of: of.clone(), policy, tag, testing: false }, pct)
}

/// The organisation that a domain belongs to (RFC 9989, section 4.10.2), by a walk of its own: two
/// domains of one organisation align where alignment is relaxed.
#[derive(Clone, Debug)]
pub struct OrganisationWalk {
    /// The domain.
    pub domain: DomainName,
}
/// What the walk came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Organisation {
    /// The organisation's domain.
    pub domain: DomainName,
    /// The names that were asked, in the order of the walk: eight at most.
    pub visits: Vec<Visit>,
    /// How many questions it took.
    pub asked: usize,
}
impl Inquiry for OrganisationWalk {
    type Q = DnsQuestion;
    type Out = Observed<Organisation>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Organisation>> {
        let (mut visits, mut asked) = (Vec::new(), 0);
        // The domain's own record may end the walk; the names above are asked in one round.
        let all = names(&self.domain);
        for round in [&all[..1], &all[1..]] {
            let ask: Vec<_> = round.iter().map(question).filter(|q| !seen.contains_key(q)).collect();
            if !ask.is_empty() {
                return Step::Ask(ask);
            }
            asked += round.len();
            for name in round {
                match read(seen, &question(name)) {
                    Some(Ok(answer)) => visits.push(visit(name, answer)),
                    // A record that was not seen might be another organisation's top.
                    Some(Err(c)) => return Step::Done(Observed::unknown(c)),
                    None => {}
                }
                if visits.last().and_then(Visit::record).is_some_and(|r| r.psd != Psd::Unsaid) {
                    let domain = organisation(&self.domain, &visits);
                    return Step::Done(Observed::known(Organisation { domain, visits, asked }));
                }
            }
        }
        let domain = organisation(&self.domain, &visits);
        Step::Done(Observed::known(Organisation { domain, visits, asked }))
    }
}

fn organisation(start: &DomainName, visits: &[Visit]) -> DomainName {
    let with_record = || visits.iter().filter_map(|v| Some((v, v.record()?)));
    if let Some((v, _)) = with_record().find(|(_, r)| r.psd == Psd::No) {
        return v.of.clone();
    }
    // One label below a public suffix, on the way from the start.
    if let Some((suffix, _)) = with_record().find(|(v, r)| r.psd == Psd::Yes && v.of != *start) {
        let mut here = start.clone();
        while let Some(above) = here.parent() {
            if above == suffix.of {
                return here;
            }
            here = above;
        }
    }
    with_record().next_back().map_or_else(|| start.clone(), |(v, _)| v.of.clone())
}

/// The policy that a domain without a record of its own gets from above.
fn inherited(visits: &[Visit], exists: bool) -> Force {
    let with_record = || visits.iter().filter_map(|v| Some((v, v.record()?)));
    let top = with_record().find(|(_, r)| r.psd == Psd::No).or_else(|| {
        let suffix = with_record().find(|(_, r)| r.psd == Psd::Yes).map(|(v, _)| &v.of);
        // One label below a public suffix is the organisation; its record, else the suffix's own.
        let organisation = suffix.and_then(|s| visits.iter().find(|v| v.of.parent().as_ref() == Some(s)));
        organisation
            .and_then(|v| Some((v, v.record()?)))
            .or_else(|| suffix.and_then(|s| with_record().find(|(v, _)| v.of == *s)))
            .or_else(|| with_record().next_back())
    });
    match top {
        None => Force::Nothing,
        Some((v, record)) => {
            let (policy, tag) = record.policy_below(exists);
            in_force(&v.of, record, policy, tag)
        }
    }
}

fn in_force(of: &DomainName, record: &super::dmarc::Record, policy: super::dmarc::Policy, tag: &'static str) -> Force {
    if !record.is_usable() {
        return Force::Broken(of.clone());
    }
    let milder = if record.testing { policy.milder() } else { policy };
    Force::Policy { of: of.clone(), policy: milder, tag, testing: milder != policy }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::{dmarc::Policy, example::Zone};

    fn walk(domain: &str, zone: &str) -> (Observed<Dmarc>, usize, usize) {
        let zone = Zone::parse(zone).unwrap();
        Step::play(&DmarcWalk { domain: DomainName::parse(domain).unwrap() }, |q| zone.answer(q))
    }
    fn force(domain: &str, zone: &str) -> String {
        match walk(domain, zone).0.into_inner().unwrap().force {
            Force::Nothing => "nothing".into(),
            Force::Broken(of) => format!("broken at {of}"),
            Force::Policy { of, policy, tag, testing } => {
                format!("{} by {tag} of {of}{}", policy.word(), if testing { ", testing" } else { "" })
            }
        }
    }

    #[test]
    fn the_own_record_settles_it_in_one_question() {
        let (dmarc, rounds, questions) = walk("acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=reject\"");
        let want = Force::Policy {
            of: DomainName::parse("acme.test").unwrap(),
            policy: Policy::Reject,
            tag: "p",
            testing: false,
        };
        assert_eq!((dmarc.into_inner().unwrap().force, rounds, questions), (want, 1, 1));
    }

    #[test]
    fn whose_record_applies() {
        for (domain, zone, want) in [
            ("acme.test", "acme.test. TXT \"x\"", "nothing"),
            // Inherited: sp where the name exists, np where it does not.
            (
                "m.acme.test",
                "_dmarc.acme.test. TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\nm.acme.test. A 192.0.2.1",
                "quarantine by sp of acme.test",
            ),
            ("m.acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=reject; np=none\"", "none by np of acme.test"),
            ("m.acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=reject\"", "reject by p of acme.test"),
            // The shortest name with a record is the organisation.
            (
                "a.b.acme.test",
                "_dmarc.b.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.acme.test. TXT \"v=DMARC1; p=reject\"",
                "reject by p of acme.test",
            ),
            // psd=n stops the walk below it.
            (
                "a.b.acme.test",
                "_dmarc.b.acme.test. TXT \"v=DMARC1; p=none; psd=n\"\n_dmarc.acme.test. TXT \"v=DMARC1; p=reject\"",
                "none by p of b.acme.test",
            ),
            // A public suffix's record: the organisation one label below has none of its own.
            (
                "a.acme.test",
                "_dmarc.test. TXT \"v=DMARC1; p=reject; psd=y; np=quarantine\"",
                "quarantine by np of test",
            ),
            // Two records at one name count as none.
            (
                "m.acme.test",
                "_dmarc.m.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.m.acme.test. TXT \"v=DMARC1; p=reject\"
                 _dmarc.acme.test. TXT \"v=DMARC1; p=quarantine\"",
                "quarantine by p of acme.test",
            ),
            ("acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=reject; t=y\"", "quarantine by p of acme.test, testing"),
            ("acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=x\"", "broken at acme.test"),
            ("acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=x; rua=mailto:d@acme.test\"", "none by p of acme.test"),
        ] {
            assert_eq!(force(domain, zone), want, "{domain}\n{zone}");
        }
    }

    #[test]
    fn which_organisation_a_domain_belongs_to() {
        for (domain, zone, want, asked) in [
            ("a.acme.test", "x.test. A 192.0.2.1", "a.acme.test", 3),
            ("a.acme.test", "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"", "acme.test", 3),
            (
                "a.b.acme.test",
                "_dmarc.b.acme.test. TXT \"v=DMARC1; p=none; psd=n\"\n_dmarc.acme.test. TXT \"v=DMARC1; p=none\"",
                "b.acme.test",
                4,
            ),
            ("a.acme.test", "_dmarc.a.acme.test. TXT \"v=DMARC1; p=none; psd=n\"", "a.acme.test", 1),
            ("a.acme.test", "_dmarc.test. TXT \"v=DMARC1; p=reject; psd=y\"", "acme.test", 3),
            ("test", "_dmarc.test. TXT \"v=DMARC1; p=reject; psd=y\"", "test", 1),
            // The walk jumps over names; the organisation is still one label below.
            ("a.b.c.d.e.f.g.h.co.test", "_dmarc.co.test. TXT \"v=DMARC1; p=none; psd=y\"", "h.co.test", 8),
            // Two records at one name are none.
            (
                "a.acme.test",
                "_dmarc.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.acme.test. TXT \"v=DMARC1; p=none\"\n_dmarc.a.acme.test. TXT \"v=DMARC1; p=none\"",
                "a.acme.test",
                3,
            ),
        ] {
            let zone_ = Zone::parse(zone).unwrap();
            let walk = OrganisationWalk { domain: DomainName::parse(domain).unwrap() };
            let (out, ..) = Step::play(&walk, |q| zone_.answer(q));
            let out = out.into_inner().unwrap();
            assert_eq!((out.domain.as_str(), out.asked), (want, asked), "{domain}\n{zone}");
        }
        let zone = Zone::parse("_dmarc.test. SERVFAIL").unwrap();
        let walk = OrganisationWalk { domain: DomainName::parse("acme.test").unwrap() };
        assert_eq!(Step::play(&walk, |q| zone.answer(q)).0, Observed::unknown(Cause::Servfail));
    }

    #[test]
    fn the_older_standard_reads_it_otherwise() {
        let view = |domain: &str, zone: &str| match older_view(&walk(domain, zone).0.into_inner().unwrap()) {
            (Force::Policy { policy, tag, .. }, pct) => format!("{} by {tag} {pct:?}", policy.word()),
            (other, _) => format!("{other:?}"),
        };
        for (domain, zone, want) in [
            ("acme.com", "_dmarc.acme.com. TXT \"v=DMARC1; p=reject; t=y; pct=20\"", "reject by p Some(20)"),
            ("m.acme.com", "_dmarc.acme.com. TXT \"v=DMARC1; p=reject; sp=none; np=reject\"", "none by sp None"),
            ("m.acme.com", "_dmarc.com. TXT \"v=DMARC1; p=reject; psd=y\"", "Nothing"),
        ] {
            assert_eq!(view(domain, zone), want, "{zone}");
        }
    }

    #[test]
    fn at_most_eight_names() {
        let long = DomainName::parse("a.b.c.d.e.f.g.h.i.acme.test").unwrap();
        let names: Vec<_> = names(&long).iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), 8);
        assert_eq!((names[1].as_str(), names[7].as_str()), ("e.f.g.h.i.acme.test".split_at(0).1, "test"));
        let (_, rounds, questions) = walk(long.as_str(), "acme.test. TXT \"x\"");
        assert_eq!((rounds, questions), (2, 9));
    }

    #[test]
    fn ignorance_is_a_gap_or_unknown() {
        assert_eq!(walk("acme.test", "_dmarc.acme.test. SERVFAIL").0, Observed::unknown(Cause::Servfail));
        let above = walk("m.acme.test", "_dmarc.acme.test. TIMEOUT").0.into_inner().unwrap();
        assert_eq!((above.force, above.gaps), (Force::Nothing, vec![Cause::Timeout]));
    }

    #[test]
    fn a_domain_that_says_it_sends_nothing() {
        assert!(walk("acme.test", "acme.test. TXT \"v=spf1 -all\"").0.into_inner().unwrap().silent);
    }
}
