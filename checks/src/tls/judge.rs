//! Judging a leaf certificate: names, dates and key, each by itself, so that an expired certificate
//! with a wrong name is found to be both.

use super::facts::{Certificate, HostPlan, HostRole, Key};
use crate::vocab::{Cause, DomainName, Evidence, Observed, Shown};
use crate::wire::{Handshake, HostFailure};
use rustls_pki_types::{CertificateDer, ServerName};
use std::net::IpAddr;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;

/// Judges the leaf that was served to `host`, at `now` (Unix time). Unknown where no certificate was
/// sent or it cannot be read.
#[must_use]
pub fn certificate(shake: &Handshake, host: &DomainName, now: i64) -> Observed<Certificate> {
    let unreadable = |why: &str| Observed::unknown(Cause::Parse(why.into()));
    let Some(der) = shake.chain.first() else { return unreadable("the server sent no certificate") };
    let Ok((_, leaf)) = X509Certificate::from_der(der) else { return unreadable("the server's certificate") };
    let names = names_of(&leaf);
    Observed::known(Certificate {
        host: host.clone(),
        name_fits: name_fits(der, &names, host),
        subject: match shown_name(leaf.subject()) {
            s if s.is_empty() => names.first().cloned().unwrap_or_default(),
            s => s,
        },
        names,
        issuer: shown_name(leaf.issuer()),
        subject_whole: leaf.subject().to_string().into(),
        issuer_whole: leaf.issuer().to_string().into(),
        issuer_organisation: organisation(leaf.issuer()),
        not_before: leaf.validity().not_before.timestamp(),
        not_after: leaf.validity().not_after.timestamp(),
        now,
        key: key_of(&leaf),
    })
}

/// What a host that cannot be talked to leaves of its other facts. A `www` that nobody declared and
/// that does not exist has no certificate to judge; `web.www-unreachable` speaks of it.
#[must_use]
pub fn hidden_by<T>(plan: &HostPlan, failure: &HostFailure) -> Observed<T> {
    if plan.role == HostRole::InferredWww && failure.is_nowhere() {
        return Observed::not_configured("nobody declared this name, and it does not exist");
    }
    Observed::unknown(failure.cause())
}

/// The subject alternative names of DNS and address type.
fn names_of(leaf: &X509Certificate<'_>) -> Vec<Shown> {
    // Where the extension stands in it twice, which is a fault of its own, the names still count.
    leaf.extensions()
        .iter()
        .filter_map(|e| match e.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(san) => Some(&san.general_names),
            _ => None,
        })
        .flatten()
        .filter_map(|n| match n {
            GeneralName::DNSName(d) => Some(Shown::from(*d)),
            GeneralName::IPAddress(b) => match b.len() {
                4 => <[u8; 4]>::try_from(*b).ok().map(|a| IpAddr::from(a).to_string().into()),
                _ => <[u8; 16]>::try_from(*b).ok().map(|a| IpAddr::from(a).to_string().into()),
            },
            _ => None,
        })
        .collect()
}

/// Whether the certificate is made out to the host, by the verifier that clients use; where that
/// cannot read the certificate at all, by our own reading of the names.
fn name_fits(der: &[u8], names: &[Shown], host: &DomainName) -> bool {
    let der = CertificateDer::from(der);
    match (webpki::EndEntityCert::try_from(&der), ServerName::try_from(host.as_str())) {
        (Ok(leaf), Ok(name)) => leaf.verify_is_valid_for_subject_name(&name).is_ok(),
        _ => names.iter().any(|n| covers(n.as_str(), host)),
    }
}

/// Whether a presented name covers the host: the same name, or `*.` for exactly one label
/// (RFC 9525, section 6.3).
#[must_use]
pub fn covers(presented: &str, host: &DomainName) -> bool {
    let presented = presented.to_ascii_lowercase();
    match presented.strip_prefix("*.") {
        Some(rest) => host.parent().is_some_and(|p| p.as_str() == rest),
        None => presented == host.as_str(),
    }
}

/// The key of a certificate; `None` where that cannot be read.
#[must_use]
pub fn key_kind(der: &[u8]) -> Option<Key> {
    X509Certificate::from_der(der).ok().map(|(_, cert)| key_of(&cert))
}

