//! A chain that lies in a file, judged as one that a server sends: for a person who has the file and
//! not the server, and for suites of chains.

use super::chain::{self, Roots};
use super::crl::read_lists;
use super::facts::{HostPlan, HostRole, Logged, Reach, Revocations, Session, Split};
use super::judge;
use super::path::PathWalk;
use super::upkeep::Upkeep;
use crate::facts::{FactKind, Facts};
use crate::vocab::{
    Cause, DomainName, Eval, Evidence, Family, Fault, Observed, Origin, Rule, Shown, Step, TargetId, TargetKind,
    Targets, Verdict, View,
};
use crate::wire::{Handshake, HostFailure};
use rustls_pki_types::{CertificateDer, TrustAnchor};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The most certificates that are read from a file.
const MOST: usize = 100;

/// What there is to judge.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The certificates, the server's own first, DER.
    pub chain: Vec<Vec<u8>>,
    /// The name or address that a client asks for; `None` takes the first that the leaf names.
    pub name: Option<DomainName>,
    /// The roots, as certificates that the user trusts.
    pub given: Vec<Vec<u8>>,
    /// The roots beside these.
    pub store: Vec<TrustAnchor<'static>>,
    /// Revocation lists, DER.
    pub lists: Vec<Vec<u8>>,
    /// The time to judge by, Unix.
    pub now: i64,
}

/// What is wrong with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadFile(
    /// The sentence fragment that says what is wrong.
    pub &'static str,
);
impl std::fmt::Display for BadFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
impl std::error::Error for BadFile {}

/// The certificates of a file: PEM with any text between them, or one certificate as DER. Whether
/// they can be read is for the judging to say.
///
/// # Errors
/// When it holds none, or more than anybody would send.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BadFile> {
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes.to_vec()]);
    }
    // OpenSSL does not see the first block behind one, and neither does a server.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(BadFile(
            "it begins with a byte order mark, behind which servers miss the first certificate: save it as plain UTF-8",
        ));
    }
    let mut found = Vec::new();
    for pem in Pem::iter_from_buffer(bytes) {
        let pem = pem.map_err(|_| BadFile("a PEM block in it cannot be read"))?;
        if matches!(pem.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") {
            // What OpenSSL trusts it for stands behind the certificate, and is not sent.
            let aside = pem.label == "TRUSTED CERTIFICATE";
            let whole =
                super::path::element(&pem.contents).filter(|_| aside).map(|(_, _, end)| pem.contents[..end].to_vec());
            found.push(whole.unwrap_or(pem.contents));
        }
    }
    match found.len() {
        0 => Err(BadFile("it holds no certificate (PEM text with BEGIN CERTIFICATE is expected)")),
        1..=MOST => Ok(found),
        _ => Err(BadFile("it holds more than 100 certificates")),
    }
}

/// The revocation lists of a file, PEM or DER.
///
/// # Errors
/// When it holds none.
pub fn revocation_lists(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BadFile> {
    let found = read_lists(bytes);
    if found.is_empty() {
        return Err(BadFile("it holds no revocation list (PEM text with BEGIN X509 CRL, or DER, is expected)"));
    }
    Ok(found)
}

/// A name or an address as a person writes it.
///
/// # Errors
/// When it is neither.
pub fn name(text: &str) -> Result<DomainName, String> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    match bare.parse::<IpAddr>() {
        Ok(address) => Ok(DomainName::of_address(address)),
        Err(_) => DomainName::parse(text).map_err(|e| e.to_string()),
    }
}

impl Case {
    /// The name that clients ask for: the one that is given, or the first that the leaf names. `None`
    /// where it names none that could be asked for.
    #[must_use]
    pub fn host(&self) -> Option<DomainName> {
        self.name.clone().or_else(|| first_name(&self.chain))
    }

    /// Whether its certificates can be read and none of them says whom to ask for.
    #[must_use]
    pub fn names_nobody(&self) -> bool {
        let is_read = |der: &Vec<u8>| X509Certificate::from_der(der).is_ok();
        self.host().is_none() && self.chain.first().is_some_and(is_read)
    }

