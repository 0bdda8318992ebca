//! Whether a zone's signatures hold: what a resolver that validates makes of them, and where it does
//! not validate, the chain from the parent's DS record to the zone's keys, checked here.

use super::facts::{Dnssec, DnssecState};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Shown, Step};
use crate::wire::{SignedAnswer, SignedKind, SignedQuestion};
use ring::{digest, signature};

/// Looks at the signatures of a zone whose parent is a registry.
#[derive(Clone, Debug)]
pub struct DnssecWalk {
    /// The registrable domain.
    pub apex: DomainName,
    /// The moment it is judged at, in seconds since 1970.
    pub now: i64,
}
impl DnssecWalk {
    fn question(&self, kind: SignedKind, unchecked: bool) -> SignedQuestion {
        SignedQuestion { name: self.apex.clone(), kind, unchecked }
    }
}
impl Inquiry for DnssecWalk {
    type Q = SignedQuestion;
    type Out = Observed<Dnssec>;
    fn step(&self, seen: &Answers<SignedQuestion>) -> Step<SignedQuestion, Observed<Dnssec>> {
        // DS stands at the parent, so it is there however broken the zone is.
        let ds = self.question(SignedKind::Ds, false);
        let Some(parent) = seen.get(&ds) else { return Step::Ask(vec![ds]) };
        let parent = match parent.get() {
            Ok(p) if p.failed => return Step::Done(Observed::unknown(Cause::Servfail)),
            Ok(p) => p,
            Err(missing) => return Step::Done(missing.into()),
        };
        let tags = parent.data.iter().filter_map(|d| number(d, 0)).collect();
        let made = |state| Step::Done(Observed::known(Dnssec { apex: self.apex.clone(), tags, state }));
        if parent.data.is_empty() {
            return made(DnssecState::Off);
        }
        let ask = [
            self.question(SignedKind::Soa, false),
            self.question(SignedKind::Soa, true),
            self.question(SignedKind::Dnskey, true),
        ];
        let missing: Vec<_> = ask.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !missing.is_empty() {
            return Step::Ask(missing);
        }
        let [checked, unchecked, keys] =
            ask.map(|q| seen.get(&q).map_or(Err(Missing::Unknown(Cause::NotRecorded)), Observed::get));
        let (checked, unchecked) = match (checked, unchecked) {
            (Ok(c), Ok(u)) => (c, u),
            (Err(missing), _) | (_, Err(missing)) => return Step::Done(missing.into()),
        };
        if checked.vouched && !checked.failed {
            return made(DnssecState::Valid("the resolver"));
        }
        if unchecked.failed {
            return Step::Done(Observed::unknown(Cause::Servfail));
        }
        let chain = match keys {
            Ok(keys) if !keys.failed => chain(&self.apex, &parent.data, keys, unchecked, self.now),
            _ => Chain::Unseen,
        };
        match (checked.failed, chain) {
            (_, Chain::Breaks(why)) => made(DnssecState::Broken(why)),
            (true, _) => made(DnssecState::Broken("a resolver that validates answers SERVFAIL".into())),
            (false, Chain::Holds) => made(DnssecState::Valid("launchcheck, from the DS record to the zone's keys")),
            // RFC 4035, section 5.2: validators take such a zone for one that is not signed.
            (false, Chain::Unsupported) => made(DnssecState::Off),
            (false, Chain::Unseen) => Step::Done(Observed::unknown(Cause::Unreadable(
                "the signatures (the resolver neither checks them nor hands them out)".into(),
            ))),
        }
    }
}

/// What the chain comes to.
#[derive(Debug, PartialEq, Eq)]
enum Chain {
    Holds,
    Breaks(Shown),
    /// Made with algorithms that are not known here.
    Unsupported,
    /// The resolver keeps the signatures to itself.
    Unseen,
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The number by which records name a key (RFC 4034, appendix B).
fn key_tag(key: &[u8]) -> u16 {
    let sum: u32 =
        key.iter().enumerate().map(|(i, b)| if i & 1 == 0 { u32::from(*b) << 8 } else { u32::from(*b) }).sum();
    u16::try_from((sum + (sum >> 16)) & 0xffff).unwrap_or(u16::MAX)
}

fn wire_name(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|l| !l.is_empty()) {
        out.push(u8::try_from(label.len()).unwrap_or(63));
        out.extend(label.bytes());
    }
    out.push(0);
    out
}

