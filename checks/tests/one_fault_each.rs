//! Certificates with one fault each, made here: each must raise its rule and no other.

#![expect(clippy::semicolon_if_nothing_returned, reason = "each row is one change, written as a value")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

mod chains;

use chains::*;
use launchcheck_checks::{
    tls::{
        chain::DISTRUSTED_EXAMPLE,
        file::{Case, name},
    },
    vocab::Severity,
};
use rcgen::{
    BasicConstraints, CustomExtension, DnType, ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose as Usage, SerialNumber,
};
use std::collections::BTreeSet;

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
        row("for clients only", || of_leaf(|p| p.extended_key_usages = vec![Purpose::ClientAuth]), &["untrusted"]),
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
            MALFORMED,
        ),
        row("no names", || World::new().remade(|p| p.drop(17)), MALFORMED),
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
            &["untrusted"],
        ),
        row(
            "version 1",
            || {
                World::new().remade(|p| {
                    p.fields.remove(0);
                    p.extensions.clear();
                })
            },
            MALFORMED,
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
