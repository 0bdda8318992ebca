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
//! key rsa 1024                    # or ec and a size, or another kind by its name: Ed25519
//! trust missing-intermediate      # trusted, self-signed, unknown-root, open, broken WORDS
//! distrusted GLOBALTRUST 2020     # a root that browsers stopped trusting
//! unlogged                        # in no certificate log, nor stamped in the handshake
//! intermediate 30d                # what is left of the certificate between; default 1000d
//! flaw profile serial WORDS       # encoding, profile, baseline, usage, key, signature; of the leaf
//! order WORDS
//! bloat root WORDS
//! signature wrong                 # or unknown: the handshake's own
//! revoked leaf                    # or between, no, unknown; default: no list was looked at
//! revoked leaf at 203.0.113.11    # what another address serves
//! address 203.0.113.11 expired    # another address: same, other, expired, revoked, refused, unknown
//! ipv6 refused                    # 2001:db8::10, likewise
//! legacy TLS 1.0                  # an old version is accepted
//! refusal plain-text WORDS        # old-version, old-cipher, wants-certificate, alert
//! unreachable refused             # nxdomain, no-address, reset, alert, not-tls, protocol, timeout
//! subject CN=acme.test            # the whole subject; `issuer-name` the whole issuer
//! delivers stripe                 # a webhook of this provider is delivered there
//! door 301 https://acme.test/ | server: cloudflare | body: WORDS   # what GET / gets; default 200
//! door-http 301 https://acme.test/                                 # over plain http
//! ```
//! A text that begins with `site` is about the site, in the language of the web family, with the
//! names below it:
//!
//! ```text
//! site acme.test
//! https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains
//! below app.acme.test secure      # plain: no https, and served over http; expired: and over http; down: neither; timeout
//! ```
//! The words about what comes (renewals, registration, the clock) stand in `example_next.rs`.

use super::edge::{Doorway, DoorwayWalk};
use super::example_next::Next;
use super::facts::{
    Certificate, Chain, Distrust, HostPlan, HostRole, Key, KeyProof, Link, Logged, OldVersions, Path, Peers, Reach,
    Refusal, Revocation, Revocations, Root, Seat, Seats, Served, Session, Six, Split, Trust,
};
use super::hsts::{self, Cut, Lockout, Preload};
use super::lint::{Flaw, Kind, Role};
use super::seats::REVOKED;
use super::{judge, renewal::DAY};
use crate::facts::Facts;
use crate::vocab::{Cause, DomainName, Observed, Origin, Shown, Step, TargetId, TargetKind, Targets};
use crate::web::{self, example::Answer};
use crate::wire::{HostFailure, HttpQuestion};
use std::net::IpAddr;
use std::sync::Arc;

/// The moment at which every example happens: 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;

struct Case {
    plan: HostPlan,
    elsewhere: bool,
    unlogged: bool,
    failure: Option<Result<HostFailure, Cause>>,
    issuer: Shown,
    lifetime: i64,
    remaining: i64,
    names: Vec<Shown>,
    key: Key,
    path: Path,
    chain: Chain,
    proof: Observed<KeyProof>,
    revocation: Observed<Revocation>,
    revoked_elsewhere: Vec<(IpAddr, Observed<Revocation>)>,
    whole: (Shown, Shown),
    hooks: Vec<Shown>,
    door: [Answer; 2],
    refusal: Option<Refusal>,
    legacy: Option<Shown>,
    others: Vec<Seat>,
    next: Next,
}

