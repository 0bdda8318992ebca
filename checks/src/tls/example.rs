//! The small language of this family's examples: a host and what was judged of its certificate.
//!
//! ```text
//! host www.acme.test inferred     # canonical (default), listed, webhook, inferred, from-env
//! renewal manual                  # or auto
//! ca private
//! elsewhere                       # the redirects were seen to end on another host
//! issuer Let's Encrypt
//! lifetime 90d
//! remaining 9d                    # below zero: expired; or `starts 2d`: not yet valid
//! names acme.test *.acme.test     # default: the host itself
//! key rsa 1024
//! trust missing-intermediate      # trusted, self-signed, unknown-root, broken WORDS
//! unreachable refused             # nxdomain, no-address, reset, alert, not-tls, protocol, timeout
//! ```

use super::facts::{Certificate, HostPlan, HostRole, Key, Path, Reach, Session, Trust};
use super::{judge, renewal::DAY};
use crate::facts::Facts;
use crate::vocab::{Cause, DomainName, Observed, Origin, Shown, TargetId, TargetKind, Targets};
use crate::wire::HostFailure;
use std::sync::Arc;

/// The moment at which every example happens: 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;

struct Case {
    plan: HostPlan,
    elsewhere: bool,
    failure: Option<Result<HostFailure, Cause>>,
    issuer: Shown,
    lifetime: i64,
    remaining: i64,
    names: Vec<Shown>,
    key: Key,
    path: Path,
}

/// Reads an example: targets, facts, and the host to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut case = Case {
        plan: HostPlan {
            host: name("acme.test")?,
            port: 443,
            role: HostRole::Canonical,
            automatic_renewal: None,
            private_ca: false,
        },
        elsewhere: false,
        failure: None,
        issuer: "Test Authority".into(),
        lifetime: 90 * DAY,
        remaining: 60 * DAY,
        names: Vec::new(),
        key: Key { algorithm: "EC".into(), bits: 256, weak: false },
        path: Path::Trusted,
    };
    for line in text.lines().map(|l| l.split('#').next().unwrap_or_default().trim()).filter(|l| !l.is_empty()) {
        case.read(line).map_err(|why| format!("{line}: {why}"))?;
    }
    Ok(case.facts())
}

fn name(text: &str) -> Result<DomainName, String> {
    DomainName::parse(text).map_err(|e| e.to_string())
}

fn span(text: &str) -> Result<i64, String> {
    let (digits, unit) = text.split_at(text.len().saturating_sub(1));
    let n: i64 = digits.parse().map_err(|_| "a length of time such as 90d or 160h".to_owned())?;
    match unit {
        "d" => Ok(n * DAY),
        "h" => Ok(n * 3600),
        _ => Err("a length of time ends with d or h".to_owned()),
    }
}

