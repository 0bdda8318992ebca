//! Certificates with one fault each, made here: each must raise its rule and no other.

#![expect(clippy::semicolon_if_nothing_returned, reason = "each row is one change, written as a value")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

use launchcheck_checks::{
    tls::{
        chain::DISTRUSTED_EXAMPLE,
        file::{Case, Judgement, name},
    },
    vocab::{DomainName, Severity},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType,
    ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose as Usage,
    RevokedCertParams, SerialNumber, SigningKey as _, date_time_ymd,
};
use std::{collections::BTreeSet, time::Duration};

/// 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;

fn days(n: u64) -> Duration {
    Duration::from_secs(86_400 * n)
}

/// Days after now (the type of the date is of a crate that is no dependency here).
macro_rules! at {
    ($days:expr) => {
        date_time_ymd(2026, 11, 21) + days($days)
    };
}
/// Days before now, for the same.
macro_rules! ago {
    ($days:expr) => {
        date_time_ymd(2026, 11, 21) - days($days)
    };
}

// ------------------------------------------------------------------------------------ DER by hand ---

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let n = content.len();
    let length = match n {
        0..0x80 => vec![u8::try_from(n).unwrap()],
        0x80..0x100 => vec![0x81, u8::try_from(n).unwrap()],
        _ => [&[0x82][..], &u16::try_from(n).unwrap().to_be_bytes()].concat(),
    };
    [&[tag][..], &length, content].concat()
}

/// The elements of a DER content, each whole.
fn elements(mut from: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    while !from.is_empty() {
        let (head, length) = head(from);
        out.push(from[..head + length].to_vec());
        from = &from[head + length..];
    }
    out
}
fn head(from: &[u8]) -> (usize, usize) {
    match from[1] {
        0x81 => (3, usize::from(from[2])),
        0x82 => (4, usize::from(u16::from_be_bytes([from[2], from[3]]))),
        n => (2, usize::from(n)),
    }
}
fn content(element: &[u8]) -> &[u8] {
    &element[head(element).0..]
}

/// A certificate taken apart: the parts of what is signed, and the extensions.
struct Parts {
    fields: Vec<Vec<u8>>,
    extensions: Vec<Vec<u8>>,
    outer: Option<Vec<u8>>,
}
const SERIAL: usize = 1;
const VALIDITY: usize = 4;

/// Takes a certificate apart, lets it be changed, and signs it anew.
fn remade(cert: &[u8], key: &KeyPair, change: impl FnOnce(&mut Parts)) -> Vec<u8> {
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
fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    der(0x30, &[&[6, 3, 0x55, 0x1d, last][..], flag, &der(4, value)].concat())
}
impl Parts {
    fn find(&mut self, last: u8) -> &mut Vec<u8> {
        let at = self.extensions.iter().position(|e| content(e).starts_with(&[6, 3, 0x55, 0x1d, last])).unwrap();
        &mut self.extensions[at]
    }
    /// Marks it critical or not.
    fn mark(&mut self, last: u8, critical: bool) {
        let found = self.find(last);
        let value = content(elements(content(found)).last().unwrap()).to_vec();
        *found = extension(last, critical, &value);
    }
    fn drop(&mut self, last: u8) {
        let found = self.find(last).clone();
        self.extensions.retain(|e| *e != found);
    }
}

// ------------------------------------------------------------------------------------- the scene ---

