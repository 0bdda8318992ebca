//! `launchcheck tls HOST…` and what the audit shows of every address, through the built executable.

use launchcheck_fixtures::{
    ca::Leaf,
    http::TlsFault,
    net::Mode,
    scenarios,
    world::{Plan, World},
};
use serde_json::Value;
use std::process::Output;

fn plan() -> Plan {
    let mut plan = Plan::new("acme.test");
    plan.host("acme.test");
    plan.host("api.acme.test");
    plan
}

fn run(world: &World, arguments: &[&str]) -> Output {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.arg("tls").args(arguments).args(world.args()).output().unwrap()
}
fn json(world: &World, arguments: &[&str]) -> (Value, i32) {
    let output = run(world, &[arguments, &["--format", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code().unwrap_or(-1))
}
/// Each finding as severity, rule and subject.
fn found(report: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let all = report["findings"].as_array().unwrap();
    all.iter().map(|f| format!("{} {} {}", text(&f["severity"]), text(&f["rule"]), text(&f["subject"]))).collect()
}
fn unit<'a>(report: &'a Value, rule: &str, host: &str) -> &'a Value {
    let units = report["units"].as_array().unwrap();
    units.iter().find(|u| u["rule"] == rule && u["target"] == format!("host:{host}")).unwrap()
}
/// The table of the addresses: each row's host, address and verdict.
fn rows(report: &Value) -> Vec<(String, String, String)> {
    let exhibits = report["exhibits"].as_array().unwrap();
    let table = exhibits.iter().find(|e| e["id"] == "handshakes").unwrap_or_else(|| panic!("{exhibits:?}"));
    let rows = table["table"]["rows"].as_array().unwrap_or_else(|| panic!("{table}"));
    let cell = |row: &Value, n: usize| {
        let cell = &row[n];
        cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)
    };
    rows.iter().map(|r| (cell(r, 0), cell(r, 1), cell(r, 6))).collect()
}

#[test]
fn every_address_is_shaken_hands_with_once() {
    let world = World::start(plan()).unwrap();
    let (report, code) = json(&world, &["acme.test", "api.acme.test"]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    let row = |host: &str, address: &str| (host.to_owned(), address.to_owned(), "fine".to_owned());
    assert_eq!(
        rows(&report),
        [
            row("acme.test", "203.0.113.10"),
            row("acme.test", "2001:db8::a"),
            row("api.acme.test", "203.0.113.11"),
            row("api.acme.test", "2001:db8::b"),
        ]
    );
    let by_address = world.log().handshakes_by_address();
    assert_eq!(by_address.get("acme.test"), Some(&(2, 2)), "{by_address:?}");
    // Beside the handshakes there is one greeting a host, for versions of old.
    for host in ["acme.test", "api.acme.test"] {
        assert_eq!(world.web(host).accepted_secure(), (2, 1), "{host}");
    }
    // Without that rule there is nothing but the one connection an address.
    let world = World::start(scenarios::healthy()).unwrap();
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "--only", "tls.expired,tls.untrusted,tls.name-mismatch,tls.ipv6-broken"]);
    assert!(command.args(world.args()).output().unwrap().status.success());
    for host in ["acme.test", "www.acme.test", "app.acme.test", "api.acme.test"] {
        assert_eq!(world.web(host).accepted_secure(), (1, 1), "{host}");
    }
}

#[test]
fn an_address_that_differs_is_named() {
    let mut plan = plan();
    plan.at_address("acme.test", "203.0.113.90", |h| h.leaf = Some(Leaf::new(&["acme.test"]).expired()));
    plan.at_address("api.acme.test", "2001:db8::b", |h| h.https = Mode::Stopped);
    let world = World::start(plan).unwrap();
    let (report, code) = json(&world, &["acme.test", "api.acme.test"]);
    assert_eq!(
        found(&report),
        ["high tls.address-differs 203.0.113.90", "high tls.ipv6-broken 2001:db8::b"],
        "{report}"
    );
    assert_eq!(code, 0, "none of them gates");
    let verdicts: Vec<String> = rows(&report).into_iter().map(|(.., verdict)| verdict).collect();
    assert_eq!(verdicts, ["fine", "expired", "fine", "fine", "connection refused"]);
    let text = String::from_utf8_lossy(&run(&world, &["acme.test"]).stdout).into_owned();
    let (table, rest) = text.split_once("launchcheck 0").expect("the table stands above the report");
    assert!(table.contains("203.0.113.90") && table.contains("expired"), "{text}");
    assert!(rest.contains("[tls.address-differs]") && rest.contains("valid until"), "{text}");
}

