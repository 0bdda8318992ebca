//! What leaves the executable: formats, files, closed pipes, and what must never leave it.

use launchcheck_fixtures::{Plan, World, http::Reply, scenarios};
use serde_json::Value;
use std::{
    fs,
    process::{Command, Output, Stdio},
    time::Duration,
};

fn world(plan: Plan) -> World {
    World::start(plan).expect("the world starts")
}

/// `launchcheck audit` in this world, with these flags.
fn audit(world: &World, flags: &[&str]) -> Command {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.arg("audit").args(world.args()).args(flags);
    command
}

fn run(world: &World, flags: &[&str]) -> (String, String, i32) {
    let Output { status, stdout, stderr } = audit(world, flags).output().expect("the executable runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(stdout), text(stderr), status.code().unwrap_or(-1))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn every_format_goes_where_it_is_sent() {
    let world = world(scenarios::demo());
    let (human, said, code) = run(&world, &[]);
    assert_eq!((code, said.as_str()), (1, ""), "{human}");
    assert!(human.starts_with("launchcheck ") && human.contains("\nBLOCKERS\n"), "{human}");
    assert!(!human.contains('\x1b'));

    let flags = ["--format", "json", "--output", "human=report.txt", "--output", "json=report.json"];
    let (on_screen, said, code) = run(&world, &flags);
    assert_eq!((code, said.as_str()), (1, ""));
    let file = |name: &str| fs::read_to_string(world.project().join(name)).expect("it was written");
    assert_eq!(on_screen, file("report.json"));
    let report = json(&on_screen);
    assert_eq!((report["schema"].as_str(), report["verdict"].as_str()), (Some("launchcheck.report/1"), Some("no-go")));
    assert_eq!(report["exit_code"], 1);
    assert!(file("report.txt").contains("\nBLOCKERS\n") && !file("report.txt").contains('\x1b'));

    // What is told in one line says where more of it is; a reader who has seen it all is not told.
    let note = "\nMEDIUM   -v shows the evidence and the fix of each\n";
    let (whole, _, _) = run(&world, &["-v"]);
    assert!(human.contains(note) && whole.contains("\nMEDIUM\n"), "{human}");

    let (quiet, _, _) = run(&world, &["-q"]);
    assert!(quiet.starts_with("NO-GO ") && human.ends_with(&quiet) && quiet.lines().count() <= 3, "{quiet}");

    let (colour, _, _) = run(&world, &["--color", "always"]);
    assert!(colour.contains("\x1b[1;31m"), "{colour}");

    let (hidden, _, _) = run(&world, &["--min-severity", "high"]);
    assert!(!hidden.contains("\nMEDIUM") && hidden.contains("below --min-severity high"), "{hidden}");

    let (verdict, _, code) = run(&world, &["-q", "--fail-on", "never"]);
    assert!(verdict.starts_with("NO-GO "), "{verdict}");
    assert_eq!(code, 0);

    let narrow = audit(&world, &[]).env("COLUMNS", "60").output().expect("it runs").stdout;
    let narrow = String::from_utf8(narrow).expect("UTF-8");
    assert!(narrow.lines().any(|l| l.trim_start().starts_with("[env.")), "{narrow}");

    let ascii = audit(&world, &[]).env("LC_ALL", "C").output().expect("it runs").stdout;
    assert!(ascii.is_ascii(), "{}", String::from_utf8_lossy(&ascii));
}

#[test]
fn a_report_is_equal_for_equal_facts() {
    let world = world(scenarios::demo());
    // A certificate with exactly six days left has five of them a second later: another fact.
    std::thread::sleep(Duration::from_millis(1100));
    let mut reports = ["1", "2"].map(|_| json(&run(&world, &["--format", "json"]).0));
    for report in &mut reports {
        let run = report.as_object_mut().expect("an object").remove("run").expect("about the run");
        assert!(run["clock"].is_string() && run["duration_ms"].is_u64(), "{run}");
        assert!(run["counts"]["lookups"].as_u64() > Some(0), "{run}");
    }
    let [one, two] = reports;
    assert_eq!(one, two);
}

#[test]
fn the_schema_is_the_committed_one() {
    let said = Command::new(env!("CARGO_BIN_EXE_launchcheck")).args(["schema", "report"]).output().expect("it runs");
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report-1.schema.json");
    assert_eq!(String::from_utf8_lossy(&said.stdout), fs::read_to_string(committed).expect("it is committed"));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = world(scenarios::demo());
    for flags in [&[][..], &["--format", "json"], &["-q"]] {
        let mut child =
            audit(&world, flags).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the executable runs");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), said.as_ref()), (Some(1), ""), "{flags:?}");
    }
}

#[test]
fn nothing_from_the_network_reaches_the_terminal_raw() {
    let mut plan = scenarios::demo();
    let escape = "\x1b]0;owned\x07\x1b[2Jowned\u{9b}31m\u{202e}";
    plan.zone.add_txt("acme.test", &[b"v=spf1 \x1b[2Jowned include:\x1b]0;owned\x07 -all"]);
    plan.zone.add_txt("_dmarc.acme.test", &[b"v=DMARC1; p=\x1b[31mowned\r\nNO-GO; rua=x"]);
    plan.host("acme.test").site.on("*", "/", Reply::html(500, escape));
    let api = &mut plan.host("api.acme.test").site;
    api.on("*", "*", Reply::text(200, escape));
    let world = world(plan);
    for flags in [&["-vv"][..], &["--format", "json"], &["-q"], &["-v", "--color", "never"]] {
        let (out, said, _) = run(&world, flags);
        let hostile = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!out.contains(hostile) && !said.contains(hostile), "{flags:?}: {out:?}{said:?}");
        assert!(!out.contains("\\u001b"), "{flags:?}: {out}");
    }
}

