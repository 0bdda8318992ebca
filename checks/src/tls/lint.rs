//! What is wrong with one certificate, read by itself. Verifiers differ in what they look at: the
//! one that this program trusts lets pass what Python's and OpenSSL's strict modes refuse, so each
//! rule of the profiles is looked at here.

use super::judge::{key_of, moment, shown_name};
use crate::vocab::{DomainName, Shown};
use std::collections::BTreeSet;
use std::net::IpAddr;
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage, NameConstraints, X509Extension};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Version};
use x509_parser::public_key::PublicKey;

/// Where in the path a certificate stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The server's own.
    Leaf,
    /// An authority's, between the leaf and the root.
    Between,
    /// A root that was given, which somebody chose to trust.
    Root,
}

/// What a flaw breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The encoding: hardly any client reads it.
    Encoding,
    /// The internet profile (RFC 5280): strict clients refuse it.
    Profile,
    /// The Baseline Requirements: a public authority may not issue it, and must revoke it.
    Baseline,
    /// What the key may be used for.
    Usage,
    /// The key itself.
    Key,
    /// How the certificate is signed.
    Signature,
}

/// One thing that is wrong with a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flaw {
    /// A stable word for it, such as `serial`.
    pub code: &'static str,
    /// What it breaks.
    pub kind: Kind,
    /// Where the certificate stands.
    pub role: Role,
    /// The certificate's subject, for people.
    pub certificate: Shown,
    /// What is wrong, for people.
    pub words: Shown,
}

/// Everything that is wrong with a certificate that stands there.
#[must_use]
pub fn lint(der: &[u8], role: Role) -> Vec<Flaw> {
    let mut out = Lint { role, certificate: "the certificate".into(), flaws: Vec::new() };
    let Ok((rest, cert)) = X509Certificate::from_der(der) else {
        out.add("unreadable", Kind::Encoding, "it is not a certificate that can be read (X.509, DER)");
        return out.flaws;
    };
    out.certificate = shown_name(cert.subject());
    if out.certificate.is_empty() {
        out.certificate = format!("a certificate of {}", shown_name(cert.issuer())).into();
    }
    out.add_if(!rest.is_empty(), "unreadable", Kind::Encoding, "bytes follow after its end");
    out.frame(&cert);
    out.extensions(&cert);
    out.identifiers(&cert);
    out.constraints(&cert);
    out.usage(&cert);
    out.key(&cert);
    if role == Role::Leaf {
        out.names(&cert);
    }
    out.flaws
}

/// 2050-01-01T00:00:00Z.
const YEAR_2050: i64 = 2_524_608_000;

/// The extensions that verifiers process, so that one of them may be critical.
fn is_known(id: &str) -> bool {
    // id-ce of RFC 5280, section 4.2.1, and the TLS features of RFC 7633.
    let known = [
        "2.5.29.14",
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.18",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.33",
        "2.5.29.35",
        "2.5.29.36",
        "2.5.29.37",
        "2.5.29.54",
        "1.3.6.1.5.5.7.1.1",
        "1.3.6.1.5.5.7.1.24",
    ];
    known.contains(&id)
}

fn find<'c, 'd>(cert: &'c X509Certificate<'d>, id: &str) -> Option<&'c X509Extension<'d>> {
    cert.extensions().iter().find(|e| e.oid.to_id_string() == id)
}

fn key_usage<'c>(cert: &'c X509Certificate<'_>) -> Option<&'c KeyUsage> {
    cert.extensions().iter().find_map(|e| match e.parsed_extension() {
        ParsedExtension::KeyUsage(k) => Some(k),
        _ => None,
    })
}

struct Lint {
    role: Role,
    certificate: Shown,
    flaws: Vec<Flaw>,
}

impl Lint {
    fn add(&mut self, code: &'static str, kind: Kind, words: impl Into<Shown>) {
        let (role, certificate) = (self.role, self.certificate.clone());
        self.flaws.push(Flaw { code, kind, role, certificate, words: words.into() });
    }
    fn add_if(&mut self, wrong: bool, code: &'static str, kind: Kind, words: &str) {
        if wrong {
            self.add(code, kind, words);
        }
    }

