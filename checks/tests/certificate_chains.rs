//! Real certificates, judged as they would be when a server sends them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

use base64::Engine as _;
use launchcheck_checks::{
    tls::{
        chain,
        crl::CrlWalk,
        facts::{Certificate, HostPlan, HostRole, KeyProof, Path, Split, Trust},
        hello::Heard,
        judge,
        path::PathWalk,
        seats::{Judged, served},
        upkeep::Upkeep,
    },
    vocab::{Cause, DomainName, Missing, Observed, Shown, Step},
    wire::{Handshake, HostFailure, HttpAnswer},
};
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::TrustAnchor;

/// 2026-11-21T00:00:00Z.
const NOW: i64 = 1_795_219_200;
const AIA: &str = "http://ca.example/intermediate.der";

struct World {
    root: Vec<u8>,
    intermediate: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str, until: i32) -> CertificateParams {
    let mut p = CertificateParams::new(Vec::new()).unwrap();
    p.distinguished_name.push(DnType::CommonName, name);
    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    p.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    (p.not_before, p.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
    p
}

impl World {
    fn new(intermediate_until: i32) -> Self {
        Self::named("Test", intermediate_until)
    }
    fn named(name: &str, intermediate_until: i32) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let root_params = authority(&format!("{name} Root"), 2040);
        let root = root_params.self_signed(&root_key).unwrap();
        let root_issuer = Issuer::new(root_params, root_key);
        let key = KeyPair::generate().unwrap();
        let params = authority(&format!("{name} Intermediate"), intermediate_until);
        let intermediate = params.signed_by(&key, &root_issuer).unwrap();
        Self { root: root.der().to_vec(), intermediate: intermediate.der().to_vec(), issuer: Issuer::new(params, key) }
    }
    fn leaf(&self, name: &str, from: i32, until: i32) -> Vec<u8> {
        let key = KeyPair::generate().unwrap();
        params(name, from, until).signed_by(&key, &self.issuer).unwrap().der().to_vec()
    }
    fn roots(&self) -> Vec<TrustAnchor<'static>> {
        let der = self.root.clone().into();
        vec![webpki::anchor_from_trusted_cert(&der).unwrap().to_owned()]
    }
}

fn params(name: &str, from: i32, until: i32) -> CertificateParams {
    let mut p = CertificateParams::new(vec![name.to_owned()]).unwrap();
    p.distinguished_name.push(DnType::CommonName, name);
    (p.not_before, p.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let mut aia = vec![0x30, 0, 0x30, 0, 0x06, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, 0];
    aia[15] = u8::try_from(AIA.len()).unwrap();
    aia.extend(AIA.bytes());
    aia[3] = u8::try_from(aia.len() - 4).unwrap();
    aia[1] = u8::try_from(aia.len() - 2).unwrap();
    p.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], aia));
    p
}

fn shake(chain: Vec<Vec<u8>>) -> Handshake {
    Handshake {
        chain,
        address: [203, 0, 113, 1].into(),
        version: "TLS 1.3".into(),
        cipher: Shown::default(),
        group: None,
        alpn: None,
        signature_fits: Some(true),
    }
}

type Reply = Observed<Result<HttpAnswer, HostFailure>>;

fn reply(status: u16, body: &[u8]) -> Reply {
    Observed::known(Ok(HttpAnswer { status, headers: Vec::new(), body: body.to_vec(), truncated: false, took_ms: 0 }))
}

fn trust(world: &World, chain: Vec<Vec<u8>>, answer: &Reply) -> (Observed<Trust>, usize) {
    let (shake, roots) = (shake(chain), world.roots());
    let walk = PathWalk { shake: &shake, roots: chain::Roots { all: &roots, given: &[] }, now: NOW };
    let (out, _, asked) = Step::play(&walk, |q| {
        assert_eq!(q.url, AIA);
        assert!(!q.audited);
        answer.clone()
    });
    (out, asked)
}

fn path(world: &World, chain: Vec<Vec<u8>>, answer: &Reply) -> Path {
    trust(world, chain, answer).0.into_inner().unwrap().path
}

fn certificate(chain: Vec<Vec<u8>>) -> Certificate {
    let host = DomainName::parse("acme.test").unwrap();
    judge::certificate(&shake(chain), &host, NOW).into_inner().unwrap()
}

