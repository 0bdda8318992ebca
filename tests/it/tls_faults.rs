//! One fault each, over real handshakes: every host of one world has something else wrong with its
//! certificate or its server, and the built executable must tell exactly that of each.

use launchcheck_fixtures::{
    ca::{DAY, HOUR, Leaf, LeafKey, Signed, Twist},
    http::TlsFault,
    net::Mode,
    world::{HostPlan, Plan, World},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What makes a host, and the rules that must fail on it.
type Row = (&'static str, Change, &'static [&'static str]);
type Change = fn(&str, &mut HostPlan);

fn leaf(name: &str, host: &mut HostPlan, change: impl FnOnce(Leaf) -> Leaf) {
    host.leaf = Some(change(Leaf::new(&[name])));
}

/// Rows of certificates.
const CERTIFICATES: &[Row] = &[
    ("healthy", |_, _| (), &[]),
    ("fresh-160-hours", |n, h| leaf(n, h, |l| l.lifetime(160 * HOUR).remaining(159 * HOUR.cast_signed())), &[]),
    ("expired", |n, h| leaf(n, h, Leaf::expired), &["expired"]),
    ("not-yet-valid", |n, h| leaf(n, h, Leaf::not_yet_valid), &["not-yet-valid"]),
    ("expiring", |n, h| leaf(n, h, |l| l.remaining(4 * DAY.cast_signed())), &["expiring"]),
    ("wrong-host", |_, h| h.leaf = Some(Leaf::new(&["shop.example"])), &["name-mismatch"]),
    ("common-name-only", |n, h| leaf(n, h, |l| l.twist(Twist::CommonNameOnly)), &["certificate-malformed"]),
    // How the name is written is why it does not fit: one cause.
    ("dot-at-the-end", |n, h| h.leaf = Some(Leaf::new(&[&format!("{n}.")])), &["certificate-malformed"]),
    ("star-in-a-label", |_, h| h.leaf = Some(Leaf::new(&["star*.acme.test"])), &["certificate-malformed"]),
    ("star-of-the-suffix", |_, h| h.leaf = Some(Leaf::new(&["*.*.test"])), &["certificate-malformed"]),
    ("with-a-scheme", |n, h| h.leaf = Some(Leaf::new(&[&format!("https://{n}/")])), &["certificate-malformed"]),
    ("sibling-name", |_, h| h.leaf = Some(Leaf::new(&["acme.test"])), &["name-uncovered"]),
    ("wildcard", |_, h| h.leaf = Some(Leaf::new(&["*.acme.test"])), &[]),
    ("wildcard-below", |n, h| h.leaf = Some(Leaf::new(&[&format!("*.{n}")])), &["wildcard-short"]),
    ("missing-intermediate", |n, h| leaf(n, h, |l| l.signed(Signed::WithoutIntermediate)), &["chain-incomplete"]),
    ("unknown-root", |n, h| leaf(n, h, |l| l.signed(Signed::ByStranger)), &["untrusted"]),
    ("distrusted-root", |n, h| leaf(n, h, |l| l.twist(Twist::RootDistrusted)), &["root-distrusted"]),
    ("self-signed", |n, h| leaf(n, h, |l| l.signed(Signed::Itself)), &["self-signed"]),
    (
        "self-signed-authority",
        |n, h| leaf(n, h, |l| l.signed(Signed::Itself).twist(Twist::SelfAuthority)),
        &["self-signed"],
    ),
    ("intermediate-ended", |n, h| leaf(n, h, |l| l.twist(Twist::IntermediateEnded(3))), &["untrusted"]),
    ("intermediate-ends", |n, h| leaf(n, h, |l| l.twist(Twist::IntermediateEnds(10))), &["intermediate-expiring"]),
    ("for-clients", |n, h| leaf(n, h, |l| l.twist(Twist::ForClients)), &["untrusted"]),
    ("usage-wrong", |n, h| leaf(n, h, |l| l.twist(Twist::UsageWrong)), &["key-usage-wrong"]),
    ("signature-wrong", |n, h| leaf(n, h, |l| l.twist(Twist::SignatureWrong)), &["untrusted"]),
    ("revoked", |n, h| leaf(n, h, |l| l.twist(Twist::Revoked)), &["revoked"]),
    ("listed-not-revoked", |n, h| leaf(n, h, |l| l.twist(Twist::Listed)), &[]),
    ("disordered", |n, h| leaf(n, h, |l| l.twist(Twist::Disordered)), &["chain-order"]),
    ("root-sent", |n, h| leaf(n, h, |l| l.twist(Twist::RootSent)), &["chain-bloated"]),
    ("unrelated-sent", |n, h| leaf(n, h, |l| l.twist(Twist::UnrelatedSent)), &["chain-bloated"]),
    ("sent-twice", |n, h| leaf(n, h, |l| l.twist(Twist::SentTwice)), &["chain-bloated"]),
    ("rsa-1024", |n, h| leaf(n, h, |l| l.key(LeafKey::Rsa1024)), &["key-weak"]),
    ("p-384", |n, h| leaf(n, h, |l| l.key(LeafKey::P384)), &[]),
    // Strong, and refused by browsers, as no public authority may certify it.
    ("ed25519", |n, h| leaf(n, h, |l| l.key(LeafKey::Ed25519)), &["key-weak"]),
    ("version-1", |n, h| leaf(n, h, |l| l.twist(Twist::VersionOne)), &["certificate-malformed"]),
    ("sha-1", |n, h| leaf(n, h, |l| l.twist(Twist::Sha1)), &["untrusted"]),
    ("unreadable", |n, h| leaf(n, h, |l| l.twist(Twist::Unreadable)), &["certificate-malformed"]),
    ("serial-zero", |n, h| leaf(n, h, |l| l.twist(Twist::SerialZero)), &["certificate-malformed"]),
    ("extension-twice", |n, h| leaf(n, h, |l| l.twist(Twist::ExtensionTwice)), &["certificate-malformed"]),
    ("critical-unknown", |n, h| leaf(n, h, |l| l.twist(Twist::CriticalUnknown)), &["certificate-malformed"]),
    ("lifetime", |n, h| leaf(n, h, |l| l.lifetime(500 * DAY)), &["lifetime-over-limit"]),
    ("other-key", |n, h| leaf(n, h, |l| l.twist(Twist::OtherKey)), &["key-mismatch"]),
    ("stapled", |n, h| leaf(n, h, |l| l.twist(Twist::Stapled)), &[]),
];

/// Rows of servers.
const SERVERS: &[Row] = &[
    ("old-only", |_, h| h.fault = TlsFault::OldOnly, &["modern-version-missing"]),
    ("old-too", |_, h| h.fault = TlsFault::OldToo, &["legacy-version"]),
    ("static-rsa", |_, h| h.fault = TlsFault::OldCipher, &["handshake-refused"]),
    (
        "secp256k1",
        |n, h| {
            h.fault = TlsFault::OddCurve;
            leaf(n, h, |l| l.key(LeafKey::Secp256k1));
        },
        &["handshake-refused"],
    ),
    ("cbc-only", |_, h| h.fault = TlsFault::CbcOnly, &["handshake-refused"]),
    ("no-certificate", |_, h| h.leaf = None, &["handshake-refused"]),
    ("alert", |_, h| h.fault = TlsFault::Alert, &["handshake-refused"]),
    ("name-unknown", |_, h| h.fault = TlsFault::NameUnknown, &["handshake-refused"]),
    ("alpn-strange", |_, h| h.fault = TlsFault::AlpnStrange, &[]),
    ("client-certificate", |_, h| h.fault = TlsFault::ClientCertificate, &["client-certificate-demanded"]),
    ("client-certificate-12", |_, h| h.fault = TlsFault::ClientCertificate12, &["client-certificate-demanded"]),
    ("client-asked", |_, h| h.fault = TlsFault::ClientAsked, &[]),
    ("plain-text", |_, h| h.fault = TlsFault::PlainText, &["plain-text-on-port"]),
    ("garbage", |_, h| h.fault = TlsFault::Garbage, &["unreachable"]),
    ("closes", |_, h| h.fault = TlsFault::Close, &["unreachable"]),
    ("resets", |_, h| h.https = Mode::Reset, &["unreachable"]),
    ("refuses", |_, h| h.https = Mode::Stopped, &["unreachable"]),
];

/// Rows in which several things are wrong: all of them must be told.
const COMBINATIONS: &[Row] = &[
    // Browsers know no such key, and what signs with one kind cannot have a certificate for another.
    ("unknown-algorithm", |n, h| leaf(n, h, |l| l.twist(Twist::UnknownAlgorithm)), &["key-mismatch", "key-weak"]),
    // The form is refused, and the name is another's besides.
    (
        "extension-twice-wrong-host",
        |_, h| h.leaf = Some(Leaf::new(&["shop.example"]).twist(Twist::ExtensionTwice)),
        &["certificate-malformed", "name-mismatch"],
    ),
    // A name that is badly written, and another's.
    (
        "dot-of-another",
        |_, h| h.leaf = Some(Leaf::new(&["shop.example."])),
        &["certificate-malformed", "name-mismatch"],
    ),
    (
        "serial-zero-sibling",
        |_, h| h.leaf = Some(Leaf::new(&["acme.test"]).twist(Twist::SerialZero)),
        &["certificate-malformed", "name-uncovered"],
    ),
    ("expired-wrong-host", |_, h| h.leaf = Some(Leaf::new(&["shop.example"]).expired()), &["expired", "name-mismatch"]),
    (
        "expired-wrong-host-untrusted",
        |_, h| h.leaf = Some(Leaf::new(&["shop.example"]).expired().signed(Signed::ByStranger)),
        &["expired", "name-mismatch", "untrusted"],
    ),
    (
        "old-expired-wrong-host",
        |_, h| {
            h.fault = TlsFault::OldOnly;
            h.leaf = Some(Leaf::new(&["shop.example"]).expired());
        },
        &["expired", "modern-version-missing", "name-mismatch"],
    ),
    (
        "client-certificate-expired",
        |n, h| {
            h.fault = TlsFault::ClientCertificate;
            leaf(n, h, Leaf::expired);
        },
        &["client-certificate-demanded", "expired"],
    ),
    (
        "client-certificate-12-expired",
        |n, h| {
            h.fault = TlsFault::ClientCertificate12;
            leaf(n, h, Leaf::expired);
        },
        &["client-certificate-demanded", "expired"],
    ),
    (
        "expired-serial-zero-root-sent",
        |n, h| leaf(n, h, |l| l.expired().twist(Twist::SerialZero)),
        &["certificate-malformed", "expired"],
    ),
    // No authority is believed that nobody knows, and its signature is weak besides.
    (
        "unknown-root-sha-1",
        |n, h| leaf(n, h, |l| l.signed(Signed::ByStranger).twist(Twist::Sha1)),
        &["signature-weak", "untrusted"],
    ),
    ("for-clients-expired", |n, h| leaf(n, h, |l| l.expired().twist(Twist::ForClients)), &["expired", "untrusted"]),
    (
        "old-too-incomplete-expiring",
        |n, h| {
            h.fault = TlsFault::OldToo;
            leaf(n, h, |l| l.signed(Signed::WithoutIntermediate).remaining(4 * DAY.cast_signed()));
        },
        &["chain-incomplete", "expiring", "legacy-version"],
    ),
    // Too large for the TLS library of many clients, ours among them: it is read by hand.
    ("huge-chain", |n, h| leaf(n, h, |l| l.twist(Twist::Huge)), &["chain-bloated", "unreachable"]),
];

/// Rows in which something cannot be known: the rule, and a word of the cause.
const UNKNOWN: &[(&str, Change, &str, &str)] = &[
    ("stalls", |_, h| h.fault = TlsFault::Hang, "unreachable", "timeout"),
    ("half-hello", |_, h| h.fault = TlsFault::HalfHello, "unreachable", "timeout"),
    ("silent", |_, h| h.https = Mode::Silent, "unreachable", "timeout"),
    ("p-521", |n, h| leaf(n, h, |l| l.key(LeafKey::P521)), "key-mismatch", "parse"),
    ("ed448", |n, h| leaf(n, h, |l| l.key(LeafKey::Ed448)), "key-mismatch", "parse"),
    // A server that signs with it all the same: nothing here can verify that.
    ("secp256k1-signs", |n, h| leaf(n, h, |l| l.key(LeafKey::Secp256k1)), "key-mismatch", "parse"),
];

/// One world with all of these hosts, each named after its row.
fn world(rows: impl Iterator<Item = (&'static str, Change)>) -> (World, Vec<String>) {
    let mut plan = Plan::new("acme.test");
    let mut names = Vec::new();
    for (label, change) in rows {
        let name = format!("{label}.acme.test");
        change(&name, plan.host(&name));
        names.push(name);
    }
    (World::start(plan).unwrap(), names)
}

/// What `launchcheck tls` says of them.
fn judged(world: &World, names: &[String], more: &[&str]) -> Value {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["tls", "--format", "json"]).args(names).args(world.args()).args(more);
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The rules that fail, by host.
fn found(report: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for f in report["findings"].as_array().unwrap() {
        let host = text(&f["target"]).trim_start_matches("host:").to_owned();
        out.entry(host).or_default().insert(text(&f["rule"]).trim_start_matches("tls.").to_owned());
    }
    out
}

fn hold(rows: &[Row]) {
    let (world, names) = world(rows.iter().map(|(label, change, _)| (*label, *change)));
    let report = judged(&world, &names, &["--timeout", "20s"]);
    let found = found(&report);
    let mut wrong = Vec::new();
    for ((label, _, wanted), name) in rows.iter().zip(&names) {
        let wanted: BTreeSet<String> = wanted.iter().map(|w| (*w).to_owned()).collect();
        let got = found.get(name).cloned().unwrap_or_default();
        if got != wanted {
            wrong.push(format!("{label}: wanted {wanted:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn certificates_with_one_fault_each() {
    hold(CERTIFICATES);
}

#[test]
fn servers_with_one_fault_each() {
    hold(SERVERS);
}

#[test]
fn faults_that_come_together_are_told_together() {
    hold(COMBINATIONS);
}

#[test]
fn what_cannot_be_known_says_why() {
    let (world, names) = world(UNKNOWN.iter().map(|(label, change, ..)| (*label, *change)));
    let report = judged(&world, &names, &["--timeout", "3s"]);
    let mut wrong = Vec::new();
    for ((label, _, rule, cause), name) in UNKNOWN.iter().zip(&names) {
        let unit = report["units"]
            .as_array()
            .unwrap()
            .iter()
            .find(|u| u["rule"] == format!("tls.{rule}") && u["target"] == format!("host:{name}"))
            .unwrap();
        if unit["outcome"] != "unknown" || !unit["causes"].to_string().contains(cause) {
            wrong.push(format!("{label}: {unit}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What is slow or strange to us is no fault of theirs; a key that browsers refuse is.
    let raised: BTreeMap<String, BTreeSet<String>> = found(&report);
    let refused = ["ed448.acme.test", "secp256k1-signs.acme.test"];
    let wanted = refused.map(|host| (host.to_owned(), BTreeSet::from(["key-weak".to_owned()])));
    assert_eq!(raised, BTreeMap::from(wanted));
}

/// Every rule of the family is raised by a row here or by a world of its name in the scenarios; those
/// that need more than certificates and handshakes (records, pages, a registry, a clock) by the latter.
#[test]
fn every_rule_has_a_row_or_a_world() {
    let rows = [CERTIFICATES, SERVERS, COMBINATIONS].concat();
    let by_rows = rows.iter().flat_map(|(.., rules)| rules.iter().map(|r| format!("tls.{r}")));
    let named = |s: &launchcheck_fixtures::scenarios::Scenario| {
        let rule = s.name.split('@').next()?;
        s.raises.iter().find(|(raised, _)| raised == rule).map(|(rule, _)| rule.clone())
    };
    let worlds = launchcheck_fixtures::scenarios::all();
    let by_worlds = worlds.iter().filter_map(named);
    let raised: BTreeSet<String> = by_rows.chain(by_worlds).collect();
    let missing: Vec<&str> =
        launchcheck_checks::tls::RULES.iter().map(|r| r.id.as_ref()).filter(|id| !raised.contains(*id)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn there_are_forty_of_them() {
    let faulty = |rows: &[Row]| rows.iter().filter(|(.., rules)| !rules.is_empty()).count();
    assert!(faulty(CERTIFICATES) + faulty(SERVERS) >= 40, "{}", faulty(CERTIFICATES) + faulty(SERVERS));
}