/// The middle of every secret below. Prefixes and last characters may be shown, this may not.
const CANARY: &str = "cAnAry7Qz5Xw2";

/// Secrets in every place that holds one, some of them in the wrong place.
fn plant(plan: &mut Plan) {
    let secret = |prefix: &str| format!("{prefix}{CANARY}9Lk3Jh1Gf8Ds6Ap4");
    let stripe = |kind: &str, mode: &str| secret(&format!("{kind}_{mode}_"));
    let production = ".env.production";
    plan.dotenv(production, "STRIPE_SECRET_KEY", &stripe("sk", "test"));
    plan.dotenv(production, "STRIPE_WEBHOOK_SECRET", &secret("whsec_"));
    plan.dotenv(production, "NEXT_PUBLIC_STRIPE_KEY", &stripe("sk", "live"));
    plan.dotenv(production, "NEXT_PUBLIC_API_SECRET", &secret(""));
    plan.dotenv(production, "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", &stripe("pk", "live"));
    plan.dotenv(production, "DATABASE_URL", &format!("postgresql://acme:{CANARY}@localhost:5432/acme"));
    plan.dotenv(production, "SESSION_SECRET", &format!("changeme-{CANARY}"));
    plan.dotenv(production, "RESEND_API_KEY", &format!(" re_{CANARY}_{CANARY} "));
    plan.dotenv(production, "UNREAD_TOKEN", &secret("tok_"));
    plan.dotenv(".env.local", "STRIPE_SECRET_KEY", &stripe("sk", "test"));
    plan.dotenv(".env.example", "EXAMPLE_TOKEN", &secret("tok_"));
}

fn assert_silent(world: &World) {
    let all: &[&[&str]] = &[
        &[],
        &["-q"],
        &["-v"],
        &["-vv"],
        &["-vv", "--color", "always"],
        &["--format", "json"],
        &["-vv", "--output", "json=out.json", "--output", "human=out.txt"],
        &["--env-file", ".env.local", "-v"],
    ];
    for flags in all {
        let (out, said, code) = run(world, flags);
        assert!(!out.is_empty(), "{flags:?} ended {code}: {said}");
        let mut told = out + &said;
        for name in ["out.json", "out.txt"] {
            told += &fs::read_to_string(world.project().join(name)).unwrap_or_default();
        }
        for secret in [CANARY, "customers.example"] {
            let line = told.lines().find(|l| l.contains(secret));
            assert_eq!(line, None, "{flags:?} shows {secret}");
        }
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let mut plan = scenarios::demo();
    plant(&mut plan);
    assert_silent(&world(plan));
}

#[test]
fn no_secret_is_shown_when_it_is_not_accepted_either() {
    let mut plan = scenarios::demo();
    plant(&mut plan);
    plan.env("STRIPE_AUDIT_KEY", &format!("rk_{}_{CANARY}9Lk3Jh1Gf8Ds6Ap4", "live"));
    plan.env("AUDIT_DATABASE_URL", &format!("postgresql://audit:{CANARY}@127.0.0.1:9/acme?password={CANARY}"));
    assert_silent(&world(plan));
}

#[test]
fn no_secret_is_shown_when_the_configuration_is_wrong_either() {
    let mut plan = scenarios::demo();
    plan.env("STRIPE_AUDIT_KEY", &format!("rk_{}_{CANARY}9Lk3Jh1Gf8Ds6Ap4", "live"));
    let key = format!("sk_{}_{CANARY}9Lk3Jh1Gf8Ds6Ap4", "live");
    plan.drop_table("[[billing]]");
    plan.table("[[billing]]", &format!("provider = \"stripe\"\nstripe-key-env = \"{key}\""));
    let world = world(plan);
    for flags in [&[][..], &["-vv"], &["--format", "json"]] {
        let (out, said, code) = run(&world, flags);
        assert_eq!((code, out.as_str()), (2, ""), "{said}");
        assert!(!said.contains(CANARY), "{said}");
    }
}
