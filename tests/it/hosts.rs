//! Hosts and sites over real sockets: handshakes, walks and rules together.

use crate::probes::connect_to;
use launchcheck::{
    audit::{self, Start},
    config::Config,
    outcome::Outcome,
    report::Report,
    settings::Settings,
    survey::Survey,
};
use launchcheck_checks::{
    tls::facts::HostRole,
    vocab::{DomainName, Family, Origin, Pick, Severity, TargetId, TargetKind, Targets},
};
use launchcheck_fixtures::{
    ca::{DAY, HOUR, Leaf, LeafKey, Signed},
    http::{Reply, TlsFault},
    net::Mode,
    world::{Plan, World},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// acme.test and www.acme.test as they should be.
fn healthy() -> Plan {
    let mut plan = Plan::new("acme.test");
    let page = Reply::html(200, "hello").header("strict-transport-security", "max-age=63072000");
    plan.host("acme.test").site.on("GET", "/", page).on_http("GET", "/", Reply::redirect(308, "https://acme.test/"));
    plan.host("www.acme.test").site.on("GET", "/", Reply::redirect(308, "https://acme.test/")).on_http(
        "GET",
        "/",
        Reply::redirect(308, "https://www.acme.test/"),
    );
    plan
}

fn survey(hosts: &[(&str, HostRole)]) -> Survey {
    let mut targets = Targets::default();
    let site = TargetId::new(TargetKind::Site, "acme.test");
    targets.add(site.clone(), Origin::CommandLine);
    let mut roles = BTreeMap::new();
    for (name, role) in hosts {
        let id = TargetId::new(TargetKind::Host, *name);
        targets.add(id.clone(), Origin::CommandLine);
        targets.link(&site, &id);
        roles.insert(id, (*role, 443));
    }
    Survey {
        targets,
        config: Arc::new(Config::default()),
        domain: DomainName::parse("acme.test").ok(),
        hosts: roles,
        apps: BTreeMap::new(),
        notes: Vec::new(),
    }
}

fn audit(world: &World, listed: &[&str]) -> Report {
    let args = world.args();
    let value = |flag: &str| args.windows(2).filter(|w| w[0] == flag).map(|w| w[1].clone()).collect::<Vec<_>>();
    let mut hosts = vec![("acme.test", HostRole::Canonical), ("www.acme.test", HostRole::InferredWww)];
    hosts.extend(listed.iter().map(|h| (*h, HostRole::Listed)));
    let start = Start {
        settings: Settings {
            only: vec![Pick::Family(Family::Tls), Pick::Family(Family::Web)],
            resolver: Some(value("--resolver")[0].parse().unwrap()),
            connect_to: connect_to(world),
            ca_bundle: Some(world.root_file()),
            timeout: Duration::from_millis(1500),
            ..Settings::default()
        },
        survey: survey(&hosts),
        environment: BTreeMap::new(),
        told: Vec::new(),
        label: "acme.test".into(),
        command: "launchcheck audit acme.test".into(),
        now: jiff::Timestamp::now(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(audit::run(start, &())).unwrap()
}

/// Each finding as "severity rule target".
fn found(report: &Report) -> Vec<String> {
    let mut out: Vec<String> =
        report.findings.iter().map(|f| format!("{} {} {}", f.severity.word(), f.rule.id, f.target)).collect();
    out.sort();
    out
}

fn is_unknown(report: &Report, rule: &str, target: &str) -> bool {
    let unit = report.units.iter().find(|u| u.rule.id == rule && u.target.to_string() == target).unwrap();
    matches!(unit.outcome, Outcome::Unknown { .. })
}

#[test]
fn a_healthy_site_raises_nothing_and_is_asked_once() {
    let world = World::start(healthy()).unwrap();
    let report = audit(&world, &[]);
    assert_eq!(found(&report), Vec::<String>::new());
    assert!(report.units.iter().all(|u| !matches!(u.outcome, Outcome::Unknown { .. })));
    let handshakes: Vec<(String, u64)> = world.handshakes().into_iter().collect();
    assert_eq!(handshakes, [("acme.test".to_owned(), 1), ("www.acme.test".to_owned(), 1)]);
    assert_eq!(world.log().count("GET", "acme.test", "/"), 2);
    assert_eq!(world.log().count("GET", "www.acme.test", "/"), 2);
}

#[test]
fn every_certificate_fault_is_told_apart() {
    let mut plan = healthy();
    let leaf = |name: &str| Leaf::new(&[name]);
    for (host, leaf) in [
        ("expired.acme.test", leaf("expired.acme.test").expired()),
        ("early.acme.test", leaf("early.acme.test").not_yet_valid()),
        ("soon.acme.test", leaf("soon.acme.test").remaining(3 * DAY.cast_signed())),
        ("fresh.acme.test", leaf("fresh.acme.test").lifetime(160 * HOUR).remaining((159 * HOUR).cast_signed())),
        ("name.acme.test", leaf("other.example")),
        ("self.acme.test", leaf("self.acme.test").signed(Signed::Itself)),
        ("stranger.acme.test", leaf("stranger.acme.test").signed(Signed::ByStranger)),
        ("missing.acme.test", leaf("missing.acme.test").signed(Signed::WithoutIntermediate)),
        ("weak.acme.test", leaf("weak.acme.test").key(LeafKey::Rsa1024)),
        ("all.acme.test", leaf("other.example").expired().signed(Signed::ByStranger)),
    ] {
        plan.host(host).leaf = Some(leaf);
    }
    plan.host("alert.acme.test").fault = TlsFault::Alert;
    plan.host("down.acme.test").https = Mode::Stopped;
    plan.host("mute.acme.test").https = Mode::Silent;
    let names: Vec<String> = plan.hosts.keys().cloned().collect();
    let listed: Vec<&str> =
        names.iter().map(String::as_str).filter(|n| n.matches('.').count() == 2 && !n.starts_with("www.")).collect();
    let world = World::start(plan).unwrap();
    let report = audit(&world, &listed);
    assert_eq!(
        found(&report),
        [
            "blocker tls.expired host:all.acme.test",
            "blocker tls.expired host:expired.acme.test",
            "blocker tls.handshake-refused host:alert.acme.test",
            "blocker tls.name-mismatch host:all.acme.test",
            "blocker tls.name-mismatch host:name.acme.test",
            "blocker tls.not-yet-valid host:early.acme.test",
            "blocker tls.self-signed host:self.acme.test",
            "blocker tls.unreachable host:down.acme.test",
            "blocker tls.untrusted host:all.acme.test",
            "blocker tls.untrusted host:stranger.acme.test",
            "high tls.chain-incomplete host:missing.acme.test",
            "high tls.expiring host:soon.acme.test",
            "high tls.key-weak host:weak.acme.test",
        ]
    );
    assert!(is_unknown(&report, "tls.expired", "host:down.acme.test"));
    assert!(is_unknown(&report, "tls.unreachable", "host:mute.acme.test"));
    assert!(is_unknown(&report, "tls.expired", "host:mute.acme.test"));
}

#[test]
fn a_site_that_is_down_is_told_once() {
    let mut plan = healthy();
    plan.host("acme.test").https = Mode::Stopped;
    plan.host("acme.test").http = Mode::Stopped;
    let world = World::start(plan).unwrap();
    let report = audit(&world, &[]);
    assert_eq!(found(&report), ["blocker tls.unreachable host:acme.test"]);
    for rule in ["web.unreachable", "web.server-error", "web.hsts-missing", "web.redirect-loop"] {
        assert!(is_unknown(&report, rule, "site:acme.test"), "{rule}");
    }
}

#[test]
fn a_www_that_visitors_end_on_is_no_side_matter() {
    let side = {
        let mut plan = healthy();
        plan.host("www.acme.test").leaf = Some(Leaf::new(&["www.acme.test"]).expired());
        audit(&World::start(plan).unwrap(), &[])
    };
    assert_eq!(found(&side), ["high tls.expired host:www.acme.test"]);
    let mut plan = healthy();
    let page = Reply::html(200, "hello").header("strict-transport-security", "max-age=63072000");
    plan.host("acme.test").site.on("GET", "/", Reply::redirect(308, "https://www.acme.test/"));
    let www = plan.host("www.acme.test");
    www.leaf = Some(Leaf::new(&["www.acme.test"]).expired());
    www.site.on("GET", "/", page);
    let main = audit(&World::start(plan).unwrap(), &[]);
    assert_eq!(found(&main), ["blocker tls.expired host:www.acme.test"]);
}

#[test]
fn a_www_that_does_not_exist_is_one_finding() {
    let mut plan = healthy();
    plan.remove_host("www.acme.test");
    let report = audit(&World::start(plan).unwrap(), &[]);
    assert_eq!(found(&report), ["medium web.www-unreachable site:acme.test"]);
    assert!(report.findings.iter().all(|f| f.severity == Severity::Medium));
}

#[test]
fn the_redirects_are_judged() {
    let mut plan = healthy();
    plan.host("acme.test").site.on("GET", "/", Reply::redirect(301, "https://acme.test/"));
    assert_eq!(found(&audit(&World::start(plan).unwrap(), &[])), ["blocker web.redirect-loop site:acme.test"]);

    let mut plan = healthy();
    plan.host("acme.test").site.on("GET", "/", Reply::html(200, "")).on_http("GET", "/", Reply::html(200, ""));
    plan.host("www.acme.test").site.on("GET", "/", Reply::html(200, "")).on_http(
        "GET",
        "/",
        Reply::redirect(302, "https://www.acme.test/"),
    );
    assert_eq!(
        found(&audit(&World::start(plan).unwrap(), &[])),
        [
            "high web.plain-http-open site:acme.test",
            "low web.redirect-temporary site:acme.test",
            "medium web.host-split site:acme.test",
            "medium web.hsts-missing site:acme.test",
        ]
    );

    let mut plan = healthy();
    plan.host("acme.test").site.on("GET", "/", Reply::html(500, ""));
    assert_eq!(found(&audit(&World::start(plan).unwrap(), &[])), ["blocker web.server-error site:acme.test"]);

    let mut plan = healthy();
    let challenge = Reply::html(403, "Just a moment").header("cf-mitigated", "challenge");
    plan.host("acme.test").site.on("GET", "/", challenge);
    let report = audit(&World::start(plan).unwrap(), &[]);
    assert_eq!(found(&report), Vec::<String>::new());
    assert!(is_unknown(&report, "web.hsts-missing", "site:acme.test"));
}