#[test]
fn a_whole_chain_is_trusted_and_asks_nothing() {
    let w = World::new(2035);
    let chain = vec![w.leaf("acme.test", 2026, 2027), w.intermediate.clone()];
    let (out, asked) = trust(&w, chain.clone(), &reply(404, b""));
    assert_eq!((out.into_inner().unwrap().path, asked), (Path::Trusted, 0));
    let cert = certificate(chain);
    assert!(cert.name_fits && !cert.is_expired() && !cert.is_early() && !cert.key.weak);
    assert_eq!((cert.key.algorithm.as_str(), cert.key.bits), ("EC", 256));
    assert_eq!(cert.issuer.as_str(), "Test Intermediate");
    assert_eq!(judge::moment(cert.not_after).as_str(), "2027-01-01T00:00:00Z");
}

#[test]
fn expired_and_wrong_name_and_untrusted_are_all_seen() {
    let (w, stranger) = (World::new(2035), World::named("Strange", 2035));
    let chain = vec![stranger.leaf("other.example", 2024, 2025), stranger.intermediate.clone(), stranger.root.clone()];
    let cert = certificate(chain.clone());
    assert!(cert.is_expired() && !cert.name_fits);
    assert!(matches!(path(&w, chain, &reply(404, b"")), Path::UnknownRoot(name) if name.as_str() == "Strange Root"));
    // Expired alone is not untrusted.
    let chain = vec![w.leaf("acme.test", 2024, 2025), w.intermediate.clone()];
    assert_eq!(path(&w, chain, &reply(404, b"")), Path::Trusted);
    let chain = vec![w.leaf("acme.test", 2028, 2029), w.intermediate.clone()];
    assert!(certificate(chain.clone()).is_early());
    assert_eq!(path(&w, chain, &reply(404, b"")), Path::Trusted);
}

#[test]
fn a_missing_intermediate_is_proved() {
    let w = World::new(2035);
    let chain = vec![w.leaf("acme.test", 2026, 2027)];
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        base64::engine::general_purpose::STANDARD.encode(&w.intermediate)
    );
    for body in [w.intermediate.clone(), pem.into_bytes(), pkcs7(&w.intermediate)] {
        let found = path(&w, chain.clone(), &reply(200, &body));
        assert_eq!(found, Path::Incomplete { missing: vec![("Test Intermediate".into(), AIA.into())] });
    }
    // What is fetched leads to a root that is not ours, is another certificate, or is not there.
    let stranger = World::named("Strange", 2035);
    assert!(matches!(path(&stranger, chain.clone(), &reply(200, &w.intermediate)), Path::UnknownRoot(_)));
    assert!(matches!(path(&w, chain.clone(), &reply(200, &w.root)), Path::UnknownRoot(_)));
    assert!(matches!(path(&w, chain.clone(), &reply(404, b"")), Path::UnknownRoot(_)));
    // What is sent leads nowhere all the same; what is missing of it is not known.
    for (answer, cause) in [
        (Observed::unknown(Cause::Timeout), Cause::Timeout),
        (Observed::known(Err(HostFailure::Refused)), Cause::Refused),
        (reply(429, b""), Cause::RateLimited),
    ] {
        let said = trust(&w, chain.clone(), &answer).0;
        let open = Path::Open { ends_at: "Test Intermediate".into(), cause: cause.clone() };
        assert_eq!(said.get().map(|t| &t.path), Ok(&open));
        assert_eq!(Split::of(&said, false).get(), Err(Missing::Unknown(cause)));
        assert_eq!(Split::of(&said, true).get(), Ok(&Split), "a private root is nobody's to know");
    }
}

