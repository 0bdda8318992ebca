//! Bad weather: each server stopped or silent, from the start and in the middle of a run. What an
//! audited host refuses is an answer; what a resolver, an API or a database keeps back is unknown;
//! no score rises by it, and every run ends in time.

use super::ended::Ended;
use launchcheck_checks::{rules, vocab::Severity};
use launchcheck_fixtures::{Plan, World, net::Mode, scenarios};
use serde_json::Value;
use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

const TIMEOUT: &str = "2s";
/// What a run may take when something never answers: a few timeouts in a row, not one for each
/// question. The deadline of the runs here is 15 s.
const IN_TIME: Duration = Duration::from_secs(17);

fn start(world: &World, extra: &[&str]) -> Child {
    world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json", "--timeout", TIMEOUT, "--deadline", "15s"])
        .args(world.args())
        .args(extra)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the executable starts")
}
impl Ended {
    fn causes(&self, rule: &str) -> String {
        self.units(rule).map(|u| u["causes"].to_string()).collect()
    }
    fn value(&self) -> u64 {
        self.report["score"]["value"].as_u64().expect("a score")
    }
}
fn audit(world: &World, extra: &[&str]) -> Ended {
    let begun = Instant::now();
    let output = start(world, extra).wait_with_output().expect("it ends");
    Ended::of(begun, &output)
}

type Trouble = (&'static str, fn(&World));

/// Each server of the world, troubled. The names are of the hosts that the healthy company has.
const TROUBLES: &[Trouble] = &[
    ("resolver stopped", |w| w.dns().stop()),
    ("apex stopped", |w| w.web("acme.test").set_mode(Mode::Stopped)),
    ("apex silent", |w| w.web("acme.test").set_mode(Mode::Silent)),
    ("apex resets", |w| w.web("acme.test").set_mode(Mode::Reset)),
    ("www stopped", |w| w.web("www.acme.test").set_mode(Mode::Stopped)),
    ("webhook host stopped", |w| w.web("api.acme.test").set_mode(Mode::Stopped)),
    ("webhook host silent", |w| w.web("api.acme.test").set_mode(Mode::Silent)),
    ("stripe stopped", |w| w.stripe().set_mode(Mode::Stopped)),
    ("stripe silent", |w| w.stripe().set_mode(Mode::Silent)),
    ("stripe resets", |w| w.stripe().set_mode(Mode::Reset)),
];

#[test]
fn an_outage_from_the_start_is_never_a_pass_and_raises_no_score() {
    for (company, plan) in [("healthy", scenarios::healthy()), ("demo", scenarios::demo())] {
        let calm = audit(&World::start(plan.clone()).expect("a world"), &[]);
        for (name, trouble) in TROUBLES {
            if !plan.hosts.contains_key("www.acme.test") && name.starts_with("www")
                || !plan.hosts.contains_key("api.acme.test") && name.starts_with("webhook")
            {
                continue;
            }
            let world = World::start(plan.clone()).expect("a world");
            trouble(&world);
            let ended = audit(&world, &[]);
            let what = format!("{company}, {name}: exit {}, {}", ended.code, ended.report["score"]);
            assert!(ended.took < IN_TIME, "{what}: took {:?}", ended.took);
            assert!(ended.value() <= calm.value(), "{what}: it was {} in calm weather", calm.value());
            assert_ne!(ended.code, 0, "{what}");
        }
    }
}

#[test]
fn an_audited_host_that_refuses_has_answered() {
    for mode in [Mode::Stopped, Mode::Reset] {
        let world = World::start(scenarios::healthy()).expect("a world");
        world.web("acme.test").set_mode(mode);
        let ended = audit(&world, &[]);
        assert_eq!((ended.code, ended.report["verdict"].as_str()), (1, Some("no-go")), "{mode:?}");
        assert!(ended.findings().contains(&"tls.unreachable"), "{:?}", ended.findings());
        // One cause, one finding: the rules behind it are unknown, not failed and not passed.
        assert_eq!(ended.outcomes("web.hsts-missing"), ["unknown"]);
        let blockers = ended.report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "blocker");
        assert_eq!(blockers.count(), 1, "{:?}", ended.findings());
    }
}

