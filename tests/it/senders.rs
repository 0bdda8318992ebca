//! The table of senders over real sockets, and `launchcheck mail` as a founder uses it.

use launchcheck_fixtures::{World, dns::Fault, scenarios};
use serde_json::Value;
use std::{path::Path, process::Command};

/// An audit of the world.
fn audit(world: &World) -> Value {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["audit", "--format", "json"]).args(world.args()).output().expect("the executable runs");
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// The cells of the first row of the table of senders.
fn row(report: &Value) -> Vec<String> {
    let exhibits = report["exhibits"].as_array().expect("exhibits");
    let table = exhibits.iter().find(|e| e["id"] == "mail-senders").expect("a table of senders");
    let text = table.to_string();
    let rows = table["table"]["rows"].as_array();
    let row = rows.and_then(|r| r.first()).and_then(Value::as_array).unwrap_or_else(|| panic!("{text}"));
    row.iter().map(|c| c.as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn each_provider_is_right_wrong_or_not_to_be_told() {
    let all = scenarios::all();
    for (name, dkim, path, dmarc) in [
        ("resend@right", "right: resend", "right: send.acme.test", "will pass"),
        ("resend@wrong", "wrong: resend is not there", "right: send.acme.test", "will pass"),
        ("resend@unverified", "right: resend", "not to be told; [email] return-paths", "will pass"),
        ("postmark@right", "right: 20261101101112pm", "right: pm-bounces.acme.test", "will pass"),
        ("postmark@wrong", "right: ", "wrong: pm-bounces.acme.test leads to bounces.mail.example", "will pass"),
        ("postmark@unverified", "not to be told; [email] dkim-selectors", "not to be told", "not to be told"),
        ("sendgrid@right", "right: s1, s2", "right: em1234.acme.test", "will pass"),
        ("sendgrid@wrong", "wrong: s1 is an address", "not to be told", "not to be told"),
        ("sendgrid@unverified", "not to be told", "not to be told", "not to be told"),
        ("ses@right", "right: 3k5l6ytpz2w7q4", "right: mail.acme.test", "will pass"),
        ("ses@wrong", "right: ", "wrong: mail.acme.test has other MX records", "will pass"),
        ("ses@unverified", "not to be told", "not to be told", "not to be told"),
        ("mailgun@right", "right: pdk1", "right: mg.acme.test", "will pass"),
        ("mailgun@wrong", "right: pdk1", "wrong: mg.acme.test has no fitting SPF", "will pass"),
        ("mailgun@unverified", "not to be told", "not to be told", "not to be told"),
        ("google-workspace@right", "right: google", "the From domain", "will pass: DKIM and SPF"),
        (
            "google-workspace@wrong",
            "wrong: google stands at google._domainkey.acme.test.acme.test",
            "the From",
            "will pass: SPF",
        ),
        ("google-workspace@unverified", "not to be told", "the From domain", "will pass: SPF"),
        ("microsoft365@right", "right: selector1, selector2", "the From domain", "will pass: DKIM and SPF"),
        ("mailgun@right-in-europe", "right: pdk1", "right: mg.acme.test", "will pass"),
        ("zoho@right", "not to be told", "the From domain", "will pass: SPF"),
        ("zoho@wrong", "not to be told", "the From domain", "not to be told"),
        ("mailjet@right", "right: mailjet", "theirs", "will pass: DKIM"),
        ("klaviyo@unverified", "not to be told", "not to be told", "not to be told"),
        ("customerio@unverified", "not to be told", "not to be told", "not to be told"),
        ("intercom@unverified", "not to be told", "not to be told", "not to be told"),
        ("microsoft365@wrong", "wrong: selector1 is not there", "the From domain", "will pass: SPF"),
        ("microsoft365@unverified", "right: selector1", "the From domain", "will pass: DKIM and SPF"),
        ("resend@right-by-own-include", "right: resend", "right: send.acme.test", "will pass: DKIM and SPF"),
        ("resend@unverified-by-addresses", "right: resend", "not to be told", "will pass: DKIM"),
    ] {
        let scenario = all.iter().find(|s| s.name == name).expect(name);
        let world = World::start(scenario.plan.clone()).expect("the world starts");
        let row = row(&audit(&world));
        assert!(row[2].starts_with(dkim), "{name}: {row:?}");
        assert!(row[3].starts_with(path), "{name}: {row:?}");
        assert!(row[5].starts_with(dmarc), "{name}: {row:?}");
    }
}

/// What is said of a rule, target by target.
fn outcomes(report: &Value, rule: &str) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let units = report["units"].as_array().expect("units").iter().filter(|u| u["rule"] == rule);
    units.map(|u| (text(&u["target"]), text(&u["outcome"]))).collect()
}

#[test]
fn a_sender_belongs_to_the_domain_in_its_from_address() {
    let plan = |name: &str| scenarios::all().into_iter().find(|s| s.name == name).expect(name).plan;
    let world = World::start(plan("email.sender-unconfigured@from-below")).expect("the world starts");
    let report = audit(&world);
    let found = report["findings"].as_array().expect("findings").iter();
    let targets: Vec<&str> = found.filter_map(|f| f["target"].as_str()).collect();
    assert_eq!(targets, ["mail:mail.acme.test"]);
    let exhibits = report["exhibits"].as_array().expect("exhibits").iter().filter(|e| e["id"] == "mail-senders");
    assert_eq!(exhibits.filter_map(|e| e["target"].as_str()).collect::<Vec<_>>(), ["mail:mail.acme.test"]);

    // What is wrong with the record above is told once, there.
    let world = World::start(plan("mail@from-below-and-watched")).expect("the world starts");
    let told = outcomes(&audit(&world), "email.dmarc-monitoring-only");
    let of = |target: &str| told.iter().find(|(t, _)| t == target).map(|(_, o)| o.as_str());
    assert_eq!((of("mail:acme.test"), of("mail:mail.acme.test")), (Some("fail"), Some("not-applicable")), "{told:?}");
}

#[test]
fn a_name_that_cannot_be_asked_is_neither_right_nor_wrong() {
    for fault in [Fault::Servfail, Fault::Refused] {
        let mut plan = scenarios::all().into_iter().find(|s| s.name == "microsoft365@wrong").expect("it").plan;
        for name in ["selector1._domainkey.acme.test", "selector2._domainkey.acme.test"] {
            plan.zone.fault(name, fault);
        }
        let world = World::start(plan).expect("the world starts");
        let report = audit(&world);
        assert!(row(&report)[2].starts_with("could not be asked"), "{:?}", row(&report));
        let unit = |rule: &str| report["units"].as_array().unwrap().iter().find(|u| u["rule"] == rule).unwrap().clone();
        assert_eq!(unit("email.sender-unconfigured")["outcome"], "unknown");
        assert_eq!(unit("email.name-doubled")["outcome"], "unknown");
    }
}

const PASSES: &str = "Return-Path: <b@send.acme.test>\nReceived: from a by mx.example; Sat, 21 Nov 2026 12:00:07 +0000\n\
    Authentication-Results: mx.example; spf=pass smtp.mailfrom=b@send.acme.test; dkim=pass header.d=acme.test; dmarc=pass\n\
    DKIM-Signature: v=1; a=rsa-sha256; d=acme.test; s=20261101pm; b=x\nReceived: by a; Sat, 21 Nov 2026 12:00:01 +0000\n\
    From: Acme <hi@acme.test>\n\nHello\n";

fn mail(file: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.arg("mail").arg(file).args(more).output().expect("the executable runs");
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_mail_tells_what_no_outsider_can_guess() {
    let folder = std::env::temp_dir().join(format!("launchcheck-mail-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("hello.eml");
    let write = |bytes: &[u8]| std::fs::write(&file, bytes).expect("a file");

    write(PASSES.as_bytes());
    let (code, out, _) = mail(&file, &[]);
    assert_eq!(code, 0, "{out}");
    for line in [
        "DMARC passes for acme.test",
        "SPF          pass for send.acme.test, which counts",
        "DKIM         pass for acme.test (selector 20261101pm, rsa-sha256), which counts",
        "delay        6 seconds",
        "dkim-selectors = [\"20261101pm\"]",
        "return-paths = [\"send.acme.test\"]",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let (code, out, _) = mail(&file, &["--format", "json"]);
    let json: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &json["dmarc_passes"], &json["delay_seconds"]), (0, &true.into(), &6.into()));
    assert_eq!(json["dkim"][0]["selector"], "20261101pm");

    write(PASSES.replace("dmarc=pass", "dmarc=fail").as_bytes());
    assert_eq!(mail(&file, &[]).0, 1);
    // Two senders in one mail: receivers cannot tell whom to hold it to.
    write(format!("From: Other <ceo@other.example>\r\n{PASSES}").as_bytes());
    let (code, out, _) = mail(&file, &[]);
    assert!(code == 1 && out.contains("2 From headers") && !out.contains("DMARC passes"), "{out}");
    write(PASSES.replace("Authentication-Results", "X-Results").as_bytes());
    assert_eq!(mail(&file, &[]).0, 3);

    // What is no mail ends 2, says where, and what to do.
    write(b"\x1b[31mnothing here\n");
    let (code, out, err) = mail(&file, &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("hello.eml:1") && err.contains("hint: "), "{err}");
    let (code, _, err) = mail(&folder, &[]);
    assert!(code == 2 && err.contains("no regular file"), "{err}");
    let (code, _, err) = mail(&folder.join("absent.eml"), &[]);
    assert!(code == 2 && err.contains("hint: "), "{err}");

    // Nothing that a stranger wrote moves the cursor.
    let hostile = "Authentication-Results: \x1b]0;owned\x07mx; dkim=\x1b[31mpass\nReceived: by \x1b[2J\nFrom: \x1b[1m<a@b.test>\n";
    write(&[hostile.as_bytes(), &b"X: y\n".repeat(100_000)].concat());
    for format in ["human", "json"] {
        let (code, out, _) = mail(&file, &["--format", format]);
        assert!(code != 2 && !out.contains('\x1b') && !out.contains('\x07'), "{out:?}");
    }
    std::fs::remove_dir_all(&folder).expect("it goes");
}