/// Three are fetched one behind the other, of 64 KB each, and from no private address.
#[test]
fn what_is_fetched_has_its_limits() {
    let w = World::new(2035);
    // Authorities below the one of the world, each of which names where its issuer is.
    let (mut ders, mut issuer): (Vec<Vec<u8>>, Option<Issuer<'static, KeyPair>>) = (vec![w.intermediate.clone()], None);
    for n in 1..=3 {
        let key = KeyPair::generate().unwrap();
        let mut p = params(&format!("Below {n}"), 2024, 2035);
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ders.push(p.signed_by(&key, issuer.as_ref().unwrap_or(&w.issuer)).unwrap().der().to_vec());
        issuer = Some(Issuer::new(p, key));
    }
    let signed = |by: &Issuer<'static, KeyPair>| {
        params("acme.test", 2026, 2027).signed_by(&KeyPair::generate().unwrap(), by).unwrap().der().to_vec()
    };
    // Every place has all of them, and the one of the wanted name is taken.
    let pem = |der: &Vec<u8>| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let bundle = ders.iter().map(pem).collect::<Vec<_>>().concat();
    let all = reply(200, bundle.as_bytes());
    let leaf = signed(issuer.as_ref().unwrap());
    // Four are missing, which is one too many; with the first of them sent, three are.
    assert!(matches!(path(&w, vec![leaf.clone()], &all), Path::UnknownRoot(_)));
    match path(&w, vec![leaf.clone(), ders[3].clone()], &all) {
        Path::Incomplete { missing } => assert_eq!(missing.len(), 3),
        other => panic!("{other:?}"),
    }
    let heavy = reply(200, &[w.intermediate.clone(), vec![0; 64 * 1024]].concat());
    let own = vec![w.leaf("acme.test", 2026, 2027)];
    assert!(matches!(path(&w, own.clone(), &heavy), Path::Open { cause: Cause::TooLarge, .. }));
    let private = Observed::known(Err(HostFailure::PrivateAddress("10.0.0.5".into())));
    assert!(matches!(path(&w, own, &private), Path::UnknownRoot(_)));
}

/// What a certificate of a public root lacks where no log has it; a root of the user's is no public one.
#[test]
fn only_public_roots_are_asked_for_timestamps() {
    let w = World::new(2035);
    let of = |from| shake(vec![w.leaf("acme.test", from, 2027), w.intermediate.clone()]);
    let (all, own, none) = (w.roots(), [w.root.clone()], []);
    let judged = |given: &[Vec<u8>], from| chain::chain(&of(from), chain::Roots { all: &all, given }, NOW);
    assert!(judged(&none, 2026).unlogged && !judged(&own, 2026).unlogged && !judged(&none, 2017).unlogged);
    let unlogged = judged(&none, 2026);
    let said = |stamps, chosen: Option<(u16, u16)>| Heard { stamps, chosen, chain: vec![vec![1]], ..Heard::default() };
    for (heard, want) in [
        (Ok(said(false, Some((0x0303, 0xc02b)))), Some(false)),
        (Ok(said(true, Some((0x0303, 0xc02b)))), Some(true)),
        (Ok(said(false, None)), None),
        (Err(Cause::Timeout), None),
    ] {
        let known = chain::logged(&unlogged, heard.as_ref().map_err(Clone::clone));
        assert_eq!(known.get().ok().map(|l| l.0), want, "{heard:?}");
    }
}

/// A certificate that names its revocation lists at these places.
fn listed(world: &World, places: &[&str]) -> Handshake {
    let mut p = params("acme.test", 2026, 2027);
    let uris = places.iter().map(|p| (*p).to_owned()).collect();
    p.crl_distribution_points = vec![CrlDistributionPoint { uris }];
    let leaf = p.signed_by(&KeyPair::generate().unwrap(), &world.issuer).unwrap().der().to_vec();
    shake(vec![leaf, world.intermediate.clone()])
}

#[test]
fn lists_are_asked_where_somebody_would_and_what_is_not_asked_is_not_known() {
    let w = World::new(2035);
    let roots = w.roots();
    let ask = |places: &[&str], path: Path| {
        let shake = listed(&w, places);
        let trust = Trust { path, sent: Vec::new(), fetched: Vec::new() };
        let roots = chain::Roots { all: &roots, given: &[] };
        let mut asked = Vec::new();
        let walk = CrlWalk { shake: &shake, trust: &trust, roots, now: NOW };
        let (said, ..) = Step::play(&walk, |q| {
            asked.push(q.url.clone());
            Observed::unknown(Cause::Timeout)
        });
        (said.into_inner().unwrap_err(), asked)
    };
    let (ldap, http, https) = ("ldap://ca.example/cn=x", "http://ca.example/x.crl", "https://ca.example/x.crl");
    let (said, asked) = ask(&[ldap], Path::Trusted);
    assert!(matches!(said, Missing::Unknown(Cause::Parse(why)) if why.as_str().contains("LDAP")));
    assert_eq!(asked, [""; 0]);
    assert_eq!(ask(&[ldap, https], Path::Trusted), (Missing::Unknown(Cause::Timeout), vec![https.to_owned()]));
    assert_eq!(ask(&[https, http], Path::Trusted).1, [http, https], "the one that needs no other chain first");
    let open = Path::Open { ends_at: "x".into(), cause: Cause::Refused };
    assert_eq!(ask(&[http], open), (Missing::Unknown(Cause::Refused), vec![]));
    for path in [Path::SelfSigned, Path::UnknownRoot("x".into()), Path::Broken("x".into())] {
        let (said, _) = ask(&[http], path);
        assert!(matches!(said, Missing::NotConfigured(why) if why.contains("tls.untrusted")), "{said:?}");
    }
}