/// Reads an example: targets, facts, and the host to judge.
///
/// # Errors
/// With the line that was not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    if text.trim_start().starts_with("site ") {
        return site(text);
    }
    let mut case = Case {
        plan: HostPlan {
            host: name("acme.test")?,
            port: 443,
            role: HostRole::Canonical,
            automatic_renewal: None,
            private_ca: false,
            launch: None,
        },
        elsewhere: false,
        unlogged: false,
        failure: None,
        issuer: "Test Authority".into(),
        lifetime: 90 * DAY,
        remaining: 60 * DAY,
        names: Vec::new(),
        key: Key { algorithm: "EC".into(), bits: 256, weak: false, usual: true },
        path: Path::Trusted,
        chain: Chain {
            links: vec![Link {
                subject: "Test Intermediate".into(),
                not_before: NOW - 500 * DAY,
                not_after: NOW + 1000 * DAY,
            }],
            root_link: None,
            root: Some(Root { name: "Test Root".into(), given: false }),
            flaws: Vec::new(),
            order: None,
            bloat: Vec::new(),
            distrust: None,
            unlogged: false,
            refused: None,
            self_issued: false,
            now: NOW,
        },
        proof: Observed::known(KeyProof { fits: true }),
        revocation: Observed::not_configured("no revocation list was looked at"),
        revoked_elsewhere: Vec::new(),
        whole: ("CN=acme.test".into(), "O=Test Authority".into()),
        hooks: Vec::new(),
        door: [web::example::answer("200")?, web::example::answer("301 https://acme.test/")?],
        refusal: None,
        legacy: None,
        others: Vec::new(),
        next: Next::default(),
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
            "trust" => self.trust(rest)?,
            "distrusted" => {
                self.chain.distrust = Some(Distrust {
                    root: rest.into(),
                    why: "Chrome refuses what was logged after 2024-06-30".into(),
                    dated: judge::moment(NOW - 30 * DAY),
                    trusted_by_mozilla: true,
                });
            }
            "unlogged" => self.unlogged = true,
            "intermediate" => self.chain.links[0].not_after = NOW + span(rest)?,
            "flaw" => self.chain.flaws.push(flaw(rest)?),
            "order" => self.chain.order = Some(rest.into()),
            "bloat" => self.chain.bloat.push(("root", rest.split_once(' ').map_or(rest, |(_, words)| words).into())),
            "signature" => {
                self.proof = match rest {
                    "wrong" => Observed::known(KeyProof { fits: false }),
                    _ => Observed::unknown(Cause::Parse("a signature of a kind that cannot be verified here".into())),
                }
            }
            "revoked" => match rest.split_once(" at ") {
                Some((said, address)) => {
                    let address = address.parse().map_err(|_| "an address".to_owned())?;
                    self.revoked_elsewhere.push((address, revoked(said)));
                }
                None => self.revocation = revoked(rest),
            },
            "subject" => self.whole.0 = rest.into(),
            "issuer-name" => self.whole.1 = rest.into(),
            "delivers" => self.hooks.push(rest.into()),
            "door" => self.door[0] = door(rest)?,
            "door-http" => self.door[1] = door(rest)?,
            "address" => {
                let (address, how) = rest.split_once(' ').ok_or("an address and what it does")?;
                self.others.push(seat(address, how)?);
            }
            "ipv6" => self.others.push(seat("2001:db8::10", rest)?),
            "legacy" => self.legacy = Some(rest.into()),
            "refusal" => self.refusal = Some(refusal(rest)?),
            "unreachable" => self.failure = Some(failure(rest)?),
            _ if self.next.read(word, rest)? => {}
            _ => return Err("no such word".to_owned()),
        }
        Ok(())
    }

    fn trust(&mut self, text: &str) -> Result<(), String> {
        self.path = path(text)?;
        match &self.path {
            Path::Trusted | Path::Incomplete { .. } => {}
            other => {
                self.chain.root = None;
                self.chain.self_issued = *other == Path::SelfSigned;
            }
        }
        if let Path::Broken(why) = &self.path {
            self.chain.refused = Some(why.clone());
        }
        Ok(())
    }

    fn facts(mut self) -> (Targets, Facts, TargetId) {
        self.plan.launch = self.next.launch(NOW);
        let cert = self.certificate();
        let at = TargetId::new(TargetKind::Host, self.plan.host.as_str());
        let mut targets = Targets::default();
        targets.add(at.clone(), Origin::CommandLine);
        let session = Session { version: "TLS 1.3".into(), alpn: None };
        let may_be_canonical = !self.elsewhere;
        let (chain, proof, revocation) = match &self.failure {
            Some(Err(cause)) => {
                (Observed::unknown(cause.clone()), Observed::unknown(cause.clone()), Observed::unknown(cause.clone()))
            }
            Some(Ok(failure)) => (
                judge::hidden_by(&self.plan, failure),
                judge::hidden_by(&self.plan, failure),
                judge::hidden_by(&self.plan, failure),
            ),
            None => {
                let revocation = Revocations::of(self.revocation.clone(), self.revoked_elsewhere.clone());
                (Observed::known(self.chain.clone()), self.proof.clone(), revocation)
            }
        };
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
                Observed::known(Trust {
                    path: self.path.clone(),
                    sent: vec![self.plan.host.as_str().into()],
                    fetched: Vec::new(),
                }),
            ),
        };
        let door = match &self.failure {
            Some(Err(cause)) => Observed::unknown(cause.clone()),
            Some(Ok(failure)) => judge::hidden_by(&self.plan, failure),
            None => self.doorway(),
        };
        let mut facts = Facts::default();
        for (n, provider) in self.hooks.iter().enumerate() {
            let url = format!("https://{}/hook/{n}", self.plan.host);
            let hook = TargetId::new(TargetKind::Webhook, &url);
            targets.add(hook.clone(), Origin::CommandLine);
            targets.link(&at, &hook);
            let plan = crate::webhook::example::plan(&url, provider.as_str());
            facts.webhook_plan.insert(hook, Arc::new(Observed::known(plan)));
        }
        facts.logged.insert(at.clone(), Arc::new(Observed::known(Logged(!self.unlogged))));
        facts.doorway.insert(at.clone(), Arc::new(door));
        self.live(&at, &mut facts);
        let judged = self.next.put((&mut targets, &mut facts), &at, &self.plan, &cert).unwrap_or_else(|| at.clone());
        facts.split.insert(at.clone(), Arc::new(Split::of(&trust, self.plan.private_ca)));
        facts.host_plan.insert(at.clone(), Arc::new(Observed::known(self.plan)));
        facts.reach.insert(at.clone(), Arc::new(reach));
        facts.certificate.insert(at.clone(), Arc::new(certificate));
        facts.trust.insert(at.clone(), Arc::new(trust));
        facts.chain.insert(at.clone(), Arc::new(chain));
        facts.key_proof.insert(at.clone(), Arc::new(proof));
        facts.revocations.insert(at.clone(), Arc::new(revocation));
        (targets, facts, judged)
    }

    fn doorway(&self) -> Observed<Doorway> {
        let walk = DoorwayWalk { host: self.plan.host.clone(), port: self.plan.port };
        let said = |q: &HttpQuestion| self.door[usize::from(q.url.starts_with("http:"))].clone();
        match Step::play(&walk, said).0.into_inner() {
            Ok(door) => Observed::known(door.unwrap_or_default()),
            Err(missing) => missing.into(),
        }
    }

    /// What only a server shows: its addresses, what it demands and what it still accepts.
    fn live(&self, at: &TargetId, facts: &mut Facts) {
        let hidden = |cause: &Cause| Observed::unknown(cause.clone());
        let (seats, old, refusal) = match &self.failure {
            Some(Err(cause)) => (hidden(cause), Observed::unknown(cause.clone()), Observed::unknown(cause.clone())),
            Some(Ok(failure)) => (
                judge::hidden_by(&self.plan, failure),
                judge::hidden_by(&self.plan, failure),
                self.refusal.clone().map_or_else(|| judge::hidden_by(&self.plan, failure), Observed::known),
            ),
            None => {
                let judged = IpAddr::from([203, 0, 113, 10]);
                let mut all = vec![Seat { address: judged, seen: Observed::known(Ok(serving(&[]))) }];
                all.extend(self.others.iter().cloned());
                let accepted = self.legacy.clone().map(|v| (v, "ECDHE_RSA_WITH_AES_128_CBC_SHA".into()));
                (
                    Observed::known(Seats { judged: Some(judged), all }),
                    Observed::known(OldVersions { accepted }),
                    Observed::known(self.refusal.clone().unwrap_or(Refusal::None)),
                )
            }
        };
        let beside = |six| match seats.get() {
            Ok(seats) => seats.beside(six),
            Err(missing) => missing.into(),
        };
        facts.peers.insert(at.clone(), Arc::new(beside(false).map(Peers)));
        facts.six.insert(at.clone(), Arc::new(beside(true).map(Six)));
        facts.seats.insert(at.clone(), Arc::new(seats));
        facts.old_versions.insert(at.clone(), Arc::new(old));
        facts.refusal.insert(at.clone(), Arc::new(refusal));
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
            subject_whole: self.whole.0.clone(),
            issuer_whole: self.whole.1.clone(),
            issuer_organisation: self.issuer.clone(),
            not_before: NOW + self.remaining - self.lifetime + 1,
            not_after: NOW + self.remaining,
            now: NOW,
            key: self.key.clone(),
        }
    }
}

