//! The addresses of a host side by side: what each serves, and how it differs from the one that the
//! host is judged by.

use super::facts::{Beside, Certificate, Chain, HostPlan, Path, Seat, Seats, Served, Trust};
use super::judge;
use super::lint::Kind;
use super::renewal::{Limits, Renewal};
use super::upkeep::Upkeep;
use crate::facts::Facts;
use crate::vocab::{Cause, Cell, Evidence, Exhibit, ExhibitBody, Fault, Fix, Missing, Observed, Severity, Shown};
use crate::vocab::{TargetId, TargetKind, Targets};
use crate::wire::{Handshake, HostFailure};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What is known of what an address serves.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// Its own certificate.
    pub cert: &'a Observed<Certificate>,
    /// Whether its chain leads to a root.
    pub trust: &'a Observed<Trust>,
    /// What else the chain says.
    pub chain: &'a Chain,
    /// Whether it stands on a revocation list.
    pub is_revoked: bool,
    /// Whether dates can be judged: with a clock that is known to be wrong nothing is said of them.
    pub dates: bool,
}

/// What a handshake showed, with what is wrong with its certificate in words.
///
/// Who renews the certificate is told by `upkeep` as it is for the host.
#[must_use]
pub fn served(shake: &Handshake, plan: &HostPlan, judged: &Judged<'_>, upkeep: Option<&Upkeep>) -> Served {
    let read = judged.cert.get().ok();
    Served {
        version: shake.version.clone(),
        cipher: shake.cipher.clone(),
        group: shake.group.clone(),
        leaf: shake.chain.first().cloned().unwrap_or_default(),
        issuer: read.map(|c| c.issuer.clone()).unwrap_or_default(),
        names: read
            .map(|c| c.names.iter().map(Shown::as_str).collect::<Vec<_>>().join(", ").into())
            .unwrap_or_default(),
        not_after: read.map_or(0, |c| c.not_after),
        faults: faults(shake, plan, read, judged),
        ends_soon: read.is_some_and(|c| {
            let limits = Limits::of(c.lifetime(), Renewal::of(plan, c, upkeep).automatic);
            judged.dates && !c.is_expired() && !c.is_early() && c.remaining() < limits.warn
        }),
    }
}

/// What the revoked certificate of an address is called in its row.
pub const REVOKED: &str = "revoked";

/// The subject of faults that are about nothing but the revoked certificate of an address.
pub(super) fn revoked_at(address: IpAddr) -> Shown {
    format!("{address} (revoked)").into()
}

const TRUST_UNKNOWN: &str = "trust unknown";
const DATES_UNKNOWN: &str = "dates unknown, the clock is wrong";