#[test]
fn whoever_renews_the_host_renews_it_at_each_address() {
    let w = World::new(2035);
    let host = DomainName::parse("acme.test").unwrap();
    // A year long, and 41 days are left: late for a person, early for a machine.
    let shake = shake(vec![w.leaf("acme.test", 2026, 2027), w.intermediate.clone()]);
    let plan = HostPlan {
        host: host.clone(),
        port: 443,
        role: HostRole::Listed,
        automatic_renewal: None,
        private_ca: false,
        launch: None,
    };
    let cert = judge::certificate(&shake, &host, NOW);
    let trust = Observed::unknown(Cause::Timeout);
    let (all, given) = (w.roots(), []);
    let chain = chain::chain(&shake, chain::Roots { all: &all, given: &given }, NOW);
    let soon = |edge: Option<&str>| {
        let upkeep = Upkeep { edge: edge.map(Into::into), ..Upkeep::default() };
        let judged = Judged { cert: &cert, trust: &trust, chain: &chain, is_revoked: false, dates: true };
        served(&shake, &plan, &judged, Some(&upkeep)).ends_soon
    };
    assert_eq!((soon(None), soon(Some("Vercel"))), (true, false));
}

/// A PKCS#7 bundle with one certificate and nothing else.
fn pkcs7(cert: &[u8]) -> Vec<u8> {
    let der = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    };
    let data = [&[2, 1, 1, 0x31, 0, 0x30, 0][..], &der(0xa0, cert), &[0x31, 0]].concat();
    let signed_data = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    der(0x30, &[&signed_data[..], &der(0xa0, &der(0x30, &data))].concat())
}

#[test]
fn the_rest_of_the_path_is_judged_too() {
    let w = World::new(2025);
    let chain = vec![w.leaf("acme.test", 2024, 2027), w.intermediate.clone()];
    let found = path(&w, chain, &reply(404, b""));
    assert!(matches!(&found, Path::Broken(why) if why.as_str().contains("expired at 2025-01-01")), "{found:?}");
    for ca in [false, true] {
        let key = KeyPair::generate().unwrap();
        let mut params = params("acme.test", 2026, 2027);
        if ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let leaf = params.self_signed(&key).unwrap().der().to_vec();
        assert_eq!(path(&w, vec![leaf], &reply(404, b"")), Path::SelfSigned);
    }
}

#[test]
fn a_key_that_does_not_fit_is_told_apart_from_the_path() {
    let w = World::new(2035);
    let mut shake = shake(vec![w.leaf("acme.test", 2026, 2027), w.intermediate.clone()]);
    shake.signature_fits = Some(false);
    let roots = w.roots();
    let (out, ..) =
        Step::play(&PathWalk { shake: &shake, roots: chain::Roots { all: &roots, given: &[] }, now: NOW }, |_| {
            reply(404, b"")
        });
    assert_eq!(out.into_inner().unwrap().path, Path::Trusted);
    assert_eq!(chain::key_proof(&shake).get(), Ok(&KeyProof { fits: false }));
    shake.signature_fits = None;
    assert!(matches!(chain::key_proof(&shake).get(), Err(Missing::Unknown(Cause::Parse(_)))));
}

#[test]
fn weak_keys_are_told_by_their_size() {
    let read = |text: &str| base64::engine::general_purpose::STANDARD.decode(text.replace('\n', "")).unwrap();
    let rsa = certificate(vec![read(include_str!("data/rsa-1024.b64"))]);
    assert_eq!((rsa.key.algorithm.as_str(), rsa.key.bits, rsa.key.weak), ("RSA", 1024, true));
    let ec = certificate(vec![read(include_str!("data/ec-224.b64"))]);
    assert_eq!((ec.key.algorithm.as_str(), ec.key.bits, ec.key.weak), ("EC", 224, true));
}

#[test]
fn bytes_that_are_no_certificate_are_unknown() {
    let host = DomainName::parse("acme.test").unwrap();
    for chain in [vec![], vec![b"nonsense".to_vec()]] {
        assert!(matches!(judge::certificate(&shake(chain), &host, NOW).get(), Err(Missing::Unknown(Cause::Parse(_)))));
    }
}
