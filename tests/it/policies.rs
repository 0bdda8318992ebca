//! `launchcheck spf` and `launchcheck dmarc` against a real name server.

use launchcheck_fixtures::{Plan, World, dns::Fault};
use serde_json::Value;
use std::process::Command;

fn world(change: impl FnOnce(&mut Plan)) -> World {
    let mut plan = Plan::new("acme.test");
    plan.zone
        .add("acme.test", "TXT", "v=spf1 include:_spf.mail.example mx a:old.acme.test exp=why.acme.test -all")
        .add("acme.test", "MX", "10 mx.mail.example")
        .add("mx.mail.example", "A", "203.0.113.200")
        .add("why.acme.test", "TXT", "%{i} is not ours")
        .add("_spf.mail.example", "TXT", "v=spf1 ip4:203.0.113.0/25 ?all")
        .add("_dmarc.acme.test", "TXT", "v=DMARC1; p=reject; pct=50; rua=mailto:d@reports.example")
        .add("reports.example", "MX", "10 mx.mail.example");
    change(&mut plan);
    World::start(plan).expect("the world starts")
}

fn run(world: &World, words: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_launchcheck"))
        .args(words)
        .args(["--resolver", &world.dns().address().to_string(), "--timeout", "2s"])
        .output()
        .expect("the executable runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|c| c != 2), "{said}");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}
fn json(world: &World, words: &[&str]) -> (i32, Value) {
    let (code, text) = run(world, &[words, &["--format", "json"]].concat());
    (code, serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
}

#[test]
fn the_tree_and_its_bill() {
    let world = world(|_| ());
    let (code, text) = run(&world, &["spf", "acme.test"]);
    assert_eq!(
        text,
        "SPF of acme.test: 3 of 10 look-ups, 1 void where 2 may be\n\n  acme.test (3)\n    include:_spf.mail.example (1)\n    \
         mx (1)\n    a:old.acme.test (1, finds nothing)\n"
    );
    assert_eq!(code, 0);
    let (_, report) = json(&world, &["spf", "acme.test"]);
    assert_eq!((&report["result"], &report["lookups"], &report["voids"]), (&Value::Null, &3.into(), &1.into()));
    assert_eq!(report["tree"]["children"][2]["state"], "void");
}

#[test]
fn what_spf_says_of_a_client() {
    let world = world(|p| {
        p.zone.add("broken.test", "TXT", "v=spf1 moo -all");
        p.zone.add("slow.test", "TXT", "v=spf1 a:dead.test -all").fault("dead.test", Fault::Servfail);
        p.zone.add("local.test", "TXT", "v=spf1 exists:%{l}.%{h}.local.test -all");
        p.zone.add("joe.mx.local.test", "A", "127.0.0.2");
    });
    for (words, result, code) in [
        (&["spf", "acme.test", "--ip", "203.0.113.9"][..], "pass", 0),
        (&["spf", "acme.test", "--ip", "203.0.113.200"], "pass", 0),
        (&["spf", "acme.test", "--ip", "198.51.100.1"], "fail", 0),
        (&["spf", "local.test", "--ip", "198.51.100.1", "--from", "joe@local.test", "--helo", "mx"], "pass", 0),
        (&["spf", "broken.test", "--ip", "198.51.100.1"], "permerror", 1),
        (&["spf", "absent.test", "--ip", "198.51.100.1"], "none", 1),
        (&["spf", "slow.test", "--ip", "198.51.100.1"], "temperror", 3),
    ] {
        let (got, report) = json(&world, words);
        assert_eq!((report["result"].as_str(), got), (Some(result), code), "{words:?} {report:#}");
    }
    let (_, report) = json(&world, &["spf", "acme.test", "--ip", "198.51.100.1"]);
    assert_eq!((&report["explanation"], &report["matched"]), (&"198.51.100.1 is not ours".into(), &"-all".into()));
    // The tree and the evaluation share their questions.
    world.dns().reset_counts();
    run(&world, &["spf", "acme.test", "--ip", "198.51.100.1"]);
    assert_eq!(world.dns().queries().repeated(), []);
}

#[test]
fn a_tree_that_cannot_work_ends_1_and_silence_3() {
    let world = world(|p| {
        p.zone.add("far.test", "TXT", "v=spf1 a a a a a a a a a a a -all").add("far.test", "A", "203.0.113.1");
        p.zone.add("gone.test", "TXT", "v=spf1 include:absent.test -all");
        p.zone.add("bare.test", "A", "203.0.113.1");
        p.zone.fault("dead.test", Fault::Servfail);
    });
    for (domain, want, word) in [
        ("far.test", 1, "11 of 10 look-ups"),
        ("gone.test", 1, "absent.test has no SPF record"),
        ("absent.test", 1, "absent.test does not exist in the DNS"),
        ("bare.test", 1, "bare.test has no SPF record"),
        ("dead.test", 3, "SERVFAIL"),
    ] {
        let (code, text) = run(&world, &["spf", domain]);
        assert!(code == want && text.contains(word), "{domain}: {code}\n{text}");
    }
}

#[test]
fn whose_policy_and_whether_a_mail_passes() {
    let world = world(|p| {
        p.zone.add("m.acme.test", "A", "203.0.113.1").add("other.example", "A", "203.0.113.1");
    });
    let (code, report) = json(&world, &["dmarc", "m.acme.test"]);
    let got = ["org_domain", "record_at", "policy_in_force", "aspf_aligned", "adkim_aligned", "dmarc", "queries"]
        .map(|key| report[key].clone());
    let null = Value::Null;
    let want =
        ["acme.test".into(), "_dmarc.acme.test".into(), "reject".into(), null.clone(), null.clone(), null, 3.into()];
    assert_eq!((got, code), (want, 0), "{report:#}");
    assert_eq!((&report["rfc7489"]["pct"], &report["removed_tags"][0]), (&50.into(), &"pct".into()));
    assert_eq!(report["reports"][0]["authorised"], false);
    for (words, spf, dkim, dmarc, code) in [
        (&["--spf", "send.acme.test=pass"][..], Some(true), None, "pass", 0),
        (&["--spf", "esp.example=pass", "--dkim", "acme.test=fail"], Some(false), Some(false), "fail", 1),
        (&["--dkim", "esp.example=pass", "--dkim", "acme.test=pass"], None, Some(true), "pass", 0),
    ] {
        let (got, report) = json(&world, &[&["dmarc", "acme.test"], words].concat());
        let aligned = (report["aspf_aligned"].as_bool(), report["adkim_aligned"].as_bool());
        assert_eq!((aligned, report["dmarc"].as_str(), got), ((spf, dkim), Some(dmarc), code), "{words:?} {report:#}");
    }
    let (code, report) = json(&world, &["dmarc", "other.example"]);
    assert_eq!((report["dmarc"].as_str(), code), (Some("none"), 1));
    assert!(report["next"][0].as_str().is_some_and(|t| t.contains("v=DMARC1; p=none; rua=mailto:dmarc@other.example")));
}

#[test]
fn dmarc_for_people_and_in_bad_weather() {
    let world = world(|p| {
        p.zone.fault("_dmarc.dead.test", Fault::Servfail);
        p.zone.add("_dmarc.watched.test", "TXT", "v=DMARC1; p=none");
        p.zone.add("new.test", "A", "203.0.113.9").add("deep.sub.mild.test", "A", "203.0.113.9");
        let mild = "v=DMARC1; p=reject; sp=none; t=y; rua=mailto:d@mild.test";
        p.zone.add("_dmarc.mild.test", "TXT", mild).add("mild.test", "MX", "10 mx.acme.test");
    });
    let (code, text) = run(&world, &["dmarc", "acme.test", "--spf", "acme.test=pass"]);
    assert_eq!(code, 0);
    for part in [
        "DMARC of acme.test: reject (p of acme.test)",
        "reject by p for 50 % of the mail",
        "did not agree",
        "result         pass",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // One next step, as text to paste in both forms.
    let (_, text) = run(&world, &["dmarc", "new.test"]);
    let step = "\nNext\n  publish _dmarc.new.test TXT \"v=DMARC1; p=none; rua=mailto:dmarc@new.test\" (in a DNS panel: host _dmarc)";
    assert!(text.contains(step) && text.contains("\nLater\n  read the reports"), "{text}");
    let (_, text) = run(&world, &["dmarc", "watched.test"]);
    let steps: Vec<&str> = text.lines().skip_while(|l| *l != "Next").collect();
    for (line, part) in [
        (1, "\"v=DMARC1; p=none; rua=mailto:dmarc@watched.test\""),
        (5, "p=quarantine; t=y; rua="),
        (6, "p=reject; t=y; rua="),
    ] {
        assert!(steps.get(line).is_some_and(|l| l.contains(part)), "{part}\n{text}");
    }
    // One way on where the names below are left out and the record is still on trial.
    let (_, text) = run(&world, &["dmarc", "deep.sub.mild.test"]);
    let steps: Vec<&str> = text.lines().skip_while(|l| *l != "Next").filter(|l| !l.is_empty()).collect();
    assert!(text.starts_with("DMARC of deep.sub.mild.test: none (sp of mild.test)"), "{text}");
    for (line, parts) in [
        (1, ["\"v=DMARC1; p=reject; t=y; rua=", "which takes sp=none out", "asks for quarantine"]),
        (3, ["\"v=DMARC1; p=reject; rua=", "when the reports show", "host _dmarc"]),
    ] {
        let step = steps.get(line).copied().unwrap_or_default();
        assert!(parts.iter().all(|p| step.contains(p)), "{line}\n{text}");
    }
    assert_eq!(steps.len(), 4, "{text}");
    let (code, text) = run(&world, &["dmarc", "dead.test"]);
    assert!(code == 3 && text.contains("SERVFAIL"), "{code} {text}");
    // Eight names at most, however deep the domain.
    world.dns().reset_counts();
    run(&world, &["dmarc", "a.b.c.d.e.f.g.h.i.j.acme.test"]);
    let asked = world.dns().queries();
    let walk: Vec<_> = asked.udp.keys().filter(|(name, _)| name.starts_with("_dmarc.")).collect();
    assert_eq!((walk.len(), asked.repeated()), (8, vec![]), "{walk:?}");
}