fn faults(shake: &Handshake, plan: &HostPlan, cert: Option<&Certificate>, judged: &Judged<'_>) -> Vec<&'static str> {
    let Some(cert) = cert else { return vec!["unreadable certificate"] };
    let &Judged { trust, chain, dates, .. } = judged;
    let flawed = |kind: Kind| chain.flaws.iter().any(|f| f.kind == kind && !matches!(f.code, "purpose" | "no-purpose"));
    let by_browsers = !plan.private_ca && chain.root.is_some();
    let mut out = Vec::new();
    let mut say = |is_so: bool, words| out.extend(is_so.then_some(words));
    say(!dates, DATES_UNKNOWN);
    say(dates && cert.is_expired(), "expired");
    say(dates && cert.is_early(), "not valid yet");
    say(!cert.name_fits, "wrong name");
    match trust.get().map(|t| &t.path) {
        Ok(Path::Trusted) => {}
        Ok(Path::Incomplete { .. }) => say(true, "incomplete chain"),
        Ok(Path::SelfSigned) => say(!plan.private_ca, "self-signed"),
        Ok(Path::UnknownRoot(_)) => say(!plan.private_ca, "unknown root"),
        Ok(Path::Open { .. }) => say(!plan.private_ca, "no path from what it sends"),
        // It may be broken by an intermediate that has ended, and that is a date as well.
        Ok(Path::Broken(_)) => say(dates, "untrusted"),
        Err(_) => say(true, TRUST_UNKNOWN),
    }
    say(judged.is_revoked, REVOKED);
    say(chain.distrust.is_some() && chain.root.is_some() && !plan.private_ca, "distrusted root");
    say(flawed(Kind::Encoding) || flawed(Kind::Profile) && !chain.self_issued, "malformed");
    say(flawed(Kind::Usage) && chain.refused.is_none(), "wrong purpose");
    say(cert.key.weak, "weak key");
    say(!cert.key.usual && !cert.key.weak && by_browsers, "key that browsers refuse");
    say(shake.signature_fits == Some(false), "wrong key");
    out
}

impl Seats {
    /// The addresses beside the judged one: those of IPv6 where it is IPv4, or all the others.
    #[must_use]
    pub fn beside(&self, six: bool) -> Observed<Beside> {
        let serving = |seat: &Seat| seat.seen.get().ok().and_then(|s| s.as_ref().ok()).cloned();
        let judged = self.judged.and_then(|j| self.all.iter().find(|s| s.address == j));
        let Some((judged, serves)) = judged.and_then(|s| Some((s.address, serving(s)?))) else {
            // What keeps the host from being judged is told by other rules.
            let cause = self.all.iter().find_map(|s| match s.seen.get() {
                Err(Missing::Unknown(cause)) => Some(cause),
                Ok(Err(failure)) => Some(failure.cause()),
                _ => None,
            });
            return Observed::unknown(cause.unwrap_or(Cause::NoRoute));
        };
        let is_six = |a: IpAddr| a.is_ipv6() && judged.is_ipv4();
        let others: Vec<Seat> =
            self.all.iter().filter(|s| s.address != judged && is_six(s.address) == six).cloned().collect();
        if others.is_empty() {
            return Observed::not_configured(if six {
                "the host has no IPv6 address beside an IPv4 one"
            } else {
                "the host has no other address of the kind"
            });
        }
        let gaps = others.iter().filter_map(|s| match s.seen.get() {
            Err(Missing::Unknown(cause)) => Some(cause),
            _ => None,
        });
        Observed::known(Beside { judged, serves, gaps: gaps.collect(), others })
    }
}

/// How an address differs from the one that the host is judged by, and how bad that is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) address: IpAddr,
    pub(super) subject: Shown,
    pub(super) words: String,
    pub(super) severity: Severity,
    pub(super) failure: Option<HostFailure>,
}

impl Beside {
    pub(super) fn differences(&self) -> Vec<Difference> {
        self.others.iter().filter_map(|s| self.difference(s)).collect()
    }

    fn difference(&self, seat: &Seat) -> Option<Difference> {
        let address = seat.address;
        let subject = Shown::from(address.to_string());
        let of = |words: String, severity, failure| {
            Some(Difference { address, subject: subject.clone(), words, severity, failure })
        };
        let there = match seat.seen.get().ok()? {
            Ok(there) => there,
            Err(failure) => return of(failure.to_string(), Severity::High, Some(failure.clone())),
        };
        if there.leaf == self.serves.leaf && there.faults == self.serves.faults {
            return None;
        }
        let own: Vec<&str> = there.faults.iter().filter(|f| !self.serves.faults.contains(f)).copied().collect();
        // What is not known is no difference.
        let own: Vec<&str> = own.into_iter().filter(|f| ![TRUST_UNKNOWN, DATES_UNKNOWN].contains(f)).collect();
        // Where that is all, it is the other rule's matter.
        let subject = if own == [REVOKED] { revoked_at(address) } else { subject };
        let of = |words: String, severity, failure| {
            Some(Difference { address, subject: subject.clone(), words, severity, failure })
        };
        let mut words = vec![if own.is_empty() {
            "it serves another certificate".to_owned()
        } else {
            format!("what it serves has a fault of its own: {}", own.join(", "))
        }];
        let until = |s: &Served| if s.not_after == 0 { Shown::default() } else { judge::moment(s.not_after) };
        for (what, here, other) in [
            ("names", &there.names, &self.serves.names),
            ("issuer", &there.issuer, &self.serves.issuer),
            ("valid until", &until(there), &until(&self.serves)),
        ] {
            if here != other {
                words.push(format!("{what}: {here}, elsewhere {other}"));
            }
        }
        let soon = there.ends_soon && !self.serves.ends_soon;
        let severity = match (own.is_empty(), soon) {
            (false, _) => Severity::High,
            (true, true) => Severity::Medium,
            // Large networks serve several certificates at once, and so does a renewal on its way.
            (true, false) => Severity::Info,
        };
        if own.is_empty() && there.leaf == self.serves.leaf {
            return None;
        }
        of(words.join("; "), severity, None)
    }
}