    /// Everything that can be known of the chain without its server, and the target it is known of.
    #[must_use]
    pub fn facts(&self) -> (Targets, Facts, TargetId) {
        let host = self.host().unwrap_or_else(|| DomainName::of_address(Ipv4Addr::UNSPECIFIED.into()));
        let at = TargetId::new(TargetKind::Host, host.as_str());
        let mut targets = Targets::default();
        targets.add(at.clone(), Origin::CommandLine);
        let plan = HostPlan {
            host: host.clone(),
            port: 443,
            role: HostRole::Listed,
            automatic_renewal: None,
            private_ca: false,
            launch: None,
        };
        let shake = Handshake {
            chain: self.chain.clone(),
            address: Ipv4Addr::UNSPECIFIED.into(),
            version: Shown::default(),
            cipher: Shown::default(),
            group: None,
            alpn: None,
            signature_fits: None,
        };
        let anchors = self.given.iter().filter_map(|der| {
            // One that cannot be a root is trusted by nobody.
            Some(webpki::anchor_from_trusted_cert(&CertificateDer::from(der.as_slice())).ok()?.to_owned())
        });
        let all: Vec<TrustAnchor<'static>> = self.store.iter().cloned().chain(anchors).collect();
        let roots = Roots { all: &all, given: &self.given };
        let walk = PathWalk { shake: &shake, roots, now: self.now };
        // Nothing is fetched: what is not in the file is not there.
        let (trust, ..) = Step::play(&walk, |_| Observed::known(Err(HostFailure::NoAddress)));
        let chain = chain::chain(&shake, roots, self.now);
        // It might send them in the handshake.
        let beside = Cause::Parse("whether its server sends timestamps of certificate logs".into());
        let logged = if chain.unlogged { Observed::unknown(beside) } else { Observed::known(Logged(true)) };
        let session = Session { version: Shown::default(), alpn: None };
        let mut facts = Facts::default();
        macro_rules! put {
            ($($table:ident: $fact:expr;)*) => { $(facts.$table.insert(at.clone(), Arc::new($fact));)* };
        }
        put! {
            reach: Observed::known(Reach { outcome: Ok(session), may_be_canonical: false });
            certificate: judge::certificate(&shake, &host, self.now);
            split: Split::of(&trust, false);
            trust: trust;
            logged: logged;
            chain: Observed::known(chain);
            key_proof: Observed::not_configured("there was no handshake");
            revocations: Revocations::of(chain::revocation(&shake, roots, &self.lists, self.now), Vec::new());
            upkeep: Observed::known(Upkeep::of(&shake, None));
            host_plan: Observed::known(plan);
        }
        (targets, facts, at)
    }

    /// Judges it by every rule that needs no server.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        let (targets, facts, at) = self.facts();
        let mut out = Judgement::default();
        for rule in rules() {
            let view = View::new(&at, &targets, &facts);
            let Eval::Code(eval) = &rule.eval else { continue };
            let said = eval(&view);
            let unseen = view.close().1;
            match said {
                Ok(Verdict::Fail(faults)) if !faults.is_empty() => out.faults.push((rule, faults)),
                Ok(_) if !unseen.is_empty() => {
                    out.unknown.extend(unseen.iter().map(|cause| (rule, cause.to_string().into())));
                }
                Ok(_) | Err(crate::vocab::Missing::NotConfigured(_)) => {}
                Err(crate::vocab::Missing::Unknown(cause)) => out.unknown.push((rule, cause.to_string().into())),
            }
        }
        out
    }
}

/// What the rules said.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The rules that fail, with their faults.
    pub faults: Vec<(&'static Rule, Vec<Fault>)>,
    /// The rules that could not judge, and why.
    pub unknown: Vec<(&'static Rule, Shown)>,
}
impl Judgement {
    /// Whether a strict client that lives by the rules of the public web would connect at that time:
    /// nothing is wrong but the advice that looks ahead, and nothing is unknown.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.refusals().next().is_none() && self.unknown.is_empty()
    }
    /// What such a client refuses, in words.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static Rule, Shown)> + '_ {
        self.faults.iter().filter(|(rule, _)| !ADVICE.contains(&rule.id.as_ref())).flat_map(|(rule, faults)| {
            faults.iter().map(|f| {
                let text = f.saw.iter().filter_map(|e| match e {
                    Evidence::Text(t) => Some(t.as_str()),
                    _ => None,
                });
                (*rule, text.collect::<Vec<_>>().join("; ").into())
            })
        })
    }
}

/// Rules about what comes, and about what clients overlook.
const ADVICE: &[&str] = &[
    "tls.expiring",
    "tls.intermediate-expiring",
    "tls.lifetime-over-limit",
    "tls.renewal-manual",
    "tls.chain-order",
    "tls.chain-bloated",
];

/// The rules that need nothing but the certificates.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    use FactKind as K;
    // The clock is the user's: they may say what time it is.
    let known = [
        K::host_plan,
        K::reach,
        K::certificate,
        K::trust,
        K::split,
        K::chain,
        K::key_proof,
        K::logged,
        K::revocations,
        K::upkeep,
        K::clock,
    ];
    let about = [K::certificate, K::trust, K::chain];
    crate::rules().filter(move |r| {
        r.family() == Family::Tls
            && r.facts().all(|f| known.contains(&f))
            && r.facts().any(|f| about.contains(&f))
            // Without a server there is nobody who could have the wrong key.
            && !r.facts().any(|f| f == K::key_proof)
    })
}

/// The first name that the server's own certificate is made out to and that a client could ask for. It
/// comes first, but for files in the wrong order.
fn first_name(chain: &[Vec<u8>]) -> Option<DomainName> {
    let read = || chain.iter().filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1));
    let leaf = read().find(|c| !c.is_ca()).or_else(|| read().next());
    let san = leaf.as_ref().and_then(|l| l.subject_alternative_name().ok().flatten());
    let names = san.map(|s| s.value.general_names.as_slice()).unwrap_or_default();
    let found = names.iter().find_map(|n| match n {
        GeneralName::DNSName(d) => DomainName::parse(&d.replacen("*.", "www.", 1)).ok(),
        GeneralName::IPAddress(b) => super::lint::address(b).map(DomainName::of_address),
        _ => None,
    });
    let common = || {
        let text = leaf.as_ref()?.subject().iter_common_name().find_map(|c| c.as_str().ok())?;
        DomainName::parse(text).ok()
    };
    found.or_else(common)
}
