//! What lenient verifiers let pass, and what else is easily judged wrong: a row for each class, with
//! what RFC 5280 or the Baseline Requirements demand of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

mod chains;

use chains::*;
use launchcheck_checks::tls::file::{Case, name};
use rcgen::{
    BasicConstraints, CidrSubnet, CustomExtension, DnType, ExtendedKeyUsagePurpose as Purpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose as Usage, NameConstraints, SerialNumber,
};
use std::collections::BTreeSet;

const SPKI: usize = 6;
const SUBJECT: usize = 5;
const ISSUER: usize = 3;

/// Names as a certificate holds them: the tag of each kind of name, and its octets.
fn names(of: &[(u8, &[u8])]) -> Vec<u8> {
    der(0x30, &of.iter().map(|(tag, text)| der(*tag, text)).collect::<Vec<_>>().concat())
}
const DNS: u8 = 0x82;
const MAIL: u8 = 0x81;
const ADDRESS: u8 = 0x87;

/// The healthy leaf with these names, marked critical or not.
fn with_names(of: &'static [(u8, &'static [u8])], critical: bool) -> Case {
    World::new().remade(|p| *p.find(17) = extension(17, critical, &names(of)))
}
/// The healthy leaf with one name more.
fn and_name(tag: u8, name: &'static [u8]) -> Case {
    World::new().remade(|p| *p.find(17) = extension(17, false, &names(&[(DNS, b"acme.test"), (tag, name)])))
}
/// The leaf of a domain and all names one label below, asked for this name.
fn starred(host: &str) -> Case {
    Case { name: name(host).ok(), ..and_name(DNS, b"*.acme.test") }
}
/// The healthy leaf with this extension as well.
fn with_extension(last: u8, critical: bool, value: Vec<u8>) -> Case {
    World::new().remade(|p| p.extensions.push(extension(last, critical, &value)))
}
/// The healthy leaf below a root with these name constraints.
fn constrained(permitted: &[GeneralSubtree], excluded: &[GeneralSubtree]) -> Case {
    let constraints = NameConstraints { permitted_subtrees: permitted.to_vec(), excluded_subtrees: excluded.to_vec() };
    World::with(|p| p.name_constraints = Some(constraints), |_| {}).case(&leaf())
}
fn dns(text: &str) -> GeneralSubtree {
    GeneralSubtree::DnsName(text.to_owned())
}
/// Root, an intermediate with this limit on the length of the path, another, and the leaf.
fn two_between(limit: Option<u8>) -> Case {
    let w = World::with(
        |_| {},
        |p| p.is_ca = IsCa::Ca(limit.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained)),
    );
    let key = KeyPair::generate().unwrap();
    let params = authority("Second Intermediate");
    let second = params.signed_by(&key, &w.issuer).unwrap().der().to_vec();
    let own = leaf().signed_by(&KeyPair::generate().unwrap(), &Issuer::new(params, key)).unwrap().der().to_vec();
    w.of(vec![own, second, w.between.clone()])
}
/// A public key of RSA with so many bits; its digits mean nothing, since nobody signs with it here.
fn rsa(bits: usize) -> Vec<u8> {
    let mut digits = vec![0x55; bits.div_ceil(8)];
    digits[0] = 1 << ((bits - 1) % 8);
    *digits.last_mut().unwrap() |= 1;
    if digits[0] & 0x80 != 0 {
        digits.insert(0, 0);
    }
    let key = der(0x30, &[der(2, &digits), der(2, &[1, 0, 1])].concat());
    let kind = der(0x30, &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0]);
    der(0x30, &[kind, der(3, &[&[0][..], &key].concat())].concat())
}
/// A public key on the curve of 192 bits.
fn p192() -> Vec<u8> {
    let kind = der(0x30, &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1]);
    let point = [&[0, 4][..], &[0x55; 48]].concat();
    der(0x30, &[kind, der(3, &point)].concat())
}
/// A public key of a kind that has no parameters (RFC 8410).
fn raw_key(id: &[u8], octets: usize) -> Vec<u8> {
    der(0x30, &[der(0x30, &der(6, id)), der(3, &vec![0; octets + 1])].concat())
}
/// A public key on secp256k1.
fn k256() -> Vec<u8> {
    let kind = der(0x30, &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 10]);
    let point = [&[0, 4][..], &[0x55; 64]].concat();
    der(0x30, &[kind, der(3, &point)].concat())
}
/// The healthy leaf for a key of this kind.
fn issued_for(kind: &'static rcgen::SignatureAlgorithm) -> Case {
    let w = World::new();
    let own = leaf().signed_by(&KeyPair::generate_for(kind).unwrap(), &w.issuer).unwrap();
    w.of(vec![own.der().to_vec(), w.between.clone()])
}
/// A common name beside the names of a healthy leaf.
fn called(text: &'static str, dns: &[&str]) -> Case {
    let mut p = leaf_for(dns);
    p.distinguished_name = rcgen::DistinguishedName::new();
    p.distinguished_name.push(DnType::CommonName, text);
    World::new().case(&p)
}