    /// Version, serial number, names, dates and the two copies of the signature algorithm.
    fn frame(&mut self, cert: &X509Certificate<'_>) {
        if cert.version() != X509Version::V3 {
            let version = cert.version().0.saturating_add(1);
            self.add("version", Kind::Encoding, format!("it is of X.509 version {version}; clients accept version 3"));
        }
        let serial = cert.raw_serial();
        self.add_if(
            serial.is_empty() || serial.iter().all(|b| *b == 0),
            "serial",
            Kind::Profile,
            "its serial number is zero",
        );
        self.add_if(
            serial.first().is_some_and(|b| b & 0x80 != 0),
            "serial",
            Kind::Profile,
            "its serial number is negative",
        );
        self.add_if(serial.len() > 20, "serial", Kind::Profile, "its serial number is longer than 20 octets");
        self.add_if(
            cert.signature_algorithm != cert.tbs_certificate.signature,
            "signature-algorithm",
            Kind::Encoding,
            "it names two different signature algorithms, inside and outside of what is signed",
        );
        let empty = |name: &x509_parser::prelude::X509Name<'_>| name.iter_rdn().next().is_none();
        self.add_if(empty(cert.issuer()), "issuer-empty", Kind::Profile, "it names no issuer");
        self.add_if(
            self.role != Role::Leaf && empty(cert.subject()),
            "subject-empty",
            Kind::Profile,
            "it is an authority's and names no subject",
        );
        let validity = cert.validity();
        let (first, last) = (validity.not_before.timestamp(), validity.not_after.timestamp());
        if last < first {
            self.add(
                "validity",
                Kind::Encoding,
                format!("it ends ({}) before it begins ({})", moment(last), moment(first)),
            );
        }
        // RFC 5280, section 4.1.2.5: up to 2049 in the short form.
        let long = [&validity.not_before, &validity.not_after]
            .iter()
            .any(|t| t.is_generalizedtime() && t.timestamp() < YEAR_2050);
        self.add_if(long, "validity", Kind::Baseline, "a date of it before 2050 is written in the long form");
        let weak = match cert.signature_algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.2" => Some("MD2"),
            "1.2.840.113549.1.1.4" | "1.3.14.3.2.25" => Some("MD5"),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" => Some("SHA-1"),
            _ => None,
        };
        // Nobody checks a root's signature on itself.
        if let (Some(weak), false) =
            (weak, self.role == Role::Root || cert.subject().as_raw() == cert.issuer().as_raw())
        {
            self.add("signature", Kind::Signature, format!("it is signed with {weak}, which can be forged"));
        }
    }

    fn extensions(&mut self, cert: &X509Certificate<'_>) {
        let mut seen = BTreeSet::new();
        for extension in cert.extensions() {
            let id = extension.oid.to_id_string();
            if !seen.insert(id.clone()) {
                self.add("extension-twice", Kind::Encoding, format!("the extension {id} stands in it twice"));
            }
            let broken = matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. });
            if broken && is_known(&id) {
                self.add("extension-unreadable", Kind::Encoding, format!("the extension {id} cannot be read"));
            }
            if extension.critical && !is_known(&id) {
                let words =
                    format!("it demands (critical) that clients understand the extension {id}, which none does");
                self.add("critical-unknown", Kind::Encoding, words);
            }
        }
        let is_critical = |id: &str| find(cert, id).map(|e| e.critical);
        self.add_if(
            is_critical("1.3.6.1.5.5.7.1.1") == Some(true),
            "criticality",
            Kind::Profile,
            "its authority information access is marked critical",
        );
        self.add_if(
            is_critical("2.5.29.36") == Some(false),
            "criticality",
            Kind::Profile,
            "its policy constraints are not marked critical",
        );
        self.add_if(
            is_critical("2.5.29.54") == Some(false),
            "criticality",
            Kind::Profile,
            "its ban of any policy is not marked critical",
        );
    }

    /// Authority and subject key identifiers (RFC 5280, sections 4.2.1.1 and 4.2.1.2).
    fn identifiers(&mut self, cert: &X509Certificate<'_>) {
        let (aki, ski) = (find(cert, "2.5.29.35"), find(cert, "2.5.29.14"));
        self.add_if(
            aki.is_some_and(|e| e.critical),
            "criticality",
            Kind::Profile,
            "its authority key identifier is marked critical",
        );
        self.add_if(
            ski.is_some_and(|e| e.critical),
            "criticality",
            Kind::Profile,
            "its subject key identifier is marked critical",
        );
        self.add_if(
            self.role != Role::Leaf && ski.is_none() && cert.version() == X509Version::V3,
            "subject-key-identifier",
            Kind::Profile,
            "it is an authority's and has no subject key identifier",
        );
        let own = ski.and_then(|e| match e.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        });
        let self_issued = cert.subject().as_raw() == cert.issuer().as_raw();
        match aki.map(X509Extension::parsed_extension) {
            // Before version 3 there are no extensions, and that is told of its version.
            None => self.add_if(
                !self_issued && cert.version() == X509Version::V3,
                "authority-key-identifier",
                Kind::Profile,
                "it has no authority key identifier",
            ),
            Some(ParsedExtension::AuthorityKeyIdentifier(aki)) => {
                let named = aki.key_identifier.as_ref().map(|k| k.0);
                let kind = if self_issued { Kind::Baseline } else { Kind::Profile };
                self.add_if(
                    named.is_none(),
                    "authority-key-identifier",
                    kind,
                    "its authority key identifier holds no key identifier",
                );
                self.add_if(
                    aki.authority_cert_issuer.is_some() || aki.authority_cert_serial.is_some(),
                    "authority-key-identifier",
                    Kind::Baseline,
                    "its authority key identifier names the issuer by name or number, which no public authority may do",
                );
                self.add_if(
                    self_issued && named.is_some() && own.is_some() && named != own,
                    "authority-key-identifier",
                    Kind::Baseline,
                    "it signed itself, and its two key identifiers differ",
                );
            }
            // What cannot be read is told as such.
            Some(_) => {}
        }
    }

    /// Basic constraints, the signing of certificates, and name constraints.
    fn constraints(&mut self, cert: &X509Certificate<'_>) {
        let basic = find(cert, "2.5.29.19");
        let (is_ca, length) = basic.map_or((false, false), |e| match e.parsed_extension() {
            ParsedExtension::BasicConstraints(b) => (b.ca, b.path_len_constraint.is_some()),
            _ => (false, false),
        });
        let usage = key_usage(cert);
        let signs = usage.is_some_and(KeyUsage::key_cert_sign);
        if self.role == Role::Leaf {
            let words = "it is an authority's own certificate (basic constraints), and may not be served";
            self.add_if(is_ca, "basic-constraints", Kind::Profile, words);
            let words = "its key may sign certificates, and it is no authority's";
            self.add_if(signs && !is_ca, "key-usage", Kind::Profile, words);
        } else if cert.version() == X509Version::V3 {
            let words = match basic {
                None => Some("it stands as an authority's and has no basic constraints"),
                Some(_) if !is_ca => Some("it stands as an authority's, and its basic constraints say that it is none"),
                Some(e) if !e.critical => Some("its basic constraints are not marked critical"),
                Some(_) => None,
            };
            if let Some(words) = words {
                self.add("basic-constraints", Kind::Profile, words);
            }
            let words = "it is an authority's, and its key may not sign certificates (key usage)";
            self.add_if(usage.is_some() && !signs, "key-usage", Kind::Profile, words);
            // Python from 3.13 on and OpenSSL's strict mode refuse it, of a root as well.
            let kind = if self.role == Role::Root { Kind::Baseline } else { Kind::Profile };
            let words = "it is an authority's and does not say what its key is for (no key usage)";
            self.add_if(find(cert, "2.5.29.15").is_none(), "key-usage", kind, words);
        }
        let words = "it limits the length of the path, which only an authority that signs certificates may do";
        self.add_if(length && (!is_ca || usage.is_some() && !signs), "basic-constraints", Kind::Profile, words);
        if let Some(extension) = find(cert, "2.5.29.30") {
            // That they are not critical is allowed to public authorities (Baseline Requirements, 7.1.2.5.2).
            self.add_if(!is_ca, "name-constraints", Kind::Profile, "it is no authority's and has name constraints");
            if let ParsedExtension::NameConstraints(constraints) = extension.parsed_extension() {
                self.name_constraints(constraints);
            }
        }
    }

    fn name_constraints(&mut self, constraints: &NameConstraints<'_>) {
        let trees = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
        self.add_if(
            trees.iter().all(|t| t.as_ref().is_none_or(Vec::is_empty)),
            "name-constraints",
            Kind::Profile,
            "its name constraints say nothing",
        );
        for tree in trees.into_iter().flatten().flatten() {
            let wrong = match &tree.base {
                GeneralName::DNSName(n) => n.starts_with('.') || n.contains('*') || !is_ascii_name(n),
                GeneralName::IPAddress(b) => !is_network(b),
                GeneralName::RFC822Name(n) => n.contains('*') || n.matches('@').count() > 1 || n.contains(' '),
                GeneralName::Invalid(..) => true,
                _ => false,
            };
            self.add_if(wrong, "name-constraints", Kind::Profile, "a name constraint of it is not well formed");
        }
    }

    /// Key usage and extended key usage of the leaf and of what stands between.
    fn usage(&mut self, cert: &X509Certificate<'_>) {
        let extension = find(cert, "2.5.29.37");
        let eku = extension.and_then(|e| match e.parsed_extension() {
            ParsedExtension::ExtendedKeyUsage(eku) => Some(eku),
            _ => None,
        });
        match self.role {
            Role::Root => self.add_if(
                extension.is_some(),
                "extended-key-usage",
                Kind::Baseline,
                "it is a root and limits what its key is used for (extended key usage), which no public root may do",
            ),
            Role::Between => self.add_if(
                eku.is_some_and(|e| !e.server_auth && !e.any),
                "extended-key-usage",
                Kind::Usage,
                "its authority may not issue for servers (extended key usage)",
            ),
            Role::Leaf => {
                self.leaf_purposes(cert, extension, eku);
                // The server signs in every handshake of today, with an RSA key too: Chrome and Firefox
                // refuse one that may only encipher keys (RFC 8446, section 4.4.2.2).
                self.add_if(
                    key_usage(cert).is_some_and(|k| !k.digital_signature()),
                    "key-usage",
                    Kind::Usage,
                    "its key may not sign handshakes (key usage lacks digitalSignature)",
                );
            }
        }
    }

    fn leaf_purposes(
        &mut self,
        cert: &X509Certificate<'_>,
        extension: Option<&X509Extension<'_>>,
        eku: Option<&ExtendedKeyUsage<'_>>,
    ) {
        let (code, extra) = ("extended-key-usage", "purpose");
        let Some(eku) = eku else {
            // What cannot be read is told as such; version 1 has no extensions.
            let absent = extension.is_none() && cert.version() == X509Version::V3;
            let words = "it does not say that it is made for servers (no extended key usage)";
            self.add_if(absent, "no-purpose", Kind::Usage, words);
            return;
        };
        self.add_if(
            !eku.server_auth,
            code,
            Kind::Usage,
            "it is not made for servers (extended key usage lacks serverAuth)",
        );
        self.add_if(
            extension.is_some_and(|e| e.critical),
            extra,
            Kind::Usage,
            "its extended key usage is marked critical, which no public authority may do",
        );
        let precertificate = |o: &x509_parser::oid_registry::Oid<'_>| o.to_id_string() == "1.3.6.1.4.1.11129.2.4.4";
        let others = [
            (eku.any, "any purpose"),
            (eku.code_signing, "signing code"),
            (eku.email_protection, "mail"),
            (eku.time_stamping, "time stamps"),
            (eku.ocsp_signing, "signing revocation answers"),
            (eku.other.iter().any(precertificate), "signing precertificates"),
        ];
        for (_, what) in others.iter().filter(|(is, _)| *is) {
            let words = format!("it is made for {what} too (extended key usage), which no public authority may issue");
            self.add(extra, Kind::Usage, words);
        }
    }

    fn key(&mut self, cert: &X509Certificate<'_>) {
        let key = key_of(cert);
        if key.weak {
            let bits = if key.bits == 0 { String::new() } else { format!(" of {} bits", key.bits) };
            self.add("key", Kind::Key, format!("its key is {}{bits}", key.algorithm));
        }
        let words = format!("its key is {}, which browsers do not take", key.algorithm);
        if !key.usual && !key.weak {
            self.add("key-kind", Kind::Key, words);
        }
        let odd = matches!(cert.public_key().parsed(), Ok(PublicKey::RSA(_))) && !key.bits.is_multiple_of(8);
        self.add_if(odd, "key", Kind::Baseline, "the size of its RSA key is no multiple of 8 bits");
    }

    /// Subject alternative names and the common name.
    fn names(&mut self, cert: &X509Certificate<'_>) {
        let extension = find(cert, "2.5.29.17");
        let no_subject = cert.subject().iter_rdn().next().is_none();
        let Some(extension) = extension else {
            let absent = cert.version() == X509Version::V3;
            let words = "it has no subject alternative names; the common name counts for nothing";
            self.add_if(absent, "names", Kind::Profile, words);
            return;
        };
        self.add_if(
            no_subject && !extension.critical,
            "criticality",
            Kind::Profile,
            "its subject is empty, and its alternative names are not marked critical",
        );
        self.add_if(
            !no_subject && extension.critical,
            "criticality",
            Kind::Baseline,
            "its alternative names are marked critical beside a subject, which no public authority may do",
        );
        let ParsedExtension::SubjectAlternativeName(san) = extension.parsed_extension() else { return };
        self.add_if(san.general_names.is_empty(), "names", Kind::Encoding, "its list of alternative names is empty");
        let mut names = Vec::new();
        for name in &san.general_names {
            match name {
                GeneralName::DNSName(n) => {
                    self.dns_name(n);
                    names.push((*n).to_owned());
                }
                GeneralName::IPAddress(b) => match address(b) {
                    Some(a) => names.push(a.to_string()),
                    None => self.add("names", Kind::Encoding, "an address among its names has neither 4 nor 16 octets"),
                },
                GeneralName::Invalid(..) => {
                    self.add("names", Kind::Encoding, "a name of it is not written in ASCII");
                }
                _ => {}
            }
        }
        for common in cert.subject().iter_common_name() {
            let text = common.as_str().unwrap_or_default();
            if !names.iter().any(|n| n == text) {
                let words = format!("its common name, {}, is not among its alternative names", Shown::from(text));
                self.add("common-name", Kind::Baseline, words);
            }
        }
    }

    fn dns_name(&mut self, name: &str) {
        let shown = Shown::from(name);
        if !is_ascii_name(name) {
            return self.add("names", Kind::Encoding, format!("{shown} is not written as a host name is"));
        }
        let (star, rest) = name.strip_prefix("*.").map_or((false, name), |r| (true, r));
        if name.parse::<IpAddr>().is_ok() {
            let words = format!("{shown} is an address and stands among its host names, where no client looks for it");
            return self.add("names", Kind::Baseline, words);
        }
        if rest.contains('_') {
            self.add("names", Kind::Baseline, format!("{shown} has an underscore, which no host name has"));
        }
        let labels = || rest.split('.');
        if rest.len() > 253 || labels().any(|l| l.is_empty() || l.len() > 63 || l.starts_with('-') || l.ends_with('-'))
        {
            return self.add("names", Kind::Profile, format!("{shown} is not written as a host name is"));
        }
        if rest.contains('*') {
            return self.add(
                "names",
                Kind::Baseline,
                format!("{shown} has its star in a place where it stands for nothing"),
            );
        }
        // Platforms put their own suffixes on the list, and hold certificates for all names below them:
        // only what a registry controls counts (Baseline Requirements, 3.2.2.6).
        let registry = |d: &DomainName| {
            psl::suffix(d.as_str().as_bytes())
                .is_some_and(|s| s.as_bytes() == d.as_str().as_bytes() && s.typ() != Some(psl::Type::Private))
        };
        if star && DomainName::parse(rest).is_ok_and(|d| registry(&d)) {
            self.add("names", Kind::Baseline, format!("{shown} would cover every domain of a public suffix"));
        }
    }
}

