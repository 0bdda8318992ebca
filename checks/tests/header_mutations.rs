//! The fuzz targets' claims about headers (see `fuzz/`), held by a bounded run of mutations: what is
//! read of Strict-Transport-Security is read again as the same, and no Location or Set-Cookie keeps
//! a walk from ending.

use launchcheck_checks::{
    tls::{edge::DoorwayWalk, hsts},
    vocab::{DomainName, Observed, Shown, Step},
    web::{facts::SitePlan, walk::RedirectWalk},
    wire::{HttpAnswer, HttpQuestion},
};

/// Numbers that are the same in every run.
struct Random(u64);
impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}

/// The seed with a few bytes changed, put in or taken out.
fn mutated(seed: &[u8], random: &mut Random) -> Vec<u8> {
    const ODD: &[u8] = b":/?#[]@=;,.\"\\ \t\x00\x80\xff09azAZ%_-\n";
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(4) {
            0 if !bytes.is_empty() => bytes[at] = ODD[random.below(ODD.len())],
            1 => bytes.insert(at, ODD[random.below(ODD.len())]),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            _ => {
                let end = (at + random.below(12)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn what_is_read_of_hsts_is_read_again() {
    let (mut random, mut read) = (Random(7), 0);
    for _ in 0..20_000 {
        let bytes = mutated(include_bytes!("../../fuzz/corpus/hsts/full"), &mut random);
        let Some(hsts) = hsts::parse(Shown::wire(&bytes).as_str()) else { continue };
        let below = if hsts.include_subdomains { "; includeSubDomains" } else { "" };
        let asks = if hsts.preload { "; preload" } else { "" };
        assert_eq!(hsts::parse(&format!("max-age={}{below}{asks}", hsts.max_age)), Some(hsts));
        read += 1;
    }
    assert!(read > 1_000, "only {read} could be read");
}

#[test]
fn walks_end_at_every_site() {
    const STATUS: [u16; 8] = [301, 302, 303, 307, 308, 200, 526, 403];
    let mut random = Random(8);
    let (domain, www) = (DomainName::parse("acme.test").unwrap(), DomainName::parse("www.acme.test").unwrap());
    let mut circles = 0;
    for _ in 0..1_500 {
        let data = mutated(include_bytes!("../../fuzz/corpus/redirects/circle"), &mut random);
        let Some((first, rest)) = data.split_first() else { continue };
        let header = |line: &[u8]| {
            let at = line.iter().position(|b| *b == b':')?;
            Some((String::from_utf8_lossy(&line[..at]).to_ascii_lowercase(), line[at + 1..].trim_ascii().to_vec()))
        };
        let answer = |_: &HttpQuestion| {
            Observed::known(Ok(HttpAnswer {
                status: STATUS[usize::from(first & 7)],
                headers: rest.split(|b| *b == b'\n').filter_map(header).collect(),
                body: rest.to_vec(),
                truncated: false,
                took_ms: 1,
            }))
        };
        let plan = SitePlan { domain: domain.clone(), canonical: None, sibling: Some(www.clone()) };
        let (redirects, rounds, questions) = Step::play(&RedirectWalk { plan, audited: Vec::new() }, answer);
        assert!(redirects.chains.len() == 4 && rounds <= 25 && questions <= 100, "{rounds} {questions} {data:?}");
        let (door, _, questions) = Step::play(&DoorwayWalk { host: domain.clone(), port: 443 }, answer);
        assert!(questions <= 3, "{data:?}");
        circles += usize::from(door.get().is_ok_and(|d| d.as_ref().is_ok_and(|d| d.circle.is_some())));
    }
    assert!(circles > 100, "only {circles} circles");
}