struct World {
    root: Vec<u8>,
    root_key: KeyPair,
    between: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
    root_issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> CertificateParams {
    let mut p = CertificateParams::new(Vec::new()).unwrap();
    p.distinguished_name = rcgen::DistinguishedName::new();
    p.distinguished_name.push(DnType::CommonName, name);
    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    p.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
    p.use_authority_key_identifier_extension = true;
    (p.not_before, p.not_after) = (ago!(500), at!(2000));
    p
}

fn leaf() -> CertificateParams {
    leaf_for(&["acme.test", "www.acme.test"])
}
fn leaf_for(names: &[&str]) -> CertificateParams {
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
    fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }
    fn with(root: impl FnOnce(&mut CertificateParams), between: impl FnOnce(&mut CertificateParams)) -> Self {
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
    fn issue(&self, params: &CertificateParams) -> Vec<u8> {
        params.signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap().der().to_vec()
    }
    fn case(&self, leaf: &CertificateParams) -> Case {
        self.of(vec![self.issue(leaf), self.between.clone()])
    }
    fn of(&self, chain: Vec<Vec<u8>>) -> Case {
        let host = Some(DomainName::parse("acme.test").unwrap());
        Case { chain, name: host, given: vec![self.root.clone()], now: NOW, ..Case::default() }
    }
    /// A healthy leaf that is changed by hand and signed again.
    fn remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        self.of(vec![remade(&self.issue(&leaf()), self.issuer.key(), change), self.between.clone()])
    }
    /// The same for the intermediate.
    fn between_remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        self.of(vec![self.issue(&leaf()), remade(&self.between, &self.root_key, change)])
    }
    /// The same for the root.
    fn root_remade(&self, change: impl FnOnce(&mut Parts)) -> Case {
        Case { given: vec![remade(&self.root, &self.root_key, change)], ..self.case(&leaf()) }
    }
    fn list(&self, serial: &[u8], until: u64) -> Vec<u8> {
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
fn raised(said: &Judgement) -> BTreeSet<String> {
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

type Row = (&'static str, Box<dyn Fn() -> Case>, &'static [&'static str]);

fn row(name: &'static str, case: impl Fn() -> Case + 'static, rules: &'static [&'static str]) -> Row {
    (name, Box::new(case), rules)
}
fn of_leaf(change: impl Fn(&mut CertificateParams)) -> Case {
    let mut params = leaf();
    change(&mut params);
    World::new().case(&params)
}
fn of_names(names: &[&str]) -> Case {
    World::new().case(&leaf_for(names))
}

const MALFORMED: &[&str] = &["certificate-malformed"];

fn table() -> Vec<Row> {
    vec![
        row("healthy", || of_leaf(|_| {}), &[]),
        row("expired", || of_leaf(|p| (p.not_before, p.not_after) = (ago!(100), ago!(10))), &["expired"]),
        row("not yet valid", || of_leaf(|p| p.not_before = at!(5)), &["not-yet-valid"]),
        row("a stranger's name", || of_names(&["shop.example"]), &["name-mismatch"]),
        row("the other name of the domain", || of_names(&["www.acme.test"]), &["name-uncovered"]),
        row("a wildcard for the apex", || of_names(&["*.acme.test"]), &["wildcard-short"]),
        row(
            "a wildcard two levels up",
            || Case { name: name("a.b.acme.test").ok(), ..of_names(&["*.acme.test"]) },
            &["wildcard-short"],
        ),
        row("an address", || Case { name: name("192.0.2.1").ok(), ..of_names(&["192.0.2.1"]) }, &[]),
        row("an IPv6 address", || Case { name: name("[2001:db8::1]").ok(), ..of_names(&["2001:db8::1"]) }, &[]),
        row(
            "another address",
            || Case { name: name("192.0.2.2").ok(), ..of_names(&["192.0.2.1"]) },
            &["name-mismatch"],
        ),
        row(
            "a missing intermediate",
            || {
                let mut c = of_leaf(|_| {});
                c.chain.truncate(1);
                c
            },
            &["untrusted"],
        ),
        row("an unknown root", || Case { given: World::new().of(vec![]).given, ..of_leaf(|_| {}) }, &["untrusted"]),
        row(
            "a root that browsers refuse",
            || {
                let gone = World::with(|p| p.distinguished_name.push(DnType::CommonName, DISTRUSTED_EXAMPLE), |_| {});
                Case { given: vec![], ..gone.case(&leaf()) }
            },
            &["root-distrusted"],
        ),
        row(
            "self-signed",
            || World::new().of(vec![leaf().self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()]),
            &["self-signed"],
        ),
        row(
            "self-signed as openssl makes it",
            || {
                let mut p = leaf();
                p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                World::new().of(vec![p.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()])
            },
            &["self-signed"],
        ),
        row(
            "an intermediate that has ended",
            || World::with(|_| {}, |p| p.not_after = ago!(5)).case(&leaf()),
            &["untrusted"],
        ),
        row(
            "an intermediate that ends soon",
            || World::with(|_| {}, |p| p.not_after = at!(15)).case(&leaf()),
            &["intermediate-expiring"],
        ),
        row(
            "an intermediate that ends before the leaf",
            || World::with(|_| {}, |p| p.not_after = at!(60)).case(&leaf()),
            &["intermediate-expiring"],
        ),
        row("a root that has ended", || World::with(|p| p.not_after = ago!(5), |_| {}).case(&leaf()), &["untrusted"]),
        row(
            "a signature that is wrong",
            || {
                let mut c = of_leaf(|_| {});
                *c.chain[0].last_mut().unwrap() ^= 1;
                c
            },
            &["untrusted"],
        ),
        row("expiring", || of_leaf(|p| (p.not_before, p.not_after) = (ago!(86), at!(4))), &["expiring"]),
        row("a lifetime over the limit", || of_leaf(|p| p.not_after = at!(300)), &["lifetime-over-limit"]),
        row(
            "revoked",
            || {
                let w = World::new();
                let mut p = leaf();
                p.serial_number = Some(SerialNumber::from_slice(&[9, 9]));
                Case { lists: vec![w.list(&[9, 9], 60)], ..w.case(&p) }
            },
            &["revoked"],
        ),
        row(
            "on no list",
            || {
                let w = World::new();
                Case { lists: vec![w.list(&[9, 9], 60)], ..w.case(&leaf()) }
            },
            &[],
        ),
        row(
            "for clients only",
            || of_leaf(|p| p.extended_key_usages = vec![Purpose::ClientAuth]),
            &["key-usage-wrong", "untrusted"],
        ),
        row("for no purpose", || of_leaf(|p| p.extended_key_usages.clear()), &["key-usage-wrong"]),
        row(
            "for signing code too",
            || of_leaf(|p| p.extended_key_usages.push(Purpose::CodeSigning)),
            &["key-usage-wrong"],
        ),
        row("for any purpose too", || of_leaf(|p| p.extended_key_usages.push(Purpose::Any)), &["key-usage-wrong"]),
        row("for clients too", || of_leaf(|p| p.extended_key_usages.push(Purpose::ClientAuth)), &[]),
        row("a key that may not sign", || of_leaf(|p| p.key_usages = vec![Usage::KeyAgreement]), &["key-usage-wrong"]),
        row("no key usage", || of_leaf(|p| p.key_usages.clear()), &[]),
        row("a leaf that may sign certificates", || of_leaf(|p| p.key_usages.push(Usage::KeyCertSign)), MALFORMED),
        row(
            "an authority's certificate as the leaf",
            || of_leaf(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            MALFORMED,
        ),
        row(
            "the root is sent",
            || {
                let w = World::new();
                let mut c = w.case(&leaf());
                c.chain.push(w.root.clone());
                c
            },
            &["chain-bloated"],
        ),
        row(
            "the leaf is sent twice",
            || {
                let mut c = of_leaf(|_| {});
                let l = c.chain[0].clone();
                c.chain.push(l);
                c
            },
            &["chain-bloated"],
        ),
        row(
            "another chain's certificate is sent",
            || {
                let mut c = of_leaf(|_| {});
                c.chain.push(World::with(|_| {}, |p| p.distinguished_name.push(DnType::CommonName, "Other")).between);
                c
            },
            &["chain-bloated"],
        ),
        row(
            "the wrong order",
            || {
                let w = World::new();
                let key = KeyPair::generate().unwrap();
                let params = authority("Second Intermediate");
                let second = params.signed_by(&key, &w.issuer).unwrap().der().to_vec();
                let own =
                    leaf().signed_by(&KeyPair::generate().unwrap(), &Issuer::new(params, key)).unwrap().der().to_vec();
                w.of(vec![own, w.between.clone(), second])
            },
            &["chain-order"],
        ),
        row(
            "a cross-signed root is no root sent",
            || {
                let (w, old) =
                    (World::new(), World::with(|p| p.distinguished_name.push(DnType::CommonName, "Old Root"), |_| {}));
                let cross = remade(
                    &authority("Test Root").signed_by(&w.root_key, &old.root_issuer).unwrap().der().clone(),
                    &old.root_key,
                    |_| {},
                );
                let mut c = w.case(&leaf());
                c.chain.push(cross);
                c
            },
            &[],
        ),
        row("no authority key identifier", || of_leaf(|p| p.use_authority_key_identifier_extension = false), MALFORMED),
        row("a critical authority key identifier", || World::new().remade(|p| p.mark(35, true)), MALFORMED),
        row(
            "an authority key identifier without a key",
            || World::new().remade(|p| *p.find(35) = extension(35, false, &[0x30, 0])),
            MALFORMED,
        ),
        row(
            "an intermediate without authority key identifier",
            || World::new().between_remade(|p| p.drop(35)),
            MALFORMED,
        ),
        row(
            "an intermediate without subject key identifier",
            || World::new().between_remade(|p| p.drop(14)),
            MALFORMED,
        ),
        row(
            "an intermediate with soft basic constraints",
            || World::new().between_remade(|p| p.mark(19, false)),
            MALFORMED,
        ),
        row(
            "an intermediate that is no authority",
            || World::new().between_remade(|p| *p.find(19) = extension(19, true, &[0x30, 0])),
            MALFORMED,
        ),
        row(
            "an intermediate that may not sign",
            || World::with(|_| {}, |p| p.key_usages = vec![Usage::CrlSign]).case(&leaf()),
            MALFORMED,
        ),
        row("a root without subject key identifier", || World::new().root_remade(|p| p.drop(14)), MALFORMED),
        row("a root without authority key identifier", || World::new().root_remade(|p| p.drop(35)), &[]),
        row("a root with soft basic constraints", || World::new().root_remade(|p| p.mark(19, false)), MALFORMED),
        row(
            "a root with a critical subject key identifier",
            || World::new().root_remade(|p| p.mark(14, true)),
            MALFORMED,
        ),
        row(
            "a root for servers only",
            || {
                World::new().root_remade(|p| {
                    p.extensions.push(extension(37, false, &[0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]))
                })
            },
            MALFORMED,
        ),
        row(
            "a name constraint with a leading dot",
            || {
                World::new().root_remade(|p| {
                    p.extensions.push(extension(
                        30,
                        true,
                        &[&[0x30, 16, 0xa0, 14, 0x30, 12, 0x82, 10][..], b".acme.test"].concat(),
                    ))
                })
            },
            MALFORMED,
        ),
        row("a serial number of zero", || World::new().remade(|p| p.fields[SERIAL] = vec![2, 1, 0]), MALFORMED),
        row("a negative serial number", || World::new().remade(|p| p.fields[SERIAL] = vec![2, 1, 0x80]), MALFORMED),
        row("a serial number of 22 octets", || World::new().remade(|p| p.fields[SERIAL] = der(2, &[7; 22])), MALFORMED),
        row(
            "an extension twice",
            || {
                World::new().remade(|p| {
                    let e = p.find(17).clone();
                    p.extensions.push(e);
                })
            },
            MALFORMED,
        ),
        row(
            "an unknown critical extension",
            || {
                let mut odd = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
                odd.set_criticality(true);
                of_leaf(move |p| p.custom_extensions.push(odd.clone()))
            },
            MALFORMED,
        ),
        row(
            "an unknown extension that is not critical",
            || {
                of_leaf(|p| {
                    p.custom_extensions
                        .push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]))
                })
            },
            &[],
        ),
        row(
            "an unknown critical extension in the intermediate",
            || World::new().between_remade(|p| p.extensions.push(extension(99, true, &[5, 0]))),
            MALFORMED,
        ),
        row(
            "names that cannot be read",
            || World::new().remade(|p| *p.find(17) = extension(17, false, b"acme.test")),
            &["certificate-malformed", "name-mismatch"],
        ),
        row("no names", || World::new().remade(|p| p.drop(17)), &["certificate-malformed", "name-mismatch"]),
        row(
            "a name that is not ASCII",
            || {
                World::new().remade(|p| {
                    *p.find(17) = extension(
                        17,
                        false,
                        &der(0x30, &[der(0x82, b"acme.test"), der(0x82, "ü.acme.test".as_bytes())].concat()),
                    )
                })
            },
            MALFORMED,
        ),
        row("critical names beside a subject", || World::new().remade(|p| p.mark(17, true)), MALFORMED),
        row(
            "a common name that is no other name",
            || of_leaf(|p| p.distinguished_name.push(DnType::CommonName, "Acme.test")),
            MALFORMED,
        ),
        row("a wildcard for a public suffix", || of_names(&["acme.test", "*.co.uk"]), MALFORMED),
        row(
            "an issuer field that cannot be read (AIA)",
            || {
                of_leaf(|p| {
                    p.custom_extensions
                        .push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], b"malformed".to_vec()))
                })
            },
            MALFORMED,
        ),
        row(
            "two signature algorithms",
            || World::new().remade(|p| p.outer = Some(der(0x30, &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]))),
            MALFORMED,
        ),
        row(
            "SHA-1",
            || {
                World::new().remade(|p| {
                    let sha1 = der(0x30, &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]);
                    p.fields[2].clone_from(&sha1);
                    p.outer = Some(sha1);
                })
            },
            &["signature-weak", "untrusted"],
        ),
        row(
            "version 1",
            || {
                World::new().remade(|p| {
                    p.fields.remove(0);
                    p.extensions.clear();
                })
            },
            &["certificate-malformed", "name-mismatch"],
        ),
        row(
            "an end before the beginning",
            || {
                World::new().remade(|p| {
                    let dates = elements(content(&p.fields[VALIDITY]));
                    p.fields[VALIDITY] = der(0x30, &[dates[1].clone(), dates[0].clone()].concat());
                })
            },
            &["certificate-malformed", "expired", "not-yet-valid"],
        ),
        row(
            "bytes behind the end",
            || {
                let mut c = of_leaf(|_| {});
                c.chain[0].extend([0, 0]);
                c
            },
            MALFORMED,
        ),
        row("no certificate at all", || World::new().of(vec![b"0\x03abc".to_vec()]), MALFORMED),
    ]
}

