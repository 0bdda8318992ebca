//! The email family over a real name server: each fault is seen, ignorance is neither fault nor
//! pass, and every question is asked once.

use launchcheck::{
    audit::{Start, run},
    config::{Source, load::parse},
    outcome::{Outcome, Unit},
    report::Report,
    settings::Settings,
    survey::{Ground, survey},
};
use launchcheck_checks::facts::FactKind;
use launchcheck_checks::vocab::{ExhibitBody, Family, Pick, Severity};
use launchcheck_fixtures::{
    dns::Fault,
    world::{Plan, World},
};
use std::{collections::BTreeMap, time::Duration};

const KEY: &str = "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxbA7R4Ddy5FBbjfU5eX2TyMHrY54ZNRF1i5fBnq9bXz8zz8d3f2nJDnGRp7r3AqI5dywBDlsSHIoi36iwH/O2VWFOx2ermzm7jBNUoDXJyNiuUPtASrpSzEdJQWWhI1lRYfOMJrmV5lJft00PChOVHLDwuK1vVe9/TC6j87cYPHu2UGIIpQYlxF3Cd/Z8wZt2X+2xuoV/YtvGqCwP6UOBdHB9Ek7LTzY2JA6BZ5nr/Ez1c936b4isoI7R85BVjzsEkS4On7zj67jPZnDzUpU3+FmQMyAZCtoa5WRBW+/tTKvTWM1HmQjc63cM1C3TIA7P+k8WsuUSzZ5ghrxP/tPwwIDAQAB";
const CONFIG: &str = r#"
[email]
from = ["Acme <hi@acme.test>"]
dkim-selectors = ["s1"]
receives = true
"#;

