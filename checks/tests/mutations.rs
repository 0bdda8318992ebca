//! The fuzz targets' claims (see `fuzz/`), held by a bounded run of mutations that needs no nightly
//! compiler: no bytes make a parser panic, point outside of the record or print a record that does
//! not work, and no zone keeps an evaluation from ending.

use launchcheck_checks::{
    email::{dkim_key, dmarc, spf, spf_check::SpfCheck, spf_merge, spf_walk::SpfWalk, syntax::Flaw},
    vocab::{DomainName, Observed, Step},
    wire::{DnsAnswer, DnsQuestion, Record, RecordKind},
};

const ROUNDS: usize = 4_000;

/// Numbers that are the same in every run.
struct Random(u64);
impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}

/// The seed with a few bytes changed, put in, taken out or doubled.
fn mutated(seed: &[u8], random: &mut Random) -> Vec<u8> {
    const ODD: &[u8] = b"%{}/:;=,.\"\\ \t\x00\x80\xff\xc3v1-+~?09azAZ_@!";
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 if !bytes.is_empty() => bytes[at] = ODD[random.below(ODD.len())],
            1 => bytes.insert(at, ODD[random.below(ODD.len())]),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            _ => {
                let end = (at + random.below(12)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn inside(flaws: &[Flaw], bytes: &[u8]) {
    let ok = flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= bytes.len());
    assert!(ok, "{bytes:?} {flaws:?}");
}

#[test]
fn spf_records() {
    let mut random = Random(1);
    let seed = include_bytes!("../../fuzz/corpus/spf/full");
    for _ in 0..ROUNDS {
        let bytes = mutated(seed, &mut random);
        let record = spf::parse(&bytes);
        inside(&record.flaws, &bytes);
        let _ = spf::select([bytes.clone()]);
        let merged = spf_merge::merged(&[record]);
        assert!(spf::parse(merged.as_bytes()).is_valid(), "{merged} of {bytes:?}");
    }
}

#[test]
fn dmarc_records() {
    let mut random = Random(2);
    let seed = include_bytes!("../../fuzz/corpus/dmarc/full");
    for _ in 0..ROUNDS {
        let bytes = mutated(seed, &mut random);
        inside(&dmarc::parse(&bytes).flaws, &bytes);
        for record in dmarc::select([bytes.clone()]).0 {
            let repaired = record.repaired("dmarc@acme.test");
            let again = dmarc::parse(repaired.as_bytes());
            let policy = record.p.value().unwrap_or(dmarc::Policy::None);
            assert!(again.is_usable() && again.p.value() == Some(policy), "{repaired} of {bytes:?}");
        }
    }
}

#[test]
fn dkim_keys() {
    let mut random = Random(3);
    let seeds: [&[u8]; 2] =
        [include_bytes!("../../fuzz/corpus/dkim/ed25519"), include_bytes!("../../fuzz/corpus/dkim/rsa")];
    for round in 0..ROUNDS {
        let bytes = mutated(seeds[round % 2], &mut random);
        inside(&dkim_key::parse(&bytes).flaws, &bytes);
        let _ = dkim_key::select([bytes]);
    }
}

#[test]
fn evaluations_end_in_every_zone() {
    let mut random = Random(4);
    let seeds: [&[u8]; 3] = [
        include_bytes!("../../fuzz/corpus/spf_check/macros"),
        include_bytes!("../../fuzz/corpus/spf_check/loop"),
        include_bytes!("../../fuzz/corpus/spf/full"),
    ];
    for round in 0..600 {
        let bytes = mutated(seeds[round % 3], &mut random);
        // Every TXT answer is the same, and every other one leads back to where it was asked for.
        let answer = |q: &DnsQuestion| {
            Observed::known(match q.kind {
                RecordKind::Txt => {
                    DnsAnswer::records(vec![Record::Txt(bytes.chunks(255).map(<[u8]>::to_vec).collect())])
                }
                RecordKind::Mx => {
                    DnsAnswer::records(vec![Record::Mx { preference: 1, exchange: q.name.as_str().to_owned() }])
                }
                RecordKind::Ptr => DnsAnswer::records(vec![Record::Ptr("acme.test".to_owned())]),
                _ => DnsAnswer::nodata(),
            })
        };
        let ip = std::net::Ipv4Addr::new(192, 0, 2, 1).into();
        let (checked, rounds, questions) = Step::play(&SpfCheck::of_mail(ip, "helo.test", "a.b@acme.test"), answer);
        let bounded = checked.lookups <= 11 && checked.voids <= 3 && rounds < 60 && questions < 600;
        assert!(bounded, "{rounds} rounds, {questions} questions, {checked:?}, {bytes:?}");
        if let Ok(domain) = DomainName::parse("acme.test") {
            let (_, rounds, _) = Step::play(&SpfWalk { domain }, answer);
            assert!(rounds < 60, "{rounds} rounds, {bytes:?}");
        }
    }
}