/// A fault about one address.
pub(super) fn fault(plan: &HostPlan, beside: &Beside, found: &Difference, fix: Vec<String>) -> Fault {
    let saw = Evidence::Text(format!("{}: {}", found.address, found.words).into());
    let serves = &beside.serves;
    let fault = Fault::new(&found.subject, saw, Fix::steps(fix)).and_saw(format!(
        "compared with {}, which serves {} with a certificate of {} until {}",
        beside.judged,
        plan.host,
        if serves.issuer.is_empty() { "an unreadable issuer" } else { serves.issuer.as_str() },
        judge::day(serves.not_after),
    ));
    if found.severity == Severity::High { fault } else { fault.lowered(found.severity) }
}

/// Every address of every host in one table a site.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let mut by_site: BTreeMap<&TargetId, Vec<Vec<Cell>>> = BTreeMap::new();
    let first = targets.of(TargetKind::Host).next();
    for host in targets.of(TargetKind::Host) {
        let Some(Ok(seats)) = facts.seats.get(host).map(|s| s.get()) else { continue };
        // Hosts that belong to no site share one table.
        let site = targets.linked(host, TargetKind::Site).next().or(first).unwrap_or(host);
        let rows = seats.all.iter().map(|seat| row(host, seat));
        by_site.entry(site).or_default().extend(rows);
    }
    by_site
        .into_iter()
        .map(|(site, rows)| {
            let columns = vec!["host", "address", "version", "cipher, group", "issuer", "valid until", "verdict"];
            let body = ExhibitBody::Table { columns, rows };
            (site.clone(), Exhibit { id: "handshakes", title: "Every address, by one handshake".into(), body })
        })
        .collect()
}

fn row(host: &TargetId, seat: &Seat) -> Vec<Cell> {
    let text = |t: &Shown| if t.is_empty() { Cell::Empty } else { Cell::Text(t.clone()) };
    let mut out = vec![Cell::Text(host.name.as_str().into()), Cell::Text(seat.address.to_string().into())];
    let verdict: Shown = match seat.seen.get() {
        Ok(Ok(served)) => {
            let cipher = match &served.group {
                Some(group) => format!("{}, {group}", served.cipher).into(),
                None => served.cipher.clone(),
            };
            let until = if served.not_after == 0 { Shown::default() } else { judge::day(served.not_after) };
            out.extend([text(&served.version), text(&cipher), text(&served.issuer), text(&until)]);
            let soon = served.ends_soon.then_some("ends soon");
            let words: Vec<&str> = served.faults.iter().copied().chain(soon).collect();
            if words.is_empty() { "fine".into() } else { words.join(", ").into() }
        }
        Ok(Err(failure)) => failure.to_string().into(),
        Err(Missing::Unknown(cause)) => format!("unknown: {cause}").into(),
        Err(Missing::NotConfigured(what)) => what.into(),
    };
    out.resize(6, Cell::Empty);
    out.push(Cell::Text(verdict));
    out
}
