//! The zone as its own servers have it, over real sockets: each is asked each thing once, what one
//! of them does in bad weather is a finding or unknown with its cause, and never a pass or a hang.

use launchcheck_fixtures::{Plan, World, dns::Fault, scenarios};
use serde_json::Value;
use std::time::{Duration, Instant};

const NS2: &str = "ns2.acme.test";

struct Ended {
    code: i32,
    report: Value,
    text: String,
    took: Duration,
}
impl Ended {
    fn units<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Value> {
        self.report["units"].as_array().expect("units").iter().filter(move |u| u["rule"] == rule)
    }
    /// Outcome and causes of the one unit of a rule.
    fn outcome(&self, rule: &str) -> (String, String) {
        let unit = self.units(rule).next().unwrap_or_else(|| panic!("{rule} was not judged"));
        (unit["outcome"].as_str().unwrap_or_default().to_owned(), unit["causes"].to_string())
    }
    fn findings(&self) -> Vec<String> {
        let all = self.report["findings"].as_array().expect("findings");
        all.iter().map(|f| f["rule"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// The family dns and no other, so that what is seen is its own.
fn audit(world: &World) -> Ended {
    let begun = Instant::now();
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json", "--only", "dns", "--timeout", "1s", "--deadline", "10s"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("no report: {e}; {text} {}", String::from_utf8_lossy(&output.stderr)));
    Ended { code: output.status.code().unwrap_or(-1), report, text, took: begun.elapsed() }
}
fn with(change: impl FnOnce(&mut Plan)) -> World {
    let mut plan = scenarios::healthy();
    change(&mut plan);
    World::start(plan).expect("a world")
}

#[test]
fn each_server_is_asked_each_thing_once() {
    let world = with(|_| ());
    let ended = audit(&world);
    assert_eq!((ended.code, ended.findings()), (0, vec![]), "{}", ended.text);
    assert_eq!(world.dns().queries().repeated(), []);
    let servers = ["ns1.acme.test", NS2].map(|n| world.name_server(n).queries());
    assert_eq!(servers[0], servers[1], "both are asked the same");
    assert_eq!(servers[0].repeated(), []);
    let asked = |name: &str, kind: &str| assert_eq!(servers[0].of(name, kind), 1, "{name} {kind}");
    for kind in ["SOA", "NS", "MX", "TXT"] {
        asked("acme.test", kind);
    }
    asked("www.acme.test", "CNAME");
    asked("_dmarc.acme.test", "TXT");
    asked("resend._domainkey.acme.test", "TXT");
    asked("send.acme.test", "MX");
}

fn many(p: &mut Plan) {
    for n in 0..1_000 {
        p.name_server_zone(NS2).add("acme.test", "TXT", &format!("n={n}"));
    }
}
fn fault(p: &mut Plan, name: &str, fault: Fault) {
    p.name_server_zone(NS2).fault(name, fault);
}

#[test]
fn a_server_in_bad_weather_is_a_finding_or_unknown() {
    type Case = (&'static str, Box<dyn Fn(&mut Plan)>, &'static str, &'static str);
    let cases: [Case; 8] = [
        ("silent", Box::new(|p| fault(p, "*", Fault::Timeout)), "unknown", "timeout"),
        ("noise", Box::new(|p| fault(p, "*", Fault::Garbage)), "unknown", "parse"),
        ("one name fails", Box::new(|p| fault(p, "_dmarc.acme.test", Fault::Servfail)), "unknown", "servfail"),
        ("one name refused", Box::new(|p| fault(p, "acme.test", Fault::Refused)), "pass", ""),
        ("a thousand records", Box::new(many), "unknown", "too-large"),
        ("truncated", Box::new(|p| fault(p, "*", Fault::Truncated)), "pass", ""),
        ("slow", Box::new(|p| fault(p, "*", Fault::Delay(150))), "pass", ""),
        ("fails", Box::new(|p| fault(p, "*", Fault::Servfail)), "pass", ""),
    ];
    for (name, break_it, outcome, cause) in cases {
        let world = with(break_it);
        let ended = audit(&world);
        let (said, why) = ended.outcome("dns.servers-disagree");
        assert_eq!(said, outcome, "{name}: {why}");
        assert!(why.contains(cause), "{name}: {why}");
        assert!(ended.took < Duration::from_secs(9), "{name}: took {:?}", ended.took);
        let lame = matches!(name, "fails" | "one name refused");
        assert_eq!(ended.findings().contains(&"dns.server-lame".to_owned()), lame, "{name}");
        if name == "truncated" {
            assert!(!world.name_server(NS2).queries().tcp.is_empty(), "asked again over TCP");
        }
    }
}

#[test]
fn a_server_that_is_gone_is_unknown() {
    let world = with(|_| ());
    world.name_server(NS2).stop();
    let ended = audit(&world);
    assert_eq!(ended.findings(), [""; 0]);
    for rule in ["dns.servers-disagree", "dns.server-lame"] {
        let (outcome, causes) = ended.outcome(rule);
        assert!(outcome == "unknown" && causes.contains("refused"), "{rule}: {outcome} {causes}");
    }
    // With all of them gone it stays so.
    world.name_server("ns1.acme.test").stop();
    assert_eq!(audit(&world).outcome("dns.server-lame").0, "unknown");
}

#[test]
fn a_resolver_in_bad_weather_leaves_the_zone_unknown() {
    for fault in [Fault::Timeout, Fault::Servfail, Fault::Refused, Fault::Garbage] {
        let world = with(|p| {
            p.zone.fault("*", fault);
        });
        let ended = audit(&world);
        assert_eq!(ended.findings(), [""; 0], "{fault:?}");
        for rule in ["dns.dnssec-broken", "dns.server-single", "dns.cname-dangling", "dns.caa-blocks-host"] {
            assert_eq!(ended.outcome(rule).0, "unknown", "{fault:?}: {rule}");
        }
        assert!(ended.took < Duration::from_secs(10), "{fault:?}: took {:?}", ended.took);
        assert_eq!(ended.code, 3, "{fault:?}: a blocker is not known");
    }
}

#[test]
fn hostile_records_do_no_harm() {
    let world = with(|p| {
        let odd: &[&[u8]] = &[b"\xff\xfe\x1b[2J\x00\x9b31m", &[0x80; 255]];
        p.name_server_zone(NS2).add_txt("acme.test", odd);
        for (from, to) in [("blog", "docs"), ("docs", "blog"), ("help", "help")] {
            p.zone.add(&format!("{from}.acme.test"), "CNAME", &format!("{to}.acme.test"));
        }
        p.zone.add("acme.test", "CAA", "0 issue \"%%%\u{1b}[1m;;;==\"");
    });
    let ended = audit(&world);
    assert_eq!(ended.outcome("dns.servers-disagree").0, "fail");
    assert!(!ended.text.contains('\u{1b}') && !ended.text.contains("\\u001b"), "an escape got through");
    assert_ne!(ended.outcome("dns.cname-dangling").0, "fail", "a loop is not a name that does not exist");
    assert!(ended.took < Duration::from_secs(9), "took {:?}", ended.took);
}

#[test]
fn what_is_published_and_not_yet_visible_has_its_time() {
    let world = with(|p| {
        p.zone.add_with_ttl("acme.test", "TXT", "old=1", 1_200);
    });
    for name in ["ns1.acme.test", NS2] {
        world.name_server(name).change(|zone| {
            zone.remove_txt("acme.test", "old=1");
        });
    }
    let ended = audit(&world);
    assert_eq!(ended.findings(), [""; 0], "that is no fault");
    let shown = ended.report["exhibits"].as_array().expect("exhibits").iter().find(|e| e["id"] == "zone-servers");
    let shown = shown.expect("the exhibit").to_string();
    assert!(shown.contains("acme.test TXT: published, visible in at most 5 minutes"), "{shown}");
    assert!(shown.contains("ns2.acme.test (203.0.113.3): serial 2026112101"), "{shown}");
    assert!(shown.contains("DNSSEC: off"), "{shown}");
}

/// A resolver that does not validate is asked for the signatures, and they are checked here.
#[test]
fn signatures_that_hold() {
    let until = i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a clock").as_secs()).expect("a time") + 86_400;
    let world = with(|p| {
        p.zone.sign("acme.test", until);
    });
    let ended = audit(&world);
    assert_eq!(ended.outcome("dns.dnssec-broken").0, "pass", "{}", ended.outcome("dns.dnssec-broken").1);
    assert!(ended.text.contains("DNSSEC: signed and valid, checked by launchcheck"), "{}", ended.text);
}