/// A domain whose mail is in order: a mailbox provider and a sender, each with its include.
fn healthy() -> Plan {
    let mut plan = Plan::new("acme.test");
    plan.zone
        .add("acme.test", "TXT", "v=spf1 include:_spf.mailbox.example include:sender.example -all")
        .add("_spf.mailbox.example", "TXT", "v=spf1 include:_n1.mailbox.example include:_n2.mailbox.example ~all")
        .add("_n1.mailbox.example", "TXT", "v=spf1 ip4:203.0.113.0/25 ~all")
        .add("_n2.mailbox.example", "TXT", "v=spf1 ip4:203.0.113.128/25 ~all")
        .add("sender.example", "TXT", "v=spf1 ip6:2001:db8::/32 ~all")
        .add("acme.test", "MX", "10 mx.mailbox.example.")
        .add("mx.mailbox.example", "A", "203.0.113.40")
        .add("s1._domainkey.acme.test", "CNAME", "s1.keys.sender.example.")
        .add("s1.keys.sender.example", "TXT", KEY)
        .add("_dmarc.acme.test", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@acme.test");
    plan
}

fn audit(world: &World, config: &str, timeout_ms: u64) -> Report {
    let source = Source { shown: "launchcheck.toml".into(), root: std::env::temp_dir(), text: config.into() };
    let settings = Settings {
        only: vec![Pick::Family(Family::Email)],
        resolver: Some(world.dns().address()),
        timeout: Duration::from_millis(timeout_ms),
        ..Settings::default()
    };
    let here = std::env::temp_dir().join("launchcheck-no-such-folder");
    let domain = launchcheck_checks::vocab::DomainName::parse("acme.test").unwrap();
    let loaded = parse(source).unwrap();
    let ground = Ground { domain: Some(domain), config: loaded, here: &here, infer_app: false, notes: Vec::new() };
    let start = Start {
        settings,
        survey: survey(ground, &[]).unwrap(),
        environment: BTreeMap::new(),
        told: Vec::new(),
        label: "acme.test".into(),
        command: "launchcheck audit".into(),
        now: "2026-11-21T12:00:00Z".parse().unwrap(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(start, &())).unwrap()
}

fn findings(report: &Report) -> Vec<(&str, Severity)> {
    let ours = report.findings.iter().filter(|f| f.rule.family() == Family::Email);
    ours.map(|f| (f.rule.id.strip_prefix("email.").unwrap(), f.severity)).collect()
}

#[test]
fn a_healthy_domain_raises_nothing_and_asks_once() {
    let world = World::start(healthy()).unwrap();
    let report = audit(&world, CONFIG, 2000);
    assert_eq!(findings(&report), []);
    let judged = report.units.iter().filter(|u| u.rule.family() == Family::Email);
    assert!(judged.clone().count() >= 14 && judged.clone().all(|u| !matches!(u.outcome, Outcome::Unknown { .. })));
    // The apex, four includes, DMARC, one selector, MX; whether the apex is an alias; both addresses of
    // the mail server; MTA-STS, TLS reporting and BIMI.
    let queries = world.dns().queries();
    assert_eq!((queries.total(), queries.repeated()), (14, vec![]), "{queries:#?}");
    let (_, tree) = report.exhibits.iter().find(|(_, e)| e.id == "spf-tree").unwrap();
    assert_eq!(tree.title.as_str(), "SPF of acme.test: 4 of 10 look-ups");
    assert!(matches!(&tree.body, ExhibitBody::Tree(lines) if lines.len() == 5));
}

#[test]
fn each_fault_is_seen_on_the_wire() {
    type Case = (&'static str, fn(&mut Plan), &'static [(&'static str, Severity)]);
    let cases: &[Case] = &[
        (
            "nothing is there",
            |p| *p = Plan::new("acme.test"),
            &[
                ("sender-unauthenticated", Severity::Blocker),
                ("dkim-missing", Severity::High),
                ("dmarc-missing", Severity::High),
                ("mx-missing", Severity::Medium),
            ],
        ),
        (
            "two SPF records",
            |p| {
                p.zone.add("acme.test", "TXT", "v=spf1 include:other.example ~all");
            },
            &[("spf-multiple", Severity::High)],
        ),
        (
            "a typing mistake behind an include",
            |p| {
                p.zone.set("sender.example", "TXT", "v=spf1 ipv6:2001:db8::/32 ~all");
            },
            &[("spf-syntax", Severity::High)],
        ),
        (
            "eleven look-ups",
            |p| {
                p.zone.set(
                    "sender.example",
                    "TXT",
                    "v=spf1 a mx a:a.example a:b.example a:c.example a:d.example mx:e.example ~all",
                );
                for name in ["sender.example", "a.example", "b.example", "c.example", "d.example"] {
                    p.zone.add(name, "A", "203.0.113.9");
                }
            },
            &[("spf-lookup-limit", Severity::High)],
        ),
        (
            "everybody passes",
            |p| {
                p.zone.set("acme.test", "TXT", "v=spf1 mx +all");
            },
            &[("spf-permissive-all", Severity::High)],
        ),
        (
            "two DMARC records",
            |p| {
                p.zone.add("_dmarc.acme.test", "TXT", "v=DMARC1; p=none");
            },
            &[("dmarc-multiple", Severity::High)],
        ),
        (
            "a policy that is none of the three",
            |p| {
                p.zone.set("_dmarc.acme.test", "TXT", "v=DMARC1; p=refuse");
            },
            &[("dmarc-syntax", Severity::High)],
        ),
        (
            "DMARC only watches",
            |p| {
                p.zone.set("_dmarc.acme.test", "TXT", "v=DMARC1; p=none; rua=mailto:d@acme.test");
            },
            &[("dmarc-monitoring-only", Severity::Low)],
        ),
        (
            "a key cut short",
            |p| {
                p.zone.set("s1.keys.sender.example", "TXT", &KEY[..50]);
            },
            &[("dkim-key-broken", Severity::High)],
        ),
        (
            "a null MX where mail is meant to arrive",
            |p| {
                p.zone.set("acme.test", "MX", "0 .");
            },
            &[("mx-missing", Severity::Medium)],
        ),
    ];
    for (what, change, want) in cases {
        let mut plan = healthy();
        change(&mut plan);
        let world = World::start(plan).unwrap();
        assert_eq!(findings(&audit(&world, CONFIG, 2000)), *want, "{what}");
    }
}

#[test]
fn ignorance_is_neither_fault_nor_pass() {
    for fault in [Fault::Servfail, Fault::Refused, Fault::Timeout] {
        let mut plan = healthy();
        plan.zone.fault("*", fault);
        let world = World::start(plan).unwrap();
        let report = audit(&world, CONFIG, 500);
        assert_eq!(findings(&report), [], "{fault:?}");
        // What is judged by local facts alone is known.
        let asks = |u: &&Unit| u.rule.facts().any(FactKind::needs_network);
        let judged = report.units.iter().filter(|u| u.rule.family() == Family::Email).filter(asks);
        for unit in judged {
            assert!(matches!(unit.outcome, Outcome::Unknown { .. }), "{fault:?}: {unit:?}");
        }
    }
}

#[test]
fn a_branch_that_fails_leaves_the_rest_standing() {
    let mut plan = healthy();
    plan.zone.fault("_n1.mailbox.example", Fault::Servfail);
    let world = World::start(plan).unwrap();
    let report = audit(&world, CONFIG, 2000);
    assert_eq!(findings(&report), []);
    let unknown = report.units.iter().filter(|u| matches!(u.outcome, Outcome::Unknown { .. }));
    let ids: Vec<_> = unknown.map(|u| &*u.rule.id).filter(|id| id.starts_with("email.")).collect();
    let behind_includes = [
        "email.spf-include-missing-target",
        "email.spf-lookup-limit",
        "email.spf-permissive-all",
        "email.spf-sender-uncovered",
        "email.spf-syntax",
        "email.spf-void-limit",
    ];
    assert_eq!(ids, behind_includes);
}
