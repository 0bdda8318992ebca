//! Chains with a fault, made here: what the tests about chains share.

#![allow(dead_code, reason = "each of the tests uses some of it")]

use launchcheck_checks::{
    tls::file::{Case, Judgement},
    vocab::DomainName,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose as Purpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose as Usage, RevokedCertParams, SerialNumber, SigningKey as _,
};
use std::{collections::BTreeSet, time::Duration};

/// 2026-11-21T00:00:00Z.
pub(crate) const NOW: i64 = 1_795_219_200;

pub(crate) fn days(n: u64) -> Duration {
    Duration::from_secs(86_400 * n)
}

/// Days after now (the type of the date is of a crate that is no dependency here).
#[macro_export]
macro_rules! at {
    ($days:expr) => {
        rcgen::date_time_ymd(2026, 11, 21) + $crate::chains::days($days)
    };
}
/// Days before now, for the same.
#[macro_export]
macro_rules! ago {
    ($days:expr) => {
        rcgen::date_time_ymd(2026, 11, 21) - $crate::chains::days($days)
    };
}

// ------------------------------------------------------------------------------------ DER by hand ---

pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let n = content.len();
    let length = match n {
        0..0x80 => vec![u8::try_from(n).unwrap()],
        0x80..0x100 => vec![0x81, u8::try_from(n).unwrap()],
        _ => [&[0x82][..], &u16::try_from(n).unwrap().to_be_bytes()].concat(),
    };
    [&[tag][..], &length, content].concat()
}

/// The elements of a DER content, each whole.
pub(crate) fn elements(mut from: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    while !from.is_empty() {
        let (head, length) = head(from);
        out.push(from[..head + length].to_vec());
        from = &from[head + length..];
    }
    out
}
pub(crate) fn head(from: &[u8]) -> (usize, usize) {
    match from[1] {
        0x81 => (3, usize::from(from[2])),
        0x82 => (4, usize::from(u16::from_be_bytes([from[2], from[3]]))),
        n => (2, usize::from(n)),
    }
}
pub(crate) fn content(element: &[u8]) -> &[u8] {
    &element[head(element).0..]
}

/// A certificate taken apart: the parts of what is signed, and the extensions.
pub(crate) struct Parts {
    pub(crate) fields: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) outer: Option<Vec<u8>>,
}
pub(crate) const SERIAL: usize = 1;
pub(crate) const VALIDITY: usize = 4;

/// Takes a certificate apart, lets it be changed, and signs it anew.
pub(crate) fn remade(cert: &[u8], key: &KeyPair, change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let whole = elements(content(cert));
    let mut fields = elements(content(&whole[0]));
    let extensions = elements(content(content(&fields.pop().unwrap())));
    let mut parts = Parts { fields, extensions, outer: None };
    change(&mut parts);
    let mut signed = parts.fields.concat();
    if !parts.extensions.is_empty() {
        signed.extend(der(0xa3, &der(0x30, &parts.extensions.concat())));
    }
    let signed = der(0x30, &signed);
    let signature = der(3, &[&[0][..], &key.sign(&signed).unwrap()].concat());
    der(0x30, &[signed, parts.outer.unwrap_or_else(|| whole[1].clone()), signature].concat())
}

/// An extension of this OID (its last octet under id-ce, 2.5.29).
pub(crate) fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    der(0x30, &[&[6, 3, 0x55, 0x1d, last][..], flag, &der(4, value)].concat())
}
impl Parts {
    pub(crate) fn find(&mut self, last: u8) -> &mut Vec<u8> {
        let at = self.extensions.iter().position(|e| content(e).starts_with(&[6, 3, 0x55, 0x1d, last])).unwrap();
        &mut self.extensions[at]
    }
    /// Marks it critical or not.
    pub(crate) fn mark(&mut self, last: u8, critical: bool) {
        let found = self.find(last);
        let value = content(elements(content(found)).last().unwrap()).to_vec();
        *found = extension(last, critical, &value);
    }
    pub(crate) fn drop(&mut self, last: u8) {
        let found = self.find(last).clone();
        self.extensions.retain(|e| *e != found);
    }
}

// ------------------------------------------------------------------------------------- the scene ---

pub(crate) struct World {
    pub(crate) root: Vec<u8>,
    pub(crate) root_key: KeyPair,
    pub(crate) between: Vec<u8>,
    pub(crate) issuer: Issuer<'static, KeyPair>,
    pub(crate) root_issuer: Issuer<'static, KeyPair>,
}

