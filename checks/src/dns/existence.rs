//! Whether the audited domains exist in the DNS at all, and what cannot be judged where they do not.

use crate::facts::FactKind;
use crate::vocab::{
    Answers, Cause, DomainName, Fault, Gaps, Inquiry, Missing, Observed, Rule, Step, TargetId, TargetKind, Targets,
    Verdict,
};
use crate::wire::{DnsAnswer, DnsQuestion, Found, RecordKind};

/// Which of the names do not exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Existence {
    /// The registrable domain.
    pub apex: DomainName,
    /// Those that do not: the domain itself, else the names below it that mail is sent from.
    pub missing: Vec<DomainName>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Existence {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Asks whether a domain exists, and names below it. That a name does not is only believed where
/// several questions come to it: a few name servers say NXDOMAIN of a name that only others stand below.
#[derive(Clone, Debug)]
pub struct ExistenceWalk {
    /// The registrable domain.
    pub apex: DomainName,
    /// The names below it.
    pub below: Vec<DomainName>,
}
impl ExistenceWalk {
    /// What settles it where the first question came to NXDOMAIN.
    fn closer(name: &DomainName) -> Vec<DnsQuestion> {
        let here = [RecordKind::A, RecordKind::Cname, RecordKind::Mx, RecordKind::Txt];
        let mut all: Vec<_> = here.into_iter().map(|kind| DnsQuestion::new(name.clone(), kind)).collect();
        let below = ["www", "_dmarc"].into_iter().filter_map(|label| name.child(label));
        all.extend(below.map(|n| DnsQuestion::new(n, RecordKind::Txt)));
        all
    }
    fn first(&self, name: &DomainName) -> DnsQuestion {
        let kind = if *name == self.apex { RecordKind::Ns } else { RecordKind::Txt };
        DnsQuestion::new(name.clone(), kind)
    }
}

/// What the answers to some questions come to.
enum Said {
    Exists,
    Missing,
    Unknown(Cause),
    Ask(Vec<DnsQuestion>),
}
fn said(questions: Vec<DnsQuestion>, seen: &Answers<DnsQuestion>) -> Said {
    let open: Vec<_> = questions.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
    if !open.is_empty() {
        return Said::Ask(open);
    }
    let mut unknown = None;
    for answer in questions.iter().filter_map(|q| seen.get(q)) {
        match answer.get() {
            Ok(DnsAnswer { found: Found::NxDomain, aliases, .. }) if aliases.is_empty() => {}
            Ok(_) => return Said::Exists,
            Err(Missing::Unknown(cause)) => unknown = Some(cause),
            Err(Missing::NotConfigured(_)) => unknown = Some(Cause::NotRecorded),
        }
    }
    unknown.map_or(Said::Missing, Said::Unknown)
}

impl Inquiry for ExistenceWalk {
    type Q = DnsQuestion;
    type Out = Observed<Existence>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Existence>> {
        let (mut ask, mut missing, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
        for name in std::iter::once(&self.apex).chain(&self.below) {
            let mut state = said(vec![self.first(name)], seen);
            if matches!(state, Said::Missing) {
                state = said(Self::closer(name), seen);
            }
            match state {
                Said::Exists => {}
                Said::Missing => missing.push(name.clone()),
                Said::Unknown(cause) => gaps.push(cause),
                Said::Ask(more) => ask.extend(more),
            }
        }
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        // Below a domain that does not exist there is nothing; that is said once.
        if missing.contains(&self.apex) {
            (missing, gaps) = (vec![self.apex.clone()], Vec::new());
        }
        Step::Done(Observed::known(Existence { apex: self.apex.clone(), missing, gaps }))
    }
}

/// Where a rule about the zone is front of others: at its target for all that it hides, as a name.
#[must_use]
pub fn is_front(rule: &Rule) -> bool {
    matches!(rule.id.as_ref(), "dns.domain-missing" | "dns.dnssec-broken" | "email.sender-sandboxed")
}

/// What a rule came to that may stand behind a fault of the zone.
#[derive(Clone, Copy, Debug)]
pub enum Came<'a> {
    /// A verdict.
    Judged(&'a Verdict),
    /// Unknown, for these causes.
    Unknown(&'a [Cause]),
}

/// A fault of the zone, and the zone.
#[derive(Clone, Copy, Debug)]
pub struct Front<'a> {
    /// The rule that found it.
    pub rule: &'a Rule,
    /// The zone.
    pub zone: &'a TargetId,
    /// The fault.
    pub fault: &'a Fault,
}
impl Front<'_> {
    /// Whether the fault explains what a rule came to at a target, so that it is not told apart.
    #[must_use]
    pub fn explains(&self, rule: &Rule, at: &TargetId, came: Came<'_>, targets: &Targets) -> bool {
        if rule.id == self.rule.id && at == self.zone {
            return false;
        }
        match self.rule.id.as_ref() {
            // A resolver that validates answers SERVFAIL to everything of the zone.
            "dns.dnssec-broken" => {
                let all = |causes: &[Cause]| !causes.is_empty() && causes.iter().all(|c| *c == Cause::Servfail);
                matches!(came, Came::Unknown(causes) if all(causes)) && self.is_near(at, targets)
            }
            "dns.domain-missing" => self.is_within(at, targets) && hides(rule, at.kind, came),
            // Nobody but its operator can publish anything there: all there is to do is to leave it.
            "email.sender-sandboxed" => {
                let itself = at == self.zone && self.fault.subject.as_str() == at.name.as_str();
                itself && hides(rule, at.kind, came)
            }
            _ => false,
        }
    }

    /// Whether the target is the zone or of the zone.
    fn is_near(&self, at: &TargetId, targets: &Targets) -> bool {
        let of = |t: &TargetId| t == self.zone || targets.are_linked(t, self.zone);
        // A webhook is called what its configuration calls it; its host says where it is.
        // An app asks the network only for what its site shows.
        match at.kind {
            TargetKind::Webhook => of(at) || targets.linked(at, TargetKind::Host).any(of),
            TargetKind::App => of(at) || targets.linked(at, TargetKind::Site).any(of),
            _ => of(at),
        }
    }

    /// Whether the target lies at the name that does not exist, or below it.
    fn is_within(&self, at: &TargetId, targets: &Targets) -> bool {
        let name = if self.fault.subject.is_empty() { self.zone.name.as_str() } else { self.fault.subject.as_str() };
        let Ok(gone) = DomainName::parse(name) else { return false };
        let host = |t: &TargetId| DomainName::parse(t.name.split(':').next().unwrap_or_default()).ok();
        let within = |t: &TargetId| host(t).is_some_and(|d| d.is_within(&gone));
        match at.kind {
            TargetKind::Mail | TargetKind::Zone | TargetKind::Host | TargetKind::Site => within(at),
            TargetKind::Webhook => {
                let mut hosts = targets.linked(at, TargetKind::Host).peekable();
                hosts.peek().is_some() && hosts.all(within)
            }
            TargetKind::App => {
                let mut sites = targets.linked(at, TargetKind::Site).peekable();
                sites.peek().is_some() && sites.all(within)
            }
            _ => false,
        }
    }
}

/// Whether the verdict only repeats that the domain does not exist. A host may be led elsewhere by
/// `--connect-to`, so there only what comes of a missing name is.
fn hides(rule: &Rule, kind: TargetKind, came: Came<'_>) -> bool {
    let asks = rule.facts().any(FactKind::needs_network);
    match (kind, came) {
        (TargetKind::Mail | TargetKind::Zone, Came::Judged(verdict)) => {
            asks && !matches!(verdict, Verdict::NotApplicable(_))
        }
        (TargetKind::Mail | TargetKind::Zone, Came::Unknown(_)) => asks,
        (_, Came::Judged(Verdict::Fail(_))) => rule.id.ends_with("unreachable"),
        (_, Came::Judged(_)) => false,
        (_, Came::Unknown(causes)) => !causes.is_empty() && causes.iter().all(|c| *c == Cause::NoRoute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone as Lines;

    fn look(zone: &str, below: &[&str]) -> (Existence, usize, usize) {
        let name = |n: &str| DomainName::parse(n).unwrap();
        let walk = ExistenceWalk { apex: name("acme.test"), below: below.iter().map(|n| name(n)).collect() };
        let zone = Lines::parse(zone).unwrap();
        let (found, rounds, asked) = Step::play(&walk, |q| zone.answer(q));
        (found.into_inner().unwrap(), rounds, asked)
    }
    fn missing(zone: &str, below: &[&str]) -> String {
        look(zone, below).0.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_exists_takes_one_question_and_what_does_not_is_looked_at_twice() {
        let ns = "acme.test. NS ns1.dns.example.";
        let (found, rounds, asked) = look(ns, &[]);
        assert_eq!((found.missing.len(), rounds, asked), (0, 1, 1));
        let (found, rounds, _) = look("other.test. A 203.0.113.1", &["mail.acme.test"]);
        assert_eq!((found.missing[0].as_str(), found.missing.len(), rounds), ("acme.test", 1, 2));
        assert_eq!(missing(ns, &["mail.acme.test"]), "mail.acme.test");
        assert_eq!(missing(&format!("{ns}\nmail.acme.test. MX 10 mx.example.com."), &["mail.acme.test"]), "");
    }

    #[test]
    fn ignorance_and_half_an_answer_are_no_proof() {
        for zone in ["acme.test. NS TIMEOUT", "acme.test. MX TIMEOUT", "acme.test. A SERVFAIL"] {
            let (found, ..) = look(zone, &[]);
            assert_eq!((found.missing.len(), found.gaps.len()), (0, 1), "{zone}");
        }
        // NXDOMAIN of the name itself, and something below it: a server that gets empty names wrong.
        assert_eq!(missing("_dmarc.acme.test. TXT \"v=DMARC1; p=none\"", &[]), "");
        assert_eq!(missing("acme.test. CNAME gone.example.", &[]), "");
    }
}