#[test]
fn silence_is_unknown_and_ends_3() {
    type Case = (fn(&World), &'static str, &'static str);
    let cases: &[Case] = &[
        (|w| w.web("acme.test").set_mode(Mode::Silent), "tls.expired", "timeout"),
        (|w| w.web("api.acme.test").set_mode(Mode::Silent), "webhook.route-missing", "timeout"),
        (|w| w.stripe().set_mode(Mode::Silent), "billing.paid-without-access", "timeout"),
        (|w| w.stripe().set_mode(Mode::Stopped), "billing.endpoint-missing", "refused"),
    ];
    for (trouble, rule, cause) in cases {
        let world = World::start(scenarios::healthy()).expect("a world");
        trouble(&world);
        let ended = audit(&world, &[]);
        assert_eq!(
            (ended.code, ended.report["verdict"].as_str()),
            (3, Some("incomplete")),
            "{rule}: {:?}",
            ended.findings()
        );
        assert!(ended.outcomes(rule).contains(&"unknown".to_owned()), "{rule}: {:?}", ended.outcomes(rule));
        assert!(ended.causes(rule).contains(cause), "{rule}: {}", ended.causes(rule));
        assert!(ended.findings().is_empty(), "silence is no finding: {:?}", ended.findings());
    }
}

#[test]
fn a_dead_resolver_is_one_line_and_leaves_the_local_families_whole() {
    let world = World::start(scenarios::healthy()).expect("a world");
    world.dns().stop();
    let ended = audit(&world, &[]);
    assert_eq!(ended.code, 3);
    assert_eq!(ended.outcomes("env.value-placeholder"), ["pass"]);
    assert_eq!(ended.outcomes("email.spf-missing"), ["unknown"]);
    let human = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--timeout", TIMEOUT, "--deadline", "15s"])
        .args(world.args())
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&human.stdout);
    let unverified = text.split("UNVERIFIED").nth(1).expect("the section");
    let lines = unverified.lines().filter(|l| l.starts_with("? ")).count();
    assert_eq!(lines, 1, "{unverified}");
}

/// Where the database is a server, it can refuse; the other families stay whole.
#[test]
fn a_database_that_refuses_leaves_the_other_families_whole() {
    let mut plan = scenarios::healthy();
    plan.env("AUDIT_DATABASE_URL", "postgresql://acme:acme@127.0.0.1:1/acme");
    let world = World::start(plan).expect("a world");
    let ended = audit(&world, &[]);
    assert_eq!(ended.code, 3, "{:?}", ended.findings());
    assert_eq!(ended.outcomes("billing.paid-without-access"), ["unknown"]);
    assert!(ended.causes("billing.paid-without-access").contains("refused"));
    assert_eq!(ended.outcomes("billing.endpoint-missing"), ["pass"]);
    assert!(ended.outcomes("tls.expired").iter().all(|o| o == "pass"));
}

#[test]
fn a_key_that_may_not_read_names_the_permission() {
    let world = World::start(scenarios::healthy()).expect("a world");
    world.stripe().change(|account| {
        for key in &mut account.keys {
            key.permissions = Some(["rak_webhook_read".to_owned()].into());
        }
    });
    let ended = audit(&world, &[]);
    assert_eq!(ended.code, 3);
    assert_eq!(ended.outcomes("billing.endpoint-missing"), ["pass"]);
    let causes = ended.causes("billing.paid-without-access");
    assert!(causes.contains("permission") && causes.contains("subscription"), "{causes}");
}

/// A slow world, so that there is a middle of the run in which to pull the plug.
fn slow() -> Plan {
    let mut plan = scenarios::healthy();
    for host in plan.hosts.clone().into_keys() {
        plan.zone.fault(&host, launchcheck_fixtures::dns::Fault::Delay(400));
    }
    plan
}

#[test]
fn an_outage_in_the_middle_of_a_run_is_no_pass_either() {
    for (name, trouble) in TROUBLES {
        let world = World::start(slow()).expect("a world");
        let begun = Instant::now();
        let child = start(&world, &[]);
        std::thread::sleep(Duration::from_millis(250));
        trouble(&world);
        let ended = Ended::of(begun, &child.wait_with_output().expect("it ends"));
        assert!(ended.took < IN_TIME, "{name}: took {:?}", ended.took);
        // What had been asked before may stand; what came after is an answer or unknown.
        assert!([0, 1, 3].contains(&ended.code), "{name}: {}", ended.code);
        assert!(ended.value() <= 100, "{name}");
        if ended.code == 0 {
            // A lost blocker makes it INCOMPLETE, a lost high or medium GO WITH WARNINGS.
            let least = if ended.report["verdict"] == "go" { Severity::Medium } else { Severity::Blocker };
            let severity = |rule: &Value| rules().find(|r| rule.as_str() == Some(&r.id)).unwrap().severity;
            let mut units = ended.report["units"].as_array().unwrap().iter();
            let lost = units.find(|u| u["outcome"] == "unknown" && severity(&u["rule"]).at_least(least));
            assert!(lost.is_none(), "{name}: {lost:?} was lost and it says {}", ended.report["verdict"]);
        }
    }
}