pub(crate) fn authority(name: &str) -> CertificateParams {
    let mut p = CertificateParams::new(Vec::new()).unwrap();
    p.distinguished_name = rcgen::DistinguishedName::new();
    p.distinguished_name.push(DnType::CommonName, name);
    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    p.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
    p.use_authority_key_identifier_extension = true;
    (p.not_before, p.not_after) = (ago!(500), at!(2000));
    p
}

pub(crate) fn leaf() -> CertificateParams {
    leaf_for(&["acme.test", "www.acme.test"])
}
pub(crate) fn leaf_for(names: &[&str]) -> CertificateParams {
    let mut p = CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
    p.distinguished_name = rcgen::DistinguishedName::new();
    p.distinguished_name.push(DnType::CommonName, names.first().copied().unwrap_or("acme.test"));
    p.key_usages = vec![Usage::DigitalSignature];
    p.extended_key_usages = vec![Purpose::ServerAuth];
    p.use_authority_key_identifier_extension = true;
    (p.not_before, p.not_after) = (ago!(10), at!(80));
    p
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }
    pub(crate) fn with(
        root: impl FnOnce(&mut CertificateParams),
        between: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut root_params = authority("Test Root");
        root(&mut root_params);
        let certificate = root_params.self_signed(&root_key).unwrap();
        let spare = KeyPair::from_pem(&root_key.serialize_pem()).unwrap();
        let root_issuer = Issuer::new(root_params, root_key);
        let mut params = authority("Test Intermediate");
        between(&mut params);
        let signed = params.signed_by(&key, &root_issuer).unwrap();
        Self {
            root: certificate.der().to_vec(),
            root_key: spare,
            between: signed.der().to_vec(),
            issuer: Issuer::new(params, key),
            root_issuer,
        }
    }
    pub(crate) fn issue(&self, params: &CertificateParams) -> Vec<u8> {
        params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().der().to_vec()
    }
    pub(crate) fn case(&self, leaf: &CertificateParams) -> Case {
        self.of(vec![self.issue(leaf), self.between.clone()])
    }
    pub(crate) fn of(&self, chain: Vec<Vec<u8>>) -> Case {
        let host = Some(DomainName::parse("acme.test").unwrap());
        Case { chain, name: host, given: vec![self.root.clone()], now: NOW, ..Case::default() }
    }
    /// A healthy leaf that is changed by hand and signed again.
    pub(crate) fn remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        self.of(vec![remade(&self.issue(&leaf()), self.issuer.key(), change), self.between.clone()])
    }
    /// The same for the intermediate.
    pub(crate) fn between_remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        self.of(vec![self.issue(&leaf()), remade(&self.between, &self.root_key, change)])
    }
    /// The same for the root.
    pub(crate) fn root_remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        Case { given: vec![remade(&self.root, &self.root_key, change)], ..self.case(&leaf()) }
    }
    pub(crate) fn list(&self, serial: &[u8], until: u64) -> Vec<u8> {
        let params = CertificateRevocationListParams {
            this_update: ago!(20),
            next_update: ago!(20) + days(until),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: SerialNumber::from_slice(serial),
                revocation_time: ago!(25),
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}

/// What stands after specific rules have silenced the generic ones.
pub(crate) fn raised(said: &Judgement) -> BTreeSet<String> {
    let explained = |rule: &launchcheck_checks::vocab::Rule, subject: &str| {
        said.faults.iter().any(|(other, faults)| {
            rule.yields_to.contains(&other.id.as_ref()) && faults.iter().any(|f| f.subject.as_str() == subject)
        })
    };
    said.faults
        .iter()
        .filter(|(rule, faults)| faults.iter().any(|f| !explained(rule, f.subject.as_str())))
        .map(|(rule, _)| rule.id.trim_start_matches("tls.").to_owned())
        .collect()
}

pub(crate) type Row = (&'static str, Box<dyn Fn() -> Case>, &'static [&'static str]);

pub(crate) fn row(name: &'static str, case: impl Fn() -> Case + 'static, rules: &'static [&'static str]) -> Row {
    (name, Box::new(case), rules)
}
pub(crate) fn of_leaf(change: impl Fn(&mut CertificateParams)) -> Case {
    let mut params = leaf();
    change(&mut params);
    World::new().case(&params)
}
pub(crate) fn of_names(names: &[&str]) -> Case {
    World::new().case(&leaf_for(names))
}

pub(crate) const MALFORMED: &[&str] = &["certificate-malformed"];
