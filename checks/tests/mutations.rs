//! The fuzz targets' claims (see `fuzz/claims.rs`), held by a bounded run of mutations that needs no
//! nightly compiler. Seeded: every run tries the same inputs. `LAUNCHCHECK_MUTATIONS` makes it longer.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads the corpus and how long it may take")]

#[path = "../../fuzz/claims.rs"]
mod claims;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// How many inputs each target is given.
const ROUNDS: usize = 3_000;
/// Those that play whole inquiries or certificates take longer for each.
const SLOW: &[&str] = &["spf_check", "chain", "crl", "issuer", "web", "redirects"];

/// Numbers that are the same in every run.
struct Random(u64);
impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}

/// The seed with a few bytes changed, put in, taken out, doubled, or blown up.
fn mutated(seed: &[u8], random: &mut Random) -> Vec<u8> {
    const ODD: &[u8] = b"%{}/:;=,.\"\\ \t\x00\x80\xff\xc3v1-+~?09azAZ_@!<>()\r\n";
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(7) {
            0 if !bytes.is_empty() => bytes[at] = ODD[random.below(ODD.len())],
            1 => bytes.insert(at, ODD[random.below(ODD.len())]),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 if random.below(4) == 0 => bytes.truncate(at),
            4 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            5 if random.below(30) == 0 => {
                let odd = ODD[random.below(ODD.len())];
                bytes.splice(at..at, std::iter::repeat_n(odd, 1 + random.below(5_000)));
            }
            _ => {
                let end = (at + random.below(12)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}
fn names_in(folder: &Path) -> BTreeSet<String> {
    let all = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    all.map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = fuzz().join("corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| fs::read(f).unwrap()).collect()
}

fn run(target: &str, claim: claims::Claim) {
    let seeds = seeds(target);
    for seed in &seeds {
        claim(seed);
    }
    claim(b"");
    let given = std::env::var("LAUNCHCHECK_MUTATIONS").ok().and_then(|n| n.parse().ok());
    let rounds: usize = given.unwrap_or(if SLOW.contains(&target) { ROUNDS / 6 } else { ROUNDS });
    let mut random = Random(target.bytes().map(u64::from).sum());
    for round in 0..rounds {
        claim(&mutated(&seeds[round % seeds.len()], &mut random));
    }
}

#[test]
fn every_target_holds_its_claim() {
    std::thread::scope(|scope| {
        for (target, claim) in claims::ALL {
            std::thread::Builder::new().name((*target).to_owned()).spawn_scoped(scope, || run(target, *claim)).unwrap();
        }
    });
}

#[test]
fn every_claim_has_a_target_and_a_seed() {
    let claimed: BTreeSet<String> = claims::ALL.iter().map(|(t, _)| (*t).to_owned()).collect();
    assert_eq!(names_in(&fuzz().join("fuzz_targets")), claimed);
    assert_eq!(names_in(&fuzz().join("corpus")), claimed);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for target in &claimed {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}

/// The certificates of the corpus are ones that hold, or their mutations would say little.
#[test]
fn the_seeds_are_good_ones() {
    use launchcheck_checks::{dns::caa::Property, email::message, tls::file};
    let mail = message::read(&seeds("mail")[0]).unwrap();
    assert_eq!((mail.passes(), mail.selectors().len()), (Some(true), 1), "{mail:?}");
    assert_eq!(file::revocation_lists(&seeds("crl")[1]).unwrap(), [seeds("crl")[0].clone()]);
    let caa = String::from_utf8(seeds("caa")[1].clone()).unwrap();
    assert!(Property::parse(false, "issue", &caa).flaws.is_empty());
}
