//! The zone as its own servers have it, over real sockets: each is asked each thing once, what one
//! of them does in bad weather is a finding or unknown with its cause, and never a pass or a hang.

use super::ended::Ended;
use launchcheck_fixtures::{Plan, World, dns::Fault, scenarios};
use serde_json::Value;
use std::time::{Duration, Instant};

const NS2: &str = "ns2.acme.test";

/// The family dns and no other, so that what is seen is its own.
fn audit(world: &World) -> Ended {
    let begun = Instant::now();
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json", "--only", "dns", "--timeout", "1s", "--deadline", "10s"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    Ended::of(begun, &output)
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
    let cases: [Case; 12] = [
        ("silent", Box::new(|p| fault(p, "*", Fault::Timeout)), "unknown", "timeout"),
        ("noise", Box::new(|p| fault(p, "*", Fault::Garbage)), "unknown", "parse"),
        ("one name fails", Box::new(|p| fault(p, "_dmarc.acme.test", Fault::Servfail)), "unknown", "servfail"),
        ("one name refused", Box::new(|p| fault(p, "acme.test", Fault::Refused)), "pass", ""),
        ("a thousand records", Box::new(many), "unknown", "too-large"),
        ("truncated", Box::new(|p| fault(p, "*", Fault::Truncated)), "pass", ""),
        ("slow", Box::new(|p| fault(p, "*", Fault::Delay(150))), "pass", ""),
        ("fails", Box::new(|p| fault(p, "*", Fault::Servfail)), "pass", ""),
        ("fails once", Box::new(|p| fault(p, "*", Fault::ServfailOnce)), "pass", ""),
        ("another id", Box::new(|p| fault(p, "*", Fault::WrongId)), "unknown", "timeout"),
        ("another question", Box::new(|p| fault(p, "*", Fault::WrongQuestion)), "unknown", "timeout"),
        ("cut off", Box::new(|p| fault(p, "*", Fault::CutOff)), "unknown", "parse"),
    ];
    for (name, break_it, outcome, cause) in cases {
        let world = with(break_it);
        let ended = audit(&world);
        let (said, why) = ended.outcome("dns.servers-disagree");
        assert_eq!(said, outcome, "{name}: {why}");
        assert!(why.contains(cause), "{name}: {why}");
        assert!(ended.took < Duration::from_secs(9), "{name}: took {:?}", ended.took);
        let lame = matches!(name, "fails" | "one name refused");
        assert_eq!(ended.findings().contains(&"dns.server-lame"), lame, "{name}");
        if name == "truncated" {
            assert!(!world.name_server(NS2).queries().tcp.is_empty(), "asked again over TCP");
        }
        if name == "fails once" {
            let asked = world.name_server(NS2).queries();
            assert_eq!((asked.of("acme.test", "SOA"), asked.tcp.len() > 4), (2, true), "each a second time, over TCP");
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
    for fault in [
        Fault::Timeout,
        Fault::Servfail,
        Fault::Refused,
        Fault::Garbage,
        Fault::WrongId,
        Fault::WrongQuestion,
        Fault::CutOff,
    ] {
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
    assert_eq!(ended.outcome("dns.cname-dangling").0, "fail");
    let circles = ended.text.matches("leads in a circle of aliases").count();
    assert_eq!(circles, 2, "a circle is told once, and never as a name that does not exist: {}", ended.text);
    assert!(!ended.text.contains("which does not exist"), "{}", ended.text);
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

/// A resolver tells of an alias to nothing only that nothing is there: that is no older answer.
#[test]
fn an_alias_to_nothing_is_not_taken_for_news() {
    let world = with(|p| {
        p.zone.remove("_dmarc.acme.test", "TXT").add("_dmarc.acme.test", "CNAME", "acme.dmarc.example");
    });
    let ended = audit(&world);
    let shown = ended.report["exhibits"].as_array().expect("exhibits").iter().find(|e| e["id"] == "zone-servers");
    let shown = shown.expect("the exhibit").to_string();
    assert!(shown.contains("_dmarc.acme.test TXT: published and visible"), "{shown}");
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--only", "email.dmarc-missing", "--timeout", "1s"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("it is an alias: acme.dmarc.example"), "{text}");
    assert!(text.contains("In place of the CNAME record at _dmarc.acme.test"), "{text}");
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

/// The records of the servers are new, and the public still has the old ones.
#[test]
fn each_type_of_record_has_its_time() {
    let world = with(|p| {
        p.table("[[host]]", "name = \"go.acme.test\"\nrenewal = \"auto\"");
        p.zone.add_with_ttl("go.acme.test", "CNAME", "old.host.example", 600).add(
            "old.host.example",
            "A",
            "203.0.113.77",
        );
        p.zone.remove("acme.test", "MX").remove("_dmarc.acme.test", "TXT");
    });
    for name in ["ns1.acme.test", NS2] {
        world.name_server(name).change(|zone| {
            zone.set("acme.test", "SOA", "ns1.acme.test hostmaster.acme.test 2026112102 7200 3600 1209600 120")
                .set("acme.test", "MX", "5 mx.acme.test")
                .add("acme.test", "NS", "ns3.acme.test")
                .add("_dmarc.acme.test", "TXT", "v=DMARC1; p=none")
                .set("go.acme.test", "CNAME", "new.host.example");
        });
    }
    let ended = audit(&world);
    let shown = ended.report["exhibits"].as_array().expect("exhibits").iter().find(|e| e["id"] == "zone-servers");
    let shown = shown.expect("the exhibit").to_string();
    for line in [
        "acme.test SOA: published, visible in at most 5 minutes",
        "acme.test NS: published, visible in at most 5 minutes",
        "go.acme.test CNAME: published, visible in at most 10 minutes",
        // The public remembers that it was not there, for as long as the zone's SOA lets it.
        "acme.test MX: published, visible in at most 2 minutes",
        "_dmarc.acme.test TXT: published, visible in at most 2 minutes",
        "acme.test TXT: published and visible",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(ended.outcome("dns.servers-disagree").0, "pass");

    // The plain report says it too, since what it finds about these records may mend itself.
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--only", "dns,email.dmarc-missing", "--timeout", "1s"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("email.dmarc-missing"), "{text}");
    assert!(text.contains("_dmarc.acme.test TXT: published, visible in at most 2 minutes"), "{text}");
    assert!(!text.contains("acme.test SOA"), "a serial says nothing: {text}");
}

fn judged(ended: &Ended, rule: &str) -> Vec<(String, String)> {
    let of = |u: &Value, key: &str| u[key].as_str().unwrap_or_default().to_owned();
    ended.units(rule).map(|u| (of(u, "target"), of(u, "outcome"))).collect()
}

/// Without a site too, and each zone once however many names of it are audited.
#[test]
fn every_audited_zone_is_judged_once() {
    let world = with(|p| {
        p.config.clear();
        p.table("[email]", "from = [\"a@acme.test\", \"b@news.acme.test\", \"c@other.example\", \"d@gmail.com\"]");
        p.zone.add("other.example", "SOA", "ns1.acme.test hostmaster.acme.test 1 7200 3600 1209600 300");
        p.zone.add("other.example", "NS", "ns1.acme.test");
        p.name_server_zone(NS2).fault("*", Fault::Refused);
    });
    let ended = audit(&world);
    let of = |zone: &str, outcome: &str| (format!("zone:{zone}"), outcome.to_owned());
    let (acme, other) = (|o| of("acme.test", o), |o| of("other.example", o));
    assert_eq!(judged(&ended, "dns.server-single"), [acme("pass"), other("fail")]);
    assert_eq!(judged(&ended, "dns.server-lame"), [acme("fail"), other("pass")]);
    assert_eq!(judged(&ended, "dns.servers-disagree"), [acme("pass"), other("pass")]);
    assert_eq!(judged(&ended, "dns.dnssec-broken"), [acme("not-applicable"), other("not-applicable")]);
    assert_eq!(world.name_server("ns1.acme.test").queries().repeated(), []);
}

/// What the servers of a delegated subdomain do is told beside what those of the domain do.
#[test]
fn a_subdomain_with_servers_of_its_own_is_looked_at_as_well() {
    let world = with(|p| {
        p.table("[email]", "from = [\"a@acme.test\", \"b@news.acme.test\"]");
        p.zone.add("news.acme.test", "NS", "ns1.acme.test").add("news.acme.test", "NS", "ns9.gone.example");
        p.zone.add("news.acme.test", "SOA", "ns1.acme.test hostmaster.acme.test 7 7200 3600 1209600 300");
    });
    let ended = audit(&world);
    let all = ended.report["findings"].as_array().expect("findings");
    let told: Vec<_> = all.iter().map(|f| format!("{} {}", f["rule"], f["subject"]).replace('"', "")).collect();
    assert_eq!(told, ["dns.server-lame ns9.gone.example for news.acme.test", "dns.server-single news.acme.test"]);
    assert!(ended.text.contains("news.acme.test is a zone of its own"), "{}", ended.text);
}

/// Every unknown unit of a whole audit with what it stands behind, as `rule target: causes`.
fn unexplained(world: &World, front: &str) -> (Vec<String>, usize) {
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let units = report["units"].as_array().cloned().unwrap_or_default();
    let (mut open, mut behind) = (Vec::new(), 0);
    for unit in units.iter().filter(|u| u["outcome"] == "unknown") {
        match unit["behind"].as_array().map(Vec::as_slice) {
            Some([first, ..]) if first["rule"] == front => behind += 1,
            Some([]) | None => open.push(format!("{} {}: {}", unit["rule"], unit["target"], unit["causes"])),
            Some(_) => {}
        }
    }
    (open, behind)
}

#[test]
fn what_a_fault_of_the_zone_explains_stands_behind_it() {
    let all = scenarios::all();
    for (name, rule) in
        [("dns.dnssec-broken@refused", "dns.dnssec-broken"), ("dns.domain-missing", "dns.domain-missing")]
    {
        let scenario = all.iter().find(|s| s.name == name).expect(name);
        let world = World::start(scenario.plan.clone()).expect("a world");
        let (open, behind) = unexplained(&world, rule);
        assert!(open.is_empty(), "{name}: {open:#?}");
        assert!(behind > 30, "{name}: {behind} units stand behind it");
    }
}

#[test]
fn a_domain_that_does_not_exist_is_called_so_by_every_command() {
    let world = with(|_| ());
    for command in ["spf", "dmarc"] {
        let run = |domain: &str, format: &str| {
            let mut told = world.command(env!("CARGO_BIN_EXE_launchcheck"));
            let output =
                told.args([command, domain, "--format", format]).args(network(&world)).output().expect("it runs");
            (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
        };
        let (text, code) = run("acme-typo.test", "human");
        assert!(text.contains("acme-typo.test does not exist in the DNS"), "{command}: {text}");
        assert!(!text.contains("ublish") && code == Some(1), "{command}: {code:?} {text}");
        let (text, _) = run("x.acme-typo.test", "json");
        let said: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(said["missing_domain"], "acme-typo.test", "{text}");
        let (text, _) = run("acme.test", "json");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["missing_domain"], Value::Null, "{text}");
    }
}
/// The flags of every command that lead into the world.
fn network(world: &World) -> Vec<String> {
    let known = ["--resolver", "--connect-to"];
    world.args().chunks(2).filter(|pair| known.contains(&pair[0].as_str())).flatten().cloned().collect()
}