#[test]
fn each_fault_raises_its_rule_and_no_other() {
    let mut wrong = Vec::new();
    for (name, case, rules) in table() {
        let said = case().judge();
        let (got, wanted) = (raised(&said), rules.iter().map(|r| (*r).to_owned()).collect::<BTreeSet<_>>());
        if got != wanted {
            let why: Vec<String> = said.faults.iter().map(|(r, f)| format!("    {}: {f:?}", r.id)).collect();
            wrong.push(format!("{name}: {got:?}, wanted {wanted:?}\n{}", why.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_strict_client_accepts_what_is_only_advice() {
    let accepts = |name: &str| table().into_iter().find(|r| r.0 == name).unwrap().1().judge().accepts();
    for name in ["healthy", "expiring", "a lifetime over the limit", "the root is sent", "the wrong order"] {
        assert!(accepts(name), "{name}");
    }
    for name in ["expired", "self-signed", "revoked", "a serial number of zero", "for no purpose", "SHA-1", "version 1"]
    {
        assert!(!accepts(name), "{name}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let stranger = World::new();
    let mut params = leaf_for(&["shop.example"]);
    (params.not_before, params.not_after) = (ago!(900), ago!(100));
    params.extended_key_usages = vec![Purpose::ServerAuth, Purpose::CodeSigning];
    params.serial_number = Some(SerialNumber::from_slice(&[0]));
    let mut case = Case { given: World::new().of(vec![]).given, ..stranger.case(&params) };
    case.chain.push(stranger.root.clone());
    let wanted = ["certificate-malformed", "expired", "key-usage-wrong", "name-mismatch", "untrusted"];
    let got = raised(&case.judge());
    for rule in wanted {
        assert!(got.contains(rule), "{rule} is missing of {got:?}");
    }
}

#[test]
fn what_is_not_known_is_no_pass() {
    let w = World::new();
    for list in [w.list(&[9, 9], 5), b"no list".to_vec()] {
        let said = Case { lists: vec![list], ..w.case(&leaf()) }.judge();
        assert_eq!(said.unknown.iter().map(|(r, _)| r.id.as_ref()).collect::<Vec<_>>(), ["tls.revoked"]);
        assert!(!said.accepts());
    }
}

#[test]
fn what_only_public_authorities_may_not_do_blocks_nothing() {
    let case = of_leaf(|p| p.distinguished_name.push(DnType::CommonName, "Acme.test"));
    let said = case.judge();
    assert!(said.faults.iter().flat_map(|(_, f)| f).all(|f| f.lower_to == Some(Severity::High)), "{said:?}");
}

/// Bytes that come from nowhere, and certificates with a few bytes changed: no panic, and never a
/// pass of what cannot be read.
#[test]
fn no_bytes_from_a_peer_do_harm() {
    let w = World::new();
    let healthy = w.case(&leaf());
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for round in 0..1500 {
        let mut case = healthy.clone();
        let which = random(case.chain.len());
        let cert = &mut case.chain[which];
        if round % 5 == 0 {
            let length = random(300);
            *cert = (0..length).map(|_| u8::try_from(random(256)).unwrap()).collect();
        } else {
            for _ in 0..=random(3) {
                let at = random(cert.len());
                match random(3) {
                    0 => cert[at] = u8::try_from(random(256)).unwrap(),
                    1 => {
                        cert.remove(at);
                    }
                    _ => cert.insert(at, u8::try_from(random(256)).unwrap()),
                }
            }
        }
        if round % 3 == 0 {
            let list = w.list(&[9, 9], 60);
            let cut = random(list.len());
            case.lists = vec![list[..cut].to_vec()];
        }
        let said = case.judge();
        if case.chain[0] != healthy.chain[0] {
            assert!(!said.accepts(), "round {round}: a changed certificate is accepted");
        }
    }
}