/// An answer of the front door, with a body.
fn door(text: &str) -> Result<Answer, String> {
    let (head, body) = text.split_once("| body: ").unwrap_or((text, ""));
    // A status alone, and headers.
    let headers = head.split_once(" | ").filter(|(status, _)| status.parse::<u16>().is_ok());
    let head = headers.map_or_else(|| head.to_owned(), |(status, rest)| format!("{status} {rest}"));
    let answer = web::example::answer(head.trim())?;
    Ok(answer.map(|said| said.map(|a| crate::wire::HttpAnswer { body: body.as_bytes().to_vec(), ..a })))
}

/// The site and the names below it.
fn site(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let (below, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|l| l.trim_start().starts_with("below "));
    let (targets, mut facts, at) = web::example::facts(&rest.join("\n"))?;
    let plan = facts.site_plan[&at].get().map_err(|_| "the site's plan")?.clone();
    let redirects = facts.redirects[&at].get().map_err(|_| "the redirects")?.clone();
    facts.preload.insert(at.clone(), Arc::new(Preload::of(&plan, &redirects)));
    let mut lockout = Lockout { cut: Vec::new(), gaps: Vec::new() };
    let insisting = hsts::insisting(&redirects);
    for line in below {
        let mut words = line.split_whitespace().skip(1);
        let host = name(words.next().unwrap_or_default())?;
        match (words.next().unwrap_or_default(), insisting.first()) {
            (how @ ("plain" | "expired"), Some((by, header))) => {
                let url = url::Url::parse(&format!("http://{host}/")).map_err(|e| e.to_string())?;
                let answer = crate::wire::HttpAnswer {
                    status: 200,
                    headers: Vec::new(),
                    body: Vec::new(),
                    truncated: false,
                    took_ms: 0,
                };
                let page = web::walk::hop(&url, &answer);
                let (by, header) = (by.clone(), header.clone());
                let by_certificate = how == "expired";
                let why = if by_certificate { "its certificate has expired" } else { "connection refused" };
                lockout.cut.push(Cut { host, why: why.into(), by_certificate, page, by, header });
            }
            ("timeout", Some(_)) => lockout.gaps.push(Cause::Timeout),
            ("plain" | "expired" | "timeout", None) | ("secure" | "down", _) => {}
            _ => return Err(format!("{line}: secure, plain, expired, down or timeout")),
        }
    }
    let lockout = if insisting.is_empty() {
        Observed::not_configured("no header is about the names below")
    } else {
        Observed::known(lockout)
    };
    facts.lockout.insert(at.clone(), Arc::new(lockout));
    Ok((targets, facts, at))
}

