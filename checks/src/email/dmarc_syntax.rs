//! `email.dmarc-syntax`
use super::advice;
use super::dmarc::{self, Psd};
use super::facts::{Dmarc, Force, MailPlan, Visit};
use super::syntax::{Effect, NearMiss};
use crate::{
    rule,
    vocab::{DomainName, Fault, Fix, Part, Severity},
};

rule! {
    /// A DMARC record has a mistake in it.
    ///
    /// A policy that cannot be read takes the whole record out of force; other mistakes only cost the
    /// tag they are in, and count less.
    ///
    /// # Why at launch
    /// Receivers do not tell you. A misspelled policy protects nobody, and a report address without
    /// `mailto:` means that no report ever comes.
    ///
    /// # Fix
    /// Publish the corrected record.
    ///
    /// # References
    /// RFC 9989, sections 4.7 and 4.8
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=quarantine; pct=50; x-note=ours; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```fail
    /// # No semicolon behind the version: the policy of the domain above holds.
    /// domain app.acme.test
    /// _dmarc.app.acme.test. TXT "v=DMARC1 p=none"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; rua=mailto:d@acme.test"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; psd=y"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=rejected"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=dmarc@acme.test"
    /// ```
    "email.dmarc-syntax" on Mail, High, stage Email;
    fails "A DMARC record has a mistake in it"; holds "The DMARC record is well formed";
    fn check(plan: &MailPlan, dmarc: Part<'_, Dmarc>) -> Verdict {
        // The record of a domain that is judged too is told there.
        let visits = dmarc.iter().flat_map(|d| &d.visits).filter(|v| !plan.is_told_at(&v.of));
        let visits: Vec<&Visit> = visits.collect();
        let suffixes = visits.iter().copied().filter_map(|v| suffix(v, &plan.domain));
        // Where no policy holds, the rule about a missing record tells of it.
        let holds = dmarc.first().is_some_and(|d| matches!(d.force, Force::Policy { .. }));
        let almost = visits.iter().copied().filter(|_| holds).filter_map(passed_over);
        visits.iter().copied().flat_map(faults).chain(suffixes).chain(almost).collect::<Vec<_>>().into()
    }
}

/// A record that was meant to be one of DMARC and is none: beside one that counts it only misleads; at a
/// domain without one, another's policy holds than its owner believes.
fn passed_over(visit: &Visit) -> Option<Fault> {
    // An SPF record may come from a name that answers for all, and says nothing of DMARC.
    let is_meant = |m: &&NearMiss| m.text.as_str().to_ascii_lowercase().contains("dmarc");
    let misses: Vec<NearMiss> = visit.near_misses.iter().filter(is_meant).cloned().collect();
    let miss = misses.first()?;
    let mut saw = advice::near(&misses);
    let saw_first = saw.next()?;
    let beside = !visit.records.is_empty();
    let fix = match dmarc::meant(miss.text.as_str()).filter(|_| !beside) {
        Some(meant) => Fix::DnsRecord {
            name: (&visit.at).into(),
            kind: "TXT".into(),
            value: meant.repaired(&format!("dmarc@{}", visit.of)).into(),
            note: format!("in place of the record that is there{}", advice::mailbox(&meant, &visit.of)).into(),
        },
        None => {
            Fix::step(format!("Delete the TXT record at {} that nobody reads: \"{}\"", visit.at, miss.text.short(120)))
        }
    };
    let title = format!("A TXT record at {} was meant for DMARC, and nobody reads it as such", visit.at);
    let told = saw.fold(Fault::new(format!("{}, passed over", visit.at), saw_first, fix).titled(title), Fault::and_saw);
    Some(told.lowered(if beside { Severity::Low } else { Severity::Medium }))
}

/// `psd=y` at a domain that somebody registered: the names below it are then organisations of their own,
/// and neither its policy nor its alignment reaches them as it should.
fn suffix(visit: &Visit, domain: &DomainName) -> Option<Fault> {
    let record = visit.record().filter(|r| r.psd == Psd::Yes && r.flaws.is_empty())?;
    if !visit.of.is_within(&domain.registrable()) {
        return None;
    }
    let is_psd = |tag: &str| tag.split_once('=').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("psd"));
    let kept = record.text.as_str().split(';').map(str::trim).filter(|t| !t.is_empty() && !is_psd(t));
    let fix = Fix::DnsRecord {
        name: (&visit.at).into(),
        kind: "TXT".into(),
        value: kept.collect::<Vec<_>>().join("; ").into(),
        note: "in place of the record that is there".into(),
    };
    let saw = advice::txt(&visit.at, vec![record.text.clone()], &visit.answer);
    let title = format!("psd=y at {} says that strangers register the names below it", visit.of);
    Some(Fault::new(&visit.at, saw, fix).titled(title).lowered(Severity::Low))
}

fn faults(visit: &Visit) -> Vec<Fault> {
    let mut out = Vec::new();
    for record in visit.records.iter().filter(|r| !r.flaws.is_empty()) {
        let fix = Fix::DnsRecord {
            name: (&visit.at).into(),
            kind: "TXT".into(),
            value: record.repaired(&format!("dmarc@{}", visit.of)).into(),
            note: format!("in place of the record that is there{}", advice::mailbox(record, &visit.of)).into(),
        };
        let saw = advice::txt(&visit.at, vec![record.text.clone()], &visit.answer);
        let fault = advice::flaws(&record.flaws).fold(Fault::new(&visit.at, saw, fix), Fault::and_saw);
        let breaks = record.flaws.iter().any(|f| f.effect == Effect::Breaks);
        out.push(if breaks { fault } else { fault.lowered(Severity::Medium) });
    }
    out
}