fn path_rows() -> Vec<Row> {
    vec![
        row("a name outside of the permitted", || constrained(&[dns("shop.example")], &[]), &["untrusted"]),
        row("a name inside of the excluded", || constrained(&[], &[dns("acme.test")]), &["untrusted"]),
        row(
            "permitted, and excluded too",
            || constrained(&[dns("acme.test")], &[dns("www.acme.test")]),
            &["untrusted"],
        ),
        row("a name inside of the permitted", || constrained(&[dns("acme.test")], &[]), &[]),
        row(
            "constraints about addresses say nothing of names",
            || constrained(&[GeneralSubtree::IpAddress(CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]))], &[]),
            &[],
        ),
        row(
            "an address outside of the permitted",
            || {
                let net = GeneralSubtree::IpAddress(CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]));
                let constraints = NameConstraints { permitted_subtrees: vec![net], excluded_subtrees: vec![] };
                let w = World::with(|p| p.name_constraints = Some(constraints), |_| {});
                Case { name: name("198.51.100.1").ok(), ..w.case(&leaf_for(&["198.51.100.1"])) }
            },
            &["untrusted"],
        ),
        // RFC 5280, section 4.2.1.10: an address with its mask, whose ones come first.
        row(
            "a constraint whose mask has holes",
            || {
                let hole = [&[0x30, 14, 0xa0, 12, 0x30, 10, 0x87, 8][..], &[192, 0, 2, 0, 255, 0, 255, 0]].concat();
                World::new().root_remade(|p| p.extensions.push(extension(30, true, &hole)))
            },
            MALFORMED,
        ),
        row(
            "a constraint with a star",
            || {
                let star = [&[0x30, 17, 0xa0, 15, 0x30, 13, 0x82, 11][..], b"*.acme.test"].concat();
                World::new().root_remade(|p| p.extensions.push(extension(30, true, &star)))
            },
            MALFORMED,
        ),
        row(
            "a constraint on two mailboxes in one",
            || {
                let mail = [&[0x30, 15, 0xa1, 13, 0x30, 11, 0x81, 9][..], b"a@b@c.tld"].concat();
                World::new().root_remade(|p| p.extensions.push(extension(30, true, &mail)))
            },
            MALFORMED,
        ),
        row(
            "constraints that say nothing",
            || World::new().root_remade(|p| p.extensions.push(extension(30, true, &[0x30, 0]))),
            MALFORMED,
        ),
        // Section 4.2.1.10: only an authority's certificate has them.
        row(
            "name constraints in the leaf",
            || with_extension(30, true, [&[0x30, 15, 0xa0, 13, 0x30, 11, 0x82, 9][..], b"acme.test"].concat()),
            MALFORMED,
        ),
        row("a path longer than its limit", || two_between(Some(0)), &["untrusted"]),
        row("a path as long as its limit", || two_between(Some(1)), &[]),
        row("a path without a limit", || two_between(None), &[]),
        // Section 4.2.1.9: cA false and pathLenConstraint do not go together.
        row("a limit of the path in the leaf", || with_extension(19, true, der(0x30, &[2, 1, 0])), MALFORMED),
        row(
            "a limit below zero",
            || {
                World::new()
                    .between_remade(|p| *p.find(19) = extension(19, true, &der(0x30, &[1, 1, 0xff, 2, 1, 0xff])))
            },
            &["certificate-malformed"],
        ),
        row("basic constraints in the leaf that say no", || with_extension(19, true, vec![0x30, 0]), &[]),
        row("an intermediate without basic constraints", || World::new().between_remade(|p| p.drop(19)), MALFORMED),
        // Section 4.2.1.3: an authority's certificate says what its key is for.
        row("an intermediate without key usage", || World::new().between_remade(|p| p.drop(15)), MALFORMED),
        row("a root without key usage", || World::new().root_remade(|p| p.drop(15)), MALFORMED),
        row(
            "an intermediate for clients only",
            || World::with(|_| {}, |p| p.extended_key_usages = vec![Purpose::ClientAuth]).case(&leaf()),
            &["untrusted"],
        ),
        row(
            "an intermediate for servers",
            || World::with(|_| {}, |p| p.extended_key_usages = vec![Purpose::ServerAuth]).case(&leaf()),
            &[],
        ),
        row(
            "a leaf that signed a leaf",
            || {
                let w = World::new();
                let key = KeyPair::generate().unwrap();
                let params = leaf_for(&["www.acme.test"]);
                let first = params.signed_by(&key, &w.issuer).unwrap().der().to_vec();
                let below =
                    leaf_for(&["acme.test"]).signed_by(&KeyPair::generate().unwrap(), &Issuer::new(params, key));
                w.of(vec![below.unwrap().der().to_vec(), first, w.between.clone()])
            },
            MALFORMED,
        ),
        row(
            "a root that is not valid yet",
            || World::with(|p| p.not_before = at!(5), |_| {}).case(&leaf()),
            &["untrusted"],
        ),
        row(
            "an unknown critical extension in the root",
            || World::new().root_remade(|p| p.extensions.push(extension(99, true, &[5, 0]))),
            MALFORMED,
        ),
        row("a certificate that is trusted by itself", || trusted_by_itself(false), &[]),
        // OpenSSL, curl and Go take it, Firefox and rustls do not.
        row("an authority's certificate that is trusted by itself", || trusted_by_itself(true), MALFORMED),
        // Sections 4.2.1.11 and 4.2.1.14: critical, or they bind nobody.
        row(
            "soft policy constraints in an intermediate",
            || World::new().between_remade(|p| p.extensions.push(extension(36, false, &der(0x30, &[0x80, 1, 0])))),
            MALFORMED,
        ),
        row(
            "a soft ban of any policy",
            || World::new().between_remade(|p| p.extensions.push(extension(54, false, &[2, 1, 0]))),
            MALFORMED,
        ),
        row(
            "an intermediate without a subject",
            || {
                World::with(
                    |_| {},
                    |p| {
                        p.distinguished_name = rcgen::DistinguishedName::new();
                    },
                )
                .case(&leaf())
            },
            MALFORMED,
        ),
    ]
}