fn serving(faults: &[&'static str]) -> Served {
    Served {
        version: "TLS 1.3".into(),
        cipher: "AES_256_GCM_SHA384".into(),
        group: Some("X25519".into()),
        leaf: vec![u8::try_from(faults.len()).unwrap_or_default()],
        issuer: "Test Authority".into(),
        names: "acme.test".into(),
        not_after: NOW + 60 * DAY,
        faults: faults.to_vec(),
        ends_soon: false,
    }
}

fn seat(address: &str, how: &str) -> Result<Seat, String> {
    let address = address.parse().map_err(|_| "an address".to_owned())?;
    let seen = match how {
        "same" => Observed::known(Ok(serving(&[]))),
        "other" => Observed::known(Ok(Served { leaf: vec![9], ..serving(&[]) })),
        "expired" => Observed::known(Ok(Served { not_after: NOW - DAY, ..serving(&["expired"]) })),
        "revoked" => Observed::known(Ok(serving(&[REVOKED]))),
        "refused" => Observed::known(Err(HostFailure::Refused)),
        "unknown" => Observed::unknown(Cause::NoRoute),
        _ => return Err("no such thing that an address does".to_owned()),
    };
    Ok(Seat { address, seen })
}

fn revoked(text: &str) -> Observed<Revocation> {
    match text {
        "no" => Observed::known(Revocation::Good),
        "leaf" => Observed::known(Revocation::Leaf),
        "between" => Observed::known(Revocation::Between),
        _ => Observed::unknown(Cause::Timeout),
    }
}

fn refusal(text: &str) -> Result<Refusal, String> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok(match word {
        "plain-text" => Refusal::PlainText(rest.into()),
        "old-version" => Refusal::OldVersion(rest.into()),
        "old-cipher" => Refusal::OldCipher(rest.into()),
        "modern" => Refusal::Modern(rest.into()),
        "odd-key" => Refusal::OddKey(rest.into()),
        "wants-certificate" => Refusal::WantsCertificate,
        "alert" => Refusal::Alert(rest.into()),
        _ => return Err("no such refusal".to_owned()),
    })
}