/// One RRSIG record (RFC 4034, section 3.1).
struct Signature<'a> {
    covers: u16,
    algorithm: u8,
    ttl: u32,
    ends: u32,
    begins: u32,
    tag: u16,
    /// Everything in front of the signature itself: it is signed along.
    head: &'a [u8],
    bytes: &'a [u8],
}
impl<'a> Signature<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut end = 18;
        loop {
            let label = usize::from(*data.get(end)?);
            end += label + 1;
            if label == 0 {
                break;
            }
        }
        Some(Self {
            covers: number(data, 0)?,
            algorithm: *data.get(2)?,
            ttl: long(data, 4)?,
            ends: long(data, 8)?,
            begins: long(data, 12)?,
            tag: number(data, 16)?,
            head: data.get(..end)?,
            bytes: data.get(end..)?,
        })
    }
    /// The times are serial numbers (RFC 4034, section 3.1.5).
    fn is_over(&self, now: u32) -> bool {
        self.ends.wrapping_sub(now).cast_signed() < 0
    }
    fn is_early(&self, now: u32) -> bool {
        now.wrapping_sub(self.begins).cast_signed() < 0
    }
}

fn chain(apex: &DomainName, ds: &[Vec<u8>], keys: &SignedAnswer, soa: &SignedAnswer, now: i64) -> Chain {
    let now = u32::try_from(now.rem_euclid(1 << 32)).unwrap_or_default();
    let ds: Vec<_> = ds.iter().filter(|d| supported(d)).collect();
    if ds.is_empty() {
        return Chain::Unsupported;
    }
    let tags = || ds.iter().filter_map(|d| number(d, 0)).map(|t| t.to_string()).collect::<Vec<_>>().join(", ");
    if keys.data.is_empty() {
        return Chain::Breaks(
            format!("the parent has a DS record (key tag {}) and the zone has no DNSKEY", tags()).into(),
        );
    }
    let anchored: Vec<&Vec<u8>> = keys.data.iter().filter(|k| ds.iter().any(|d| fits(apex, d, k))).collect();
    if anchored.is_empty() {
        let own: Vec<String> = keys.data.iter().map(|k| key_tag(k).to_string()).collect();
        return Chain::Breaks(
            format!(
                "no key of the zone (key tags {}) is the one that the parent's DS record names (key tag {})",
                own.join(", "),
                tags()
            )
            .into(),
        );
    }
    if keys.signatures.is_empty() || soa.signatures.is_empty() {
        // A forwarder of before DNSSEC drops them; that is not the zone's doing.
        return Chain::Unseen;
    }
    let read = |all: &'_ [Vec<u8>], covers: u16| -> Vec<(u16, bool, bool)> {
        let of_type = all.iter().filter_map(|s| Signature::read(s)).filter(|s| s.covers == covers);
        of_type.map(|s| (s.tag, s.is_over(now), s.is_early(now))).collect()
    };
    for (what, all, covers, tags) in [
        ("keys", &keys.signatures, SignedKind::Dnskey, anchored.iter().map(|k| key_tag(k)).collect::<Vec<_>>()),
        ("records", &soa.signatures, SignedKind::Soa, keys.data.iter().map(|k| key_tag(k)).collect()),
    ] {
        let mut made = read(all, covers.number());
        made.retain(|(tag, ..)| tags.contains(tag));
        if made.is_empty() {
            return Chain::Breaks(format!("the zone's {what} are not signed by a key of the chain").into());
        }
        if made.iter().all(|(_, over, _)| *over) {
            return Chain::Breaks(format!("the signatures over the zone's {what} have ended").into());
        }
        if made.iter().all(|(_, over, early)| *over || *early) {
            return Chain::Breaks(format!("the signatures over the zone's {what} are not valid yet").into());
        }
    }
    let mut unsupported = false;
    for sig in keys.signatures.iter().filter_map(|s| Signature::read(s)) {
        let usable = sig.covers == SignedKind::Dnskey.number() && !sig.is_over(now) && !sig.is_early(now);
        for key in anchored.iter().filter(|k| usable && key_tag(k) == sig.tag) {
            match verify(apex, key, &sig, &keys.data) {
                Some(true) => return Chain::Holds,
                Some(false) => {}
                None => unsupported = true,
            }
        }
    }
    if unsupported { Chain::Unsupported } else { Chain::Breaks("the signature over the zone's keys is wrong".into()) }
}