impl Case {
    fn read(&mut self, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "host" => {
                let (host, role) = rest.split_once(' ').unwrap_or((rest, "canonical"));
                self.plan.host = name(host)?;
                self.plan.role = match role {
                    "canonical" => HostRole::Canonical,
                    "listed" => HostRole::Listed,
                    "webhook" => HostRole::Webhook,
                    "inferred" => HostRole::InferredWww,
                    "from-env" => HostRole::FromEnv,
                    _ => return Err("no such role".to_owned()),
                };
            }
            "renewal" => self.plan.automatic_renewal = Some(rest == "auto"),
            "ca" => self.plan.private_ca = rest == "private",
            "elsewhere" => self.elsewhere = true,
            "issuer" => self.issuer = rest.into(),
            "lifetime" => self.lifetime = span(rest)?,
            "remaining" => self.remaining = span(rest)?,
            "starts" => self.remaining = self.lifetime + span(rest)?,
            "names" => self.names = rest.split_whitespace().map(Shown::from).collect(),
            "key" => self.key = key(rest)?,
            "trust" => self.path = path(rest)?,
            "unreachable" => self.failure = Some(failure(rest)?),
            _ => return Err("no such word".to_owned()),
        }
        Ok(())
    }

    fn facts(self) -> (Targets, Facts, TargetId) {
        let at = TargetId::new(TargetKind::Host, self.plan.host.as_str());
        let mut targets = Targets::default();
        targets.add(at.clone(), Origin::CommandLine);
        let session = Session { version: "TLS 1.3".into(), alpn: None };
        let may_be_canonical = !self.elsewhere;
        let (reach, certificate, trust) = match &self.failure {
            Some(Err(cause)) => {
                (Observed::unknown(cause.clone()), Observed::unknown(cause.clone()), Observed::unknown(cause.clone()))
            }
            Some(Ok(failure)) => (
                Observed::known(Reach { outcome: Err(failure.clone()), may_be_canonical }),
                judge::hidden_by(&self.plan, failure),
                judge::hidden_by(&self.plan, failure),
            ),
            None => (
                Observed::known(Reach { outcome: Ok(session), may_be_canonical }),
                Observed::known(self.certificate()),
                Observed::known(Trust { path: self.path.clone(), sent: vec![self.plan.host.as_str().into()] }),
            ),
        };
        let mut facts = Facts::default();
        facts.host_plan.insert(at.clone(), Arc::new(Observed::known(self.plan)));
        facts.reach.insert(at.clone(), Arc::new(reach));
        facts.certificate.insert(at.clone(), Arc::new(certificate));
        facts.trust.insert(at.clone(), Arc::new(trust));
        (targets, facts, at)
    }

    fn certificate(&self) -> Certificate {
        let host = &self.plan.host;
        let names = if self.names.is_empty() { vec![host.as_str().into()] } else { self.names.clone() };
        Certificate {
            host: host.clone(),
            name_fits: names.iter().any(|n: &Shown| judge::covers(n.as_str(), host)),
            subject: names.first().cloned().unwrap_or_default(),
            names,
            issuer: self.issuer.clone(),
            issuer_organisation: self.issuer.clone(),
            not_before: NOW + self.remaining - self.lifetime + 1,
            not_after: NOW + self.remaining,
            now: NOW,
            key: self.key.clone(),
        }
    }
}

fn key(text: &str) -> Result<Key, String> {
    let (algorithm, bits) = text.split_once(' ').ok_or("an algorithm and a size")?;
    let bits: u32 = bits.parse().map_err(|_| "the size is a number of bits".to_owned())?;
    let (algorithm, least) = match algorithm {
        "rsa" => ("RSA", 2048),
        "ec" => ("EC", 256),
        _ => return Err("rsa or ec".to_owned()),
    };
    Ok(Key { algorithm: algorithm.into(), bits, weak: bits < least })
}

fn path(text: &str) -> Result<Path, String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok(match word {
        "trusted" => Path::Trusted,
        "missing-intermediate" => Path::Incomplete {
            missing: vec![("Test Intermediate".into(), "http://ca.example/intermediate.der".into())],
        },
        "self-signed" => Path::SelfSigned,
        "unknown-root" => Path::UnknownRoot("Test Root".into()),
        "broken" => Path::Broken(rest.into()),
        _ => return Err("no such trust".to_owned()),
    })
}

fn failure(text: &str) -> Result<Result<HostFailure, Cause>, String> {
    Ok(Ok(match text {
        "nxdomain" => HostFailure::NoSuchName,
        "no-address" => HostFailure::NoAddress,
        "refused" => HostFailure::Refused,
        "reset" => HostFailure::Reset,
        "alert" => HostFailure::TlsAlert("handshake_failure".into()),
        "not-tls" => HostFailure::NotTls("HTTP/1.1 400 Bad Request".into()),
        "protocol" => HostFailure::Protocol("no common protocol version".into()),
        "timeout" => return Ok(Err(Cause::Timeout)),
        _ => return Err("no such failure".to_owned()),
    }))
}