pub(super) fn key_of(cert: &X509Certificate<'_>) -> Key {
    let spki = cert.public_key();
    let curve = || spki.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok()).map(|o| o.to_id_string());
    let mut usual = true;
    let (algorithm, bits, weak): (Shown, u32, bool) = match spki.parsed() {
        Ok(PublicKey::RSA(rsa)) => {
            let bits = bit_length(rsa.modulus);
            ("RSA".into(), bits, bits < 2048)
        }
        Ok(PublicKey::EC(point)) => {
            let bits = u32::try_from(point.key_size()).unwrap_or(u32::MAX);
            let curve = curve().unwrap_or_default();
            usual = NIST.contains(&curve.as_str());
            let named = CURVES.iter().find(|(id, _)| *id == curve).map(|(_, name)| *name);
            match named {
                Some(name) => (name.into(), bits, bits < 256),
                None if usual || bits < 256 => ("EC".into(), bits, bits < 256),
                None if curve.is_empty() => ("a curve without a name".into(), bits, false),
                None => (format!("the curve {curve}").into(), bits, false),
            }
        }
        Ok(PublicKey::DSA(_)) => ("DSA".into(), 0, true),
        Ok(PublicKey::GostR3410(_) | PublicKey::GostR3410_2012(_)) => ("GOST".into(), 0, true),
        // Newer kinds are not weak by their size.
        _ => {
            let id = spki.algorithm.algorithm.to_id_string();
            // One of a known kind that cannot be read is another fault.
            usual = ["1.2.840.113549.1.1.1", "1.2.840.10045.2.1"].contains(&id.as_str());
            let named = KINDS.iter().find(|(kind, _)| *kind == id).map(|(_, name)| *name);
            (named.map_or_else(|| format!("the kind {id}").into(), Shown::from), 0, false)
        }
    };
    Key { algorithm, bits, weak, usual }
}

/// The curves that public authorities may certify (Baseline Requirements, 6.1.5): P-256, P-384, P-521.
const NIST: [&str; 3] = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];
/// Others that servers are set up with, and what they are called.
const CURVES: [(&str, &str); 4] = [
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
];
/// Kinds of key that are neither plain RSA nor of such a curve (RFC 4055, RFC 8410, FIPS 204).
const KINDS: [(&str, &str); 6] = [
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];

fn bit_length(modulus: &[u8]) -> u32 {
    let start = modulus.iter().position(|b| *b != 0).unwrap_or(modulus.len());
    let digits = &modulus[start..];
    let bytes = u32::try_from(digits.len()).unwrap_or(u32::MAX / 8);
    digits.first().map_or(0, |first| bytes * 8 - first.leading_zeros())
}

/// A distinguished name for people: the common name and the organisation, or all of it.
pub(super) fn shown_name(name: &X509Name<'_>) -> Shown {
    let common = name.iter_common_name().find_map(|a| a.as_str().ok()).unwrap_or_default();
    let organisation = organisation(name);
    match (common.is_empty(), organisation.is_empty()) {
        (true, true) => name.to_string().into(),
        (true, false) => organisation,
        (false, true) => common.into(),
        (false, false) => format!("{common} ({organisation})").into(),
    }
}

fn organisation(name: &X509Name<'_>) -> Shown {
    name.iter_organization().find_map(|a| a.as_str().ok()).unwrap_or_default().into()
}

/// A moment as RFC 3339 in UTC, to the second.
#[must_use]
pub fn moment(unix: i64) -> Shown {
    jiff::Timestamp::from_second(unix).map_or_else(|_| unix.to_string().into(), |t| t.to_string().into())
}

/// Its day alone, where a table has no room for the minute.
#[must_use]
pub fn day(unix: i64) -> Shown {
    moment(unix).as_str().split('T').next().unwrap_or_default().into()
}

/// A length of time in the unit that a person would use.
#[must_use]
pub fn span(seconds: i64) -> String {
    let (n, unit) = match seconds.abs() {
        s if s >= 2 * super::renewal::DAY => (s / super::renewal::DAY, "day"),
        s if s >= 3600 => (s / 3600, "hour"),
        s => (s / 60, "minute"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

impl Certificate {
    /// As evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let names: Vec<&str> = self.names.iter().map(Shown::as_str).collect();
        Evidence::Certificate {
            host: (&self.host).into(),
            names: if names.is_empty() { self.subject.clone() } else { names.join(", ").into() },
            issuer: self.issuer.clone(),
            validity: (moment(self.not_before), moment(self.not_after)),
        }
    }
    /// Whether its last second has passed.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        self.now > self.not_after
    }
    /// Whether its first second is yet to come.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        self.now < self.not_before
    }
    /// Its lifetime in seconds; the last second is part of it (Baseline Requirements, 6.3.2).
    #[must_use]
    pub const fn lifetime(&self) -> i64 {
        self.not_after - self.not_before + 1
    }
    /// The seconds that are left of it.
    #[must_use]
    pub const fn remaining(&self) -> i64 {
        self.not_after - self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_one_label_only() {
        let host = |s| DomainName::parse(s).unwrap();
        assert!(covers("ACME.test", &host("acme.test")));
        assert!(covers("*.acme.test", &host("www.acme.test")));
        assert!(!covers("*.acme.test", &host("acme.test")));
        assert!(!covers("*.acme.test", &host("a.b.acme.test")));
    }

    #[test]
    fn sizes_are_those_of_the_number() {
        assert_eq!(bit_length(&[0, 0x80, 0]), 16);
        assert_eq!(bit_length(&[0x7f, 0xff]), 15);
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(moment(1_795_219_200).as_str(), "2026-11-21T00:00:00Z");
        assert_eq!(span(9 * 86_400 + 5), "9 days");
        assert_eq!(span(86_400), "24 hours");
    }
}