/// Whether both the algorithm and the digest of a DS record are known here.
fn supported(ds: &[u8]) -> bool {
    let algorithm = ds.get(2).is_some_and(|a| matches!(a, 5 | 7 | 8 | 10 | 13 | 14 | 15));
    algorithm && ds.get(3).is_some_and(|d| matches!(d, 1 | 2 | 4))
}

/// Whether a DS record names this key (RFC 4034, section 5.1.4).
fn fits(apex: &DomainName, ds: &[u8], key: &[u8]) -> bool {
    let algorithm = match ds.get(3) {
        Some(1) => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Some(2) => &digest::SHA256,
        Some(4) => &digest::SHA384,
        _ => return false,
    };
    let named = number(ds, 0) == Some(key_tag(key)) && ds.get(2) == key.get(3);
    let made = digest::digest(algorithm, &[wire_name(apex.as_str()), key.to_vec()].concat());
    named && ds.get(4..) == Some(made.as_ref())
}

/// Whether the signature over the keys is by this key; `None` for an algorithm that is not known.
fn verify(apex: &DomainName, key: &[u8], sig: &Signature<'_>, keys: &[Vec<u8>]) -> Option<bool> {
    let mut sorted: Vec<&Vec<u8>> = keys.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut message = sig.head.to_ascii_lowercase_tail(18);
    let owner = wire_name(apex.as_str());
    for data in sorted {
        message.extend(&owner);
        message.extend(SignedKind::Dnskey.number().to_be_bytes());
        message.extend(1_u16.to_be_bytes());
        message.extend(sig.ttl.to_be_bytes());
        message.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        message.extend(data);
    }
    let public = key.get(4..)?;
    let simple = |algorithm: &'static dyn signature::VerificationAlgorithm, public: &[u8]| {
        Some(signature::UnparsedPublicKey::new(algorithm, public).verify(&message, sig.bytes).is_ok())
    };
    let rsa = |algorithm: &'static signature::RsaParameters| {
        let (n, e) = rsa_key(public)?;
        Some(signature::RsaPublicKeyComponents { n, e }.verify(algorithm, &message, sig.bytes).is_ok())
    };
    let point = |public: &[u8]| [&[4][..], public].concat();
    match sig.algorithm {
        5 | 7 => rsa(&signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        8 => rsa(&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        10 => rsa(&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        13 => simple(&signature::ECDSA_P256_SHA256_FIXED, &point(public)),
        14 => simple(&signature::ECDSA_P384_SHA384_FIXED, &point(public)),
        15 => simple(&signature::ED25519, public),
        _ => None,
    }
}

/// Modulus and exponent of an RSA key (RFC 3110, section 2).
fn rsa_key(public: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, at) = match public.first()? {
        0 => (usize::from(number(public, 1)?), 3),
        n => (usize::from(*n), 1),
    };
    let (exponent, modulus) = (public.get(at..at + length)?, public.get(at + length..)?);
    let trimmed = modulus.iter().position(|b| *b != 0).and_then(|i| modulus.get(i..))?;
    Some((trimmed, exponent))
}

/// The signer's name stands in the signed text in lower case.
trait LowerTail {
    fn to_ascii_lowercase_tail(&self, from: usize) -> Vec<u8>;
}
impl LowerTail for [u8] {
    fn to_ascii_lowercase_tail(&self, from: usize) -> Vec<u8> {
        self.iter().enumerate().map(|(i, b)| if i < from { *b } else { b.to_ascii_lowercase() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };

    const NOW: i64 = 1_795_219_200;

    /// A zone with one key that signs all, as small zones have.
    struct Signed {
        ds: Vec<u8>,
        keys: SignedAnswer,
        soa: SignedAnswer,
    }
    fn apex() -> DomainName {
        DomainName::parse("acme.test").unwrap()
    }
    fn head(covers: u16, tag: u16, ends: i64) -> Vec<u8> {
        let mut out = [&covers.to_be_bytes()[..], &[13, 2]].concat();
        for n in [300, u32::try_from(ends).unwrap(), u32::try_from(NOW - 86_400).unwrap()] {
            out.extend(n.to_be_bytes());
        }
        [out, tag.to_be_bytes().to_vec(), wire_name("acme.test")].concat()
    }
    fn zone(ends: i64) -> Signed {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
        let key = [&[1, 1, 3, 13][..], &pair.public_key().as_ref()[1..]].concat();
        let tag = key_tag(&key);
        let made = digest::digest(&digest::SHA256, &[wire_name("acme.test"), key.clone()].concat());
        let ds = [&tag.to_be_bytes()[..], &[13, 2], made.as_ref()].concat();
        let head_of_keys = head(48, tag, ends);
        let mut message = head_of_keys.clone();
        message.extend(wire_name("acme.test"));
        message.extend([0, 48, 0, 1]);
        message.extend(300_u32.to_be_bytes());
        message.extend(u16::try_from(key.len()).unwrap().to_be_bytes());
        message.extend(&key);
        let sig = [head_of_keys, pair.sign(&random, &message).unwrap().as_ref().to_vec()].concat();
        let keys = SignedAnswer { data: vec![key], signatures: vec![sig], ..SignedAnswer::default() };
        // Of the SOA only dates and keys are looked at.
        let soa =
            SignedAnswer { signatures: vec![[head(6, tag, ends), vec![0; 64]].concat()], ..SignedAnswer::default() };
        Signed { ds, keys, soa }
    }
    fn judge(z: &Signed) -> Chain {
        chain(&apex(), std::slice::from_ref(&z.ds), &z.keys, &z.soa, NOW)
    }
    fn breaks(z: &Signed, word: &str) {
        match judge(z) {
            Chain::Breaks(why) => assert!(why.as_str().contains(word), "{why}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_chain_from_the_parent_to_the_keys() {
        assert_eq!(judge(&zone(NOW + 86_400)), Chain::Holds);
        breaks(&zone(NOW - 1), "have ended");
        let (one, other) = (zone(NOW + 86_400), zone(NOW + 86_400));
        breaks(&Signed { ds: other.ds.clone(), ..one }, "no key of the zone");
        let mut empty = zone(NOW + 86_400);
        empty.keys = SignedAnswer::default();
        breaks(&empty, "no DNSKEY");
        let mut forged = zone(NOW + 86_400);
        *forged.keys.signatures[0].last_mut().unwrap() ^= 1;
        breaks(&forged, "is wrong");
        let mut stripped = zone(NOW + 86_400);
        stripped.keys.signatures.clear();
        assert_eq!(judge(&stripped), Chain::Unseen);
        let mut exotic = zone(NOW + 86_400);
        exotic.ds[2] = 253;
        assert_eq!(judge(&exotic), Chain::Unsupported);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let good = zone(NOW + 86_400);
        for cut in 0..good.ds.len().max(90) {
            let mut z = zone(NOW + 86_400);
            z.ds.truncate(cut);
            z.keys.data[0].truncate(cut);
            z.keys.signatures[0].truncate(cut);
            z.soa.signatures[0].truncate(cut);
            let _ = judge(&z);
        }
    }

    /// What the walk makes of a resolver that answers so: the DS, the SOA as checked and as not.
    fn walk(z: &Signed, checked: SignedAnswer) -> Observed<Dnssec> {
        let parent = SignedAnswer { data: vec![z.ds.clone()], ..SignedAnswer::default() };
        Step::play(&DnssecWalk { apex: apex(), now: NOW }, |q| {
            Observed::known(match (q.kind, q.unchecked) {
                (SignedKind::Ds, _) => parent.clone(),
                (SignedKind::Soa, false) => checked.clone(),
                (SignedKind::Soa, true) => z.soa.clone(),
                (SignedKind::Dnskey, _) => z.keys.clone(),
            })
        })
        .0
    }

    #[test]
    fn with_a_resolver_that_validates_and_with_one_that_does_not() {
        let good = zone(NOW + 86_400);
        let state = |checked: SignedAnswer, z: &Signed| walk(z, checked).into_inner().map(|d| d.state);
        let vouched = SignedAnswer { vouched: true, ..SignedAnswer::default() };
        let failed = SignedAnswer { failed: true, ..SignedAnswer::default() };
        assert_eq!(state(vouched, &good), Ok(DnssecState::Valid("the resolver")));
        assert!(matches!(state(failed.clone(), &good), Ok(DnssecState::Broken(_))));
        assert!(matches!(state(SignedAnswer::default(), &good), Ok(DnssecState::Valid(_))));
        assert!(matches!(state(SignedAnswer::default(), &zone(NOW - 1)), Ok(DnssecState::Broken(_))));
        let mut both = zone(NOW + 86_400);
        both.soa = failed.clone();
        assert_eq!(state(failed, &both), Err(Missing::Unknown(Cause::Servfail)), "not the signatures' fault");
    }
}