#[test]
fn ctrl_c_prints_what_is_known_and_ends_130() {
    let mut plan = scenarios::healthy();
    plan.host("acme.test").https = Mode::Silent;
    let world = World::start(plan).expect("a world");
    let begun = Instant::now();
    let child = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json", "--timeout", "30s", "--deadline", "60s"])
        .args(world.args())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the executable starts");
    std::thread::sleep(Duration::from_millis(1500));
    let interrupt = || std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).output();
    assert!(interrupt().expect("kill runs").status.success());
    // `timeout` signals the process and its group: twice for one wish. It may have ended by now.
    let _ = interrupt().expect("kill runs");
    let ended = Ended::of(begun, &child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, 130);
    assert!(ended.took < Duration::from_secs(10), "{:?}", ended.took);
    assert_eq!(ended.report["exit_code"], 130);
    assert!(ended.outcomes("tls.expired").contains(&"pass".to_owned()), "what was known is there");
    assert!(ended.causes("web.hsts-missing").contains("deadline"), "{}", ended.causes("web.hsts-missing"));
}

/// What a resolver can answer about the domain's TXT records, and what the audit makes of it: unknown
/// with its cause, or as if nothing had been odd. Never a pass of what was not seen.
#[test]
fn odd_answers_about_mail_are_unknown_with_their_cause() {
    use launchcheck_fixtures::dns::Fault;
    type Case = (&'static str, fn(&mut Plan), &'static [&'static str], &'static str);
    fn at_dmarc(p: &mut Plan, fault: Fault) {
        p.zone.fault("_dmarc.acme.test", fault);
    }
    let cases: &[Case] = &[
        ("servfail", |p| at_dmarc(p, Fault::Servfail), &["unknown"], "servfail"),
        ("refused", |p| at_dmarc(p, Fault::Refused), &["unknown"], "refused"),
        ("silent", |p| at_dmarc(p, Fault::Timeout), &["unknown"], "timeout"),
        ("noise", |p| at_dmarc(p, Fault::Garbage), &["unknown"], ""),
        ("cut off", |p| at_dmarc(p, Fault::CutOff), &["unknown"], ""),
        ("another id", |p| at_dmarc(p, Fault::WrongId), &["unknown"], ""),
        ("another question", |p| at_dmarc(p, Fault::WrongQuestion), &["unknown"], ""),
        ("truncated", |p| at_dmarc(p, Fault::Truncated), &["pass"], ""),
        ("slow", |p| at_dmarc(p, Fault::Delay(300)), &["pass"], ""),
        ("slower than its time", |p| at_dmarc(p, Fault::Delay(9_000)), &["unknown"], "timeout"),
        (
            "a loop of aliases",
            |p| {
                p.zone.remove("_dmarc.acme.test", "TXT").add("_dmarc.acme.test", "CNAME", "loop.acme.test");
                p.zone.add("loop.acme.test", "CNAME", "_dmarc.acme.test");
            },
            &["unknown", "fail"],
            "",
        ),
        (
            "a thousand records",
            |p| {
                for n in 0..1_000 {
                    p.zone.add("_dmarc.acme.test", "TXT", &format!("n={n}"));
                }
            },
            &["unknown"],
            "too-large",
        ),
        (
            "one record of sixty thousand bytes",
            |p| {
                p.zone.add("_dmarc.acme.test", "TXT", &"x".repeat(60_000));
            },
            &["pass"],
            "",
        ),
        (
            "bytes that are no text",
            |p| {
                let odd: &[&[u8]] = &[b"\xff\xfe\x00v=DMARC1\x1b]0;x\x07", &[0xc3; 255]];
                p.zone.add_txt("_dmarc.acme.test", odd);
            },
            &["pass"],
            "",
        ),
        (
            "a record of control characters",
            |p| {
                let odd: &[&[u8]] = &[b"v=DMARC1; p=none; rua=mailto:\x1b[31m@acme.test\x00\x9b"];
                p.zone.remove("_dmarc.acme.test", "TXT").add_txt("_dmarc.acme.test", odd);
            },
            &["pass", "fail"],
            "",
        ),
    ];
    for (name, odd, outcomes, cause) in cases {
        let mut plan = scenarios::healthy();
        odd(&mut plan);
        let world = World::start(plan).expect("a world");
        let ended = audit(&world, &["--only", "email"]);
        let said = ended.outcomes("email.dmarc-missing");
        assert!(said.len() == 1 && outcomes.contains(&said[0].as_str()), "{name}: {said:?}");
        assert!(ended.causes("email.dmarc-missing").contains(cause), "{name}: {}", ended.causes("email.dmarc-missing"));
        if said == ["unknown"] {
            assert!(!ended.findings().iter().any(|r| r.starts_with("email.dmarc")), "{name}: {:?}", ended.findings());
        }
        assert!(ended.took < IN_TIME, "{name}: took {:?}", ended.took);
        let text = ended.report.to_string();
        assert!(!text.contains("\\u001b") && !text.contains('\u{9b}'), "{name}: an escape got through");
    }
}