/// A certificate that signed itself, given as the root.
fn trusted_by_itself(is_authority: bool) -> Case {
    let mut params = leaf();
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    Case { given: vec![der.clone()], ..World::new().of(vec![der]) }
}

fn identifier_rows() -> Vec<Row> {
    /// An authority key identifier that names this key.
    fn naming(key: &[u8]) -> Vec<u8> {
        der(0x30, &der(0x80, key))
    }
    vec![
        // Section 4.2.1.1: equal to the issuer's subject key identifier; OpenSSL looks for that one.
        row(
            "another key's identifier",
            || World::new().remade(|p| *p.find(35) = extension(35, false, &naming(&[7; 20]))),
            MALFORMED,
        ),
        row(
            "another key's identifier in the intermediate",
            || World::new().between_remade(|p| *p.find(35) = extension(35, false, &naming(&[7; 20]))),
            MALFORMED,
        ),
        // Baseline Requirements, 7.1.2.11.1: by its key alone.
        row(
            "an issuer named by number too",
            || {
                World::new().remade(|p| {
                    let value = content(elements(content(p.find(35))).last().unwrap()).to_vec();
                    let whole = [content(&value).to_vec(), der(0xa1, &der(0xa4, &[0x30, 0])), der(0x82, &[1])].concat();
                    *p.find(35) = extension(35, false, &der(0x30, &whole));
                })
            },
            MALFORMED,
        ),
        row(
            "a critical subject key identifier in the leaf",
            || {
                World::new().remade(|p| {
                    p.extensions.retain(|e| !content(e).starts_with(&[6, 3, 0x55, 0x1d, 14]));
                    p.extensions.push(extension(14, true, &der(4, &[7; 20])));
                })
            },
            MALFORMED,
        ),
        row(
            "a root whose two identifiers differ",
            || {
                World::new().root_remade(|p| {
                    p.extensions.retain(|e| !content(e).starts_with(&[6, 3, 0x55, 0x1d, 35]));
                    p.extensions.push(extension(35, false, &naming(&[7; 20])));
                })
            },
            MALFORMED,
        ),
        row(
            "no issuer",
            || {
                // Its name is empty, and so is that of the one that signed it.
                let w = World::with(|_| {}, |p| p.distinguished_name = rcgen::DistinguishedName::new());
                w.remade(|p| p.fields[ISSUER] = vec![0x30, 0])
            },
            MALFORMED,
        ),
        row("a serial number of 20 octets", || World::new().remade(|p| p.fields[SERIAL] = der(2, &[7; 20])), &[]),
        row("a serial number without octets", || World::new().remade(|p| p.fields[SERIAL] = vec![2, 0]), MALFORMED),
        row("version 2", || World::new().remade(|p| p.fields[0] = vec![0xa0, 3, 2, 1, 1]), MALFORMED),
        // Section 4.1.2.5: up to 2049 as UTCTime.
        row(
            "dates in the long form",
            || {
                World::new().remade(|p| {
                    let dates = [der(0x18, b"20261111000000Z"), der(0x18, b"20270209000000Z")].concat();
                    p.fields[VALIDITY] = der(0x30, &dates);
                })
            },
            MALFORMED,
        ),
        row(
            "an extension twice in the intermediate",
            || {
                World::new().between_remade(|p| {
                    let e = p.find(15).clone();
                    p.extensions.push(e);
                })
            },
            MALFORMED,
        ),
    ]
}