#[test]
fn an_address_that_says_nothing_is_unknown_and_no_fault() {
    let mut plan = plan();
    let six = plan.host("acme.test").v6().to_string();
    plan.at_address("acme.test", &six, |h| h.https = Mode::Silent);
    let world = World::start(plan).unwrap();
    let (report, code) = json(&world, &["acme.test", "--timeout", "1500ms"]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    let six = unit(&report, "tls.ipv6-broken", "acme.test");
    assert_eq!(six["outcome"], "unknown", "{six}");
    assert_eq!(six["causes"][0]["cause"], "timeout", "{six}");
    // What IPv4 shows is judged all the same.
    assert_eq!(unit(&report, "tls.expired", "acme.test")["outcome"], "pass");
}

#[test]
fn the_port_and_the_end_of_the_run_are_the_users() {
    let mut plan = plan();
    plan.host("acme.test").fault = TlsFault::PlainText;
    let world = World::start(plan).unwrap();
    let (report, code) = json(&world, &["acme.test"]);
    assert_eq!((found(&report), code), (vec!["blocker tls.plain-text-on-port acme.test".to_owned()], 1));
    assert_eq!(json(&world, &["acme.test", "--fail-on", "never"]).1, 0);
    let https = world.web("api.acme.test").https();
    let to = format!("api.acme.test:8443:{}:{}", https.ip(), https.port());
    let (report, code) = json(&world, &["api.acme.test", "--port", "8443", "--connect-to", &to]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    let (report, code) = json(&world, &["gone.acme.test"]);
    assert_eq!((found(&report), code), (vec!["blocker tls.unreachable gone.acme.test".to_owned()], 1));
}

#[test]
fn an_address_is_a_host_too() {
    let mut plan = plan();
    plan.host("acme.test").leaf = Some(Leaf::new(&["192.0.2.7"]));
    let world = World::start(plan).unwrap();
    let https = world.web("acme.test").https();
    let to = |from: &str| format!("{from}:443:{}:{}", https.ip(), https.port());
    let (report, code) = json(&world, &["192.0.2.7", "--connect-to", &to("192.0.2.7")]);
    assert_eq!((found(&report), code), (vec![], 0), "{report}");
    assert_eq!(unit(&report, "tls.name-mismatch", "192.0.2.7")["outcome"], "pass");
    for rule in ["tls.renewal-blocked-caa", "tls.renewal-blocked-dnssec", "tls.renewal-blocked-path"] {
        assert_eq!(unit(&report, rule, "192.0.2.7")["outcome"], "not-applicable", "{rule}");
    }
    let (report, code) = json(&world, &["192.0.2.8", "--connect-to", &to("192.0.2.8")]);
    assert_eq!((found(&report), code), (vec!["blocker tls.name-mismatch ".to_owned()], 1), "{report}");
}

#[test]
fn what_was_left_out_is_one_line() {
    let world = World::start(scenarios::healthy()).unwrap();
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["audit", "-v", "--only", "tls.expired"]).args(world.args()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text.matches("skipped: left out by --only or --skip").count(), 1, "{text}");
}

#[test]
fn the_audit_shows_the_same_table() {
    let world = World::start(scenarios::healthy()).unwrap();
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["audit", "-v"]).args(world.args()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, table) = text.split_once("EVERY ADDRESS, BY ONE HANDSHAKE").unwrap_or_else(|| panic!("{text}"));
    for word in ["203.0.113.10", "2001:db8::a", "app.acme.test", "TLS 1.3", "X25519", "fine"] {
        assert!(table.contains(word), "{word}: {table}");
    }
}

#[test]
fn hosts_and_a_file_are_two_questions() {
    let world = World::start(plan()).unwrap();
    for wrong in
        [&[][..], &["acme.test", "--chain", "x.pem"], &["--at", "2026-11-21", "acme.test"], &["https://acme.test"]]
    {
        assert_eq!(run(&world, wrong).status.code(), Some(2), "{wrong:?}");
    }
}