/// Whether a certificate names another key of its authority's than the authority's own certificate
/// does: verifiers that look at the two identifiers, OpenSSL's among them, find no issuer then
/// (RFC 5280, section 4.2.1.1).
#[must_use]
pub fn identifiers_differ(below: &[u8], above: &[u8]) -> Option<Flaw> {
    let (_, cert) = X509Certificate::from_der(below).ok()?;
    let (_, issuer) = X509Certificate::from_der(above).ok()?;
    let named = find(&cert, "2.5.29.35").and_then(|e| match e.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(aki) => aki.key_identifier.as_ref().map(|k| k.0),
        _ => None,
    })?;
    let own = find(&issuer, "2.5.29.14").and_then(|e| match e.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
        _ => None,
    })?;
    (named != own).then(|| Flaw {
        code: "authority-key-identifier",
        kind: Kind::Profile,
        role: Role::Between,
        certificate: shown_name(cert.subject()),
        words: format!("it names another key than that of {}, which signed it", shown_name(issuer.subject())).into(),
    })
}

/// An address as a certificate holds it.
pub(super) fn address(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        _ => None,
    }
}

/// An address and a mask whose ones all come before its zeros.
fn is_network(octets: &[u8]) -> bool {
    if !matches!(octets.len(), 8 | 32) {
        return false;
    }
    let mask = &octets[octets.len() / 2..];
    let ones: u32 = mask.iter().map(|b| b.leading_ones()).sum();
    mask.iter().map(|b| b.count_ones()).sum::<u32>() == ones && mask.windows(2).all(|w| w[0] == 0xff || w[1] == 0)
}

fn is_ascii_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) && !name.contains(['/', '@', ':', ','])
}