fn name_rows() -> Vec<Row> {
    vec![
        // RFC 9525, section 6.5: an address is looked for among the addresses only.
        row(
            "an address among the host names",
            || Case { name: name("192.0.2.1").ok(), ..with_names(&[(DNS, b"192.0.2.1")], false) },
            MALFORMED,
        ),
        row("an address of five octets", || and_name(ADDRESS, &[192, 0, 2, 1, 0]), MALFORMED),
        row("names that are mailboxes only", || with_names(&[(MAIL, b"a@acme.test")], false), MALFORMED),
        row("the name with a dot at its end alone", || with_names(&[(DNS, b"acme.test.")], false), MALFORMED),
        row(
            "another's name with a dot at its end",
            || with_names(&[(DNS, b"shop.example.")], false),
            &["certificate-malformed", "name-mismatch"],
        ),
        row("a star for the suffix alone", || with_names(&[(DNS, b"*.test")], false), MALFORMED),
        row(
            "a star within the label alone",
            || Case { name: name("www.acme.test").ok(), ..with_names(&[(DNS, b"w*.acme.test")], false) },
            MALFORMED,
        ),
        row(
            "a star within another label",
            || Case { name: name("app.acme.test").ok(), ..with_names(&[(DNS, b"w*.acme.test")], false) },
            &["certificate-malformed", "name-mismatch"],
        ),
        row("a port behind the name", || with_names(&[(DNS, b"acme.test:443")], false), MALFORMED),
        row("a list of no names", || with_names(&[], false), MALFORMED),
        row("a name with an underscore", || and_name(DNS, b"a_b.acme.test"), MALFORMED),
        row("a name with two dots", || and_name(DNS, b"a..acme.test"), MALFORMED),
        row("a name with a dot at its end", || and_name(DNS, b"acme.test."), MALFORMED),
        row("a name that begins with a dot", || and_name(DNS, b".acme.test"), MALFORMED),
        row("a star within a label", || and_name(DNS, b"w*.acme.test"), MALFORMED),
        row("a star behind a label", || and_name(DNS, b"www.*.test"), MALFORMED),
        row("two stars", || and_name(DNS, b"*.*.acme.test"), MALFORMED),
        row("a star alone", || and_name(DNS, b"*"), MALFORMED),
        row("a star for a top-level domain", || and_name(DNS, b"*.com"), MALFORMED),
        row("a star across two labels", || starred("a.b.acme.test"), &["wildcard-short"]),
        row("a star that fits", || starred("www.acme.test"), &[]),
        // Section 4.2.1.6: without a subject the names are critical.
        row("soft names without a subject", || World::new().remade(|p| p.fields[SUBJECT] = vec![0x30, 0]), MALFORMED),
        row(
            "critical names without a subject",
            || {
                World::new().remade(|p| {
                    p.fields[SUBJECT] = vec![0x30, 0];
                    p.mark(17, true);
                })
            },
            &[],
        ),
        // Baseline Requirements, 7.1.4.3: a common name is one of the names, letter for letter.
        row("a common name that is no name", || called("shop.example", &["acme.test"]), MALFORMED),
        row(
            "a common name that is an address with zeros",
            || called("192.0.002.001", &["acme.test", "192.0.2.1"]),
            MALFORMED,
        ),
        row(
            "a common name that is an address written long",
            || called("2001:DB8::0:1", &["acme.test", "2001:db8::1"]),
            MALFORMED,
        ),
        row("a common name that is one of them", || called("www.acme.test", &["acme.test", "www.acme.test"]), &[]),
    ]
}