fn key(text: &str) -> Result<Key, String> {
    let Some((algorithm, bits)) = text.split_once(' ') else {
        return Ok(Key { algorithm: text.into(), bits: 0, weak: false, usual: false });
    };
    let bits: u32 = bits.parse().map_err(|_| "the size is a number of bits".to_owned())?;
    let (algorithm, least) = match algorithm {
        "rsa" => ("RSA", 2048),
        "ec" => ("EC", 256),
        _ => return Err("rsa or ec".to_owned()),
    };
    Ok(Key { algorithm: algorithm.into(), bits, weak: bits < least, usual: true })
}

fn flaw(text: &str) -> Result<Flaw, String> {
    const CODES: [&str; 5] = ["serial", "extension-twice", "extended-key-usage", "signature", "key"];
    let mut words = text.splitn(3, ' ');
    let kind = match words.next().unwrap_or_default() {
        "encoding" => Kind::Encoding,
        "profile" => Kind::Profile,
        "baseline" => Kind::Baseline,
        "usage" => Kind::Usage,
        "key" => Kind::Key,
        "signature" => Kind::Signature,
        _ => return Err("no such kind of flaw".to_owned()),
    };
    let code = words.next().and_then(|w| CODES.into_iter().find(|c| *c == w)).ok_or("no such flaw")?;
    let words = words.next().unwrap_or_default().into();
    Ok(Flaw { code, kind, role: Role::Leaf, certificate: "acme.test".into(), words })
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
        "open" => Path::Open { ends_at: "Test Intermediate".into(), cause: Cause::Timeout },
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
        "wants-certificate" => HostFailure::WantsCertificate,
        "timeout" => return Ok(Err(Cause::Timeout)),
        _ => return Err("no such failure".to_owned()),
    }))
}