fn purpose_and_key_rows() -> Vec<Row> {
    vec![
        row(
            "an empty list of purposes",
            || World::new().remade(|p| *p.find(37) = extension(37, false, &[0x30, 0])),
            &["untrusted"],
        ),
        row("critical purposes", || World::new().remade(|p| p.mark(37, true)), &["key-usage-wrong"]),
        row("any purpose and no other", || of_leaf(|p| p.extended_key_usages = vec![Purpose::Any]), &["untrusted"]),
        row(
            "a key for lists of revoked ones",
            || of_leaf(|p| p.key_usages = vec![Usage::CrlSign]),
            &["key-usage-wrong"],
        ),
        row("an RSA key of 1024 bits", || World::new().remade(|p| p.fields[SPKI] = rsa(1024)), &["key-weak"]),
        row(
            "an RSA key of 2047 bits",
            || World::new().remade(|p| p.fields[SPKI] = rsa(2047)),
            &["certificate-malformed", "key-weak"],
        ),
        row("an RSA key of 2049 bits", || World::new().remade(|p| p.fields[SPKI] = rsa(2049)), MALFORMED),
        row("an RSA key of 2048 bits", || World::new().remade(|p| p.fields[SPKI] = rsa(2048)), &[]),
        // Section 6.1.5 of the Baseline Requirements: RSA, P-256, P-384, P-521, and nothing else.
        row(
            "an Ed25519 key",
            || World::new().remade(|p| p.fields[SPKI] = raw_key(&[0x2b, 101, 112], 32)),
            &["key-weak"],
        ),
        row("an Ed448 key", || World::new().remade(|p| p.fields[SPKI] = raw_key(&[0x2b, 101, 113], 57)), &["key-weak"]),
        row("a key on secp256k1", || World::new().remade(|p| p.fields[SPKI] = k256()), &["key-weak"]),
        row("a key on P-384", || issued_for(&rcgen::PKCS_ECDSA_P384_SHA384), &[]),
        row("a key on a curve of 192 bits", || World::new().remade(|p| p.fields[SPKI] = p192()), &["key-weak"]),
        row(
            "a critical authority information access",
            || {
                let at =
                    [&[0x30, 24, 0x30, 22, 6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, 10][..], b"http://a.b"].concat();
                let mut access = CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], at);
                access.set_criticality(true);
                of_leaf(move |p| p.custom_extensions.push(access.clone()))
            },
            MALFORMED,
        ),
    ]
}

#[test]
fn each_class_is_judged_as_the_standards_demand() {
    let mut wrong = Vec::new();
    let rows = [path_rows(), identifier_rows(), name_rows(), purpose_and_key_rows()].into_iter().flatten();
    for (name, case, rules) in rows {
        let said = case().judge();
        let (got, wanted) = (raised(&said), rules.iter().map(|r| (*r).to_owned()).collect::<BTreeSet<_>>());
        if got != wanted {
            let why: Vec<String> = said.faults.iter().map(|(r, f)| format!("    {}: {f:?}", r.id)).collect();
            wrong.push(format!("{name}: {got:?}, wanted {wanted:?} ({:?})\n{}", said.unknown, why.join("\n")));
        }
        // Whoever is told of a fault here would refuse it, and nobody else.
        assert_eq!(said.accepts(), rules.is_empty(), "{name}");
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// A list by an authority whose key may not sign lists says nothing (RFC 5280, section 4.2.1.3), and
/// neither does another authority's of the same name.
#[test]
fn a_list_that_its_authority_may_not_sign_is_not_believed() {
    let w = World::new();
    let list = w.list(&[9, 9], 60);
    let mut of_number_nine = leaf();
    of_number_nine.serial_number = Some(SerialNumber::from_slice(&[9, 9]));
    let mute = w.between_remade(|p| *p.find(15) = extension(15, true, &[3, 2, 2, 4]));
    for (case, list, known) in [
        (w.case(&leaf()), list.clone(), true),
        (w.of(vec![w.issue(&leaf()), mute.chain[1].clone()]), list, false),
        (w.case(&leaf()), World::new().list(&[9, 9], 60), false),
        (w.case(&of_number_nine), World::new().list(&[9, 9], 60), false),
    ] {
        let said = Case { lists: vec![list], ..case }.judge();
        assert_eq!(said.unknown.is_empty(), known, "{:?}", said.unknown);
        assert!(said.faults.is_empty(), "{:?}", said.faults);
    }
}
